/*
 * Bodies that add a job: what is taken, what is refused, and the words of it.
 */
#include "config.h"

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * add_timing_job: what each field takes and what it refuses, and that a bad
 * one adds nothing.
 */

#define EVERY "\"queue_name\":\"q\",\"trigger\":\"interval\",\"seconds\":10"
#define AT \
	"\"queue_name\":\"q\",\"trigger\":\"date\",\"run_date\":\"2099-01-01\""
#define CRON "\"queue_name\":\"q\",\"trigger\":\"cron\""
#define Q "\"queue_name\":\"q\""

struct good {
	const char *body; /* without its braces */
	const char *want; /* of the job object */
};

struct bad {
	const char *body;
	const char *field;
	const char *text; /* part of what is said of it */
};

/* clang-format off */
static const struct good good_names[] = {
	{ EVERY ",\"job_id\":\"a b/c?d#e%41&f\"", "data.job_id=a b/c?d#e%41&f" },
	{ EVERY ",\"job_id\":\"作业-é-🚀\"", "data.job_id=作业-é-🚀" },
	{ EVERY ",\"job_id\":\"" X255 "\"", "data.job_id=" X255 },
	{ EVERY ",\"job_id\":\"\\u4f5c\\ud83d\\ude80\"", "data.job_id=作🚀" },
	{ "\"queue_name\":\"" X255 "\",\"trigger\":\"date\"", "data.queue_name=" X255 },
	{ "\"queue_name\":\" \",\"trigger\":\"date\"", "data.queue_name= " },
	{ EVERY ",\"job_store_kind\":\"redis\"", "data.job_store_kind=redis" },
	{ EVERY ",\"job_store_kind\":\"sqlite\"", "data.job_store_kind=redis" },
	{ EVERY ",\"job_store_kind\":\"memory\"", "data.job_store_kind=memory" },
	{ EVERY ",\"job_store_kind\":null", "data.job_store_kind=redis" },
	{ EVERY ",\"replace_existing\":null", "data.status=running" },
	{ EVERY ",\"replace_existing\":true", "data.status=running" },
};

static const struct bad bad_names[] = {
	{ "\"trigger\":\"date\"", "queue_name", "is required" },
	{ "\"queue_name\":null,\"trigger\":\"date\"", "queue_name", "is required" },
	{ "\"queue_name\":\"\",\"trigger\":\"date\"", "queue_name", "must not be empty" },
	{ "\"queue_name\":7,\"trigger\":\"date\"", "queue_name", "must be a string, not a number" },
	{ "\"queue_name\":[\"q\"],\"trigger\":\"date\"", "queue_name", "must be a string, not a list" },
	{ "\"queue_name\":{},\"trigger\":\"date\"", "queue_name", "must be a string, not an object" },
	{ "\"queue_name\":true,\"trigger\":\"date\"", "queue_name", "must be a string, not true or false" },
	{ "\"queue_name\":1.5,\"trigger\":\"date\"", "queue_name", "must be a string, not a fraction" },
	{ "\"queue_name\":\"" X256 "\",\"trigger\":\"date\"", "queue_name", "is 256 bytes long; at most 255 are allowed" },
	{ "\"queue_name\":\"" X250 "作作\",\"trigger\":\"date\"", "queue_name", "is 256 bytes long" },
	{ "\"queue_name\":\"a\\u0000b\",\"trigger\":\"date\"", "queue_name", "must not contain a NUL" },
	{ "\"queue_name\":\"a\\tb\",\"trigger\":\"date\"", "queue_name", "control characters" },
	{ "\"queue_name\":\"a\\u007fb\",\"trigger\":\"date\"", "queue_name", "control characters" },
	{ EVERY ",\"job_id\":1", "job_id", "must be a string, not a number" },
	{ EVERY ",\"job_id\":[]", "job_id", "must be a string, not a list" },
	{ EVERY ",\"job_id\":\"" X256 "\"", "job_id", "is 256 bytes long" },
	{ EVERY ",\"job_id\":\"a\\nb\"", "job_id", "control characters" },
	{ EVERY ",\"job_store_kind\":\"\"", "job_store_kind", "must be redis, sqlite or memory" },
	{ EVERY ",\"job_store_kind\":\"Redis\"", "job_store_kind", "must be redis, sqlite or memory" },
	{ EVERY ",\"job_store_kind\":1", "job_store_kind", "must be a string" },
	{ EVERY ",\"replace_existing\":1", "replace_existing", "must be true or false, not a number" },
	{ EVERY ",\"replace_existing\":\"true\"", "replace_existing", "must be true or false, not a string" },
	{ EVERY ",\"paused\":\"no\"", "paused", "must be true or false" },
};

static const struct good good_triggers[] = {
	/* date */
	{ "\"queue_name\":\"q\",\"trigger\":\"date\"", "data.trigger_kind=date | data.next_run_time~+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":null", "data.trigger~date[" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"\"", "data.trigger~date[" },
	{ EVERY ",\"count\":5,\"now\":\"2026-01-01\",\"\":1,\"__proto__\":{}", "data.warnings[0].code=ignored | data.warnings[3].code=ignored" },
	{ AT, "data.next_run_time=2099-01-01 00:00:00+08:00 | data.trigger=date[2099-01-01 00:00:00 CST]" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-1-2 3:4\"", "data.next_run_time=2099-01-02 03:04:00+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02T03:04:05Z\"", "data.next_run_time=2099-01-02 11:04:05+08:00 | data.trigger=date[2099-01-02 03:04:05 UTC]" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02 03:04:05.000001\"", "data.next_run_time=2099-01-02 03:04:05.000001+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02t03:04:05.123456789z\"", "data.next_run_time=2099-01-02 11:04:05.123456+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02T03:04:05+0000\"", "data.next_run_time=2099-01-02 11:04:05+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02T03:04:05-01\"", "data.next_run_time=2099-01-02 12:04:05+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":4070995200", "data.next_run_time=2099-01-02 08:00:00+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":4070995200.25", "data.next_run_time=2099-01-02 08:00:00.250000+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":4.0709952e9", "data.next_run_time=2099-01-02 08:00:00+08:00" },
	{ EVERY ",\"start_date\":4070995200,\"end_date\":\"2099-01-03T00:00:00+0000\"", "data.start_date=2099-01-02 08:00:00+08:00 | data.end_date=2099-01-03 08:00:00+08:00" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":10.0,\"minutes\":1e1,\"jitter\":1e0,\"misfire_grace_time\":6e1,\"max_instances\":2.0,\"max_catchup\":1E1,\"priority\":5.0", "data.trigger=interval[0:10:10] | data.jitter=1 | data.misfire_grace_time=60 | data.max_instances=2 | data.max_catchup=10 | data.priority=5" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":\"1e3\"", "data.trigger=interval[0:16:40]" },
	{ Q ",\"trigger\":\"cron\",\"hour\":10.0,\"minute\":3e1", "data.trigger=cron[hour='10', minute='30']" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02 03:04:05.5\"", "data.next_run_time=2099-01-02 03:04:05.500000+08:00" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-02 03:04:05-03:30\"", "data.trigger=date[2099-01-02 03:04:05 UTC-03:30]" },
	{ AT ",\"timezone\":\"UTC\"", "data.trigger=date[2099-01-01 00:00:00 UTC] | data.timezone=UTC" },
	{ AT ",\"timezone\":\"+05:30\"", "data.next_run_time=2099-01-01 00:00:00+05:30 | data.timezone=+05:30" },
	{ AT ",\"end_date\":\"2099-01-01\"", "data.end_date=2099-01-01 00:00:00+08:00" },
	{ AT ",\"start_date\":\"2099-01-01\"", "data.start_date=2099-01-01 00:00:00+08:00" },
	/* interval */
	{ EVERY, "data.trigger=interval[0:00:10] | data.trigger_kind=interval" },
	{ Q ",\"trigger\":\"interval\",\"weeks\":1,\"days\":2,\"hours\":3,\"minutes\":4,\"seconds\":5", "data.trigger=interval[9 days, 3:04:05]" },
	{ Q ",\"trigger\":\"interval\",\"days\":1", "data.trigger=interval[1 day, 0:00:00]" },
	{ Q ",\"trigger\":\"interval\",\"hours\":\"25\"", "data.trigger=interval[1 day, 1:00:00]" },
	{ Q ",\"trigger\":\"interval\",\"days\":36525", "data.trigger=interval[36525 days, 0:00:00]" },
	{ EVERY ",\"minutes\":0,\"hours\":null", "data.trigger=interval[0:00:10]" },
	{ EVERY ",\"start_date\":\"2090-01-01\"", "data.next_run_time=2090-01-01 00:00:00+08:00" },
	{ EVERY ",\"jitter\":5", "data.jitter=5" },
	{ EVERY ",\"jitter\":\"5\"", "data.jitter=5" },
	{ EVERY ",\"jitter\":0", "data.jitter=0" },
	{ EVERY ",\"jitter\":null", "data.jitter=0" },
	/* cron */
	{ CRON ",\"hour\":3", "data.trigger=cron[hour='3']" },
	{ CRON ",\"year\":\"2098-2099\",\"month\":\"JAN\",\"day\":\"1\",\"second\":5", "data.trigger=cron[year='2098-2099', month='jan', day='1', second='5'] | data.next_run_time=2098-01-01 00:00:05+08:00" },
	{ CRON ",\"day\":\"last\",\"hour\":0", "data.trigger=cron[day='last', hour='0']" },
	{ CRON ",\"day\":\"1st mon, last fri\"", "data.trigger=cron[day='1st mon,last fri']" },
	{ CRON ",\"week\":1,\"day_of_week\":\"mon\"", "data.trigger=cron[week='1', day_of_week='mon']" },
	{ CRON ",\"crontab\":\"*/5 0-6 * * *\"", "data.trigger=crontab[*/5 0-6 * * *] | data.crontab=*/5 0-6 * * *" },
	{ CRON ",\"crontab\":\"@daily\"", "data.crontab=@daily" },
	{ Q ",\"trigger\":\"calendarinterval\",\"months\":3,\"hour\":9,\"start_date\":\"2026-12-31\",\"on_missing_day\":\"last\"", "data.trigger=calendarinterval[months=3, time='09:00:00', start_date='2026-12-31', on_missing_day='last'] | data.trigger_kind=calendarinterval" },
	{ CRON ",\"crontab\":\"0 0 9 ? * 2\"", "data.crontab=0 9 * * mon" },
	{ CRON ",\"crontab\":\"CRON_TZ=Asia/Tokyo 0 9 * * *\"", "data.crontab=0 9 * * * | data.timezone=Asia/Tokyo" },
	{ CRON ",\"crontab\":\"@every 1h30m\"", "data.trigger=interval[1:30:00] | data.trigger_kind=interval" },
	{ CRON ",\"hour\":3,\"dst\":\"wall\"", "data.dst=wall" },
	{ CRON ",\"hour\":3,\"dst\":\"skip\"", "data.dst=skip" },
	{ CRON ",\"hour\":3,\"dst\":\"once\"", "data.dst=once" },
	{ CRON ",\"hour\":3,\"dst\":\"auto\"", "data.dst=auto" },
	{ CRON ",\"hour\":3,\"dst\":null", "data.dst=auto" },
	{ CRON ",\"hour\":3,\"timezone\":null", "data.timezone=Asia/Shanghai" },
	{ CRON ",\"hour\":3,\"start_date\":\"2090-06-01\",\"end_date\":\"2090-06-01 03:00\"", "data.next_run_time=2090-06-01 03:00:00+08:00" },
	{ CRON ",\"hour\":3,\"start_date\":\"2090-06-01T00:00:00Z\"", "data.start_date=2090-06-01 08:00:00+08:00" },
};

static const struct bad bad_triggers[] = {
	{ Q, "trigger", "is required: date, interval or cron" },
	{ Q ",\"trigger\":null", "trigger", "is required" },
	{ Q ",\"trigger\":\"\"", "trigger", "must be date, interval or cron" },
	{ Q ",\"trigger\":\"Date\"", "trigger", "must be date, interval or cron" },
	{ Q ",\"trigger\":\"and\"", "trigger", "must be date, interval or cron" },
	{ Q ",\"trigger\":[\"date\"]", "trigger", "must be a string" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"soon\"", "run_date", "Invalid date string" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-02-29\"", "run_date", "day is out of range for month" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-13-01\"", "run_date", "month must be in 1..12" },
	{ Q ",\"trigger\":\"date\",\"run_date\":\"2099-01-01 24:00:00\"", "run_date", "hour must be in 0..23" },
	{ Q ",\"trigger\":\"date\",\"run_date\":true", "run_date", "must be a string" },
	{ Q ",\"trigger\":\"date\",\"run_date\":{}", "run_date", "must be a string" },
	{ AT ",\"end_date\":\"2098-12-31\"", "end_date", "must not lie before run_date" },
	{ AT ",\"start_date\":\"2099-01-02\"", "start_date", "must not lie after run_date" },
	{ Q ",\"trigger\":\"interval\"", "trigger", "an interval needs weeks, days, hours, minutes or seconds" },
	{ Q ",\"trigger\":\"interval\",\"days\":0,\"seconds\":\"0\"", "seconds", "" },
	{ Q ",\"trigger\":\"interval\",\"days\":36526", "days", "100 years" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":-1", "seconds", "not negative" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":1.5", "seconds", "must be a string or a whole number, not a fraction" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":\"1.5\"", "seconds", "must be a whole number" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":\"\"", "seconds", "must be a whole number" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":\" 5\"", "seconds", "must be a whole number" },
	{ Q ",\"trigger\":\"date\",\"run_date\":1796310000000", "run_date", "milliseconds" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":\"1e-3\"", "seconds", "must be a whole number" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":true", "seconds", "must be a string or a whole number, not true or false" },
	{ Q ",\"trigger\":\"interval\",\"seconds\":[5]", "seconds", "not a list" },
	{ EVERY ",\"jitter\":-1", "jitter", "" },
	{ EVERY ",\"jitter\":1.5", "jitter", "not a fraction" },
	{ EVERY ",\"jitter\":\"much\"", "jitter", "" },
	{ EVERY ",\"timezone\":\"Mars/Base\"", "timezone", "Mars/Base" },
	{ EVERY ",\"timezone\":\"\"", "timezone", "" },
	{ EVERY ",\"timezone\":\"../../etc/passwd\"", "timezone", "" },
	{ EVERY ",\"timezone\":\"/etc/passwd\"", "timezone", "" },
	{ EVERY ",\"timezone\":\"+25:00\"", "timezone", "" },
	{ EVERY ",\"timezone\":8", "timezone", "" },
	{ EVERY ",\"start_date\":\"never\"", "start_date", "Invalid date string" },
	{ EVERY ",\"end_date\":\"never\"", "end_date", "Invalid date string" },
	{ EVERY ",\"end_date\":\"2001-01-01\"", "end_date", "" },
	{ EVERY ",\"start_date\":\"2099-01-02\",\"end_date\":\"2099-01-01\"", "end_date", "" },
	{ EVERY ",\"dst\":\"never\"", "dst", "must be one of auto, wall, skip, once" },
	{ EVERY ",\"dst\":1", "dst", "" },
	{ CRON, "trigger", "" },
	{ CRON ",\"hour\":\"\"", "hour", "" },
	{ CRON ",\"hour\":24", "hour", "higher than the maximum value (23)" },
	{ CRON ",\"hour\":\"-1\"", "hour", "" },
	{ CRON ",\"minute\":60", "minute", "higher than the maximum value (59)" },
	{ CRON ",\"second\":\"*/60\"", "second", "" },
	{ CRON ",\"second\":\"*/0\"", "second", "" },
	{ CRON ",\"minute\":\"30-10\"", "minute", "must not be higher than the maximum" },
	{ CRON ",\"month\":13", "month", "" },
	{ CRON ",\"month\":\"janvier\"", "month", "" },
	{ CRON ",\"month\":0", "month", "" },
	{ CRON ",\"day\":\"L\"", "day", "Unrecognized expression" },
	{ CRON ",\"day\":\"6th mon\"", "day", "" },
	{ CRON ",\"day\":32", "day", "" },
	{ CRON ",\"week\":54", "week", "" },
	{ CRON ",\"day_of_week\":7", "day_of_week", "" },
	{ CRON ",\"day_of_week\":\"mon-fri/2\"", "day_of_week", "" },
	{ CRON ",\"year\":1969", "year", "" },
	{ CRON ",\"year\":\"2000\"", "year", "" },
	{ CRON ",\"month\":2,\"day\":30", "day", "" },
	{ CRON ",\"hour\":true", "hour", "must be a string or a whole number" },
	{ CRON ",\"crontab\":\"* * * *\"", "crontab", "" },
	{ CRON ",\"crontab\":\"60 * * * *\"", "crontab", "" },
	{ CRON ",\"crontab\":\"* * 30 2 *\"", "crontab", "" },
	{ CRON ",\"crontab\":\"@reboot\"", "crontab", "" },
	{ CRON ",\"crontab\":\"\"", "crontab", "" },
	{ CRON ",\"crontab\":5", "crontab", "" },
	{ CRON ",\"crontab\":\"0 3 * * *\",\"hour\":3", "crontab", "" },
};

static const struct good good_policies[] = {
	{ EVERY, "data.misfire_grace_time! | data.coalesce=true | data.max_catchup=100 | data.max_instances=1 | data.priority=0 | data.retry! | data.description! | data.reason! | data.args=[] | data.kwargs={}" },
	{ EVERY ",\"misfire_grace_time\":1", "data.misfire_grace_time=1" },
	{ EVERY ",\"misfire_grace_time\":\"60\"", "data.misfire_grace_time=60" },
	{ EVERY ",\"misfire_grace_time\":3155760000", "data.misfire_grace_time=3155760000" },
	{ EVERY ",\"coalesce\":false", "data.coalesce=false" },
	{ EVERY ",\"coalesce\":null", "data.coalesce=true" },
	{ EVERY ",\"max_catchup\":1", "data.max_catchup=1" },
	{ EVERY ",\"max_catchup\":10000", "data.max_catchup=10000" },
	{ EVERY ",\"max_instances\":1000", "data.max_instances=1000" },
	{ EVERY, "data.max_runtime!" },
	{ EVERY ",\"max_runtime\":null", "data.max_runtime!" },
	{ EVERY ",\"max_runtime\":1", "data.max_runtime=1" },
	{ EVERY ",\"max_runtime\":\"3155760000\"", "data.max_runtime=3155760000" },
	{ EVERY ",\"priority\":255", "data.priority=255" },
	{ EVERY ",\"priority\":\"7\"", "data.priority=7" },
	{ EVERY ",\"priority\":null", "data.priority=0" },
	{ EVERY ",\"description\":\"\"", "data.description!" },
	{ EVERY ",\"description\":\"line\\nline 2: \\\"作\\\"\"", "data.description=line\nline 2: \"作\"" },
	{ EVERY ",\"description\":\"" X1024 "\"", "data.description=" X1024 },
	{ EVERY ",\"paused\":true", "data.status=paused | data.next_run_time! | data.reason~by " },
	{ EVERY ",\"paused\":false", "data.status=running" },
	{ EVERY ",\"retry\":{\"max_attempts\":1000,\"max_age\":0,\"base\":1,\"cap\":3155760000}", "data.retry={\"max_attempts\":1000,\"max_age\":0,\"base\":1,\"cap\":3155760000}" },
	{ EVERY ",\"retry\":{}", "data.retry!" },
	{ EVERY ",\"retry\":null", "data.retry!" },
	{ EVERY ",\"render\":null", "data.status=running" },
	{ EVERY ",\"args\":null,\"kwargs\":null", "data.args=[] | data.kwargs={}" },
	{ EVERY ",\"args\":[],\"kwargs\":{}", "data.args=[] | data.kwargs={}" },
	{ EVERY ",\"args\":[1,\"x\",null,true,[2],{\"a\":1.5}]", "data.args=[1,\"x\",null,true,[2],{\"a\":1.5}]" },
	{ EVERY ",\"kwargs\":{\"\":1,\"名\":\"值\",\"n\":null}", "data.kwargs={\"\":1,\"名\":\"值\",\"n\":null}" },
	/* Left over from other triggers, they are ignored whatever they are. */
	{ EVERY ",\"run_date\":5,\"hour\":[],\"crontab\":\"x\",\"year\":null", "data.trigger=interval[0:00:10]" },
	{ AT ",\"weeks\":-1,\"seconds\":\"x\",\"minute\":99,\"crontab\":{}", "data.trigger_kind=date" },
	{ CRON ",\"hour\":1,\"run_date\":[],\"weeks\":-5,\"seconds\":\"x\"", "data.trigger=cron[hour='1']" },
};

static const struct bad bad_policies[] = {
	{ EVERY ",\"misfire_grace_time\":0", "misfire_grace_time", "from 1 to 3155760000" },
	{ EVERY ",\"misfire_grace_time\":3155760001", "misfire_grace_time", "from 1 to 3155760000" },
	{ EVERY ",\"misfire_grace_time\":-5", "misfire_grace_time", "from 1" },
	{ EVERY ",\"misfire_grace_time\":1.5", "misfire_grace_time", "must be a whole number, not a fraction" },
	{ EVERY ",\"misfire_grace_time\":true", "misfire_grace_time", "must be a whole number" },
	{ EVERY ",\"coalesce\":1", "coalesce", "must be true or false" },
	{ EVERY ",\"max_catchup\":0", "max_catchup", "from 1 to 10000" },
	{ EVERY ",\"max_catchup\":10001", "max_catchup", "from 1 to 10000" },
	{ EVERY ",\"max_catchup\":\"x\"", "max_catchup", "from 1 to 10000" },
	{ EVERY ",\"max_instances\":0", "max_instances", "from 1 to 1000" },
	{ EVERY ",\"max_runtime\":0", "max_runtime", "from 1 to 3155760000" },
	{ EVERY ",\"max_runtime\":3155760001", "max_runtime", "from 1 to 3155760000" },
	{ EVERY ",\"max_runtime\":1.5", "max_runtime", "whole number" },
	{ EVERY ",\"max_runtime\":\"1h\"", "max_runtime", "whole number" },
	{ EVERY ",\"max_instances\":1001", "max_instances", "from 1 to 1000" },
	{ EVERY ",\"priority\":-1", "priority", "from 0 to 255" },
	{ EVERY ",\"priority\":256", "priority", "from 0 to 255" },
	{ EVERY ",\"priority\":[1]", "priority", "must be a whole number, not a list" },
	{ EVERY ",\"description\":\"" X1024 "x\"", "description", "more than 1024 bytes" },
	{ EVERY ",\"description\":5", "description", "must be a string" },
	{ EVERY ",\"description\":\"a\\u0000\"", "description", "NUL" },
	{ EVERY ",\"args\":{}", "args", "must be a list, not an object" },
	{ EVERY ",\"args\":\"[]\"", "args", "must be a list, not a string" },
	{ EVERY ",\"kwargs\":[]", "kwargs", "must be an object, not a list" },
	{ EVERY ",\"kwargs\":1", "kwargs", "must be an object" },
	{ EVERY ",\"retry\":3", "retry", "must be an object" },
	{ EVERY ",\"retry\":{\"max_attempts\":0}", "'retry.max_attempts'", "from 1 to 1000" },
	{ EVERY ",\"retry\":{\"max_attempts\":1001}", "'retry.max_attempts'", "from 1 to 1000" },
	{ EVERY ",\"retry\":{\"max_age\":-1}", "'retry.max_age'", "from 0 to" },
	{ EVERY ",\"retry\":{\"base\":1.5}", "'retry.base'", "must be a whole number" },
	{ EVERY ",\"retry\":{\"cap\":3155760001}", "'retry.cap'", "from 0 to 3155760000" },
	{ EVERY ",\"retry\":{\"tries\":1}", "'retry.tries'", "unknown field" },
	{ EVERY ",\"render\":{\"serviceId\":\"srv-c3rfdgg6n88pa7t3a6ag\"}", "'render.startCommand'", "is required" },
	{ EVERY ",\"kwargs\":{\"extra\":{\"can_not_json_serializable_keys\":[]}}", "kwargs", "refused" },
	/* A preview's fields are none of a job. */
	{ EVERY ",\"queuename\":\"q\"", "queuename", "did you mean queue_name?" },
	{ EVERY ",\"replace_exiting\":true", "replace_exiting", "did you mean replace_existing?" },
	{ EVERY ",\"missfire_grace_time\":1", "missfire_grace_time", "did you mean misfire_grace_time?" },
	{ EVERY ",\"max_catchups\":1", "max_catchups", "did you mean max_catchup?" },
	{ EVERY ",\"Seconds\":1", "Seconds", "did you mean seconds?" },
};
/* clang-format on */

static void
check_good(struct api *a, const struct good *c, size_t n)
{
	char body[4096];
	struct api_case one = {
		.method = "POST",
		.path = "/funboost/add_timing_job",
		.body = body,
		.status = 200,
	};

	for (size_t i = 0; i < n; i++, c++) {
		(void)snprintf(body, sizeof(body), "{%s}", c->body);
		one.what = c->body;
		one.want = c->want;
		api_run(a, &one, 1);
	}
}

static void
check_bad(struct api *a, const struct bad *c, size_t n)
{
	char body[4096], want[512];
	struct api_case one = {
		.method = "POST",
		.path = "/funboost/add_timing_job",
		.body = body,
		.status = 400,
		.want = want,
	};

	for (size_t i = 0; i < n; i++, c++) {
		(void)snprintf(body, sizeof(body), "{%s}", c->body);
		(void)snprintf(want, sizeof(want),
		    "error=bad_input | error_data#=1 | error_data.%s? | "
		    "error_data.%s~%s | msg~Adding the job failed: ",
		    c->field, c->field, c->text);
		one.what = c->body;
		api_run(a, &one, 1);
	}
}

#define N(v) (sizeof(v) / sizeof((v)[0]))

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	check_bad(&a, bad_names, N(bad_names));
	check_bad(&a, bad_triggers, N(bad_triggers));
	check_bad(&a, bad_policies, N(bad_policies));
	is_str(api_sql_text(&a, "SELECT count(*) FROM job"), "0",
	    "nothing of it was added");
	check_good(&a, good_names, N(good_names));
	check_good(&a, good_triggers, N(good_triggers));
	check_good(&a, good_policies, N(good_policies));
	api_close(&a);
	return tap_done();
}
