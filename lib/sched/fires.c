/*
 * Upcoming fires of all jobs: a heap of candidates over a lazy walk of the
 * jobs by next run.  Read only; concurrent writes may or may not appear on a
 * page, as in any list.  Tested in t_sched_fires.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/list.h"
#include "lib/base/num.h"
#include "lib/sched/fires.h"
#include "lib/sched/fires_tally.h"
#include "lib/sched/sched_int.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/count.h"

#include "lib/base/ban.h"

#define BATCH_MAX 100	      /* jobs read at once */
#define PAUSED_FIRES_MAX 10   /* of each paused job */
#define IDLE_CURSOR "-.0,-.0" /* sched_list: after the jobs with a next run */
#define MINUTE_US (60 * CLOCK_US_PER_S)

/* A job and its next fire. */
struct candidate {
	int64_t at_us;
	int64_t slot_us;
	size_t job;    /* index in fires.job */
	int64_t dense; /* number of fires that this one begins; 0: single */
};

/* The state of a walk. */
struct walk {
	struct sched *s;
	const struct fires_opts *o;
	struct fires *out;
	struct candidate *heap;
	size_t n, cap;
	struct job_list batch;
	size_t at;		     /* position in the batch */
	char more[SCHED_CURSOR_MAX]; /* cursor; "": the last batch */
	bool is_begun, is_ended;
	int64_t until_mono_us; /* end of the time limit, INT64_MAX without */
	/* The end of the previous page: this fire and all before were shown. */
	int64_t after_us, after_job;
	int after_kind;
	char queue[JOB_NAME_MAX + 1]; /* checked last, and its state */
	enum job_kind queue_kind;
	bool is_queue_paused, is_queue_cached;
};

void
fires_fini(struct fires *f)
{
	for (size_t i = 0; i < f->njobs; i++) {
		job_fini(&f->job[i].job);
		trigger_free(f->job[i].trigger);
	}
	free(f->job);
	free(f->v);
	memset(f, 0, sizeof(*f));
}

/* The order of fires: by time, then store and number of the job. */
static int
compare(const struct walk *w, const struct candidate *a,
    const struct candidate *b)
{
	const struct job *x = &w->out->job[a->job].job;
	const struct job *y = &w->out->job[b->job].job;

	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

static void
heap_down(struct walk *w, size_t i)
{
	for (;;) {
		size_t least = i, l = 2 * i + 1, r = l + 1;
		struct candidate c;

		if (l < w->n && compare(w, &w->heap[l], &w->heap[least]) < 0)
			least = l;
		if (r < w->n && compare(w, &w->heap[r], &w->heap[least]) < 0)
			least = r;
		if (least == i)
			return;
		c = w->heap[i];
		w->heap[i] = w->heap[least];
		w->heap[least] = c;
		i = least;
	}
}

static enum store_rc
heap_add(struct walk *w, const struct candidate *c)
{
	struct candidate *v =
	    list_reserve(w->heap, w->n, &w->cap, sizeof(*w->heap));
	size_t i = w->n;

	if (v == NULL)
		return STORE_FULL;
	w->heap = v;
	v[w->n++] = *c;
	while (i > 0 && compare(w, &v[i], &v[(i - 1) / 2]) < 0) {
		struct candidate up = v[(i - 1) / 2];

		v[(i - 1) / 2] = v[i];
		v[i] = up;
		i = (i - 1) / 2;
	}
	return STORE_OK;
}

/* The fire of a slot; TRIGGER_NONE is kept. */
static int64_t
fire_of(const struct fires_job *j, int64_t slot_us)
{
	return slot_us == TRIGGER_NONE ?
	    TRIGGER_NONE :
	    slot_us + trigger_delay_us(j->trigger, job_seed(&j->job), slot_us);
}

/* The first fire of j at or after from_us. */
static void
first_fire(const struct fires_job *j, int64_t from_us, struct candidate *c)
{
	int64_t after = from_us - trigger_jitter_us(j->trigger) - 1;

	if (j->job.state == JOB_ACTIVE && j->job.cursor_us - 1 > after)
		after = j->job.cursor_us - 1;
	do {
		c->slot_us = trigger_next(j->trigger, after);
		c->at_us = fire_of(j, c->slot_us);
		after = c->slot_us;
	} while (c->at_us < from_us);
}

/* Add one job to the page; NULL without memory. */
static struct fires_job *
job_add(struct fires *f)
{
	struct fires_job *v =
	    list_reserve(f->job, f->njobs, &f->jobcap, sizeof(*f->job));

	if (v == NULL)
		return NULL;
	f->job = v;
	memset(&v[f->njobs], 0, sizeof(*v));
	job_init(&v[f->njobs].job);
	return &v[f->njobs];
}

static enum store_rc
add_fire(struct fires *f, size_t job, int64_t at_us)
{
	struct fire *v = list_reserve(f->v, f->n, &f->cap, sizeof(*f->v));

	if (v == NULL)
		return STORE_FULL;
	f->v = v;
	v[f->n++] = (struct fire){ at_us, job };
	return STORE_OK;
}

static void
count_one(struct walk *w, int64_t at_us)
{
	struct fires *f = w->out;
	size_t i =
	    (size_t)((at_us - w->o->from_us) / (f->bucket_s * CLOCK_US_PER_S));

	if (i < FIRES_BUCKETS_MAX)
		f->bucket[i]++;
	f->total++;
}

/* Count the fires of a job with many of them. */
static void
make_dense(struct walk *w, struct fires_job *j, int64_t first_slot_us,
    int64_t n)
{
	int64_t to = w->o->to_us - 1, next;

	j->dense = n;
	j->first_us = fire_of(j, first_slot_us);
	j->last_us = fire_of(j, trigger_last(j->trigger, first_slot_us, to));
	next = trigger_next(j->trigger, first_slot_us);
	if (trigger_kind(j->trigger) == TRIGGER_INTERVAL &&
	    trigger_jitter_us(j->trigger) == 0)
		j->every_us = next - first_slot_us;
}

/* Is the job's queue paused?  The last answer is cached. */
static enum store_rc
check_queue(struct walk *w, const struct job *j)
{
	enum store_rc rc;

	if (w->is_queue_cached && w->queue_kind == j->kind &&
	    strcmp(w->queue, j->queue) == 0)
		return STORE_OK;
	rc = sched_queue_is_paused(w->s, j->queue, &w->is_queue_paused);
	(void)snprintf(w->queue, sizeof(w->queue), "%s", j->queue);
	w->queue_kind = j->kind;
	w->is_queue_cached = rc == STORE_OK;
	return rc;
}

/* Add some of the fires a paused job would have. */
static enum store_rc
take_paused(struct walk *w, struct fires_job *j, struct candidate *c)
{
	enum store_rc rc = STORE_OK;

	j->is_paused = true;
	for (int i = 0;
	     i < PAUSED_FIRES_MAX && c->at_us < w->o->to_us && rc == STORE_OK;
	     i++) {
		rc = add_fire(w->out, c->job, c->at_us);
		c->slot_us = trigger_next(j->trigger, c->slot_us);
		c->at_us = fire_of(j, c->slot_us);
	}
	return rc;
}

/* Add one job, moved out of *from, with its first fire in the window. */
static enum store_rc
take_job(struct walk *w, struct job *from)
{
	struct fires_job *j;
	struct candidate c;
	enum store_rc rc;
	int64_t n;

	if (w->o->may_see != NULL && !w->o->may_see(w->o->cookie, from->queue))
		return STORE_OK;
	if (w->o->job_id != NULL && strcmp(w->o->job_id, from->job_id) != 0)
		return STORE_OK;
	if (from->state == JOB_QUARANTINED)
		return STORE_OK;
	if ((rc = check_queue(w, from)) != STORE_OK)
		return rc;
	if ((j = job_add(w->out)) == NULL)
		return STORE_FULL;
	/* The ticker quarantines a job that cannot be read. */
	if ((j->trigger = sched_job_trigger(w->s, from)) == NULL)
		return STORE_OK;
	j->job = *from;
	job_init(from);
	if (j->job.next_run_us < w->o->now_us && w->after_us == INT64_MIN)
		w->out->overdue++;
	c.job = w->out->njobs++;
	c.dense = 0;
	first_fire(j, w->o->from_us, &c);
	if (c.at_us >= w->o->to_us)
		return STORE_OK;
	if (j->job.state == JOB_PAUSED || w->is_queue_paused)
		return w->after_us == INT64_MIN ? take_paused(w, j, &c) :
						  STORE_OK;
	n = trigger_count(j->trigger, c.slot_us, w->o->to_us - 1);
	if (n > w->o->dense) /* placed at its first fire */
		c.dense = n;
	else if (w->after_us > w->o->from_us)
		first_fire(j, w->after_us, &c);
	return c.at_us < w->o->to_us ? heap_add(w, &c) : STORE_OK;
}

/* The next job of the list into *out, owned by the batch; NULL at the end. */
static enum store_rc
peek_job(struct walk *w, struct job **out)
{
	struct sched_list_opts o = { .kind = w->o->kind,
		.queue = w->o->queue,
		.limit = BATCH_MAX,
		.cursor = w->more };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc = STORE_OK;

	*out = NULL;
	if (w->at == w->batch.n && !w->is_ended) {
		job_list_fini(&w->batch);
		w->at = 0;
		rc = sched_list(w->s, &o, &w->batch, next);
		(void)snprintf(w->more, sizeof(w->more), "%s", next);
		w->is_ended = next[0] == '\0';
	}
	if (rc == STORE_OK && w->at < w->batch.n)
		*out = &w->batch.v[w->at];
	return rc;
}

static bool
is_late(const struct walk *w)
{
	return clock_mono_us() > w->until_mono_us;
}

/* Are the fires of an unread job after the first one of the heap? */
static bool
is_behind(const struct walk *w, const struct job *j)
{
	const struct job *first;

	if (w->n == 0 || j->next_run_us != w->heap[0].at_us)
		return w->n > 0 && j->next_run_us > w->heap[0].at_us;
	first = &w->out->job[w->heap[0].job].job;
	return j->kind != first->kind ? j->kind > first->kind :
					j->id > first->id;
}

/*
 * Read every job whose next run is not after the first fire of the heap.  *out
 * is the next job, NULL if none is left that fires in the window.
 */
static enum store_rc
fill(struct walk *w, const struct job **out)
{
	enum store_rc rc;
	struct job *j;

	for (;;) {
		*out = NULL;
		if ((rc = peek_job(w, &j)) != STORE_OK || j == NULL ||
		    j->next_run_us >= w->o->to_us)
			return rc;
		*out = j;
		if (is_behind(w, j) || is_late(w))
			return STORE_OK;
		w->at++;
		if ((rc = take_job(w, j)) != STORE_OK)
			return rc;
	}
}

/* Was the fire on an earlier page? */
static bool
was_shown(const struct walk *w, const struct candidate *c)
{
	const struct job *j = &w->out->job[c->job].job;

	if (c->at_us != w->after_us)
		return c->at_us < w->after_us;
	if ((int)j->kind != w->after_kind)
		return (int)j->kind < w->after_kind;
	return j->id <= w->after_job;
}

/* Add the first fire of the heap to the page, unless it was shown before. */
static enum store_rc
show(struct walk *w, const struct candidate *c)
{
	struct fires_job *j = &w->out->job[c->job];
	enum store_rc rc = STORE_OK;

	if (c->dense > 0) {
		make_dense(w, j, c->slot_us, c->dense);
	} else if ((rc = add_fire(w->out, c->job, c->at_us)) == STORE_OK)
		count_one(w, c->at_us);
	(void)snprintf(w->out->next, sizeof(w->out->next), "%lld.%d.%lld",
	    (long long)c->at_us, (int)j->job.kind, (long long)j->job.id);
	return rc;
}

/*
 * Move the first fire of the heap to the page, and its job's next fire into
 * the heap.
 */
static enum store_rc
emit(struct walk *w, int64_t *left)
{
	struct candidate *c = &w->heap[0];
	const struct fires_job *j = &w->out->job[c->job];
	enum store_rc rc = STORE_OK;

	if (!was_shown(w, c)) {
		rc = show(w, c);
		--*left;
	}
	if (c->dense == 0) {
		c->slot_us = trigger_next(j->trigger, c->slot_us);
		c->at_us = fire_of(j, c->slot_us);
	}
	if (c->dense > 0 || c->at_us >= w->o->to_us)
		*c = w->heap[--w->n];
	heap_down(w, 0);
	return rc;
}

/*
 * Find up to limit fires and dense jobs; *complete_us: all earlier fires were
 * found.
 */
static enum store_rc
walk_fires(struct walk *w, int64_t *complete_us)
{
	int64_t left = w->o->limit;
	const struct job *unread;
	enum store_rc rc;

	for (;;) {
		if ((rc = fill(w, &unread)) != STORE_OK)
			return rc;
		*complete_us = w->o->to_us;
		if (w->n > 0)
			*complete_us = w->heap[0].at_us;
		if (unread != NULL && unread->next_run_us < *complete_us)
			*complete_us = unread->next_run_us;
		if (w->n == 0 && unread == NULL) {
			w->out->next[0] = '\0';
			return STORE_OK;
		}
		/* Out of time: a job that was not read may fire first. */
		if (left == 0 || w->n == 0 ||
		    (unread != NULL && !is_behind(w, unread)))
			return STORE_OK;
		if ((rc = emit(w, &left)) != STORE_OK)
			return rc;
	}
}

/* Add jobs that have no next run because they are paused. */
static enum store_rc
walk_paused(struct walk *w)
{
	enum store_rc rc = STORE_OK;
	struct job *j = NULL;
	size_t n = w->out->njobs;

	job_list_fini(&w->batch);
	w->at = 0;
	w->is_ended = false;
	(void)snprintf(w->more, sizeof(w->more), "%s", IDLE_CURSOR);
	while (rc == STORE_OK && w->out->njobs - n < FIRES_PAUSED_MAX &&
	    !is_late(w) && (rc = peek_job(w, &j)) == STORE_OK && j != NULL) {
		w->at++;
		if (j->state == JOB_PAUSED)
			rc = take_job(w, j);
	}
	return rc;
}

/* Parse a cursor, "at.kind.id". */
static enum store_rc
read_cursor(struct walk *w)
{
	int64_t part[3] = { INT64_MIN, -1, -1 };
	char text[SCHED_CURSOR_MAX], *p = text, *dot;

	w->after_us = INT64_MIN;
	w->after_kind = -1;
	if (w->o->cursor == NULL || w->o->cursor[0] == '\0')
		return STORE_OK;
	if (strlen(w->o->cursor) >= sizeof(text))
		return STORE_NOTFOUND;
	(void)snprintf(text, sizeof(text), "%s", w->o->cursor);
	for (int i = 0; i < 3; i++) {
		dot = p == NULL ? NULL : strchr(p, '.');
		if (p == NULL || (dot == NULL) != (i == 2))
			return STORE_NOTFOUND;
		if (dot != NULL)
			*dot = '\0';
		if (num_parse(p, 0, INT64_MAX - 1, &part[i]) != 0)
			return STORE_NOTFOUND;
		p = dot == NULL ? NULL : dot + 1;
	}
	w->after_us = part[0];
	w->after_kind = part[1] == 0 ? JOB_DURABLE : JOB_MEMORY;
	w->after_job = part[2];
	return STORE_OK;
}

enum store_rc
sched_fires(struct sched *s, const struct fires_opts *o, struct fires *out)
{
	struct walk w = { .s = s, .o = o, .out = out };
	enum store_rc rc;

	w.until_mono_us =
	    o->budget_us == 0 ? INT64_MAX : clock_mono_us() + o->budget_us;
	out->bucket_s = fires_bucket_s(o->to_us - o->from_us);
	out->complete_us = o->from_us;
	rc = read_cursor(&w);
	if (rc == STORE_OK)
		rc = walk_fires(&w, &out->complete_us);
	if (rc == STORE_OK) {
		fires_tally(out, o->from_us);
		rc = w.after_us == INT64_MIN ? walk_paused(&w) : STORE_OK;
	}
	job_list_fini(&w.batch);
	free(w.heap);
	return rc;
}

/* Add the fires of one job, by minute. */
static void
load_job(const struct fires_job *j, int64_t from_us, int64_t *minute, size_t n)
{
	int64_t to_us = from_us + (int64_t)n * MINUTE_US;
	struct candidate c = { .job = 0 };

	first_fire(j, from_us, &c);
	if (trigger_jitter_us(j->trigger) == 0 && c.at_us < to_us &&
	    trigger_count(j->trigger, c.slot_us, to_us - 1) > (int64_t)n) {
		for (size_t i = 0; i < n; i++)
			minute[i] += trigger_count(j->trigger,
			    from_us + (int64_t)i * MINUTE_US,
			    from_us + ((int64_t)i + 1) * MINUTE_US - 1);
		return;
	}
	while (c.at_us < to_us) {
		minute[(c.at_us - from_us) / MINUTE_US]++;
		c.slot_us = trigger_next(j->trigger, c.slot_us);
		c.at_us = fire_of(j, c.slot_us);
	}
}

enum store_rc
sched_fires_load(struct sched *s, int64_t from_us, int64_t *minute, size_t n,
    void (*report)(int64_t jobs))
{
	struct fires_opts o = { .kind = SCHED_ANY,
		.to_us = from_us + (int64_t)n * MINUTE_US };
	struct walk w = { .s = s, .o = &o };
	int64_t done = 0;
	struct job *j;
	enum store_rc rc;

	while ((rc = peek_job(&w, &j)) == STORE_OK && j != NULL &&
	    j->next_run_us < o.to_us) {
		struct fires_job one = { .job = *j };

		w.at++;
		if (++done % 1000 == 0 && report != NULL)
			report(done);
		if (j->state != JOB_ACTIVE)
			continue;
		if ((rc = check_queue(&w, j)) != STORE_OK)
			break;
		if (!w.is_queue_paused &&
		    (one.trigger = sched_job_trigger(s, j)) != NULL)
			load_job(&one, from_us, minute, n);
		trigger_free(one.trigger);
	}
	job_list_fini(&w.batch);
	return rc;
}
