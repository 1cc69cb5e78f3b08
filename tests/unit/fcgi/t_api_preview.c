/* /v1/preview: every field, the answer's parts, the warnings' codes. */
#include "config.h"

#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* /v1/preview: every field, the answer's parts, the warnings' codes. */

#define P "POST", "/v1/preview"
#define CRON "{\"trigger\":\"cron\","
#define EVERY "{\"trigger\":\"interval\","
#define AT "{\"trigger\":\"date\","
#define BERLIN "\"timezone\":\"Europe/Berlin\",\"now\":\"2026-01-01\""

/* clang-format off */
static const struct api_case good[] = {
	{ "the parts of an answer", P, CRON "\"hour\":3,\"now\":\"2026-01-01\",\"count\":1}", 200, "trigger=cron[hour='3'] | trigger_kind=cron | timezone=Asia/Shanghai | words.en=at 03:00 every day, in Asia/Shanghai | words.zh? | fires=[{\"local\":\"2026-01-01 03:00:00+08:00\",\"utc\":\"2025-12-31T19:00:00Z\",\"epoch\":1767207600}] | exhausted=false | warnings=[]", NULL },
	{ "ten by default", P, CRON "\"hour\":3}", 200, "fires#=10", NULL },
	{ "a thousand at most", P, CRON "\"second\":\"*\",\"count\":1000}", 200, "fires#=1000", NULL },
	{ "one at least, as a text", P, CRON "\"hour\":3,\"count\":\"1\"}", 200, "fires#=1", NULL },
	{ "null is the usual", P, CRON "\"hour\":3,\"count\":null,\"now\":null,\"timezone\":null}", 200, "fires#=10", NULL },
	{ "now is read in the job's zone", P, CRON "\"hour\":3,\"count\":1," BERLIN "}", 200, "fires[0].local=2026-01-01 03:00:00+01:00", NULL },
	{ "now with an offset", P, CRON "\"hour\":3,\"count\":1,\"now\":\"2026-01-01T12:00:00Z\"}", 200, "fires[0].local=2026-01-02 03:00:00+08:00", NULL },
	{ "now itself may fire", P, CRON "\"hour\":3,\"count\":1,\"now\":\"2026-01-01 03:00:00\"}", 200, "fires[0].local=2026-01-01 03:00:00+08:00", NULL },
	{ "a date", P, AT "\"run_date\":\"2030-01-01\",\"now\":\"2026-01-01\"}", 200, "fires#=1 | exhausted=true | trigger=date[2030-01-01 00:00:00 CST]", NULL },
	{ "an interval", P, EVERY "\"hours\":1,\"now\":\"2026-01-01\",\"count\":2}", 200, "fires[0].local=2026-01-01 01:00:00+08:00 | fires[1].epoch=1767204000 | words.en=every hour", NULL },
	{ "a fraction of a second", P, EVERY "\"hours\":1,\"now\":\"2026-01-01\",\"start_date\":\"2026-01-01 00:00:00.25\",\"count\":1}", 200, "fires[0].local=2026-01-01 00:00:00.250000+08:00 | fires[0].epoch=1767196800.250000 | fires[0].utc=2025-12-31T16:00:00.250000Z", NULL },
	{ "before 1970", P, AT "\"run_date\":\"1960-01-01T00:00:00Z\"}", 200, "fires[0].epoch=-315619200", NULL },
	{ "a crontab line", P, CRON "\"crontab\":\"0 3 * * 1\",\"now\":\"2026-01-01\",\"count\":1}", 200, "trigger=crontab[0 3 * * 1] | fires[0].local=2026-01-05 03:00:00+08:00", NULL },
	{ "the end", P, CRON "\"hour\":3,\"now\":\"2026-01-01\",\"end_date\":\"2026-01-02 03:00\"}", 200, "fires#=2 | exhausted=true", NULL },
	{ "not yet the end", P, CRON "\"hour\":3,\"now\":\"2026-01-01\",\"end_date\":\"2026-01-02 03:00\",\"count\":1}", 200, "fires#=1 | exhausted=false", NULL },
	{ "the fields of a job", P, "{\"queue_name\":\"q\",\"job_id\":\"x\",\"trigger\":\"interval\",\"seconds\":10,\"args\":[1],\"kwargs\":{\"a\":1},\"priority\":3,\"paused\":true,\"replace_existing\":true,\"job_store_kind\":\"memory\",\"description\":\"x\",\"coalesce\":false}", 200, "fires#=10", NULL },
	{ "they are looked at, too", P, EVERY "\"seconds\":10,\"priority\":256,\"coalesce\":1}", 400, "error_data#=2 | error_data.priority? | error_data.coalesce?", NULL },
	{ "the parameters of the queue", P, "{\"queue_name\":\"known\",\"trigger\":\"date\",\"args\":[1,2]}", 400, "error_data.args~the target accepts 1", NULL },
};

static const struct api_case bad[] = {
	{ "nothing", P, "{}", 400, "error_data.trigger~is required | error_data#=1", NULL },
	{ "no body", P, NULL, 400, "error_data.trigger~is required", NULL },
	{ "a list", P, "[]", 400, "error_data.body=must be a JSON object", NULL },
	{ "count 0", P, EVERY "\"seconds\":1,\"count\":0}", 400, "error_data.count=must be a whole number from 1 to 1000 | error_data#=1", NULL },
	{ "count 1001", P, EVERY "\"seconds\":1,\"count\":1001}", 400, "error_data.count~from 1 to 1000", NULL },
	{ "a fraction", P, EVERY "\"seconds\":1,\"count\":1.5}", 400, "error_data.count~not a fraction", NULL },
	{ "now that is no time", P, EVERY "\"seconds\":1,\"now\":\"soon\"}", 400, "error_data.now~Invalid date string | error_data#=1", NULL },
	{ "now as a number", P, EVERY "\"seconds\":1,\"count\":1,\"now\":1796310000.5}", 200, "fires[0].utc=2026-12-03T15:00:01.500000Z", NULL },
	{ "now as something else", P, EVERY "\"seconds\":1,\"now\":true}", 400, "error_data.now~must be a string such as", NULL },
	{ "now in no zone", P, EVERY "\"seconds\":1,\"now\":\"2026-01-01\",\"timezone\":\"x\"}", 400, "error_data.timezone? | error_data#=1", NULL },
	{ "an unknown field", P, EVERY "\"seconds\":1,\"counts\":1}", 400, "error_data.counts~did you mean count?", NULL },
	{ "what can never fire", P, CRON "\"month\":2,\"day\":30}", 400, "error_data.day~can never fire | error_data#=1", NULL },
	{ "a queue that is none", P, "{\"queue_name\":\"\",\"trigger\":\"date\"}", 400, "error_data.queue_name=must not be empty", NULL },
	{ "several at once", P, CRON "\"hour\":25,\"minute\":61,\"count\":0,\"x\":1,\"dst\":\"y\"}", 400, "error_data#=5", NULL },
};

/* Each code of minutehand-triggers(7). */
static const struct api_case warnings[] = {
	{ "gap and fold", P, CRON "\"hour\":2,\"minute\":30," BERLIN "}", 200, "warnings#=2 | warnings[0].code=gap | warnings[0].message~2026-03-29 02:30:00 does not exist | warnings[1].code=fold | warnings[1].message~2026-10-25", NULL },
	{ "not of another hour", P, CRON "\"hour\":4," BERLIN "}", 200, "warnings=[]", NULL },
	{ "rare", P, CRON "\"month\":2,\"day\":29,\"now\":\"2026-01-01\"}", 200, "warnings[0].code=rare", NULL },
	{ "ends", P, CRON "\"hour\":3,\"now\":\"2026-01-01\",\"end_date\":\"2026-01-05\"}", 200, "warnings[0].code=ends", NULL },
	{ "past", P, AT "\"run_date\":\"2020-01-01\"}", 200, "warnings[0].code=past | warnings[0].message~next tick", NULL },
	{ "past, and not to run", P, AT "\"run_date\":\"2020-01-01\",\"misfire_grace_time\":60}", 200, "warnings[0].code=past | warnings[0].message~miss", NULL },
	{ "jitter", P, EVERY "\"seconds\":10,\"jitter\":20}", 200, "warnings[0].code=jitter", NULL },
	{ "no jitter to speak of", P, EVERY "\"hours\":10,\"jitter\":20}", 200, "warnings=[]", NULL },
	{ "cadence: ticks stay, so all is well", P, EVERY "\"seconds\":10}", 200, "warnings=[]", NULL },
};
/* clang-format on */

/* Every warning in Chinese, too, and another text than the English. */
static void
test_chinese(struct api *a)
{
	char english[512];

	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct api_request r = {
			.method = "POST",
			.path = "/v1/preview",
			.body = warnings[i].body,
			.lang = "en",
		};

		(void)api_call(a, &r);
		(void)snprintf(english, sizeof(english), "%s",
		    api_value(a, "warnings[0].message"));
		r.lang = "zh";
		(void)api_call(a, &r);
		ok(strcmp(english, "null") == 0 ||
			strcmp(api_value(a, "warnings[0].message"), english) !=
			    0,
		    "%s: %s", warnings[i].what, buf_cstr(&a->value));
	}
}

/* Ticks that do not stay, and ticks that are far apart. */
static void
test_cadence(struct api *a)
{
	static const struct api_case once = { "a minute at best", P,
		EVERY "\"seconds\":10}", 200,
		"warnings[0].code=cadence | warnings[0].message~10 seconds",
		NULL };
	static const struct api_case sparse = { "each five minutes", P,
		EVERY "\"minutes\":2}", 200, "warnings[0].code=cadence", NULL };
	static const struct api_case rarely = { "which is enough", P,
		EVERY "\"minutes\":10}", 200, "warnings=[]", NULL };

	api_conf(a, "window = 0\n");
	api_run(a, &once, 1);
	api_sql(a,
	    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 5) INSERT INTO tick (started_us, until_us, ended_us, "
	    "sent, decided) SELECT 1000000 * (strftime('%s', 'now') - 300 * (6 - i)), 0, "
	    "1000000 * (strftime('%s', 'now') - 300 * (6 - i)), 0, 0 FROM n");
	api_run(a, &sparse, 1);
	api_run(a, &rarely, 1);
}

int
main(void)
{
	struct api a;

	api_open(&a,
	    "timezone = Asia/Shanghai\nqueue known {\n\tparams = {x}\n}\n");
	API_RUN(&a, good);
	API_RUN(&a, bad);
	API_RUN(&a, warnings);
	test_chinese(&a);
	is_str(api_sql_text(&a,
		   "SELECT (SELECT count(*) FROM job) + "
		   "(SELECT count(*) FROM audit)"),
	    "0", "nothing of it changed anything");
	test_cadence(&a);
	api_close(&a);
	return tap_done();
}
