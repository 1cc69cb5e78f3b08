#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/sched/dead.h"
#include "lib/sched/sched_int.h"
#include "lib/store/dead.h"
#include "lib/base/ban.h"

/*
 * Where dead letters are, in the order of a list: a cursor is one of these
 * and a row of it, "source.row".
 */
#define SOURCES (JOB_KIND__MAX * DEAD_PLACE__MAX)

static enum job_kind
source_kind(int source)
{
	return (enum job_kind)(source / DEAD_PLACE__MAX);
}

static enum dead_place
source_place(int source)
{
	return (enum dead_place)(source % DEAD_PLACE__MAX);
}

static enum store_rc
cursor_parse(const char *cursor, int *source, int64_t *after)
{
	int64_t v;

	*source = 0;
	*after = 0;
	if (cursor == NULL || cursor[0] == '\0')
		return STORE_OK;
	if (cursor[0] < '0' || cursor[0] >= '0' + SOURCES || cursor[1] != '.' ||
	    num_parse(cursor + 2, 0, INT64_MAX, &v) != 0)
		return STORE_NOTFOUND;
	*source = cursor[0] - '0';
	*after = v;
	return STORE_OK;
}

static void
cursor_print(const struct dead *last, char out[SCHED_CURSOR_MAX])
{
	(void)snprintf(out, SCHED_CURSOR_MAX, "%d.%lld",
	    (int)last->kind * DEAD_PLACE__MAX + (int)last->place,
	    (long long)last->row);
}

/* Add those of one source. */
static enum store_rc
list_source(struct sched *s, int source, const struct store_dead_ask *ask,
    struct dead_list *out)
{
	struct store *st = sched_store(s, source_kind(source));
	size_t had = out->n;
	enum store_rc rc;

	if (st == NULL)
		return STORE_OK;
	rc = store_dead_list(st, ask, out);
	for (size_t i = had; i < out->n; i++)
		out->v[i].kind = source_kind(source);
	return rc;
}

enum store_rc
sched_dead_list(struct sched *s, const struct sched_dead_opts *o,
    struct dead_list *out, char next[SCHED_CURSOR_MAX])
{
	struct store_dead_ask ask = { .queue = o->queue };
	enum store_rc rc;
	int source;

	next[0] = '\0';
	rc = cursor_parse(o->cursor, &source, &ask.after);
	/* One more than asked tells whether there is a next page. */
	for (; source < SOURCES && rc == STORE_OK; source++) {
		ask.place = source_place(source);
		ask.limit = o->limit + 1 - (int64_t)out->n;
		if (ask.limit > 0)
			rc = list_source(s, source, &ask, out);
		ask.after = 0;
	}
	if (rc == STORE_OK && (int64_t)out->n > o->limit) {
		dead_fini(&out->v[--out->n]);
		cursor_print(&out->v[out->n - 1], next);
	}
	return rc;
}

enum store_rc
sched_dead_get(struct sched *s, const char *queue, const char *id,
    struct dead *out)
{
	enum store_rc rc = STORE_NOTFOUND;
	struct store *st;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_NOTFOUND; k++) {
		if ((st = sched_store(s, (enum job_kind)k)) == NULL)
			continue;
		rc = store_dead_get(st, queue, id, out);
		out->kind = (enum job_kind)k;
	}
	return rc;
}

/* What is to be done with dead letters. */
struct work {
	const char *action; /* for the audit */
	const char *queue;
	const char *replay; /* the reason they get; NULL: they go */
	int64_t *n;
};

static enum store_rc
apply(struct sched *s, struct store *st, const struct store_dead_row *r,
    const struct work *w)
{
	return w->replay == NULL ?
	    store_dead_purge(st, r) :
	    store_dead_replay(st, r, clock_get_us(s->clock), w->replay);
}

/* The one named id, in the open transaction. */
static enum store_rc
apply_one(struct sched *s, struct store *st, const char *id,
    const struct work *w)
{
	struct dead d = { .row = 0 };
	enum store_rc rc = sched_may_queue(s, w->queue);

	if (rc == STORE_OK)
		rc = store_dead_get(st, w->queue, id, &d);
	if (rc == STORE_OK)
		rc =
		    apply(s, st, &(struct store_dead_row){ d.place, d.row }, w);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, w->action, w->queue, d.job_id);
	dead_fini(&d);
	return rc;
}

/* The next of a place, in the open transaction; *n of them. */
static enum store_rc
apply_some(struct sched *s, struct store *st, struct store_dead_ask *ask,
    const struct work *w, size_t *n)
{
	int64_t rows[STORE_DEAD_ROWS];
	enum store_rc rc = sched_may_queue(s, w->queue);

	*n = 0;
	if (rc == STORE_OK)
		rc = store_dead_rows(st, ask, rows, n);
	for (size_t i = 0; i < *n && rc == STORE_OK; i++) {
		rc = apply(s, st,
		    &(struct store_dead_row){ ask->place, rows[i] }, w);
		ask->after = rows[i];
	}
	return rc == STORE_OK && *n > 0 ?
	    sched_audit(s, st, w->action, w->queue, NULL) :
	    rc;
}

/* All of a place.  What dies meanwhile lies behind, or is not seen again. */
static enum store_rc
apply_place(struct sched *s, struct store *st, enum dead_place place,
    const struct work *w)
{
	struct store_dead_ask ask = { .place = place, .queue = w->queue };
	enum store_rc rc;
	size_t n = 0;

	do {
		if ((rc = store_begin(st)) != STORE_OK)
			return rc;
		rc = sched_end(st, apply_some(s, st, &ask, w, &n));
		if (rc == STORE_OK)
			*w->n += (int64_t)n;
	} while (rc == STORE_OK && n == STORE_DEAD_ROWS);
	return rc;
}

static enum store_rc
apply_all(struct sched *s, const struct work *w)
{
	enum store_rc rc = STORE_OK;
	struct store *st;

	for (int i = 0; i < SOURCES && rc == STORE_OK; i++) {
		if ((st = sched_store(s, source_kind(i))) != NULL)
			rc = apply_place(s, st, source_place(i), w);
	}
	return rc;
}

static enum store_rc
work(struct sched *s, const char *id, const struct work *w)
{
	enum store_rc rc = STORE_NOTFOUND;
	struct store *st;

	*w->n = 0;
	if (id == NULL)
		return apply_all(s, w);
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_NOTFOUND; k++) {
		if ((st = sched_store(s, (enum job_kind)k)) == NULL)
			continue;
		if ((rc = store_begin(st)) == STORE_OK)
			rc = sched_end(st, apply_one(s, st, id, w));
	}
	if (rc == STORE_OK)
		*w->n = 1;
	return rc;
}

enum store_rc
sched_dead_replay(struct sched *s, const char *queue, const char *id,
    int64_t *n)
{
	struct buf why = BUF_INIT;
	struct work w = { "dead.replay", queue, NULL, n };
	enum store_rc rc = STORE_FULL;

	buf_printf(&why, "replayed by %s", s->actor);
	w.replay = buf_cstr(&why);
	*n = 0;
	if (!why.is_failed)
		rc = work(s, id, &w);
	buf_fini(&why);
	return rc;
}

enum store_rc
sched_dead_purge(struct sched *s, const char *queue, const char *id, int64_t *n)
{
	const struct work w = { "dead.purge", queue, NULL, n };

	return work(s, id, &w);
}
