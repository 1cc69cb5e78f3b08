/*
 * Fill a store with jobs for a benchmark or a test.
 *
 *   mkjobs FILE JOBS idle       none due before the year 2100
 *   mkjobs FILE JOBS due        each due since the last full minute
 *   mkjobs FILE JOBS behind     each with 3 slots, one a second, that have
 *                               passed and are all to run; then it ends
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/datetime.h"
#include "lib/fault.h"
#include "lib/num.h"
#include "lib/store_job.h"
#include "lib/trigger.h"
#include "lib/tz.h"
#include "lib/ban.h"

#define BATCH 10000
#define SECOND_US INT64_C(1000000)

/* What all jobs of one call have in common. */
struct kind {
	struct buf trigger;
	int64_t next_us;
	bool coalesce;
};

static int
kind_behind(struct kind *k)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	int64_t now = clock_now_us() / SECOND_US * SECOND_US;
	struct trigger_env env = { zones, "UTC", now - 3 * SECOND_US };
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

static int
kind_parse(const char *name, struct kind *k)
{
	k->coalesce = true;
	if (strcmp(name, "behind") == 0)
		return kind_behind(k);
	buf_str(&k->trigger, "cron;timezone=UTC;minute=*");
	if (strcmp(name, "idle") == 0)
		k->next_us = INT64_C(4102444800) * SECOND_US;
	else if (strcmp(name, "due") == 0)
		k->next_us =
		    clock_now_us() / (60 * SECOND_US) * (60 * SECOND_US);
	else
		return -1;
	return 0;
}

static enum store_rc
fill(struct store *st, int64_t jobs, const struct kind *k)
{
	char job_id[32], queue[] = "bench", kwargs[] = "{\"x\":1,\"y\":2}";
	enum store_rc rc = STORE_OK;
	struct job j;

	for (int64_t i = 0; i < jobs && rc == STORE_OK; i++) {
		if (i % BATCH == 0)
			rc = store_begin(st);
		job_init(&j);
		(void)snprintf(job_id, sizeof(job_id), "job-%07lld",
		    (long long)i);
		j.queue = queue;
		j.job_id = job_id;
		j.trigger = k->trigger.data;
		j.kwargs = kwargs;
		j.coalesce = k->coalesce;
		j.next_run_us = j.cursor_us = k->next_us;
		if (rc == STORE_OK)
			rc = store_job_insert(st, &j);
		if (rc == STORE_OK && (i % BATCH == BATCH - 1 || i == jobs - 1))
			rc = store_commit(st);
	}
	return rc;
}

int
main(int argc, char *argv[])
{
	struct store_opts o = { .busy_us = SECOND_US, .is_create = true };
	struct kind k = { .trigger = BUF_INIT };
	enum store_rc rc;
	struct store *st;
	char why[256];
	int64_t jobs;

	if (argc != 4 || num_parse(argv[2], 1, 100000000, &jobs) != 0 ||
	    kind_parse(argv[3], &k) != 0) {
		(void)fprintf(stderr,
		    "usage: mkjobs FILE JOBS "
		    "idle|due|behind\n");
		return 64;
	}
	o.path = argv[1];
	if ((st = store_open(&o, &rc, why, sizeof(why))) == NULL) {
		(void)fprintf(stderr, "mkjobs: %s\n", why);
		return 1;
	}
	rc = fill(st, jobs, &k);
	store_checkpoint(st);
	store_close(st);
	buf_fini(&k.trigger);
	return rc == STORE_OK ? 0 : 1;
}
