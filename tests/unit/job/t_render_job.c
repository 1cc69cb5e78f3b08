/* A run in the form of a job of Render's API (lib/job/render_job.h). */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/record/delivery.h"
#include "lib/json/json.h"
#include "lib/job/render_job.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define SRV "srv-c3rfdgg6n88pa7t3a6ag"
#define CREATED INT64_C(1795306277250000) /* 2026-11-22T00:11:17.25Z */
#define S INT64_C(1000000)

/* A run in some state, and how Render would tell of it. */
static const struct {
	enum run_state state;
	bool is_open;
	int64_t started_us, finished_us;
	const char *want;
} jobs[] = {
	{ RUN_DUE, true, 0, 0, "\"status\":\"pending\"" },
	{ RUN_SENDING, true, 0, 0, "\"status\":\"pending\"" },
	{ RUN_UNKNOWN, true, 0, 0, "\"status\":\"pending\"" },
	{ RUN_CREATED, true, 0, 0, "\"status\":\"pending\"" },
	{ RUN_RUNNING, true, CREATED + S, 0,
	    "\"status\":\"running\",\"startedAt\":"
	    "\"2026-11-22T00:11:18.250000Z\"" },
	{ RUN_SUCCEEDED, false, CREATED + S, CREATED + 2 * S,
	    "\"status\":\"succeeded\",\"startedAt\":"
	    "\"2026-11-22T00:11:18.250000Z\",\"finishedAt\":"
	    "\"2026-11-22T00:11:19.250000Z\"" },
	{ RUN_FAILED, false, 0, CREATED - 250000,
	    "\"status\":\"failed\",\"finishedAt\":\"2026-11-22T00:11:17Z\"" },
	{ RUN_CANCELED, false, 0, 0, "\"status\":\"canceled\"" },
	{ RUN_REFUSED, false, 0, 0, "\"status\":\"failed\"" },
	{ RUN_DEAD, false, 0, 0, "\"status\":\"failed\"" },
	{ RUN_UNKNOWN, false, 0, 0, "\"status\":\"failed\"" },
};

static struct delivery
sample(void)
{
	return (struct delivery){
		.run = 7,
		.id = "job-c3rfdgg6n88pa7t3a6ag",
		.service = (char *)SRV,
		.command = (char *)"node \"x\"\n\xe6\x8a\xa5",
		.state = RUN_DUE,
		.decided_us = CREATED,
	};
}

/* Each state, with no member that is unknown and none that is null. */
static void
test_states(void)
{
	struct buf out = BUF_INIT;
	char want[512];

	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		struct delivery d = sample();

		d.state = jobs[i].state;
		d.next_us = jobs[i].is_open ? CREATED : DELIVERY_NEVER;
		d.started_us = jobs[i].started_us;
		d.finished_us = jobs[i].finished_us;
		buf_reset(&out);
		render_job_json(&d, &out);
		snprintf(want, sizeof(want),
		    "{\"id\":\"job-c3rfdgg6n88pa7t3a6ag\",\"serviceId\":\"" SRV
		    "\",\"startCommand\":\"node \\\"x\\\"\\n\xe6\x8a\xa5\","
		    "\"planId\":\"\",\"createdAt\":"
		    "\"2026-11-22T00:11:17.250000Z\",%s}",
		    jobs[i].want);
		is_str(buf_cstr(&out), want, "%s, %s",
		    run_state_name(jobs[i].state),
		    jobs[i].is_open ? "open" : "over");
		is_int(json_check(out.data, out.len, NULL), 0, "is JSON");
	}
	buf_fini(&out);
}

static void
test_more(void)
{
	struct delivery_list l = { NULL, 0, 0 };
	struct buf out = BUF_INIT;
	struct delivery d = sample();

	d.plan = (char *)"plan-srv-008";
	d.remote_id = (char *)"job-00000000000000000000";
	render_job_json(&d, &out);
	ok(strstr(buf_cstr(&out), "\"planId\":\"plan-srv-008\"") != NULL,
	    "the plan");
	ok(strstr(buf_cstr(&out),
	       ",\"renderJobId\":\"job-00000000000000000000\"}") != NULL,
	    "Render's id, beside ours");
	d.reason = (char *)"evicted: \"node\"";
	buf_reset(&out);
	render_job_json(&d, &out);
	ok(strstr(buf_cstr(&out), ",\"reason\":\"evicted: \\\"node\\\"\"}") !=
		NULL,
	    "and the reason at its end");
	buf_reset(&out);
	render_jobs_json(&l, 9, &out);
	is_str(buf_cstr(&out), "[]", "an empty list");
	buf_fini(&out);
}

static void
test_cursors(void)
{
	static const char *const bad[] = { "", "r", "7", "r0", "r-1", "r+1",
		"r 1", "r7x", "x7", "r99999999999999999999" };
	struct delivery d = { .run = INT64_MAX };
	struct buf out = BUF_INIT;
	int64_t below = 0;

	render_cursor_print(&d, &out);
	is_int(render_cursor_parse(buf_cstr(&out), &below), 0, "a cursor");
	is_int(below, INT64_MAX, "is read back");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(render_cursor_parse(bad[i], &below), -1, "none: '%s'",
		    bad[i]);
	buf_fini(&out);
}

static void
test_statuses(void)
{
	static const char *const bad[] = { "", ",", "pending,", ",pending",
		"Pending", "pending,,running", "done", "unknown", " pending",
		"pendingpendingpendingpending" };
	struct buf set = BUF_INIT;

	is_int(render_statuses_add("pending,running", &set), 0, "two");
	is_str(buf_cstr(&set), ",pending,running,", "as a set");
	is_int(render_statuses_add("canceled", &set), 0, "one more");
	is_str(buf_cstr(&set), ",pending,running,canceled,", "at its end");
	is_int(render_statuses_add("succeeded,failed", &set), 0, "the others");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(render_statuses_add(bad[i], &set), -1, "none: '%s'",
		    bad[i]);
	buf_fini(&set);
}

int
main(void)
{
	test_states();
	test_more();
	test_cursors();
	test_statuses();
	return tap_done();
}
