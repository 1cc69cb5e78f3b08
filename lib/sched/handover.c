/*
 * What becomes of a run: a message in the embedded queue, or a due row for the
 * ticker, which sends it to a broker or to Render.  Tested in t_handover and
 * t_handover_render.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/record/delivery.h"
#include "lib/sched/handover.h"
#include "lib/record/job.h"
#include "lib/record/message.h"
#include "lib/store/delivery.h"
#include "lib/store/outbox.h"
#include "lib/store/policy.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/base/ban.h"

enum store_rc
handover_of_job(struct store *st, const struct job *j, struct delivery *target,
    struct handover *h)
{
	enum store_rc rc;

	h->priority = j->priority;
	h->args = j->args;
	h->kwargs = j->kwargs;
	h->retry = &j->retry;
	h->retry_failed = &j->retry_failed;
	h->target = NULL;
	h->max_instances = j->max_instances;
	h->max_runtime_us = j->max_runtime_us;
	h->expect_within_us = j->expect_within_us;
	if (j->render == NULL)
		return STORE_OK;
	h->target = target;
	rc = store_delivery_target(st, j->render, target);
	target->max_runtime_us = j->max_runtime_us;
	return rc;
}

static enum store_rc
handover_queue(struct store *st, struct run *r, const struct handover *h)
{
	struct message_envelope e;
	enum store_rc rc;

	r->state = RUN_SENT;
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
	return store_message_insert(st,
	    &(struct store_message_new){
		.queue = r->queue,
		.body = buf_cstr(h->scratch),
		.run = r->row,
		.slot_us = r->slot_us,
		.priority = h->priority,
		.now_us = r->decided_us,
	    });
}

/* A broker's queue: the ticker sends the message. */
static enum store_rc
handover_outbox(struct store *st, struct run *r, const struct handover *h)
{
	struct store_outbox_new n = {
		.queue = r->queue,
		.args = h->args,
		.kwargs = h->kwargs,
		.priority = h->priority,
		.retry = retry_effective(&retry_handover, h->retry),
		.now_us = r->decided_us,
	};
	enum store_rc rc;

	r->state = RUN_DUE;
	if (r->id[0] == '\0')
		run_make_id(r->decided_us, r->id);
	if ((rc = store_run_insert(st, r)) != STORE_OK)
		return rc;
	n.run = r->row;
	return store_outbox_insert(st, &n);
}

/* Write a row that names the run in the way. */
static enum store_rc
handover_overlap(struct store *st, struct run *r, const struct handover *h,
    const char *blocker)
{
	char why[RUN_ID_LEN + 64], *old_reason = r->reason;
	enum store_rc rc;

	(void)snprintf(why, sizeof(why),
	    "max_instances (%lld) reached: run %s has not finished",
	    (long long)h->max_instances, blocker);
	r->state = RUN_OVERLAP;
	r->reason = why;
	rc = store_run_insert(st, r);
	r->reason = old_reason;
	return rc;
}

static enum store_rc
handover_target(struct store *st, struct run *r, const struct handover *h)
{
	char blocker[RUN_ID_LEN + 1];
	struct delivery d = *h->target;
	enum store_rc rc;
	int64_t open = 0;

	if (r->id[0] == '\0')
		delivery_make_id(r->decided_us, r->id);
	if (r->job != 0) {
		rc = store_delivery_of_job(st, r->job, &open, blocker);
		if (rc != STORE_OK)
			return rc;
	}
	if (open > 0 && open >= h->max_instances)
		return handover_overlap(st, r, h, blocker);
	r->state = RUN_DUE;
	if ((rc = store_run_insert(st, r)) != STORE_OK)
		return rc;
	(void)snprintf(d.id, sizeof(d.id), "%s", r->id);
	d.run = r->row;
	d.job = r->job;
	d.due_us = r->decided_us;
	d.retry = retry_effective(&retry_handover, h->retry);
	return store_delivery_insert(st, &d);
}

static enum store_rc
handover_any(struct store *st, struct run *r, const struct handover *h)
{
	if (h->target != NULL)
		return handover_target(st, r, h);
	if (h->conf != NULL &&
	    conf_queue_for(h->conf, r->queue)->broker != CONF_BROKER_SQLITE)
		return handover_outbox(st, r, h);
	return handover_queue(st, r, h);
}

/* What the job asks of the run's work; Render ends what runs too long there. */
static enum store_rc
write_policy(struct store *st, const struct run *r, const struct handover *h)
{
	struct policy_new p = { .run = r->row,
		.expected_us = POLICY_NEVER,
		.priority = -1 };

	if (h->target == NULL)
		p.max_runtime_us = h->max_runtime_us;
	if (h->expect_within_us != 0)
		p.expected_us = r->slot_us + h->expect_within_us;
	if (h->retry_failed != NULL &&
	    retry_is_given(&retry_failed, h->retry_failed))
		p.retry = retry_effective(&retry_failed, h->retry_failed);
	if (p.retry.max_attempts != 0 && h->target == NULL &&
	    r->state == RUN_DUE) {
		p.priority = h->priority;
		p.args = h->args;
		p.kwargs = h->kwargs;
	}
	return p.max_runtime_us == 0 && p.expected_us == POLICY_NEVER &&
		p.retry.max_attempts == 0 ?
	    STORE_OK :
	    store_policy_insert(st, &p);
}

enum store_rc
handover_run(struct store *st, struct run *r, const struct handover *h)
{
	enum store_rc rc = handover_any(st, r, h);

	return rc == STORE_OK && r->state != RUN_OVERLAP ?
	    write_policy(st, r, h) :
	    rc;
}
