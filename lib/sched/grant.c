/*
 * What the actor may access, checked inside the transaction on what is stored
 * then, by everything that changes jobs, runs or queues.  Tested in
 * tests/http/ (tokens) and t_api_authority.
 */
#include "config.h"

#include <stdint.h>

#include "lib/record/delivery.h"
#include "lib/record/grant.h"
#include "lib/sched/sched_int.h"
#include "lib/store/delivery.h"
#include "lib/store/job.h"
#include "lib/base/ban.h"

enum store_rc
sched_may_queue(const struct sched *s, const char *queue)
{
	return grant_queue(s->grant, queue) ? STORE_OK : STORE_NOTFOUND;
}

enum store_rc
sched_may_service(const struct sched *s, const char *service)
{
	return grant_service(s->grant, service) ? STORE_OK : STORE_DENIED;
}

enum store_rc
sched_may_render(const struct sched *s, struct store *st, const char *render)
{
	struct delivery target = { .run = 0 };
	enum store_rc rc;

	if (render == NULL || s->grant == NULL)
		return STORE_OK;
	rc = store_delivery_target(st, render, &target);
	/* A text that cannot be read names nothing that could be granted. */
	if (rc == STORE_CONFLICT)
		rc = sched_may_service(s, NULL);
	else if (rc == STORE_OK)
		rc = sched_may_service(s, target.service);
	delivery_fini(&target);
	return rc;
}

/* Called by store_job_services: is the service not granted? */
static bool
is_foreign(void *arg, const char *service)
{
	return !grant_service(arg, service);
}

enum store_rc
sched_may_launch(const struct sched *s, struct store *st, const char *queue)
{
	struct grant *g = (struct grant *)(uintptr_t)s->grant;
	bool is_any = false;
	enum store_rc rc;

	if (grant_service(g, NULL))
		return STORE_OK;
	rc = store_job_services(st, queue, is_foreign, g, &is_any);
	return rc == STORE_OK && is_any ? STORE_DENIED : rc;
}

enum store_rc
sched_may_see(const struct sched *s, struct store *st, const struct run *r)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc = STORE_NOTFOUND;

	if (s->grant == NULL)
		return STORE_OK;
	if (r->job == 0)
		rc = store_delivery_get(st, r->id, &d);
	/*
	 * A run of the Render API: its queue in the ledger is the service's
	 * name.
	 */
	if (rc == STORE_OK && d.run == r->row)
		rc = grant_service(s->grant, d.service) ? STORE_OK :
							  STORE_NOTFOUND;
	else if (rc == STORE_OK || rc == STORE_NOTFOUND)
		rc = sched_may_queue(s, r->queue);
	delivery_fini(&d);
	return rc;
}
