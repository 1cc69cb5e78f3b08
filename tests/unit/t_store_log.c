#include "config.h"

#include <stdlib.h>

#include "lib/store_log.h"
#include "tests/unit/tap.h"

/* The journal of ticks. */

static struct store *st;

/* The cadence is the median distance: one long gap does not move it. */
static void
check_ticks(void)
{
	static const int64_t starts[] = { 0, 60, 120, 4000, 4060, 4120 };
	struct store_tick t = { .id = 0 };
	int64_t cadence = 0;

	is_int(store_tick_last(st, &t), STORE_NOTFOUND, "no tick yet");
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (i == 2)
			is_int(store_tick_cadence(st, &cadence), STORE_NOTFOUND,
			    "two ticks tell no cadence");
		t = (struct store_tick){ .started_us = starts[i] };
		(void)store_begin(st);
		(void)store_tick_start(st, &t);
		(void)store_commit(st);
	}
	is_int(store_tick_cadence(st, &cadence), STORE_OK, "six do");
	is_int(cadence, 60, "the median");
	t.ended_us = 4130;
	t.sent = 3;
	t.decided = 4;
	(void)store_begin(st);
	is_int(store_tick_end(st, &t), STORE_OK, "a tick ends");
	(void)store_commit(st);
	memset(&t, 0, sizeof(t));
	is_int(store_tick_last(st, &t), STORE_OK, "the newest is known");
	ok(t.started_us == 4120 && t.ended_us == 4130 && t.sent == 3 &&
		t.decided == 4,
	    "with its counts");
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	char why[256];

	if ((st = store_open(&o, &rc, why, sizeof(why))) == NULL) {
		printf("Bail out! %s\n", why);
		return EXIT_FAILURE;
	}
	check_ticks();
	store_close(st);
	return tap_done();
}
