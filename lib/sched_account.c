#include "config.h"

#include "lib/clock.h"
#include "lib/due.h"
#include "lib/sched_int.h"
#include "lib/store_run.h"
#include "lib/trigger.h"
#include "lib/ban.h"

enum store_rc
sched_account(struct store *st, const struct job *j, const struct trigger *t,
    int64_t until_us, const char *reason)
{
	bool is_paused = j->state == JOB_PAUSED;
	struct due_range r;
	enum store_rc rc;
	struct run run;

	due_count(t, j->cursor_us, until_us, &r);
	if (r.count == 0)
		return STORE_OK;
	run = (struct run){
		.job = j->id,
		.queue = j->queue,
		.job_id = j->job_id,
		.slot_us = r.first_us,
		.last_us = r.last_us,
		.count = r.count,
		.state = is_paused ? RUN_PAUSED : RUN_MISSED,
		.reason = is_paused ? j->reason : (char *)reason,
	};
	run.decided_us = clock_now_us();
	run_make_id(run.decided_us, run.id);
	rc = store_run_insert(st, &run);
	return rc == STORE_CONFLICT ? STORE_OK : rc;
}
