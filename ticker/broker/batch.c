/* A batch of messages on its way to an endpoint. */
#include "config.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "ticker/broker/push_int.h"
#include "lib/base/ban.h"

/*
 * How long the server remembers the id of a run with unlimited retries, in
 * seconds.
 */
#define LASTS_S (30 * INT64_C(86400))

static int
order(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

bool
push_batch_has(const struct sender_batch *b, enum job_kind kind, int64_t run)
{
	return b->kind == kind &&
	    bsearch(&run, b->runs, b->rows.n, sizeof(run), order) != NULL;
}

enum store_rc
push_batch_finish(struct sender_batch *b, int64_t now_us)
{
	const struct outbox *o;

	b->m = calloc(b->rows.n, sizeof(*b->m));
	b->runs = calloc(b->rows.n, sizeof(*b->runs));
	if (b->m == NULL || b->runs == NULL)
		return STORE_FULL;
	b->n = b->rows.n;
	for (size_t i = 0; i < b->n; i++) {
		o = &b->rows.v[i];
		b->runs[i] = o->run;
		b->m[i] = (struct sink_message){
			.id = o->id,
			.queue = o->queue,
			.job_id = o->job == 0 ? NULL : o->job_id,
			.args = o->args,
			.kwargs = o->kwargs,
			.priority = o->priority,
			.attempt = o->attempt + 1,
			.scheduled_us = o->slot_us,
			.max_runtime_us = o->max_runtime_us,
			.failures = o->failures,
			.lasts_s = o->retry.max_age_us == 0 ?
			    LASTS_S :
			    (o->due_us + o->retry.max_age_us - now_us) /
				CLOCK_US_PER_S,
		};
	}
	qsort(b->runs, b->rows.n, sizeof(*b->runs), order);
	return STORE_OK;
}
