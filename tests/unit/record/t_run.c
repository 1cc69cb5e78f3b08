/* Runs: states, ids by RFC 9562 section 5.7, lists (lib/record/run.h). */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lib/record/run.h"
#include "tests/unit/tap.h"

#define MANY 2000

/* 2026-11-22T00:11:17.003Z. */
#define NOW_US INT64_C(1795306277003000)

static void
check_states(void)
{
	static const char *const words[RUN_STATE__MAX] = { "sent", "missed",
		"coalesced", "paused", "overlap", "due", "sending", "unknown",
		"created", "running", "succeeded", "failed", "canceled",
		"refused", "dead" };
	static const char open[] = " due sending unknown created running ";
	char spaced[32];
	enum run_state s;

	for (int i = 0; i < RUN_STATE__MAX; i++) {
		is_str(run_state_name((enum run_state)i), words[i],
		    "word of state %d", i);
		s = RUN_STATE__MAX;
		ok(run_state_parse(words[i], &s) == 0 && (int)s == i,
		    "%s is read back", words[i]);
		ok(strstr(RUN_STATE_NAMES, words[i]) != NULL,
		    "%s is among the words for people", words[i]);
		(void)snprintf(spaced, sizeof(spaced), " %s ", words[i]);
		is_int(run_state_is_final((enum run_state)i),
		    strstr(open, spaced) == NULL, "is %s final", words[i]);
	}
	s = RUN_MISSED;
	is_int(run_state_parse("lost", &s), -1, "an unknown word is refused");
	is_int(s, RUN_MISSED, "and leaves the state alone");
	is_int(run_state_parse("", &s), -1, "so is the empty word");
}

/* RFC 9562 section 5.7. */
static void
check_form(void)
{
	char id[RUN_ID_LEN + 1], head[16];

	run_make_id(NOW_US, id);
	is_int((long long)strlen(id), 36, "an id has 36 characters");
	ok(strspn(id, "0123456789abcdef-") == 36, "lower case: %s", id);
	ok(id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-',
	    "dashes at their places");
	ok(id[14] == '7', "version 7");
	ok(strchr("89ab", id[19]) != NULL, "variant 10");
	(void)snprintf(head, sizeof(head), "%08llx-%04llx",
	    (long long)(NOW_US / 1000) >> 16,
	    (long long)(NOW_US / 1000) & 0xffff);
	ok(strncmp(id, head, 13) == 0, "begins with the milliseconds %s", head);
}

static void
check_order(void)
{
	char a[RUN_ID_LEN + 1], b[RUN_ID_LEN + 1];
	int falls = 0, same = 0;

	run_make_id(NOW_US, a);
	for (int i = 1; i <= MANY; i++) {
		run_make_id(NOW_US + i * INT64_C(1000), b);
		falls += strcmp(a, b) >= 0;
		(void)memcpy(a, b, sizeof(a));
	}
	is_int(falls, 0, "ids of later milliseconds sort later");
	for (int i = 0; i < MANY; i++) {
		run_make_id(NOW_US, b);
		same += strcmp(a, b) == 0;
		(void)memcpy(a, b, sizeof(a));
	}
	is_int(same, 0, "ids of one millisecond differ");
}

static void
check_list(void)
{
	struct run_list l = { NULL, 0, 0 };
	struct run *r;
	bool is_zero = true;

	for (int i = 0; i < 40; i++) {
		if ((r = run_list_add(&l)) == NULL)
			break;
		is_zero = is_zero && r->id[0] == '\0' && r->queue == NULL &&
		    r->slot_us == 0;
		r->queue = strdup("q");
		r->slot_us = i;
	}
	is_int((long long)l.n, 40, "a list grows");
	ok(is_zero, "new rows are zeroed");
	is_int(l.v[39].slot_us, 39, "rows stay where they are");
	run_list_fini(&l);
	ok(l.v == NULL && l.n == 0 && l.cap == 0, "a finished list is empty");
	run_list_fini(&l);
}

int
main(void)
{
	check_states();
	check_form();
	check_order();
	check_list();
	return tap_done();
}
