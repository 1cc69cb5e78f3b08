/*
 * A slot of a job for Render becomes a run and a delivery
 * (lib/sched/handover.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/sched/handover.h"
#include "lib/record/job.h"
#include "lib/store/delivery.h"
#include "lib/store/run.h"
#include "tests/unit/tap.h"

/* What a slot becomes that goes to an outside target. */

#define S INT64_C(1000000)
#define ALL 100

static struct store *st;

/* Move the run named id to state, with its next look at next_us. */
static enum store_rc
move(const char *id, enum run_state state, int64_t next_us)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc;

	(void)store_begin(st);
	rc = store_delivery_get(st, id, &d);
	d.state = state;
	d.next_us = next_us;
	if (rc == STORE_OK)
		rc = store_delivery_move(st, &d);
	(void)store_commit(st);
	delivery_fini(&d);
	return rc;
}

static void
check_target(void)
{
	static const struct {
		const char *render;
		enum store_rc rc;
		enum delivery_marker marker;
		enum delivery_ambiguous ambiguous;
		const char *plan;
	} rows[] = {
		{ "{\"serviceId\":\"srv-a\",\"startCommand\":\"x y\"}",
		    STORE_OK, DELIVERY_MARKER_NONE, DELIVERY_AMBIGUOUS_RETRY,
		    "" },
		{ "{\"serviceId\":\"srv-a\",\"startCommand\":\"x y\","
		  "\"planId\":\"plan-srv-006\",\"marker\":\"env\","
		  "\"on_ambiguous\":\"skip\"}",
		    STORE_OK, DELIVERY_MARKER_ENV, DELIVERY_AMBIGUOUS_SKIP,
		    "plan-srv-006" },
		{ "{\"serviceId\":\"srv-a\",\"startCommand\":\"x y\","
		  "\"planId\":\"\"}",
		    STORE_OK, DELIVERY_MARKER_NONE, DELIVERY_AMBIGUOUS_RETRY,
		    "" },
		{ "{\"serviceId\":\"srv-a\"}", STORE_CONFLICT, 0, 0, "" },
		{ "{\"startCommand\":\"x\"}", STORE_CONFLICT, 0, 0, "" },
		{ "{\"serviceId\":\"srv-a\",\"startCommand\":\"x y\","
		  "\"marker\":\"ink\"}",
		    STORE_CONFLICT, 0, 0, "" },
		{ "no JSON", STORE_CONFLICT, 0, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct delivery d = { .run = 0 };

		is_int(store_delivery_target(st, rows[i].render, &d),
		    rows[i].rc, "read %s", rows[i].render);
		if (rows[i].rc == STORE_OK) {
			is_str(d.service, "srv-a", "its service");
			is_str(d.command, "x y", "its command");
			is_str(d.plan == NULL ? "" : d.plan, rows[i].plan,
			    "its plan");
			is_int(d.marker, rows[i].marker, "its marker");
			is_int(d.on_ambiguous, rows[i].ambiguous, "its policy");
		}
		delivery_fini(&d);
	}
}

/* A job's slot becomes a run that is due, or an overlap, never a message. */
static void
check_handover(void)
{
	struct delivery t = { .run = 0 }, d = { .run = 0 };
	struct run r = { .job = 7,
		.queue = (char *)"q",
		.job_id = (char *)"j",
		.slot_us = 10,
		.last_us = 10,
		.count = 1,
		.decided_us = 20 };
	struct handover h = { .priority = 0 };
	char first[RUN_ID_LEN + 1];
	struct run got = { .row = 0 };
	struct job j;

	job_init(&j);
	j.id = 7;
	j.render = (char *)"{\"serviceId\":\"srv-h\",\"startCommand\":\"x\"}";
	j.retry.max_attempts = 3;
	j.retry.cap_us = 9 * S;
	is_int(handover_of_job(st, &j, &t, &h), STORE_OK, "a job's target");
	(void)store_begin(st);
	is_int(handover_run(st, &r, &h), STORE_OK, "its slot is handed over");
	is_int(r.state, RUN_DUE, "and due");
	ok(strncmp(r.id, "job-", 4) == 0 && strlen(r.id) == 24,
	    "with an id in Render's form: %s", r.id);
	(void)strcpy(first, r.id);
	is_int(handover_run(st, &r, &h), STORE_CONFLICT, "but once");
	r.id[0] = '\0';
	r.slot_us = r.last_us = 12;
	is_int(handover_run(st, &r, &h), STORE_OK, "the next slot");
	(void)store_commit(st);
	is_int(store_run_get(st, r.id, &got), STORE_OK, "has a row");
	is_int(got.state, RUN_OVERLAP, "of an overlap");
	ok(got.reason != NULL && strstr(got.reason, first) != NULL,
	    "that names the run in its way: %s", got.reason);
	run_fini(&got);
	is_int(store_delivery_get(st, r.id, &d), STORE_NOTFOUND,
	    "and goes nowhere");
	is_int(store_delivery_get(st, first, &d), STORE_OK, "the first does");
	is_int(d.retry.max_attempts, 3, "with the attempts of its job");
	is_int(d.retry.cap_us, 9 * S, "and the cap");
	is_int(d.retry.base_us, 1 * S, "and the rest by default");
	is_int(d.due_us, 20, "due since it was decided");
	is_int(d.job, 7, "of its job");
	delivery_fini(&d);
	is_int(move(first, RUN_SUCCEEDED, DELIVERY_NEVER), STORE_OK, "it ends");
	(void)store_begin(st);
	r.id[0] = '\0';
	r.slot_us = r.last_us = 13;
	is_int(handover_run(st, &r, &h), STORE_OK, "the slot after its end");
	is_int(r.state, RUN_DUE, "is due");
	(void)store_commit(st);
	is_int(move(r.id, RUN_CANCELED, DELIVERY_NEVER), STORE_OK, "gone");
	delivery_fini(&t);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_target();
	check_handover();
	store_close(st);
	return tap_done();
}
