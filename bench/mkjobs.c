/*
 * Fill a store with jobs for a benchmark or a test.
 *
 *   mkjobs FILE JOBS idle       none due before the year 2100
 *   mkjobs FILE JOBS due        each due since the last full minute
 *   mkjobs FILE JOBS behind     each with 3 slots, one a second, that have
 *                               passed and are all to run; then it ends
 *   mkjobs FILE JOBS outage     of ten kinds, a third of them every second,
 *                               not looked after for 30 days
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/store/job.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

#define BATCH 10000
#define SECOND_US INT64_C(1000000)

/* What the jobs of one call are like. */
struct kind {
	struct buf trigger;
	int64_t next_us;
	int64_t grace_us;
	int64_t max_catchup;
	bool coalesce;
};

/* After an outage: spec, grace, coalesce, max_catchup. */
static const struct {
	const char *trigger;
	int64_t grace_s;
	bool coalesce;
	int64_t max_catchup;
} mixed[] = {
	{ "cron;timezone=UTC;second=*", -1, true, 100 },
	{ "cron;timezone=Europe/Berlin;second=*", 60, false, 5 },
	{ "interval;timezone=UTC;length_us=1000000;run_us=0", -1, false, 10 },
	{ "cron;timezone=America/New_York;minute=*;dst=once", -1, true, 1 },
	{ "cron;timezone=UTC;minute=*/5;jitter=60", 3600, false, 100 },
	{ "cron;timezone=Europe/Berlin;hour=2;minute=30", -1, true, 100 },
	{ "cron;timezone=UTC;crontab=*/15 9-17 * * 1-5", 600, true, 100 },
	{ "cron;timezone=Asia/Shanghai;day_of_week=mon;hour=9", -1, false, 3 },
	{ "interval;timezone=UTC;length_us=90000000;run_us=7", 300, false, 2 },
	{ "cron;timezone=UTC;day=last;hour=23;jitter=600", -1, true, 100 },
};

#define MIXED (sizeof(mixed) / sizeof(mixed[0]))
#define OUTAGE_US (INT64_C(30) * 86400 * SECOND_US)

static int
kind_behind(struct kind *k)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	int64_t now = clock_now_us() / SECOND_US * SECOND_US;
	struct trigger_env env = { zones, "UTC", now - 3 * SECOND_US, false };
	struct buf start = BUF_INIT, end = BUF_INIT;
	struct faults fs = { .n = 0 };
	struct trigger *t;

	k->next_us = env.now_us;
	k->coalesce = false;
	datetime_rfc3339(env.now_us, &start);
	datetime_rfc3339(now - SECOND_US, &end);
	t = trigger_new("interval",
	    (const struct trigger_field[]){ { "seconds", "1" },
		{ "start_date", buf_cstr(&start) },
		{ "end_date", buf_cstr(&end) } },
	    3, &env, &fs);
	if (t != NULL)
		trigger_spec(t, &k->trigger);
	trigger_free(t);
	tz_cache_free(zones);
	buf_fini(&start);
	buf_fini(&end);
	return fs.n == 0 ? 0 : -1;
}

/* The kinds of a call into v, MIXED of them; how many, or 0. */
static size_t
kinds_outage(struct kind *v)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	struct faults fs = { .n = 0 };
	struct trigger *t;

	for (size_t i = 0; i < MIXED; i++) {
		t = trigger_from_spec(mixed[i].trigger, zones, &fs);
		if (t == NULL)
			break;
		v[i].next_us = trigger_next(t, clock_now_us() - OUTAGE_US);
		v[i].coalesce = mixed[i].coalesce;
		v[i].max_catchup = mixed[i].max_catchup;
		if (mixed[i].grace_s >= 0)
			v[i].grace_us = mixed[i].grace_s * SECOND_US;
		buf_str(&v[i].trigger, mixed[i].trigger);
		trigger_free(t);
	}
	tz_cache_free(zones);
	return fs.n == 0 ? MIXED : 0;
}

static size_t
kinds_parse(const char *name, struct kind *v)
{
	for (size_t i = 0; i < MIXED; i++)
		v[i] = (struct kind){ BUF_INIT, 0, JOB_NO_GRACE, 100, true };
	if (strcmp(name, "outage") == 0)
		return kinds_outage(v);
	if (strcmp(name, "behind") == 0)
		return kind_behind(v) == 0;
	buf_str(&v->trigger, "cron;timezone=UTC;minute=*");
	if (strcmp(name, "idle") == 0)
		v->next_us = INT64_C(4102444800) * SECOND_US;
	else if (strcmp(name, "due") == 0)
		v->next_us =
		    clock_now_us() / (60 * SECOND_US) * (60 * SECOND_US);
	else
		return 0;
	return 1;
}

static enum store_rc
add(struct store *st, int64_t i, const struct kind *k)
{
	char job_id[32], queue[] = "bench", kwargs[] = "{\"x\":1,\"y\":2}";
	struct job j;

	job_init(&j);
	(void)snprintf(job_id, sizeof(job_id), "job-%07lld", (long long)i);
	j.queue = queue;
	j.job_id = job_id;
	j.trigger = k->trigger.data;
	j.kwargs = kwargs;
	j.misfire_grace_us = k->grace_us;
	j.coalesce = k->coalesce;
	j.max_catchup = k->max_catchup;
	j.next_run_us = j.cursor_us = k->next_us;
	return store_job_insert(st, &j);
}

static enum store_rc
fill(struct store *st, int64_t jobs, const struct kind *v, size_t n)
{
	enum store_rc rc = STORE_OK;

	for (int64_t i = 0; i < jobs && rc == STORE_OK; i++) {
		if (i % BATCH == 0)
			rc = store_begin(st);
		if (rc == STORE_OK)
			rc = add(st, i, &v[(size_t)i % n]);
		if (rc == STORE_OK && (i % BATCH == BATCH - 1 || i == jobs - 1))
			rc = store_commit(st);
	}
	return rc;
}

int
main(int argc, char *argv[])
{
	struct store_opts o = { .busy_us = SECOND_US, .is_create = true };
	struct kind v[MIXED];
	size_t n = argc == 4 ? kinds_parse(argv[3], v) : 0;
	enum store_rc rc;
	struct store *st;
	struct err why;
	int64_t jobs;

	if (n == 0 || num_parse(argv[2], 1, 100000000, &jobs) != 0) {
		(void)fprintf(stderr,
		    "usage: mkjobs FILE JOBS "
		    "idle|due|behind|outage\n");
		return 64;
	}
	o.path = argv[1];
	if ((st = store_open(&o, &rc, &why)) == NULL) {
		(void)fprintf(stderr, "mkjobs: %s\n", why.text);
		return 1;
	}
	rc = fill(st, jobs, v, n);
	store_checkpoint(st);
	store_close(st);
	for (size_t i = 0; i < MIXED; i++)
		buf_fini(&v[i].trigger);
	return rc == STORE_OK ? 0 : 1;
}
