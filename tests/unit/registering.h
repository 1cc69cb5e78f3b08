#ifndef TESTS_UNIT_REGISTERING_H
#define TESTS_UNIT_REGISTERING_H

/* Jobs that are added, patched and ticked in a store of their own. */

#include "config.h"

#include <stdlib.h>

#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/record/run.h"
#include "lib/store/prune.h"
#include "lib/store/run.h"
#include "tests/unit/clock.h"
#include "tests/unit/rig.h"
#include "ticker/tick/claim.h"

#define MINUTE (60 * RIG_S)
#define T0 (RIG_2030 + 10 * MINUTE)

#define EVERY "\"trigger\":\"interval\",\"minutes\":1"
#define CRON "\"trigger\":\"cron\","
#define AT "\"trigger\":\"date\",\"run_date\":"

static struct rig r;
static struct claim claim;

static inline struct store *
store(void)
{
	return r.s.stores[JOB_DURABLE];
}

static inline const struct trigger_env *
env_now(void)
{
	static struct trigger_env env;

	env = (struct trigger_env){ .zones = r.s.zones,
		.default_zone = "UTC",
		.now_us = now,
		.takes = TRIGGER_TAKES_NEVER };
	return &env;
}

static inline struct json_object *
body_of(const char *members, const char *more)
{
	struct json_object *o;
	struct buf b = BUF_INIT;

	buf_printf(&b, "{%s%s%s}", members, *more == '\0' ? "" : ",", more);
	o = json_parse(buf_cstr(&b), b.len, NULL);
	buf_fini(&b);
	return o;
}

#define NAMES(id) "\"queue_name\":\"q\",\"job_id\":\"" id "\""

/* Register by an add; the job as answered in *j. */
static inline enum store_rc
add(const char *members, const char *names, struct job *j)
{
	const struct job_env env = { r.conf, env_now(), NULL, NULL, false };
	struct json_object *o = body_of(members, names);
	struct faults fs = { .n = 0 };
	enum store_rc rc = STORE_ERROR;
	bool is_replace;

	job_init(j);
	if (job_from_json(o, &env, j, &is_replace, &fs) != 0)
		printf("# %s: %s\n", fs.v[0].field, fs.v[0].text);
	else
		rc = sched_add(&r.s, j, true, now);
	json_free(o);
	return rc;
}

struct edit {
	struct json_object *o;
	struct job_env env;
	struct faults fs;
};

static inline int
edit(void *cookie, struct job *j)
{
	struct edit *e = cookie;
	int rc = job_patch(e->o, &e->env, j, &e->fs);

	if (rc != 0)
		printf("# %s: %s\n", e->fs.v[0].field, e->fs.v[0].text);
	return rc;
}

static inline enum store_rc
patch(const char *members, struct job *j)
{
	struct edit e = { .o = body_of(members, ""),
		.env = { .conf = r.conf, .trigger = env_now() } };
	const struct sched_patch p = { JOB_DURABLE, edit, &e };
	enum store_rc rc;

	job_init(j);
	rc = sched_patch(&r.s, "q", "j", &p, j);
	json_free(e.o);
	return rc;
}

static inline void
get(const char *id, struct job *j)
{
	job_init(j);
	(void)sched_get(&r.s, JOB_DURABLE, "q", id, j);
}

static inline int64_t
ask(const char *sql)
{
	return rig_ask(r.conf->store, sql);
}

/* What a tick does now. */
static inline void
tick(void)
{
	while (ask("SELECT count(*) FROM job WHERE next_run_us <= 0") < 0 ||
	    claim_batch(&claim, store(), now) == STORE_OK) {
		int64_t next = 0;

		if (store_job_next(store(), &next) != STORE_OK || next > now)
			return;
	}
}

/* Of both stores, as ticker/tick/tick.c has it. */
static inline void
tick_all(void)
{
	for (int k = 0; k < JOB_KIND__MAX; k++) {
		struct store *st = sched_store(&r.s, (enum job_kind)k);
		int64_t next = 0;

		claim.other = r.s.stores[JOB_KIND__MAX - 1 - k];
		while (st != NULL && store_job_next(st, &next) == STORE_OK &&
		    next <= now)
			(void)claim_batch(&claim, st, now);
	}
	claim.other = NULL;
}

static inline void
clear(void)
{
	int64_t n;

	(void)sched_delete_all(&r.s, SCHED_ANY, NULL, &n);
	rig_meddle(r.conf->store,
	    "DELETE FROM run; DELETE FROM job_gone; DELETE FROM message;"
	    "DELETE FROM history");
}

static inline void
open_all(const char *name)
{
	folder_init(name);
	rig_open(&r, "");
	r.s.clock = &clock_test;
	claim = (struct claim){ .clock = &clock_test,
		.zones = r.s.zones,
		.conf = r.conf };
}

static inline void
close_all(void)
{
	buf_fini(&claim.scratch);
	rig_close(&r);
	folder_fini();
}

#endif
