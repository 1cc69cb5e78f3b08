/*
 * Every option with its limits and its default, as minutehand.conf(5) has them.
 */
#include "config.h"

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

/*
 * Every option of minutehand.conf(5): its default, its smallest and largest
 * value, what lies outside, and values of another kind.  Each complaint names
 * file, line and option, and the range.
 */

#define S INT64_C(1000000)
#define H (3600 * S)
#define D (24 * H)

/* clang-format off */
/* Numbers and durations, in microseconds; as minutehand.conf(5) has them. */
static const struct {
	const char *name;
	int64_t fallback;
	const char *low, *high; /* the ends of the range */
	int64_t low_value, high_value;
	const char *below, *above; /* just outside */
	const char *range;
} numbers[] = {
	{ "window", -1, "0", "1h", 0, H, "-1", "3601", "auto, or a duration from 0s to 1h (90, 5m, 1h30m)" },
	{ "clock_leap", H, "0", "365d", 0, 365 * D, "-1", "366d", "a duration from 0s to 365d (90, 5m, 1h30m)" },
	{ "busy", 5 * S, "0s", "5m", 0, 300 * S, "-1s", "301s", "a duration from 0s to 5m (90, 5m, 1h30m)" },
	{ "lease", 60 * S, "1s", "1d", S, D, "999ms", "86401", "a duration from 1s to 1d (90, 5m, 1h30m)" },
	{ "misfire_grace", -1, "1s", "36500d", S, 36500 * D, "0", "36501d", "none, or a duration from 1s to 36500d (90, 5m, 1h30m)" },
	{ "max_deliveries", 5, "1", "1000000", 1, 1000000, "0", "1000001", "a number from 1 to 1000000" },
	{ "max_jobs_per_queue", 0, "0", "1000000000", 0, 1000000000, "-1", "1000000001", "a number from 0 to 1000000000" },
	{ "max_waiting", 3, "0", "1000", 0, 1000, "-1", "1001", "a number from 0 to 1000" },
	{ "max_waiting_per_token", 2, "0", "1000", 0, 1000, "-1", "1001", "a number from 0 to 1000" },
	{ "max_list", 10000, "1", "1000000", 1, 1000000, "0", "1000001", "a number from 1 to 1000000" },
	{ "retention_days", 90, "0", "36500", 0, 36500, "-1", "36501", "a number from 0 to 36500" },
	{ "retention_rows_per_job", 10000, "0", "1000000000", 0, 1000000000, "-1", "1000000001", "a number from 0 to 1000000000" },
	{ "settle", 30 * S, "1s", "1d", S, D, "999ms", "86401", "a duration from 1s to 1d (90, 5m, 1h30m)" },
	{ "max_parallel", 32, "1", "256", 1, 256, "0", "257", "a number from 1 to 256" },
	{ "http_timeout", 30 * S, "100ms", "10m", S / 10, 600 * S, "99ms", "601", "a duration from 100ms to 10m (90, 5m, 1h30m)" },
	{ "alert_no_tick", 1800 * S, "0", "30d", 0, 30 * D, "-1", "31d", "a duration from 0s to 30d (90, 5m, 1h30m)" },
	{ "retention_rows", 1000000, "0", "1000000000000", 0, INT64_C(1000000000000), "-1", "1000000000001", "a number from 0 to 1000000000000" },
};

/* What is no number, and no duration, of any option. */
static const char *const no_numbers[] = { "", "x", "1x", "\"1 s\"", "1.5", "1e3",
	"0x10", "\"\"", "99999999999999999999", "--1", "1ss", "s", "yes",
	"1m30" };

static const struct {
	const char *name;
	const char *words[5]; /* the first is the default */
	const char *range;
} choices[] = {
	{ "anonymous", { "off", "loopback" }, "off or loopback" },
	{ "group_writable", { "no", "yes" }, "no or yes" },
	{ "tick_on_request", { "no", "yes" }, "no or yes" },
	{ "language", { "auto", "en", "zh" }, "auto or en or zh" },
	{ "on_ambiguous", { "retry", "skip" }, "retry or skip" },
	/* The others need a section: t_conf_broker.c. */
	{ "broker", { "sqlite" }, "sqlite or redis or redis-stream or redis-pubsub or funboost or rabbitmq or webhook" },
	{ "log_target", { "stderr", "syslog" }, "stderr or syslog" },
	{ "log_level", { "warn", "err", "info", "debug" }, "err or warn or info or debug" },
};

/* Units of durations, and how long "2" of each is. */
static const struct {
	const char *text;
	int64_t us;
} durations[] = {
	{ "2", 2 * S },
	{ "\"2\"", 2 * S },
	{ "'2'", 2 * S },
	{ "2ms", 2000 },
	{ "2s", 2 * S },
	{ "2m", 120 * S },
	{ "002s", 2 * S },
	{ "120000ms", 120 * S },
};

/* Texts: what is taken, as what. */
static const struct {
	const char *line, *name, *value, *wrong;
} texts[] = {
	{ "timezone = Europe/Berlin", "timezone", "Europe/Berlin", NULL },
	{ "timezone = UTC", "timezone", "UTC", NULL },
	{ "timezone = \"+08:00\"", "timezone", "+08:00", NULL },
	{ "timezone = \"\"", "timezone", "", NULL },
	{ "timezone = \"Europe Berlin\"", "timezone", NULL, "is not a time zone" },
	{ "timezone = \"a;b\"", "timezone", NULL, "is not a time zone" },
	{ "timezone = \"\xc3\xa9\"", "timezone", NULL, "is not a time zone" },
	{ "zoneinfo = \"/usr/share/zoneinfo\"", "zoneinfo", "/usr/share/zoneinfo", NULL },
	{ "zoneinfo = \"~/zones\"", "zoneinfo", NULL, "\"~\" is not expanded" },
	{ "store = \"/a/b.db\"", "store", "/a/b.db", NULL },
	{ "store = \"/a b/ü.db\"", "store", "/a b/ü.db", NULL },
	{ "store = \"\"", "store", NULL, "must not be empty" },
	{ "store = \"~root/x.db\"", "store", NULL, "\"~\" is not expanded" },
	{ "memory_store = \"/dev/shm/x.db\"", "memory_store", "/dev/shm/x.db", NULL },
	{ "memory_store = \"\"", "memory_store", "", NULL },
	{ "memory_store = \"~/x.db\"", "memory_store", NULL, "\"~\" is not expanded" },
	{ "memory_store = \"store.db\"", "memory_store", NULL, "is the same file as store" },
};

/* A section, and what is wrong with it; NULL: nothing. */
static const struct {
	const char *text, *wrong;
} sections[] = {
	{ "queue q {\n}\n", NULL },
	{ "queue \"a b*?[x]\" {\n\tbroker = sqlite\n}\n", NULL },
	{ "queue q {\n\tparams = {}\n}\n", NULL },
	{ "queue q {\n\tparams = {x}\n}\n", NULL },
	{ "queue q {\n\tparams = {x, \"y z\", ü}\n}\n", NULL },
	{ "queue q {\n\tmax_deliveries = 1000000\n}\n", NULL },
	{ "queue q {\n\tmax_deliveries = 0\n}\n", ":2: option \"max_deliveries\": \"0\" is not a number from 1 to 1000000" },
	{ "queue q {\n\tmax_deliveries = x\n}\n", ":2: option \"max_deliveries\"" },
	{ "queue q {\n\tbroker = SQLite\n}\n", ":2: option \"broker\": \"SQLite\" is not sqlite or redis or" },
	{ "queue q {\n\tbroker = redis\n}\n", "option \"broker\"" },
	{ "queue q {\n\n\tlease = 5s\n}\n", ":3: no such option 'lease'" },
	{ "queue q {\n\tbroker = sqlite\n\tbroker = sqlite\n}\n", ":3: option \"broker\": is given" },
	{ "queue q {\n\tparams = {x, \"\"}\n}\n", "an element of the list has 1 to 255 bytes" },
	{ "queue {\n}\n", "" },
	{ "queue \"\" {\n}\n", "section \"queue\"" },
	{ "queue q {\n}\nqueue q {\n}\n", "q" },
	{ "params = {x}\n", ":1: no such option 'params'" },
	{ "broker = sqlite\n", NULL },
	{ "format = envelope\n", ":1: no such option 'format'" },
};
/* clang-format on */

static char dir[] = "/tmp/t_conf_options.XXXXXX";
static char path[64];

static struct conf *
load(const char *text, struct err *why)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		abort();
	err_clear(why);
	return conf_load(path, why);
}

static const struct conf_option *
option(const char *name)
{
	const struct conf_option *o = conf_options;

	while (o->name != NULL && strcmp(o->name, name) != 0)
		o++;
	return o;
}

static int64_t
number_of(const struct conf *c, const char *name)
{
	const char *base = (const char *)c;
	int64_t v;

	memcpy(&v, base + option(name)->offset, sizeof(v));
	return v;
}

/* "name = text" is taken as value, with nothing said. */
static void
takes(const char *name, const char *text, int64_t value)
{
	struct err why;
	char line[128];
	struct conf *c;

	(void)snprintf(line, sizeof(line), "\n%s = %s\n", name, text);
	c = load(line, &why);
	ok(c != NULL, "%s = %s is taken%s", name, text, why.text);
	if (c != NULL)
		is_int(number_of(c, name), value, "as it should be");
	conf_free(c);
}

/* "name = text" is refused, in one line with file, line, option and range. */
static void
refuses(const char *name, const char *text, const char *range)
{
	struct err why;
	char line[128], want[128];
	struct conf *c;

	(void)snprintf(line, sizeof(line), "\n\n%s = %s\n", name, text);
	(void)snprintf(want, sizeof(want), "%s:3: option \"%s\": ", path, name);
	c = load(line, &why);
	ok(c == NULL && strncmp(why.text, want, strlen(want)) == 0, "%s",
	    why.text);
	/* One that is missing altogether is told as such. */
	ok(text[0] == '\0' || strstr(why.text, range) != NULL,
	    "with the range");
	ok(strchr(why.text, '\n') == NULL, "in one line");
	conf_free(c);
}

static void
test_numbers(void)
{
	struct conf *c = load("", NULL);

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *name = numbers[i].name;

		is_int(number_of(c, name), numbers[i].fallback,
		    "%s: the default", name);
		takes(name, numbers[i].low, numbers[i].low_value);
		takes(name, numbers[i].high, numbers[i].high_value);
		refuses(name, numbers[i].below, numbers[i].range);
		refuses(name, numbers[i].above, numbers[i].range);
		for (size_t k = 0;
		     k < sizeof(no_numbers) / sizeof(no_numbers[0]); k++)
			refuses(name, no_numbers[k], numbers[i].range);
	}
	conf_free(c);
	takes("window", "auto", CONF_WINDOW_AUTO);
	takes("misfire_grace", "none", -1);
	refuses("busy", "auto", "a duration from 0s to 5m");
	refuses("lease", "none", "a duration from 1s to 1d");
}

static void
test_durations(void)
{
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		takes("busy", durations[i].text, durations[i].us);
	takes("lease", "2h", 2 * H);
	takes("lease", "1d", D);
	takes("misfire_grace", "2w", 14 * D);
	refuses("busy", "2M", "a duration");
	refuses("busy", "2ns", "a duration");
	refuses("busy", "1m30", "a duration");
	takes("busy", "1m30s", 90 * INT64_C(1000000));
	takes("busy", "1.5m", 90 * INT64_C(1000000));
	refuses("max_list", "10s", "a number");
}

static const char *
word_of(const struct conf_option *o, int value)
{
	const struct conf_choice *w = o->words;

	while (w->name != NULL && w->value != value)
		w++;
	return w->name == NULL ? "" : w->name;
}

static void
test_choices(void)
{
	struct err why;
	char line[64];

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		const char *name = choices[i].name;
		const struct conf_option *o = option(name);

		is_str(o->fallback, choices[i].words[0], "%s: the default",
		    name);
		for (size_t k = 0; choices[i].words[k] != NULL; k++) {
			struct conf *c;
			int got;

			(void)snprintf(line, sizeof(line), "%s = %s\n", name,
			    choices[i].words[k]);
			c = load(line, &why);
			ok(c != NULL, "%s%s", line, why.text);
			if (c == NULL)
				continue;
			memcpy(&got, (const char *)c + o->offset, sizeof(got));
			is_str(word_of(o, got), choices[i].words[k],
			    "is what it says");
			conf_free(c);
		}
		refuses(name, "maybe", choices[i].range);
		refuses(name, "OFF", choices[i].range);
		refuses(name, "1", choices[i].range);
		refuses(name, "\"\"", choices[i].range);
	}
}

static void
test_texts(void)
{
	struct err why;
	char want[64];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct conf *c = load(texts[i].line, &why);
		char *got;

		ok((c != NULL) == (texts[i].value != NULL), "%s: %s",
		    texts[i].line, why.text);
		if (c != NULL) {
			memcpy(&got,
			    (const char *)c + option(texts[i].name)->offset,
			    sizeof(got));
			is_str(got, texts[i].value, "is what it says");
		} else {
			(void)snprintf(want, sizeof(want),
			    "option \"%s\": ", texts[i].name);
			ok(strstr(why.text, want) != NULL &&
				strstr(why.text, texts[i].wrong) != NULL,
			    "with option and reason");
		}
		conf_free(c);
	}
}

static void
test_sections(void)
{
	struct err why;

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct conf *c = load(sections[i].text, &why);

		ok((c != NULL) == (sections[i].wrong == NULL),
		    "section %zu: %s", i, why.text);
		ok(sections[i].wrong == NULL ||
			strstr(why.text, sections[i].wrong) != NULL,
		    "what is said of it");
		conf_free(c);
	}
}

static bool
has_variable(const char *const *v, const char *name)
{
	while (*v != NULL && strcmp(*v, name) != 0)
		v++;
	return *v != NULL;
}

/* Each option that names a variable with a secret, alone in its section. */
static void
test_variables(void)
{
	size_t n = 0;

	for (const struct conf_section *sec = conf_sections; sec->name != NULL;
	     sec++) {
		for (const struct conf_option *o = sec->options;
		     o->name != NULL; o++) {
			struct err why = { "" };
			char text[256];
			const char **v;
			struct conf *c;

			if (o->type != CONF_ENV)
				continue;
			/* What else the section needs. */
			(void)snprintf(text, sizeof(text),
			    "%s \"a\" {\n%s%s = A_KEY\n}\n", sec->name,
			    strcmp(sec->name, "alert") == 0 ?
				"form = ntfy\nurl = \"https://h/x\"\n" :
				"",
			    o->name);
			c = load(text, &why);
			v = c == NULL ? NULL : conf_secret_variables(c);
			ok(v != NULL && has_variable(v, "A_KEY") &&
				has_variable(v, "MINUTEHAND_TOKEN"),
			    "%s of %s%s", o->name, sec->name, why.text);
			free(v);
			conf_free(c);
			n++;
		}
	}
	ok(n >= 3, "there are such options");
}

/* Every option of the table is looked at above. */
static void
test_complete(void)
{
	size_t n = sizeof(numbers) / sizeof(numbers[0]) +
	    sizeof(choices) / sizeof(choices[0]);
	size_t all = 0;

	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		all += o->type == CONF_INT || o->type == CONF_DURATION ||
		    o->type == CONF_CHOICE;
	is_int((long long)n, (long long)all, "no option was forgotten");
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/m.conf", dir);
	test_numbers();
	test_durations();
	test_choices();
	test_texts();
	test_sections();
	test_variables();
	test_complete();
	(void)unlink(path);
	(void)rmdir(dir);
	return tap_done();
}
