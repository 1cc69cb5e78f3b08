/*
 * Configuration files: defaults, sections, errors with file and line, damage
 * (lib/conf/conf.h).
 */
#include "config.h"

#include <sys/stat.h>

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define WHY 512

/* Put text into the file at path. */
static void
put(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		abort();
}

static struct conf *
load(const char *path, const char *text, struct err *why)
{
	put(path, text, strlen(text));
	return conf_load(path, why);
}

static void
test_defaults(const char *path)
{
	struct conf *c, *d;
	struct err why = { "" };

	c = load(path, "", &why);
	ok(c != NULL, "an empty file will do: %s", why.text);
	d = conf_new(path, &why);
	ok(d != NULL, "and so will none");
	if (c == NULL || d == NULL)
		return;
	is_int(c->busy_us, 5000000, "busy");
	is_int(c->lease_us, 60000000, "lease");
	is_int(c->window_us, CONF_WINDOW_AUTO, "window");
	is_int(c->max_deliveries, 5, "max_deliveries");
	is_int(c->max_list, 10000, "max_list");
	is_int(c->max_jobs_per_queue, 0, "max_jobs_per_queue");
	is_int(c->misfire_grace_us, -1, "misfire_grace");
	is_int(c->anonymous, CONF_ANONYMOUS_OFF, "anonymous");
	is_int((int)c->nqueues, 0, "no queue");
	is_int((int)c->nrender_keys, 0, "no key");
	is_int(c->on_ambiguous, CONF_AMBIGUOUS_RETRY, "on_ambiguous");
	is_int(c->settle_us, 30000000, "settle");
	is_int(c->max_parallel, 32, "max_parallel");
	is_str(c->ca_file, "", "the system's certificates");
	is_str(c->timezone, "", "timezone");
	ok(c->store[0] == '/' && strstr(c->store, "/store.db") != NULL,
	    "the store lies beside the file");
	is_str(d->store, c->store, "conf_new agrees on the store");
	is_str(d->memory_store, c->memory_store, "and on the memory store");
	conf_free(c);
	conf_free(d);
}

static void
test_values(const char *path)
{
	static const char text[] =
	    "# comment\nstore = \"data/s.db\"\nmemory_store = \"\"\n"
	    "timezone = Europe/Berlin\nanonymous = loopback\nwindow = 30\n"
	    "busy = 500ms\nlease = \"5m\"\nmax_deliveries = 7\n"
	    "misfire_grace = 2h\nlog_level = debug\nlog_target = syslog\n"
	    "queue \"mail-*\" {\n\tbroker = sqlite\n\tparams = {x, \"y\"}\n"
	    "\tmax_deliveries = 2\n}\nqueue \"*\" {\n}\n";
	const struct conf_queue *q;
	struct conf *c;
	struct err why = { "" };

	c = load(path, text, &why);
	ok(c != NULL, "a full file: %s", why.text);
	if (c == NULL)
		return;
	ok(strstr(c->store, "/data/s.db") != NULL, "store");
	is_str(c->memory_store, "", "no memory store");
	is_str(c->timezone, "Europe/Berlin", "timezone");
	is_int(c->anonymous, CONF_ANONYMOUS_LOOPBACK, "anonymous");
	is_int(c->window_us, 30000000, "window without unit");
	is_int(c->busy_us, 500000, "busy in ms");
	is_int(c->lease_us, 300000000, "lease in minutes");
	is_int(c->misfire_grace_us, INT64_C(7200000000), "grace in hours");
	is_int(c->log_level, LOG_LEVEL_DEBUG, "log_level");
	is_int(c->log_target, LOG_TARGET_SYSLOG, "log_target");
	q = conf_queue_for(c, "mail-a");
	ok(q != NULL && q->params.n == 2 && strcmp(q->params.v[1], "y") == 0 &&
		q->max_deliveries == 2,
	    "the first section that matches");
	q = conf_queue_for(c, "other");
	ok(q != NULL && q->params.n == 0 && q->max_deliveries == 7,
	    "a section has the defaults of the top");
	conf_free(c);
}

static void
test_sections(const char *path)
{
	static const char text[] =
	    "render_key \"a\" {\n\tfile = a.key\n"
	    "\tservices = {\"srv-a*\", \"crn-*\"}\n\tmax_concurrent = 3\n}\n"
	    "render_key b {\n\tenv = KEY_B\n"
	    "\tbase_url = \"http://127.0.0.1:81/x/\"\n\tservices = {\"srv-b*\"}\n}\n"
	    "render_service \"srv-a1\" {\n\tmax_concurrent = 2\n"
	    "\tmarker = env\n}\nrender_service \"*\" {\n}\n"
	    "on_ambiguous = skip\nsettle = 1m\n";
	const struct conf_render_service *s;
	struct conf *c;
	struct err why = { "" };

	c = load(path, text, &why);
	ok(c != NULL, "keys and services: %s", why.text);
	if (c == NULL)
		return;
	is_int((int)c->nrender_keys, 2, "two keys");
	is_str(c->render_keys[0].name, "a", "a key's name");
	ok(c->render_keys[0].file[0] == '/' &&
		strstr(c->render_keys[0].file, "/a.key") != NULL,
	    "its file lies beside this one");
	is_int(c->render_keys[0].max_concurrent, 3, "its limit");
	is_str(c->render_keys[0].base_url, "https://api.render.com/v1",
	    "its address");
	is_str(c->render_keys[1].env, "KEY_B", "another's variable");
	is_str(c->render_keys[1].file, "", "and no file");
	is_int(conf_render_key_for(c, "srv-abc"), 0, "the first that matches");
	is_int(conf_render_key_for(c, "crn-abc"), 0, "by any of its globs");
	is_int(conf_render_key_for(c, "srv-bcd"), 1, "the second");
	is_int(conf_render_key_for(c, "srv-cde"), -1, "none");
	s = conf_render_service_for(c, "srv-a1");
	ok(s != NULL && s->max_concurrent == 2 && s->marker == CONF_MARKER_ENV,
	    "a service");
	s = conf_render_service_for(c, "srv-a2");
	ok(s != NULL && s->max_concurrent == 0 && s->marker == CONF_MARKER_NONE,
	    "defaults of the others");
	is_int(c->on_ambiguous, CONF_AMBIGUOUS_SKIP, "on_ambiguous");
	is_int(c->settle_us, 60000000, "settle");
	conf_free(c);
	c = load(path, "render_key a {\n\tenv = K\n}\n", &why);
	ok(c != NULL && conf_render_key_for(c, "srv-x") == 0,
	    "a key is for all services if it does not say");
	conf_free(c);
}

static void
test_alerts(const char *path)
{
	struct conf *c;
	struct err why = { "" };

	c = load(path,
	    "alert a {\n url = \"https://h/x\"\n secret = s\n"
	    " on = {failed, no_tick}\n}\nalert_no_tick = 0\n"
	    "alert b {\n command = {/bin/x, \"a b\"}\n}\n",
	    &why);
	ok(c != NULL && c->nalerts == 2, "two alerts: %s", why.text);
	if (c == NULL)
		return;
	is_str(c->alerts[0].url, "https://h/x", "an address");
	is_int((int)c->alerts[0].command.n, 0, "and no command");
	ok(strstr(c->alerts[0].secret, "/s") != NULL, "a file");
	is_str(c->alerts[0].on.v[1], "no_tick", "on what");
	is_str(c->alerts[1].command.v[1], "a b", "words of a command");
	is_str(c->alerts[1].url, "", "and no address");
	is_int((int)c->alerts[1].on.n, 0, "on all");
	is_int(c->alert_no_tick_us, 0, "silence is none");
	conf_free(c);
}

/* Broken files, and what is said of each. */
static const struct {
	const char *text, *why;
} cases[] = {
	{ "\nwindow = soon\n", ":2: option \"window\": \"soon\"" },
	{ "window = 2h\n",
	    ":1: option \"window\": \"2h\" is not auto,"
	    " or a duration from 0s to 1h" },
	{ "\n\nmax_list = 0\n", ":3: option \"max_list\"" },
	{ "max_list = 1x\n", "number from 1 to 1000000" },
	{ "colour = red\n", ":1: no such option 'colour'" },
	{ "busy = 5s\nbusy = 6s\n", ":2: option \"busy\": is given" },
	{ "store = \"\"\n", "option \"store\": must not be empty" },
	{ "store = \"~/x.db\"\n", "is not expanded" },
	{ "timezone = \"a b\"\n", "is not a time zone" },
	{ "anonymous = yes\n", "is not off or loopback" },
	{ "anonymous_scopes = admin\n", "is not read or write or consume" },
	{ "anonymous_scopes = \"read,admin\"\n", "is not read or write" },
	{ "anonymous_scopes = \"read,,write\"\n", "is not read or write" },
	{ "anonymous_scopes = \"read write\"\n", "is not read or write" },
	{ "anonymous_scopes = \"\"\n", "is not read or write" },
	{ "anonymous_scopes = \"read,\"\n", "is not read or write" },
	{ "queue \"a\" {\n broker = kafka\n}\n",
	    ":2: option \"broker\": \"kafka\" is not sqlite or redis or" },
	{ "queue \"a\" {\n colour = red\n}\n", ":2: no such option" },
	{ "queue \"\" {\n}\n", "section \"queue\"" },
	{ "queue \"a\" {\n}\nqueue \"a\" {\n}\n", "a" },
	{ "queue a {\n params = {x, \"\"}\n}\n",
	    "an element of the list has 1 to" },
	{ "queue a {\n", "its closing } is missing" },
	{ "render_key a {\n}\n",
	    ":2: section \"render_key\": needs either "
	    "file or env" },
	{ "render_key a {\n env = A\n file = b\n}\n", ":4: section" },
	{ "render_key \"\" {\n env = A\n}\n",
	    ":3: section \"render_key\": "
	    "needs a name of 1 to 255" },
	{ "render_key a {\n env = A\n}\nrender_key a {\n env = B\n}\n", "a" },
	{ "render_key a {\n env = \"rnd_1-2\"\n}\n",
	    ":2: option \"env\": is not the name of an environment" },
	{ "render_key a {\n env = 1A\n}\n", "option \"env\"" },
	{ "render_key a {\n env = A\n base_url = \"http://x.org\"\n}\n",
	    ":3: option \"base_url\": must begin with https://, unless" },
	{ "render_key a {\n env = A\n max_concurrent = -1\n}\n", ":3: " },
	{ "render_key a {\n env = A\n services = {\"\"}\n}\n", ":3: " },
	{ "render_key a {\n file = \"~/key\"\n}\n", "is not expanded" },
	{ "alert a {\n}\n", "needs either url or command" },
	{ "alert a {\n command = {x}\n on = {late}\n}\n",
	    "\"late\" is not failed or refused or" },
	{ "alert a {\n url = \"http://x.org\"\n}\n", ":2: option \"url\"" },
	{ "render_key a {\n env = A\n",
	    "section \"render_key\": its closing }" },
	{ "render_service a {\n marker = tag\n}\n",
	    ":2: option \"marker\": \"tag\" is not none or comment or env" },
	/* libConfuse would drop the sign, and the glob match less. */
	{ "\nqueue mail-* {\n}\n", ":2: a * or + must be in quotes" },
	{ "# *\n/* *\n*/ timezone = +08:00\n", ":3: a * or +" },
	{ "on_ambiguous = maybe\n", "is not retry or skip" },
	{ "max_parallel = 257\n", "from 1 to 256" },
	{ "http_timeout = 50ms\n", "from 100ms to 10m" },
	{ "busy = 5s /* and\n so on", "unterminated comment" },
	{ "# a\n// b\n\n#\nwindow = soon # c\nbusy = 5s\n\n\n"
	  "lease = 5s\n",
	    ":5: option \"window\"" },
	{ "zoneinfo = \"/#'//\" # \"\nwindow = soon\nbusy = 5s\n",
	    ":2: option \"window\"" },
	{ "store = a//b#c\nwindow = soon\nbusy = 5s\n\n",
	    ":2: option \"window\"" },
	{ "busy =", ":1: option \"busy\": has no value" },
	{ "window = auto\nstore =\n\n", ":2: option \"store\": has no value" },
	{ "queue \"a\" {\n\tbroker =\n",
	    ":2: option \"broker\": has no value" },
	{ "busy = 5s\nwindow\n", ":2: " },
	{ "queue \"a\" {\n", ":1: section \"queue\": its closing }" },
	{ "window\n", ":" },
	{ "window = \"auto\n", ":" },
	{ "\"minutehand's own\" = 1\n", ":" },
	{ "minutehand's own'(1)\n", ":" },
	{ "window == auto\n", ":" },
	{ "} } {\n", ":" },
};

static void
test_errors(const char *path)
{
	struct conf *c;
	struct err why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_clear(&why);
		c = load(path, cases[i].text, &why);
		ok(c == NULL && strstr(why.text, cases[i].why) != NULL &&
			strchr(why.text, '\n') == NULL,
		    "refused: %s", why.text);
		conf_free(c);
	}
	err_clear(&why);
	c = load(path, "window = 5s\n", &why);
	ok(c != NULL, "a good file after bad ones: %s", why.text);
	conf_free(c);
}

static void
test_files(const char *path, const char *dir)
{
	struct err why = { "" };
	char other[128];
	struct conf *c;

	ok(conf_load(dir, &why) == NULL, "a folder: %s", why.text);
	put(path, "window = 5\0s", 12);
	ok(conf_load(path, &why) == NULL, "a NUL: %s", why.text);
	(void)snprintf(other, sizeof(other), "%s/none/x.conf", dir);
	ok(conf_load(other, &why) == NULL, "no folder: %s", why.text);
	(void)snprintf(other, sizeof(other), "%s/none.conf", dir);
	ok(conf_load(other, &why) == NULL, "no file: %s", why.text);
	c = conf_new(other, &why);
	ok(c != NULL, "but its folder is enough for conf_new");
	conf_free(c);
}

/* Whatever is cut off or changed, there is an answer and no crash. */
static void
test_damage(const char *path)
{
	struct buf b = BUF_INIT;
	struct conf *c;
	unsigned seed = 1;
	char *copy;
	size_t n = 0;

	conf_print_example(&b);
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] == '#' && i > 0 && b.data[i - 1] == '\n' &&
		    b.data[i + 1] != ' ')
			b.data[i] = ' ';
	}
	copy = malloc(b.len);
	for (int i = 0; copy != NULL && i < 400; i++, n++) {
		memcpy(copy, b.data, b.len);
		for (int k = 0; k < 3; k++) {
			seed = seed * 1103515245u + 12345u;
			copy[(seed >> 8) % b.len] =
			    "\"'{}$#=,\\\n~(\377+ "[(seed >> 4) % 15];
		}
		put(path, copy, b.len - (size_t)(i % 7) * b.len / 8);
		c = conf_load(path, NULL);
		conf_free(c);
	}
	is_int((int)n, 400, "damaged files are survived");
	free(copy);
	buf_fini(&b);
}

static void
test_example(const char *path)
{
	const struct conf_section *sec;
	const struct conf_option *o;
	struct buf b = BUF_INIT;
	struct conf *c;
	struct err why = { "" };
	char line[64];

	conf_print_example(&b);
	c = load(path, buf_cstr(&b), &why);
	ok(c != NULL, "the example is a configuration: %s", why.text);
	conf_free(c);
	for (o = conf_options; o->name != NULL; o++) {
		(void)snprintf(line, sizeof(line), "\n#%s = ", o->name);
		ok(strstr(buf_cstr(&b), line) != NULL, "it shows %s", o->name);
	}
	for (sec = conf_sections; sec->name != NULL; sec++) {
		(void)snprintf(line, sizeof(line), "\n#%s \"", sec->name);
		ok(strstr(buf_cstr(&b), line) != NULL, "and %s", sec->name);
	}
	buf_fini(&b);
}

static void
test_find(const char *dir)
{
	char want[160], *got, *other;
	const struct passwd *pw;

	got = conf_find("/a", "/b", "/c");
	is_str(got, "/a", "-c comes first");
	free(got);
	got = conf_find(NULL, "/b", "/c");
	is_str(got, "/b", "then the environment");
	free(got);
	got = conf_find(NULL, NULL, dir);
	ok(strstr(got, dir) == NULL, "a home without the file is passed over");
	free(got);
	(void)snprintf(want, sizeof(want), "%s/.minutehand", dir);
	(void)mkdir(want, 0700);
	(void)snprintf(want, sizeof(want), "%s/.minutehand/minutehand.conf",
	    dir);
	put(want, "", 0);
	got = conf_find(NULL, "", dir);
	is_str(got, want, "one with it is taken");
	free(got);
	if ((pw = getpwuid(geteuid())) != NULL) {
		got = conf_find(NULL, NULL, NULL);
		other = conf_find(NULL, NULL, pw->pw_dir);
		is_str(got, other, "without HOME that of the user's home");
		free(got);
		free(other);
		got = conf_find(NULL, "", "");
		other = conf_find(NULL, NULL, pw->pw_dir);
		is_str(got, other, "nor with an empty one");
		free(got);
		free(other);
	}
	(void)unlink(want);
	(void)snprintf(want, sizeof(want), "%s/.minutehand", dir);
	(void)rmdir(want);
}

int
main(void)
{
	char dir[] = "/tmp/t_conf.XXXXXX", path[64];

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/minutehand.conf", dir);
	test_defaults(path);
	test_values(path);
	test_sections(path);
	test_alerts(path);
	test_errors(path);
	test_files(path, dir);
	test_damage(path);
	test_example(path);
	test_find(dir);
	(void)unlink(path);
	(void)rmdir(dir);
	return tap_done();
}
