/*
 * Compares the ledger with the jobs that Render has: launched twice, launched
 * for no run, lost.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store/delivery.h"
#include "tests/launch/count.h"
#include "tests/launch/far.h"

#include "lib/base/ban.h"

#define PAGE 1000

/* The jobs that are there, by their ids, and whether a run has them. */
struct found {
	struct far_job *jobs;
	size_t n;
	bool *is_taken;
};

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct far_job *)a)->id,
	    ((const struct far_job *)b)->id);
}

static int64_t
task_of(const struct delivery *d)
{
	return strtoll(d->command + strlen("task "), NULL, 10);
}

/* Is the job of the run there, its own, and of no other? */
static bool
take_job(struct found *there, const struct delivery *d)
{
	struct far_job key, *j;

	(void)snprintf(key.id, sizeof(key.id), "%s", d->remote_id);
	j = bsearch(&key, there->jobs, there->n, sizeof(*j), by_id);
	if (j == NULL || j->task != task_of(d) ||
	    there->is_taken[j - there->jobs])
		return false;
	there->is_taken[j - there->jobs] = true;
	return true;
}

/* Each run: its state, its reason, and that its job is there. */
static void
count_run(const struct delivery *d, struct found *there, int64_t *runs,
    struct counts *c)
{
	c->states[d->state]++;
	c->open += delivery_is_open(d);
	c->silent += d->state != RUN_SUCCEEDED && d->reason == NULL;
	runs[task_of(d)]++;
	if (d->remote_id != NULL)
		c->wrong += !take_job(there, d);
}

static void
count_runs(struct store *st, struct found *there, int64_t *runs,
    struct counts *c)
{
	struct store_delivery_filter f = { FAR_PLACE, NULL, INT64_MAX, PAGE,
		INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN,
		INT64_MAX };
	struct delivery_list l = { NULL, 0, 0 };

	do {
		delivery_list_fini(&l);
		if (store_delivery_list(st, &f, &l) != STORE_OK)
			exit(EXIT_FAILURE);
		for (size_t i = 0; i < l.n; i++) {
			f.below = l.v[i].run;
			count_run(&l.v[i], there, runs, c);
		}
	} while (l.n == PAGE);
	delivery_list_fini(&l);
}

void
count_all(struct store *st, struct far *f, int64_t n, struct counts *c)
{
	int64_t *runs = calloc((size_t)n, sizeof(*runs));
	int64_t *times = calloc((size_t)n, sizeof(*times));
	struct found there = { NULL, 0, NULL };

	memset(c, 0, sizeof(*c));
	there.n = far_jobs(f, &there.jobs);
	there.is_taken = calloc(there.n + 1, sizeof(*there.is_taken));
	if (runs == NULL || times == NULL || there.is_taken == NULL)
		exit(EXIT_FAILURE);
	qsort(there.jobs, there.n, sizeof(*there.jobs), by_id);
	count_runs(st, &there, runs, c);
	for (size_t i = 0; i < there.n; i++)
		c->orphans += !there.is_taken[i];
	far_launches(f, times);
	for (int64_t i = 0; i < n; i++) {
		c->launched += times[i];
		c->doubles += times[i] > runs[i] ? times[i] - runs[i] : 0;
	}
	free(there.is_taken);
	free(there.jobs);
	free(times);
	free(runs);
}

bool
count_is_good(const struct counts *c)
{
	return c->doubles == 0 && c->open == 0 && c->wrong == 0 &&
	    c->silent == 0 && c->orphans == 0 &&
	    c->states[RUN_SUCCEEDED] == c->launched;
}

void
count_print(const struct counts *c)
{
	(void)printf("launched             %lld\n", (long long)c->launched);
	for (int i = 0; i < RUN_STATE__MAX; i++) {
		if (c->states[i] > 0)
			(void)printf("runs %-15s %lld\n",
			    run_state_name((enum run_state)i),
			    (long long)c->states[i]);
	}
	(void)printf("doubles              %lld\n"
		     "jobs without a run   %lld\n"
		     "runs with wrong job  %lld\n"
		     "runs not over        %lld\n"
		     "runs without reason  %lld\n%s\n",
	    (long long)c->doubles, (long long)c->orphans, (long long)c->wrong,
	    (long long)c->open, (long long)c->silent,
	    count_is_good(c) ? "good" : "BAD");
}
