/*
 * The zone data that jobs were computed by, and the pass after it changed
 * (lib/store/zone.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/store/zone.h"
#include "tests/unit/tap.h"

/* Zone data the jobs were computed by, and sweeps (lib/store/zone.h). */

static struct store *st;

/* "name stamp" or, during a sweep, "name stamp>target@swept", in order. */
static const char *
zones(void)
{
	static char text[512];
	struct zone_list l = { NULL, 0, 0 };
	size_t n = 0;

	text[0] = '\0';
	if (store_zone_list(st, &l) != STORE_OK)
		return "not listed";
	for (size_t i = 0; i < l.n; i++) {
		const struct zone_row *z = &l.v[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %lld",
		    i == 0 ? "" : "; ", z->name, (long long)z->stamp);
		if (z->is_pending)
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    ">%lld@%lld", (long long)z->target,
			    (long long)z->swept);
	}
	zone_list_fini(&l);
	return text;
}

static void
check_sweep(void)
{
	is_str(zones(), "", "no zones at first");
	(void)store_begin(st);
	is_int(store_zone_note(st, "Europe/Berlin", 11), STORE_OK, "noted");
	is_int(store_zone_note(st, "Asia/Tokyo", -7), STORE_OK, "another");
	is_int(store_zone_note(st, "Europe/Berlin", 12), STORE_OK,
	    "again, by other data");
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo -7; Europe/Berlin 11",
	    "what older jobs were computed by stays: a sweep is due to them");
	(void)store_begin(st);
	is_int(store_zone_swept(st, 99), STORE_OK, "without a sweep");
	is_int(store_zone_done(st), STORE_OK, "nor its end");
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo -7; Europe/Berlin 11", "nothing changes");
	(void)store_begin(st);
	is_int(store_zone_target(st, "Europe/Berlin", 13), STORE_OK, "begun");
	is_int(store_zone_target(st, "Mars/Base", 13), STORE_NOTFOUND,
	    "not for a zone nobody uses");
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo -7; Europe/Berlin 11>13@0",
	    "a sweep of one zone begins before the first job");
	(void)store_begin(st);
	(void)store_zone_swept(st, 40);
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo -7; Europe/Berlin 11>13@40",
	    "how far it is is kept");
	(void)store_begin(st);
	(void)store_zone_target(st, "Asia/Tokyo", 8);
	(void)store_zone_target(st, "Europe/Berlin", 14);
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo -7>8@0; Europe/Berlin 11>14@0",
	    "data that change again during it begin it again");
	(void)store_begin(st);
	(void)store_zone_swept(st, 41);
	store_rollback(st);
	is_str(zones(), "Asia/Tokyo -7>8@0; Europe/Berlin 11>14@0",
	    "what is rolled back was not swept");
	(void)store_begin(st);
	(void)store_zone_swept(st, 77);
	is_int(store_zone_done(st), STORE_OK, "ended");
	(void)store_commit(st);
	is_str(zones(), "Asia/Tokyo 8; Europe/Berlin 14",
	    "then the jobs follow the new data, in all zones");
}

static int64_t
add_job(const char *job_id, enum job_state state, int64_t cursor_us)
{
	struct job j;
	int64_t id;

	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup(job_id);
	j.trigger = strdup("text");
	j.state = state;
	j.cursor_us = cursor_us;
	(void)store_begin(st);
	is_int(store_job_insert(st, &j), STORE_OK, "job %s", job_id);
	(void)store_commit(st);
	id = j.id;
	job_fini(&j);
	return id;
}

/* Jobs by number, in batches, with what a sweep needs of them. */
static void
check_jobs(void)
{
	struct job_list l = { NULL, 0, 0 };
	int64_t a = add_job("a", JOB_ACTIVE, 100),
		b = add_job("b", JOB_PAUSED, JOB_NEVER),
		c = add_job("c", JOB_QUARANTINED, 0);

	ok(a < b && b < c, "numbers ascend");
	is_int(store_zone_jobs(st, 0, 2, &l), STORE_OK, "the first batch");
	ok(l.n == 2 && l.v[0].id == a && l.v[1].id == b, "the first two");
	ok(l.v[0].cursor_us == 100 && l.v[1].cursor_us == JOB_NEVER,
	    "their cursors");
	ok(l.v[0].state == JOB_ACTIVE && l.v[1].state == JOB_PAUSED,
	    "their states");
	is_str(l.v[0].job_id, "a", "the name");
	is_str(l.v[0].queue, "q", "the queue");
	is_str(l.v[0].trigger, "text", "the trigger");
	ok(l.v[0].args == NULL && l.v[0].kwargs == NULL,
	    "and no more than that");
	is_int(store_zone_jobs(st, b, 2, &l), STORE_OK, "the second batch");
	ok(l.n == 3 && l.v[2].id == c && l.v[2].state == JOB_QUARANTINED,
	    "is added, from above the number on");
	is_int(store_zone_jobs(st, c, 2, &l), STORE_OK, "the end");
	is_int((long long)l.n, 3, "adds nothing");
	job_list_fini(&l);
	ok(l.v == NULL && l.n == 0 && l.cap == 0, "a freed list is empty");
}

/* The last slot in the ledger, ranges to their end. */
static void
check_decided(void)
{
	struct run r = { .id = "r1",
		.job = 5,
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t) "a",
		.slot_us = 10,
		.last_us = 30,
		.count = 3,
		.state = RUN_MISSED };
	int64_t v = -1;

	is_int(store_zone_decided(st, 5, &v), STORE_NOTFOUND, "no row yet");
	is_int(v, -1, "the value stays");
	is_int(store_run_decided(st, 5, &v), STORE_OK,
	    "the ledger's own question is no error");
	is_int(v, -1, "and leaves the value, too");
	(void)store_begin(st);
	(void)store_run_insert(st, &r);
	(void)snprintf(r.id, sizeof(r.id), "r2");
	r.slot_us = r.last_us = 5;
	(void)store_run_insert(st, &r);
	(void)store_commit(st);
	is_int(store_zone_decided(st, 5, &v), STORE_OK, "with rows");
	is_int(v, 30, "the end of the last range");
	(void)store_run_decided(st, 5, &v);
	is_int(v, 30, "so for both");
	is_int(store_zone_decided(st, 6, &v), STORE_NOTFOUND, "another job's");
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_sweep();
	check_jobs();
	check_decided();
	store_close(st);
	return tap_done();
}
