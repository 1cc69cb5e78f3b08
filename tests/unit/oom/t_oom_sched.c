/* Every allocation fails once: what users do, on a store in a file. */
#include "lib/base/err.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/job/preview.h"
#include "lib/sched/dead.h"
#include "tests/unit/oom/oom_store.h"

/*
 * What users do, without memory: STORE_FULL, a fault or a buffer that failed,
 * and nothing done.
 */

static struct {
	struct rig rig;
	struct json_object *body;
} world;

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
	stmt_forget(world.rig.s.stores[JOB_DURABLE]);
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
	return oom_of(rc);
}

static enum oom_rc
run_switches(void)
{
	struct sched *s = &world.rig.s;
	enum store_rc rc;
	struct job j;

	stmt_forget(s->stores[JOB_DURABLE]);
	job_init(&j);
	rc = sched_pause(s, JOB_DURABLE, "q", "fixed", &j);
	job_fini(&j);
	if (rc == STORE_OK)
		rc = sched_resume(s, JOB_DURABLE, "q", "fixed", NULL);
	if (rc == STORE_OK)
		rc = sched_queue_set_paused(s, "q", false);
	return oom_of(rc);
}

static enum oom_rc
run_list(void)
{
	const struct sched_list_opts o = { SCHED_ANY, NULL, 0, NULL };
	struct job_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;

	stmt_forget(world.rig.s.stores[JOB_DURABLE]);
	rc = sched_list(&world.rig.s, &o, &l, next);
	if (rc == STORE_OK && l.n < 1)
		rc = STORE_ERROR;
	job_list_fini(&l);
	return oom_of(rc);
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

	stmt_forget(s->stores[JOB_DURABLE]);
	rc = sched_publish(s, &p, id);
	if (rc == STORE_OK)
		rc = sched_peek(s, "m", 1, &l);
	message_list_fini(&l);
	if (rc == STORE_OK)
		rc = sched_lease(s,
		    &(struct sched_lease){ .queue = "m",
			.max = 1,
			.lease_us = 1 },
		    &l);
	if (rc == STORE_OK && l.n == 1) {
		v[0] = l.v[0].lease;
		rc = sched_ack(s, &(struct sched_leases){ "m", v, 1 },
		    &(struct sched_work){ 0 }, &done);
	}
	message_list_fini(&l);
	return oom_of(rc);
}

static enum oom_rc
run_runs(void)
{
	const struct sched_runs_opts o = { .kind = SCHED_ANY,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.limit = 3 };
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX], id[RUN_ID_LEN + 1];
	struct sched *s = &world.rig.s;
	enum store_rc rc;

	stmt_forget(s->stores[JOB_DURABLE]);
	rc = sched_run_now(s, SCHED_ANY, "q", "fixed", id);
	if (rc == STORE_OK)
		rc = sched_replay(s, NULL, id, id);
	if (rc == STORE_OK)
		rc = sched_runs(s, &o, &l, next);
	if (rc == STORE_OK && l.n != 3)
		rc = STORE_ERROR;
	run_list_fini(&l);
	return oom_of(rc);
}

/* Two dead letters, one of each service, looked at and replayed. */
static enum oom_rc
run_dead(void)
{
	const struct sched_dead_opts o = { "dead", 9, NULL };
	const long was = oom.countdown;
	struct dead_list l = { NULL, 0, 0 };
	struct dead d = { .row = 0 };
	struct sched *s = &world.rig.s;
	char next[SCHED_DEAD_CURSOR_MAX];
	enum store_rc rc;
	int64_t n = 0;

	oom.countdown = 0;
	rig_meddle(world.rig.conf->store,
	    "UPDATE message SET state = 2 WHERE queue = 'dead';"
	    "UPDATE outbox SET next_us = NULL WHERE queue = 'dead'");
	oom.countdown = was;
	stmt_forget(s->stores[JOB_DURABLE]);
	rc = sched_dead_list(s, &o, &l, next);
	if (rc == STORE_OK && l.n != 2)
		rc = STORE_ERROR;
	dead_list_fini(&l);
	if (rc == STORE_OK)
		rc = sched_dead_get(s, "dead", "b", &d);
	dead_fini(&d);
	if (rc == STORE_OK)
		rc = sched_dead_replay(s, "dead", "message:77", &n);
	if (rc == STORE_OK)
		rc = sched_dead_replay(s, "dead", NULL, &n);
	if (rc == STORE_OK && n != 1)
		rc = STORE_ERROR;
	return oom_of(rc);
}

static enum oom_rc
run_why(void)
{
	struct why w = { .queue = "q", .job_id = "fixed", .kind = SCHED_ANY };
	const char *bad = NULL;
	enum store_rc rc;

	stmt_forget(world.rig.s.stores[JOB_DURABLE]);
	rc =
	    sched_why(&world.rig.s, &w, "2030-01-01T00:01:00Z", RIG_2030, &bad);
	if (rc == STORE_OK && w.out.answer != WHY_WILL_FIRE)
		rc = STORE_ERROR;
	sched_why_fini(&w);
	return oom_of(rc);
}

static enum oom_rc
run_open_sched(void)
{
	struct err why = { "" };
	struct sched s;
	enum store_rc rc;

	rc = sched_open(&s, world.rig.conf, NULL, &why);
	if (rc == STORE_OK)
		sched_close(&s);
	else if (why.text[0] == '\0')
		return OOM_WRONG;
	return oom_of(rc);
}

/* A body is read and printed: a fault or a failed buffer, or all of it. */
static enum oom_rc
run_body(void)
{
	const struct trigger_env trigger = { world.rig.s.zones, "UTC", RIG_2030,
		false };
	const struct job_env env = { world.rig.conf, &trigger, NULL, NULL,
		false };
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
	const struct trigger_env trigger = { world.rig.s.zones, "UTC", RIG_2030,
		false };
	const struct job_env env = { world.rig.conf, &trigger, NULL, NULL,
		false };
	struct preview p = { .count = 2 };
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	enum oom_rc rc = OOM_DONE;

	if (preview_from_json(world.body, &env, 0, &p, &fs) != 0)
		return fs.n > 0 ? OOM_REFUSED : OOM_WRONG;
	preview_to_json(&p, DESCRIBE_EN, &b);
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
	{ "sched_add", run_add },
	{ "sched_pause, _resume", run_switches },
	{ "sched_list", run_list },
	{ "sched_publish, _lease, _ack", run_messages },
	{ "sched_run_now, _replay, _runs", run_runs },
	{ "sched_dead_list, _get, _replay", run_dead },
	{ "sched_why", run_why },
	{ "sched_open", run_open_sched },
	{ "job_from_json, job_to_json", run_body },
	{ "preview", run_preview },
};

static void
open_world(void)
{
	static const char body[] = "{\"queue_name\":\"q\",\"job_id\":\"b\","
				   "\"trigger\":\"cron\",\"hour\":3,"
				   "\"args\":[1],\"kwargs\":{\"k\":2}}";
	static const struct rig_job fixed = { JOB_DURABLE, "q", "fixed",
		"interval", "seconds", "60" };
	struct err why;

	rig_open(&world.rig, "max_deliveries = 1000000\n");
	store_set_durable(world.rig.s.stores[JOB_DURABLE], false);
	if (rig_add(&world.rig, &fixed) != STORE_OK)
		rig_bail("no job");
	rig_meddle(world.rig.conf->store,
	    "INSERT INTO message (id, queue, priority, state, attempt,"
	    " enqueued_us, reason, body) VALUES (77, 'dead', 0, 2, 1, 1, 'x',"
	    " 'no JSON');"
	    "INSERT INTO run (id, task_id, queue, job_id, slot_us, last_us,"
	    " count, state, decided_us) VALUES (77, 'b', 'dead', '', 1, 1, 1,"
	    " 'dead', 1);"
	    "INSERT INTO outbox (run, queue, priority, base_us, cap_us, due_us,"
	    " attempt) VALUES (77, 'dead', 0, 1, 1, 1, 1)");
	world.body = json_parse(body, strlen(body), &why);
	if (world.body == NULL)
		rig_bail(why.text);
}

int
main(void)
{
	folder_init("t_oom_sched");
	folder_quiet();
	oom_sqlite_install();
	open_world();
	oom_try_all(cases, sizeof(cases) / sizeof(cases[0]));
	is_int(rig_ask(world.rig.conf->store,
		   "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1, "the store is sound after all that");
	json_free(world.body);
	rig_close(&world.rig);
	folder_fini();
	return tap_done();
}
