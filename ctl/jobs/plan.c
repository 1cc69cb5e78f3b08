/*
 * A plan in words: which jobs of a file are new, changed, same, deleted or
 * refused, what differs, and the next fires before and after.  The same for
 * plan, apply and import.  Tested in tests/ctl/apply.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/json_out.h"
#include "ctl/jobs/plan.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/job/body.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "lib/trigger/describe.h"
#include "lib/trigger/trigger.h"

#include "lib/base/ban.h"

/* A job in a step, its body, and when it fires. */
struct side {
	const struct job *job; /* queue NULL: none */
	struct json_object *body;
	struct trigger *trigger;
	int64_t fires[WANTED_FIRES];
	int nfires;
};

/* One step with everything that is printed of it. */
struct shown {
	const struct apply_step *step;
	const struct wanted_item *item; /* NULL: not in the file */
	struct side was, is;
};

static struct json_object *
body_of(struct ctl *c, const struct job *j)
{
	const struct job_body_env env = { c->conf, c->sched.zones };
	struct json_object *body = NULL;
	struct faults unused = { .n = 0 };
	struct buf b = BUF_INIT;
	struct err why = { "" };

	if (job_to_body(j, &env, &b, &unused) == 0 && !b.is_failed)
		body = json_parse(buf_cstr(&b), b.len, &why);
	buf_fini(&b);
	return body;
}

static void
side_init(struct ctl *c, struct side *s, const struct job *j)
{
	struct faults unused = { .n = 0 };
	int64_t at;

	*s = (struct side){ .job = j };
	if (j->queue == NULL)
		return;
	s->body = body_of(c, j);
	s->trigger = trigger_from_spec(j->trigger, c->sched.zones, &unused);
	if (s->trigger == NULL || j->state != JOB_ACTIVE)
		return;
	for (at = j->cursor_us; at != TRIGGER_NONE && s->nfires < WANTED_FIRES;
	     at = trigger_next(s->trigger, at))
		s->fires[s->nfires++] = at;
}

static void
side_fini(struct side *s)
{
	json_free(s->body);
	trigger_free(s->trigger);
}

/* The reason of a refused step, after the job's name. */
static const char *
reason_of(const struct apply_step *a, const struct wanted_item *item)
{
	if (a->is_foreign)
		return "it belongs to another owner; --adopt takes it";
	if (a->rc == STORE_LIMIT && item != NULL && item->never != NULL)
		return item->never;
	if (a->rc == STORE_LIMIT)
		return "the queue has max_jobs_per_queue jobs";
	if (a->rc == STORE_CONFLICT)
		return "it can never fire again";
	return store_strrc(a->rc);
}

/* A time in the zone of a trigger. */
static void
add_fire(const struct ctl *c, const struct trigger *t, int64_t us,
    struct buf *b)
{
	if (t != NULL)
		tz_format(trigger_zone(t), us, b);
	else
		ctl_time(c, us, b);
}

/* Print a line of fires: "  NAME  A, B, C". */
static void
print_fires(const struct ctl *c, const char *name, const struct trigger *t,
    const int64_t *fires, int n)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < n; i++) {
		buf_str(&b, i == 0 ? "" : ", ");
		add_fire(c, t, fires[i], &b);
	}
	text_line("    %-11s %s", name, b.len == 0 ? "never" : buf_cstr(&b));
	buf_fini(&b);
}

static void
print_side(const struct ctl *c, const char *name, const struct side *s)
{
	if (s->job->queue == NULL)
		return;
	if (s->job->state == JOB_ACTIVE)
		print_fires(c, name, s->trigger, s->fires, s->nfires);
	else
		text_line("    %-11s %s", name, job_state_name(s->job->state));
}

/* A difference between two bodies: called for each member of one. */
struct differing {
	struct json_object *other;
	bool is_old;	  /* the members are the old ones */
	struct buf *json; /* or NULL: printed in words */
};

static void
show_difference(const struct differing *d, const char *name, const char *old,
    const char *new)
{
	if (d->json == NULL) {
		text_line("    %s: %s becomes %s", name,
		    old == NULL ? "not set" : old,
		    new == NULL ? "not set" : new);
		return;
	}
	json_out_open(d->json, name, '{');
	json_out_raw(d->json, "old", old == NULL ? "null" : old);
	json_out_raw(d->json, "new", new == NULL ? "null" : new);
	json_out_close(d->json, '}');
}

static int
compare_member(void *cookie, const char *name, struct json_object *value)
{
	const struct differing *d = cookie;
	struct buf mine = BUF_INIT;
	bool is_there = json_has(d->other, name);
	const char *other;

	/* Borrowed texts change with the next one. */
	buf_str(&mine, value == NULL ? "null" : json_text(value));
	other = !is_there ? NULL :
	    json_member(d->other, name) == NULL ?
			    "null" :
			    json_text(json_member(d->other, name));
	if (d->is_old && !is_there)
		show_difference(d, name, buf_cstr(&mine), NULL);
	else if (!d->is_old &&
	    (other == NULL || strcmp(other, buf_cstr(&mine)) != 0))
		show_difference(d, name, other, buf_cstr(&mine));
	buf_fini(&mine);
	return 0;
}

/* What differs, member by member. */
static void
show_differences(const struct shown *s, struct buf *json)
{
	struct differing new = { s->was.body, false, json };
	struct differing old = { s->is.body, true, json };

	if (s->was.body == NULL || s->is.body == NULL)
		return;
	(void)json_each(s->was.body, compare_member, &old);
	(void)json_each(s->is.body, compare_member, &new);
}

/* Does it fire as before? */
static bool
is_same_fires(const struct shown *s)
{
	return s->was.nfires == s->is.nfires &&
	    s->was.job->state == s->is.job->state &&
	    memcmp(s->was.fires, s->is.fires,
		(size_t)s->is.nfires * sizeof(s->is.fires[0])) == 0;
}

static void
print_words(const struct side *s)
{
	struct buf b = BUF_INIT;

	if (s->trigger == NULL)
		return;
	trigger_describe(s->trigger, DESCRIBE_EN, &b);
	text_line("    %s", buf_cstr(&b));
	buf_fini(&b);
}

static void
print_step(const struct ctl *c, const struct shown *s)
{
	const struct apply_step *a = s->step;
	const struct job *j = a->is.queue != NULL ? &a->is : &a->was;
	const bool is_import = s->item != NULL && s->item->text != NULL;

	if (a->what == APPLY_SAME && !is_import)
		return;
	text_line("%s: %s %s%s%s", apply_names[a->what], j->queue, j->job_id,
	    is_import ? ", " : "", is_import ? s->item->where : "");
	if (is_import)
		text_line("    %s", s->item->text);
	if (a->what == APPLY_NEW)
		print_words(&s->is);
	if (a->what == APPLY_CHANGED)
		show_differences(s, NULL);
	if (is_import && s->item->nfires >= 0)
		print_fires(c, "there", s->is.trigger, s->item->fires,
		    s->item->nfires);
	if (is_import && s->item->nfires > 0 &&
	    s->is.job->state == JOB_ACTIVE &&
	    (s->item->nfires > s->is.nfires ||
		memcmp(s->item->fires, s->is.fires,
		    (size_t)s->item->nfires * sizeof(int64_t)) != 0))
		text_line("    %-11s it fires at other times here", "note");
	if (a->what == APPLY_CHANGED && is_same_fires(s))
		print_side(c, "fires still", &s->is);
	else if (a->what == APPLY_CHANGED || a->what == APPLY_DELETED)
		print_side(c, "fires now", &s->was);
	if (a->what == APPLY_DELETED)
		text_line("    %-11s never", "then");
	else if (a->what == APPLY_CHANGED && !is_same_fires(s))
		print_side(c, "then", &s->is);
	else if (a->what == APPLY_NEW || (a->what == APPLY_SAME && is_import))
		print_side(c, "fires", &s->is);
}

static void
add_fires(struct buf *b, const char *key, const int64_t *fires, int n)
{
	json_out_open(b, key, '[');
	for (int i = 0; i < n; i++)
		json_out_time(b, NULL, fires[i]);
	json_out_close(b, ']');
}

static void
add_step(struct buf *b, const struct shown *s)
{
	const struct apply_step *a = s->step;
	const struct job *j = a->is.queue != NULL ? &a->is : &a->was;

	json_out_open(b, NULL, '{');
	json_out_str(b, "what", apply_names[a->what]);
	json_out_str(b, "queue_name", j->queue);
	json_out_str(b, "job_id", j->job_id);
	json_out_str(b, "owner", j->owner);
	if (s->item != NULL)
		json_out_str(b, "where", s->item->where);
	if (s->item != NULL && s->item->text != NULL)
		json_out_str(b, "text", s->item->text);
	if (a->what == APPLY_CHANGED) {
		json_out_open(b, "changes", '{');
		show_differences(s, b);
		json_out_close(b, '}');
	}
	if (s->item != NULL && s->item->nfires >= 0)
		add_fires(b, "fires_there", s->item->fires, s->item->nfires);
	if (a->was.queue != NULL)
		add_fires(b, "fires_now", s->was.fires, s->was.nfires);
	add_fires(b, "fires_then", s->is.fires, s->is.nfires);
	json_out_close(b, '}');
}

static void
add_refused(struct buf *b, const struct wanted *w)
{
	json_out_open(b, "refused", '[');
	for (size_t i = 0; i < w->refused.n; i++) {
		json_out_open(b, NULL, '{');
		json_out_str(b, "where", w->refused.v[i].where);
		if (w->refused.v[i].text != NULL)
			json_out_str(b, "text", w->refused.v[i].text);
		json_out_str(b, "why", w->refused.v[i].why);
		json_out_close(b, '}');
	}
	json_out_close(b, ']');
}

/* Print the refusals of a file as errors, those of an import as its lines. */
static void
print_refused(const struct plan *p)
{
	const struct wanted *w = p->wanted;

	for (size_t i = 0; i < w->refused.n; i++) {
		const struct wanted_refusal *r = &w->refused.v[i];

		if (!p->is_partial) {
			(void)ctl_fail(0, "%s: %s: %s", w->file, r->where,
			    r->why);
			continue;
		}
		text_line("not expressible: %s", r->where);
		if (r->text != NULL)
			text_line("    %s", r->text);
		text_line("    because %s", r->why);
	}
}

/* The last line: "plan: 1 new, 0 changed, …". */
static void
print_sums(const struct plan *p, const size_t *sums, bool is_done)
{
	text_line("%s: %zu new, %zu changed, %zu deleted, %zu same, %zu ran "
		  "already, %zu %s; %s",
	    p->is_apply ? "applied" : "plan", sums[APPLY_NEW],
	    sums[APPLY_CHANGED], sums[APPLY_DELETED], sums[APPLY_SAME],
	    sums[APPLY_RAN], p->wanted->refused.n,
	    p->is_partial ? "not expressible" : "refused",
	    is_done ? "done" : "nothing was changed");
}

static void
shown_init(struct ctl *c, const struct plan *p, const struct apply_steps *l,
    size_t i, struct shown *s)
{
	s->step = &l->v[i];
	s->item = i < p->wanted->items.n ? &p->wanted->items.v[i] : NULL;
	side_init(c, &s->was, &l->v[i].was);
	side_init(c, &s->is, &l->v[i].is);
}

/* Print the steps, and count them. */
static void
show_steps(struct ctl *c, const struct plan *p, const struct apply_steps *l,
    size_t *sums, struct buf *json)
{
	for (size_t i = 0; i < l->n; i++) {
		struct shown s;

		sums[l->v[i].what]++;
		if (l->v[i].what == APPLY_REFUSED)
			continue;
		shown_init(c, p, l, i, &s);
		if (p->is_json)
			add_step(json, &s);
		else
			print_step(c, &s);
		side_fini(&s.was);
		side_fini(&s.is);
	}
}

/* Move what the store refused to the refusals of the file. */
static int
collect_refused(const struct plan *p, const struct apply_steps *l)
{
	static const struct wanted_item none = { .where = "" };
	int status = CTL_OK;

	for (size_t i = 0; i < l->n && status == CTL_OK; i++) {
		const struct wanted_item *item =
		    i < p->wanted->items.n ? &p->wanted->items.v[i] : &none;
		const struct job *j = i < p->wanted->jobs.n ?
		    &p->wanted->jobs.v[i] :
		    &l->v[i].was;

		if (l->v[i].what == APPLY_REFUSED)
			status = wanted_refuse(p->wanted, item, "%s %s: %s",
			    j->queue, j->job_id, reason_of(&l->v[i], item));
	}
	return status;
}

/* Print everything; is_done: it was committed. */
static int
show(struct ctl *c, const struct plan *p, const struct apply_steps *l,
    bool is_done, size_t *nchanges)
{
	size_t sums[APPLY__MAX] = { 0 };
	struct buf json = BUF_INIT;

	if (p->is_json) {
		json_out_open(&json, NULL, '{');
		json_out_bool(&json, "is_applied", is_done);
		json_out_open(&json, "jobs", '[');
	}
	show_steps(c, p, l, sums, &json);
	if (nchanges != NULL)
		*nchanges =
		    sums[APPLY_NEW] + sums[APPLY_CHANGED] + sums[APPLY_DELETED];
	if (!p->is_json) {
		print_refused(p);
		print_sums(p, sums, is_done);
		return CTL_OK;
	}
	json_out_close(&json, ']');
	add_refused(&json, p->wanted);
	for (int i = 0; i < APPLY_REFUSED; i++)
		json_out_int(&json, apply_names[i], (int64_t)sums[i]);
	json_out_close(&json, '}');
	return json_out_print(&json);
}

/* Drop the jobs that the store refused, so that the others can be applied. */
static void
drop_refused(struct wanted *w, const struct apply_steps *l)
{
	size_t n = 0;

	for (size_t i = 0; i < w->jobs.n; i++) {
		if (l->v[i].what == APPLY_REFUSED) {
			job_fini(&w->jobs.v[i]);
			wanted_item_fini(&w->items.v[i]);
			continue;
		}
		w->jobs.v[n] = w->jobs.v[i];
		w->items.v[n++] = w->items.v[i];
	}
	w->jobs.n = w->items.n = n;
}

int
plan_run(struct ctl *c, const struct plan *p, size_t *nchanges)
{
	/* A job that has a fault is still one of the file's. */
	struct sched_apply a = { &p->wanted->jobs,
		p->wanted->refused.n > 0 ? NULL : p->prune, p->is_adopt,
		!p->is_apply || (!p->is_partial && p->wanted->refused.n > 0) };
	struct apply_steps steps = { NULL, 0, 0 };
	enum store_rc rc = sched_apply(&c->sched, &a, &steps);
	int status = CTL_OK;

	if (rc == STORE_CONFLICT)
		status = collect_refused(p, &steps);
	if (rc == STORE_CONFLICT && p->is_partial && status == CTL_OK) {
		drop_refused(p->wanted, &steps);
		apply_steps_fini(&steps);
		rc = sched_apply(&c->sched, &a, &steps);
	}
	if (rc != STORE_OK && rc != STORE_CONFLICT)
		status = ctl_fail_rc(rc, p->wanted->file);
	if (status == CTL_OK)
		status =
		    show(c, p, &steps, rc == STORE_OK && !a.is_dry, nchanges);
	if (status == CTL_OK && p->wanted->refused.n > 0)
		status = p->is_partial ? CTL_NO : CTL_DATA;
	apply_steps_fini(&steps);
	return status;
}
