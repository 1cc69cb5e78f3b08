/*
 * Ranges of slots that do not run, next to existing rows
 * (lib/sched/ledger.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/sched/ledger.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/* Ranges of slots that do not run, beside rows that are there. */

#define S_US INT64_C(1000000)

static struct store *st;
static struct tz_cache *zones;

#define ROWS_MAX 4

/* Seconds; the trigger has a slot each 10 s.  A row "a..b" is two numbers. */
static const struct sample {
	const char *what;
	struct {
		int64_t first_s, last_s;
		const char *reason; /* NULL: it was sent */
	} rows[ROWS_MAX];	    /* there before */
	int64_t from_s, to_s;	    /* recorded as missed because of "r" */
	const char *want;
	int64_t added;
	bool is_separate;
} samples[] = {
	{ "an empty ledger", { { 0 } }, 100, 190, "100..190x10", 1, false },
	{ "behind a row", { { 90, 90, NULL } }, 100, 190, "90 100..190x10", 1,
	    false },
	{ "the same reason lengthens the row", { { 80, 90, "r" } }, 100, 120,
	    "80..120x5", 0, false },
	{ "it does not over a slot that is kept", { { 80, 90, "r" } }, 110, 120,
	    "80..90x2 110..120x2", 1, true },
	{ "another reason does not", { { 80, 90, "other" } }, 100, 120,
	    "80..90x2 100..120x3", 1, false },
	{ "its first slot was decided", { { 100, 100, NULL } }, 100, 190,
	    "100 110..190x9", 1, false },
	{ "its last slot was", { { 190, 190, NULL } }, 100, 190,
	    "100..180x9 190", 1, false },
	{ "one in the middle was", { { 150, 150, NULL } }, 100, 190,
	    "100..140x5 150 160..190x4", 2, false },
	{ "a range reaches in from before", { { 50, 120, "r" } }, 100, 190,
	    "50..190x15", 0, false },
	{ "that of another reason", { { 50, 120, "other" } }, 100, 190,
	    "50..120x8 130..190x7", 1, false },
	{ "a range reaches out at the end", { { 180, 250, "r" } }, 100, 190,
	    "100..170x8 180..250x8", 1, false },
	{ "all of it lies in a range", { { 50, 250, "r" } }, 100, 190,
	    "50..250x21", 0, false },
	{ "all of it is there already", { { 100, 190, "r" } }, 100, 190,
	    "100..190x10", 0, false },
	{ "two rows that adjoin in the middle",
	    { { 130, 140, "other" }, { 150, 150, NULL } }, 100, 190,
	    "100..120x3 130..140x2 150 160..190x4", 2, false },
	{ "a run by hand between two slots", { { 155, 155, NULL } }, 100, 190,
	    "100..150x6 155 160..190x4", 2, false },
	{ "each second slot",
	    { { 100, 100, NULL }, { 120, 120, NULL }, { 140, 140, NULL } }, 100,
	    150, "100 110 120 130 140 150", 3, false },
	{ "rows that lie behind it", { { 300, 300, NULL } }, 100, 190,
	    "100..190x10 300", 1, false },
	{ "a single slot", { { 0 } }, 100, 100, "100", 1, false },
	{ "a single slot that was decided", { { 100, 100, NULL } }, 100, 100,
	    "100", 0, false },
};

static struct trigger *
make(void)
{
	const struct trigger_env env = { zones, "UTC", 0, false };
	const struct trigger_field f[] = { { "seconds", "10" },
		{ "start_date", "1970-01-01T00:00:00Z" } };
	struct faults fs = { .n = 0 };

	return trigger_new("interval", f, 2, &env, &fs);
}

static void
insert(const struct job *j, int64_t first_s, int64_t last_s, const char *reason)
{
	struct run r = {
		.job = j->id,
		.queue = j->queue,
		.job_id = j->job_id,
		.slot_us = first_s * S_US,
		.last_us = last_s * S_US,
		.count = (last_s - first_s) / 10 + 1,
		.state = reason == NULL ? RUN_SENT : RUN_MISSED,
		.reason = (char *)(uintptr_t)reason,
	};

	run_make_id(0, r.id);
	(void)store_run_insert(st, &r);
}

/* The rows of a job, oldest first. */
static void
show(struct buf *out, const char *job_id)
{
	const struct store_run_filter f = { .queue = "q",
		.job_id = job_id,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = 100 };
	struct run_list l = { NULL, 0, 0 };

	(void)store_run_list(st, &f, &l);
	for (size_t i = l.n; i > 0; i--) {
		const struct run *r = &l.v[i - 1];

		buf_printf(out, "%s%lld", out->len == 0 ? "" : " ",
		    (long long)(r->slot_us / S_US));
		if (r->count > 1)
			buf_printf(out, "..%lldx%lld",
			    (long long)(r->last_us / S_US),
			    (long long)r->count);
	}
	run_list_fini(&l);
}

static void
check_sample(const struct trigger *t, const struct sample *s, size_t i)
{
	struct buf got = BUF_INIT, id = BUF_INIT;
	struct due_range slots;
	struct ledger_entry e;
	int64_t added = 0;
	struct job j;

	job_init(&j);
	buf_printf(&id, "j%zu", i);
	j.queue = strdup("q");
	j.job_id = buf_take(&id);
	j.trigger = strdup("t");
	(void)store_begin(st);
	(void)store_job_insert(st, &j);
	for (size_t k = 0; k < ROWS_MAX && s->rows[k].last_s != 0; k++)
		insert(&j, s->rows[k].first_s, s->rows[k].last_s,
		    s->rows[k].reason);
	e = (struct ledger_entry){ .job = &j,
		.trigger = t,
		.state = RUN_MISSED,
		.reason = "r",
		.is_separate = s->is_separate };
	due_count(t, s->from_s * S_US, s->to_s * S_US, &slots);
	is_int(ledger_record(st, &e, &slots, &added), STORE_OK, "%s", s->what);
	(void)store_commit(st);
	show(&got, j.job_id);
	is_str(buf_cstr(&got), s->want, "%s", s->what);
	is_int(added, s->added, "new rows");
	buf_fini(&got);
	job_fini(&j);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	struct trigger *t;
	enum store_rc rc;
	struct err why;

	zones = tz_cache_new(NULL);
	st = store_open(&o, &rc, &why);
	t = make();
	if (st == NULL || t == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(t, &samples[i], i);
	trigger_free(t);
	store_close(st);
	tz_cache_free(zones);
	return tap_done();
}
