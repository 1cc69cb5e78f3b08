/* Slots that will never run get one row (lib/sched/sched_int.h). */
#include "lib/sched/sched_int.h"
#include "lib/store/run.h"
#include "tests/unit/rig.h"

/* Slots that will never run are told in one row (lib/sched/sched_int.h). */

static struct rig r;

/* Account the slots of a job each minute from 2030, its cursor at `cursor`. */
static enum store_rc
account(struct job *j, int cursor, int until, const char *reason)
{
	struct store *st = sched_store(&r.s, JOB_DURABLE);
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_from_spec(j->trigger, r.s.zones, &fs);
	const struct ledger_entry e = { .job = j,
		.trigger = t,
		.reason = reason,
		.now_us = RIG_2030 + until * RIG_S };
	enum store_rc rc;

	j->cursor_us = RIG_2030 + cursor * RIG_S;
	(void)store_begin(st);
	rc = sched_account(st, &e, RIG_2030 + until * RIG_S);
	rc = sched_end(st, rc);
	trigger_free(t);
	return rc;
}

/* The newest row as "state first..last xcount (reason)", or "none". */
static const char *
newest(const struct job *j)
{
	const struct store_run_at at = { .queue = j->queue,
		.job_id = j->job_id };
	static char text[256];
	struct run run = { .row = 0 };

	if (store_run_newest(sched_store(&r.s, JOB_DURABLE), &at, &run) !=
	    STORE_OK)
		return "none";
	(void)snprintf(text, sizeof(text), "%s %lld..%lld x%lld (%s)",
	    run_state_name(run.state),
	    (long long)((run.slot_us - RIG_2030) / RIG_S),
	    (long long)((run.last_us - RIG_2030) / RIG_S), (long long)run.count,
	    run.reason == NULL ? "-" : run.reason);
	run_fini(&run);
	return text;
}

static const struct {
	const char *what;
	int cursor, until;
	enum job_state state;
	const char *job_reason, *reason;
	const char *want; /* NULL: as it was */
} cases[] = {
	{ "no slot before the first", 0, -1, JOB_ACTIVE, NULL, "x", "none" },
	{ "the first alone", 0, 0, JOB_ACTIVE, NULL, "replaced by web",
	    "missed 0..0 x1 (replaced by web)" },
	{ "up to just before the next", 60, 119, JOB_ACTIVE, NULL, NULL,
	    "missed 60..60 x1 (-)" },
	{ "the end is included", 120, 240, JOB_ACTIVE, NULL, "deleted by me",
	    "missed 120..240 x3 (deleted by me)" },
	{ "a paused job's are paused, for its own reason", 300, 420, JOB_PAUSED,
	    "by owner", "deleted by me", "paused 300..420 x3 (by owner)" },
	{ "a paused job without a reason", 480, 480, JOB_PAUSED, NULL, "x",
	    "paused 480..480 x1 (-)" },
	{ "a slot that was decided before stays, those behind it are told", 480,
	    600, JOB_ACTIVE, NULL, "x", "missed 540..600 x2 (x)" },
	{ "a cursor ahead", 1200, 900, JOB_ACTIVE, NULL, "x", NULL },
};

static void
check_cases(struct job *j)
{
	char before[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(before, sizeof(before), "%s", newest(j));
		j->state = cases[i].state;
		free(j->reason);
		j->reason = cases[i].job_reason == NULL ?
		    NULL :
		    strdup(cases[i].job_reason);
		is_int(account(j, cases[i].cursor, cases[i].until,
			   cases[i].reason),
		    STORE_OK, "%s: done", cases[i].what);
		is_str(newest(j),
		    cases[i].want == NULL ? before : cases[i].want, "%s",
		    cases[i].what);
	}
}

/* sched_end: a commit only of what went well. */
static void
check_end(void)
{
	struct store *st = sched_store(&r.s, JOB_DURABLE);
	const char *rows = "SELECT count(*) FROM audit WHERE action = 'x'";

	(void)store_begin(st);
	(void)sched_audit(&r.s, st, "x", NULL, NULL);
	is_int(sched_end(st, STORE_LIMIT), STORE_LIMIT, "what went wrong");
	ok(!store_in_transaction(st), "is rolled back");
	is_int(rig_ask(r.conf->store, rows), 0, "nothing of it is there");
	(void)store_begin(st);
	(void)sched_audit(&r.s, st, "x", "q", "j");
	is_int(sched_end(st, STORE_OK), STORE_OK, "what went well");
	is_int(rig_ask(r.conf->store, rows), 1, "is committed");
	(void)store_begin(st);
	is_int(sched_end(st, STORE_CONFLICT), STORE_CONFLICT,
	    "a conflict is told once what stands in the way is on the disk");
	ok(!store_in_transaction(st), "and rolled back");
}

int
main(void)
{
	static const struct rig_job what = { JOB_DURABLE, "q", "j", "interval",
		"seconds", "60" };
	struct job j;

	folder_init("t_sched_account");
	folder_quiet();
	rig_open(&r, "");
	job_init(&j);
	is_int(rig_add(&r, &what), STORE_OK, "a job each minute");
	(void)sched_get(&r.s, JOB_DURABLE, "q", "j", &j);
	check_cases(&j);
	check_end();
	job_fini(&j);
	rig_close(&r);
	folder_fini();
	return tap_done();
}
