/*
 * Applies the retention of the configuration, in short transactions. Tested in
 * tests/ticker/retention.bats.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "lib/base/stop.h"
#include "lib/store/job.h"
#include "lib/store/prune.h"
#include "ticker/tick/prune.h"
#include "lib/base/ban.h"

#define STEP_ROWS 1000
#define STEP_US (50 * 1000)
#define YIELD_US 1000
#define TICK_US (2 * CLOCK_US_PER_S)
#define DAY_US (86400 * CLOCK_US_PER_S)

/*
 * One transaction, not flushed: rows and sums that a power cut brings back are
 * pruned again.
 */
static enum store_rc
prune_step(struct store *st, const struct store_prune *p, bool *is_more)
{
	int64_t done = 0;
	enum store_rc rc;

	store_set_durable(st, false);
	if ((rc = store_begin(st)) == STORE_OK) {
		rc = store_prune_step(st, p, &done, is_more);
		if (rc == STORE_OK)
			rc = store_commit(st);
		else
			store_rollback(st);
	}
	store_set_durable(st, true);
	return rc;
}

/* Return whether a job is due. */
static bool
is_due(const struct clock *clock, struct store *st)
{
	int64_t next;

	return store_job_next(st, &next) != STORE_OK ||
	    next <= clock_get_us(clock);
}

/* Take at least one step, so that a busy store is pruned, too. */
static void
prune_store(struct store *st, const struct store_prune *p)
{
	int64_t end = clock_get_mono_us(p->clock) + TICK_US;
	enum store_rc rc = STORE_OK;
	bool is_more;

	do {
		is_more = false;
		rc = prune_step(st, p, &is_more);
		if (is_more)
			clock_wait_us(p->clock, YIELD_US);
	} while (is_more && rc == STORE_OK && !stop_is_pending() &&
	    clock_get_mono_us(p->clock) < end && !is_due(p->clock, st));
	if (rc != STORE_OK)
		log_event(LOG_LEVEL_WARN, "prune", LOG_KEY_ERROR,
		    store_strrc(rc), NULL);
}

void
prune_run(struct sched *s)
{
	const struct conf *c = s->conf;
	const struct store_prune p = {
		.before_us = c->retention_days == 0 ?
		    INT64_MIN :
		    clock_get_us(s->clock) - c->retention_days * DAY_US,
		.rows = c->retention_rows,
		.rows_per_job = c->retention_rows_per_job,
		.step_rows = STEP_ROWS,
		.step_us = STEP_US,
		.clock = s->clock,
	};

	SCHED_EACH(at, s, SCHED_ANY, true)
		prune_store(at.st, &p);
}
