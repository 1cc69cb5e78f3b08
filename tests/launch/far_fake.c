/*
 * The far side of launch: a Render in memory (fake.c), shared by all tickers.
 */
#include "config.h"

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf/conf.h"
#include "lib/record/delivery.h"
#include "tests/launch/fake.h"
#include "tests/launch/far.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)

_Static_assert(FAR_DEATH == FAKE_DEATH, "a death is a death");

/* Its world lies in memory that all tickers share. */
struct far {
	struct fake_world *w;
};

/* 5 % lost, 5 % cut, half of them taken, 10 % 429, 10 % 5xx, half of the
 * latter taken, 0.3 % answered with another's job, 0.4 % not permitted. */
static const int per_mille[FAKE__MAX] = {
	[FAKE_LOST_TAKEN] = 50,
	[FAKE_CUT_TAKEN] = 25,
	[FAKE_CUT] = 25,
	[FAKE_429] = 100,
	[FAKE_500_TAKEN] = 25,
	[FAKE_500] = 25,
	[FAKE_503_TAKEN] = 25,
	[FAKE_503] = 25,
	[FAKE_OTHER] = 3,
	[FAKE_401] = 2,
	[FAKE_403] = 2,
};

struct far *
far_open(const struct far_opts *o, struct conf *c)
{
	size_t cap = (size_t)o->n * 2 + 1000;
	size_t n = sizeof(struct fake_world) + cap * sizeof(struct fake_job);
	struct far *f = calloc(1, sizeof(*f));
	struct fake_world *w = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (f == NULL || w == MAP_FAILED) {
		perror("launch");
		exit(EXIT_FAILURE);
	}
	f->w = w;
	w->now_us = FAR_START_US;
	w->latency_us = S / 5;
	w->timeout_us = 30 * S;
	w->starts_in_us = S;
	w->runs_us = 5 * S;
	w->hidden_max_us = o->hidden_s * S;
	memcpy(w->per_mille, per_mille, sizeof(per_mille));
	w->die_per_mille = 3;
	w->seed = (uint64_t)o->seed * 2654435761U + 1;
	w->cap = cap;
	c->max_parallel = 8;
	c->http_timeout_us = w->timeout_us;
	return f;
}

void
far_close(struct far *f)
{
	(void)munmap(f->w, sizeof(*f->w) + f->w->cap * sizeof(struct fake_job));
	free(f);
}

int64_t
far_now(const struct far *f)
{
	return f->w->now_us;
}

void
far_leap(struct far *f, int64_t now_us)
{
	f->w->now_us = now_us;
}

struct render *
far_render(struct far *f, const struct conf *c)
{
	(void)c;
	return fake_render(f->w);
}

bool
far_wait(struct far *f, struct render *r, int64_t next_us)
{
	struct fake_world *w = f->w;
	int64_t answer = fake_next_us(r);
	int64_t next = answer < next_us ? answer : next_us;

	if (next == DELIVERY_NEVER)
		return false;
	w->now_us = next > w->now_us ? next : w->now_us + 1;
	/* Death with answers on the way, and with some just come. */
	if (fake_random(w, 20000) == 0)
		_exit(FAR_DEATH);
	return true;
}

/* They die of themselves. */
void
far_watch(struct far *f, pid_t pid)
{
	(void)f;
	(void)pid;
}

static int64_t
task_of(const struct fake_job *j)
{
	return strtoll(j->command + strlen("task "), NULL, 10);
}

size_t
far_jobs(struct far *f, struct far_job **out)
{
	const struct fake_world *w = f->w;
	struct far_job *v = calloc(w->njobs + 1, sizeof(*v));

	for (size_t i = 0; i < w->njobs; i++) {
		fake_id(i, v[i].id);
		v[i].task = task_of(&w->jobs[i]);
	}
	*out = v;
	return w->njobs;
}

void
far_launches(struct far *f, int64_t *times)
{
	for (size_t i = 0; i < f->w->njobs; i++)
		times[task_of(&f->w->jobs[i])]++;
}

void
far_print(struct far *f)
{
	static const char *const names[FAKE__MAX] = {
		[FAKE_OK] = "answered 201",
		[FAKE_LOST_TAKEN] = "taken, answer timed out",
		[FAKE_CUT_TAKEN] = "taken, connection cut",
		[FAKE_CUT] = "not taken, connection cut",
		[FAKE_500_TAKEN] = "taken, answered 500",
		[FAKE_500] = "not taken, answered 500",
		[FAKE_503_TAKEN] = "taken, answered 503",
		[FAKE_503] = "not taken, answered 503",
		[FAKE_429] = "answered 429",
		[FAKE_OTHER] = "named another's job",
		[FAKE_401] = "answered 401",
		[FAKE_403] = "answered 403",
	};
	const struct fake_world *w = f->w;

	(void)printf("requests to create   %lld\n",
	    (long long)w->asked[RENDER_CREATE]);
	for (int i = 0; i < FAKE__MAX; i++) {
		if (names[i] != NULL)
			(void)printf("  %-25s %lld\n", names[i],
			    (long long)w->given[i]);
	}
	(void)printf("requests to read     %lld\n",
	    (long long)(w->asked[RENDER_LIST] + w->asked[RENDER_EVENTS] +
		w->asked[RENDER_GET]));
}
