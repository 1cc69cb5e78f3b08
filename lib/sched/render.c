/*
 * Single runs at Render, for Render's clients: created, read, listed,
 * canceled.  Requests to Render are ticker/render/.  Tested in tests/render/.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/handover.h"
#include "lib/job/render_target.h"
#include "lib/job/render_warn.h"
#include "lib/sched/sched_int.h"
#include "lib/sched/render.h"
#include "lib/store/job.h"

#include "lib/base/ban.h"

#define WARN_JOBS_MAX 1000 /* jobs of a queue whose services are examined */

/* Write the run and its delivery, in the open transaction; its id into id. */
static enum store_rc
create(struct sched *s, struct store *st, const struct render_target *t,
    char id[RUN_ID_LEN + 1])
{
	const struct delivery target = {
		.target = DELIVERY_RENDER,
		.service = (char *)t->service,
		.command = (char *)t->command,
		.plan = (char *)t->plan,
		.marker = t->marker,
		.on_ambiguous = t->on_ambiguous,
		.max_runtime_us = t->max_runtime_us,
	};
	const struct handover h = {
		.target = &target,
		.max_instances = INT64_MAX,
	};
	struct run r = {
		.queue = (char *)t->service,
		.job_id = (char *)"",
		.slot_us = clock_now_us(),
		.count = 1,
	};
	enum store_rc rc;

	r.last_us = r.decided_us = r.slot_us;
	rc = handover_run(st, &r, &h);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, "render.create", t->service, NULL);
	memcpy(id, r.id, sizeof(r.id));
	return rc;
}

enum store_rc
sched_render_create(struct sched *s, const struct render_target *t,
    struct delivery *out)
{
	struct store *st = s->stores[JOB_DURABLE];
	char id[RUN_ID_LEN + 1];
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = sched_may_service(s, t->service);
	if (rc == STORE_OK)
		rc = create(s, st, t, id);
	if (rc == STORE_OK)
		rc = store_delivery_get(st, id, out);
	return sched_end(st, rc);
}

void
sched_render_warns(struct sched *s, const char *id, struct warns *ws)
{
	struct delivery d = { .run = 0 };
	struct render_target t = { .service = NULL };

	if (sched_render_get(s, NULL, id, &d) != STORE_OK)
		return;
	t.service = d.service;
	t.plan = d.plan;
	render_warns(s->conf, &t, ws);
	delivery_fini(&d);
}

/* What store_job_services_some calls. */
struct warning {
	const struct conf *conf;
	struct warns *ws;
};

static bool
warn_of(void *arg, const char *service)
{
	const struct warning *w = arg;
	const struct render_target t = { .service = service };

	render_warns(w->conf, &t, w->ws);
	return false;
}

void
sched_render_queue_warns(struct sched *s, const char *queue, struct warns *ws)
{
	struct warning w = { s->conf, ws };

	SCHED_EACH(at, s, SCHED_ANY, true)
		(void)store_job_services_some(at.st, queue, WARN_JOBS_MAX,
		    warn_of, &w);
}

enum store_rc
sched_render_get(struct sched *s, const char *service, const char *id,
    struct delivery *out)
{
	enum store_rc rc;

	rc = store_delivery_get(s->stores[JOB_DURABLE], id, out);
	if (rc == STORE_OK && service != NULL &&
	    strcmp(out->service, service) != 0) {
		delivery_fini(out);
		rc = STORE_NOTFOUND;
	}
	return rc;
}

enum store_rc
sched_render_list(struct sched *s, const struct store_delivery_filter *f,
    struct delivery_list *out)
{
	return store_delivery_list(s->stores[JOB_DURABLE], f, out);
}

/* In the open transaction: stop an unfinished run. */
static enum store_rc
cancel(struct sched *s, struct store *st, struct delivery *d)
{
	struct buf why = BUF_INIT;
	int64_t now_us = clock_now_us();
	enum store_rc rc;

	rc = store_delivery_cancel(st, d->run, now_us);
	if (rc == STORE_OK && d->state == RUN_DUE) {
		buf_printf(&why, "by %s", s->actor);
		free(d->reason);
		d->reason = buf_take(&why);
		d->state = RUN_CANCELED;
		d->next_us = DELIVERY_NEVER;
		d->finished_us = now_us;
		rc = store_delivery_move(st, d);
	}
	return rc == STORE_OK ?
	    sched_audit(s, st, "render.cancel", d->service, NULL) :
	    rc;
}

enum store_rc
sched_render_cancel(struct sched *s, const char *service, const char *id,
    struct delivery *out)
{
	struct store *st = s->stores[JOB_DURABLE];
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = sched_render_get(s, service, id, out);
	if (rc == STORE_OK)
		rc = sched_may_service(s, out->service);
	if (rc == STORE_OK && delivery_is_open(out))
		rc = cancel(s, st, out);
	return sched_end(st, rc);
}
