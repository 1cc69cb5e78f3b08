/*
 * How fast a key may ask, from the headers of answers (ticker/render/rate.h).
 */
#include "config.h"

#include <stdio.h>

#include "ticker/render/rate.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define NOW (INT64_C(1900000000) * S)

/* Header lines, and what they say; resets from NOW in seconds. */
static const struct {
	const char *headers;
	int status;
	int64_t limit, remaining, reset_s, retry_s;
} cases[] = {
	{ "", 200, -1, -1, -1, -1 },
	{ "Ratelimit-Limit: 400\r\nRatelimit-Remaining: 399\r\n"
	  "Ratelimit-Reset: 60\r\n",
	    200, 400, 399, 60, -1 },
	{ "RATELIMIT-LIMIT:400\nratelimit-remaining:  7 \nRateLimit-reset:\t1",
	    200, 400, 7, 1, -1 },
	{ "Ratelimit-Limit: 100\r\nRatelimit-Limit: 400\r\n"
	  "Ratelimit-Remaining: 9\r\nRatelimit-Remaining: 3\r\n"
	  "Ratelimit-Reset: 5\r\nRatelimit-Reset: 8\r\n",
	    200, 100, 3, 8, -1 },
	{ "ratelimit-remaining: 3\r\nRatelimit-Remaining: 9\r\n"
	  "Ratelimit-Reset: 8\r\nratelimit-reset: 5\r\n",
	    200, -1, 3, 8, -1 },
	/* Beyond 1e9 it is an epoch; in the past, the window is over. */
	{ "Ratelimit-Reset: 1900000030\r\n", 200, -1, -1, 30, -1 },
	{ "Ratelimit-Reset: 1899999990\r\n", 200, -1, -1, 0, -1 },
	/* An epoch in milliseconds, say, cannot stop us for years. */
	{ "Ratelimit-Reset: 190000000000\r\n", 200, -1, -1, 3600, -1 },
	{ "Ratelimit-Reset: 999999999\r\n", 200, -1, -1, 3600, -1 },
	{ "Retry-After: 17\r\n", 429, -1, -1, -1, 17 },
	{ "retry-after: 0\r\n", 429, -1, -1, -1, 0 },
	{ "Retry-After: 999999999999\r\n", 429, -1, -1, -1, 86400 },
	{ "Retry-After: Sun, 17 Mar 2030 17:47:40 GMT\r\n", 503, -1, -1, -1,
	    60 },
	/* Dates that are over and no numbers are not said. */
	{ "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 503, -1, -1, -1,
	    -1 },
	{ "Ratelimit-Remaining: -1\r\nRatelimit-Limit: +4\r\n"
	  "Ratelimit-Reset: 1e3\r\nRetry-After:\r\n",
	    200, -1, -1, -1, -1 },
	{ "Ratelimit-Remaining: 12345678901234567890123456789\r\n", 200, -1, -1,
	    -1, -1 },
	{ "Ratelimit-Remaining : 5\r\nX-Ratelimit-Remaining: 6\r\n"
	  "Ratelimit-Remainin: 7\r\n\r\n: :\r\nRatelimit-Limit",
	    200, -1, -1, -1, -1 },
};

static void
test_read(void)
{
	struct rate_report r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t reset = cases[i].reset_s == -1 ?
		    RATE_NONE :
		    NOW + cases[i].reset_s * S;
		int64_t retry =
		    cases[i].retry_s == -1 ? RATE_NONE : cases[i].retry_s * S;

		rate_read(cases[i].headers, cases[i].status, NOW, &r);
		ok(r.limit == cases[i].limit &&
			r.remaining == cases[i].remaining &&
			r.reset_us == reset && r.retry_us == retry &&
			r.is_refused == (cases[i].status == 429),
		    "headers %zu", i);
	}
}

/* A request of the kind that is answered at once with these headers. */
static void
ask(struct rate *r, enum rate_kind kind, int status, const char *headers,
    int64_t now)
{
	struct rate_report rep;

	rate_start(r, kind);
	rate_read(headers, status, now, &rep);
	rate_end(r, kind, &rep, now);
}

static void
test_window(void)
{
	struct rate r = { 0 };

	is_int(rate_left(&r, RATE_READ, NOW), RATE_FREE, "free at first");
	is_int(rate_ready(&r, RATE_READ, NOW), NOW, "at once");
	ask(&r, RATE_READ, 200,
	    "Ratelimit-Limit: 10\nRatelimit-Remaining: 2\nRatelimit-Reset: 9",
	    NOW);
	is_int(rate_left(&r, RATE_READ, NOW), 2, "two are left");
	rate_start(&r, RATE_READ);
	is_int(rate_left(&r, RATE_READ, NOW), 1, "one is under way");
	rate_start(&r, RATE_READ);
	is_int(rate_left(&r, RATE_READ, NOW), 0, "two are");
	is_int(rate_ready(&r, RATE_READ, NOW), RATE_WAIT, "wait for them");
	rate_end(&r, RATE_READ, NULL, NOW);
	is_int(rate_left(&r, RATE_READ, NOW), 0, "a lost one may have counted");
	rate_end(&r, RATE_READ, NULL, NOW);
	is_int(rate_ready(&r, RATE_READ, NOW), NOW + 9 * S, "then the reset");
	is_int(rate_left(&r, RATE_READ, NOW + 9 * S), 10, "and all again");
	is_int(rate_ready(&r, RATE_READ, NOW + 10 * S), NOW + 10 * S,
	    "at once");
}

static void
test_overtaking(void)
{
	struct rate r = { 0 };

	ask(&r, RATE_CREATE, 201,
	    "Ratelimit-Limit: 10\nRatelimit-Remaining: 4\nRatelimit-Reset: 9",
	    NOW);
	ask(&r, RATE_CREATE, 201,
	    "Ratelimit-Limit: 10\nRatelimit-Remaining: 5\nRatelimit-Reset: 9",
	    NOW + S / 2);
	is_int(rate_left(&r, RATE_CREATE, NOW + S), 4, "an older answer later");
	ask(&r, RATE_CREATE, 201,
	    "Ratelimit-Limit: 10\nRatelimit-Remaining: 9\nRatelimit-Reset: 60",
	    NOW + S);
	is_int(rate_left(&r, RATE_CREATE, NOW + S), 9, "a new window");
	ask(&r, RATE_CREATE, 201, "Ratelimit-Limit: 10\n", NOW + 2 * S);
	is_int(rate_left(&r, RATE_CREATE, NOW + 2 * S), 9, "no word on it");
	ask(&r, RATE_CREATE, 201,
	    "Ratelimit-Limit: 20\nRatelimit-Remaining: 19\n", NOW + 70 * S);
	is_int(rate_left(&r, RATE_CREATE, NOW + 70 * S), 19,
	    "another limit, in a window without end");
	is_int(rate_left(&r, RATE_CREATE, NOW + 71 * S), 20, "for a second");
}

static void
test_kinds(void)
{
	struct rate r = { 0 };

	ask(&r, RATE_CREATE, 201,
	    "Ratelimit-Limit: 10\nRatelimit-Remaining: 0\nRatelimit-Reset: 9",
	    NOW);
	is_int(rate_ready(&r, RATE_CREATE, NOW), NOW + 9 * S, "create is out");
	is_int(rate_ready(&r, RATE_READ, NOW), NOW, "read may still be free");
	ask(&r, RATE_READ, 200,
	    "Ratelimit-Limit: 400\nRatelimit-Remaining: 7\nRatelimit-Reset: 9",
	    NOW);
	is_int(rate_left(&r, RATE_READ, NOW), 7, "it has a limit of its own");
	is_int(rate_left(&r, RATE_CREATE, NOW), 0, "create is still out");
	ask(&r, RATE_WRITE, 200,
	    "Ratelimit-Limit: 400\nRatelimit-Remaining: 6\nRatelimit-Reset: 9",
	    NOW);
	is_int(rate_left(&r, RATE_READ, NOW), 6, "one limit is shared");
	rate_start(&r, RATE_READ);
	rate_start(&r, RATE_READ);
	is_int(rate_left(&r, RATE_WRITE, NOW), 4, "with what is under way");
	ask(&r, RATE_WRITE, 429, "Retry-After: 3", NOW);
	is_int(rate_ready(&r, RATE_READ, NOW), NOW + 3 * S, "and the refusals");
}

static void
test_refusals(void)
{
	struct rate r = { 0 };

	ask(&r, RATE_CREATE, 429, "", NOW);
	is_int(rate_left(&r, RATE_CREATE, NOW), 0, "a bare 429");
	is_int(rate_ready(&r, RATE_CREATE, NOW), NOW + S, "is a second");
	ask(&r, RATE_CREATE, 429, "Retry-After: 30\n", NOW);
	is_int(rate_ready(&r, RATE_CREATE, NOW), NOW + 30 * S, "Retry-After");
	ask(&r, RATE_CREATE, 429, "Retry-After: 5\n", NOW);
	is_int(rate_ready(&r, RATE_CREATE, NOW), NOW + 30 * S, "the longest");
	ask(&r, RATE_CREATE, 429,
	    "Ratelimit-Limit: 5\nRatelimit-Remaining: 0\nRatelimit-Reset: 40",
	    NOW);
	is_int(rate_ready(&r, RATE_CREATE, NOW), NOW + 40 * S,
	    "and an empty window, whichever is longer");
	is_int(rate_left(&r, RATE_CREATE, NOW + 40 * S), 5, "are over");
	r = (struct rate){ 0 };
	ask(&r, RATE_CREATE, 429,
	    "Ratelimit-Limit: 5\nRatelimit-Remaining: 3\nRatelimit-Reset: 40",
	    NOW);
	is_int(rate_left(&r, RATE_CREATE, NOW), 3,
	    "a 429 with something left concerns that request alone");
	r = (struct rate){ 0 };
	ask(&r, RATE_CREATE, 503, "Retry-After: 30\n", NOW);
	is_int(rate_left(&r, RATE_CREATE, NOW), RATE_FREE, "a 503 is no rate");
}

int
main(void)
{
	test_read();
	test_window();
	test_overtaking();
	test_kinds();
	test_refusals();
	return tap_done();
}
