#include "lib/clock.h"
#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/preview.h"
#include "lib/store_backup.h"
#include "lib/store_job.h"
#include "lib/store_log.h"
#include "lib/store_run.h"
#include "lib/store_token.h"
#include "lib/store_zone.h"
#include "tests/unit/oom.h"
#include "tests/unit/rig.h"

/*
 * Stores, schedulers and bodies of requests without memory: STORE_FULL, a
 * fault or a buffer that failed, and nothing done.  What SQLite allocates
 * fails in its turn, too; statements are prepared anew for each try.
 */

static struct {
	struct rig rig;
	struct store *st; /* in memory */
	struct json_object *body;
	sqlite3_mem_methods sqlite;
} world;

/* SQLite's memory by way of the counter.  It frees its own. */
static void *
sqlite_malloc(int n)
{
	return oom_step() ? NULL : world.sqlite.xMalloc(n);
}

static void *
sqlite_realloc(void *p, int n)
{
	return oom_step() ? NULL : world.sqlite.xRealloc(p, n);
}

/* Done, or STORE_FULL: nothing else can come of a lack of memory. */
static enum oom_rc
rc_of(enum store_rc rc)
{
	if (rc != STORE_OK && rc != STORE_FULL)
		printf("# %s\n", store_strrc(rc));
	return rc == STORE_OK ? OOM_DONE :
	    rc == STORE_FULL  ? OOM_REFUSED :
				OOM_WRONG;
}

/* Forget the statements, so that they are prepared again. */
static void
forget(struct store *st)
{
	for (int i = 0; i < SQL__MAX; i++) {
		(void)sqlite3_finalize(st->stmts[i]);
		st->stmts[i] = NULL;
	}
}

/* One change inside a transaction, then undone. */
static enum oom_rc changed(enum store_rc (*change)(struct store *st))
{
	enum store_rc rc;

	forget(world.st);
	rc = store_begin(world.st);
	if (rc == STORE_OK)
		rc = change(world.st);
	store_rollback(world.st);
	/* The undoing wants memory as well; SQLite's own needs none. */
	if (store_in_transaction(world.st))
		store_rollback(world.st);
	if (store_in_transaction(world.st))
		return OOM_WRONG;
	return rc_of(rc);
}

static enum store_rc
insert_job(struct store *st)
{
	struct job j;
	enum store_rc rc;
	char q[] = "new", id[] = "job", t[] = "text";

	job_init(&j);
	j.queue = q;
	j.job_id = id;
	j.trigger = t;
	rc = store_job_insert(st, &j);
	return rc == STORE_OK ? store_job_update(st, &j) : rc;
}

static enum oom_rc
run_job_insert(void)
{
	return changed(insert_job);
}

static enum store_rc
lease(struct store *st)
{
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc = store_message_lease(st, "q", 10, 99, &l);
	if (rc == STORE_OK && l.n != 3)
		rc = STORE_ERROR;
	message_list_fini(&l);
	return rc;
}

static enum oom_rc
run_lease(void)
{
	return changed(lease);
}

static enum store_rc
insert_token(struct store *st)
{
	char name[] = "n", globs[] = "*";
	struct token t = { .id = "0000000a", .name = name, .queues = globs };

	return store_token_insert(st, &t);
}

static enum oom_rc
run_token_insert(void)
{
	return changed(insert_token);
}

static enum oom_rc
run_job_get(void)
{
	struct job j;
	enum store_rc rc;

	job_init(&j);
	forget(world.st);
	rc = store_job_get(world.st, "q", "full", &j);
	if (rc == STORE_OK &&
	    (strcmp(j.args, "[1]") != 0 || strcmp(j.reason, "why") != 0))
		rc = STORE_ERROR;
	job_fini(&j);
	return rc_of(rc);
}

/* A list has all its rows or an error, never some of them in silence. */
static enum oom_rc
run_job_lists(void)
{
	const struct store_job_place start = { INT64_MIN, 0 };
	struct job_list l = { NULL, 0, 0 };
	enum store_rc rc;

	forget(world.st);
	rc = store_job_list(world.st, NULL, &start, 100, &l);
	if (rc == STORE_OK && l.n != 2)
		rc = STORE_ERROR;
	job_list_fini(&l);
	if (rc == STORE_OK)
		rc = store_job_due(world.st, 100, 9, &l);
	if (rc == STORE_OK && l.n != 1)
		rc = STORE_ERROR;
	job_list_fini(&l);
	if (rc == STORE_OK)
		rc = store_zone_jobs(world.st, 0, 9, &l);
	if (rc == STORE_OK && l.n != 2)
		rc = STORE_ERROR;
	job_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_queue_list(void)
{
	struct queue_list l = { NULL, 0, 0 };
	enum store_rc rc;

	forget(world.st);
	rc = store_queue_list(world.st, &l);
	if (rc == STORE_OK && (l.n != 1 || l.v[0].ready != 3))
		rc = STORE_ERROR;
	queue_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_peek(void)
{
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc;

	forget(world.st);
	rc = store_message_peek(world.st, "q", MESSAGE_READY, 9, &l);
	if (rc == STORE_OK && l.n != 3)
		rc = STORE_ERROR;
	message_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_run_list(void)
{
	const struct store_run_filter f = { .state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = 9 };
	struct run_list l = { NULL, 0, 0 };
	enum store_rc rc;

	forget(world.st);
	rc = store_run_list(world.st, &f, &l);
	if (rc == STORE_OK && (l.n != 1 || strcmp(l.v[0].reason, "r") != 0))
		rc = STORE_ERROR;
	run_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_token_list(void)
{
	struct token_list l = { NULL, 0, 0 };
	struct zone_list z = { NULL, 0, 0 };
	enum store_rc rc;

	forget(world.st);
	rc = store_token_list(world.st, &l);
	if (rc == STORE_OK && (l.n != 1 || strcmp(l.v[0].name, "web") != 0))
		rc = STORE_ERROR;
	token_list_fini(&l);
	if (rc == STORE_OK)
		rc = store_zone_list(world.st, &z);
	if (rc == STORE_OK && (z.n != 1 || strcmp(z.v[0].name, "UTC") != 0))
		rc = STORE_ERROR;
	zone_list_fini(&z);
	return rc_of(rc);
}

static enum oom_rc
run_open(void)
{
	const struct store_opts o = { .path = world.rig.conf->store };
	enum store_rc rc = STORE_OK;
	char why[256] = "";
	struct store *st = store_open(&o, &rc, why, sizeof(why));

	if (st == NULL && (rc == STORE_OK || why[0] == '\0'))
		return OOM_WRONG;
	store_close(st);
	return rc_of(rc);
}

static enum oom_rc
run_backup(void)
{
	char why[256] = "";
	enum store_rc rc;

	forget(world.st);
	rc = store_backup(world.st, folder_path("oom.bak"), why, sizeof(why));
	if (rc != STORE_OK && why[0] == '\0')
		return OOM_WRONG;
	if (store_in_transaction(world.st))
		return OOM_WRONG;
	return rc_of(rc);
}

static enum oom_rc
run_check(void)
{
	char why[256] = "";

	forget(world.st);
	return rc_of(store_check(world.st, why, sizeof(why)));
}

/* What users do, on a store in a file whose commits are not flushed. */
static enum oom_rc
run_add(void)
{
	static const struct rig_job what = { JOB_DURABLE, "q", "oom",
		"interval", "seconds", "60" };
	static char *spec;
	enum store_rc rc;
	struct job j;

	if (oom.countdown == 1 && spec == NULL) {
		oom.countdown = 0;
		rig_job_init(&world.rig, &j, &what);
		spec = __real_strdup(j.trigger);
		job_fini(&j);
		oom.countdown = 1;
	}
	forget(world.rig.s.stores[JOB_DURABLE]);
	job_init(&j);
	j.queue = strdup("q");
	j.trigger = strdup(spec);
	j.job_id = strdup("oom");
	if (j.queue == NULL || j.job_id == NULL || j.trigger == NULL)
		rc = STORE_FULL;
	else
		rc = sched_add(&world.rig.s, &j, true, RIG_2030);
	job_fini(&j);
	/* Why a trigger cannot be read is not told apart. */
	if (rc == STORE_ERROR && errno == ENOMEM)
		rc = STORE_FULL;
	return rc_of(rc);
}

static enum oom_rc
run_switches(void)
{
	struct sched *s = &world.rig.s;
	enum store_rc rc;
	struct job j;

	forget(s->stores[JOB_DURABLE]);
	job_init(&j);
	rc = sched_pause(s, JOB_DURABLE, "q", "fixed", &j);
	job_fini(&j);
	if (rc == STORE_OK)
		rc = sched_resume(s, JOB_DURABLE, "q", "fixed", NULL);
	if (rc == STORE_OK)
		rc = sched_queue_set_paused(s, "q", false);
	return rc_of(rc);
}

static enum oom_rc
run_list(void)
{
	const struct sched_list_opts o = { SCHED_ANY, NULL, 0, NULL };
	struct job_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;

	forget(world.rig.s.stores[JOB_DURABLE]);
	rc = sched_list(&world.rig.s, &o, &l, next);
	if (rc == STORE_OK && l.n < 1)
		rc = STORE_ERROR;
	job_list_fini(&l);
	return rc_of(rc);
}

/* Publish, look, lease, acknowledge. */
static enum oom_rc
run_messages(void)
{
	const struct sched_publish p = { .queue = "m", .args = "[1]" };
	struct message_list l = { NULL, 0, 0 };
	struct sched *s = &world.rig.s;
	char id[RUN_ID_LEN + 1];
	enum store_rc rc;
	const char *v[1];
	size_t done;

	forget(s->stores[JOB_DURABLE]);
	rc = sched_publish(s, &p, id);
	if (rc == STORE_OK)
		rc = sched_peek(s, "m", 1, &l);
	message_list_fini(&l);
	if (rc == STORE_OK)
		rc = sched_lease(s, "m", 1, 1, &l);
	if (rc == STORE_OK && l.n == 1) {
		v[0] = l.v[0].lease;
		rc = sched_ack(s, &(struct sched_leases){ "m", v, 1 }, &done);
	}
	message_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_runs(void)
{
	const struct sched_runs_opts o = { .state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.limit = 3 };
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX], id[RUN_ID_LEN + 1];
	struct sched *s = &world.rig.s;
	enum store_rc rc;

	forget(s->stores[JOB_DURABLE]);
	rc = sched_run_now(s, SCHED_ANY, "q", "fixed", id);
	if (rc == STORE_OK)
		rc = sched_replay(s, id, id);
	if (rc == STORE_OK)
		rc = sched_runs(s, &o, &l, next);
	if (rc == STORE_OK && l.n != 3)
		rc = STORE_ERROR;
	run_list_fini(&l);
	return rc_of(rc);
}

static enum oom_rc
run_why(void)
{
	struct why w = { .queue = "q", .job_id = "fixed" };
	const char *bad = NULL;
	enum store_rc rc;

	forget(world.rig.s.stores[JOB_DURABLE]);
	rc =
	    sched_why(&world.rig.s, &w, "2030-01-01T00:01:00Z", RIG_2030, &bad);
	if (rc == STORE_OK && w.out.answer != WHY_WILL_FIRE)
		rc = STORE_ERROR;
	sched_why_fini(&w);
	return rc_of(rc);
}

static enum oom_rc
run_open_sched(void)
{
	char why[256] = "";
	struct sched s;
	enum store_rc rc;

	rc = sched_open(&s, world.rig.conf, NULL, why, sizeof(why));
	if (rc == STORE_OK)
		sched_close(&s);
	else if (why[0] == '\0')
		return OOM_WRONG;
	return rc_of(rc);
}

/* A body is read and printed: a fault or a failed buffer, or all of it. */
static enum oom_rc
run_body(void)
{
	const struct trigger_env trigger = { world.rig.s.zones, "UTC",
		RIG_2030 };
	const struct job_env env = { world.rig.conf, &trigger };
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	enum oom_rc rc = OOM_DONE;
	bool is_replace;
	struct job j;

	job_init(&j);
	if (job_from_json(world.body, &env, &j, &is_replace, &fs) != 0)
		rc = fs.n > 0 ? OOM_REFUSED : OOM_WRONG;
	if (rc == OOM_DONE) {
		errno = 0;
		job_to_json(&j, &trigger, &b);
		if (b.is_failed)
			rc = OOM_REFUSED;
		else if (strstr(buf_cstr(&b),
			     "\"trigger\":\"cron[hour='3']\"") == NULL)
			rc = OOM_WRONG;
	}
	buf_fini(&b);
	job_fini(&j);
	return rc;
}

static enum oom_rc
run_preview(void)
{
	const struct trigger_env trigger = { world.rig.s.zones, "UTC",
		RIG_2030 };
	const struct job_env env = { world.rig.conf, &trigger };
	struct preview p = { .count = 2 };
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	enum oom_rc rc = OOM_DONE;

	if (preview_from_json(world.body, &env, 0, &p, &fs) != 0)
		return fs.n > 0 ? OOM_REFUSED : OOM_WRONG;
	preview_to_json(&p, WORDS_EN, &b);
	if (b.is_failed)
		rc = OOM_REFUSED;
	else if (strstr(buf_cstr(&b), "\"en\":\"at 03:00 every day") == NULL ||
	    strstr(buf_cstr(&b), "cron[hour='3']") == NULL)
		rc = OOM_WRONG;
	preview_fini(&p);
	buf_fini(&b);
	return rc;
}

static const struct oom_case cases[] = {
	{ "store_job_insert, _update", run_job_insert },
	{ "store_job_get", run_job_get },
	{ "lists of jobs", run_job_lists },
	{ "store_message_lease", run_lease },
	{ "store_message_peek", run_peek },
	{ "store_queue_list", run_queue_list },
	{ "store_run_list", run_run_list },
	{ "store_token_insert", run_token_insert },
	{ "lists of tokens and zones", run_token_list },
	{ "store_check", run_check },
	{ "store_open", run_open },
	{ "store_backup", run_backup },
	{ "sched_add", run_add },
	{ "sched_pause, _resume", run_switches },
	{ "sched_list", run_list },
	{ "sched_publish, _lease, _ack", run_messages },
	{ "sched_run_now, _replay, _runs", run_runs },
	{ "sched_why", run_why },
	{ "sched_open", run_open_sched },
	{ "job_from_json, job_to_json", run_body },
	{ "preview", run_preview },
};

static void
fill(void)
{
	struct run r = { .id = "run-1", .count = 1, .state = RUN_SENT };
	char text[3][8] = { "q", "full", "r" };
	struct token t = { .id = "00000001" };
	struct job j;

	r.queue = r.job_id = text[0];
	r.reason = text[2];
	t.name = strdup("web");
	t.queues = text[0];
	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup("full");
	j.trigger = strdup("text");
	j.args = strdup("[1]");
	j.reason = strdup("why");
	j.next_run_us = 5;
	(void)store_begin(world.st);
	(void)store_job_insert(world.st, &j);
	free(j.job_id);
	j.job_id = strdup("bare");
	j.next_run_us = JOB_NEVER;
	(void)store_job_insert(world.st, &j);
	for (int i = 0; i < 3; i++)
		(void)store_message_insert(world.st, "q", i, 1, "{}");
	(void)store_run_insert(world.st, &r);
	(void)store_token_insert(world.st, &t);
	(void)store_zone_note(world.st, "UTC", 1);
	if (store_commit(world.st) != STORE_OK)
		rig_bail("cannot fill the store");
	job_fini(&j);
	free(t.name);
}

static void
open_world(void)
{
	static const char body[] = "{\"queue_name\":\"q\",\"job_id\":\"b\","
				   "\"trigger\":\"cron\",\"hour\":3,"
				   "\"args\":[1],\"kwargs\":{\"k\":2}}";
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	static const struct rig_job fixed = { JOB_DURABLE, "q", "fixed",
		"interval", "seconds", "60" };
	sqlite3_mem_methods counted;
	enum store_rc rc;
	char why[256];

	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &world.sqlite);
	counted = world.sqlite;
	counted.xMalloc = sqlite_malloc;
	counted.xRealloc = sqlite_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
	world.st = store_open(&o, &rc, why, sizeof(why));
	if (world.st == NULL)
		rig_bail(why);
	fill();
	rig_open(&world.rig, "max_deliveries = 1000000\n");
	store_set_durable(world.rig.s.stores[JOB_DURABLE], false);
	if (rig_add(&world.rig, &fixed) != STORE_OK)
		rig_bail("no job");
	world.body = json_parse(body, strlen(body), why, sizeof(why));
	if (world.body == NULL)
		rig_bail(why);
}

int
main(void)
{
	folder_init("t_oom_store");
	folder_quiet();
	open_world();
	oom_try_all(cases, sizeof(cases) / sizeof(cases[0]));
	is_int(rig_ask(world.rig.conf->store,
		   "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1, "the store is sound after all that");
	json_free(world.body);
	rig_close(&world.rig);
	store_close(world.st);
	folder_fini();
	return tap_done();
}
