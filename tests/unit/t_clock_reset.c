/*
 * A clock that was 30 days ahead for a while, and set right: what it decided is
 * taken back, nothing runs twice, and the ledger is whole.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/audit_walk.h"
#include "lib/clock.h"
#include "lib/sched_clock.h"
#include "lib/store_log.h"
#include "tests/unit/clock.h"
#include "tests/unit/rig.h"
#include "ticker/claim.h"

#define MINUTE (60 * RIG_S)
#define DAY (1440 * MINUTE)
#define AHEAD (30 * DAY)

static struct rig r;
static struct claim claim;

static struct store *
store(void)
{
	return r.s.stores[JOB_DURABLE];
}

static int64_t
ask(const char *sql)
{
	return rig_ask(r.conf->store, sql);
}

/* What a tick does at that instant. */
static void
tick(int64_t at_us)
{
	int64_t next = 0;

	now = at_us;
	(void)store_begin(store());
	(void)store_mark_raise(store(), now);
	(void)store_commit(store());
	for (int k = 0; k < JOB_KIND__MAX; k++)
		while (store_job_next(r.s.stores[k], &next) == STORE_OK &&
		    next <= now &&
		    claim_batch(&claim, r.s.stores[k], now) == STORE_OK)
			continue;
}

static void
on_finding(void *cookie, const struct audit_news *n)
{
	(void)cookie;
	printf("# %s: %s of %s, %lld..%lld\n", n->queue,
	    audit_kind_name(n->f->kind), n->job_id,
	    (long long)(n->f->first_us - RIG_2030) / RIG_S,
	    (long long)(n->f->last_us - RIG_2030) / RIG_S);
}

static void
check_audit(const char *what)
{
	const struct audit_opts o = { .zones = r.s.zones,
		.since_us = INT64_MIN,
		.tell = on_finding };
	struct audit_sum sum = { .jobs = 0 };

	is_int(audit_walk(store(), &o, &sum), STORE_OK, "%s: audited", what);
	is_int(sum.findings[0] + sum.findings[1] + sum.findings[2], 0,
	    "%s: the ledger is whole", what);
}

/* What is to come runs, what ran ahead of time does not again. */
static void
check_onwards(void)
{
	struct sched_clock c = { .is_dry = false };
	int64_t sent = ask("SELECT count(*) FROM message");

	is_int(ask("SELECT next_run_us FROM job WHERE job_id = 'minute'"),
	    RIG_2030 + 11 * MINUTE, "a minute later");
	for (int i = 11; i <= 15; i++)
		tick(RIG_2030 + i * MINUTE + RIG_S);
	is_int(ask("SELECT count(*) FROM message"), sent + 5, "it runs again");
	check_audit("and on");
	/* Up to and past the slots that ran already. */
	tick(RIG_2030 + AHEAD + 5 * MINUTE + RIG_S);
	sent = ask("SELECT count(*) FROM message");
	for (int i = 6; i <= 9; i++)
		tick(RIG_2030 + AHEAD + i * MINUTE + RIG_S);
	is_int(ask("SELECT count(*) FROM message"), sent + 1,
	    "three of four ran before, and not again");
	is_int(ask("SELECT count(*) - count(DISTINCT job * 1e9 + slot_us / 1e6)"
		   " FROM run"),
	    0, "no slot twice");
	check_audit("past it");
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "once more");
	is_int(c.ahead_us, 0, "has nothing to do");
}

int
main(void)
{
	static const struct rig_job jobs[] = {
		{ JOB_DURABLE, "q", "minute", "interval", "seconds", "60" },
		{ JOB_DURABLE, "q", "daily", "cron", "hour", "3" },
		{ JOB_DURABLE, "q", "yearly", "cron", "month", "7" },
		{ JOB_MEMORY, "q", "memory", "interval", "seconds", "60" },
	};
	struct sched_clock c = { .is_dry = true };
	struct sched_health h;

	folder_init("t_clock_reset");
	rig_open(&r, "");
	r.s.clock = &clock_test;
	claim = (struct claim){ .clock = &clock_test,
		.zones = r.s.zones,
		.conf = r.conf };
	now = RIG_2030;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		is_int(rig_add(&r, &jobs[i]), STORE_OK, "%s", jobs[i].job_id);
	for (int i = 1; i <= 5; i++)
		tick(RIG_2030 + i * MINUTE + RIG_S);
	for (int i = 6; i <= 8; i++)
		tick(RIG_2030 + AHEAD + i * MINUTE + RIG_S);
	rig_meddle(r.conf->store,
	    "UPDATE message SET state = 1, lease = 'x', until_us = "
	    "1893456000000000 + 30 * 86400000000 + 600000000 "
	    "WHERE id = (SELECT min(id) FROM message)");
	/* The clock is right again. */
	now = RIG_2030 + 10 * MINUTE;
	(void)sched_health(&r.s, now, &h);
	ok(h.is_late && h.ahead_us > AHEAD - DAY, "late, and ahead");
	check_audit("ahead");
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "a look");
	ok(c.jobs == 3 && c.messages == 1, "%lld jobs, %lld messages",
	    (long long)c.jobs, (long long)c.messages);
	(void)sched_health(&r.s, now, &h);
	ok(h.ahead_us > 0, "changes nothing");
	c = (struct sched_clock){ .is_dry = false };
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "brought back");
	is_int(c.jobs, 3, "three jobs: one was not ahead");
	is_int(c.kept, 7, "what ran ahead of time");
	(void)sched_health(&r.s, now, &h);
	is_int(h.ahead_us, 0, "nothing lies ahead");
	is_int(ask("SELECT count(*) FROM audit "
		   "WHERE action = 'job.clock-reset'"),
	    2, "a row of the audit for each");
	is_int(ask("SELECT count(*) FROM audit "
		   "WHERE action = 'queue.clock-reset' AND queue = 'q'"),
	    1, "and for the queue");
	ok(ask("SELECT max(until_us) FROM message") <= now + 60 * MINUTE,
	    "the lease ends soon");
	check_audit("brought back");
	check_onwards();
	buf_fini(&claim.scratch);
	rig_close(&r);
	folder_fini();
	return tap_done();
}
