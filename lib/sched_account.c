#include "config.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/due.h"
#include "lib/ledger.h"
#include "lib/sched_int.h"
#include "lib/trigger.h"
#include "lib/ban.h"

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
