/*
 * Dead letters as records, and counting them by reason.  Tested in
 * t_sched_dead.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record/dead.h"
#include "lib/base/list.h"
#include "lib/base/ban.h"

static const char *const names[DEAD_ORIGIN__MAX] = {
	[DEAD_QUEUE] = "queue",
	[DEAD_BROKER] = "broker",
};

const char *
dead_origin_name(enum dead_origin p)
{
	return names[p];
}

void
dead_fini(struct dead *d)
{
	free(d->id);
	free(d->queue);
	free(d->job_id);
	free(d->reason);
	free(d->body);
	memset(d, 0, sizeof(*d));
}

void
dead_reason_fini(struct dead_reason *r)
{
	free(r->reason);
	r->reason = NULL;
}

static bool
is_reason(const struct dead_reason *r, const char *reason)
{
	return reason == NULL || r->reason == NULL ?
	    reason == r->reason :
	    strcmp(r->reason, reason) == 0;
}

int
dead_reasons_count(struct dead_reasons *l, const char *reason, int64_t n)
{
	struct dead_reason *v;

	for (size_t i = 0; i < l->n; i++)
		if (is_reason(&l->v[i], reason)) {
			l->v[i].n += n;
			return 0;
		}
	if ((v = dead_reasons_add(l)) == NULL)
		return -1;
	v->n = n;
	return reason != NULL && (v->reason = strdup(reason)) == NULL ? -1 : 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct dead_reason *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->reason == NULL ? "" : x->reason,
	    y->reason == NULL ? "" : y->reason);
}

void
dead_reasons_sort(struct dead_reasons *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_number);
}
