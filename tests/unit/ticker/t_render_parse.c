/* Answers of Render, good, odd and damaged (ticker/render/parse.h). */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "ticker/render/parse.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define NONE RENDER_NO_TIME
/* 2025-03-20T16:16:02Z */
#define T INT64_C(1742487362000000)

static const struct {
	const char *text;
	int64_t want;
} times[] = {
	{ "2025-03-20T12:16:02.544199-04:00", T + 544199 },
	{ "2025-03-20T16:16:02Z", T },
	{ "2025-03-20t16:16:02z", T },
	{ "2025-03-20T16:16:02.5Z", T + 500000 },
	{ "2025-03-20T16:16:02.123456789Z", T + 123456 },
	{ "2025-03-20T16:16:02.1234567+00:00", T + 123456 },
	{ "2025-03-20T21:46:02.000000001+05:30", T },
	{ "2025-03-20T16:16:02", NONE },
	{ "2025-03-20T16:16:02.5", NONE },
	{ "2025-03-20 16:16:02Z", NONE },
	{ "2025-03-20", NONE },
	{ "2025-13-20T16:16:02Z", NONE },
	{ "2025-03-20T16:16:60Z", NONE },
	{ "2025-03-20T16:16:02.Z", NONE },
	{ "2025-03-20T16:16:02+25:00", NONE },
	{ "2025-03-20T16:16:02.123456789123456789123456789123456789Z", NONE },
	{ "", NONE },
	{ NULL, NONE },
};

static void
test_times(void)
{
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		is_int(render_time(times[i].text), times[i].want, "time %s",
		    times[i].text == NULL ? "NULL" : times[i].text);
}

static struct render_answer *
parse(enum render_op op, const char *body, int *rc)
{
	struct render_answer *a = calloc(1, sizeof(*a));

	if (a == NULL)
		abort();
	a->op = op;
	*rc = render_parse(a, body, strlen(body));
	return a;
}

static void
test_job(void)
{
	struct render_answer *a;
	int rc;

	a = parse(RENDER_CREATE,
	    "{\"id\":\"job-c3rfdgg6n88pa7t3a6ag\",\"serviceId\":"
	    "\"srv-xxxxxxxxxx\",\"startCommand\":\"node a.js \\u00e4\","
	    "\"planId\":\"plan-srv-008\",\"createdAt\":"
	    "\"2025-03-20T12:16:02.544199-04:00\",\"more\":[{}]}",
	    &rc);
	ok(rc == 0 && a->njobs == 1, "the example of the contract");
	is_str(a->jobs[0].id, "job-c3rfdgg6n88pa7t3a6ag", "id");
	is_str(a->jobs[0].service, "srv-xxxxxxxxxx", "service");
	is_str(a->jobs[0].plan, "plan-srv-008", "plan");
	is_str(a->jobs[0].command, "node a.js \xc3\xa4", "command");
	is_int(a->jobs[0].created_us, T + 544199, "created");
	is_int(a->jobs[0].started_us, NONE, "not started");
	is_int(a->jobs[0].status, RENDER_OPEN, "no status is not ended");
	render_answer_free(a);

	a = parse(RENDER_GET,
	    "{\"id\":\"job-1\",\"status\":null,\"startedAt\":null,"
	    "\"finishedAt\":\"never\",\"startCommand\":5,\"serviceId\":null}",
	    &rc);
	ok(rc == 0 && a->jobs[0].status == RENDER_OPEN &&
		a->jobs[0].started_us == NONE &&
		a->jobs[0].finished_us == NONE && a->jobs[0].command == NULL,
	    "nulls and odd members are as if absent");
	render_answer_free(a);
	render_answer_free(NULL);
}

static void
test_status(void)
{
	static const struct {
		const char *name;
		enum render_status want;
	} cases[] = {
		{ "pending", RENDER_PENDING },
		{ "running", RENDER_RUNNING },
		{ "succeeded", RENDER_SUCCEEDED },
		{ "failed", RENDER_FAILED },
		{ "canceled", RENDER_CANCELED },
		{ "open", RENDER_OPEN },
		{ "cancelled", RENDER_OPEN },
		{ "Succeeded", RENDER_OPEN },
		{ "", RENDER_OPEN },
	};
	struct render_answer *a;
	char body[128];
	int rc;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(body, sizeof(body),
		    "{\"id\":\"job-1\",\"status\":\"%s\"}", cases[i].name);
		a = parse(RENDER_GET, body, &rc);
		ok(rc == 0 && a->jobs[0].status == cases[i].want, "status %s",
		    cases[i].name);
		render_answer_free(a);
	}
	is_str(render_status_name(RENDER_CANCELED), "canceled", "and back");
}

/* What is no answer, whatever the operation wants. */
static const struct {
	enum render_op op;
	const char *body, *why;
} bad[] = {
	{ RENDER_CREATE, "", "unexpected end" },
	{ RENDER_CREATE, "<html>", "unexpected character" },
	{ RENDER_CREATE, "null", "null" },
	{ RENDER_CREATE, "[]", "it is no job" },
	{ RENDER_CREATE, "{}", "it is no job" },
	{ RENDER_CREATE, "\"job-1\"", "it is no job" },
	{ RENDER_CREATE, "{\"id\":null}", "it is no job" },
	{ RENDER_CREATE, "{\"id\":17}", "it is no job" },
	{ RENDER_CREATE, "{\"id\":\"\"}", "it is no job" },
	{ RENDER_CREATE, "{\"id\":\"../../x\"}", "it is no job" },
	{ RENDER_CREATE, "{\"id\":\"job-1\\u0000\"}", "it is no job" },
	{ RENDER_CREATE, "{\"id\":\"job-1\\n\"}", "it is no job" },
	{ RENDER_CREATE,
	    "{\"id\":\"job-345678901234567890123456789012345678901234567890"
	    "12345678901234\"}",
	    "it is no job" },
	{ RENDER_CREATE, "{\"id\":\"job-1\"", "unexpected end" },
	{ RENDER_CREATE, "{\"id\":\"job-1\"} {}", "unexpected data after" },
	{ RENDER_CREATE, "{\"id\":\"job-1\",\"x\":1e}", "expected a digit" },
	{ RENDER_LIST, "{}", "it is no list" },
	{ RENDER_LIST, "{\"message\":\"no\"}", "it is no list" },
	{ RENDER_EVENTS, "17", "it is no list" },
};

static void
test_bad(void)
{
	struct render_answer *a;
	struct buf b = BUF_INIT;
	int rc;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		a = parse(bad[i].op, bad[i].body, &rc);
		ok(rc == -1 && strstr(a->message, bad[i].why) != NULL,
		    "refused: %s: %s", bad[i].body, a->message);
		render_answer_free(a);
	}
	for (int i = 0; i < 100000; i++)
		buf_char(&b, '[');
	a = parse(RENDER_LIST, buf_cstr(&b), &rc);
	ok(rc == -1 && strstr(a->message, "deep") != NULL, "deep: %s",
	    a->message);
	render_answer_free(a);
	buf_reset(&b);
	buf_char(&b, '[');
	for (int i = 0; i <= RENDER_PAGE; i++)
		buf_str(&b, i == 0 ? "{}" : ",{}");
	buf_char(&b, ']');
	a = parse(RENDER_LIST, buf_cstr(&b), &rc);
	ok(rc == -1, "more than was asked for: %s", a->message);
	render_answer_free(a);
	buf_fini(&b);
}

/* A page of n jobs, each with a cursor, and what follows them. */
static struct render_answer *
page(size_t n, const char *more, int *rc)
{
	struct buf b = BUF_INIT;
	struct render_answer *a;

	buf_char(&b, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&b,
		    "%s{\"job\":{\"id\":\"job-%zu\"},\"cursor\":"
		    "\"c%zu\"}",
		    i == 0 ? "" : ",", i, i);
	buf_str(&b, more);
	buf_char(&b, ']');
	a = parse(RENDER_LIST, buf_cstr(&b), rc);
	buf_fini(&b);
	return a;
}

static void
test_pages(void)
{
	struct render_answer *a;
	char huge[RENDER_CURSOR_MAX + 64];
	int rc;

	a = page(RENDER_PAGE, "", &rc);
	ok(rc == 0 && a->njobs == RENDER_PAGE && !a->is_last, "a full page");
	is_str(a->cursor, "c99", "goes on behind its last");
	is_str(a->jobs[99].id, "job-99", "which is there");
	render_answer_free(a);
	a = page(3, "", &rc);
	ok(rc == 0 && a->is_last && strcmp(a->cursor, "c2") == 0,
	    "a short one is the last, and still has a cursor");
	render_answer_free(a);
	a = page(0, "", &rc);
	ok(rc == 0 && a->is_last && a->njobs == 0 && a->cursor[0] == '\0',
	    "an empty one");
	render_answer_free(a);
	a = page(2,
	    ",null,5,{},{\"job\":null},{\"job\":{\"id\":[]}},"
	    "{\"job\":{\"id\":\"job-x\"},\"cursor\":\"end\"}",
	    &rc);
	ok(rc == 0 && a->njobs == 3 && a->nbad == 5, "odd elements count");
	is_str(a->cursor, "end", "and do not hide the cursor");
	render_answer_free(a);
	a = page(RENDER_PAGE - 1, ",{\"job\":{\"id\":\"job-x\"}}", &rc);
	ok(rc == 0 && a->is_last, "no cursor, no next page");
	render_answer_free(a);
	memset(huge, 'x', sizeof(huge) - 1);
	memcpy(huge, ",{\"cursor\":\"", 12);
	memcpy(huge + sizeof(huge) - 3, "\"}", 3);
	a = page(1, huge, &rc);
	ok(rc == 0 && a->is_last && a->cursor[0] == '\0', "a huge cursor");
	render_answer_free(a);
}

/* The details of an event, and what they mean. */
static const struct {
	const char *details;
	struct render_reason want;
} reasons[] = {
	{ "", { 0 } },
	{ ",\"reason\":null", { 0 } },
	{ ",\"reason\":{\"nonZeroExit\":3}",
	    { .has_exit_code = true, .exit_code = 3 } },
	{ ",\"reason\":{\"nonZeroExit\":\"137\"}",
	    { .has_exit_code = true, .exit_code = 137 } },
	{ ",\"reason\":{\"oomKilled\":{\"memoryLimit\":\"512Mi\"}}",
	    { .is_oom = true, .why = "memory limit: 512Mi" } },
	{ ",\"reason\":{\"oomKilled\":true,\"nonZeroExit\":137}",
	    { .has_exit_code = true, .exit_code = 137, .is_oom = true } },
	{ ",\"reason\":{\"oomKilled\":false,\"evicted\":true}",
	    { .is_evicted = true } },
	{ ",\"reason\":{\"evicted\":null,\"nonZeroExit\":null}", { 0 } },
	{ ",\"reason\":{\"timedOutSeconds\":2592000}",
	    { .timed_out_s = 2592000 } },
	{ ",\"reason\":{\"timedOutSeconds\":-1,\"nonZeroExit\":9999999}",
	    { .why = "timedOutSeconds: -1; nonZeroExit: 9999999" } },
	{ ",\"reason\":{\"nonZeroExit\":\"SIGKILL\"}",
	    { .why = "nonZeroExit: SIGKILL" } },
	{ ",\"reason\":{\"nonZeroExit\":true}", { .why = "" } },
	{ ",\"reason\":\"oomKilled\"", { .is_oom = true } },
	{ ",\"reason\":\"evicted\"", { .is_evicted = true } },
	{ ",\"reason\":\"who\\nknows\"", { .why = "who knows" } },
	{ ",\"reason\":[1]", { .why = "[1]" } },
	{ ",\"reason\":[]", { 0 } },
	{ ",\"reason\":[\"preempted\",\"x\"]",
	    { .why = "[\"preempted\",\"x\"]" } },
	{ ",\"reason\":7", { .why = "7" } },
	{ ",\"reason\":true", { .why = "true" } },
	{ ",\"reason\":\"preempted\"", { .why = "preempted" } },
	{ ",\"reason\":{\"preempted\":true}", { .why = "preempted" } },
	{ ",\"reason\":{\"preempted\":true,\"evicted\":true}",
	    { .is_evicted = true, .why = "preempted" } },
	{ ",\"reason\":\"oom_killed\"", { .is_oom = true } },
	{ ",\"reason\":\"EVICTED\"", { .is_evicted = true } },
	{ ",\"reason\":{\"non_zero_exit\":4}",
	    { .has_exit_code = true, .exit_code = 4 } },
	{ ",\"reason\":{\"early_exit\":true}", { .is_early = true } },
	{ ",\"reason\":{}", { 0 } },
	{ ",\"reason\":\"earlyExit\"", { .is_early = true } },
	{ ",\"reason\":\"unhealthy\"", { .is_unhealthy = true } },
	{ ",\"reason\":{\"earlyExit\":true,\"nonZeroExit\":1}",
	    { .has_exit_code = true, .exit_code = 1, .is_early = true } },
	{ ",\"reason\":{\"earlyExit\":false}", { 0 } },
	{ ",\"reason\":{\"unhealthy\":\"port 80 is closed\"}",
	    { .is_unhealthy = true, .why = "port 80 is closed" } },
	{ ",\"reason\":{\"unhealthy\":\"\"}", { 0 } },
	{ ",\"reason\":{\"evicted\":true,\"evictionReason\":\"disk full\"}",
	    { .is_evicted = true, .why = "disk full" } },
	{ ",\"reason\":{\"evictionReason\":\"disk full\"}",
	    { .is_evicted = true, .why = "disk full" } },
	{ ",\"reason\":{\"timedOutSeconds\":60,\"timedOutReason\":\"start\"}",
	    { .timed_out_s = 60, .is_timed_out = true, .why = "start" } },
	{ ",\"reason\":{\"timedOutReason\":\"start\"}",
	    { .is_timed_out = true, .why = "start" } },
	{ ",\"reason\":{\"newWord\":{\"a\":1},\"other\":\"x\",\"no\":false}",
	    { .why = "newWord: {\"a\":1}; other: x" } },
};

static void
test_events(void)
{
	struct render_answer *a;
	char body[512];
	int rc;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		const struct render_reason *w = &reasons[i].want, *r;

		(void)snprintf(body, sizeof(body),
		    "[{\"event\":{\"id\":\"evt-1\",\"timestamp\":"
		    "\"2025-03-20T16:16:02Z\",\"type\":\"job_run_ended\","
		    "\"details\":{\"jobId\":\"job-7\",\"status\":\"failed\"%s}},"
		    "\"cursor\":\"c\"}]",
		    reasons[i].details);
		a = parse(RENDER_EVENTS, body, &rc);
		r = a->nevents == 1 ? &a->events[0].reason : NULL;
		ok(rc == 0 && r != NULL &&
			r->has_exit_code == w->has_exit_code &&
			r->exit_code == w->exit_code &&
			r->is_oom == w->is_oom &&
			r->is_evicted == w->is_evicted &&
			r->timed_out_s == w->timed_out_s &&
			r->is_timed_out == w->is_timed_out &&
			r->is_early == w->is_early &&
			r->is_unhealthy == w->is_unhealthy &&
			strcmp(r->why, w->why) == 0 &&
			strcmp(a->events[0].job, "job-7") == 0 &&
			a->events[0].at_us == T &&
			a->events[0].status == RENDER_FAILED,
		    "reason %zu: %s", i, reasons[i].details);
		render_answer_free(a);
	}
	a = parse(RENDER_EVENTS,
	    "[{\"event\":{\"id\":\"evt-1\",\"details\":{}}},{\"event\":{}}]",
	    &rc);
	ok(rc == 0 && a->nevents == 0 && a->nbad == 2, "events of no job");
	render_answer_free(a);
}

/* Bodies of errors, and the line they become. */
static const struct {
	const char *body, *want;
} errors[] = {
	{ "", "" },
	{ "{\"id\":\"x\",\"message\":\"free tier\"}", "free tier" },
	{ "{\"message\":\"two\\nlines\\tand \\u0007bell\"}",
	    "two lines and bell" },
	{ "{\"message\":null}", "{\"message\":null}" },
	{ "{\"message\":5}", "{\"message\":5}" },
	{ "<html>\r\n<h1>502   Bad</h1>\n", "<html> <h1>502 Bad</h1>" },
	{ "bad \xff\xfe utf", "bad ?? utf" },
	{ "c1 \xc2\x9b"
	  "31m",
	    "c1 31m" },
	{ "\x1b[31mred", "[31mred" },
	{ "   ", "" },
};

static void
test_errors(void)
{
	char long_text[2000];
	struct render_answer a;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		memset(&a, 0, sizeof(a));
		render_parse_error(&a, errors[i].body, strlen(errors[i].body));
		is_str(a.message, errors[i].want, "error %zu", i);
	}
	memset(long_text, 'x', sizeof(long_text));
	memset(&a, 0, sizeof(a));
	render_parse_error(&a, long_text, sizeof(long_text));
	ok(strlen(a.message) < RENDER_MESSAGE_MAX && strlen(a.message) > 100,
	    "a long one is cut");
	render_parse_error(&a, "a\0b", 3);
	is_str(a.message, "a b", "a NUL");
}

/* Whatever is cut off or changed, there is an answer and no crash. */
static void
test_damage(void)
{
	static const char text[] =
	    "[{\"job\":{\"id\":\"job-1\",\"status\":\"failed\",\"createdAt\":"
	    "\"2025-03-20T16:16:02.123456789Z\",\"startCommand\":\"\\u00e4\"},"
	    "\"event\":{\"details\":{\"jobId\":\"job-1\",\"reason\":"
	    "{\"nonZeroExit\":1,\"oomKilled\":{}}}},\"cursor\":\"c\"}]";
	struct render_answer *a;
	char copy[sizeof(text)];
	unsigned seed = 1;
	int n = 0, rc;

	for (int i = 0; i < 3000; i++, n++) {
		memcpy(copy, text, sizeof(text));
		for (int k = 0; k < i % 4; k++) {
			seed = seed * 1103515245u + 12345u;
			copy[(seed >> 8) % (sizeof(text) - 1)] =
			    "\"{}[],:0\\u\377\n x"[(seed >> 4) % 15];
		}
		if (i % 5 == 0)
			copy[(size_t)i % sizeof(text)] = '\0';
		a = parse(i % 2 == 0 ? RENDER_LIST : RENDER_EVENTS, copy, &rc);
		render_answer_free(a);
		a = parse(RENDER_GET, copy + (size_t)i % 20, &rc);
		render_answer_free(a);
	}
	is_int(n, 3000, "damaged answers are survived");
}

int
main(void)
{
	test_times();
	test_job();
	test_status();
	test_bad();
	test_pages();
	test_events();
	test_errors();
	test_damage();
	return tap_done();
}
