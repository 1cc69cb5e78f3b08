#ifndef TESTS_UNIT_SCENE_H
#define TESTS_UNIT_SCENE_H

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/sched/handover.h"
#include "lib/base/log.h"
#include "lib/store/delivery.h"
#include "tests/launch/fake.h"
#include "tests/unit/tap.h"
#include "ticker/render/deliver.h"

/*
 * Scenes with a Render that lies, loses answers and hides jobs: one store, one
 * or two tickers, time as it is told.  One program, one translation unit.
 */

#define S INT64_C(1000000)
#define START (1000000 * S)
#define JOBS 1000
#define NTICKERS 2

static struct conf_render_key keys[1] = { { .name = (char *)"k" } };
static struct conf_render_service services[1] = { {
    .glob = (char *)"srv-few",
    .max_concurrent = 2,
} };
static struct conf conf = {
	.max_parallel = 8,
	.settle_us = 30 * S,
	.http_timeout_us = 30 * S,
	.render_keys = keys,
	.nrender_keys = 1,
	.render_services = services,
	.nrender_services = 1,
};

/* One scene: a Render, a store, tickers. */
static struct scene {
	struct fake_world *w;
	struct store *st[NTICKERS];
	struct render *r[NTICKERS];
	struct deliver *d[NTICKERS];
	char path[64];
} sc;

static inline void
ticker_start(int i)
{
	sc.r[i] = fake_render(sc.w);
	sc.d[i] = deliver_new(sc.st[i], &conf, sc.r[i]);
}

static inline void
ticker_stop(int i)
{
	if (sc.d[i] == NULL)
		return;
	deliver_free(sc.d[i], sc.w->now_us);
	render_free(sc.r[i]);
	sc.d[i] = NULL;
}

static inline void
scene_start(const char *what)
{
	const size_t n = sizeof(*sc.w) + JOBS * sizeof(sc.w->jobs[0]);
	struct store_opts o = { .is_create = true, .is_unsynced = true };
	enum store_rc rc;
	struct err why;

	printf("# %s\n", what);
	(void)snprintf(sc.path, sizeof(sc.path), "t_deliver.%ld.db",
	    (long)getpid());
	o.path = sc.path;
	for (int i = 0; i < NTICKERS; i++) {
		sc.st[i] = store_open(&o, &rc, &why);
		if (sc.st[i] == NULL) {
			printf("Bail out! %s\n", why.text);
			exit(EXIT_FAILURE);
		}
	}
	sc.w = calloc(1, n);
	sc.w->now_us = START;
	sc.w->latency_us = S / 5;
	sc.w->timeout_us = 30 * S;
	sc.w->starts_in_us = 20 * S;
	sc.w->runs_us = 60 * S;
	sc.w->seed = 42;
	sc.w->cap = JOBS;
	ticker_start(0);
}

static inline void
scene_end(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-turn" };
	char path[96];

	for (int i = 0; i < NTICKERS; i++) {
		ticker_stop(i);
		store_close(sc.st[i]);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", sc.path, ends[i]);
		(void)unlink(path);
	}
	free(sc.w);
}

static inline void
script(enum fake_fault f)
{
	sc.w->script[sc.w->nscript++] = f;
}

/* A run by hand, due now; its id. */
static inline const char *
add_with(const struct delivery *target, const struct retry *retry)
{
	static char ids[16][RUN_ID_LEN + 1];
	static int at;
	char *id = ids[at++ % 16];
	const struct handover h = { .target = target,
		.retry = retry,
		.max_instances = 1 };
	struct run r = { .queue = (char *)"q",
		.job_id = (char *)"",
		.count = 1,
		.decided_us = sc.w->now_us };

	(void)store_begin(sc.st[0]);
	if (handover_run(sc.st[0], &r, &h) != STORE_OK ||
	    store_commit(sc.st[0]) != STORE_OK)
		printf("Bail out! a run cannot be added\n");
	(void)snprintf(id, RUN_ID_LEN + 1, "%s", r.id);
	return id;
}

static inline const char *
add(const struct delivery *target)
{
	return add_with(target, NULL);
}

static inline const char *
add_command(const char *service, const char *command)
{
	const struct delivery t = { .service = (char *)service,
		.command = (char *)command };

	return add(&t);
}

/* Let s seconds pass, each ticker at work as soon as there is something. */
static inline void
pass(int64_t s)
{
	int64_t until = sc.w->now_us + s * S, next, n;

	for (;;) {
		next = INT64_MAX;
		for (int i = 0; i < NTICKERS; i++) {
			if (sc.d[i] == NULL)
				continue;
			(void)deliver_pump(sc.d[i], sc.w->now_us);
			(void)deliver_next(sc.d[i], sc.w->now_us, &n);
			next = n < next ? n : next;
			n = fake_next_us(sc.r[i]);
			next = n < next ? n : next;
		}
		if (next > until)
			break;
		sc.w->now_us = next > sc.w->now_us ? next : sc.w->now_us + 1;
	}
	sc.w->now_us = until;
}

static inline struct delivery
get(const char *id)
{
	struct delivery d = { .run = 0 };

	if (store_delivery_get(sc.st[0], id, &d) != STORE_OK)
		printf("Bail out! %s is gone\n", id);
	return d;
}

static inline void
is_state(const char *id, enum run_state want, const char *what)
{
	struct delivery d = get(id);

	is_str(run_state_name(d.state), run_state_name(want), "%s (%s)", what,
	    d.reason == NULL ? "" : d.reason);
	delivery_fini(&d);
}

static inline void
says(const char *id, const char *want)
{
	struct delivery d = get(id);

	ok(d.reason != NULL && strstr(d.reason, want) != NULL,
	    "the ledger says \"%s\": %s", want,
	    d.reason == NULL ? "" : d.reason);
	delivery_fini(&d);
}

static inline void
cancel(const char *id)
{
	struct delivery d = get(id);

	(void)store_begin(sc.st[0]);
	is_int(store_delivery_cancel(sc.st[0], d.run, sc.w->now_us), STORE_OK,
	    "it is to be canceled");
	(void)store_commit(sc.st[0]);
	delivery_fini(&d);
}

#endif
