/*
 * The fires per bucket along the window of a page, above all of dense jobs.
 * Tested in t_sched_fires.
 */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/sched/fires_tally.h"
#include "lib/trigger/count.h"

#include "lib/base/ban.h"

#define WALK_MAX 16 /* fires that cost as much as one count */

int64_t
fires_bucket_s(int64_t window_us)
{
	static const int64_t lengths[] = { 60, 300, 600, 1800, 3600, 10800,
		21600, 86400, 604800 };
	int64_t s = window_us / CLOCK_US_PER_S;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		if (s / lengths[i] < FIRES_BUCKETS_MAX)
			return lengths[i];
	}
	return s / (FIRES_BUCKETS_MAX - 1) + 1;
}

/* The fires of a trigger in each bucket. */
struct tally {
	const char *spec; /* of the trigger; NULL: none yet */
	int64_t n[FIRES_BUCKETS_MAX];
	int64_t sum;
};

/* Up to WALK_MAX fires are walked, more are counted. */
static void
tally_job(const struct fires *f, const struct fires_job *j, int64_t from,
    struct tally *t)
{
	int64_t length = f->bucket_s * CLOCK_US_PER_S, end = f->complete_us;
	int64_t s = from - 1;

	*t = (struct tally){ .spec = j->job.trigger };
	t->sum = trigger_count(j->trigger, from, end - 1);
	if (t->sum < (int64_t)f->nbuckets * WALK_MAX) {
		while ((s = trigger_next(j->trigger, s)) < end)
			t->n[(s - from) / length]++;
		return;
	}
	for (size_t i = 0; i < f->nbuckets; i++, from += length)
		t->n[i] = trigger_count(j->trigger, from,
		    (from + length < end ? from + length : end) - 1);
}

/* Consecutive jobs often have the same trigger. */
void
fires_tally(struct fires *f, int64_t from_us)
{
	int64_t span = f->complete_us - from_us;
	int64_t length = f->bucket_s * CLOCK_US_PER_S;
	struct tally t = { .spec = NULL };

	f->nbuckets = span <= 0 ? 0 : (size_t)((span + length - 1) / length);
	if (f->nbuckets > FIRES_BUCKETS_MAX)
		f->nbuckets = FIRES_BUCKETS_MAX;
	for (size_t i = 0; i < f->njobs; i++) {
		if (f->job[i].dense == 0)
			continue;
		if (t.spec == NULL ||
		    strcmp(t.spec, f->job[i].job.trigger) != 0)
			tally_job(f, &f->job[i], from_us, &t);
		for (size_t k = 0; k < f->nbuckets; k++)
			f->bucket[k] += t.n[k];
		f->total += t.sum;
	}
}
