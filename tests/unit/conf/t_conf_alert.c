/* Sections alert: each form with what it needs, lacks, and does not take. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/record/alert.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define URL "url = \"https://h/x\"\n"

static char dir[] = "/tmp/t_conf_alert.XXXXXX";
static char path[64];

/* clang-format off */
static const struct {
	const char *options;
	enum conf_form form; /* or UNSET and */
	const char *wrong;
} cases[] = {
	{ URL, CONF_FORM_WEBHOOK, NULL },
	{ "command = {x}\n", CONF_FORM_COMMAND, NULL },
	{ "url_file = u\n", CONF_FORM_WEBHOOK, NULL },
	{ "", 0, "needs either url or command" },
	{ URL "command = {x}\n", 0, "needs either url or command" },
	{ "form = webhook\n", 0, "form webhook needs url or url_file" },
	{ "form = webhook\n" URL "secret = s\n", CONF_FORM_WEBHOOK, NULL },
	{ "form = webhook\n" URL "to = {a@b}\n", 0, "form webhook does not take to" },
	{ "form = command\n", 0, "form command needs command" },
	{ "form = mail\n", 0, "form mail needs to" },
	{ "form = mail\nto = {a@b.org, me}\n", CONF_FORM_MAIL, NULL },
	{ "form = mail\nto = {a@b}\nfrom = \"c@d\"\ncommand = {msmtp, -a, x}\n", CONF_FORM_MAIL, NULL },
	{ "form = mail\nto = {a@b}\n" URL, 0, "form mail does not take url or url_file" },
	{ "form = mail\nto = {\"-oQ/tmp\"}\n", 0, "option \"to\": is not an address" },
	{ "form = mail\nto = {\"a@b, c@d\"}\n", 0, "option \"to\": is not an address" },
	{ "form = mail\nto = {\"a@b\", \"\"}\n", 0, "option \"to\"" },
	{ "form = mail\nto = {\"a b\"}\n", 0, "option \"to\": is not an address" },
	{ "form = mail\nto = {\"a@bü\"}\n", 0, "option \"to\": is not an address" },
	{ "form = mail\nto = {a}\nfrom = \"x <a@b>\"\n", 0, "option \"from\": is not an address" },
	{ "form = mail\nto = {a}\nserver = \"smtp://h\"\n", CONF_FORM_MAIL, NULL },
	{ "form = mail\nto = {a}\nserver = \"smtps://[::1]:465\"\nuser = u\ntoken_file = t\n", CONF_FORM_MAIL, NULL },
	{ "form = mail\nto = {a}\nserver = \"h:25\"\n", 0, "option \"server\": must be smtp://" },
	{ "form = mail\nto = {a}\nserver = \"smtp://u:p@h\"\n", 0, "option \"server\": must be smtp://" },
	{ "form = mail\nto = {a}\nserver = \"smtp://h/x\"\n", 0, "option \"server\": must be smtp://" },
	{ "form = mail\nto = {a}\nserver = \"smtp://h\"\ncommand = {x}\n", 0, "needs either server or command, not both" },
	{ "form = mail\nto = {a}\nserver = \"smtp://h\"\nuser = u\n", 0, "needs both user and token_file or token_env" },
	{ "form = mail\nto = {a}\ntoken_env = T\n", 0, "needs server for user and token" },
	{ "form = ntfy\n" URL "server = \"smtp://h\"\n", 0, "form ntfy does not take server" },
	{ "form = ntfy\n" URL, CONF_FORM_NTFY, NULL },
	{ "form = ntfy\n" URL "token_file = t\n", CONF_FORM_NTFY, NULL },
	{ "form = ntfy\n" URL "token_file = t\ntoken_env = T\n", 0, "needs either token_file or token_env, not both" },
	{ "form = ntfy\ntoken_file = t\n", 0, "form ntfy needs url or url_file" },
	{ "form = ntfy\n" URL "url_file = u\n", 0, "needs either url or url_file, not both" },
	{ "form = slack\nurl_file = u\n", CONF_FORM_SLACK, NULL },
	{ "form = slack\n", 0, "form slack needs url or url_file" },
	{ "form = slack\n" URL "token_env = T\n", 0, "form slack does not take token_file or token_env" },
	{ "form = mattermost\n" URL, CONF_FORM_MATTERMOST, NULL },
	{ "form = discord\n" URL, CONF_FORM_DISCORD, NULL },
	{ "form = discord\n" URL "secret = s\n", 0, "form discord does not take secret" },
	{ "form = telegram\nchat = \"-100\"\ntoken_env = T\n", CONF_FORM_TELEGRAM, NULL },
	{ "form = telegram\nchat = \"-100\"\n", 0, "form telegram needs token_file or token_env" },
	{ "form = telegram\ntoken_env = T\n", 0, "form telegram needs chat" },
	{ "form = ping\n" URL, CONF_FORM_PING, NULL },
	{ "form = ping\n" URL "chat = x\n", 0, "form ping does not take chat" },
	{ URL "after = 3\non = {failed, recovered, succeeded, overdue}\n", CONF_FORM_WEBHOOK, NULL },
	{ URL "after = 0\n", 0, "option \"after\"" },
	{ URL "after = many\n", 0, "option \"after\"" },
	{ URL "max_per_hour = 0\nquiet = \"22:00-07:00\"\nqueues = {a, \"b*\"}\n", CONF_FORM_WEBHOOK, NULL },
	{ URL "max_per_hour = auto\nquiet = \"\"\n", CONF_FORM_WEBHOOK, NULL },
	{ URL "max_per_hour = -2\n", 0, "option \"max_per_hour\"" },
	{ URL "quiet = \"22:00\"\n", 0, "option \"quiet\": must be two different times" },
	{ URL "quiet = \"00:00-00:00\"\n", 0, "option \"quiet\"" },
	{ URL "quiet = \"22:00-07:00-\"\n", 0, "option \"quiet\"" },
	{ URL "on = {digest}\n", 0, "option \"on\"" },
	{ URL "on = {success}\n", 0, "recovered or succeeded" },
	{ "form = pager\n" URL, 0, "option \"form\"" },
};
/* clang-format on */

static struct conf *
load(const char *options, struct err *why)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return NULL;
	(void)fprintf(f, "\nalert \"a\" {\n%s}\n", options); /* a file */
	(void)fclose(f);
	return conf_load(path, why);
}

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err why = { "" };
		struct conf *c = load(cases[i].options, &why);

		if (cases[i].wrong == NULL) {
			ok(c != NULL && c->alerts[0].form == cases[i].form,
			    "%zu: %s%s", i,
			    c == NULL ? "" : conf_form_name(cases[i].form),
			    why.text);
		} else {
			ok(c == NULL &&
				strncmp(why.text, path, strlen(path)) == 0,
			    "%zu: %s", i, why.text);
			ok(strstr(why.text, cases[i].wrong) != NULL, "says %s",
			    cases[i].wrong);
		}
		conf_free(c);
	}
}

/* The events by default, and those of a list. */
static void
test_events(void)
{
	struct err why = { "" };
	struct conf *c = load(URL, &why);

	ok(c != NULL && c->alerts[0].after == 1 &&
		c->alerts[0].kinds ==
		    (1U << ALERT_KIND__MAX) - 1 - (1U << ALERT_SUCCEEDED),
	    "all but the successes");
	conf_free(c);
	c = load(URL "on = {succeeded, dead}\n", &why);
	ok(c != NULL &&
		c->alerts[0].kinds ==
		    (1U << ALERT_SUCCEEDED | 1U << ALERT_DEAD),
	    "those of the list");
	conf_free(c);
	c = load("form = slack\n" URL, &why);
	ok(c != NULL && c->alerts[0].max_per_hour == 20, "for people");
	conf_free(c);
	c = load(URL, &why);
	ok(c != NULL && c->alerts[0].max_per_hour == 0, "for programs");
	conf_free(c);
}

/* Each form is reached by a case above, and has a name. */
static void
test_complete(void)
{
	for (int f = CONF_FORM_WEBHOOK; f < CONF_FORM__MAX; f++) {
		bool is_tried = false;

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			is_tried = is_tried || (int)cases[i].form == f;
		ok(is_tried && *conf_form_name((enum conf_form)f) != '\0',
		    "form %d", f);
	}
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/m.conf", dir);
	test_cases();
	test_events();
	test_complete();
	(void)unlink(path);
	(void)rmdir(dir);
	return tap_done();
}
