/* The store a scene starts with, and what was asked of it and acknowledged. */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/store/job.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "ticker/tick/claim.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/world.h"
#include "lib/base/ban.h"

static const char *const suffixes[] = { "", "-wal", "-shm", "-journal",
	"-turn" };

#define NSUFFIXES (sizeof(suffixes) / sizeof(suffixes[0]))

/* The small set: each way a slot can go. */
static const struct kind {
	const char *queue, *id, *kind, *field, *value, *end;
	int step; /* interval: seconds are step and 0 to 4 more */
	int64_t grace_us, max_catchup;
	bool coalesce;
} kinds[] = {
	/* clang-format off */
	{ "q1", "newest", "interval", "seconds", NULL, NULL, 20, -1, 3, false },
	{ "q1", "one", "interval", "seconds", NULL, NULL, 11, -1, 1, true },
	{ "q1", "late", "interval", "seconds", NULL, NULL, 60, 70 * SECOND_US, 5, false },
	{ "q1", "cron", "cron", "minute", "*/2", NULL, 0, -1, 9, false },
	{ "q1", "once", "date", "run_date", "2026-03-01 00:01:30", NULL, 0, -1, 1, false },
	{ "q2", "held", "interval", "seconds", NULL, NULL, 30, -1, 5, true },
	{ "q2", "held-cron", "cron", "second", "*/40", NULL, 0, -1, 5, false },
	{ "q3", "all", "interval", "seconds", NULL, NULL, 50, -1, 99, false },
	{ "q3", "ends", "interval", "seconds", NULL, "2026-03-01 00:05:00", 50, -1, 99, false },
	{ "q3", "paused", "interval", "seconds", NULL, NULL, 9, -1, 2, true },
	/* clang-format on */
};

#define NKINDS (sizeof(kinds) / sizeof(kinds[0]))

int
world_init(struct world *w, const char *tmp, uint64_t seed)
{
	struct err why;
	char path[WORLD_PATH_MAX + 32];

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	fake_set_clock(&w->clock);
	(void)snprintf(w->dir, sizeof(w->dir), "%s/now", tmp);
	(void)snprintf(w->first, sizeof(w->first), "%s/first", tmp);
	(void)mkdir(w->dir, 0700);
	(void)mkdir(w->first, 0700);
	(void)snprintf(path, sizeof(path), "%s/minutehand.conf", w->dir);
	if ((w->conf = conf_new(path, &why)) == NULL ||
	    (w->zones = tz_cache_new(NULL)) == NULL) {
		(void)fprintf(stderr, "sweep: %s\n", why.text);
		world_fini(w);
		return -1;
	}
	w->conf->memory_store[0] = '\0';
	w->conf->busy_us = SECOND_US / 10;
	world_clear(w);
	return 0;
}

void
world_fini(struct world *w)
{
	world_clear(w);
	(void)rmdir(w->dir);
	(void)snprintf(w->dir, sizeof(w->dir), "%s", w->first);
	world_clear(w);
	(void)rmdir(w->first);
	tz_cache_free(w->zones);
	conf_free(w->conf);
}

const char *
world_store(const struct world *w)
{
	return w->conf->store;
}

unsigned
world_number(const struct world *w, unsigned i, unsigned below)
{
	uint64_t state = w->seed * 7919 + i * 104729 + 1;

	(void)vfs_random(&state);
	return (unsigned)(vfs_random(&state) % below);
}

static void
file_copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	if (in < 0) {
		(void)unlink(to);
		return;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (out >= 0 && (n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			abort();
	(void)close(out);
	(void)close(in);
}

static void
world_copy(const char *from, const char *to)
{
	char a[WORLD_PATH_MAX + 32], b[WORLD_PATH_MAX + 32];

	for (size_t i = 0; i < NSUFFIXES; i++) {
		(void)snprintf(a, sizeof(a), "%s/store.db%s", from,
		    suffixes[i]);
		(void)snprintf(b, sizeof(b), "%s/store.db%s", to, suffixes[i]);
		file_copy(a, b);
	}
}

void
world_keep(const struct world *w)
{
	world_copy(w->dir, w->first);
}

void
world_reset(const struct world *w)
{
	world_copy(w->first, w->dir);
}

void
world_clear(const struct world *w)
{
	char path[WORLD_PATH_MAX + 32];

	for (size_t i = 0; i < NSUFFIXES; i++) {
		(void)snprintf(path, sizeof(path), "%s/store.db%s", w->dir,
		    suffixes[i]);
		(void)unlink(path);
	}
}

enum store_rc
world_open(struct world *w, struct sched *s)
{
	struct store_opts o = {
		.path = world_store(w),
		.busy_us = w->conf->busy_us,
		.is_create = true,
	};
	enum store_rc rc;
	struct store *st;

	memset(s, 0, sizeof(*s));
	if (access(o.path, F_OK) != 0) {
		if ((st = store_open(&o, &rc, NULL)) == NULL)
			return rc;
		store_close(st);
	}
	rc = sched_open(s, w->conf, "UTC", NULL);
	/* Made, but not filled: as `minutehand init` would, again. */
	if (rc == STORE_NOTFOUND && (st = store_open(&o, &rc, NULL)) != NULL) {
		store_close(st);
		rc = sched_open(s, w->conf, "UTC", NULL);
	}
	s->clock = &w->clock;
	return rc;
}

/* The trigger's text into j->spec, and its first slot. */
static bool
job_trigger(const struct world *w, const struct kind *k, struct world_job *j,
    int64_t now_us)
{
	struct trigger_env env = { w->zones, "UTC", now_us, false };
	struct faults fs = { .n = 0 };
	struct buf spec = BUF_INIT;
	struct trigger *t;
	char seconds[16];

	(void)snprintf(seconds, sizeof(seconds), "%u",
	    (unsigned)k->step +
		world_number(w, w->njobs + (unsigned)k->step, 5));
	t = trigger_new(k->kind,
	    (const struct trigger_field[]){
		{ k->field, k->value == NULL ? seconds : k->value },
		{ "end_date", k->end } },
	    2, &env, &fs);
	if (t == NULL)
		return false;
	trigger_spec(t, &spec);
	(void)snprintf(j->spec, sizeof(j->spec), "%s", buf_cstr(&spec));
	j->cursor_us = trigger_first(t, now_us);
	buf_fini(&spec);
	trigger_free(t);
	return true;
}

/* Parameters of some length, so that rows lie differently each round. */
static char *
job_kwargs(const struct world *w, unsigned i)
{
	unsigned n = world_number(w, i + 100, 10) == 0 ?
	    9000 :
	    world_number(w, i + 200, 300);
	struct buf b = BUF_INIT;

	buf_str(&b, "{\"x\":\"");
	while (n-- > 0)
		buf_char(&b, (char)('a' + n % 26));
	buf_str(&b, "\"}");
	return buf_take(&b);
}

static enum store_rc
job_add(struct world *w, struct sched *s, const struct kind *k,
    const struct world_job *wj, bool is_replace)
{
	enum store_rc rc;
	struct job j;

	job_init(&j);
	j.queue = strdup(wj->queue);
	j.job_id = strdup(wj->id);
	j.trigger = strdup(wj->spec);
	j.kwargs = job_kwargs(w, w->njobs + w->shared->nadded);
	j.misfire_grace_us = k->grace_us;
	j.max_catchup = k->max_catchup;
	j.coalesce = k->coalesce;
	j.priority = is_replace ? 77 : 0;
	rc = sched_add(s, &j, is_replace, clock_get_us(s->clock));
	job_fini(&j);
	return rc;
}

bool
world_fill(struct world *w, struct sched *s)
{
	struct world_job *j;

	fake_clock(WORLD_START_US);
	w->njobs = 0;
	for (size_t i = 0; i < NKINDS; i++) {
		j = &w->jobs[w->njobs];
		j->queue = kinds[i].queue;
		(void)snprintf(j->id, sizeof(j->id), "%s", kinds[i].id);
		if (!job_trigger(w, &kinds[i], j, WORLD_START_US) ||
		    job_add(w, s, &kinds[i], j, false) != STORE_OK)
			return false;
		w->njobs++;
	}
	return sched_queue_set_paused(s, "q2", true) == STORE_OK &&
	    sched_pause(s, JOB_DURABLE, "q3", "paused", NULL) == STORE_OK;
}

enum store_rc
world_add(struct world *w, struct sched *s, unsigned i)
{
	struct world_job *j = &w->shared->added[w->shared->nadded];
	enum store_rc rc;
	unsigned op;

	j->queue = "q3";
	(void)snprintf(j->id, sizeof(j->id), "new%u", i);
	if (!job_trigger(w, &kinds[i % 4], j, clock_get_us(s->clock)))
		return STORE_ERROR;
	w->shared->nadded++;
	op = world_begin(w, OP_ADD, j->queue, j->id);
	rc = job_add(w, s, &kinds[i % 4], j, false);
	world_end(w, op, rc);
	return rc;
}

enum store_rc
world_meet(struct world *w, struct sched *s, struct sched *other, unsigned i)
{
	struct world_job *j = &w->shared->added[w->shared->nadded];
	enum store_rc rc;
	unsigned op;

	j->queue = "q3";
	(void)snprintf(j->id, sizeof(j->id), "met%u", i);
	if (!job_trigger(w, &kinds[i % 4], j, clock_now_us()))
		return STORE_ERROR;
	w->shared->nadded++;
	op = world_begin(w, OP_ADD, j->queue, j->id);
	store_set_durable(s->stores[JOB_DURABLE], false);
	rc = job_add(w, s, &kinds[i % 4], j, false);
	store_set_durable(s->stores[JOB_DURABLE], true);
	if (rc == STORE_OK)
		rc = job_add(w, other, &kinds[i % 4], j, false);
	world_end(w, op, rc == STORE_CONFLICT ? STORE_OK : rc);
	return rc;
}

enum store_rc
world_replace(struct world *w, struct sched *s)
{
	struct world_job *j = &w->shared->replaced;
	enum store_rc rc;
	unsigned op;

	*j = w->jobs[0];
	if (!job_trigger(w, &kinds[3], j, clock_get_us(s->clock)))
		return STORE_ERROR;
	op = world_begin(w, OP_REPLACE, j->queue, j->id);
	rc = job_add(w, s, &kinds[3], j, true);
	world_end(w, op, rc);
	return rc;
}

unsigned
world_begin(struct world *w, enum op op, const char *queue, const char *name)
{
	struct world_op *o = &w->shared->ops[w->shared->nops];

	o->op = op;
	o->is_done = false;
	(void)snprintf(o->queue, sizeof(o->queue), "%s", queue);
	(void)snprintf(o->name, sizeof(o->name), "%s", name);
	return w->shared->nops++;
}

void
world_end(struct world *w, unsigned op, enum store_rc rc)
{
	w->shared->ops[op].is_done = rc == STORE_OK;
}

enum store_rc
world_tick(struct sched *s, int64_t now_us)
{
	struct claim c = { .clock = s->clock, .zones = s->zones };
	struct store *st = s->stores[JOB_DURABLE];
	enum store_rc rc = STORE_OK;
	int64_t next = 0;

	while (rc == STORE_OK) {
		rc = store_job_next(st, &next);
		if (rc != STORE_OK || next > now_us)
			break;
		rc = claim_batch(&c, st, now_us);
	}
	buf_fini(&c.scratch);
	return rc;
}
