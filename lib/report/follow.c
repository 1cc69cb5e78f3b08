/*
 * New and changed runs as they come, by polls that cost one pragma while
 * nothing is written, and then one search by number per open run.  Tested in
 * tests/ctl/follow.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/report/follow.h"
#include "lib/store/run.h"

#include "lib/base/ban.h"

/* What is under way: a poll of one store. */
struct poll {
	struct follow *f;
	struct store *st;
	enum job_kind kind;
	follow_see *visit;
	void *cookie;
};

void
follow_fini(struct follow *f)
{
	follow_list_fini(&f->open);
}

static bool
is_open(const struct run *r)
{
	enum outcome o = run_outcome(r);

	return o == OUTCOME_QUEUED || o == OUTCOME_RUNNING ||
	    o == OUTCOME_UNREPORTED || !run_state_is_final(r->state);
}

/* Is it one that the options choose? */
static bool
matches(const struct sched_runs_opts *o, const struct run *r)
{
	return (o->states == 0 || (o->states >> r->state & 1) != 0) &&
	    (o->outcomes == 0 || (o->outcomes >> run_outcome(r) & 1) != 0);
}

/* Remember an open run; of too many, the oldest is forgotten. */
static enum store_rc
remember(struct follow *f, enum job_kind kind, const struct run *r)
{
	struct follow_run *v;

	if (!is_open(r))
		return STORE_OK;
	if (f->open.n == FOLLOW_OPEN_MAX)
		memmove(f->open.v, f->open.v + 1,
		    --f->open.n * sizeof(f->open.v[0]));
	if ((v = follow_list_add(&f->open)) == NULL)
		return STORE_FULL;
	*v = (struct follow_run){ kind, r->row, r->state, run_outcome(r),
		r->work.last.n };
	return STORE_OK;
}

/* Show the runs behind the last one seen. */
static enum store_rc
show_new(struct poll *p)
{
	const struct sched_runs_opts *o = p->f->o;
	struct run_list l = { NULL, 0, 0 };
	const struct store_run_after w = { o->queue, o->job_id,
		p->f->seen[p->kind] };
	enum store_rc rc = store_run_after(p->st, &w, &l);

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		p->f->seen[p->kind] = l.v[i].row;
		if (matches(o, &l.v[i]))
			p->visit(p->cookie, &l.v[i]);
		rc = remember(p->f, p->kind, &l.v[i]);
	}
	run_list_fini(&l);
	return rc;
}

/* Show an open run if it has changed; *is_kept: it is still open. */
static enum store_rc
show_open(struct poll *p, struct follow_run *v, bool *is_kept)
{
	struct run r = { .row = 0 };
	enum store_rc rc = store_run_row(p->st, v->row, &r);

	*is_kept = rc == STORE_OK && is_open(&r);
	if (rc == STORE_OK &&
	    (r.state != v->state || run_outcome(&r) != v->outcome ||
		r.work.last.n != v->attempts)) {
		if (matches(p->f->o, &r))
			p->visit(p->cookie, &r);
		*v = (struct follow_run){ v->kind, v->row, r.state,
			run_outcome(&r), r.work.last.n };
	}
	run_fini(&r);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
show_changed(struct poll *p)
{
	struct follow_list *l = &p->f->open;
	enum store_rc rc = STORE_OK;
	bool is_kept = true;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind == p->kind && rc == STORE_OK)
			rc = show_open(p, &l->v[i], &is_kept);
		else
			is_kept = true;
		if (is_kept || rc != STORE_OK)
			l->v[n++] = l->v[i];
	}
	l->n = n;
	return rc;
}

enum store_rc
follow_poll(struct sched *s, struct follow *f, follow_see *visit, void *cookie)
{
	struct poll p = { .f = f, .visit = visit, .cookie = cookie };
	enum store_rc rc = STORE_OK;
	int64_t version;

	SCHED_EACH(at, s, f->o->kind, rc == STORE_OK) {
		version = store_data_version(at.st);
		if (version != -1 && version == f->version[at.kind])
			continue;
		f->version[at.kind] = version;
		p.st = at.st;
		p.kind = at.kind;
		rc = show_changed(&p);
		if (rc == STORE_OK)
			rc = show_new(&p);
	}
	return rc;
}

/* Remember the newest open runs of a store, which are not shown. */
static enum store_rc
start_store(struct follow *f, struct store *st, enum job_kind kind)
{
	const struct store_run_filter w = {
		.queue = f->o->queue,
		.job_id = f->o->job_id,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = FOLLOW_OPEN_MAX,
	};
	struct run_list l = { NULL, 0, 0 };
	enum store_rc rc;

	f->version[kind] = store_data_version(st);
	rc = store_run_newest_row(st, &f->seen[kind]);
	if (rc == STORE_OK)
		rc = store_run_list(st, &w, &l);
	for (size_t i = l.n; i-- > 0 && rc == STORE_OK;)
		if (l.v[i].row <= f->seen[kind])
			rc = remember(f, kind, &l.v[i]);
	run_list_fini(&l);
	return rc;
}

enum store_rc
follow_start(struct sched *s, const struct sched_runs_opts *o, struct follow *f,
    follow_see *visit, void *cookie)
{
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc = STORE_OK;

	memset(f, 0, sizeof(*f));
	f->o = o;
	SCHED_EACH(at, s, o->kind, rc == STORE_OK)
		rc = start_store(f, at.st, at.kind);
	if (rc == STORE_OK)
		rc = sched_runs(s, o, &l, next);
	for (size_t i = l.n; i-- > 0 && rc == STORE_OK;)
		visit(cookie, &l.v[i]);
	run_list_fini(&l);
	return rc;
}
