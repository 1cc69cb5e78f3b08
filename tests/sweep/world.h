#ifndef TESTS_SWEEP_WORLD_H
#define TESTS_SWEEP_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/sched/sched.h"
#include "tests/sweep/vfs.h"

#define SECOND_US INT64_C(1000000)
#define WORLD_START_US (INT64_C(1772323200) * SECOND_US) /* 2026-03-01 */
#define WORLD_JOBS_MAX 24
#define WORLD_OPS_MAX 48
#define WORLD_PATH_MAX 256

/* A job of the store a scene starts with, or that it adds. */
struct world_job {
	const char *queue;
	char id[16];
	char spec[256];
	int64_t cursor_us;
};

/* What a scene's process asked for; is_done: it was told that it is so. */
enum op {
	OP_ADD,
	OP_REPLACE,
	OP_PAUSE,
	OP_RESUME,
	OP_HOLD, /* a queue paused */
	OP_PUBLISH,
	OP_ACK,
	OP_NACK
};

struct world_op {
	enum op op;
	bool is_done;
	char queue[8];
	char name[64]; /* job_id, or task_id */
};

/* Written by the process under test, read by the one that judges it. */
struct world_shared {
	struct vfs_report report;
	unsigned nops;
	struct world_op ops[WORLD_OPS_MAX];
	unsigned nadded;
	struct world_job added[WORLD_JOBS_MAX];
	struct world_job replaced; /* the new definition of jobs[0] */
};

struct world {
	char dir[WORLD_PATH_MAX];   /* the store under test */
	char first[WORLD_PATH_MAX]; /* the one it is a copy of */
	uint64_t seed;
	struct conf *conf;
	struct clock clock;
	struct tz_cache *zones;
	struct world_shared *shared;
	struct world_job jobs[WORLD_JOBS_MAX];
	unsigned njobs;
	/* Of a scene that migrates: tests/sweep/old.h. */
	uint64_t schema[2];
	int64_t old_jobs;
};

/* Empty folders below tmp; 0 or -1.  Undo with world_fini. */
int world_init(struct world *w, const char *tmp, uint64_t seed);
void world_fini(struct world *w);

/* Path of the store in use, valid until world_fini. */
const char *world_store(const struct world *w);

/* Keep the store as the first one; make it that one again; remove it. */
void world_keep(const struct world *w);
void world_reset(const struct world *w);
void world_clear(const struct world *w);

/* Open the scheduler of w->dir, making the store if need be. */
enum store_rc world_open(struct world *w, struct sched *s);

/* Add the small set of jobs, at WORLD_START_US; false: it did not work. */
bool world_fill(struct world *w, struct sched *s);

/* Add number i of further jobs, or replace jobs[0], as a scene does. */
enum store_rc world_add(struct world *w, struct sched *s, unsigned i);
enum store_rc world_replace(struct world *w, struct sched *s);

/*
 * Add a job through s, which has not flushed it when the add through other
 * learns that it exists: whoever is told so may rely on it.
 */
enum store_rc world_meet(struct world *w, struct sched *s, struct sched *other,
    unsigned i);

/* A fresh number that follows from the seed of w and from i. */
unsigned world_number(const struct world *w, unsigned i, unsigned below);

/* The op was begun; end it with what came of it. */
unsigned world_begin(struct world *w, enum op op, const char *queue,
    const char *name);
void world_end(struct world *w, unsigned op, enum store_rc rc);

/* Tick until nothing is due; what stopped it. */
enum store_rc world_tick(struct sched *s, int64_t now_us);

#endif
