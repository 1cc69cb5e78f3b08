/*
 * Sums of runs over time, by counts in indexes alone: per bucket one of all
 * rows and one of each state that the window has at all, and the rows of those
 * that did not succeed at their workers.  Tested in t_sums and t_api_sums.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/record/grant.h"
#include "lib/record/member.h"
#include "lib/report/sums.h"
#include "lib/store/run.h"
#include "lib/time/datetime.h"

#include "lib/base/ban.h"

/* What is under way. */
struct count {
	const struct sched *sched;
	const struct sums_opts *o;
	struct sums *out;
};

int64_t
sums_buckets(const struct sums_opts *o)
{
	return (o->to_us - o->from_us - 1) / o->bucket_us + 1;
}

const char *
sums_name(int i)
{
	return i == SUMS_EXPIRED ? outcome_names[OUTCOME_EXPIRED] :
				   run_state_name((enum run_state)i);
}

static void
add(struct sums *m, size_t bucket, int i, int64_t n)
{
	m->bucket[bucket].n[i] += n;
	m->all.n[i] += n;
}

/* Add the rows of w in a state, bucket by bucket, unless there is none. */
static enum store_rc
count_state(const struct count *c, struct store *st,
    const struct store_run_window *w, enum run_state state)
{
	int counter = state == RUN_STATE__MAX ? RUN_SENT : (int)state;
	struct store_run_window part = *w;
	int64_t n = 0;
	enum store_rc rc = STORE_OK;

	/* Most states do not occur; all rows together do, and are many. */
	if (state != RUN_STATE__MAX)
		rc = store_run_count(st, w, state, &n);
	if (state != RUN_STATE__MAX && n == 0)
		return rc;
	for (size_t i = 0; i < c->out->nbuckets && rc == STORE_OK; i++) {
		part.from_us = w->from_us + (int64_t)i * c->o->bucket_us;
		part.to_us = part.from_us + c->o->bucket_us;
		if (part.to_us > w->to_us)
			part.to_us = w->to_us;
		n = 0;
		rc = store_run_count(st, &part, state, &n);
		add(c->out, i, counter, n);
		if (state != RUN_STATE__MAX)
			add(c->out, i, RUN_SENT, -n);
	}
	return rc;
}

/* Add those of one queue, or of all. */
static enum store_rc
count_queue(const struct count *c, struct store *st, const char *queue)
{
	const struct store_run_window w = { queue, c->o->job_id, c->o->from_us,
		c->o->to_us };
	enum store_rc rc = count_state(c, st, &w, RUN_STATE__MAX);

	for (int i = 0; i < RUN_STATE__MAX && rc == STORE_OK; i++)
		if (i != RUN_SENT)
			rc = count_state(c, st, &w, (enum run_state)i);
	return rc;
}

/* A run that was counted as handed over ended otherwise. */
static void
on_bad(void *cookie, const char *queue, int64_t slot_us, enum outcome o)
{
	static const int counters[OUTCOME__MAX] = {
		[OUTCOME_FAILED] = RUN_FAILED,
		[OUTCOME_DEAD] = RUN_DEAD,
		[OUTCOME_CANCELED] = RUN_CANCELED,
		[OUTCOME_EXPIRED] = SUMS_EXPIRED,
	};
	const struct count *c = cookie;
	size_t i = (size_t)((slot_us - c->o->from_us) / c->o->bucket_us);

	if (!grant_queue(c->sched->grant, queue) || counters[o] == 0)
		return;
	add(c->out, i, RUN_SENT, -1);
	add(c->out, i, counters[o], 1);
}

/* May the actor see the runs under the name of a queue, perhaps a service's? */
static enum store_rc
may_see(const struct count *c, struct store *st, const char *queue, bool *out)
{
	const struct grant *g = c->sched->grant;
	bool is_direct = false;
	enum store_rc rc;

	*out = grant_queue(g, queue);
	if (*out == grant_service(g, queue))
		return STORE_OK;
	rc = store_run_is_direct(st, queue, &is_direct);
	*out = is_direct ? grant_service(g, queue) : grant_queue(g, queue);
	return rc;
}

/* Add those of each queue that the actor may see. */
static enum store_rc
count_granted(const struct count *c, struct store *st)
{
	char *queue = NULL, *next = NULL;
	bool may = false;
	enum store_rc rc;

	while ((rc = store_run_queue(st, queue == NULL ? "" : queue, &next)) ==
	    STORE_OK) {
		free(queue);
		queue = next;
		next = NULL;
		rc = may_see(c, st, queue, &may);
		if (rc == STORE_OK && may)
			rc = count_queue(c, st, queue);
		if (rc != STORE_OK)
			break;
	}
	free(queue);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Add those of one store. */
static enum store_rc
count_store(struct count *c, struct store *st)
{
	const struct store_run_window w = { c->o->queue, c->o->job_id,
		c->o->from_us, c->o->to_us };
	const struct grant *g = c->sched->grant;
	bool may = true;
	enum store_rc rc = STORE_OK;

	if (c->o->queue != NULL)
		rc = may_see(c, st, c->o->queue, &may);
	if (rc != STORE_OK || !may)
		return rc;
	if (c->o->queue != NULL ||
	    (grant_queue(g, NULL) && grant_service(g, NULL)))
		rc = count_queue(c, st, c->o->queue);
	else
		rc = count_granted(c, st);
	return rc == STORE_OK ? store_run_bad(st, &w, on_bad, c) : rc;
}

enum store_rc
sums_read(struct sched *s, const struct sums_opts *o, struct sums *out)
{
	struct count c = { s, o, out };
	enum store_rc rc = STORE_OK;

	memset(out, 0, sizeof(*out));
	out->from_us = o->from_us;
	out->bucket_us = o->bucket_us;
	out->nbuckets = (size_t)sums_buckets(o);
	SCHED_EACH(at, s, o->kind, rc == STORE_OK)
		rc = count_store(&c, at.st);
	return rc;
}

void
sums_counters(const struct sums_bucket *b, struct buf *out)
{
	const char *comma = "";

	for (int i = 0; i < SUMS__MAX; i++) {
		if (b->n[i] <= 0)
			continue;
		buf_printf(out, "%s\"%s\":%" PRId64, comma, sums_name(i),
		    b->n[i]);
		comma = ",";
	}
}

/* Append them, a comma before each. */
static void
add_counters(const struct sums_bucket *b, struct buf *out)
{
	size_t had = out->len;

	buf_char(out, ',');
	sums_counters(b, out);
	if (out->len == had + 1)
		buf_cut(out, had);
}

void
sums_json(const struct sums *m, int64_t to_us, struct buf *out)
{
	buf_printf(out, "{\"bucket\":%" PRId64, m->bucket_us / CLOCK_US_PER_S);
	member_time("from", m->from_us, out);
	member_time("to", to_us, out);
	buf_str(out, ",\"buckets\":[");
	for (size_t i = 0; i < m->nbuckets; i++) {
		buf_str(out, i > 0 ? ",{\"at\":\"" : "{\"at\":\"");
		datetime_rfc3339(m->from_us + (int64_t)i * m->bucket_us, out);
		buf_char(out, '"');
		add_counters(&m->bucket[i], out);
		buf_char(out, '}');
	}
	buf_str(out, "],\"sums\":{");
	sums_counters(&m->all, out);
	buf_str(out, "}}");
}
