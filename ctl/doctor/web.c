/*
 * minutehand doctor --url: what the web server makes of our program.  Each way
 * not to reach it has its own sentence and its own advice, because each is
 * fixed at another place.  Redirects are reported, never followed: clients
 * with a token do not follow them either.
 */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/doctor/doctor.h"
#include "ctl/probe/probe.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

/* Advice if there is no answer, by its cause. */
static const char *const trouble_advice[] = {
	[HTTP_TROUBLE_NONE] = "",
	[HTTP_TROUBLE_NAME] =
	    "the name has no address: correct the URL or the name's DNS record",
	[HTTP_TROUBLE_CONNECTION] =
	    "no server listens there: start the web server, or give its port "
	    "in the URL",
	[HTTP_TROUBLE_TIME] =
	    "a firewall drops the request, or the program hangs: see the web "
	    "server's error log",
	[HTTP_TROUBLE_TLS] =
	    "correct the server's certificate, or its name in the URL; if the "
	    "server has no TLS, give an http:// URL",
	[HTTP_TROUBLE_OTHER] =
	    "what listens there does not answer in HTTP: give the web server's "
	    "port in the URL",
};

static const char *const trouble_names[] = {
	[HTTP_TROUBLE_NONE] = "",
	[HTTP_TROUBLE_NAME] = "no answer: ",
	[HTTP_TROUBLE_CONNECTION] = "no answer: ",
	[HTTP_TROUBLE_TIME] = "no answer: ",
	[HTTP_TROUBLE_TLS] = "TLS: ",
	[HTTP_TROUBLE_OTHER] = "no answer in HTTP: ",
};

/*
 * Advice on answers of the web server itself, which has not called the program.
 */
static const struct {
	int status;
	const char *text, *advice;
} statuses[] = {
	{ 401, "the web server itself asks for a password",
	    "exempt the program's folder: clients send a token instead" },
	{ 403, "the web server forbids access",
	    "the folder needs Options +ExecCGI (AllowOverride must permit it) "
	    "and the program mode 755; see the web server's error log" },
	{ 404, "no program answers at this path",
	    "check the path in the URL, and that the web server's settings "
	    "that minutehand init prints, or .htaccess, are in force" },
	{ 405, "the web server does not run a program at this path",
	    "set the handler of the program: AddHandler, cgi.assign or "
	    "fastcgi_pass" },
	{ 500, "the program does not start",
	    "run it by hand with --help: it needs mode 755, its libraries "
	    "(ldd), an owner that suEXEC accepts, and an .htaccess that "
	    "AllowOverride permits; the web server's error log says which" },
	{ 502, "the web server cannot connect to the program",
	    "start the FastCGI program, or correct its socket in the web "
	    "server's settings" },
	{ 503, "the web server is overloaded, or no program runs",
	    "start the FastCGI program; see the web server's error log" },
	{ 504, "the program does not answer the web server in time",
	    "see the web server's error log, and whether the store's disk "
	    "hangs" },
};

/* Advice on the causes that /healthz names.  %s is the user. */
static const struct {
	const char *cause, *text, *advice;
} causes[] = {
	{ "configuration-missing",
	    "the program, which runs as %s, finds no configuration",
	    "set MINUTEHAND_CONF for it, as minutehand init prints" },
	{ "configuration-unreadable",
	    "the program may not read the configuration as %s",
	    "let the web server run it as the file's owner (suEXEC, or a "
	    "FastCGI program of yours)" },
	{ "configuration-untrusted",
	    "the program, which runs as %s, does not trust the configuration",
	    "its error log has the command that corrects owner or mode" },
	{ "configuration-invalid",
	    "the program, which runs as %s, finds an error in the "
	    "configuration",
	    "correct the line that its error log, or minutehand doctor, names" },
	{ "store-missing", "the program, which runs as %s, finds no store",
	    "run minutehand init, or correct store in the configuration it "
	    "reads" },
	{ "store-unreadable", "the program may not use the store as %s",
	    "let the web server run it as the store's owner" },
	{ "store-untrusted",
	    "the program, which runs as %s, does not trust the store",
	    "its error log has the command that corrects owner or mode" },
	{ "store-read-only",
	    "the program, which runs as %s, finds the store mounted read-only",
	    "set store to a file that can be written" },
	{ "store-unwritable",
	    "the program, which runs as %s, cannot write the store",
	    "free space: the disk or the quota is full" },
	{ "store-busy", "the program, which runs as %s, finds the store busy",
	    "try again; if it stays busy, find the process that locks it "
	    "(fuser)" },
	{ "store-unusable",
	    "the program, which runs as %s, cannot open the store",
	    "its error log has the reason; minutehand doctor without --url "
	    "checks the store" },
};

/* Print "user www-data (uid 33)". */
static void
print_user(int64_t uid, char *out, size_t outlen)
{
	const struct passwd *pw =
	    uid < 0 ? NULL : getpwuid((uid_t)uid); /* one thread */

	if (uid < 0)
		(void)snprintf(out, outlen, "an unknown user");
	else if (pw == NULL)
		(void)snprintf(out, outlen, "uid %lld", (long long)uid);
	else
		(void)snprintf(out, outlen, "user %s (uid %lld)", pw->pw_name,
		    (long long)uid);
}

/* The program runs and reports a cause why it cannot work. */
static void
found_cause(const char *cause, int64_t uid, struct finding *f)
{
	char user[128], text[400];

	print_user(uid, user, sizeof(user));
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (strcmp(causes[i].cause, cause) != 0)
			continue;
		(void)snprintf(text, sizeof(text), causes[i].text, user);
		doctor_report(f, DOCTOR_FAIL, "%s", text);
		doctor_advise(f, "%s", causes[i].advice);
		return;
	}
	doctor_report(f, DOCTOR_FAIL, "the program, which runs as %s: %s", user,
	    cause);
	doctor_advise(f, "see the web server's error log");
}

/*
 * Report the health that the program returned; false: it was another program.
 */
static bool
found_health(const struct doctor *d, const struct probe_answer *a,
    struct finding *f)
{
	const struct json_range any = { 0, INT64_MAX };
	struct faults fs = { .n = 0 };
	const char *status = NULL, *cause = NULL;
	int64_t uid = -1, age = -1;
	struct json_object *o = json_parse(a->body, a->len, NULL);

	if (o == NULL || !json_is_object(o) ||
	    json_get_str(o, "status", &status, &fs) != 0 || status == NULL) {
		json_free(o);
		return false;
	}
	(void)json_get_str(o, "cause", &cause, &fs);
	(void)json_get_int(o, "uid", &any, &uid, &fs);
	(void)json_get_int(o, "last_tick_age", &any, &age, &fs);
	if (cause != NULL)
		found_cause(cause, uid, f);
	else if (strcmp(status, "ok") == 0)
		doctor_report(f, DOCTOR_OK, "%s answers", d->url);
	else if (age < 0) {
		doctor_report(f, DOCTOR_WARN,
		    "%s answers; it reports that no tick has ever run", d->url);
		doctor_advise(f,
		    "put the line that minutehand init prints into your "
		    "crontab (crontab -e)");
	} else {
		doctor_report(f, DOCTOR_WARN,
		    "%s answers; it reports that the ticker is late: the last "
		    "tick was %lld s ago",
		    d->url, (long long)age);
		doctor_advise(f,
		    "check that cron runs the ticker (crontab -l, cron's "
		    "mail), with the configuration that the program reads");
	}
	json_free(o);
	return true;
}

static void
found_redirect(const struct doctor *d, const struct probe_answer *a,
    struct finding *f)
{
	doctor_report(f, DOCTOR_FAIL, "%s redirects to %s (status %d)", d->url,
	    a->location[0] == '\0' ? "nowhere" : a->location, a->status);
	if (strncasecmp(d->url, "http://", 7) == 0 &&
	    strncasecmp(a->location, "https://", 8) == 0)
		doctor_advise(f,
		    "give clients, and --url, the https:// address: a token "
		    "sent to the other one is not encrypted");
	else
		doctor_advise(f,
		    "give clients, and --url, the address it points to: "
		    "clients do not send a token along");
}

/* An answer that is not from the program. */
static void
found_foreign(const struct doctor *d, const struct probe_answer *a,
    struct finding *f)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].status != a->status)
			continue;
		doctor_report(f, DOCTOR_FAIL, "%s/healthz: status %d: %s",
		    d->url, a->status, statuses[i].text);
		doctor_advise(f, "%s", statuses[i].advice);
		return;
	}
	if (a->status != 200) {
		doctor_report(f, DOCTOR_FAIL, "%s/healthz: status %d", d->url,
		    a->status);
		doctor_advise(f, "see the web server's error log");
		return;
	}
	doctor_report(f, DOCTOR_FAIL,
	    "%s/healthz is answered, but not by minutehand (%s)", d->url,
	    a->type[0] == '\0' ? "no type" : a->type);
	if (a->len >= 4 && memcmp(a->body, "\177ELF", 4) == 0)
		doctor_advise(f,
		    "the program is served as a file: set its handler "
		    "(AddHandler cgi-script, Options +ExecCGI)");
	else
		doctor_advise(f,
		    "another page answers every path there: check the path in "
		    "the URL");
}

void
doctor_web(struct doctor *d, struct finding *f)
{
	const struct probe_request r = { .base = d->url,
		.path = "/healthz",
		.ca_file = d->ca_file };
	struct probe_answer a;

	if (d->url == NULL) {
		doctor_report(f, DOCTOR_OK, "not checked (give --url URL)");
		return;
	}
	if (probe_ask(&r, &a) == -1) {
		doctor_report(f, DOCTOR_FAIL, "%s: %s", d->url, a.error.text);
		doctor_advise(f, "give --url https://HOST[:PORT][/PATH]");
	} else if (a.trouble != HTTP_TROUBLE_NONE) {
		doctor_report(f, DOCTOR_FAIL, "%s: %s%s", d->url,
		    trouble_names[a.trouble], a.error.text);
		doctor_advise(f, "%s", trouble_advice[a.trouble]);
	} else if (a.status / 100 == 3)
		found_redirect(d, &a, f);
	else if (!found_health(d, &a, f))
		found_foreign(d, &a, f);
	probe_fini(&a);
}
