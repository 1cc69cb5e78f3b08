/*
 * Lists of dead letters.  A cursor is a source and a row of it, "source.row";
 * in a list of all queues also the queue of the row in hexadecimal digits,
 * "source.row.queue".  Replaying and purging is dead_move.c.  Tested in
 * t_sched_dead.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/sched/dead.h"
#include "lib/sched/dead_int.h"
#include "lib/sched/sched_int.h"
#include "lib/store/dead.h"
#include "lib/base/ban.h"

#define REASONS_MAX 1000 /* dead letters whose reasons are counted */

enum job_kind
sched_dead_kind(int source)
{
	return (enum job_kind)(source / DEAD_ORIGIN__MAX);
}

enum dead_origin
sched_dead_origin(int source)
{
	return (enum dead_origin)(source % DEAD_ORIGIN__MAX);
}

enum store_rc
sched_dead_each(struct sched *s, int source, const char *const name[2],
    sched_dead_on_queue *f, void *cookie)
{
	struct store *st = sched_store(s, sched_dead_kind(source));
	char *queue = NULL, *next = NULL;
	const char *after = name[1];
	enum store_rc rc = STORE_OK;

	if (st == NULL)
		return STORE_OK;
	if (name[0] != NULL)
		return f(st, source, name[0], cookie);
	while (rc == STORE_OK) {
		rc = store_dead_queue(st, sched_dead_origin(source), after,
		    &next);
		free(queue);
		after = queue = next;
		next = NULL;
		if (rc == STORE_OK && sched_may_queue(s, queue) == STORE_OK)
			rc = f(st, source, queue, cookie);
	}
	free(queue);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* The state of a list. */
struct listing {
	int64_t limit; /* one more than requested, to see a next page */
	int source;    /* where it begins, after this row of the queue */
	int64_t after;
	char queue[JOB_NAME_MAX + 1]; /* "": that of the list, or none yet */
	struct dead_list *out;
};

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c == '\0' ? NULL : strchr(digits, c);

	return p == NULL ? -1 : (int)(p - digits);
}

/* Decode the queue of a cursor; 0, or -1 if it is invalid. */
static int
hex_read(const char *p, char out[JOB_NAME_MAX + 1])
{
	size_t n = strlen(p);

	if (n == 0 || n % 2 != 0 || n / 2 > JOB_NAME_MAX)
		return -1;
	for (size_t i = 0; i < n; i += 2) {
		int high = hex_digit(p[i]), low = hex_digit(p[i + 1]);

		if (high < 0 || low < 0 || high + low == 0)
			return -1;
		out[i / 2] = (char)(high * 16 + low);
	}
	out[n / 2] = '\0';
	return 0;
}

static enum store_rc
cursor_parse(const struct sched_dead_opts *o, struct listing *l)
{
	char text[SCHED_DEAD_CURSOR_MAX], *dot;

	if (o->cursor == NULL || o->cursor[0] == '\0')
		return STORE_OK;
	if ((size_t)snprintf(text, sizeof(text), "%s", o->cursor) >=
		sizeof(text) ||
	    text[0] < '0' || text[0] >= '0' + SCHED_DEAD_SOURCES ||
	    text[1] != '.')
		return STORE_NOTFOUND;
	l->source = text[0] - '0';
	dot = strchr(text + 2, '.');
	if ((dot == NULL) != (o->queue != NULL))
		return STORE_NOTFOUND;
	if (dot != NULL) {
		*dot = '\0';
		if (hex_read(dot + 1, l->queue) != 0)
			return STORE_NOTFOUND;
	}
	return num_parse(text + 2, 0, INT64_MAX, &l->after) != 0 ?
	    STORE_NOTFOUND :
	    STORE_OK;
}

static void
cursor_print(const struct dead *last, const char *queue,
    char out[SCHED_DEAD_CURSOR_MAX])
{
	int n = snprintf(out, SCHED_DEAD_CURSOR_MAX, "%d.%lld%s",
	    (int)last->kind * DEAD_ORIGIN__MAX + (int)last->origin,
	    (long long)last->row, queue == NULL ? "." : "");

	for (const char *p = last->queue; queue == NULL && *p != '\0'; p++)
		n += snprintf(out + n, SCHED_DEAD_CURSOR_MAX - (size_t)n,
		    "%02x", (unsigned char)*p);
}

/* sched_dead_on_queue: add the dead letters of a queue. */
static enum store_rc
list_queue(struct store *st, int source, const char *queue, void *cookie)
{
	struct listing *l = cookie;
	struct store_dead_ask ask = { .origin = sched_dead_origin(source),
		.queue = queue,
		.after = l->after,
		.limit = l->limit - (int64_t)l->out->n };
	size_t had = l->out->n;
	enum store_rc rc;

	l->after = 0;
	if (ask.limit <= 0)
		return STORE_LIMIT;
	rc = store_dead_list(st, &ask, l->out);
	for (size_t i = had; i < l->out->n; i++)
		l->out->v[i].kind = sched_dead_kind(source);
	return rc;
}

/* Add those of a source, from where the list begins. */
static enum store_rc
list_source(struct sched *s, int source, const char *only, struct listing *l)
{
	char from[JOB_NAME_MAX + 1];
	const char *const name[2] = { only, from };
	struct store *st = sched_store(s, sched_dead_kind(source));
	enum store_rc rc = STORE_OK;

	(void)snprintf(from, sizeof(from), "%s", l->queue);
	l->queue[0] = '\0';
	if (from[0] != '\0' && st != NULL &&
	    sched_may_queue(s, from) == STORE_OK)
		rc = list_queue(st, source, from, l);
	l->after = only == NULL ? 0 : l->after;
	return rc == STORE_OK ?
	    sched_dead_each(s, source, name, list_queue, l) :
	    rc;
}

enum store_rc
sched_dead_list(struct sched *s, const struct sched_dead_opts *o,
    struct dead_list *out, char next[SCHED_DEAD_CURSOR_MAX])
{
	struct listing l = { .limit = o->limit + 1, .out = out };
	enum store_rc rc = cursor_parse(o, &l);

	next[0] = '\0';
	for (int source = l.source;
	     source < SCHED_DEAD_SOURCES && rc == STORE_OK; source++) {
		rc = list_source(s, source, o->queue, &l);
		l.after = 0;
	}
	if (rc == STORE_LIMIT)
		rc = STORE_OK;
	if (rc == STORE_OK && (int64_t)out->n > o->limit) {
		dead_fini(&out->v[--out->n]);
		cursor_print(&out->v[out->n - 1], o->queue, next);
	}
	return rc;
}

/* The state of a count of reasons. */
struct counting {
	struct dead_reasons *out;
	int64_t left;
};

/* sched_dead_on_queue: count the reasons of a queue. */
static enum store_rc
count_reasons(struct store *st, int source, const char *queue, void *cookie)
{
	struct counting *c = cookie;
	const struct store_dead_ask ask = { .origin = sched_dead_origin(source),
		.queue = queue,
		.limit = c->left };
	int64_t n;
	enum store_rc rc = store_dead_reasons(st, &ask, c->out, &n);

	c->left -= n;
	return rc == STORE_OK && c->left <= 0 ? STORE_LIMIT : rc;
}

enum store_rc
sched_dead_reasons(struct sched *s, const char *queue, struct dead_reasons *out)
{
	const char *const name[2] = { queue, "" };
	struct counting c = { out, REASONS_MAX };
	enum store_rc rc = STORE_OK;

	for (int i = 0; i < SCHED_DEAD_SOURCES && rc == STORE_OK; i++)
		rc = sched_dead_each(s, i, name, count_reasons, &c);
	dead_reasons_sort(out);
	return rc == STORE_LIMIT ? STORE_OK : rc;
}
