/* Accounting for slots that will never run, so that the ledger has no gaps. */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/trigger/due.h"
#include "lib/sched/ledger.h"
#include "lib/sched/sched_int.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

enum store_rc
sched_account(struct store *st, const struct ledger_entry *what,
    int64_t until_us)
{
	const struct job *j = what->job;
	struct ledger_entry e = *what;
	struct buf why = BUF_INIT;
	struct due_range slots;
	enum store_rc rc;

	due_count(e.trigger, j->cursor_us, until_us, &slots);
	if (slots.count == 0)
		return STORE_OK;
	e.state = RUN_MISSED;
	if (j->state == JOB_PAUSED) {
		e.state = RUN_PAUSED;
		e.reason = j->reason;
	} else if (j->state == JOB_QUARANTINED) {
		buf_printf(&why, "quarantined: %s",
		    j->reason != NULL ? j->reason : "unreadable");
		e.reason = buf_cstr(&why);
	}
	rc = why.is_failed ? STORE_FULL : ledger_record(st, &e, &slots, NULL);
	buf_fini(&why);
	return rc;
}

enum store_rc
sched_free_us(struct store *st, int64_t job, const struct trigger *t,
    int64_t now_us, int64_t *out)
{
	int64_t begin = now_us, end;
	enum store_rc rc;

	for (;;) {
		rc = store_run_free(st, job, begin, &begin, &end);
		if (rc != STORE_OK)
			return rc;
		if (end < begin) /* two rows are adjacent */
			begin = end + 1;
		else if (t != NULL && trigger_next(t, begin - 1) == begin)
			begin++;
		else
			break;
	}
	*out = begin;
	return STORE_OK;
}
