/*
 * Replaying and purging dead letters: one, several by name, or all of a queue.
 * Lists are dead.c's.  Tested in t_sched_dead and t_sched_dead_all.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/dead.h"
#include "lib/sched/dead_int.h"
#include "lib/sched/sched_int.h"
#include "lib/store/dead.h"
#include "lib/base/ban.h"

/* A dead letter that was found. */
struct hit {
	int source;
	int64_t row;
	char *queue; /* owned; NULL: not found yet */
	char *job_id;
};

/* The names to find, sorted, and what was found for each. */
struct search {
	const char *const *ids;
	size_t n;
	struct hit *hit;
	const char *twice; /* a name in several queues */
	int source;	   /* where the search is */
	const char *queue;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* store_dead_visit: record a hit. */
static enum store_rc
note_hit(void *cookie, const struct store_dead_name *n)
{
	struct search *f = cookie;
	const char *const *at;
	struct hit *h;

	if (n->id == NULL)
		return STORE_FULL;
	at = bsearch(&n->id, f->ids, f->n, sizeof(*at), by_text);
	if (at == NULL)
		return STORE_OK;
	h = &f->hit[at - f->ids];
	if (h->queue != NULL) {
		if (strcmp(h->queue, f->queue) != 0)
			f->twice = *at;
		return STORE_OK;
	}
	h->source = f->source;
	h->row = n->row;
	h->queue = strdup(f->queue);
	h->job_id = n->job_id == NULL ? NULL : strdup(n->job_id);
	return h->queue == NULL || (n->job_id != NULL && h->job_id == NULL) ?
	    STORE_FULL :
	    STORE_OK;
}

/* sched_dead_on_queue: search a queue. */
static enum store_rc
search_queue(struct store *st, int source, const char *queue, void *cookie)
{
	const struct store_dead_ask ask = { .origin = sched_dead_origin(source),
		.queue = queue };
	struct search *f = cookie;

	f->source = source;
	f->queue = queue;
	return store_dead_names(st, &ask, note_hit, f);
}

/*
 * Search for all names.  *bad: the first that does not exist, or is in several
 * queues.
 */
static enum store_rc
search(struct sched *s, const char *queue, struct search *f, const char **bad)
{
	const char *const name[2] = { queue, "" };
	enum store_rc rc = STORE_OK;

	if ((f->hit = calloc(f->n + 1, sizeof(*f->hit))) == NULL)
		return STORE_FULL;
	for (int i = 0; i < SCHED_DEAD_SOURCES && rc == STORE_OK; i++)
		rc = sched_dead_each(s, i, name, search_queue, f);
	for (size_t i = 0; i < f->n && rc == STORE_OK; i++)
		if (f->hit[i].queue == NULL) {
			*bad = f->ids[i];
			return STORE_NOTFOUND;
		}
	if (rc == STORE_OK && f->twice != NULL) {
		*bad = f->twice;
		return STORE_LIMIT;
	}
	return rc;
}

static void
search_fini(struct search *f)
{
	for (size_t i = 0; f->hit != NULL && i < f->n; i++) {
		free(f->hit[i].queue);
		free(f->hit[i].job_id);
	}
	free(f->hit);
}

static enum store_rc
get_of(struct sched *s, const char *queue, const char *id, struct dead *out)
{
	enum store_rc rc = STORE_NOTFOUND;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_NOTFOUND) {
		rc = store_dead_get(at.st, queue, id, out);
		out->kind = at.kind;
	}
	return rc;
}

enum store_rc
sched_dead_get(struct sched *s, const char *queue, const char *id,
    struct dead *out)
{
	struct search f = { .ids = &id, .n = 1 };
	const char *bad;
	enum store_rc rc;

	if (queue != NULL)
		return get_of(s, queue, id, out);
	rc = search(s, NULL, &f, &bad);
	if (rc == STORE_OK)
		rc = get_of(s, f.hit[0].queue, id, out);
	search_fini(&f);
	return rc;
}

/* What to do with dead letters. */
struct operation {
	const char *action; /* for the audit */
	const char *queue;
	const char *replay; /* reason of the replay; NULL: purge */
	const char *reason; /* of those to process; NULL: all */
	int64_t *n;
};

static enum store_rc
apply(struct sched *s, struct store *st, const struct store_dead_row *r,
    const struct operation *w)
{
	return w->replay == NULL ?
	    store_dead_purge(st, r) :
	    store_dead_replay(st, r, clock_get_us(s->clock), w->replay);
}

/* Process the one named id, in the open transaction. */
static enum store_rc
apply_one(struct sched *s, struct store *st, const char *id,
    const struct operation *w)
{
	struct dead d = { .row = 0 };
	enum store_rc rc = sched_may_queue(s, w->queue);

	if (rc == STORE_OK)
		rc = store_dead_get(st, w->queue, id, &d);
	if (rc == STORE_OK)
		rc = apply(s, st, &(struct store_dead_row){ d.origin, d.row },
		    w);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, w->action, w->queue, d.job_id);
	dead_fini(&d);
	return rc;
}

/* Process the next ones of an origin, in the open transaction; *n of them. */
static enum store_rc
apply_some(struct sched *s, struct store *st, struct store_dead_ask *ask,
    const struct operation *w, size_t *n)
{
	int64_t rows[STORE_DEAD_ROWS];
	enum store_rc rc = sched_may_queue(s, w->queue);

	*n = 0;
	if (rc == STORE_OK)
		rc = store_dead_rows(st, ask, rows, n);
	for (size_t i = 0; i < *n && rc == STORE_OK; i++) {
		rc = apply(s, st,
		    &(struct store_dead_row){ ask->origin, rows[i] }, w);
		ask->after = rows[i];
	}
	return rc == STORE_OK && *n > 0 ?
	    sched_audit(s, st, w->action, w->queue, NULL) :
	    rc;
}

/*
 * Process all of an origin.  Later ones are past the walk, or not seen again.
 */
static enum store_rc
apply_origin(struct sched *s, struct store *st, enum dead_origin origin,
    const struct operation *w)
{
	struct store_dead_ask ask = { .origin = origin,
		.queue = w->queue,
		.reason = w->reason };
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
apply_all(struct sched *s, const struct operation *w)
{
	enum store_rc rc = STORE_OK;
	struct store *st;

	for (int i = 0; i < SCHED_DEAD_SOURCES && rc == STORE_OK; i++) {
		if ((st = sched_store(s, sched_dead_kind(i))) != NULL)
			rc = apply_origin(s, st, sched_dead_origin(i), w);
	}
	return rc;
}

static enum store_rc
work(struct sched *s, const char *id, const struct operation *w)
{
	enum store_rc rc = STORE_NOTFOUND;

	*w->n = 0;
	if (id == NULL)
		return apply_all(s, w);
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_NOTFOUND)
		if ((rc = store_begin(at.st)) == STORE_OK)
			rc = sched_end(at.st, apply_one(s, at.st, id, w));
	if (rc == STORE_OK)
		*w->n = 1;
	return rc;
}

enum store_rc
sched_dead_replay(struct sched *s, const char *queue, const char *id,
    int64_t *n)
{
	struct buf why = BUF_INIT;
	struct operation w = { "dead.replay", queue, NULL, NULL, n };
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
	const struct operation w = { "dead.purge", queue, NULL, NULL, n };

	return work(s, id, &w);
}

/* Process everything found, in the open transactions. */
static enum store_rc
apply_hits(struct sched *s, const struct search *f, const struct operation *w)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < f->n && rc == STORE_OK; i++) {
		const struct hit *h = &f->hit[i];
		struct store *st = s->stores[sched_dead_kind(h->source)];
		const struct store_dead_row row = {
			sched_dead_origin(h->source), h->row
		};

		rc = apply(s, st, &row, w);
		if (rc == STORE_OK)
			rc = sched_audit(s, st, w->action, h->queue, h->job_id);
	}
	return rc;
}

/* Begin a transaction in each existing store; *n is the number begun. */
static enum store_rc
begin_all(struct sched *s, int *n)
{
	enum store_rc rc = STORE_OK;

	for (*n = 0; *n < JOB_KIND__MAX && rc == STORE_OK; (*n)++)
		if (sched_store(s, (enum job_kind) * n) != NULL)
			rc = store_begin(s->stores[*n]);
	/* The one that failed has not begun. */
	*n -= rc != STORE_OK;
	return rc;
}

/* Memory is committed first: a power cut in between loses its data anyway. */
static enum store_rc
end_all(struct sched *s, int n, enum store_rc rc)
{
	while (n-- > 0)
		if (s->stores[n] != NULL)
			rc = sched_end(s->stores[n], rc);
	return rc;
}

/* Process the named ones, all or none. */
static enum store_rc
work_named(struct sched *s, const struct sched_dead_pick *p,
    const struct operation *w, const char **bad)
{
	struct search f = { .ids = p->ids };
	enum store_rc rc;
	int begun = 0;

	qsort(p->ids, p->n, sizeof(*p->ids), by_text);
	for (size_t i = 0; i < p->n; i++)
		if (i == 0 || strcmp(p->ids[i], p->ids[f.n - 1]) != 0)
			p->ids[f.n++] = p->ids[i];
	rc = p->queue == NULL ? STORE_OK : sched_may_queue(s, p->queue);
	if (rc == STORE_OK && (rc = begin_all(s, &begun)) == STORE_OK) {
		rc = search(s, p->queue, &f, bad);
		if (rc == STORE_OK)
			rc = apply_hits(s, &f, w);
	}
	rc = end_all(s, begun, rc);
	if (rc == STORE_OK)
		*w->n = (int64_t)f.n;
	search_fini(&f);
	return rc;
}

static enum store_rc
work_some(struct sched *s, const struct sched_dead_pick *p, struct operation *w,
    struct sched_dead_done *out)
{
	*out = (struct sched_dead_done){ 0, NULL };
	w->n = &out->n;
	w->queue = p->queue;
	w->reason = p->reason;
	return p->n > 0 ? work_named(s, p, w, &out->id) : apply_all(s, w);
}

enum store_rc
sched_dead_replay_some(struct sched *s, const struct sched_dead_pick *p,
    struct sched_dead_done *out)
{
	struct buf why = BUF_INIT;
	struct operation w = { .action = "dead.replay" };
	enum store_rc rc = STORE_FULL;

	*out = (struct sched_dead_done){ 0, NULL };
	buf_printf(&why, "replayed by %s", s->actor);
	w.replay = buf_cstr(&why);
	if (!why.is_failed)
		rc = work_some(s, p, &w, out);
	buf_fini(&why);
	return rc;
}

enum store_rc
sched_dead_purge_some(struct sched *s, const struct sched_dead_pick *p,
    struct sched_dead_done *out)
{
	struct operation w = { .action = "dead.purge" };

	return work_some(s, p, &w, out);
}
