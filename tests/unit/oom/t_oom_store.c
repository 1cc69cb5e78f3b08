/* Every allocation fails once: the rows of a store. */
#include "lib/base/err.h"
#include "lib/db/backup.h"
#include "lib/store/job.h"
#include "lib/store/log.h"
#include "lib/store/run.h"
#include "lib/store/token.h"
#include "lib/store/zone.h"
#include "tests/unit/oom/oom_store.h"

/* The rows of a store without memory. */

static struct {
	struct store *st; /* in memory */
	const char *path; /* of one in a file */
} world;

/* One change inside a transaction, then undone. */
static enum oom_rc changed(enum store_rc (*change)(struct store *st))
{
	enum store_rc rc;

	stmt_forget(world.st);
	rc = store_begin(world.st);
	if (rc == STORE_OK)
		rc = change(world.st);
	store_rollback(world.st);
	/* The undoing wants memory as well; SQLite's own needs none. */
	if (store_in_transaction(world.st))
		store_rollback(world.st);
	if (store_in_transaction(world.st))
		return OOM_WRONG;
	return oom_of(rc);
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

	rc = store_message_lease(st,
	    &(struct store_lease){ .queue = "q", .max = 10, .until_us = 99 },
	    &l);
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
	stmt_forget(world.st);
	rc = store_job_get(world.st, "q", "full", &j);
	if (rc == STORE_OK &&
	    (strcmp(j.args, "[1]") != 0 || strcmp(j.reason, "why") != 0))
		rc = STORE_ERROR;
	job_fini(&j);
	return oom_of(rc);
}

/* A list has all its rows or an error, never some of them in silence. */
static enum oom_rc
run_job_lists(void)
{
	const struct store_job_cursor start = { INT64_MIN, 0 };
	struct job_list l = { NULL, 0, 0 };
	enum store_rc rc;

	stmt_forget(world.st);
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
	return oom_of(rc);
}

static enum oom_rc
run_queue_list(void)
{
	struct queue_list l = { NULL, 0, 0 };
	enum store_rc rc;

	stmt_forget(world.st);
	rc = store_queue_list(world.st, &l);
	if (rc == STORE_OK && (l.n != 1 || l.v[0].ready != 3))
		rc = STORE_ERROR;
	queue_list_fini(&l);
	return oom_of(rc);
}

static enum oom_rc
run_peek(void)
{
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc;

	stmt_forget(world.st);
	rc = store_message_peek(world.st, "q", MESSAGE_READY, 9, &l);
	if (rc == STORE_OK && l.n != 3)
		rc = STORE_ERROR;
	message_list_fini(&l);
	return oom_of(rc);
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

	stmt_forget(world.st);
	rc = store_run_list(world.st, &f, &l);
	if (rc == STORE_OK && (l.n != 1 || strcmp(l.v[0].reason, "r") != 0))
		rc = STORE_ERROR;
	run_list_fini(&l);
	return oom_of(rc);
}

static enum oom_rc
run_token_list(void)
{
	struct token_list l = { NULL, 0, 0 };
	struct zone_list z = { NULL, 0, 0 };
	enum store_rc rc;

	stmt_forget(world.st);
	rc = store_token_list(world.st, &l);
	if (rc == STORE_OK && (l.n != 1 || strcmp(l.v[0].name, "web") != 0))
		rc = STORE_ERROR;
	token_list_fini(&l);
	if (rc == STORE_OK)
		rc = store_zone_list(world.st, &z);
	if (rc == STORE_OK && (z.n != 1 || strcmp(z.v[0].name, "UTC") != 0))
		rc = STORE_ERROR;
	zone_list_fini(&z);
	return oom_of(rc);
}

static enum oom_rc
run_open(void)
{
	const struct store_opts o = { .path = world.path };
	enum store_rc rc = STORE_OK;
	struct err why = { "" };
	struct store *st = store_open(&o, &rc, &why);

	if (st == NULL && (rc == STORE_OK || why.text[0] == '\0'))
		return OOM_WRONG;
	store_close(st);
	return oom_of(rc);
}

static enum oom_rc
run_backup(void)
{
	struct err why = { "" };
	enum store_rc rc;

	stmt_forget(world.st);
	rc = store_backup(world.st, folder_path("oom.bak"), &why);
	if (rc != STORE_OK && why.text[0] == '\0')
		return OOM_WRONG;
	if (store_in_transaction(world.st))
		return OOM_WRONG;
	return oom_of(rc);
}

static enum oom_rc
run_check(void)
{
	stmt_forget(world.st);
	return oom_of(store_check(world.st, NULL));
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
		(void)store_message_insert(world.st,
		    &(struct store_message_new){ .queue = "q",
			.body = "{}",
			.priority = i,
			.now_us = 1 });
	(void)store_run_insert(world.st, &r);
	(void)store_token_insert(world.st, &t);
	(void)store_zone_note(world.st, "UTC", 1);
	if (store_commit(world.st) != STORE_OK)
		rig_bail("cannot fill the store");
	job_fini(&j);
	free(t.name);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	struct conf *c;
	enum store_rc rc;
	struct err why;

	folder_init("t_oom_store");
	folder_quiet();
	oom_sqlite_install();
	world.st = store_open(&o, &rc, &why);
	if (world.st == NULL)
		rig_bail(why.text);
	fill();
	c = rig_conf("");
	rig_make_store(c);
	world.path = c->store;
	oom_try_all(cases, sizeof(cases) / sizeof(cases[0]));
	is_int(rig_ask(world.path,
		   "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1, "the store is sound after all that");
	conf_free(c);
	store_close(world.st);
	folder_fini();
	return tap_done();
}
