/* The ledger of both stores, and replays (lib/sched/sched.h). */
#include "lib/store/run.h"
#include "tests/unit/rig.h"

/* The ledger of both stores and replays (lib/sched/sched.h). */

static struct rig r;

/* A row put straight into a store: slot in seconds after 2030. */
static const struct row {
	enum job_kind store;
	const char *queue, *job_id;
	int slot;
	enum run_state state;
} rows[] = {
	{ JOB_DURABLE, "q", "a", 10, RUN_SENT },
	{ JOB_DURABLE, "q", "a", 20, RUN_MISSED },
	{ JOB_MEMORY, "q", "m", 20, RUN_SENT },
	{ JOB_MEMORY, "q", "m", 30, RUN_PAUSED },
	{ JOB_DURABLE, "p", "b", 30, RUN_SENT },
	{ JOB_DURABLE, "q", "a", 40, RUN_COALESCED },
	{ JOB_MEMORY, "q", "m", 50, RUN_SENT },
};

static int64_t
job_number(enum job_kind kind, const char *queue, const char *job_id)
{
	struct job j;
	int64_t id;

	job_init(&j);
	(void)sched_get(&r.s, kind, queue, job_id, &j);
	id = j.id;
	job_fini(&j);
	return id;
}

/* Put rows into the ledgers, their ids being "store-job-slot". */
static void
fill(void)
{
	(void)rig_add_at(&r, JOB_DURABLE, (const char *[]){ "q", "a" }, 59);
	(void)rig_add_at(&r, JOB_DURABLE, (const char *[]){ "p", "b" }, 59);
	(void)rig_add_at(&r, JOB_MEMORY, (const char *[]){ "q", "m" }, 59);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *w = &rows[i];
		struct store *st = sched_store(&r.s, w->store);
		struct run run = {
			.job = job_number(w->store, w->queue, w->job_id),
			.queue = (char *)(uintptr_t)w->queue,
			.job_id = (char *)(uintptr_t)w->job_id,
			.slot_us = RIG_2030 + w->slot * RIG_S,
			.last_us = RIG_2030 + w->slot * RIG_S,
			.count = 1,
			.state = w->state,
		};

		(void)snprintf(run.id, sizeof(run.id), "%s%d", w->job_id,
		    w->slot);
		(void)store_begin(st);
		is_int(store_run_insert(st, &run), STORE_OK, "row %s", run.id);
		(void)store_commit(st);
	}
}

static const char *
ids(const struct run_list *l)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < l->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i == 0 ? "" : " ", l->v[i].id);
	return text;
}

static const struct {
	const char *what, *queue, *job_id;
	enum run_state state;
	int from, to; /* seconds after 2030; -1: unbounded */
	const char *want;
} lists[] = {
	{ "all, newest slot first, the durable store first among equals", NULL,
	    NULL, RUN_STATE__MAX, -1, -1, "m50 a40 b30 m30 a20 m20 a10" },
	{ "one queue", "q", NULL, RUN_STATE__MAX, -1, -1,
	    "m50 a40 m30 a20 m20 a10" },
	{ "one job", "q", "a", RUN_STATE__MAX, -1, -1, "a40 a20 a10" },
	{ "one job of the memory store", "q", "m", RUN_STATE__MAX, -1, -1,
	    "m50 m30 m20" },
	{ "a job id in another queue", "p", "a", RUN_STATE__MAX, -1, -1, "" },
	{ "one outcome", NULL, NULL, RUN_SENT, -1, -1, "m50 b30 m20 a10" },
	{ "a rare outcome", NULL, NULL, RUN_MISSED, -1, -1, "a20" },
	{ "one outcome of a queue", "q", NULL, RUN_SENT, -1, -1,
	    "m50 m20 a10" },
	{ "a rare outcome of a queue", "q", NULL, RUN_PAUSED, -1, -1, "m30" },
	{ "a rare outcome of another queue", "p", NULL, RUN_PAUSED, -1, -1,
	    "" },
	{ "one outcome of a job", "q", "a", RUN_COALESCED, -1, -1, "a40" },
	{ "from is inclusive", NULL, NULL, RUN_STATE__MAX, 30, -1,
	    "m50 a40 b30 m30" },
	{ "to is exclusive", NULL, NULL, RUN_STATE__MAX, -1, 30,
	    "a20 m20 a10" },
	{ "from and to", "q", NULL, RUN_STATE__MAX, 20, 50, "a40 m30 a20 m20" },
	{ "from and to of one outcome", NULL, NULL, RUN_SENT, 20, 50,
	    "b30 m20" },
	{ "from and to of a rare outcome", NULL, NULL, RUN_PAUSED, 30, 31,
	    "m30" },
	{ "an empty span", NULL, NULL, RUN_STATE__MAX, 30, 30, "" },
	{ "nothing matches", "none", NULL, RUN_STATE__MAX, -1, -1, "" },
};

static struct sched_runs_opts
opts(size_t i, int64_t limit, const char *cursor)
{
	return (struct sched_runs_opts){
		.kind = SCHED_ANY,
		.queue = lists[i].queue,
		.job_id = lists[i].job_id,
		.state = lists[i].state,
		.from_us = lists[i].from < 0 ? INT64_MIN :
					       RIG_2030 + lists[i].from * RIG_S,
		.to_us = lists[i].to < 0 ? INT64_MAX :
					   RIG_2030 + lists[i].to * RIG_S,
		.limit = limit,
		.cursor = cursor,
	};
}

static void
check_lists(void)
{
	char next[SCHED_CURSOR_MAX];
	struct run_list l = { NULL, 0, 0 };
	struct sched_runs_opts o;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		o = opts(i, 7, NULL);
		is_int(sched_runs(&r.s, &o, &l, next), STORE_OK, "listed");
		is_str(ids(&l), lists[i].want, "%s", lists[i].what);
		is_str(next, "", "%s: no further page", lists[i].what);
		run_list_fini(&l);
	}
}

/* Every list in pages of each size is the same list. */
static void
check_pages(void)
{
	char next[SCHED_CURSOR_MAX], cursor[SCHED_CURSOR_MAX];
	struct run_list l = { NULL, 0, 0 };
	struct sched_runs_opts o;
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (int64_t limit = 1; limit <= 3; limit++) {
			buf_reset(&got);
			next[0] = '\0';
			do {
				memcpy(cursor, next, sizeof(cursor));
				o = opts(i, limit, cursor);
				(void)sched_runs(&r.s, &o, &l, next);
				if (got.len > 0)
					buf_char(&got, ' ');
				buf_str(&got, ids(&l));
				run_list_fini(&l);
			} while (next[0] != '\0' && got.len < 500);
			is_str(buf_cstr(&got), lists[i].want,
			    "%s: in pages of %lld, none twice, none lost",
			    lists[i].what, (long long)limit);
		}
	}
	buf_fini(&got);
}

static const struct {
	const char *text;
	enum store_rc want;
} cursors[] = {
	{ "1.1,1.1", STORE_OK },
	{ "-1.0,-1.0", STORE_OK },
	{ "x", STORE_NOTFOUND },
	{ "1.1", STORE_NOTFOUND },
	{ "1,1.1", STORE_NOTFOUND },
	{ "1.1,", STORE_NOTFOUND },
	{ "1.1,1", STORE_NOTFOUND },
	{ "1.,1.1", STORE_NOTFOUND },
	{ ".1,1.1", STORE_NOTFOUND },
	{ "1.-1,1.1", STORE_NOTFOUND },
	{ "1.1,1.1,1.1", STORE_NOTFOUND },
	{ "9223372036854775808.1,1.1", STORE_NOTFOUND },
	{ "00000000000000000000000000000000000000000000001.1,"
	  "00000000000000000000000000000000000000000000001.1",
	    STORE_NOTFOUND },
};

static void
check_cursors(void)
{
	char next[SCHED_CURSOR_MAX];
	struct run_list l = { NULL, 0, 0 };
	struct sched_runs_opts o;

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		o = opts(0, 7, cursors[i].text);
		is_int(sched_runs(&r.s, &o, &l, next), cursors[i].want,
		    "cursor '%s'", cursors[i].text);
		is_int((long long)l.n, 0, "gives nothing here");
		run_list_fini(&l);
	}
}

static void
check_get(void)
{
	struct run run = { .row = 0 };

	is_int(sched_run_get(&r.s, NULL, "a20", &run), STORE_OK,
	    "a durable run");
	ok(run.state == RUN_MISSED && run.slot_us == RIG_2030 + 20 * RIG_S &&
		strcmp(run.job_id, "a") == 0 && run.row > 0,
	    "with its members");
	run_fini(&run);
	is_int(sched_run_get(&r.s, NULL, "m30", &run), STORE_OK,
	    "a memory one");
	is_str(run.job_id, "m", "is found as well");
	run_fini(&run);
	ok(run.queue == NULL && run.row == 0, "freed, it is empty");
	is_int(sched_run_get(&r.s, NULL, "a2", &run), STORE_NOTFOUND,
	    "no such id");
	is_int(sched_run_get(&r.s, NULL, "", &run), STORE_NOTFOUND, "nor none");
	run_fini(&run);
}

/* The newest message of a queue. */
static void
message_has(const char *queue, const char *want, const char *what)
{
	struct message_list l = { NULL, 0, 0 };

	(void)sched_peek(&r.s, queue, 100, &l);
	ok(l.n > 0 && strstr(l.v[l.n - 1].body, want) != NULL, "%s", what);
	message_list_fini(&l);
}

/* A job with parameters, as it is now. */
static void
set_args(const char *job_id, const char *args)
{
	const struct rig_job what = { JOB_DURABLE, "replay", job_id, "date",
		"run_date", "2030-01-01T00:00:59Z" };
	struct job j;

	rig_job_init(&r, &j, &what);
	j.args = strdup(args);
	is_int(sched_add(&r.s, &j, true, RIG_2030), STORE_OK, "a job with %s",
	    args);
	job_fini(&j);
}

static void
check_replay(void)
{
	char first[RUN_ID_LEN + 1], id[RUN_ID_LEN + 1], why[300];
	struct run run = { .row = 0 };

	is_int(sched_replay(&r.s, NULL, "nothing", id), STORE_NOTFOUND,
	    "no run");
	set_args("j", "[1]");
	(void)sched_run_now(&r.s, SCHED_ANY, "replay", "j", first);
	set_args("j", "[2]");
	is_int(sched_replay(&r.s, NULL, first, id), STORE_OK, "replayed");
	ok(strcmp(id, first) != 0, "as a run of its own");
	(void)sched_run_get(&r.s, NULL, id, &run);
	(void)snprintf(why, sizeof(why), "replay of %s", first);
	is_str(run.reason, why, "that says of what");
	ok(run.job == job_number(SCHED_ANY, "replay", "j"), "of the same job");
	run_fini(&run);
	message_has("replay", "\"args\":[2]",
	    "with the parameters the job has now");
	is_int(sched_replay(&r.s, NULL, id, id), STORE_OK,
	    "a replay of a replay");
	(void)sched_delete(&r.s, SCHED_ANY, "replay", "j");
	is_int(sched_replay(&r.s, NULL, first, id), STORE_OK,
	    "without its job");
	message_has("replay", "\"args\":[1]",
	    "it has the parameters of the message");
	rig_meddle(r.conf->store, "DELETE FROM message");
	(void)snprintf(id, sizeof(id), "untouched");
	is_int(sched_replay(&r.s, NULL, first, id), STORE_CONFLICT,
	    "nobody knows the parameters any more");
	is_int(rig_ask(r.conf->store, "SELECT count(*) FROM message"), 0,
	    "nothing was handed over");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM audit WHERE action = 'run.replay'"),
	    3, "each replay that was one is in the audit");
}

static void
check_replay_published(void)
{
	const struct sched_publish p = { "pub", "[\"\xe6\x8a\xa5\"]",
		"{\"k\":null}", "given", 4 };
	char id[RUN_ID_LEN + 1];
	struct message_list l = { NULL, 0, 0 };
	size_t done = 0;
	const char *v[1];

	(void)sched_publish(&r.s, &p, id);
	is_int(sched_replay(&r.s, NULL, "given", id), STORE_OK,
	    "a published message is replayed from itself");
	message_has("pub",
	    "\"args\":[\"\xe6\x8a\xa5\"],\"kwargs\":{\"k\":null}",
	    "its parameters unchanged");
	(void)sched_peek(&r.s, "pub", 9, &l);
	ok(l.n == 2 && l.v[1].priority == 4, "and its priority");
	message_list_fini(&l);
	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = "pub",
		.max = 1,
		.lease_us = 60 * RIG_S },
	    &l);
	v[0] = l.v[0].lease;
	(void)sched_ack(&r.s, &(struct sched_leases){ "pub", v, 1 },
	    &(struct sched_work){ 0 }, &done);
	is_int((long long)done, 1, "once it was acknowledged");
	is_int(sched_replay(&r.s, NULL, "given", id), STORE_CONFLICT,
	    "it cannot be replayed");
	message_list_fini(&l);
}

/* A run of the memory store is replayed there. */
static void
check_replay_memory(void)
{
	char id[RUN_ID_LEN + 1], again[RUN_ID_LEN + 1];
	int64_t before, n = 0;

	(void)sched_run_now(&r.s, JOB_MEMORY, "q", "m", id);
	before = rig_ask(r.conf->store, "SELECT count(*) FROM run");
	is_int(sched_replay(&r.s, NULL, id, again), STORE_OK, "a memory run");
	is_int(rig_ask(r.conf->store, "SELECT count(*) FROM run"), before,
	    "leaves the durable ledger alone");
	(void)sched_message_count(&r.s, "q", &n);
	is_int(n, 2, "and has a second message");
}

int
main(void)
{
	folder_init("t_sched_runs");
	folder_quiet();
	rig_open(&r, "");
	fill();
	check_lists();
	check_pages();
	check_cursors();
	check_get();
	check_replay();
	check_replay_published();
	check_replay_memory();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
