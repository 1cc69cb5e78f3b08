#include "config.h"

#include "lib/buf.h"
#include "lib/handover.h"
#include "lib/message.h"
#include "lib/store_queue.h"
#include "lib/store_run.h"
#include "lib/ban.h"

enum store_rc
handover_queue(struct store *st, struct run *r, const struct handover *h)
{
	struct message_envelope e;
	enum store_rc rc;

	if (r->id[0] == '\0')
		run_make_id(r->decided_us, r->id);
	if ((rc = store_run_insert(st, r)) != STORE_OK)
		return rc;
	e = (struct message_envelope){
		.task_id = r->id,
		.queue = r->queue,
		.job_id = r->job == 0 ? NULL : r->job_id,
		.scheduled_us = r->slot_us,
		.enqueued_us = r->decided_us,
		.attempt = 1,
		.args = h->args,
		.kwargs = h->kwargs,
	};
	buf_reset(h->scratch);
	message_envelope(&e, h->scratch);
	if (h->scratch->is_failed)
		return STORE_FULL;
	return store_message_insert(st, r->queue, h->priority, r->decided_us,
	    buf_cstr(h->scratch));
}
