/*
 * Every allocation of the pure modules fails once: an error or the right
 * result, no leak.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/base/list.h"
#include "lib/record/message.h"
#include "lib/job/message_funboost.h"
#include "lib/record/run.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"
#include "lib/sched/why_words.h"
#include "tests/unit/oom/oom.h"

/*
 * Pure code without memory; t_oom_conf, t_oom_store and t_oom_sched have the
 * rest.
 */

#define NOW INT64_C(1790000000000000)

/* Made with all memory there is. */
static struct {
	struct tz_cache *zones;
	const struct tz *utc;
	struct trigger *cron, *interval, *years;
} world;

/* Was what was built told as failed, or is it right? */
static enum oom_rc
judge(struct buf *b, const char *want)
{
	enum oom_rc rc = b->is_failed	   ? OOM_REFUSED :
	    strcmp(buf_cstr(b), want) == 0 ? OOM_DONE :
					     OOM_WRONG;

	buf_fini(b);
	return rc;
}

static enum oom_rc
run_buf(void)
{
	struct buf b = BUF_INIT;
	char *s;

	buf_str(&b, "a");
	buf_printf(&b, "%0100d", 1);
	buf_json(&b, "\x01");
	buf_add(&b, "z", 1);
	if (b.is_failed) {
		s = buf_take(&b);
		return s == NULL ? OOM_REFUSED : OOM_WRONG;
	}
	s = buf_take(&b);
	if (s == NULL || strlen(s) != 110)
		return OOM_WRONG;
	free(s);
	return OOM_DONE;
}

static enum oom_rc
run_lists(void)
{
	struct job_list jobs = { NULL, 0, 0 };
	struct run_list runs = { NULL, 0, 0 };
	struct message_list messages = { NULL, 0, 0 };
	enum oom_rc rc = OOM_DONE;
	size_t n;

	for (n = 0; n < 40 && rc == OOM_DONE; n++) {
		if (job_list_add(&jobs) == NULL)
			rc = jobs.n == n ? OOM_REFUSED : OOM_WRONG;
		else if (run_list_add(&runs) == NULL)
			rc = runs.n == n ? OOM_REFUSED : OOM_WRONG;
		else if (message_list_add(&messages) == NULL)
			rc = messages.n == n ? OOM_REFUSED : OOM_WRONG;
	}
	job_list_fini(&jobs);
	run_list_fini(&runs);
	message_list_fini(&messages);
	return rc;
}

static enum oom_rc
run_zone(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct err why = { "" };
	const struct tz *tz;
	enum oom_rc rc = OOM_DONE;

	if (tc == NULL)
		return OOM_REFUSED;
	tz = tz_get(tc, "America/New_York", &why);
	if (tz == NULL)
		rc = strstr(why.text, "America/New_York") != NULL ?
		    OOM_REFUSED :
		    OOM_WRONG;
	else if (tz_instant(tz, 0) != 18000)
		rc = OOM_WRONG;
	/* A zone that could not be had is not remembered as missing. */
	if (rc == OOM_REFUSED && tz_get(tc, "America/New_York", &why) == NULL)
		rc = OOM_WRONG;
	tz_cache_free(tc);
	return rc;
}

static enum oom_rc
run_offset(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct err why = { "" };
	const struct tz *tz;
	enum oom_rc rc = OOM_DONE;

	if (tc == NULL)
		return OOM_REFUSED;
	tz = tz_get(tc, "+05:30", &why);
	if (tz == NULL)
		rc = strstr(why.text, "+05:30") != NULL ? OOM_REFUSED :
							  OOM_WRONG;
	else if (tz_instant(tz, 0) != -19800)
		rc = OOM_WRONG;
	tz_cache_free(tc);
	return rc;
}

/* Refreshing keeps what is loaded; the host's zone is one that loads. */
static enum oom_rc
run_host(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	enum oom_rc rc;

	if (tc == NULL)
		return OOM_REFUSED;
	tz_cache_refresh(tc);
	rc = strcmp(tz_host_name(tc, "Asia/Tokyo"), "Asia/Tokyo") == 0 ?
	    OOM_DONE :
	    OOM_REFUSED;
	if (tz_get(tc, tz_host_name(tc, NULL), NULL) == NULL)
		rc = OOM_REFUSED;
	tz_cache_free(tc);
	return rc;
}

/* A trigger of one field, and its printed form. */
static enum oom_rc
make(const char *kind, const char *name, const char *value, const char *want)
{
	const struct trigger_field f[] = { { name, value },
		{ "timezone", "Europe/Berlin" } };
	const struct trigger_env env = { world.zones, "UTC", NOW, false };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new(kind, f, 2, &env, &fs);
	struct buf b = BUF_INIT;

	if (t == NULL)
		return fs.n > 0 ? OOM_REFUSED : OOM_WRONG;
	trigger_print(t, &b);
	trigger_free(t);
	return judge(&b, want);
}

static enum oom_rc
run_date(void)
{
	return make("date", "run_date", "2030-01-01 00:00:00",
	    "date[2030-01-01 00:00:00 CET]");
}

static enum oom_rc
run_interval(void)
{
	return make("interval", "minutes", "90", "interval[1:30:00]");
}

static enum oom_rc
run_cron(void)
{
	return make("cron", "hour", "9-17", "cron[hour='9-17']");
}

static enum oom_rc
run_years(void)
{
	return make("cron", "year", "2030-2040", "cron[year='2030-2040']");
}

static enum oom_rc
run_crontab(void)
{
	return make("cron", "crontab", "0 3 * * 1-5", "crontab[0 3 * * 1-5]");
}

static enum oom_rc
run_spec(void)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;
	struct buf b = BUF_INIT, again = BUF_INIT;
	enum oom_rc rc;

	trigger_spec(world.cron, &b);
	if (b.is_failed) {
		buf_fini(&b);
		return OOM_REFUSED;
	}
	errno = 0;
	t = trigger_from_spec(buf_cstr(&b), world.zones, &fs);
	if (t == NULL) {
		/* The ticker tells by errno whether it may try again. */
		rc = fs.n > 0 && errno == ENOMEM ? OOM_REFUSED : OOM_WRONG;
		buf_fini(&b);
		return rc;
	}
	trigger_spec(t, &again);
	rc = judge(&again, buf_cstr(&b));
	trigger_free(t);
	buf_fini(&b);
	return rc;
}

static enum oom_rc
run_words(void)
{
	struct buf b = BUF_INIT;

	trigger_describe(world.cron, DESCRIBE_EN, &b);
	buf_str(&b, "|");
	trigger_describe(world.interval, DESCRIBE_ZH, &b);
	return judge(&b,
	    "at 02:30 every day, in Europe/Berlin|"
	    "每10秒");
}

/* Years that are told as they were typed. */
static enum oom_rc
run_words_years(void)
{
	struct buf b = BUF_INIT;

	trigger_describe(world.years, DESCRIBE_EN, &b);
	return judge(&b,
	    "at 00:00 on the 1st of January, in the years"
	    " 2030,2032,2034,2036,2038,2041,2043,2045,2047,2049,"
	    " in Europe/Berlin");
}

static enum oom_rc
run_warn(void)
{
	const struct warn_env env = { NOW, 3600 * INT64_C(1000000), -1, 0, 0 };
	enum oom_rc rc = OOM_DONE;
	struct warns ws = { .n = 0 };

	warns_find(world.cron, &env, &ws);
	if (ws.n != 2)
		rc = OOM_WRONG;
	for (size_t i = 0; i < ws.n && rc == OOM_DONE; i++) {
		for (int l = 0; l < DESCRIBE__MAX; l++) {
			if (ws.v[i].text[l].is_failed)
				rc = OOM_REFUSED;
			else if (strlen(buf_cstr(&ws.v[i].text[l])) < 20)
				rc = OOM_WRONG;
		}
	}
	warns_fini(&ws);
	return rc;
}

static enum oom_rc
run_due(void)
{
	const struct due_policy p = { -1, false, 100, 1 };
	struct due_plan plan;
	enum oom_rc rc;

	if (due_plan(world.interval, &p, trigger_first(world.interval, NOW),
		NOW + 60000000, &plan) != 0)
		rc = plan.fires == NULL ? OOM_REFUSED : OOM_WRONG;
	else
		rc = plan.nfires >= 6 ? OOM_DONE : OOM_WRONG;
	due_plan_fini(&plan);
	return rc;
}

static enum oom_rc
run_envelope(void)
{
	const struct message_envelope e = { "t", "q", NULL, 0, 0, 1, NULL,
		NULL };
	struct buf b = BUF_INIT;

	message_envelope(&e, &b);
	return judge(&b,
	    "{\"task_id\":\"t\",\"queue_name\":\"q\","
	    "\"job_id\":null,"
	    "\"scheduled_at\":\"1970-01-01T00:00:00Z\","
	    "\"enqueued_at\":\"1970-01-01T00:00:00Z\","
	    "\"attempt\":1,\"args\":[],\"kwargs\":{}}");
}

/* Through the parser, and with room for nothing at its first byte. */
static enum oom_rc
run_funboost(void)
{
	char name[] = "x";
	char *v[] = { name };
	const struct conf_list names = { v, 1 };
	const struct message_funboost m = { "t", "[1]", "{\"y\":2}", &names, 3,
		0, world.utc };
	struct buf b = BUF_INIT;
	int rc = message_funboost(&m, &b);

	if (rc == -1) {
		buf_fini(&b);
		return OOM_REFUSED;
	}
	return judge(&b,
	    "{\"x\":1,\"y\":2,\"extra\":{\"other_extra_params\":"
	    "{\"priroty\":3},\"task_id\":\"t\",\"publish_time\":0.0000,"
	    "\"publish_time_format\":\"1970-01-01 00:00:00\"}}");
}

static const struct oom_case cases[] = {
	{ "buf", run_buf },
	{ "lists of jobs, runs and messages", run_lists },
	{ "tz_get of a file", run_zone },
	{ "tz_get of an offset", run_offset },
	{ "tz_host_name", run_host },
	{ "a date trigger", run_date },
	{ "an interval trigger", run_interval },
	{ "a cron trigger", run_cron },
	{ "a cron trigger of some years", run_years },
	{ "a crontab trigger", run_crontab },
	{ "trigger_from_spec", run_spec },
	{ "trigger_words", run_words },
	{ "trigger_words of years", run_words_years },
	{ "warns_find", run_warn },
	{ "due_plan", run_due },
	{ "message_envelope", run_envelope },
	{ "message_funboost", run_funboost },
};

static void
open_world(void)
{
	const struct trigger_env env = { NULL, "Europe/Berlin", NOW, false };
	struct trigger_env e = env;
	const struct trigger_field at[] = { { "hour", "2" },
		{ "minute", "30" } },
				   every = { "seconds", "10" },
				   years = { "year",
					   "2030,2032,2034,2036,2038,2041,"
					   "2043,2045,2047,2049" };
	struct faults fs = { .n = 0 };

	e.zones = world.zones = tz_cache_new(NULL);
	world.utc = tz_get(world.zones, "UTC", NULL);
	world.cron = trigger_new("cron", at, 2, &e, &fs);
	world.interval = trigger_new("interval", &every, 1, &e, &fs);
	world.years = trigger_new("cron", &years, 1, &e, &fs);
	if (fs.n > 0)
		exit(EXIT_FAILURE);
}

int
main(void)
{
	open_world();
	oom_try_all(cases, sizeof(cases) / sizeof(cases[0]));
	trigger_free(world.cron);
	trigger_free(world.interval);
	trigger_free(world.years);
	tz_cache_free(world.zones);
	is_int(oom.live, 0, "nothing is left at the end");
	return tap_done();
}
