/*
 * Rows of the ledger for slots that do not run: one row for a range, without
 * covering a slot twice.
 */
#include "config.h"

#include "lib/trigger/due.h"
#include "lib/record/job.h"
#include "lib/sched/ledger.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

/* Write slots of which none has a row. */
static enum store_rc
put(struct store *st, const struct ledger_entry *e,
    const struct due_range *slots, int64_t *rows)
{
	struct run r = {
		.job = e->job->id,
		.queue = e->job->queue,
		.job_id = e->job->job_id,
		.slot_us = slots->first_us,
		.last_us = slots->last_us,
		.count = slots->count,
		.state = e->state,
		.reason = (char *)e->reason,
		.decided_us = e->now_us,
	};
	enum store_rc rc;

	if (slots->count == 0)
		return STORE_OK;
	/* A paused queue is decided tick by tick: extend its row. */
	rc = e->is_separate ? STORE_NOTFOUND : store_run_extend(st, &r);
	if (rc != STORE_NOTFOUND)
		return rc;
	run_make_id(e->now_us, r.id);
	rc = store_run_insert(st, &r);
	if (rc == STORE_OK && rows != NULL)
		++*rows;
	return rc;
}

enum store_rc
ledger_record(struct store *st, const struct ledger_entry *e,
    const struct due_range *slots, int64_t *rows)
{
	int64_t at = slots->first_us, begin, end;
	struct due_range part;
	enum store_rc rc;

	if (slots->count == 0)
		return STORE_OK;
	for (;;) {
		rc = store_run_free(st, e->job->id, at, &begin, &end);
		if (rc != STORE_OK)
			return rc;
		if (begin == slots->first_us && end >= slots->last_us)
			return put(st, e, slots, rows);
		if (begin > slots->last_us)
			return STORE_OK;
		if (end > slots->last_us)
			end = slots->last_us;
		due_count(e->trigger, trigger_next(e->trigger, begin - 1), end,
		    &part);
		if ((rc = put(st, e, &part, rows)) != STORE_OK)
			return rc;
		if (end == slots->last_us)
			return STORE_OK;
		at = end + 1;
	}
}
