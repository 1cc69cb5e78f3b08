/* What a trigger would do, without doing it (lib/job/preview.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/job/preview.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/* What a trigger would do, told and not done (lib/job/preview.h). */

/* date -ud 2030-01-01 +%s */
#define NOW_US (INT64_C(1893456000) * 1000000)

static struct tz_cache *zones;
static struct conf conf = { .misfire_grace_us = -1 };

/* Preview a body; the whole answer, or "field: text" of each fault. */
static void
show(const char *body, enum describe_lang lang, struct buf *out)
{
	const struct trigger_env trigger = { zones, "UTC", NOW_US, false };
	const struct job_env env = { &conf, &trigger, NULL, NULL, false };
	struct preview p = { .count = PREVIEW_COUNT_DEFAULT };
	struct faults fs = { .n = 0 };
	struct json_object *o;

	buf_reset(out);
	o = json_parse(body, strlen(body), NULL);
	if (preview_from_json(o, &env, 60000000, &p, &fs) == 0) {
		preview_to_json(&p, lang, out);
		preview_fini(&p);
	}
	for (size_t i = 0; i < fs.n; i++)
		buf_printf(out, "%s%s: %s", i > 0 ? "; " : "", fs.v[i].field,
		    fs.v[i].text);
	json_free(o);
}

/*
 * Epochs are those of date(1): date -ud '2030-01-02 03:04:05' +%s, and so on.
 * For the sentences, which are t_trigger_words', stands WORDS.
 */
static const struct {
	const char *body, *want;
} wholes[] = {
	{ "{\"trigger\":\"date\",\"run_date\":\"2030-01-02 03:04:05.5\"}",
	    "{\"trigger\":\"date[2030-01-02 03:04:05 UTC]\","
	    "\"trigger_kind\":\"date\",\"timezone\":\"UTC\","
	    "\"words\":WORDS,"
	    "\"fires\":[{\"local\":\"2030-01-02 03:04:05.500000+00:00\","
	    "\"utc\":\"2030-01-02T03:04:05.500000Z\","
	    "\"epoch\":1893553445.500000}],"
	    "\"exhausted\":true,\"warnings\":[]}" },
	{ "{\"trigger\":\"cron\",\"hour\":0,\"count\":2,"
	  "\"timezone\":\"Asia/Tokyo\"}",
	    "{\"trigger\":\"cron[hour='0']\",\"trigger_kind\":\"cron\","
	    "\"timezone\":\"Asia/Tokyo\","
	    "\"words\":{\"en\":\"at 00:00 every day, in Asia/Tokyo\","
	    "\"zh\":\"每天 00:00（Asia/Tokyo）\"},"
	    "\"fires\":[{\"local\":\"2030-01-02 00:00:00+09:00\","
	    "\"utc\":\"2030-01-01T15:00:00Z\",\"epoch\":1893510000},"
	    "{\"local\":\"2030-01-03 00:00:00+09:00\","
	    "\"utc\":\"2030-01-02T15:00:00Z\",\"epoch\":1893596400}],"
	    "\"exhausted\":false,\"warnings\":[]}" },
	{ "{\"trigger\":\"interval\",\"minutes\":\"2\",\"count\":1,"
	  "\"start_date\":\"1969-12-31T23:59:59.75Z\","
	  "\"now\":\"1969-12-31 23:59:00\"}",
	    "{\"trigger\":\"interval[0:02:00]\",\"trigger_kind\":\"interval\","
	    "\"timezone\":\"UTC\","
	    "\"words\":WORDS,"
	    "\"fires\":[{\"local\":\"1969-12-31 23:59:59.750000+00:00\","
	    "\"utc\":\"1969-12-31T23:59:59.750000Z\","
	    "\"epoch\":-0.250000}],"
	    "\"exhausted\":false,\"warnings\":[]}" },
};

static void
check_wholes(void)
{
	struct buf got = BUF_INIT;
	const char *mark, *rest, *at;
	size_t head;

	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		show(wholes[i].body, DESCRIBE_EN, &got);
		mark = strstr(wholes[i].want, "WORDS");
		if (mark == NULL) {
			is_str(buf_cstr(&got), wholes[i].want, "%s",
			    wholes[i].body);
			continue;
		}
		head = (size_t)(mark - wholes[i].want);
		rest = mark + strlen("WORDS");
		at = strstr(buf_cstr(&got), rest);
		ok(strncmp(buf_cstr(&got), wholes[i].want, head) == 0,
		    "%s: up to the words", wholes[i].body);
		ok(at != NULL && strlen(at) == strlen(rest),
		    "and what follows them");
		if (at == NULL ||
		    strncmp(buf_cstr(&got), wholes[i].want, head) != 0)
			printf("# %s\n", buf_cstr(&got));
	}
	buf_fini(&got);
}

/* How many fires are told: the default, the edges, and an earlier end. */
static const struct {
	const char *count;
	int want; /* 0: refused */
} counts[] = {
	{ "", PREVIEW_COUNT_DEFAULT },
	{ ",\"count\":null", PREVIEW_COUNT_DEFAULT },
	{ ",\"count\":1", 1 },
	{ ",\"count\":\"3\"", 3 },
	{ ",\"count\":1000", 1000 },
	{ ",\"count\":1001", 0 },
	{ ",\"count\":0", 0 },
	{ ",\"count\":-1", 0 },
	{ ",\"count\":1.5", 0 },
	{ ",\"count\":5,\"end_date\":\"2030-01-01 00:02:30\"", 3 },
};

static void
check_counts(void)
{
	struct buf got = BUF_INIT;
	char body[256];
	int n;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		(void)snprintf(body, sizeof(body),
		    "{\"trigger\":\"interval\",\"minutes\":1,"
		    "\"start_date\":\"2030-01-01\"%s}",
		    counts[i].count);
		show(body, DESCRIBE_EN, &got);
		n = 0;
		for (const char *p = buf_cstr(&got);
		     (p = strstr(p, "\"local\"")) != NULL; p++)
			n++;
		is_int(n, counts[i].want, "fires with '%s'", counts[i].count);
		if (counts[i].want == 0)
			ok(strncmp(buf_cstr(&got), "count: ", 7) == 0,
			    "refused: %s", buf_cstr(&got));
	}
	ok(strstr(buf_cstr(&got), "\"exhausted\":true") != NULL,
	    "an end that was reached is told");
	buf_fini(&got);
}

/* All bad fields at once; nothing of a job that a preview has no use for. */
static const struct {
	const char *body, *want;
} faulty[] = {
	{ "[]", "body: must be a JSON object" },
	{ "{\"trigger\":\"cron\",\"hour\":24,\"count\":0,\"now\":\"soon\"}",
	    "count: must be a whole number from 1 to 1000; "
	    "now: Invalid date string: write it as 2030-12-03 15:00:00, as "
	    "2030-12-03T15:00:00Z or with an offset such as +01:00, not "
	    "\"soon\"; "
	    "hour: Error validating expression '24': the last value (24) is "
	    "higher than the maximum value (23): write 0" },
	{ "{\"trigger\":\"cron\",\"hour\":1,\"now\":[7]}",
	    "now: must be a string such as \"2030-12-03T15:00:00Z\" or a "
	    "number of epoch seconds, not a list" },
	{ "{\"trigger\":\"cron\",\"hour\":1,\"timezone\":\"Mars/Base\","
	  "\"now\":\"2030-01-01\"}",
	    "timezone: time zone \"Mars/Base\" is not known to this host" },
	{ "{\"trigger\":\"cron\",\"hour\":1,\"nou\":\"2030-01-01\"}",
	    "nou: unknown field; did you mean now?" },
	{ "{}",
	    "trigger: is required: date, interval or cron, or calendarinterval" },
};

static void
check_faulty(void)
{
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < sizeof(faulty) / sizeof(faulty[0]); i++) {
		show(faulty[i].body, DESCRIBE_EN, &got);
		is_str(buf_cstr(&got), faulty[i].want, "%s", faulty[i].body);
	}
	show("{\"trigger\":\"cron\",\"hour\":1,\"queue_name\":\"q\"}",
	    DESCRIBE_EN, &got);
	ok(buf_cstr(&got)[0] == '{', "a queue may be named");
	buf_fini(&got);
}

/* Warnings in the language asked for, by codes that never change. */
static void
check_warnings(void)
{
	struct buf got = BUF_INIT;
	static const char body[] =
	    "{\"trigger\":\"cron\",\"hour\":2,\"minute\":30,"
	    "\"timezone\":\"America/New_York\"}";

	show(body, DESCRIBE_EN, &got);
	ok(strstr(buf_cstr(&got), "\"warnings\":[{\"code\":\"gap\"") != NULL,
	    "02:30 in New York: a gap");
	show(body, DESCRIBE_ZH, &got);
	ok(strstr(buf_cstr(&got), "\"code\":\"gap\",\"message\":\"") != NULL &&
		strstr(buf_cstr(&got), "\xe9") != NULL,
	    "and in Chinese");
	show("{\"trigger\":\"date\",\"run_date\":\"2029-01-01\"}", DESCRIBE_EN,
	    &got);
	ok(strstr(buf_cstr(&got), "\"code\":\"past\"") != NULL,
	    "a date that is past");
	show("{\"trigger\":\"date\",\"run_date\":\"2029-01-01\","
	     "\"now\":\"2028-12-31\"}",
	    DESCRIBE_EN, &got);
	ok(strstr(buf_cstr(&got), "\"code\":\"past\"") == NULL,
	    "is not as of another now");
	show("{\"trigger\":\"interval\",\"seconds\":10}", DESCRIBE_EN, &got);
	ok(strstr(buf_cstr(&got), "\"code\":\"cadence\"") != NULL,
	    "finer than the host's cron");
	buf_fini(&got);
}

/* Warnings for a job that is there; none when it cannot be read. */
static void
check_job(void)
{
	const struct trigger_env trigger = { zones, "UTC", NOW_US, false };
	const struct job_env env = { &conf, &trigger, NULL, NULL, false };
	char good[] = "date;timezone=UTC;run_us=1000000", bad[] = "nonsense";
	struct job j;
	struct warns ws = { .n = 0 };

	job_init(&j);
	j.trigger = good;
	preview_warn_job(&j, &env, 0, &ws);
	ok(ws.n == 1 && ws.v[0].code == WARN_PAST, "a job of the past");
	warns_fini(&ws);
	j.trigger = bad;
	preview_warn_job(&j, &env, 0, &ws);
	is_int((long long)ws.n, 0, "nothing is said of what cannot be read");
	warns_fini(&ws);
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	check_wholes();
	check_counts();
	check_faulty();
	check_warnings();
	check_job();
	tz_cache_free(zones);
	return tap_done();
}
