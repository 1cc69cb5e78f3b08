/*
 * One tick: first pass, window, relief by a newer tick, the end of its row.
 * Tested in tests/ticker/.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/record/job.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/store/alert.h"
#include "lib/store/job.h"
#include "lib/store/log.h"
#include "ticker/tick/claim.h"
#include "ticker/tick/prune.h"
#include "ticker/tick/remote.h"
#include "ticker/tick/rezone.h"
#include "ticker/tick/tick.h"
#include "ticker/tick/watch.h"
#include "lib/base/ban.h"

/* Maximum delay before a new job or SIGTERM is noticed. */
#define NAP_US (200 * 1000)

/*
 * Time by which a window outlasts the interval of ticks, because cron may be
 * late.
 */
#define WINDOW_SLACK_US (30 * CLOCK_US_PER_S)
#define WINDOW_MAX_US (3600 * CLOCK_US_PER_S)

/* Pause between two batches, so that a waiting writer gets the store. */
#define YIELD_US 100

struct tick {
	struct sched *s;
	const struct tick_opts *o;
	struct claim claim;
	struct store_tick row;
	int64_t end_mono;		 /* end of the window, monotonic */
	int64_t versions[JOB_KIND__MAX]; /* data versions read last */
	int64_t opened;			 /* number of memory stores opened */
	struct remote remote;
	struct clock_reading good; /* the last reading that was plausible */
};

/* Write the tick's row without a flush: its loss costs a line of statistics. */
static enum store_rc
tick_row(struct tick *t, enum store_rc (*write)(struct tick *, struct store *))
{
	struct store *st = t->s->stores[JOB_DURABLE];
	enum store_rc rc;

	store_set_durable(st, false);
	if ((rc = store_begin(st)) == STORE_OK) {
		if ((rc = write(t, st)) == STORE_OK)
			rc = store_commit(st);
		else
			store_rollback(st);
	}
	store_set_durable(st, true);
	return rc;
}

/*
 * Log by how much the clock leapt since the last plausible reading; the tick
 * ends, and the next one judges again.
 */
static void
log_leap(int64_t ahead_us)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
	    "ahead by %lld s more than went by: nothing is decided before a "
	    "second tick agrees",
	    (long long)(ahead_us / CLOCK_US_PER_S));
	log_event(LOG_LEVEL_WARN, "clock", LOG_KEY_ERROR, text, NULL);
}

/* Compare the clock with earlier ticks; if it is ahead, t->row.doubt is set. */
static enum store_rc
tick_judge(struct tick *t, struct store *st)
{
	struct store_pace pace = { 60 * CLOCK_US_PER_S, -1 };
	struct leap_limits limits = { t->s->conf->clock_leap_us, 0 };
	struct clock_reading was, doubted;
	enum store_rc rc, rc2;

	rc = store_tick_believed(st, &was);
	if (rc != STORE_OK || limits.leap_us == 0)
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	if (leap_ahead(&was, &t->row.sign, 0) <= limits.leap_us)
		return STORE_OK;
	rc = store_tick_pace(st, &pace);
	rc2 = store_tick_doubted(st, &doubted);
	if ((rc != STORE_OK && rc != STORE_NOTFOUND) ||
	    (rc2 != STORE_OK && rc2 != STORE_NOTFOUND))
		return rc != STORE_OK && rc != STORE_NOTFOUND ? rc : rc2;
	limits.usual_us = 2 * pace.cadence_us + WINDOW_SLACK_US;
	if (leap_is_doubtful(&was, rc2 == STORE_OK ? &doubted : NULL,
		&t->row.sign, &limits)) {
		t->row.doubt = t->row.sign;
		log_leap(leap_ahead(&was, &t->row.sign, 0));
	}
	return STORE_OK;
}

/* Store the tick's row, with the gap before it and the time reached. */
static enum store_rc
tick_row_start(struct tick *t, struct store *st)
{
	const struct conf *conf = t->s->conf;
	enum store_rc rc = tick_judge(t, st);

	if (rc == STORE_OK)
		rc = store_tick_start(st, &t->row);
	if (rc != STORE_OK || t->row.doubt.now_us != 0)
		return rc;
	rc = store_mark_raise(st, t->row.started_us);
	if (rc == STORE_OK && conf->nalerts > 0 && conf->alert_no_tick_us > 0)
		rc = store_alert_silence(st, t->row.id, conf->alert_no_tick_us);
	return rc;
}

static enum store_rc
tick_row_end(struct tick *t, struct store *st)
{
	return store_tick_end(st, &t->row);
}

/* Return whether the clock has leapt ahead during this tick. */
static bool
tick_is_doubted(struct tick *t)
{
	int64_t leap_us = t->s->conf->clock_leap_us, ahead_us;
	struct clock_reading is = t->good;

	if (t->row.doubt.now_us != 0 || leap_us == 0 || t->o->window_us == 0)
		return t->row.doubt.now_us != 0;
	clock_get_time(t->s->clock, &is);
	ahead_us = leap_ahead(&t->good, &is, 0);
	if (ahead_us > leap_us) {
		t->row.doubt = is;
		log_leap(ahead_us);
		return true;
	}
	t->good = is;
	return false;
}

/* The time up to which jobs are claimed, one per pass. */
static int64_t
tick_now(const struct tick *t)
{
	return t->o->window_us == 0 ? t->row.started_us :
				      clock_get_us(t->s->clock);
}

/* Claim a batch from one store, if a job is due; *next becomes its next run. */
static enum store_rc
tick_batch(struct tick *t, struct store *st, int64_t *next, bool *is_more)
{
	int64_t now = tick_now(t);
	enum store_rc rc;

	if ((rc = store_job_next(st, next)) != STORE_OK || *next > now)
		return rc;
	t->claim.other =
	    t->s->stores[st == t->s->stores[JOB_DURABLE] ? JOB_MEMORY :
							   JOB_DURABLE];
	rc = claim_batch(&t->claim, st, now);
	if (rc == STORE_OK)
		rc = store_job_next(st, next);
	*is_more = *is_more || *next <= now;
	return rc;
}

/* Return whether a newer tick has taken over. */
static bool
tick_is_relieved(const struct tick *t)
{
	bool is_relieved = false;

	return t->o->is_relieved &&
	    store_tick_is_relieved(t->s->stores[JOB_DURABLE], &t->row,
		&is_relieved) == STORE_OK &&
	    is_relieved;
}

/* Return whether the tick may go on with due jobs. */
static bool
tick_may_stay(const struct tick *t)
{
	if (stop_is_pending())
		return false;
	return t->o->window_us == 0 ||
	    (clock_get_mono_us(t->s->clock) < t->end_mono &&
		!tick_is_relieved(t));
}

/*
 * Claim what is due, alternating between the stores, until nothing is left or
 * the time is up; then the next tick goes on.
 */
static enum store_rc
tick_pass(struct tick *t, int64_t *next)
{
	enum store_rc rc = STORE_OK;
	bool is_more;
	int64_t n;

	*next = JOB_NEVER;
	do {
		if (tick_is_doubted(t))
			return STORE_OK;
		is_more = false;
		*next = JOB_NEVER;
		SCHED_EACH(at, t->s, SCHED_ANY, rc == STORE_OK) {
			rc = tick_batch(t, at.st, &n, &is_more);
			if (rc == STORE_OK && n < *next)
				*next = n;
		}
		/* Send what was claimed meanwhile. */
		if (rc == STORE_OK && is_more && t->o->is_remote)
			rc = remote_pump(&t->remote, &n);
		if (is_more)
			clock_wait_us(t->s->clock, YIELD_US);
	} while (rc == STORE_OK && is_more && tick_may_stay(t));
	return rc;
}

/* Return whether a store has changed since the last call. */
static bool
tick_has_news(struct tick *t)
{
	bool is_news;
	int64_t v;

	(void)sched_store(t->s, JOB_MEMORY);
	is_news = t->s->memory_opened != t->opened;
	t->opened = t->s->memory_opened;
	for (int k = 0; k < JOB_KIND__MAX; k++) {
		if (t->s->stores[k] == NULL)
			continue;
		v = store_data_version(t->s->stores[k]);
		is_news = is_news || v != t->versions[k];
		t->versions[k] = v;
	}
	return is_news;
}

/*
 * Sleep until a job is due, a store has changed or until_us.  False: the tick
 * should end.
 */
static bool
tick_wait(struct tick *t, int64_t next)
{
	int64_t now, left, nap;

	while (!stop_is_pending() && !tick_is_doubted(t)) {
		if ((left = t->end_mono - clock_get_mono_us(t->s->clock)) <= 0)
			return false;
		now = clock_get_us(t->s->clock);
		if (next <= now)
			return true;
		nap = t->o->nap_us > 0 ? t->o->nap_us : NAP_US;
		if (next - now < nap)
			nap = next - now;
		if (remote_nap(&t->remote, nap < left ? nap : left) ||
		    tick_has_news(t))
			return !tick_is_relieved(t);
	}
	return false;
}

enum store_rc
tick_choose_window(struct sched *s, int64_t window_us, struct tick_opts *o)
{
	struct sched_health h;
	enum store_rc rc;

	o->window_us =
	    window_us != TICK_WINDOW_CONF ? window_us : s->conf->window_us;
	o->is_relieved = false;
	if (o->window_us != CONF_WINDOW_AUTO)
		return STORE_OK;
	if ((rc = sched_health(s, clock_get_us(s->clock), &h)) != STORE_OK)
		return rc;
	o->is_relieved = true;
	o->window_us = h.cadence_us + WINDOW_SLACK_US;
	if (o->window_us > WINDOW_MAX_US)
		o->window_us = WINDOW_MAX_US;
	return STORE_OK;
}

/* All passes of a tick whose clock is plausible. */
static enum store_rc
tick_passes(struct tick *t)
{
	const struct tick_opts *o = t->o;
	bool is_pruned = false;
	enum store_rc rc;
	int64_t next;

	do {
		(void)tick_has_news(t);
		rc = tick_pass(t, &next);
		if (tick_is_doubted(t))
			break;
		if (rc == STORE_OK && !is_pruned)
			prune_run(t->s);
		is_pruned = true;
		if (rc == STORE_OK)
			rc = watch_run(t->s, &next);
		if (rc == STORE_OK && o->is_remote)
			rc = remote_pump(&t->remote, &next);
	} while (rc == STORE_OK && o->window_us > 0 && tick_wait(t, next));
	if (rc == STORE_OK && o->window_us == 0)
		rc = remote_finish(&t->remote);
	return rc;
}

/* The work of a tick between the two writes of its row. */
static enum store_rc
tick_work(struct tick *t)
{
	struct sched_health h;
	enum store_rc rc;

	if ((rc = sched_health(t->s, t->row.started_us, &h)) != STORE_OK)
		return rc;
	t->claim.gap_us = h.gap_us;
	if ((rc = rezone(t->s)) != STORE_OK)
		return rc;
	rc = tick_passes(t);
	if (t->o->is_remote)
		remote_end(&t->remote);
	return rc;
}

enum store_rc
tick_run(struct sched *s, const struct tick_opts *o)
{
	struct tick t = {
		.s = s,
		.o = o,
		.claim = { .conf = s->conf,
		    .clock = s->clock,
		    .zones = s->zones },
		.row = { .kind = o->kind, .uid = geteuid() },
		.end_mono = clock_get_mono_us(s->clock) + o->window_us,
		.remote = { .s = s },
	};
	enum store_rc rc, ended;

	clock_get_reading(s->clock, &t.row.sign);
	t.good = t.row.sign;
	t.row.started_us = t.row.sign.now_us;
	t.row.until_us = t.row.started_us + o->window_us;
	if ((rc = tick_row(&t, tick_row_start)) != STORE_OK)
		return rc;
	store_set_bulk(s->stores[JOB_DURABLE]);
	if (t.row.doubt.now_us == 0)
		rc = tick_work(&t);
	t.row.ended_us = clock_get_us(s->clock);
	t.row.sent = t.claim.sent;
	t.row.decided = t.claim.decided;
	if (o->sums != NULL)
		*o->sums = (struct tick_sums){ t.row.sent, t.row.decided };
	ended = tick_row(&t, tick_row_end);
	if (t.claim.decided > 0)
		store_checkpoint(s->stores[JOB_DURABLE]);
	buf_fini(&t.claim.scratch);
	return rc == STORE_OK ? ended : rc;
}
