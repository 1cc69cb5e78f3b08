/*
 * Fill a store with jobs for a benchmark.
 *
 *   mkjobs FILE JOBS due|idle    all due since the last full minute, or none
 *                                before the year 2100
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/num.h"
#include "lib/store_job.h"
#include "lib/ban.h"

#define BATCH 10000

static enum store_rc
fill(struct store *st, int64_t jobs, int64_t next_us)
{
	char job_id[32], queue[] = "bench", kwargs[] = "{\"x\":1,\"y\":2}";
	char trigger[] = "cron;timezone=UTC;minute=*";
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
		j.trigger = trigger;
		j.kwargs = kwargs;
		j.next_run_us = j.cursor_us = next_us;
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
	struct store_opts o = { .busy_us = 1000000, .is_create = true };
	int64_t jobs, next = INT64_C(4102444800000000);
	enum store_rc rc;
	struct store *st;
	char why[256];

	if (argc != 4 || num_parse(argv[2], 1, 100000000, &jobs) != 0)
		return 64;
	o.path = argv[1];
	if (strcmp(argv[3], "due") == 0)
		next = clock_now_us() / 60000000 * 60000000;
	if ((st = store_open(&o, &rc, why, sizeof(why))) == NULL) {
		(void)fprintf(stderr, "mkjobs: %s\n", why);
		return 1;
	}
	rc = fill(st, jobs, next);
	store_checkpoint(st);
	store_close(st);
	return rc == STORE_OK ? 0 : 1;
}
