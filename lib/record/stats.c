/* Sums over runs: how they ended, and how long they took. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/record/stats.h"
#include "lib/time/datetime.h"

#include "lib/base/ban.h"

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The smallest of the n sorted ones that percent of them do not exceed. */
static int64_t
rank(const int64_t *sorted, size_t n, size_t percent)
{
	return n == 0 ? -1 : sorted[(n * percent + 99) / 100 - 1];
}

/* Count a run that succeeded or did not. */
static void
add_end(struct stats *s, const struct work *w, bool is_bad, bool *has_ended)
{
	if (s->ended++ == 0)
		s->is_streak_bad = is_bad;
	*has_ended |= is_bad != s->is_streak_bad;
	if (!*has_ended)
		s->streak++;
	if (!is_bad && w->last.finished_us > s->success_us)
		s->success_us = w->last.finished_us;
}

int
stats_read(const struct run_list *l, struct stats *out)
{
	int64_t *took = calloc(l->n + 1, sizeof(*took));
	bool has_ended = false;
	size_t n = 0;

	*out = (struct stats){ .streak = 0 };
	if (took == NULL)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		const struct run *r = &l->v[i];
		const struct attempt *a = &r->work.last;
		enum outcome o = run_outcome(r);

		out->outcomes[o] += o == OUTCOME_NONE ? r->count : 1;
		if (o != OUTCOME_SUCCEEDED && !outcome_is_bad(o))
			continue;
		add_end(out, &r->work, outcome_is_bad(o), &has_ended);
		if (a->started_us != 0 && a->finished_us >= a->started_us)
			took[n++] = a->finished_us - a->started_us;
	}
	qsort(took, n, sizeof(*took), by_size);
	out->p50_us = rank(took, n, 50);
	out->p95_us = rank(took, n, 95);
	out->max_us = rank(took, n, 100);
	free(took);
	return 0;
}

double
stats_rate(const struct stats *s)
{
	return s->ended == 0 ?
	    -1 :
	    100.0 * (double)s->outcomes[OUTCOME_SUCCEEDED] / (double)s->ended;
}

static void
add_duration(const char *name, int64_t us, struct buf *out)
{
	if (us < 0)
		buf_printf(out, "\"%s\":null", name);
	else
		buf_printf(out, "\"%s\":%" PRId64, name, us / 1000);
}

void
stats_json(const struct stats *s, struct buf *out)
{
	buf_str(out, "\"outcomes\":{");
	for (int i = OUTCOME_NONE + 1; i < OUTCOME__MAX; i++)
		buf_printf(out, "%s\"%s\":%" PRId64,
		    i == OUTCOME_NONE + 1 ? "" : ",", outcome_names[i],
		    s->outcomes[i]);
	buf_printf(out, "},\"not_handed_over\":%" PRId64 ",\"success_rate\":",
	    s->outcomes[OUTCOME_NONE]);
	if (s->ended == 0)
		buf_str(out, "null");
	else
		buf_printf(out, "%.4f", stats_rate(s) / 100);
	buf_str(out, ",\"last_success_at\":");
	if (s->success_us == 0)
		buf_str(out, "null");
	else {
		buf_char(out, '"');
		datetime_rfc3339(s->success_us, out);
		buf_char(out, '"');
	}
	buf_str(out, ",\"streak\":");
	if (s->streak == 0)
		buf_str(out, "null");
	else
		buf_printf(out, "{\"succeeded\":%s,\"runs\":%" PRId64 "}",
		    s->is_streak_bad ? "false" : "true", s->streak);
	buf_str(out, ",\"duration_ms\":{");
	add_duration("p50", s->p50_us, out);
	buf_char(out, ',');
	add_duration("p95", s->p95_us, out);
	buf_char(out, ',');
	add_duration("max", s->max_us, out);
	buf_char(out, '}');
}
