/* Each field of a body that adds a job, one at a time and all at once. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/*
 * The fields of add_timing_job but for the trigger's, at the edges of their
 * ranges, and the job as clients read it (lib/job/job_json.h).
 */

/* date -ud 2030-01-01 +%s */
#define NOW_US (INT64_C(1893456000) * 1000000)

static struct tz_cache *zones;
static struct conf conf = { .misfire_grace_us = 1500000 };

/* Read the body of a date job with one more piece; the result. */
static int
read_with(const char *more, struct job *j, struct faults *fs)
{
	const struct trigger_env trigger = { zones, "UTC", NOW_US, false };
	const struct job_env env = { &conf, &trigger, NULL, NULL, false };
	struct json_object *o;
	char text[2000];
	bool is_replace = false;
	int rc;

	(void)snprintf(text, sizeof(text),
	    "{\"queue_name\":\"q\",\"trigger\":\"date\"%s}", more);
	o = json_parse(text, strlen(text), NULL);
	fs->n = 0;
	job_init(j);
	rc = job_from_json(o, &env, j, &is_replace, fs);
	if (is_replace)
		j->id = 1; /* told by way of a member nothing else sets */
	json_free(o);
	return rc;
}

/* What of the job is shown as text. */
static const char *
member(const struct job *j, const char *name)
{
	static char text[512];
	const struct trigger_env trigger = { zones, "UTC", NOW_US, false };
	struct buf b = BUF_INIT;
	struct json_object *o;

	job_to_json(j, &trigger, &b);
	o = json_parse(buf_cstr(&b), b.len, NULL);
	(void)snprintf(text, sizeof(text), "%s",
	    !json_has(o, name) ? "absent" : json_text(json_member(o, name)));
	json_free(o);
	buf_fini(&b);
	return text;
}

/* A piece of a body; what the job then shows there, or the fault. */
static const struct {
	const char *more, *name, *want;
	const char *fault; /* "field: text", NULL: taken */
} rows[] = {
	{ "", "misfire_grace_time", "1.500000", NULL },
	{ ",\"misfire_grace_time\":null", "misfire_grace_time", "null", NULL },
	{ ",\"misfire_grace_time\":1", "misfire_grace_time", "1", NULL },
	{ ",\"misfire_grace_time\":0", NULL, NULL,
	    "misfire_grace_time: must be a whole number from 1 to " },
	{ ",\"misfire_grace_time\":1.5", NULL, NULL,
	    "misfire_grace_time: must be a whole number, not a fraction" },
	{ "", "coalesce", "true", NULL },
	{ ",\"coalesce\":false", "coalesce", "false", NULL },
	{ ",\"coalesce\":null", "coalesce", "true", NULL },
	{ ",\"coalesce\":1", NULL, NULL,
	    "coalesce: must be true or false, not a number" },
	{ "", "max_catchup", "100", NULL },
	{ ",\"max_catchup\":1", "max_catchup", "1", NULL },
	{ ",\"max_catchup\":10000", "max_catchup", "10000", NULL },
	{ ",\"max_catchup\":0", NULL, NULL,
	    "max_catchup: must be a whole number from 1 to 10000" },
	{ ",\"max_catchup\":10001", NULL, NULL,
	    "max_catchup: must be a whole number from 1 to 10000" },
	{ "", "badge", "false", NULL },
	{ ",\"badge\":true", "badge", "true", NULL },
	{ ",\"badge\":1", NULL, NULL,
	    "badge: must be true or false, not a number" },
	{ "", "alerts", "null", NULL },
	{ ",\"alerts\":null", "alerts", "null", NULL },
	{ ",\"alerts\":true", "alerts", "true", NULL },
	{ ",\"alerts\":false", "alerts", "false", NULL },
	{ ",\"alerts\":\"no\"", NULL, NULL,
	    "alerts: must be true or false, not a string" },
	{ "", "max_instances", "1", NULL },
	{ ",\"max_instances\":\"3\"", "max_instances", "3", NULL },
	{ ",\"max_instances\":1000", "max_instances", "1000", NULL },
	{ ",\"max_instances\":1001", NULL, NULL,
	    "max_instances: must be a whole number from 1 to 1000" },
	{ "", "priority", "0", NULL },
	{ ",\"priority\":255", "priority", "255", NULL },
	{ ",\"priority\":256", NULL, NULL,
	    "priority: must be a whole number from 0 to 255" },
	{ ",\"priority\":-1", NULL, NULL,
	    "priority: must be a whole number from 0 to 255" },
	{ "", "retry", "null", NULL },
	{ ",\"retry\":{}", "retry", "null", NULL },
	{ ",\"retry\":{\"max_attempts\":3,\"base\":0}", "retry",
	    "{\"max_attempts\":3,\"base\":0}", NULL },
	{ ",\"retry\":{\"cap\":9,\"max_age\":0,\"max_attempts\":1000}", "retry",
	    "{\"max_attempts\":1000,\"max_age\":0,\"cap\":9}", NULL },
	{ ",\"retry\":{\"base\":\"7\",\"cap\":1e1}", "retry",
	    "{\"base\":7,\"cap\":10}", NULL },
	{ ",\"retry\":{\"base\":null,\"cap\":3155760000}", "retry",
	    "{\"cap\":3155760000}", NULL },
	{ ",\"retry\":{\"base\":null}", "retry", "null", NULL },
	{ ",\"retry\":{\"max_age\":-1,\"base\":3155760001}", NULL, NULL,
	    "retry.max_age: must be a whole number from 0 to 3155760000" },
	{ ",\"retry\":{\"max_attempts\":0}", NULL, NULL,
	    "retry.max_attempts: must be a whole number from 1 to 1000" },
	{ ",\"retry\":{\"max_atempts\":1}", NULL, NULL,
	    "retry.max_atempts: unknown field; did you mean max_attempts?" },
	{ ",\"retry\":[]", NULL, NULL, "retry: must be an object, not a list" },
	{ "", "description", "null", NULL },
	{ ",\"description\":\"\"", "description", "null", NULL },
	{ ",\"description\":\"\xe6\x8a\xa5 \\\"x\\\"\"", "description",
	    "\"\xe6\x8a\xa5 \\\"x\\\"\"", NULL },
	{ ",\"description\":7", NULL, NULL,
	    "description: must be a string, not a number" },
	{ ",\"args\":[]", "args", "[]", NULL },
	{ ",\"args\":[1,\"a/b\",null]", "args", "[1,\"a/b\",null]", NULL },
	{ ",\"args\":\"x\"", NULL, NULL, "args: must be a list, not a string" },
	{ ",\"kwargs\":{\"k\":[1]}", "kwargs", "{\"k\":[1]}", NULL },
	{ ",\"kwargs\":[]", NULL, NULL,
	    "kwargs: must be an object, not a list" },
	{ "", "job_store_kind", "\"redis\"", NULL },
	{ ",\"job_store_kind\":\"sqlite\"", "job_store_kind", "\"redis\"",
	    NULL },
	{ ",\"job_store_kind\":\"memory\"", "job_store_kind", "\"memory\"",
	    NULL },
	{ ",\"job_store_kind\":\"disk\"", NULL, NULL,
	    "job_store_kind: must be redis, sqlite or memory" },
	{ "", "status", "\"running\"", NULL },
	{ ",\"paused\":false", "status", "\"running\"", NULL },
	{ ",\"paused\":true", "status", "\"paused\"", NULL },
	{ ",\"paused\":true", "next_run_time", "null", NULL },
	{ ",\"paused\":true", "reason", "\"added as paused\"", NULL },
	{ "", "next_run_time", "\"2030-01-01 00:00:00+00:00\"", NULL },
	{ ",\"timezone\":\"Asia/Tokyo\"", "next_run_time",
	    "\"2030-01-01 09:00:00+09:00\"", NULL },
	{ ",\"timezone\":\"Asia/Tokyo\"", "timezone", "\"Asia/Tokyo\"", NULL },
	{ ",\"end_date\":\"2031-01-01\"", "end_date",
	    "\"2031-01-01 00:00:00+00:00\"", NULL },
	{ "", "start_date", "null", NULL },
	{ ",\"jitter\":30", "jitter", "30", NULL },
	{ "", "crontab", "null", NULL },
	{ "", "trigger_kind", "\"date\"", NULL },
	{ "", "dst", "\"auto\"", NULL },
	{ ",\"job_id\":\"\xc3\xa9/1\"", "job_id", "\"\xc3\xa9/1\"", NULL },
	{ ",\"job_id\":7", NULL, NULL,
	    "job_id: must be a string, not a number" },
	{ ",\"job_id\":\"a\\nb\"", NULL, NULL,
	    "job_id: must be UTF-8 without control characters" },
	{ ",\"queue_nam\":1", NULL, NULL,
	    "queue_nam: unknown field; did you mean queue_name?" },
	{ ",\"now\":\"2030-01-01\"", NULL, NULL, "now: unknown field" },
	{ ",\"replace_existing\":\"yes\"", NULL, NULL,
	    "replace_existing: must be true or false, not a string" },
};

static void
check_rows(void)
{
	struct faults fs = { .n = 0 };
	struct job j;
	char got[500];
	int rc;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rc = read_with(rows[i].more, &j, &fs);
		is_int(rc, rows[i].fault == NULL ? 0 : -1, "'%s'",
		    rows[i].more);
		(void)snprintf(got, sizeof(got), "%s: %s", fs.v[0].field,
		    fs.v[0].text);
		if (rows[i].fault != NULL) {
			got[strlen(rows[i].fault)] = '\0';
			is_str(fs.n == 0 ? "none" : got, rows[i].fault,
			    "the fault");
		} else {
			if (j.job_id == NULL)
				j.job_id = strdup("made later");
			is_str(member(&j, rows[i].name), rows[i].want, "its %s",
			    rows[i].name);
		}
		job_fini(&j);
	}
}

/* Every bad field is told in one answer. */
static void
check_all_at_once(void)
{
	struct faults fs = { .n = 0 };
	struct job j;

	is_int(read_with(",\"run_date\":\"x\",\"priority\":-1,\"args\":1,"
			 "\"coalesce\":2,\"zz\":3,\"paused\":4",
		   &j, &fs),
	    -1, "six bad fields");
	is_int((long long)fs.n, 6, "six faults");
	job_fini(&j);
	is_int(read_with(",\"replace_existing\":true", &j, &fs), 0, "replace");
	is_int(j.id, 1, "is told");
	job_fini(&j);
}

/* A description of 1 to n bytes; n + 1 is too long, and says the limit. */
static void
check_description(void)
{
	char more[1800], digits[16];
	struct faults fs = { .n = 0 };
	struct job j;
	int most = 0;

	(void)snprintf(more, sizeof(more), ",\"description\":\"");
	memset(more + 16, 'd', 1500);
	memcpy(more + 1516, "\"", 2);
	is_int(read_with(more, &j, &fs), -1, "1500 bytes are too many");
	(void)sscanf(fs.v[0].text, "has more than %d bytes", &most);
	ok(most > 0 && most < 1500, "the limit is told: %d", most);
	job_fini(&j);
	for (int n = most; n <= most + 1; n++) {
		memset(more + 16, 'd', 1500);
		memcpy(more + 16 + n, "\"", 2);
		(void)snprintf(digits, sizeof(digits), "%d", n);
		is_int(read_with(more, &j, &fs), n == most ? 0 : -1, "%s bytes",
		    digits);
		job_fini(&j);
	}
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	check_rows();
	check_all_at_once();
	check_description();
	tz_cache_free(zones);
	return tap_done();
}
