/* Sums over the runs of a job (lib/record/stats.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/record/stats.h"
#include "tests/unit/tap.h"

#define S INT64_C(1000000)

/* Add a run with that outcome, which took so many seconds; -1: not known. */
static void
add(struct run_list *l, enum outcome o, int64_t took_s)
{
	struct run *r = run_list_add(l);

	r->count = o == OUTCOME_NONE ? 3 : 1;
	r->state = o == OUTCOME_NONE ? RUN_MISSED : RUN_SENT;
	r->work.outcome = o;
	r->work.last.started_us = took_s < 0 ? 0 : 100 * S;
	r->work.last.finished_us = 100 * S + (took_s < 0 ? 0 : took_s * S);
}

static void
test_empty(void)
{
	struct run_list l = { NULL, 0, 0 };
	struct buf b = BUF_INIT;
	struct stats s;

	is_int(stats_read(&l, &s), 0, "of no runs");
	is_int(s.ended + s.streak + s.success_us, 0, "nothing");
	is_int(s.p50_us, -1, "no median");
	ok(stats_rate(&s) < 0, "no rate");
	stats_json(&s, &b);
	is_str(buf_cstr(&b),
	    "\"outcomes\":{\"queued\":0,\"running\":0,\"succeeded\":0,"
	    "\"failed\":0,\"dead\":0,\"expired\":0,\"canceled\":0,"
	    "\"unreported\":0},\"not_handed_over\":0,\"success_rate\":null,"
	    "\"last_success_at\":null,\"streak\":null,\"duration_ms\":"
	    "{\"p50\":null,\"p95\":null,\"max\":null}",
	    "all null in JSON");
	buf_fini(&b);
}

static void
test_mixed(void)
{
	struct run_list l = { NULL, 0, 0 };
	struct buf b = BUF_INIT;
	struct stats s;

	/* Open, canceled and unknown ends neither end a streak nor count. */
	add(&l, OUTCOME_QUEUED, 50);
	add(&l, OUTCOME_DEAD, 4);
	add(&l, OUTCOME_CANCELED, 60);
	add(&l, OUTCOME_NONE, -1);
	add(&l, OUTCOME_FAILED, -1);
	add(&l, OUTCOME_SUCCEEDED, 1);
	add(&l, OUTCOME_UNREPORTED, -1);
	add(&l, OUTCOME_SUCCEEDED, 2);
	add(&l, OUTCOME_EXPIRED, 3);
	is_int(stats_read(&l, &s), 0, "of all kinds");
	is_int(s.ended, 5, "ended");
	is_int(s.streak, 2, "the newest two");
	ok(s.is_streak_bad, "failed");
	is_int(s.success_us, 102 * S, "the last success");
	is_int(s.p50_us, 2 * S, "p50");
	is_int(s.p95_us, 4 * S, "p95");
	is_int(s.max_us, 4 * S, "max");
	stats_json(&s, &b);
	is_str(buf_cstr(&b),
	    "\"outcomes\":{\"queued\":1,\"running\":0,\"succeeded\":2,"
	    "\"failed\":1,\"dead\":1,\"expired\":1,\"canceled\":1,"
	    "\"unreported\":1},\"not_handed_over\":3,\"success_rate\":0.4000,"
	    "\"last_success_at\":\"1970-01-01T00:01:42Z\","
	    "\"streak\":{\"succeeded\":false,\"runs\":2},\"duration_ms\":"
	    "{\"p50\":2000,\"p95\":4000,\"max\":4000}",
	    "in JSON");
	buf_fini(&b);
	run_list_fini(&l);
}

static void
test_ranks(void)
{
	struct run_list l = { NULL, 0, 0 };
	struct stats s;

	for (int64_t i = 100; i >= 1; i--)
		add(&l, OUTCOME_SUCCEEDED, i);
	is_int(stats_read(&l, &s), 0, "of 100");
	is_int(s.p50_us, 50 * S, "p50");
	is_int(s.p95_us, 95 * S, "p95");
	is_int(s.max_us, 100 * S, "max");
	is_int(s.streak, 100, "all succeeded");
	ok(!s.is_streak_bad && stats_rate(&s) > 99.9, "a rate of 100 %%");
	run_list_fini(&l);
}

int
main(void)
{
	test_empty();
	test_mixed();
	test_ranks();
	return tap_done();
}
