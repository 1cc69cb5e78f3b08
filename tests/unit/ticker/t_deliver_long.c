/*
 * Runs with a max_runtime: one that exceeds it is canceled, with an alert; one
 * that has ended in time is not, at any time of the tick.
 */
#include "config.h"

#include "lib/record/alert.h"
#include "lib/store/alert.h"
#include "tests/unit/scene.h"

static int
told(void)
{
	struct alert_list l = { NULL, 0, 0 };
	int n = 0;

	(void)store_alert_due(sc.st[0], sc.w->now_us, 1000, &l);
	for (size_t i = 0; i < l.n; i++)
		n += l.v[i].kind == ALERT_TOO_LONG;
	alert_list_fini(&l);
	return n;
}

/* A job starts after 20 s.  away: no tick from 40 s on, for so long. */
static const struct {
	const char *what;
	int64_t max_s, runs_s, away_s;
	bool has_lists;
	enum run_state state;
	int told;
	const char *reason; /* NULL: none */
} rows[] = {
	{ "no limit", 0, 3600, 0, true, RUN_RUNNING, 0, NULL },
	{ "in time", 60, 30, 0, true, RUN_SUCCEEDED, 0, NULL },
	{ "too long", 60, 3600, 0, true, RUN_CANCELED, 1,
	    "ran for longer than max_runtime, 60 s: canceled" },
	{ "too long, while lists fail", 60, 3600, 0, false, RUN_CANCELED, 1,
	    "ran for longer than max_runtime, 60 s: canceled" },
	{ "shorter than a look", 1, 3600, 0, true, RUN_CANCELED, 1,
	    "ran for longer than max_runtime, 1 s: canceled" },
	{ "too long, nobody looked", 60, 3600, 600, true, RUN_CANCELED, 1,
	    "ran for longer than max_runtime, 60 s: canceled" },
	{ "ended in time, nobody looked", 60, 50, 600, true, RUN_SUCCEEDED, 0,
	    NULL },
	{ "ended too late, nobody looked", 60, 100, 600, true, RUN_SUCCEEDED, 1,
	    "ran for 100 s, longer than max_runtime, 60 s" },
};

static void
check(size_t i)
{
	const struct delivery t = { .service = (char *)"srv-a",
		.command = (char *)"x",
		.max_runtime_us = rows[i].max_s * S };
	const char *id;
	struct delivery d;

	scene_start(rows[i].what);
	sc.w->runs_us = rows[i].runs_s * S;
	id = add(&t);
	pass(40);
	if (!rows[i].has_lists)
		sc.w->fail_lists = INT32_MAX;
	sc.w->now_us += rows[i].away_s * S;
	pass(80);
	is_state(id, rows[i].state, rows[i].what);
	is_int(told(), rows[i].told, "told of %d times", rows[i].told);
	d = get(id);
	if (rows[i].reason == NULL)
		ok(d.reason == NULL, "without a reason");
	else
		is_str(d.reason == NULL ? "" : d.reason, rows[i].reason,
		    "with the reason");
	delivery_fini(&d);
	is_int(sc.w->asked[RENDER_CANCEL], rows[i].state == RUN_CANCELED,
	    "canceled once, if at all");
	is_int((long long)sc.w->njobs, 1, "one launch");
	scene_end();
}

int
main(void)
{
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "t_deliver_long");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(i);
	printf("# %zu runs\n", sizeof(rows) / sizeof(rows[0]));
	return tap_done();
}
