/*
 * Which triggers a job had, and which slots were theirs (lib/store/history.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/store/prune.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/store/zone.h"
#include "tests/unit/tap.h"

/* Which triggers a job had, and which slots were theirs. */

static struct store *st;

/* The first row of a query, its columns joined by "|"; "" for none. */
static const char *
rows(const char *sql)
{
	static char out[512];
	sqlite3_stmt *q = NULL;
	size_t n = 0;
	const char *text;

	out[0] = '\0';
	(void)sqlite3_prepare_v2(st->db, sql, -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(q); i++) {
			text = (const char *)sqlite3_column_text(q, i);
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
			    n == 0     ? "" :
				i == 0 ? " " :
					 "|",
			    text == NULL ? "-" : text);
		}
	}
	(void)sqlite3_finalize(q);
	return out;
}

#define VERSIONS \
	"SELECT n, trigger, since_us, until_us, zone_stamp FROM history" \
	" WHERE job > 0 ORDER BY job, n"
#define SINCE "SELECT since_us FROM job"

/* A job without history, its first slot at 100. */
static int64_t
fresh_job(void)
{
	char queue[] = "q", name[] = "j", trigger[] = "t1";
	struct job j;

	(void)store_begin(st);
	(void)sqlite3_exec(st->db,
	    "DELETE FROM job; DELETE FROM history; DELETE FROM run;"
	    " DELETE FROM run_pruned; DELETE FROM job_gone",
	    NULL, NULL, NULL);
	job_init(&j);
	j.queue = queue;
	j.job_id = name;
	j.trigger = trigger;
	j.next_run_us = j.cursor_us = 100;
	(void)store_job_insert(st, &j);
	return j.id;
}

/* The slots before cursor_us are decided; a row says so. */
static void
decide(int64_t job, int64_t cursor_us)
{
	char queue[] = "q", name[] = "j";
	struct run r = { .job = job,
		.queue = queue,
		.job_id = name,
		.slot_us = cursor_us - 10,
		.last_us = cursor_us - 10,
		.count = 1,
		.decided_us = 1 };

	run_make_id(1, r.id);
	(void)store_run_insert(st, &r);
	(void)store_job_advance(st, job, cursor_us, cursor_us);
}

static void
check_change(void)
{
	int64_t job = fresh_job();

	is_str(rows(SINCE), "100", "a job's trigger begins with its cursor");
	is_str(rows(VERSIONS), "", "and needs no other row");
	is_int(store_history_change(st, job, "t2", 60, 70), STORE_OK,
	    "another one before the first slot");
	is_str(rows(VERSIONS), "", "leaves nothing");
	is_str(rows(SINCE), "70", "but its own beginning");
	decide(job, 110);
	is_int(store_history_change(st, job, "t1", 105, 120), STORE_OK,
	    "the same one again");
	is_str(rows(VERSIONS), "", "is no change");
	is_str(rows(SINCE), "70", "and begins when it began");
	(void)store_history_change(st, job, "t1", 30, 40);
	is_str(rows(SINCE), "40", "or earlier: the clock was set back");
	is_int(store_history_change(st, job, "t2", 105, 120), STORE_OK,
	    "one with slots that are decided");
	is_str(rows(VERSIONS), "1|t1|40|110|-", "is kept, up to the cursor");
	is_str(rows(SINCE), "120", "the next one begins");
	decide(job, 130);
	is_int(store_history_change(st, job, "t3", 140, 150), STORE_OK,
	    "slots that were told of as they were replaced");
	is_str(rows(VERSIONS), "1|t1|40|110|- 2|t1|120|140|-", "count");
	store_rollback(st);
}

/* A date that is past is to run: nothing before has decided its slot. */
static void
check_keep(void)
{
	int64_t job = fresh_job();

	decide(job, 110);
	is_int(store_history_change(st, job, "d", 200, 150), STORE_OK,
	    "a slot is kept for the new trigger");
	is_str(rows(VERSIONS), "1|t1|100|150|- 2|t1|151|200|-",
	    "the old one has those before it and behind");
	is_str(rows(SINCE), "150", "the new one begins with it");
	store_rollback(st);
	job = fresh_job();
	decide(job, 170);
	(void)store_history_change(st, job, "d", 200, 150);
	is_str(rows(VERSIONS), "1|t1|100|200|-", "one that was decided stays");
	store_rollback(st);
}

static void
check_rezone(void)
{
	int64_t job = fresh_job();

	(void)store_zone_note(st, "Test/Zone", 4711);
	decide(job, 110);
	is_int(store_history_rezone(st, job, "Test/Zone", 110, 115), STORE_OK,
	    "new zone data");
	is_str(rows(VERSIONS), "1|t1|100|110|4711",
	    "the stamp of the old tells that its slots cannot be had");
	is_str(rows(SINCE), "115", "new slots begin");
	is_int(store_history_rezone(st, job, "Test/Zone", 115, 118), STORE_OK,
	    "once more before a slot");
	is_str(rows(VERSIONS), "1|t1|100|110|4711", "leaves nothing");
	store_rollback(st);
}

static void
check_delete(void)
{
	int64_t job = fresh_job();

	is_int(store_job_delete(st, job, 50, "deleted"), STORE_OK,
	    "deleted before its first slot");
	is_str(rows(VERSIONS), "", "a job leaves no history");
	store_rollback(st);
	job = fresh_job();
	decide(job, 110);
	is_int(store_job_delete(st, job, 200, "deleted"), STORE_OK,
	    "deleted later");
	is_str(rows(VERSIONS), "1|t1|100|201|-", "it leaves its trigger");
	store_rollback(st);
	job = fresh_job();
	(void)sqlite3_exec(st->db, "UPDATE job SET since_us = NULL", NULL, NULL,
	    NULL);
	is_int(store_job_delete(st, job, 50, "deleted"), STORE_OK,
	    "one of a store of version 1");
	is_str(rows(VERSIONS), "1|t1|-|100|-", "has no beginning");
	store_rollback(st);
}

static void
prune(int64_t before_us)
{
	const struct store_prune p = { before_us, 0, 0, 100, 1000000,
		&clock_host };
	bool is_more;
	int64_t n = 0;

	is_int(store_prune_step(st, &p, &n, &is_more), STORE_OK, "pruned");
}

/* A version goes when no slot of it can be looked at any more. */
static void
check_prune(void)
{
	int64_t job = fresh_job();

	decide(job, 110);
	(void)store_history_change(st, job, "t2", 105, 120);
	decide(job, 130);
	decide(job, 140);
	is_str(rows(VERSIONS), "1|t1|100|110|-", "one version, three rows");
	(void)sqlite3_exec(st->db,
	    "UPDATE run SET decided_us = 9 WHERE slot_us > 100", NULL, NULL,
	    NULL);
	prune(5);
	is_str(rows(VERSIONS), "1|t1|100|110|-",
	    "its row went, but no later one");
	(void)sqlite3_exec(st->db,
	    "UPDATE run SET decided_us = 1 WHERE slot_us = 120", NULL, NULL,
	    NULL);
	prune(5);
	is_str(rows(VERSIONS), "", "a later row went");
	decide(job, 150);
	(void)store_job_delete(st, job, 150, "deleted");
	is_str(rows(VERSIONS), "1|t1|120|151|-", "the job went");
	(void)sqlite3_exec(st->db,
	    "UPDATE run SET decided_us = 1, job = job + (slot_us = 140)", NULL,
	    NULL, NULL);
	prune(5);
	is_str(rows("SELECT count(*) FROM history"), "0",
	    "with the last row of a job all of its versions go");
	store_rollback(st);
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
	check_change();
	check_keep();
	check_rezone();
	check_delete();
	check_prune();
	store_close(st);
	return tap_done();
}
