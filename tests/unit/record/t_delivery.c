/*
 * Runs on their way to Render: ids, states, fingerprints
 * (lib/record/delivery.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/record/delivery.h"
#include "lib/base/xid.h"
#include "tests/unit/tap.h"

/* 2026-11-22T00:11:17Z. */
#define NOW_US INT64_C(1795306277000000)

/* The first 32 bits of an xid are the seconds, five bits a digit. */
static void
check_xid(void)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	char a[XID_LEN + 1], b[XID_LEN + 1];
	int64_t bits = 0;
	int same = 0;

	xid_make(NOW_US, a);
	is_int((long long)strlen(a), XID_LEN, "an xid has 20 characters");
	is_int((long long)strspn(a, digits), XID_LEN, "of base32hex: %s", a);
	for (int i = 0; i < 7; i++)
		bits = bits << 5 | (strchr(digits, a[i]) - digits);
	is_int(bits >> 3, NOW_US / 1000000, "it begins with the seconds");
	ok(strchr("0g", a[19]) != NULL, "its last digit has one bit");
	xid_make(NOW_US + 1000000, b);
	ok(strcmp(a, b) < 0, "one of a later second sorts later");
	for (int i = 0; i < 2000; i++) {
		xid_make(NOW_US, b);
		same += strcmp(a, b) == 0;
		(void)memcpy(a, b, sizeof(a));
	}
	is_int(same, 0, "those of one second differ");
}

static void
check_words(void)
{
	enum delivery_ambiguous a;
	enum delivery_marker m;
	enum delivery_target t;

	for (int i = 0; i < DELIVERY_MARKER__MAX; i++)
		ok(delivery_marker_parse(delivery_marker_name(
					     (enum delivery_marker)i),
		       &m) == 0 &&
			(int)m == i,
		    "marker %d is read back", i);
	for (int i = 0; i < DELIVERY_AMBIGUOUS__MAX; i++)
		ok(delivery_ambiguous_parse(delivery_ambiguous_name(
						(enum delivery_ambiguous)i),
		       &a) == 0 &&
			(int)a == i,
		    "on_ambiguous %d is read back", i);
	ok(delivery_target_parse("render", &t) == 0 && t == DELIVERY_RENDER,
	    "render is a target");
	is_int(delivery_target_parse("kafka", &t), -1, "kafka is none");
	is_int(delivery_marker_parse("tattoo", &m), -1, "nor tattoo a marker");
	is_int(delivery_ambiguous_parse("guess", &a), -1, "nor guess a policy");
}

static void
check_command(void)
{
	static const char *const want[DELIVERY_MARKER__MAX] = {
		[DELIVERY_MARKER_NONE] = "node a.js",
		[DELIVERY_MARKER_COMMENT] = "node a.js # minutehand:job-1",
		[DELIVERY_MARKER_ENV] = "MINUTEHAND_RUN=job-1 node a.js",
	};
	struct delivery d = { .id = "job-1", .command = (char *)"node a.js" };
	struct buf b = BUF_INIT;

	for (int i = 0; i < DELIVERY_MARKER__MAX; i++) {
		d.marker = (enum delivery_marker)i;
		buf_reset(&b);
		delivery_command(&d, &b);
		is_str(buf_cstr(&b), want[i], "marker \"%s\"",
		    delivery_marker_name(d.marker));
	}
	buf_fini(&b);
}

/* Whose answers could be taken for each other. */
static void
check_twin(void)
{
	struct delivery a = { .id = "1",
		.service = (char *)"srv-a",
		.command = (char *)"x" },
			b = a;

	(void)strcpy(b.id, "2");
	ok(delivery_fingerprint(&a) == delivery_fingerprint(&b),
	    "one command, twins");
	b.marker = a.marker = DELIVERY_MARKER_ENV;
	ok(delivery_fingerprint(&a) != delivery_fingerprint(&b),
	    "not with marks");
	b.marker = a.marker = DELIVERY_MARKER_NONE;
	b.command = (char *)"y";
	ok(delivery_fingerprint(&a) != delivery_fingerprint(&b),
	    "another command");
	b.command = a.command;
	b.service = (char *)"srv-b";
	ok(delivery_fingerprint(&a) != delivery_fingerprint(&b),
	    "another service");
	a.service = (char *)"ab";
	a.command = (char *)"c";
	b.service = (char *)"a";
	b.command = (char *)"bc";
	ok(delivery_fingerprint(&a) != delivery_fingerprint(&b),
	    "place and command apart");
}

static void
check_status(void)
{
	static const struct {
		enum run_state state;
		const char *open, *over;
	} rows[] = {
		{ RUN_DUE, "pending", NULL },
		{ RUN_SENDING, "pending", NULL },
		{ RUN_UNKNOWN, "pending", "failed" },
		{ RUN_CREATED, "pending", NULL },
		{ RUN_RUNNING, "running", NULL },
		{ RUN_SUCCEEDED, NULL, "succeeded" },
		{ RUN_FAILED, NULL, "failed" },
		{ RUN_CANCELED, NULL, "canceled" },
		{ RUN_REFUSED, NULL, "failed" },
		{ RUN_DEAD, NULL, "failed" },
	};
	struct delivery d = { .run = 1 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		d.state = rows[i].state;
		d.next_us = 1;
		if (rows[i].open != NULL)
			is_str(delivery_status(&d), rows[i].open, "open %s",
			    run_state_name(d.state));
		d.next_us = DELIVERY_NEVER;
		if (rows[i].over != NULL)
			is_str(delivery_status(&d), rows[i].over, "over %s",
			    run_state_name(d.state));
	}
}

static void
check_list(void)
{
	struct delivery_list l = { NULL, 0, 0 };
	struct delivery *d;

	for (int i = 0; i < 40; i++) {
		if ((d = delivery_list_add(&l)) == NULL)
			break;
		d->service = strdup("srv-a");
		d->run = i;
	}
	is_int((long long)l.n, 40, "a list grows");
	is_int(l.v[39].run, 39, "rows stay where they are");
	delivery_list_fini(&l);
	ok(l.v == NULL && l.n == 0, "a finished list is empty");
}

int
main(void)
{
	check_xid();
	check_words();
	check_command();
	check_twin();
	check_status();
	check_list();
	return tap_done();
}
