/*
 * Jobs, ledger rows and tokens come back as they were put (lib/store/job.h,
 * run.h, token.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/store/token.h"
#include "tests/unit/tap.h"

/* Jobs, the ledger and tokens, written and read back. */

static struct store *st;

static struct job
sample_job(const char *queue, const char *job_id, int64_t next_us)
{
	struct job j;

	job_init(&j);
	j.queue = strdup(queue);
	j.job_id = strdup(job_id);
	j.trigger = strdup("interval;length_us=60000000;start_us=0");
	j.next_run_us = next_us;
	j.cursor_us = next_us;
	j.created_us = 11;
	j.changed_us = 12;
	return j;
}

static enum store_rc
insert(struct job *j)
{
	enum store_rc rc = store_begin(st);

	if (rc == STORE_OK)
		rc = store_job_insert(st, j);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

static void
same_job(const struct job *a, const struct job *b, const char *what)
{
	is_int(a->id, b->id, "%s: id", what);
	is_str(a->trigger, b->trigger, "%s: trigger", what);
	is_str(a->args, b->args, "%s: args", what);
	is_str(a->kwargs, b->kwargs, "%s: kwargs", what);
	is_str(a->render, b->render, "%s: render", what);
	ok(memcmp(&a->retry, &b->retry, sizeof(a->retry)) == 0, "%s: retry",
	    what);
	is_str(a->description, b->description, "%s: description", what);
	is_str(a->owner, b->owner, "%s: owner", what);
	is_str(a->reason, b->reason, "%s: reason", what);
	is_int(a->priority, b->priority, "%s: priority", what);
	is_int(a->misfire_grace_us, b->misfire_grace_us, "%s: grace", what);
	is_int(a->coalesce, b->coalesce, "%s: coalesce", what);
	is_int(a->max_catchup, b->max_catchup, "%s: max_catchup", what);
	is_int(a->max_instances, b->max_instances, "%s: instances", what);
	is_int(a->max_runtime_us, b->max_runtime_us, "%s: runtime", what);
	is_int(a->alerts, b->alerts, "%s: alerts", what);
	is_int(a->has_badge, b->has_badge, "%s: badge", what);
	is_int(a->state, b->state, "%s: state", what);
	is_int(a->next_run_us, b->next_run_us, "%s: next run", what);
	is_int(a->cursor_us, b->cursor_us, "%s: cursor", what);
	is_int(a->created_us, b->created_us, "%s: created", what);
	is_int(a->changed_us, b->changed_us, "%s: changed", what);
}

/* Every member comes back as it was put. */
static void
check_job_full(void)
{
	struct store_gone gone = { 0, NULL };
	struct job j = sample_job("q", "full", 777), got;

	j.args = strdup("[1]");
	j.kwargs = strdup("{\"k\":\"\xe6\x8a\xa5\"}");
	j.render = strdup("{}");
	j.retry = (struct retry){ 3, 0, RETRY_UNSET, 4 };
	j.description = strdup("it's \"quoted\"");
	j.owner = strdup("jobs of it");
	j.reason = strdup("by hand");
	j.priority = 9;
	j.misfire_grace_us = 5;
	j.coalesce = false;
	j.max_catchup = 7;
	j.max_instances = 3;
	j.max_runtime_us = 90000001;
	j.alerts = 0;
	j.has_badge = true;
	j.state = JOB_PAUSED;
	is_int(insert(&j), STORE_OK, "a job is added");
	ok(j.id > 0, "and numbered");
	is_int(insert(&j), STORE_CONFLICT, "its name is taken");
	job_init(&got);
	is_int(store_job_get(st, "q", "full", &got), STORE_OK, "found");
	same_job(&got, &j, "added");
	job_fini(&got);

	j.state = JOB_QUARANTINED;
	j.next_run_us = JOB_NEVER;
	j.priority = 1;
	j.misfire_grace_us = JOB_NO_GRACE;
	j.max_runtime_us = 0;
	(void)store_begin(st);
	is_int(store_job_update(st, &j), STORE_OK, "the row is rewritten");
	is_int(store_job_advance(st, j.id + 99, 1, 1), STORE_NOTFOUND,
	    "a row that is gone cannot advance");
	(void)store_commit(st);
	is_int(store_job_get(st, "q", "full", &got), STORE_OK, "found");
	same_job(&got, &j, "rewritten");
	job_fini(&got);
	(void)store_begin(st);
	is_int(store_job_delete(st, j.id, 5, JOB_EXPIRED), STORE_OK, "deleted");
	is_int(store_job_delete(st, j.id, 5, NULL), STORE_NOTFOUND,
	    "only once");
	(void)store_commit(st);
	is_int(store_job_get(st, "q", "full", &got), STORE_NOTFOUND, "gone");
	is_int(store_job_gone(st, "q", "full", &gone), STORE_OK, "remembered");
	is_str(gone.reason, JOB_EXPIRED, "why it went");
	is_int(gone.at_us, 5, "and when");
	free(gone.reason);
	is_int(store_job_gone(st, "q", "none", &gone), STORE_NOTFOUND,
	    "a name nobody had");
	job_fini(&got);
	job_fini(&j);
}

/* What may be null is null again. */
static void
check_job_bare(void)
{
	struct job j = sample_job("q", "bare", JOB_NEVER), got;

	is_int(insert(&j), STORE_OK, "a job with the least");
	job_init(&got);
	is_int(store_job_get(st, "q", "bare", &got), STORE_OK, "found");
	ok(got.args == NULL && got.kwargs == NULL && got.render == NULL &&
		got.retry.cap_us == RETRY_UNSET && got.description == NULL &&
		got.reason == NULL,
	    "what was not given is not there");
	ok(got.next_run_us == JOB_NEVER && got.cursor_us == JOB_NEVER &&
		got.misfire_grace_us == JOB_NO_GRACE,
	    "never and none");
	is_int(store_job_get(st, "Q", "bare", &got), STORE_NOTFOUND,
	    "names tell upper case from lower");
	job_fini(&got);
	job_fini(&j);
}

/* Names of the jobs of a list, joined by spaces. */
static const char *
names(const struct job_list *l)
{
	static char text[256];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < l->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i == 0 ? "" : " ", l->v[i].job_id);
	return text;
}

static void
delete_list(struct job_list *l)
{
	(void)store_begin(st);
	for (size_t i = 0; i < l->n; i++)
		(void)store_job_delete(st, l->v[i].id, 1, "deleted by owner");
	(void)store_commit(st);
	job_list_fini(l);
}

/* Jobs up to a number, for those who delete them all. */
static void
check_batches(void)
{
	struct job_list l = { NULL, 0, 0 };
	int64_t newest = 0;

	is_int(store_job_newest(st, &newest), STORE_OK, "the newest job");
	(void)store_job_batch(st, "list", newest - 2, 100, &l);
	is_int((long long)l.n, 5, "of one queue, but the newest");
	job_list_fini(&l);
	(void)store_job_batch(st, "list", newest, 4, &l);
	is_int((long long)l.n, 4, "as many as asked");
	job_list_fini(&l);
	(void)store_job_batch(st, "list", newest, 100, &l);
	delete_list(&l);
	(void)store_job_batch(st, NULL, newest, 100, &l);
	is_str(names(&l), "bare x", "what is left, in all queues");
	delete_list(&l);
}

/* Page by page, by next run, then number; those that never run at the end. */
static void
check_lists(void)
{
	static const struct {
		const char *id;
		int64_t next_us;
	} rows[] = {
		{ "e", JOB_NEVER },
		{ "c", 300 },
		{ "a", 100 },
		{ "d", 300 },
		{ "b", 200 },
		{ "f", JOB_NEVER },
	};
	static const char *const pages[] = { "a b", "c d", "e f", "" };
	struct store_job_cursor at = { INT64_MIN, 0 };
	struct job_list l = { NULL, 0, 0 };
	int64_t next = 0, n = 0;
	struct job j;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		j = sample_job("list", rows[i].id, rows[i].next_us);
		(void)insert(&j);
		job_fini(&j);
	}
	j = sample_job("other", "x", 50);
	(void)insert(&j);
	job_fini(&j);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		(void)store_job_list(st, "list", &at, 2, &l);
		is_str(names(&l), pages[i], "page %zu", i);
		if (l.n > 0)
			at =
			    (struct store_job_cursor){ l.v[l.n - 1].next_run_us,
				    l.v[l.n - 1].id };
		job_list_fini(&l);
	}
	at = (struct store_job_cursor){ INT64_MIN, 0 };
	(void)store_job_list(st, NULL, &at, 100, &l);
	is_str(names(&l), "x a b c d bare e f", "all queues together");
	job_list_fini(&l);
	(void)store_job_due(st, 300, 3, &l);
	is_str(names(&l), "x a b", "due, oldest first, as many as asked");
	job_list_fini(&l);
	(void)store_job_due(st, 299, 100, &l);
	is_str(names(&l), "x a b", "due, none too early");
	job_list_fini(&l);
	is_int(store_job_next(st, &next), STORE_OK, "there is a next run");
	is_int(next, 50, "the earliest");
	(void)store_job_count(st, "list", &n);
	is_int(n, 6, "jobs of one queue");
	(void)store_job_count(st, NULL, &n);
	is_int(n, 8, "jobs of all");
	check_batches();
	is_int(store_job_next(st, &next), STORE_OK, "asking goes on");
	ok(next == JOB_NEVER, "nothing is next");
}

static struct run
sample_run(int64_t job, int64_t slot_us, enum run_state state)
{
	struct run r = { .job = job,
		.slot_us = slot_us,
		.last_us = slot_us,
		.count = 1,
		.state = state,
		.decided_us = slot_us + 1 };

	run_make_id(slot_us, r.id);
	r.queue = (char *)(uintptr_t) "ledger";
	r.job_id = (char *)(uintptr_t) "j";
	return r;
}

static void
check_runs(void)
{
	const struct store_run_filter f = { .queue = "ledger",
		.state = RUN_STATE__MAX,
		.below = { INT64_MAX, 0 },
		.limit = 2 };
	const struct store_run_filter none = { .queue = "ledger",
		.job_id = "other",
		.state = RUN_STATE__MAX,
		.below = { INT64_MAX, 0 },
		.limit = 10 };
	struct run_list l = { NULL, 0, 0 };
	struct run r = sample_run(5, 1000, RUN_SENT), p;

	(void)store_begin(st);
	is_int(store_run_insert(st, &r), STORE_OK, "a slot is decided");
	p = sample_run(5, 1000, RUN_MISSED);
	is_int(store_run_insert(st, &p), STORE_CONFLICT, "but once");
	p = sample_run(6, 1000, RUN_SENT);
	is_int(store_run_insert(st, &p), STORE_OK, "another job's slot is not");
	p = sample_run(0, 1000, RUN_SENT);
	is_int(store_run_insert(st, &p), STORE_OK, "a published message");
	(void)snprintf(r.id, sizeof(r.id), "%s", p.id);
	r.job = 0;
	is_int(store_run_insert(st, &r), STORE_CONFLICT, "its id is taken");
	p = sample_run(5, 2000, RUN_PAUSED);
	is_int(store_run_extend(st, &p), STORE_NOTFOUND,
	    "a row that was sent is not lengthened");
	p.reason = (char *)(uintptr_t) "queue paused";
	(void)store_run_insert(st, &p);
	p = sample_run(5, 3000, RUN_PAUSED);
	p.last_us = 5000;
	p.count = 3;
	p.reason = (char *)(uintptr_t) "by owner";
	is_int(store_run_extend(st, &p), STORE_NOTFOUND,
	    "nor one with another reason");
	p.reason = (char *)(uintptr_t) "queue paused";
	is_int(store_run_extend(st, &p), STORE_OK, "one that was paused is");
	is_int(store_run_extend(st, &p), STORE_NOTFOUND,
	    "never by slots it has");
	is_int(store_commit(st), STORE_OK, "committed");
	is_int(store_run_list(st, &f, &l), STORE_OK, "listed");
	is_int((long long)l.n, 2, "as many as asked");
	ok(l.v[0].state == RUN_PAUSED && l.v[0].slot_us == 2000 &&
		l.v[0].last_us == 5000 && l.v[0].count == 4,
	    "newest first");
	is_str(l.v[0].reason, "queue paused", "with its reason");
	is_int((long long)strlen(l.v[0].id), 36, "and its id");
	is_int(l.v[1].job, 0, "the published one has no job");
	ok(l.v[1].reason == NULL, "and no reason");
	run_list_fini(&l);
	(void)store_run_list(st, &none, &l);
	is_int((long long)l.n, 0, "none of another job");
	run_list_fini(&l);
}

static void
check_tokens(void)
{
	struct token t = { .id = "0badcafe", .scopes = 5, .created_us = 10 };
	struct token_list l = { NULL, 0, 0 };
	struct token got;

	memset(t.hash, 0xa5, sizeof(t.hash));
	t.name = (char *)(uintptr_t) "web";
	t.queues = (char *)(uintptr_t) "mail,report-*";
	is_int(store_token_get(st, t.id, &got), STORE_NOTFOUND, "no token yet");
	(void)store_begin(st);
	is_int(store_token_insert(st, &t), STORE_OK, "a token is added");
	is_int(store_token_insert(st, &t), STORE_CONFLICT, "but once");
	(void)store_commit(st);
	is_int(store_token_get(st, t.id, &got), STORE_OK, "found");
	ok(memcmp(got.hash, t.hash, sizeof(t.hash)) == 0, "the hash");
	ok(strcmp(got.name, "web") == 0 &&
		strcmp(got.queues, "mail,report-*") == 0 && got.scopes == 5,
	    "name, queues, scopes");
	ok(got.expires_us == 0 && got.used_us == 0, "never expires, unused");
	token_fini(&got);
	(void)store_begin(st);
	is_int(store_token_used(st, t.id, 99), STORE_OK, "used");
	(void)snprintf(t.id, sizeof(t.id), "00000001");
	t.created_us = 5;
	t.expires_us = 1234;
	(void)store_token_insert(st, &t);
	(void)store_commit(st);
	(void)store_token_list(st, &l);
	is_int((long long)l.n, 2, "both are listed");
	is_str(l.v[0].id, "00000001", "the older first");
	ok(l.v[0].expires_us == 1234 && l.v[1].used_us == 99, "their times");
	token_list_fini(&l);
	(void)store_begin(st);
	is_int(store_token_revoke(st, t.id, 5), STORE_OK, "revoked");
	is_int(store_token_revoke(st, t.id, 6), STORE_NOTFOUND, "only once");
	(void)store_commit(st);
	is_int(store_token_get(st, t.id, &got), STORE_NOTFOUND,
	    "it is none any more");
	is_int(store_token_get_revoked(st, t.id, &got), STORE_OK,
	    "but remembered");
	ok(got.revoked_us == 5 && memcmp(got.hash, t.hash, sizeof(t.hash)) == 0,
	    "since when");
	is_int(store_token_get_revoked(st, "a0a0a0a0", &got), STORE_NOTFOUND,
	    "not so one that never was");
	(void)store_token_list(st, &l);
	is_int((long long)l.n, 1, "the list has it no more");
	is_str(l.v[0].id, "0badcafe", "but the other");
	(void)store_begin(st);
	is_int(store_token_revoke(st, "0badcafe", 31536000000006), STORE_OK,
	    "a year later");
	(void)store_commit(st);
	is_int(store_token_get_revoked(st, t.id, &got), STORE_NOTFOUND,
	    "the first is forgotten");
	token_list_fini(&l);
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
	check_job_full();
	check_job_bare();
	check_lists();
	check_runs();
	check_tokens();
	store_close(st);
	return tap_done();
}
