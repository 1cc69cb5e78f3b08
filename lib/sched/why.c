/*
 * Why a job ran or did not run at a time: reads the facts from the stores;
 * lib/record/why.c decides.  Tested in t_sched_why.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/store/policy.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

/* Read the job of that name in either store, and its trigger if possible. */
static enum store_rc
why_job(struct sched *s, struct why *w, struct trigger **t)
{
	struct faults fs = { .n = 0 };
	enum store_rc rc;

	*t = NULL;
	rc = sched_get(s, w->kind, w->queue, w->job_id, &w->job);
	errno = 0;
	if (rc == STORE_OK) {
		*t = trigger_from_spec(w->job.trigger, s->zones, &fs);
		/*
		 * A fault of the job's other columns is no fault of the
		 * trigger.
		 */
		if (*t == NULL && errno == ENOMEM)
			return STORE_FULL;
	} else if (rc == STORE_NOTFOUND)
		rc = STORE_OK;
	w->zone = *t != NULL ? trigger_zone(*t) : sched_tz(s);
	return rc;
}

/* Of so many attempts, if its job says how many. */
static enum store_rc
why_tries(struct store *st, struct why *w)
{
	struct policy_retry p;
	enum store_rc rc = store_policy_retry(st, w->row.row, &p);

	if (rc == STORE_OK && p.is_given)
		w->max_attempts = p.retry.max_attempts;
	return rc;
}

/* Read one store's ledger; STORE_NOTFOUND if it has no row of the name. */
static enum store_rc
why_ledger(struct store *st, struct why *w, int64_t span_us)
{
	const struct store_run_at at = { w->queue, w->job_id, w->at_us,
		w->at_us + span_us - 1 };
	enum store_rc rc;

	rc = store_run_pruned(st, &at, &w->pruned_us);
	if (rc != STORE_OK)
		return rc;
	if (w->job.id == 0) {
		rc = store_job_gone(st, w->queue, w->job_id, &w->gone);
		if (rc != STORE_OK && rc != STORE_NOTFOUND)
			return rc;
	}
	rc = store_run_at(st, &at, &w->row);
	if (rc == STORE_OK)
		return why_tries(st, w);
	if (rc == STORE_NOTFOUND)
		rc = store_run_newest(st, &at, &w->newest);
	if (rc == STORE_NOTFOUND && w->pruned_us != 0)
		rc = STORE_OK;
	return rc;
}

/* Read both ledgers, the job's own first. */
static enum store_rc
why_ledgers(struct sched *s, struct why *w, int64_t span_us)
{
	enum store_rc rc = STORE_NOTFOUND;

	SCHED_EACH(at, s, w->kind, rc == STORE_NOTFOUND)
		if (w->job.id == 0 || w->job.kind == at.kind)
			rc = why_ledger(at.st, w, span_us);
	return rc == STORE_NOTFOUND && w->job.id != 0 ? STORE_OK : rc;
}

/* Parse the time in question; NULL, or what is wrong with it. */
static const char *
read_at(struct why *w, const char *at)
{
	const struct datetime_relative words = { w->zone, w->now_us };

	return w->takes_words ?
	    datetime_parse_relative(at, &words, &w->at_us, NULL) :
	    datetime_parse(at, w->zone, &w->at_us, NULL);
}

enum store_rc
sched_why(struct sched *s, struct why *w, const char *at, int64_t now_us,
    const char **bad)
{
	struct why_in in = { .now_us = now_us };
	struct trigger *t;
	enum store_rc rc;

	w->now_us = now_us;
	w->max_attempts = sched_max_deliveries(s, w->queue);
	if ((rc = why_job(s, w, &t)) != STORE_OK)
		goto out;
	*bad = read_at(w, at);
	if (*bad != NULL) {
		rc = STORE_CONFLICT;
		goto out;
	}
	in.span_us = w->at_us % CLOCK_US_PER_S == 0 ? CLOCK_US_PER_S : 1;
	if ((rc = why_ledgers(s, w, in.span_us)) != STORE_OK ||
	    (rc = store_queue_why_paused(s->stores[JOB_DURABLE], w->queue,
		 &w->hold)) != STORE_OK)
		goto out;
	in.at_us = w->at_us;
	in.job = w->job.id != 0 ? &w->job : NULL;
	in.trigger = t;
	in.row = w->row.id[0] != '\0' ? &w->row : NULL;
	in.pruned_us = w->pruned_us;
	in.is_queue_paused = w->hold.len > 0;
	if (w->gone.reason != NULL && strcmp(w->gone.reason, JOB_EXPIRED) == 0)
		in.ended_us = w->newest.last_us;
	why_decide(&in, &w->out);
out:
	trigger_free(t);
	return rc;
}

void
sched_why_fini(struct why *w)
{
	job_fini(&w->job);
	buf_fini(&w->hold);
	free(w->gone.reason);
	w->gone.reason = NULL;
	run_fini(&w->row);
	run_fini(&w->newest);
}
