/* What why gathers from the stores (lib/sched/sched.h). */
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "tests/unit/rig.h"

/*
 * What sched_why gathers: from which store, in which zone, for which span.
 * The answers themselves are t_why's, the sentences t_why_words'.
 */

#define FORMS \
	": write it as 2030-12-03 15:00:00, as 2030-12-03T15:00:00Z or with " \
	"an offset such as +01:00"

static struct rig r;

static const struct rig_job durable = { JOB_DURABLE, "q", "d", "interval",
	"seconds", "60" };
static const struct rig_job memory = { JOB_MEMORY, "q", "m", "interval",
	"seconds", "60" };
/* In New York, 07:30 there: five hours behind UTC on 2030-01-01. */
static const struct rig_job zoned = { JOB_DURABLE, "q", "z", "date", "run_date",
	"2030-01-01T07:30:00-05:00" };

/* Ask at text, now being 2030-01-01T00:10; the answer's name, or the rc. */
static const char *
ask(const char *job_id, const char *text, struct why *w)
{
	static const char *const rcs[] = { "ok", "notfound", "conflict",
		"limit", "busy", "full", "error" };
	const char *bad = NULL;
	enum store_rc rc;

	*w = (struct why){ .queue = "q", .job_id = job_id, .kind = SCHED_ANY };
	job_init(&w->job);
	rc = sched_why(&r.s, w, text, RIG_2030 + 600 * RIG_S, &bad);
	if (rc == STORE_CONFLICT)
		return bad;
	return rc == STORE_OK ? why_name(w->out.answer) : rcs[rc];
}

/* One row of a job's ledger: slots in seconds after 2030. */
static void
row(enum job_kind kind, const char *job_id, const int slots[2],
    enum run_state state)
{
	struct store *st = sched_store(&r.s, kind);
	struct run run = {
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t)job_id,
		.slot_us = RIG_2030 + slots[0] * RIG_S,
		.last_us = RIG_2030 + slots[1] * RIG_S,
		.count = 1 + (slots[1] - slots[0]) / 60,
		.state = state,
		.decided_us = RIG_2030 + slots[1] * RIG_S + 1,
	};
	struct job j;

	job_init(&j);
	(void)sched_get(&r.s, kind, "q", job_id, &j);
	run.job = j.id;
	(void)snprintf(run.id, sizeof(run.id), "%s-%d", job_id, slots[0]);
	(void)store_begin(st);
	is_int(store_run_insert(st, &run), STORE_OK, "row %s", run.id);
	(void)store_job_advance(st, j.id, run.last_us + 60 * RIG_S,
	    run.last_us + 60 * RIG_S);
	(void)store_commit(st);
	job_fini(&j);
}

static const struct {
	const char *job_id, *at, *want;
} asked[] = {
	{ "d", "2030-01-01T00:00:00Z", "ran" },
	{ "d", "2030-01-01 00:01:00", "missed" },
	{ "d", "2030-01-01T00:03:00Z", "missed" },
	{ "d", "2030-01-01T00:01:30Z", "no_slot" },
	{ "d", "2030-01-01T00:04:00Z", "due" },
	{ "d", "2030-01-01T00:10:00Z", "due" },
	{ "d", "2030-01-01T00:11:00Z", "will_fire" },
	{ "d", "2029-12-31T23:59:00Z", "before_job" },
	{ "m", "2030-01-01T00:00:00Z", "coalesced" },
	{ "m", "2030-01-01T00:11:00Z", "will_fire" },
	/*
	 * Without a fraction the whole second is meant; with one, that instant.
	 */
	{ "z", "2030-01-01T12:30:00Z", "will_fire" },
	{ "z", "2030-01-01T12:30:00.5Z", "exhausted" },
	{ "z", "2030-01-01T12:29:59Z", "no_slot" },
	{ "d", "2030-01-01T00:00:00.000001Z", "no_slot" },
	{ "d", "2030-01-01T01:00:00+01:00", "ran" },
	{ "none", "2030-01-01T00:00:00Z", "notfound" },
	{ "D", "2030-01-01T00:00:00Z", "notfound" },
	{ "d", "tomorrow", "Invalid date string" FORMS },
	{ "d", "2030-02-30",
	    "day is out of range for month: write it as "
	    "2030-12-03T15:00:00+01:00" },
	{ "d", "", "Invalid date string" FORMS },
};

static void
check_asked(void)
{
	struct why w;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		is_str(ask(asked[i].job_id, asked[i].at, &w), asked[i].want,
		    "job %s at '%s'", asked[i].job_id, asked[i].at);
		sched_why_fini(&w);
	}
}

/* Everything a sentence needs is there. */
static void
check_gathered(void)
{
	struct why w;

	(void)ask("d", "2030-01-01T00:02:00Z", &w);
	is_str(w.row.id, "d-60", "the row that covers the slot");
	is_int(w.row.count, 3, "with its count");
	ok(w.job.id != 0 && w.newest.queue == NULL,
	    "the job; and no newest row, since there is one here");
	is_int(w.out.slot_us, RIG_2030 + 120 * RIG_S, "the slot");
	is_str(tz_name(w.zone), "UTC", "the job's zone");
	sched_why_fini(&w);
	ok(w.job.queue == NULL && w.row.queue == NULL, "freed, it is empty");
	(void)ask("m", "2030-01-01T00:11:00Z", &w);
	is_int(w.job.kind, JOB_MEMORY, "a job of the memory store");
	is_str(w.newest.id, "m-0", "its newest row, when none is there");
	sched_why_fini(&w);
	sched_why_fini(&w);
	ok(true, "freeing twice does no harm");
}

/* Times without an offset are in the job's zone. */
static void
check_zone(void)
{
	const struct trigger_field f[] = { { "run_date", "2030-01-01 07:30" },
		{ "timezone", "America/New_York" } };
	const struct trigger_env env = { r.s.zones, "UTC", RIG_2030, false };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new("date", f, 2, &env, &fs);
	struct buf spec = BUF_INIT;
	struct job j;
	struct why w;

	trigger_spec(t, &spec);
	trigger_free(t);
	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup("ny");
	j.trigger = buf_take(&spec);
	is_int(sched_add(&r.s, &j, false, RIG_2030), STORE_OK, "a job");
	job_fini(&j);
	is_str(ask("ny", "2030-01-01 07:30", &w), "will_fire",
	    "07:30 is meant in New York");
	is_str(tz_name(w.zone), "America/New_York", "which is told");
	is_int(w.at_us, RIG_2030 + (12 * 3600 + 1800) * RIG_S,
	    "that is 12:30 UTC");
	sched_why_fini(&w);
	is_str(ask("ny", "2030-01-01 12:30Z", &w), "will_fire",
	    "an offset is heeded");
	sched_why_fini(&w);
}

static void
check_switches(void)
{
	struct why w;

	(void)sched_queue_set_paused(&r.s, "q", true);
	is_str(ask("d", "2030-01-01T00:11:00Z", &w), "queue_paused",
	    "the switch of the queue");
	ok(strncmp(buf_cstr(&w.hold), "queue paused by tester", 22) == 0,
	    "is told, and whose it is");
	sched_why_fini(&w);
	is_str(ask("m", "2030-01-01T00:11:00Z", &w), "queue_paused",
	    "for a memory job, too");
	sched_why_fini(&w);
	(void)sched_pause(&r.s, SCHED_ANY, "q", "d", NULL);
	is_str(ask("d", "2030-01-01T00:11:00Z", &w), "job_paused",
	    "the job's own switch first");
	ok(strncmp(w.job.reason, "by tester since ", 16) == 0,
	    "with its reason");
	sched_why_fini(&w);
	(void)sched_queue_set_paused(&r.s, "q", false);
}

/* The ledger outlives the job; a trigger may become unreadable. */
static void
check_gone(void)
{
	struct why w;

	rig_meddle(r.conf->store,
	    "UPDATE job SET trigger = 'nonsense' WHERE job_id = 'd'");
	is_str(ask("d", "2030-01-01T00:00:00Z", &w), "ran",
	    "a trigger nobody can read: the ledger still counts");
	is_str(tz_name(w.zone), "UTC", "in the default zone");
	sched_why_fini(&w);
	is_str(ask("d", "2030-01-01T00:11:00Z", &w), "quarantined",
	    "else the job is out of the schedule");
	sched_why_fini(&w);
	(void)sched_delete(&r.s, SCHED_ANY, "q", "d");
	is_str(ask("d", "2030-01-01T00:00:00Z", &w), "ran",
	    "a deleted job's rows are found by its name");
	is_int(w.job.id, 0, "there is no job");
	sched_why_fini(&w);
	is_str(ask("d", "2030-01-01T05:00:00Z", &w), "gone", "no row there");
	is_str(w.newest.id, "d-60", "the newest is told");
	sched_why_fini(&w);
	(void)sched_delete(&r.s, SCHED_ANY, "q", "m");
	is_str(ask("m", "2030-01-01T00:00:00Z", &w), "coalesced",
	    "the memory store's ledger is searched, too");
	sched_why_fini(&w);
	(void)sched_delete(&r.s, SCHED_ANY, "q", "ny");
	is_str(ask("ny", "2030-01-01T00:00:00Z", &w), "notfound",
	    "a job that left no row is not known");
	sched_why_fini(&w);
}

/* A name used again: rows of the old job are told with the new one. */
static void
check_again(void)
{
	struct why w;

	(void)rig_add(&r, &durable);
	is_str(ask("d", "2030-01-01T00:00:00Z", &w), "ran",
	    "rows of an earlier job of the name");
	sched_why_fini(&w);
	rig_meddle(r.conf->store,
	    "INSERT INTO run_pruned SELECT id, 'q', 'sent', 1, 1, 0,"
	    " 1893456180000000 FROM job WHERE job_id = 'd';"
	    "DELETE FROM run WHERE queue = 'q'");
	is_str(ask("d", "2030-01-01T00:03:00Z", &w), "due",
	    "an undecided slot is due whatever was pruned");
	is_int(w.pruned_us, RIG_2030 + 180 * RIG_S, "which is told as well");
	sched_why_fini(&w);
}

int
main(void)
{
	folder_init("t_sched_why");
	folder_quiet();
	rig_open(&r, "");
	is_int(rig_add(&r, &durable), STORE_OK, "a durable job");
	is_int(rig_add(&r, &memory), STORE_OK, "a memory job");
	is_int(rig_add(&r, &zoned), STORE_OK, "one that fires once");
	row(JOB_DURABLE, "d", (const int[2]){ 0, 0 }, RUN_SENT);
	row(JOB_DURABLE, "d", (const int[2]){ 60, 180 }, RUN_MISSED);
	row(JOB_MEMORY, "m", (const int[2]){ 0, 0 }, RUN_COALESCED);
	check_asked();
	check_gathered();
	check_zone();
	check_switches();
	check_gone();
	check_again();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
