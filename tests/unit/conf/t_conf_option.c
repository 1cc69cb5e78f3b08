/* The value of one option: numbers, choices, texts (lib/conf/option.c). */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"
#include "tests/unit/tap.h"

/*
 * Each option at the edges of its range as minutehand.conf(5) has it, and
 * what is said beyond them (lib/conf/table.h).
 */

#define S INT64_C(1000000)
#define D (86400 * S)

/* Values of one option: NULL-ended texts, what they come to, what not. */
static const struct sample {
	const char *name, *text;
	int64_t want;
	const char *why; /* NULL: taken */
} samples[] = {
	{ "window", "auto", CONF_WINDOW_AUTO, NULL },
	{ "window", "0", 0, NULL },
	{ "window", "1h", 3600 * S, NULL },
	{ "window", "3600", 3600 * S, NULL },
	{ "window", "3601", 0,
	    "\"3601\" is not auto, or a duration from 0s to 1h (90, 5m, 1h30m)" },
	{ "window", "-1", 0,
	    "\"-1\" is not auto, or a duration from 0s to 1h (90, 5m, 1h30m)" },
	{ "window", "Auto", 0,
	    "\"Auto\" is not auto, or a duration from 0s to 1h (90, 5m, 1h30m)" },
	{ "busy", "0", 0, NULL },
	{ "busy", "1ms", 1000, NULL },
	{ "busy", "5m", 300 * S, NULL },
	{ "busy", "301s", 0,
	    "\"301s\" is not a duration from 0s to 5m (90, 5m, 1h30m)" },
	{ "busy", "300001ms", 0,
	    "\"300001ms\" is not a duration from 0s to 5m (90, 5m, 1h30m)" },
	{ "lease", "1", S, NULL },
	{ "lease", "999ms", 0,
	    "\"999ms\" is not a duration from 1s to 1d (90, 5m, 1h30m)" },
	{ "lease", "1d", D, NULL },
	{ "lease", "86401", 0,
	    "\"86401\" is not a duration from 1s to 1d (90, 5m, 1h30m)" },
	{ "max_deliveries", "1", 1, NULL },
	{ "max_deliveries", "0", 0, "\"0\" is not a number from 1 to 1000000" },
	{ "max_deliveries", "1000000", 1000000, NULL },
	{ "max_deliveries", "1000001", 0,
	    "\"1000001\" is not a number from 1 to 1000000" },
	{ "misfire_grace", "none", -1, NULL },
	{ "misfire_grace", "1s", S, NULL },
	{ "misfire_grace", "0", 0,
	    "\"0\" is not none, or a duration from 1s to 36500d "
	    "(90, 5m, 1h30m)" },
	{ "misfire_grace", "36500d", 36500 * D, NULL },
	{ "misfire_grace", "36501d", 0,
	    "\"36501d\" is not none, or a duration from 1s to 36500d "
	    "(90, 5m, 1h30m)" },
	{ "max_jobs_per_queue", "0", 0, NULL },
	{ "max_jobs_per_queue", "1000000000", 1000000000, NULL },
	{ "max_jobs_per_queue", "1000000001", 0,
	    "\"1000000001\" is not a number from 0 to 1000000000" },
	{ "max_list", "1", 1, NULL },
	{ "max_list", "0", 0, "\"0\" is not a number from 1 to 1000000" },
	{ "max_list", "1e3", 0, "\"1e3\" is not a number from 1 to 1000000" },
	{ "retention_days", "0", 0, NULL },
	{ "retention_days", "36500", 36500, NULL },
	{ "retention_days", "36501", 0,
	    "\"36501\" is not a number from 0 to 36500" },
	{ "retention_rows", "1000000000000", INT64_C(1000000000000), NULL },
	{ "retention_rows_per_job", "-1", 0,
	    "\"-1\" is not a number from 0 to 1000000000" },
};

static const struct conf_option *
find(const char *name)
{
	const struct conf_option *o = conf_options;

	while (o->name != NULL && strcmp(o->name, name) != 0)
		o++;
	if (o->name == NULL) {
		printf("Bail out! no option %s\n", name);
		exit(EXIT_FAILURE);
	}
	return o;
}

/* The member of an option that is a number. */
static int64_t
number_of(const struct conf *c, const struct conf_option *o)
{
	int64_t v;

	memcpy(&v, (const char *)c + o->offset, sizeof(v));
	return v;
}

static void
check_numbers(void)
{
	const struct conf_option *o;
	struct conf c;
	struct err why;
	int rc;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		memset(&c, 0x11, sizeof(c));
		o = find(s->name);
		err_clear(&why);
		rc = conf_option_set(o, s->text, &c, &why);
		is_int(rc, s->why == NULL ? 0 : -1, "%s = %s", s->name,
		    s->text);
		is_str(why.text, s->why == NULL ? "" : s->why, "what is said");
		is_int(number_of(&c, o),
		    s->why == NULL ? s->want : INT64_C(0x1111111111111111),
		    "its value, or what was there");
	}
}

static const struct {
	const char *name, *text;
	int want; /* -1: refused */
} choices[] = {
	{ "anonymous", "off", CONF_ANONYMOUS_OFF },
	{ "anonymous", "loopback", CONF_ANONYMOUS_LOOPBACK },
	{ "anonymous", "on", -1 },
	{ "anonymous", "", -1 },
	{ "anonymous", "OFF", -1 },
	{ "log_target", "stderr", LOG_TARGET_STDERR },
	{ "log_target", "syslog", LOG_TARGET_SYSLOG },
	{ "log_target", "file", -1 },
	{ "log_level", "err", LOG_LEVEL_ERR },
	{ "log_level", "warn", LOG_LEVEL_WARN },
	{ "log_level", "info", LOG_LEVEL_INFO },
	{ "log_level", "debug", LOG_LEVEL_DEBUG },
	{ "log_level", "trace", -1 },
};

static void
check_choices(void)
{
	const struct conf_option *o;
	struct conf c;
	int got, rc;

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		memset(&c, 0x11, sizeof(c));
		o = find(choices[i].name);
		rc = conf_option_set(o, choices[i].text, &c, NULL);
		memcpy(&got, (const char *)&c + o->offset, sizeof(got));
		is_int(rc, choices[i].want < 0 ? -1 : 0, "%s = %s",
		    choices[i].name, choices[i].text);
		is_int(got, choices[i].want < 0 ? 0x11111111 : choices[i].want,
		    "its value, or what was there");
	}
}

static const struct {
	const char *name, *text;
	const char *why; /* NULL: taken */
} texts[] = {
	{ "store", "a.db", NULL },
	{ "store", "", "must not be empty" },
	{ "store", "~/a.db",
	    "\"~\" is not expanded; give the whole path, or one relative to "
	    "this file" },
	{ "store", "a~b", NULL },
	{ "memory_store", "", NULL },
	{ "zoneinfo", "", NULL },
	{ "timezone", "", NULL },
	{ "timezone", "Europe/Berlin", NULL },
	{ "timezone", "+08:00", NULL },
	{ "timezone", "Europe Berlin",
	    "\"Europe Berlin\" is not a time zone; give a name such as "
	    "Europe/Berlin, UTC, or +08:00" },
	{ "timezone", "\xe6\x8a\xa5",
	    "\"\xe6\x8a\xa5\" is not a time zone; give a name such as "
	    "Europe/Berlin, UTC, or +08:00" },
};

/* A string is replaced, and freed, only by one that is taken. */
static void
check_texts(void)
{
	const struct conf_option *o;
	struct conf c;
	struct err why;
	char *got;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memset(&c, 0, sizeof(c));
		o = find(texts[i].name);
		got = strdup("before");
		memcpy((char *)&c + o->offset, &got, sizeof(got));
		err_clear(&why);
		is_int(conf_option_set(o, texts[i].text, &c, &why),
		    texts[i].why == NULL ? 0 : -1, "%s = '%s'", texts[i].name,
		    texts[i].text);
		is_str(why.text, texts[i].why == NULL ? "" : texts[i].why,
		    "what is said");
		memcpy(&got, (const char *)&c + o->offset, sizeof(got));
		is_str(got, texts[i].why == NULL ? texts[i].text : "before",
		    "its value, or what was there");
		free(got);
	}
}

/* The words of a list are added one by one: a queue's params. */
static void
check_names(void)
{
	const struct conf_option *o = conf_sections[0].options;
	struct conf_queue q = { .glob = NULL };

	while (o->type != CONF_LIST)
		o++;
	is_int(conf_option_set(o, "x", &q, NULL), 0, "a word");
	is_int(conf_option_set(o, "yy", &q, NULL), 0, "another");
	ok(q.params.n == 2 && strcmp(q.params.v[0], "x") == 0 &&
		strcmp(q.params.v[1], "yy") == 0,
	    "both are kept, in order");
	is_int(conf_option_set(o, "", &q, NULL), -1, "not nothing");
	is_int((long long)q.params.n, 2, "which changes nothing");
	conf_option_free(conf_sections[0].options, &q);
}

/*
 * Every option has a help, a default or something to show, and no fingerprint.
 */
static void
check_table(void)
{
	const struct conf_option *o, *p;
	struct buf b = BUF_INIT;
	struct conf c;

	for (o = conf_options; o->name != NULL; o++) {
		ok(o->help != NULL && (o->fallback != NULL || o->shown != NULL),
		    "%s has a help and a value to show", o->name);
		for (p = o + 1; p->name != NULL; p++)
			if (strcmp(p->name, o->name) == 0 ||
			    p->offset == o->offset)
				break;
		ok(p->name == NULL, "%s is there once", o->name);
		if (o->fallback == NULL || o->type <= CONF_PATH)
			continue;
		memset(&c, 0, sizeof(c));
		is_int(conf_option_set(o, o->fallback, &c, NULL), 0,
		    "its default is one that is taken");
		buf_reset(&b);
		conf_option_range(o, &b);
		ok(b.len > 3, "what it takes: %s", buf_cstr(&b));
	}
	buf_fini(&b);
}

int
main(void)
{
	check_numbers();
	check_choices();
	check_texts();
	check_names();
	check_table();
	return tap_done();
}
