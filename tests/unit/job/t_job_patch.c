/* What a merge patch makes of a stored job (RFC 7396). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/* What a merge patch makes of a stored job. */

#define NOW_US INT64_C(1790000000000000) /* 2026-09-21T14:13:20Z */

static struct tz_cache *zones;
static struct conf *conf;

#define CRON \
	"{\"queue_name\":\"q\",\"trigger\":\"cron\",\"hour\":3," \
	"\"minute\":\"*/5\",\"timezone\":\"Europe/Berlin\",\"jitter\":7}"
#define LINE \
	"{\"queue_name\":\"q\",\"trigger\":\"cron\"," \
	"\"crontab\":\"0 3 * * 1-5\",\"dst\":\"skip\"}"
#define EVERY \
	"{\"queue_name\":\"q\",\"trigger\":\"interval\"," \
	"\"minutes\":5,\"args\":[1],\"kwargs\":{\"x\":1},\"priority\":3," \
	"\"description\":\"d\",\"misfire_grace_time\":60," \
	"\"retry\":{\"base\":2}}"
#define FROM \
	"{\"queue_name\":\"q\",\"trigger\":\"interval\"," \
	"\"hours\":1,\"start_date\":\"2026-01-01T00:00:00Z\"," \
	"\"end_date\":\"2030-01-01T00:00:00.5Z\"}"
#define ONCE \
	"{\"queue_name\":\"q\",\"trigger\":\"date\"," \
	"\"run_date\":\"2030-12-03T15:00:00\"}"

#define FORTNIGHT \
	"{\"queue_name\":\"q\",\"trigger\":\"calendarinterval\"," \
	"\"weeks\":2,\"hour\":9,\"timezone\":\"Europe/Berlin\"}"
#define QUARTER \
	"{\"queue_name\":\"q\",\"trigger\":\"calendarinterval\"," \
	"\"months\":3,\"on_missing_day\":\"last\"," \
	"\"start_date\":\"2026-12-31\"}"

/* The spec of the trigger afterwards, or the text of the first fault. */
static const struct sample {
	const char *body;
	const char *patch;
	const char *want;
} samples[] = {
	/* It counts on from its first date, whatever else changes. */
	{ FORTNIGHT, "{\"hour\":10,\"minute\":5}",
	    "calendarinterval;timezone=Europe/Berlin;weeks=2;hour=10;minute=5;"
	    "anchor=2026-09-21" },
	{ FORTNIGHT, "{\"months\":1}",
	    "calendarinterval;timezone=Europe/Berlin;months=1;hour=9;"
	    "anchor=2026-09-21" },
	{ FORTNIGHT, "{\"start_date\":\"2026-12-01\"}",
	    "calendarinterval;timezone=Europe/Berlin;weeks=2;hour=9;"
	    "anchor=2026-12-01;start_us=1796079600000000" },
	{ FORTNIGHT, "{\"seconds\":1}",
	    "seconds: is not a field of a calendarinterval trigger" },
	{ FORTNIGHT, "{\"trigger\":\"cron\",\"hour\":3}",
	    "cron;timezone=Europe/Berlin;hour=3" },
	{ QUARTER, "{\"hour\":10,\"on_missing_day\":null}",
	    "calendarinterval;timezone=UTC;months=3;hour=10;"
	    "anchor=2026-12-31;start_us=1798675200000000" },
	{ EVERY, "{\"crontab\":\"@every 1h30m\"}",
	    "interval;timezone=UTC;length_us=5400000000;"
	    "run_us=1790005400000000" },
	{ EVERY, "{\"crontab\":\"0 3 * * *\"}",
	    "cron;timezone=UTC;crontab=0 3 * * *" },
	{ CRON, "{\"crontab\":\"CRON_TZ=Asia/Tokyo 0 0 9 ? * 2\"}",
	    "cron;timezone=Asia/Tokyo;crontab=0 9 * * mon;jitter=7" },
	{ CRON, "{}",
	    "cron;timezone=Europe/Berlin;hour=3;minute=*/5;jitter=7" },
	{ CRON, "{\"hour\":5}",
	    "cron;timezone=Europe/Berlin;hour=5;minute=*/5;jitter=7" },
	{ CRON, "{\"minute\":null,\"day\":\"last\"}",
	    "cron;timezone=Europe/Berlin;day=last;hour=3;jitter=7" },
	{ CRON, "{\"timezone\":null,\"jitter\":0}",
	    "cron;timezone=UTC;hour=3;minute=*/5" },
	{ CRON, "{\"crontab\":\"@daily\"}",
	    "cron;timezone=Europe/Berlin;crontab=@daily;jitter=7" },
	{ CRON, "{\"trigger\":\"interval\",\"hours\":1,\"hour\":null}",
	    "interval;timezone=Europe/Berlin;length_us=3600000000;"
	    "run_us=1790003600000000;jitter=7" },
	{ CRON, "{\"trigger\":\"cron\",\"hour\":4}",
	    "cron;timezone=Europe/Berlin;hour=4;minute=*/5;jitter=7" },
	{ LINE, "{\"crontab\":\"5 3 * * *\"}",
	    "cron;timezone=UTC;crontab=5 3 * * *;dst=skip" },
	{ LINE, "{\"dst\":\"auto\"}", "cron;timezone=UTC;crontab=0 3 * * 1-5" },
	{ LINE, "{\"hour\":5}",
	    "crontab: crontab and hour cannot be given together" },
	{ LINE, "{\"hour\":5,\"crontab\":null}",
	    "cron;timezone=UTC;hour=5;dst=skip" },
	{ EVERY, "{\"minutes\":1,\"seconds\":30}",
	    "interval;timezone=UTC;length_us=90000000;"
	    "run_us=1790000090000000" },
	{ EVERY, "{\"jitter\":3}",
	    "interval;timezone=UTC;length_us=300000000;"
	    "run_us=1790000300000000;jitter=3" },
	{ FROM, "{\"end_date\":null}",
	    "interval;timezone=UTC;length_us=3600000000;"
	    "start_us=1767225600000000" },
	{ FROM, "{\"hours\":2}",
	    "interval;timezone=UTC;length_us=7200000000;"
	    "start_us=1767225600000000;end_us=1893456000500000" },
	{ FROM, "{\"start_date\":\"2026-01-01T00:30:00Z\"}",
	    "interval;timezone=UTC;length_us=3600000000;"
	    "start_us=1767227400000000;end_us=1893456000500000" },
	{ FROM, "{\"trigger\":\"cron\",\"hour\":1}",
	    "cron;timezone=UTC;hour=1;start_us=1767225600000000;"
	    "end_us=1893456000500000" },
	{ ONCE, "{\"run_date\":\"2031-01-01T00:00:00\"}",
	    "date;timezone=UTC;run_us=1924992000000000" },
	{ ONCE, "{\"end_date\":\"2029-01-01\"}", NULL },
	/* What is wrong is named. */
	{ CRON, "{\"hour\":25}", NULL },
	{ CRON, "{\"minutes\":5}",
	    "minutes: is not a field of a cron trigger" },
	{ EVERY, "{\"hour\":5}",
	    "hour: is not a field of an interval trigger" },
	{ ONCE, "{\"seconds\":5}",
	    "seconds: is not a field of a date trigger" },
	{ EVERY, "{\"minutes\":0}", NULL },
	{ EVERY, "{\"minutes\":null}", NULL },
	{ EVERY, "{\"trigger\":\"cron\"}", NULL },
	{ EVERY, "{\"trigger\":\"hourly\"}",
	    "trigger: must be date, interval or cron, or calendarinterval" },
	{ EVERY, "{\"queue_name\":\"r\"}", "queue_name: cannot be changed" },
	{ EVERY, "{\"job_id\":null}", "job_id: cannot be changed" },
	{ EVERY, "{\"job_store_kind\":\"memory\"}",
	    "job_store_kind: cannot be changed" },
	{ EVERY, "{\"replace_existing\":true}",
	    "replace_existing: cannot be changed" },
	{ EVERY, "{\"max_catchupp\":3}",
	    "max_catchupp: unknown field; did you mean max_catchup?" },
	{ EVERY, "{\"count\":3}", "count: unknown field" },
	{ EVERY, "{\"max_catchup\":0}", NULL },
	{ EVERY, "{\"kwargs\":[]}", NULL },
	{ EVERY, "{\"paused\":\"yes\"}", NULL },
	{ EVERY, "[]", "body: must be a JSON object" },
};

static struct json_object *
parse(const char *text)
{
	return json_parse(text, strlen(text), NULL);
}

static int
patch(struct job *j, const char *text, struct faults *fs)
{
	const struct trigger_env zone = { zones, "UTC", NOW_US, false };
	const struct job_env env = { conf, &zone, NULL, NULL, false };
	struct json_object *o = parse(text);
	int rc = job_patch(o, &env, j, fs);

	json_free(o);
	return rc;
}

static void
make(struct job *j, const char *text)
{
	const struct trigger_env zone = { zones, "UTC", NOW_US, false };
	const struct job_env env = { conf, &zone, NULL, NULL, false };
	struct json_object *o = parse(text);
	struct faults fs = { .n = 0 };
	bool is_replace;

	job_init(j);
	if (job_from_json(o, &env, j, &is_replace, &fs) != 0)
		printf("Bail out! %s: %s\n", fs.v[0].field, fs.v[0].text);
	json_free(o);
}

static void
check_sample(const struct sample *s)
{
	struct faults fs = { .n = 0 };
	struct buf got = BUF_INIT;
	struct job j, was;
	int rc;

	make(&j, s->body);
	make(&was, s->body);
	rc = patch(&j, s->patch, &fs);
	if (rc == 0)
		buf_str(&got, j.trigger);
	else
		buf_printf(&got, "%s: %s", fs.v[0].field, fs.v[0].text);
	if (s->want != NULL)
		is_str(buf_cstr(&got), s->want, "%s", s->patch);
	else
		ok(rc == -1 && fs.n > 0, "%s: %s", s->patch, buf_cstr(&got));
	if (rc != 0)
		ok(strcmp(j.trigger, was.trigger) == 0 &&
			j.priority == was.priority && j.state == was.state,
		    "nothing is changed");
	job_fini(&j);
	job_fini(&was);
	buf_fini(&got);
}

/* Each member alone, and the ones beside it stay. */
static void
check_members(void)
{
	struct faults fs = { .n = 0 };
	struct job j;

	make(&j, EVERY);
	is_int(patch(&j, "{\"args\":[2,{}],\"paused\":true,\"coalesce\":false}",
		   &fs),
	    0, "three of them");
	is_str(j.args, "[2,{}]", "args");
	is_str(j.kwargs, "{\"x\":1}", "kwargs stay");
	ok(j.state == JOB_PAUSED && !j.coalesce, "paused, not coalescing");
	is_int(j.priority, 3, "priority stays");
	is_int(patch(&j,
		   "{\"priority\":9,\"max_catchup\":7,"
		   "\"max_instances\":2,\"misfire_grace_time\":null,"
		   "\"description\":\"e\",\"retry\":{\"cap\":9}}",
		   &fs),
	    0, "the others");
	ok(j.priority == 9 && j.max_catchup == 7 && j.max_instances == 2 &&
		j.misfire_grace_us == JOB_NO_GRACE,
	    "numbers");
	is_str(j.description, "e", "description");
	ok(j.retry.cap_us == 9000000 && j.retry.base_us == RETRY_UNSET,
	    "retry, as a whole");
	ok(j.state == JOB_PAUSED, "paused stays");
	is_int(patch(&j,
		   "{\"args\":null,\"description\":null,"
		   "\"retry\":null,\"paused\":false,"
		   "\"max_catchup\":null,\"coalesce\":null}",
		   &fs),
	    0, "null takes back");
	ok(j.args == NULL && j.description == NULL &&
		j.retry.cap_us == RETRY_UNSET && j.state == JOB_ACTIVE &&
		j.max_catchup == 100 && j.coalesce,
	    "to the defaults");
	job_fini(&j);
}

/* What is damaged and not asked to change is left to who asks for it. */
static void
check_damaged(void)
{
	struct faults fs = { .n = 0 };
	struct job j;

	make(&j, EVERY);
	free(j.kwargs);
	j.kwargs = strdup("{\"x\":");
	j.max_catchup = -4;
	is_int(patch(&j, "{\"priority\":4}", &fs), 0, "beside it");
	is_str(j.kwargs, "{\"x\":", "it keeps its bytes");
	is_int(j.max_catchup, -4, "and its numbers");
	is_int(patch(&j, "{\"kwargs\":{},\"max_catchup\":4}", &fs), 0,
	    "and is mended");
	ok(j.kwargs == NULL && j.max_catchup == 4, "by what was given");
	free(j.trigger);
	j.trigger = strdup("cron;nonsense");
	is_int(patch(&j, "{\"hour\":4}", &fs), 0, "a trigger is made anew");
	is_str(j.trigger, "cron;timezone=UTC;hour=4", "of what is left");
	free(j.trigger);
	j.trigger = strdup("nonsense");
	is_int(patch(&j, "{\"hour\":4}", &fs), -1, "but needs its kind");
	is_str(fs.v[0].field, "trigger", "which is asked for");
	fs.n = 0;
	is_int(patch(&j, "{\"trigger\":\"cron\",\"hour\":4}", &fs), 0,
	    "it was given");
	job_fini(&j);
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	conf = conf_new("/minutehand.conf", NULL);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	check_members();
	check_damaged();
	conf_free(conf);
	tz_cache_free(zones);
	return tap_done();
}
