/*
 * The state of everything at a glance: each part asks what is in an index
 * already, and adds what needs the owner to one list.  Printed by
 * overview_print.c.  Tested in tests/ctl/status.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/report/overview.h"
#include "lib/report/trouble.h"
#include "lib/sched/dead.h"
#include "lib/store/endpoint.h"
#include "lib/store/job.h"
#include "lib/store/run.h"

#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)
#define WEEK_US (7 * DAY_US)
#define SLACK_US (30 * CLOCK_US_PER_S)

void
attention_fini(struct attention *a)
{
	free(a->queue);
	free(a->job_id);
	free(a->broker);
	free(a->service);
	free(a->run);
	free(a->reason);
	memset(a, 0, sizeof(*a));
}

void
overview_fini(struct overview *o)
{
	attention_list_fini(&o->attention);
	job_list_fini(&o->next);
	memset(o, 0, sizeof(*o));
}

/* A copy of a text; NULL of NULL. */
static char *
copy(const char *text)
{
	return text == NULL ? NULL : strdup(text);
}

/* Add a copy of a, or count it if the list is full. */
static enum store_rc
attend(struct overview *o, const struct attention *a)
{
	static const enum overview_verdict severity[ATTENTION__MAX] = {
		[ATTENTION_TICKER_LATE] = VERDICT_ASLEEP,
		[ATTENTION_JOB_FAILING] = VERDICT_TROUBLE,
		[ATTENTION_JOB_QUARANTINED] = VERDICT_TROUBLE,
		[ATTENTION_BROKER_DOWN] = VERDICT_LOOK,
		[ATTENTION_BROKER_REFUSING] = VERDICT_LOOK,
		[ATTENTION_DEAD_LETTERS] = VERDICT_LOOK,
		[ATTENTION_MISSED] = VERDICT_LOOK,
		[ATTENTION_OVERDUE] = VERDICT_LOOK,
		[ATTENTION_NO_CONSUMER] = VERDICT_LOOK,
		[ATTENTION_NO_KEY] = VERDICT_LOOK,
		[ATTENTION_NO_ALERTS] = VERDICT_FINE,
	};
	struct attention *v;

	if (severity[a->code] > o->verdict)
		o->verdict = severity[a->code];
	if (o->attention.n == OVERVIEW_ATTENTION_MAX) {
		o->attention_more++;
		return STORE_OK;
	}
	if ((v = attention_list_add(&o->attention)) == NULL)
		return STORE_FULL;
	*v = *a;
	v->queue = copy(a->queue);
	v->job_id = copy(a->job_id);
	v->broker = copy(a->broker);
	v->service = copy(a->service);
	v->run = copy(a->run);
	v->reason = copy(a->reason);
	return STORE_OK;
}

static enum store_rc
look_at_ticker(struct sched *s, struct overview *o)
{
	enum store_rc rc = sched_health(s, o->now_us, &o->health);

	if (rc != STORE_OK || !o->health.is_late)
		return rc;
	return attend(o,
	    &(const struct attention){ .code = ATTENTION_TICKER_LATE,
		.since_us = o->health.last_tick_us });
}

/* The entry of the job of r, which has one already; NULL: it has none. */
static struct attention *
entry_of(const struct overview *o, const struct run *r)
{
	for (size_t i = 0; i < o->attention.n; i++) {
		struct attention *a = &o->attention.v[i];

		if (a->code == ATTENTION_JOB_FAILING &&
		    strcmp(a->queue, r->queue) == 0 &&
		    strcmp(a->job_id, r->job_id) == 0)
			return a;
	}
	return NULL;
}

/* Has the job succeeded since? */
static enum store_rc
has_recovered(struct sched *s, const struct run *r, bool *out)
{
	const struct store_run_at w = { .queue = r->queue,
		.job_id = r->job_id,
		.at_us = r->slot_us };
	enum store_rc rc = STORE_OK;

	*out = false;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK && !*out)
		rc = store_run_success_after(at.st, &w, out);
	return rc;
}

/* Is the job there no more, and its end no news? */
static enum store_rc
is_gone(struct sched *s, const struct overview *o, const struct run *r,
    bool *out)
{
	enum store_rc rc;
	struct job j;

	*out = false;
	if (r->slot_us >= o->now_us - DAY_US)
		return STORE_OK;
	job_init(&j);
	rc = sched_get(s, SCHED_ANY, r->queue, r->job_id, &j);
	job_fini(&j);
	*out = rc == STORE_NOTFOUND;
	return *out ? STORE_OK : rc;
}

/* Is a run of that job before i in the list? */
static bool
is_seen(const struct run_list *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(l->v[k].job_id, l->v[i].job_id) == 0 &&
		    strcmp(l->v[k].queue, l->v[i].queue) == 0)
			return true;
	return false;
}

/* Add the job of run i, which did not succeed, unless it has since. */
static enum store_rc
add_failed(struct sched *s, struct overview *o, const struct run_list *l,
    size_t i)
{
	const struct run *r = &l->v[i];
	struct attention *a = entry_of(o, r);
	bool is_past = false;
	enum store_rc rc = has_recovered(s, r, &is_past);

	if (rc == STORE_OK && !is_past && a == NULL)
		rc = is_gone(s, o, r, &is_past);
	if (rc != STORE_OK || is_past)
		return rc;
	if (a != NULL) {
		a->n++;
		a->since_us = r->slot_us;
		return STORE_OK;
	}
	if (is_seen(l, i))
		return STORE_OK;
	o->failing++;
	return attend(o,
	    &(const struct attention){
		.code = ATTENTION_JOB_FAILING,
		.queue = r->queue,
		.job_id = r->job_id,
		.run = (char *)(uintptr_t)r->id,
		.reason =
		    r->work.last.error != NULL ? r->work.last.error : r->reason,
		.n = 1,
		.since_us = r->slot_us,
	    });
}

/*
 * Jobs of which no run has succeeded since one failed in the last week.  A
 * published message has no job, and is a dead letter if it has to be looked at.
 */
static enum store_rc
look_at_failures(struct sched *s, struct overview *o)
{
	const struct sched_runs_opts bad = {
		.kind = SCHED_ANY,
		.outcomes = OUTCOMES_BAD,
		.state = RUN_STATE__MAX,
		.from_us = o->now_us - WEEK_US,
		.to_us = INT64_MAX,
		.limit = OVERVIEW_FAILED,
	};
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc = sched_runs(s, &bad, &l, next);

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		if (l.v[i].job_id[0] != '\0')
			rc = add_failed(s, o, &l, i);
	run_list_fini(&l);
	return rc;
}

static enum store_rc
look_at_jobs(struct sched *s, struct overview *o)
{
	enum store_rc rc = sched_count(s, SCHED_ANY, NULL, &o->jobs);
	struct job first;
	int64_t n = 0;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = store_job_count_paused(at.st, &n);
		o->paused += n;
	}
	job_init(&first);
	if (rc == STORE_OK)
		rc = sched_quarantined(s, &o->quarantined, &first);
	if (rc == STORE_OK && o->quarantined > 0)
		rc = attend(o,
		    &(const struct attention){
			.code = ATTENTION_JOB_QUARANTINED,
			.queue = first.queue,
			.job_id = first.job_id,
			.reason = first.reason,
			.n = o->quarantined,
		    });
	job_fini(&first);
	return rc;
}

static enum store_rc
look_at_brokers(struct sched *s, struct overview *o)
{
	struct endpoint_list l = { NULL, 0, 0 };
	enum store_rc rc = store_endpoint_list(s->stores[JOB_DURABLE], &l);

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		if (l.v[i].since_us != 0)
			rc = attend(o,
			    &(const struct attention){
				.code = l.v[i].fails > 0 ?
				    ATTENTION_BROKER_DOWN :
				    ATTENTION_BROKER_REFUSING,
				.broker = l.v[i].name,
				.reason = l.v[i].reason,
				.since_us = l.v[i].since_us,
			    });
	endpoint_list_fini(&l);
	return rc;
}

static enum store_rc
look_at_dead(struct sched *s, struct overview *o)
{
	struct dead_reasons l = { NULL, 0, 0 };
	enum store_rc rc = sched_dead_reasons(s, NULL, &l);

	for (size_t i = 0; i < l.n; i++)
		o->dead += l.v[i].n;
	if (rc == STORE_OK && o->dead > 0)
		rc = attend(o,
		    &(const struct attention){
			.code = ATTENTION_DEAD_LETTERS,
			.reason = l.v[0].reason,
			.n = o->dead,
		    });
	dead_reasons_fini(&l);
	return rc;
}

static enum store_rc
look_at_day(struct sched *s, struct overview *o)
{
	const struct sums_opts day = {
		.kind = SCHED_ANY,
		.from_us = o->now_us - DAY_US,
		.to_us = o->now_us,
		.bucket_us = DAY_US,
	};
	enum store_rc rc = sums_read(s, &day, &o->day);

	if (rc != STORE_OK || o->day.all.n[RUN_MISSED] == 0)
		return rc;
	return attend(o,
	    &(const struct attention){ .code = ATTENTION_MISSED,
		.n = o->day.all.n[RUN_MISSED] });
}

/* What runs next, and what should have: lists are by next run. */
static enum store_rc
look_ahead(struct sched *s, struct overview *o)
{
	const struct sched_list_opts all = { .kind = SCHED_ANY,
		.limit = OVERVIEW_OVERDUE + OVERVIEW_NEXT };
	int64_t late_us = o->now_us - 2 * o->health.cadence_us - SLACK_US;
	struct job_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc = sched_list(s, &all, &l, next);
	struct job *j;
	size_t i = 0;

	while (i < l.n && i < OVERVIEW_OVERDUE && l.v[i].next_run_us < late_us)
		i++;
	o->overdue = (int64_t)i;
	if (rc == STORE_OK && i > 0)
		rc = attend(o,
		    &(const struct attention){ .code = ATTENTION_OVERDUE,
			.queue = l.v[0].queue,
			.job_id = l.v[0].job_id,
			.n = o->overdue,
			.since_us = l.v[0].next_run_us });
	for (; i < l.n && o->next.n < OVERVIEW_NEXT && rc == STORE_OK; i++) {
		if (l.v[i].next_run_us == JOB_NEVER)
			break;
		if ((j = job_list_add(&o->next)) == NULL)
			rc = STORE_FULL;
		else {
			*j = l.v[i];
			job_init(&l.v[i]);
		}
	}
	job_list_fini(&l);
	return rc;
}

/* What doctor and /healthz find, too, and nothing above. */
static enum store_rc
look_at_troubles(struct sched *s, struct overview *o)
{
	static const enum attention_code codes[TROUBLE__MAX] = {
		[TROUBLE_NO_CONSUMER] = ATTENTION_NO_CONSUMER,
		[TROUBLE_NO_KEY] = ATTENTION_NO_KEY,
		[TROUBLE_NO_ALERTS] = ATTENTION_NO_ALERTS,
	};
	struct trouble_list l = { NULL, 0, 0 };
	enum store_rc rc = trouble_read(s, o->now_us, &l);

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		if (codes[l.v[i].code] != 0)
			rc = attend(o,
			    &(const struct attention){
				.code = codes[l.v[i].code],
				.queue = l.v[i].queue,
				.service = l.v[i].service,
				.n = l.v[i].n,
				.since_us = l.v[i].since_us,
			    });
	trouble_list_fini(&l);
	return rc;
}

enum store_rc
overview_read(struct sched *s, int64_t now_us, struct overview *out)
{
	static enum store_rc (*const looks[])(struct sched *,
	    struct overview *) = { look_at_ticker, look_at_failures,
		look_at_jobs, look_at_brokers, look_at_dead, look_at_day,
		look_ahead, look_at_troubles };
	enum store_rc rc = STORE_OK;

	out->now_us = now_us;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if ((rc = looks[i](s, out)) != STORE_OK)
			break;
	return rc;
}
