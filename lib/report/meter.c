/*
 * Numbers for a monitor: of the runs of a day, how long the newest ones took,
 * and when jobs last succeeded.  Tested in t_api_metrics.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/record/grant.h"
#include "lib/report/meter.h"
#include "lib/store/job.h"
#include "lib/store/run.h"

#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)
#define SLACK_US (30 * CLOCK_US_PER_S)

const double meter_bounds[METER_BOUNDS] = { 0.1, 0.5, 1, 5, 10, 30, 60, 300,
	900, 3600, 14400 };

struct taking {
	const struct grant *grant;
	struct meter *out;
};

/* A run without a job may be of a service: not for an actor with globs. */
static void
on_took(void *cookie, const char *queue, bool is_loose, int64_t took_us)
{
	const struct taking *t = cookie;
	size_t i = 0;

	if (!grant_queue(t->grant, queue) ||
	    (is_loose && !grant_service(t->grant, NULL)))
		return;
	while (i < METER_BOUNDS && (double)took_us / 1e6 > meter_bounds[i])
		i++;
	t->out->took[i]++;
	t->out->ntook++;
	t->out->took_us += took_us;
}

/* Call each with every queue that has jobs and that the actor may see. */
static enum store_rc
each_queue(const struct sched *s, struct store *st,
    enum store_rc (*each)(void *cookie, const char *queue), void *cookie)
{
	char *queue = NULL, *next = NULL;
	enum store_rc rc;

	while ((rc = store_job_queue(st, queue == NULL ? "" : queue, &next)) ==
	    STORE_OK) {
		free(queue);
		queue = next;
		next = NULL;
		if (grant_queue(s->grant, queue) &&
		    (rc = each(cookie, queue)) != STORE_OK)
			break;
	}
	free(queue);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

struct overdue {
	struct store *st;
	int64_t before_us;
	int64_t n;
};

static enum store_rc
add_overdue(void *cookie, const char *queue)
{
	struct overdue *o = cookie;
	int64_t n = 0;
	enum store_rc rc = store_job_count_overdue(o->st, queue, o->before_us,
	    METER_OVERDUE, &n);

	o->n += n;
	return rc;
}

static enum store_rc
count_overdue(struct sched *s, int64_t now_us, int64_t *out)
{
	struct sched_health h;
	struct overdue o = { .n = 0 };
	enum store_rc rc = sched_health(s, now_us, &h);

	o.before_us = now_us - 2 * h.cadence_us - SLACK_US;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		o.st = at.st;
		rc = grant_queue(s->grant, NULL) ?
		    add_overdue(&o, NULL) :
		    each_queue(s, at.st, add_overdue, &o);
	}
	*out = o.n;
	return rc;
}

enum store_rc
meter_read(struct sched *s, int64_t now_us, struct meter *out)
{
	const struct sums_opts day = {
		.kind = SCHED_ANY,
		.from_us = now_us - DAY_US,
		.to_us = now_us,
		.bucket_us = DAY_US,
	};
	const struct store_run_newest newest = { now_us - DAY_US, METER_RUNS };
	struct taking t = { s->grant, out };
	enum store_rc rc;

	memset(out, 0, sizeof(*out));
	rc = sums_read(s, &day, &out->day);
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = store_run_took(at.st, &newest, on_took, &t);
	return rc == STORE_OK ? count_overdue(s, now_us, &out->overdue) : rc;
}

struct successes {
	struct store *st;
	meter_visit *visit;
	void *cookie;
	int64_t left;
	enum store_rc rc;
};

static bool
on_job(void *cookie, int64_t job, const char *queue, const char *job_id)
{
	struct successes *l = cookie;
	int64_t at_us = 0;

	l->left--;
	l->rc = store_run_last_success(l->st, job, &at_us);
	if (l->rc == STORE_OK)
		l->visit(l->cookie, queue, job_id, at_us);
	else if (l->rc == STORE_NOTFOUND)
		l->rc = STORE_OK;
	return l->rc == STORE_OK && l->left > 0;
}

static enum store_rc
add_successes(void *cookie, const char *queue)
{
	struct successes *l = cookie;
	enum store_rc rc = l->left == 0 ?
	    STORE_NOTFOUND :
	    store_job_names(l->st, queue, l->left, on_job, l);

	return rc == STORE_OK ? l->rc : rc;
}

enum store_rc
meter_successes(struct sched *s, meter_visit *visit, void *cookie)
{
	struct successes l = { s->stores[JOB_DURABLE], visit, cookie,
		METER_JOBS, STORE_OK };

	return each_queue(s, l.st, add_successes, &l);
}
