#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/job.h"
#include "lib/log.h"
#include "lib/store_job.h"
#include "lib/store_log.h"
#include "ticker/claim.h"
#include "ticker/tick.h"
#include "lib/ban.h"

/* Jobs added meanwhile are noticed, and SIGTERM obeyed, within this. */
#define NAP_US (200 * 1000)

/* Between two batches others may write: who waits needs time to wake up. */
#define YIELD_US 100

struct tick {
	struct sched *s;
	const struct tick_opts *o;
	struct claim claim;
	struct store_tick row;
	int64_t seen[JOB_KIND__MAX]; /* data versions */
};

/* The tick's row is worth no flush: its loss costs a line of statistics. */
static enum store_rc
tick_row(struct tick *t,
    enum store_rc (*write)(struct store *, struct store_tick *))
{
	struct store *st = t->s->stores[JOB_DURABLE];
	enum store_rc rc;

	store_set_durable(st, false);
	if ((rc = store_begin(st)) == STORE_OK) {
		if ((rc = write(st, &t->row)) == STORE_OK)
			rc = store_commit(st);
		else
			store_rollback(st);
	}
	store_set_durable(st, true);
	return rc;
}

static enum store_rc
tick_row_end(struct store *st, struct store_tick *row)
{
	return store_tick_end(st, row);
}

/* Hand over all that is due in one store; *next becomes its next run. */
static enum store_rc
tick_store(struct tick *t, struct store *st, int64_t *next)
{
	enum store_rc rc;
	bool is_more;
	int64_t now;

	for (;;) {
		if ((rc = store_job_next(st, next)) != STORE_OK)
			return rc;
		now = clock_now_us();
		if (*next > now || *t->o->stop != 0)
			return STORE_OK;
		if ((rc = claim_batch(&t->claim, st, now, &is_more)) !=
		    STORE_OK)
			return rc;
		if (is_more)
			clock_sleep_us(YIELD_US);
	}
}

static enum store_rc
tick_pass(struct tick *t, int64_t *next)
{
	enum store_rc rc = STORE_OK;
	int64_t n;

	*next = JOB_NEVER;
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (sched_store(t->s, (enum job_kind)k) == NULL)
			continue;
		rc = tick_store(t, t->s->stores[k], &n);
		if (rc == STORE_OK && n < *next)
			*next = n;
	}
	return rc;
}

/* Has anything been committed to a store since the last look? */
static bool
tick_has_news(struct tick *t)
{
	bool is_news = false;
	int64_t v;

	for (int k = 0; k < JOB_KIND__MAX; k++) {
		if (sched_store(t->s, (enum job_kind)k) == NULL)
			continue;
		v = store_data_version(t->s->stores[k]);
		is_news = is_news || v != t->seen[k];
		t->seen[k] = v;
	}
	return is_news;
}

/* A newer tick has taken over. */
static bool
tick_is_relieved(struct tick *t)
{
	struct store_tick newest = { .id = 0 };

	return t->o->is_relieved &&
	    store_tick_last(t->s->stores[JOB_DURABLE], &newest) == STORE_OK &&
	    newest.id > t->row.id;
}

/*
 * Sleep until something is due, something was committed or until_us.  False
 * when the tick should end.
 */
static bool
tick_wait(struct tick *t, int64_t next, int64_t end_mono)
{
	int64_t now, left, nap;

	while (*t->o->stop == 0) {
		if ((left = end_mono - clock_mono_us()) <= 0)
			return false;
		now = clock_now_us();
		if (next <= now)
			return true;
		nap = next - now < NAP_US ? next - now : NAP_US;
		clock_sleep_us(nap < left ? nap : left);
		if (tick_has_news(t))
			return !tick_is_relieved(t);
	}
	return false;
}

enum store_rc
tick_run(struct sched *s, const struct tick_opts *o)
{
	struct tick t = {
		.s = s,
		.o = o,
		.claim = { .zones = s->zones },
		.row = { .started_us = clock_now_us() },
	};
	int64_t end = clock_mono_us() + o->window_us, next;
	enum store_rc rc, ended;

	if ((rc = tick_row(&t, store_tick_start)) != STORE_OK)
		return rc;
	do {
		(void)tick_has_news(&t);
		rc = tick_pass(&t, &next);
	} while (
	    rc == STORE_OK && o->window_us > 0 && tick_wait(&t, next, end));
	t.row.ended_us = clock_now_us();
	t.row.sent = t.claim.sent;
	t.row.decided = t.claim.decided;
	ended = tick_row(&t, tick_row_end);
	if (t.claim.decided > 0)
		store_checkpoint(s->stores[JOB_DURABLE]);
	buf_fini(&t.claim.scratch);
	return rc == STORE_OK ? ended : rc;
}
