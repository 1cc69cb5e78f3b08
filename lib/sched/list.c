/*
 * Lists of jobs, and of runs, over both stores.  Each store is read in its own
 * order and the two are merged; a cursor says how far each was read, such as
 * "next.id,next.id", so that a list continues exactly where it stopped while
 * rows are added and removed.  Tested in t_sched_list and t_sched_runs.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record/grant.h"
#include "lib/conf/conf.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/sched/brokers.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/base/ban.h"

struct position {
	struct store_job_cursor at[JOB_KIND__MAX];
};

/* Parse "next.id" with "-" for never; what follows, or NULL. */
static const char *
cursor_parse(const char *text, char end, struct store_job_cursor *out)
{
	const char *stop =
	    end == '\0' ? text + strlen(text) : strchr(text, end);
	char part[SCHED_CURSOR_MAX], *dot;

	if (stop == NULL || (size_t)(stop - text) >= sizeof(part))
		return NULL;
	memcpy(part, text, (size_t)(stop - text));
	part[stop - text] = '\0';
	if ((dot = strchr(part, '.')) == NULL)
		return NULL;
	*dot = '\0';
	out->next_run_us = JOB_NEVER;
	if (strcmp(part, "-") != 0 &&
	    num_parse(part, INT64_MIN, INT64_MAX - 1, &out->next_run_us) != 0)
		return NULL;
	if (num_parse(dot + 1, 0, INT64_MAX, &out->id) != 0)
		return NULL;
	return end == '\0' ? stop : stop + 1;
}

static enum store_rc
position_parse(const char *cursor, struct position *pos)
{
	for (int k = 0; k < JOB_KIND__MAX; k++) {
		pos->at[k] = (struct store_job_cursor){ INT64_MIN, 0 };
	}
	if (cursor == NULL || cursor[0] == '\0')
		return STORE_OK;
	cursor = cursor_parse(cursor, ',', &pos->at[JOB_DURABLE]);
	if (cursor != NULL)
		cursor = cursor_parse(cursor, '\0', &pos->at[JOB_MEMORY]);
	return cursor == NULL ? STORE_NOTFOUND : STORE_OK;
}

static void
position_print(const struct position *pos, char out[SCHED_CURSOR_MAX])
{
	const struct store_job_cursor *p = pos->at;
	char next[JOB_KIND__MAX][24];

	for (int k = 0; k < JOB_KIND__MAX; k++) {
		if (p[k].next_run_us == JOB_NEVER)
			(void)snprintf(next[k], sizeof(next[k]), "-");
		else
			(void)snprintf(next[k], sizeof(next[k]), "%lld",
			    (long long)p[k].next_run_us);
	}
	(void)snprintf(out, SCHED_CURSOR_MAX, "%s.%lld,%s.%lld", next[0],
	    (long long)p[0].id, next[1], (long long)p[1].id);
}

/* Add up to limit jobs to out, always the earlier of the two heads. */
static enum store_rc
list_merge(struct job_list from[JOB_KIND__MAX], struct position *pos,
    int64_t limit, struct job_list *out)
{
	size_t i[JOB_KIND__MAX] = { 0 }, had = out->n;
	struct job *j;
	int k;

	while ((int64_t)(out->n - had) < limit) {
		if (i[JOB_DURABLE] == from[JOB_DURABLE].n)
			k = JOB_MEMORY;
		else if (i[JOB_MEMORY] == from[JOB_MEMORY].n)
			k = JOB_DURABLE;
		else
			k = from[JOB_MEMORY].v[i[JOB_MEMORY]].next_run_us <
				from[JOB_DURABLE]
				    .v[i[JOB_DURABLE]]
				    .next_run_us ?
			    JOB_MEMORY :
			    JOB_DURABLE;
		if (i[k] == from[k].n)
			break;
		if ((j = job_list_add(out)) == NULL)
			return STORE_FULL;
		*j = from[k].v[i[k]];
		j->kind = (enum job_kind)k;
		job_init(&from[k].v[i[k]++]);
		pos->at[k] = (struct store_job_cursor){ j->next_run_us, j->id };
	}
	return STORE_OK;
}

enum store_rc
sched_list(struct sched *s, const struct sched_list_opts *o,
    struct job_list *out, char next[SCHED_CURSOR_MAX])
{
	struct job_list from[JOB_KIND__MAX] = { { NULL, 0, 0 } };
	int64_t limit = o->limit == 0 ? s->conf->max_list : o->limit;
	enum store_rc rc;
	struct position pos;
	size_t read = 0;

	next[0] = '\0';
	rc = position_parse(o->cursor, &pos);
	/* One more than requested shows whether there is a next page. */
	SCHED_EACH(at, s, o->kind, rc == STORE_OK) {
		rc = store_job_list(at.st, o->queue, &pos.at[at.kind],
		    limit + 1, &from[at.kind]);
		read += from[at.kind].n;
	}
	if (rc == STORE_OK && o->limit == 0 && (int64_t)read > limit)
		rc = STORE_CONFLICT;
	if (rc == STORE_OK)
		rc = list_merge(from, &pos, limit, out);
	if (rc == STORE_OK && (int64_t)read > limit)
		position_print(&pos, next);
	for (int k = 0; k < JOB_KIND__MAX; k++)
		job_list_fini(&from[k]);
	return rc;
}

enum store_rc
sched_count(struct sched *s, enum job_kind kind, const char *queue,
    int64_t *out)
{
	enum store_rc rc = STORE_OK;
	int64_t n;

	*out = 0;
	SCHED_EACH(at, s, kind, rc == STORE_OK)
		if ((rc = store_job_count(at.st, queue, &n)) == STORE_OK)
			*out += n;
	return rc;
}

/* The number of jobs that the actor may see. */
struct visible {
	const struct grant *grant;
	int64_t n;
};

static void
add_visible(void *arg, const char *queue, int64_t n)
{
	struct visible *count = arg;

	if (grant_queue(count->grant, queue))
		count->n += n;
}

static enum store_rc
count_quarantined(struct sched *s, struct store *st, int64_t *out)
{
	struct visible count = { s->grant, 0 };
	enum store_rc rc;

	if (grant_queue(s->grant, NULL))
		return store_job_count_quarantined(st, out);
	rc = store_job_quarantined_queues(st, add_visible, &count);
	*out = count.n;
	return rc;
}

enum store_rc
sched_quarantined(struct sched *s, int64_t *n, struct job *first)
{
	struct job_list l = { NULL, 0, 0 };
	enum store_rc rc = STORE_OK;
	int64_t more = 0;

	*n = 0;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = count_quarantined(s, at.st, &more);
		*n += more;
		if (rc == STORE_OK && more > 0 && first != NULL && l.n == 0)
			rc = store_job_quarantined(at.st, 1, &l);
	}
	if (rc == STORE_OK && l.n > 0) {
		*first = l.v[0];
		job_init(&l.v[0]);
	}
	job_list_fini(&l);
	return rc;
}

#define SEARCH_ROWS 1000 /* read at a time for a text */

/* Where a list of both stores continues, a position in each. */
struct run_position {
	struct store_run_cursor at[JOB_KIND__MAX];
};

/* Parse "slot.row,slot.row", as position_print writes it. */
static enum store_rc
run_position_parse(const char *cursor, struct run_position *pos)
{
	static const char ends[JOB_KIND__MAX] = { ',', '\0' };
	char text[SCHED_CURSOR_MAX], *p = text, *dot, *end;

	if (cursor == NULL || cursor[0] == '\0')
		return STORE_OK;
	if ((size_t)snprintf(text, sizeof(text), "%s", cursor) >= sizeof(text))
		return STORE_NOTFOUND;
	for (int k = 0; k < JOB_KIND__MAX; k++) {
		dot = strchr(p, '.');
		end = ends[k] == '\0' ? p + strlen(p) : strchr(p, ends[k]);
		if (dot == NULL || end == NULL || dot > end)
			return STORE_NOTFOUND;
		*dot = *end = '\0';
		if (num_parse(p, INT64_MIN, INT64_MAX, &pos->at[k].slot_us) !=
			0 ||
		    num_parse(dot + 1, 0, INT64_MAX, &pos->at[k].row) != 0)
			return STORE_NOTFOUND;
		p = end + 1;
	}
	return STORE_OK;
}

static void
run_position_print(const struct run_position *pos, char out[SCHED_CURSOR_MAX])
{
	const struct store_run_cursor *p = pos->at;

	(void)snprintf(out, SCHED_CURSOR_MAX, "%lld.%lld,%lld.%lld",
	    (long long)p[0].slot_us, (long long)p[0].row,
	    (long long)p[1].slot_us, (long long)p[1].row);
}

/* A page that is merged of what was read of both stores. */
struct merge {
	struct sched *s; /* whose actor may not see all */
	struct run_list from[JOB_KIND__MAX];
	size_t i[JOB_KIND__MAX];  /* the heads */
	int64_t limit;		  /* rows read of each at most */
	struct run_position *pos; /* behind the heads */
};

/* The store whose head is next; JOB_KIND__MAX: the rest is to be read. */
static int
merge_next(const struct merge *m, bool is_oldest_first)
{
	const struct run *head[JOB_KIND__MAX] = { NULL, NULL };

	for (int k = 0; k < JOB_KIND__MAX; k++) {
		if (m->i[k] < m->from[k].n)
			head[k] = &m->from[k].v[m->i[k]];
		else if ((int64_t)m->from[k].n == m->limit)
			return JOB_KIND__MAX;
	}
	if (head[JOB_DURABLE] == NULL || head[JOB_MEMORY] == NULL)
		return head[JOB_DURABLE] != NULL ? JOB_DURABLE :
		    head[JOB_MEMORY] != NULL	 ? JOB_MEMORY :
						   JOB_KIND__MAX;
	if (head[JOB_DURABLE]->slot_us == head[JOB_MEMORY]->slot_us)
		return JOB_DURABLE;
	return (head[JOB_MEMORY]->slot_us > head[JOB_DURABLE]->slot_us) !=
		is_oldest_first ?
	    JOB_MEMORY :
	    JOB_DURABLE;
}

/* STORE_NOTFOUND: r does not match, or the actor may not see it. */
static enum store_rc
judge(const struct merge *m, const struct sched_runs_opts *o,
    const struct run *r)
{
	enum store_rc rc = STORE_OK;

	/* Runs for services are in the durable store. */
	if (m->s->grant != NULL)
		rc = sched_may_see(m->s, m->s->stores[JOB_DURABLE], r);
	return rc == STORE_OK && o->text != NULL && !run_has_text(r, o->text) ?
	    STORE_NOTFOUND :
	    rc;
}

/*
 * Add up to limit rows to out that match.  What the actor may not see is not
 * counted, so that no length of a page depends on it.
 */
static enum store_rc
merge(struct merge *m, const struct sched_runs_opts *o, size_t had,
    struct run_list *out)
{
	struct run *r, *head;
	enum store_rc rc;
	int k;

	while ((int64_t)(out->n - had) < o->limit &&
	    (k = merge_next(m, o->is_oldest_first)) != JOB_KIND__MAX) {
		head = &m->from[k].v[m->i[k]++];
		m->pos->at[k] =
		    (struct store_run_cursor){ head->slot_us, head->row };
		if ((rc = judge(m, o, head)) == STORE_NOTFOUND)
			continue;
		if (rc != STORE_OK)
			return rc;
		if ((r = run_list_add(out)) == NULL)
			return STORE_FULL;
		*r = *head;
		memset(head, 0, sizeof(*head));
	}
	return STORE_OK;
}

/* Is there more than was merged? */
static bool
merge_has_more(const struct merge *m)
{
	bool has_more = false;

	for (int k = 0; k < JOB_KIND__MAX; k++)
		has_more = has_more || m->i[k] < m->from[k].n ||
		    ((int64_t)m->from[k].n == m->limit);
	return has_more;
}

/* How far a list has got. */
struct walk {
	struct run_position pos;
	size_t had; /* rows in the list before it */
	bool has_more;
};

/* Read the next page of a list and merge it. */
static enum store_rc
runs_page(struct sched *s, const struct sched_runs_opts *o, struct walk *w,
    struct run_list *out)
{
	struct store_run_filter f = {
		.queue = o->queue,
		.job_id = o->job_id,
		.state = o->state,
		.states = o->is_problem ? RUN_STATES_PROBLEM : o->states,
		.is_bad_too = o->is_problem,
		.is_oldest_first = o->is_oldest_first,
		.outcomes = o->outcomes,
		.from_us = o->from_us,
		.to_us = o->to_us,
		/* One more than requested shows whether there is a next. */
		.limit = o->text != NULL ? SEARCH_ROWS : o->limit + 1,
	};
	struct merge m = { .s = s, .limit = f.limit, .pos = &w->pos };
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, o->kind, rc == STORE_OK) {
		f.below = w->pos.at[at.kind];
		rc = store_run_list(at.st, &f, &m.from[at.kind]);
	}
	if (rc == STORE_OK)
		rc = merge(&m, o, w->had, out);
	w->has_more = merge_has_more(&m);
	for (int k = 0; k < JOB_KIND__MAX; k++)
		run_list_fini(&m.from[k]);
	return rc;
}

enum store_rc
sched_report_waiting(struct sched *s, struct run *r)
{
	struct buf why = BUF_INIT;
	enum store_rc rc;
	size_t old_len;

	if (r->state != RUN_DUE)
		return STORE_OK;
	if (r->reason != NULL)
		buf_printf(&why, "%s; ", r->reason);
	old_len = why.len;
	rc = sched_why_waiting(s, r->queue, &why);
	if (rc == STORE_OK && why.len > old_len) {
		free(r->reason);
		r->reason = buf_take(&why);
	}
	buf_fini(&why);
	return rc;
}

enum store_rc
sched_runs(struct sched *s, const struct sched_runs_opts *o,
    struct run_list *out, char next[SCHED_CURSOR_MAX])
{
	int64_t until_us = clock_mono_us() + SCHED_SEARCH_US;
	int64_t above_us = o->from_us == INT64_MIN ? INT64_MIN : o->from_us - 1;
	struct walk w = { .had = out->n, .has_more = true };
	enum store_rc rc;

	next[0] = '\0';
	/* Row 0 would precede the slot's other rows: start after it. */
	for (int k = 0; k < JOB_KIND__MAX; k++)
		w.pos.at[k] = o->is_oldest_first ?
		    (struct store_run_cursor){ above_us, INT64_MAX } :
		    (struct store_run_cursor){ o->to_us, 0 };
	rc = run_position_parse(o->cursor, &w.pos);
	do {
		if (rc == STORE_OK)
			rc = runs_page(s, o, &w, out);
	} while (rc == STORE_OK && (o->text != NULL || s->grant != NULL) &&
	    w.has_more && (int64_t)(out->n - w.had) < o->limit &&
	    clock_mono_us() < until_us);
	for (size_t i = 0; i < out->n && rc == STORE_OK; i++)
		rc = sched_report_waiting(s, &out->v[i]);
	if (rc == STORE_OK && w.has_more)
		run_position_print(&w.pos, next);
	return rc;
}
