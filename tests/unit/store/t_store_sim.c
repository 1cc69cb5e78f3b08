/* What a copy of a store counts while it is simulated on. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/sched/due_job.h"
#include "lib/sched/sched.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/store/sim.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define S CLOCK_US_PER_S
#define DAY (86400 * S)

static struct store *st;

static void
begin(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		exit(EXIT_FAILURE);
	}
}

/* A job of each minute whose first slot is at cursor_us; its number. */
static int64_t
add(const char *name, int64_t cursor_us, int64_t delay_us)
{
	struct job j;
	int64_t id;

	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup(name);
	j.trigger = strdup("interval;timezone=UTC;length_us=60000000;run_us=0");
	j.cursor_us = cursor_us;
	j.next_run_us = cursor_us + delay_us;
	(void)store_begin(st);
	(void)store_job_insert(st, &j);
	(void)store_commit(st);
	id = j.id;
	job_fini(&j);
	return id;
}

/* A row for count slots from slot_us, decided at decided_us. */
static struct run
row(int64_t job, enum run_state state, int64_t slot_us, int64_t decided_us)
{
	struct run r = {
		.job = job,
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t) "j",
		.slot_us = slot_us,
		.last_us = slot_us,
		.count = 1,
		.state = state,
		.decided_us = decided_us,
	};

	run_make_id(decided_us, r.id);
	return r;
}

static void
insert(int64_t job, enum run_state state, int64_t slot_us, int64_t decided_us)
{
	struct run r = row(job, state, slot_us, decided_us);

	is_int(store_run_insert(st, &r), STORE_OK, "a row is written");
}

static int
change(const char *sql)
{
	return sqlite3_exec(st->db, sql, NULL, NULL, NULL);
}

struct seen {
	const char *name;
	struct store_sim_job job;
	struct store_sim_count c;
	bool is_seen;
};

/* Look for one job's only count. */
static enum store_rc
look(void *arg, const struct store_sim_job *j)
{
	struct seen *s = arg;

	if (strcmp(j->job_id, s->name) != 0)
		return STORE_OK;
	s->is_seen = true;
	s->job = *j;
	if (j->ncounts > 0)
		s->c = j->counts[0];
	return STORE_OK;
}

static struct seen
find(const char *name)
{
	struct seen s = { .name = name };

	is_int(store_sim_jobs(st, look, &s), STORE_OK, "jobs are shown");
	return s;
}

static int64_t
total(const char *state)
{
	struct store_sim_count c[STORE_SIM_STATES];
	size_t n = 0;

	(void)store_sim_totals(st, c, &n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(c[i].state, state) == 0)
			return c[i].n;
	}
	return 0;
}

static void
check_counts(void)
{
	int64_t job, other;
	struct run more;
	struct seen s;

	begin();
	job = add("one", 100 * S, 0);
	other = add("two", 200 * S, 30 * S);
	(void)store_begin(st);
	insert(job, RUN_PAUSED, 40 * S, 41 * S);
	(void)store_commit(st);
	is_int(store_sim_begin(st), STORE_OK, "counting begins");
	is_int(total("paused"), 0, "what was before is not counted");
	(void)store_begin(st);
	more = row(job, RUN_PAUSED, 100 * S, 101 * S);
	more.count = 7;
	is_int(store_run_extend(st, &more), STORE_OK, "a range grows");
	is_int(total("paused"), 7, "by what it grew it counts");
	insert(job, RUN_MISSED, 200 * S, 900 * S);
	store_rollback(st);
	is_int(total("paused") + total("missed"), 0, "undone, not counted");
	(void)store_begin(st);
	insert(other, RUN_SENT, 200 * S, 231 * S);
	insert(other, RUN_SENT, 260 * S, 260 * S + S / 2);
	insert(0, RUN_SENT, 5, 6);
	(void)store_commit(st);
	is_int(total("sent"), 2, "a published message is nobody's slot");
	s = find("two");
	is_int(s.c.n, 2, "two runs");
	is_int(s.c.late, 1, "late from a second on, jitter apart");
	is_int(s.c.worst_us, S, "by so much");
	(void)store_begin(st);
	is_int(change("UPDATE run SET state = 'missed' WHERE state = 'sent'"),
	    0, "runs become another thing");
	(void)store_commit(st);
	is_int(total("sent"), 0, "they are counted there no more");
	is_int(total("missed"), 2, "but here");
	s = find("one");
	is_int(s.job.ncounts, 0, "nothing of the other");
	is_int(s.job.from_us, 100 * S, "where it began");
	is_int(store_sim_end(st), STORE_OK, "counting ends");
	(void)store_begin(st);
	insert(job, RUN_SENT, 300 * S, 300 * S);
	(void)store_commit(st);
	store_close(st);
}

static void
check_gone(void)
{
	int64_t job;
	struct seen s;

	begin();
	job = add("one", 100 * S, 0);
	(void)store_sim_begin(st);
	(void)store_begin(st);
	insert(job, RUN_SENT, 100 * S, 100 * S);
	(void)store_job_delete(st, job, 0, JOB_EXPIRED);
	(void)add("late", 0, 0);
	(void)store_commit(st);
	s = find("one");
	ok(s.is_seen && s.job.is_gone, "a job that ended is still told");
	is_int(s.c.n, 1, "with its run");
	ok(!find("late").is_seen, "one that came later is not");
	store_close(st);
}

/* Slots before the simulation are decided at once. */
static void
check_skip(const char *dir)
{
	struct job_list jobs = { NULL, 0, 0 };
	char path[512];
	struct conf *conf;
	struct sched s;
	struct run r = { .row = 0 };

	(void)snprintf(path, sizeof(path), "%s/minutehand.conf", dir);
	conf = conf_new(path, NULL);
	free(conf->store);
	conf->store = strdup(":memory:");
	conf->memory_store[0] = '\0';
	memset(&s, 0, sizeof(s));
	begin();
	s.conf = conf;
	s.clock = &clock_host;
	s.zones = tz_cache_new(NULL);
	s.stores[JOB_DURABLE] = st;
	(void)add("one", 120 * S, 0);
	(void)add("ahead", 2 * DAY, 0);
	is_int(sched_skip(&s, DAY, "for a test"), STORE_OK, "skipped");
	(void)store_job_list(st, NULL, &(struct store_job_cursor){ 0, 0 }, 9,
	    &jobs);
	is_int((int64_t)jobs.n, 2, "both are there");
	is_int(jobs.v[0].cursor_us, DAY, "one begins with the first slot");
	is_int(jobs.v[1].cursor_us, 2 * DAY, "the other stays");
	is_int(store_run_newest(st, &(struct store_run_at){ "q", "one", 0, 0 },
		   &r),
	    STORE_OK, "what was skipped has a row");
	is_int(r.count, 1438, "of all the slots");
	is_str(r.reason, "for a test", "that says why");
	is_int(r.last_us, DAY - 60 * S, "up to the last");
	run_fini(&r);
	job_list_fini(&jobs);
	tz_cache_free(s.zones);
	store_close(st);
	conf_free(conf);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	check_counts();
	check_gone();
	check_skip(tmp == NULL ? "/tmp" : tmp);
	return tap_done();
}
