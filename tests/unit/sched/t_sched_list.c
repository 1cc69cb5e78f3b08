/* Lists, cursors and counts over both stores (lib/sched/sched.h). */
#include "tests/unit/rig.h"

/* Lists, cursors and counts over both stores (lib/sched/sched.h). */

static struct rig r;

/* "store:id" of each job, joined by spaces. */
static const char *
names(const struct job_list *l)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < l->n && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%c:%s",
		    i == 0 ? "" : " ", l->v[i].kind == JOB_MEMORY ? 'm' : 'd',
		    l->v[i].job_id);
	return text;
}

/*
 * Two queues in two stores.  Next runs are seconds of one minute, so that the
 * order is that of the numbers; -1 means paused, and so no next run.
 */
static const struct {
	enum job_kind store;
	const char *queue, *id;
	int at;
} rows[] = {
	{ JOB_DURABLE, "q", "d30", 30 },
	{ JOB_MEMORY, "q", "m10", 10 },
	{ JOB_DURABLE, "q", "d20", 20 },
	{ JOB_MEMORY, "q", "m40", 40 },
	{ JOB_DURABLE, "q", "dp", -1 },
	{ JOB_MEMORY, "q", "mp", -1 },
	{ JOB_DURABLE, "z", "z05", 5 },
	{ JOB_MEMORY, "q", "m20", 20 },
};

static void
fill(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *name[2] = { rows[i].queue, rows[i].id };

		is_int(rig_add_at(&r, rows[i].store, name,
			   rows[i].at < 0 ? 50 : rows[i].at),
		    STORE_OK, "job %s is added", rows[i].id);
		if (rows[i].at < 0)
			(void)sched_pause(&r.s, rows[i].store, name[0], name[1],
			    NULL);
	}
}

/* What a request sees in one piece. */
static const struct {
	const char *what;
	enum job_kind kind;
	const char *queue;
	int64_t limit;
	const char *want;
} lists[] = {
	{ "both stores by next run, the durable one first among equals, those "
	  "without a next run last",
	    SCHED_ANY, NULL, 0,
	    "d:z05 m:m10 d:d20 m:m20 d:d30 m:m40 d:dp m:mp" },
	{ "one queue of both stores", SCHED_ANY, "q", 0,
	    "m:m10 d:d20 m:m20 d:d30 m:m40 d:dp m:mp" },
	{ "the durable store alone", JOB_DURABLE, NULL, 0,
	    "d:z05 d:d20 d:d30 d:dp" },
	{ "the memory store alone", JOB_MEMORY, NULL, 0,
	    "m:m10 m:m20 m:m40 m:mp" },
	{ "a queue that is only in the other store", JOB_MEMORY, "z", 0, "" },
	{ "a queue nobody uses", SCHED_ANY, "none", 0, "" },
	{ "names tell upper case from lower", SCHED_ANY, "Q", 0, "" },
};

static void
check_lists(void)
{
	char next[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct sched_list_opts o = { lists[i].kind,
			lists[i].queue, lists[i].limit, NULL };

		(void)snprintf(next, sizeof(next), "left over");
		is_int(sched_list(&r.s, &o, &l, next), STORE_OK, "%s: listed",
		    lists[i].what);
		is_str(names(&l), lists[i].want, "%s", lists[i].what);
		is_str(next, "", "%s: no further page", lists[i].what);
		job_list_fini(&l);
	}
}

/* Pages of n jobs, joined by " | ", and whether the last ended the list. */
static void
pages(int64_t limit, const char *want)
{
	char next[SCHED_CURSOR_MAX] = "", cursor[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };
	struct buf got = BUF_INIT;
	int n = 0;

	do {
		struct sched_list_opts o = { SCHED_ANY, "q", limit, cursor };

		(void)snprintf(cursor, sizeof(cursor), "%s", next);
		(void)sched_list(&r.s, &o, &l, next);
		buf_printf(&got, "%s%s", n == 0 ? "" : " | ", names(&l));
		job_list_fini(&l);
	} while (next[0] != '\0' && ++n < 20);
	is_str(buf_cstr(&got), want,
	    "pages of %lld: each job once, in order, no empty last page",
	    (long long)limit);
	buf_fini(&got);
}

/* Pages of n jobs, all into one list, which grows to the end. */
static void
gathered(int64_t limit, const char *want)
{
	char next[SCHED_CURSOR_MAX] = "", cursor[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };
	int n = 0;

	do {
		struct sched_list_opts o = { SCHED_ANY, "q", limit, cursor };

		(void)snprintf(cursor, sizeof(cursor), "%s", next);
		(void)sched_list(&r.s, &o, &l, next);
	} while (next[0] != '\0' && ++n < 20);
	is_str(names(&l), want, "gathered by %lld", (long long)limit);
	job_list_fini(&l);
}

/* A cursor goes on where it stopped while jobs come and go. */
static void
check_changing(void)
{
	const char *early[2] = { "q", "d01" }, *late[2] = { "q", "d25" };
	char next[SCHED_CURSOR_MAX], end[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };
	struct sched_list_opts o = { SCHED_ANY, "q", 3, NULL };

	(void)sched_list(&r.s, &o, &l, next);
	is_str(names(&l), "m:m10 d:d20 m:m20", "the first page");
	job_list_fini(&l);
	(void)rig_add_at(&r, JOB_DURABLE, early, 1);
	(void)rig_add_at(&r, JOB_DURABLE, late, 25);
	(void)sched_delete(&r.s, SCHED_ANY, "q", "d20");
	o.cursor = next;
	(void)sched_list(&r.s, &o, &l, end);
	is_str(names(&l), "d:d25 d:d30 m:m40",
	    "the second has what came behind it, not what came before, and "
	    "misses none for the one that went");
	job_list_fini(&l);
	(void)sched_delete(&r.s, SCHED_ANY, "q", "d01");
	(void)sched_delete(&r.s, SCHED_ANY, "q", "d25");
	(void)rig_add_at(&r, JOB_DURABLE, (const char *[]){ "q", "d20" }, 20);
}

static const struct {
	const char *what, *cursor;
	enum store_rc want;
} cursors[] = {
	{ "an empty cursor is the start", "", STORE_OK },
	{ "a cursor of two places", "-.0,-.0", STORE_OK },
	{ "an instant before 1970", "-5.1,-5.1", STORE_OK },
	{ "a word", "x", STORE_NOTFOUND },
	{ "one place only", "1.1", STORE_NOTFOUND },
	{ "no number", "1.1,1.", STORE_NOTFOUND },
	{ "no dot", "1,1", STORE_NOTFOUND },
	{ "a third place", "1.1,1.1,1.1", STORE_NOTFOUND },
	{ "a negative job", "1.-1,1.1", STORE_NOTFOUND },
	{ "a space", "1.1, 1.1", STORE_NOTFOUND },
	{ "an instant that is never", "9223372036854775807.1,1.1",
	    STORE_NOTFOUND },
	{ "the last instant there is", "9223372036854775806.1,1.1", STORE_OK },
	{ "an instant beyond 64 bits", "9223372036854775808.1,1.1",
	    STORE_NOTFOUND },
	{ "something long",
	    "1111111111111111111111111111111111111111111111111111111111111111"
	    "11111111111111111111111111111111111111111111111111111111.1,1.1",
	    STORE_NOTFOUND },
};

static void
check_cursors(void)
{
	char next[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		const struct sched_list_opts o = { SCHED_ANY, NULL, 0,
			cursors[i].cursor };

		is_int(sched_list(&r.s, &o, &l, next), cursors[i].want,
		    "cursor: %s", cursors[i].what);
		ok(cursors[i].want == STORE_OK || l.n == 0,
		    "cursor: %s: nothing is added when it is refused",
		    cursors[i].what);
		job_list_fini(&l);
	}
}

/* max_list is 8 here, and there are as many jobs. */
static void
check_max_list(void)
{
	const char *ninth[2] = { "q", "d59" };
	struct sched_list_opts o = { SCHED_ANY, NULL, 0, NULL };
	char next[SCHED_CURSOR_MAX];
	struct job_list l = { NULL, 0, 0 };

	is_int(sched_list(&r.s, &o, &l, next), STORE_OK,
	    "a list as long as max_list is given whole");
	is_int((long long)l.n, 8, "with all of it");
	job_list_fini(&l);
	(void)rig_add_at(&r, JOB_DURABLE, ninth, 59);
	is_int(sched_list(&r.s, &o, &l, next), STORE_CONFLICT,
	    "one more, and a limit must be given");
	is_int((long long)l.n, 0, "nothing is given");
	o.limit = 9;
	is_int(sched_list(&r.s, &o, &l, next), STORE_OK,
	    "with a limit there is no such bound");
	is_int((long long)l.n, 9, "all nine");
	is_str(next, "", "in one page");
	job_list_fini(&l);
	o.limit = 0;
	o.queue = "z";
	is_int(sched_list(&r.s, &o, &l, next), STORE_OK,
	    "a short list of a long store needs no limit");
	job_list_fini(&l);
	(void)sched_delete(&r.s, JOB_DURABLE, "q", "d59");
}

static const struct {
	enum job_kind kind;
	const char *queue;
	int64_t want;
} counts[] = {
	{ SCHED_ANY, NULL, 8 },
	{ SCHED_ANY, "q", 7 },
	{ SCHED_ANY, "z", 1 },
	{ JOB_DURABLE, NULL, 4 },
	{ JOB_MEMORY, NULL, 4 },
	{ JOB_MEMORY, "z", 0 },
	{ SCHED_ANY, "none", 0 },
};

static void
check_counts(void)
{
	int64_t n;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		n = -1;
		is_int(sched_count(&r.s, counts[i].kind, counts[i].queue, &n),
		    STORE_OK, "count %zu", i);
		is_int(n, counts[i].want, "jobs of %s in %s",
		    counts[i].queue == NULL ? "all queues" : counts[i].queue,
		    counts[i].kind == SCHED_ANY	      ? "both stores" :
			counts[i].kind == JOB_DURABLE ? "the durable store" :
							"the memory store");
	}
}

/* Deleting: as much as asked, in the stores asked, with an audit row each. */
static void
check_delete_all(void)
{
	const char *audits =
	    "SELECT count(*) FROM audit WHERE action = 'job.delete-all'"
	    " AND actor = 'tester'";
	int64_t n = -1;

	is_int(sched_delete_all(&r.s, JOB_MEMORY, "z", &n), STORE_OK,
	    "nothing to delete is no error");
	is_int(n, 0, "none was");
	is_int(sched_delete_all(&r.s, JOB_MEMORY, "q", &n), STORE_OK,
	    "one queue of one store");
	is_int(n, 4, "its jobs");
	(void)sched_count(&r.s, SCHED_ANY, NULL, &n);
	is_int(n, 4, "the other store has kept its own");
	is_int(rig_ask(r.conf->memory_store, audits), 2,
	    "each call left its row in the store it changed");
	is_int(rig_ask(r.conf->store, audits), 0, "and none in the other");
	is_int(sched_delete_all(&r.s, SCHED_ANY, NULL, &n), STORE_OK, "all");
	is_int(n, 4, "all that were left");
	(void)sched_count(&r.s, SCHED_ANY, NULL, &n);
	is_int(n, 0, "none is left");
	is_int(rig_ask(r.conf->store, audits), 1, "told in the durable store");
}

/* A delete that cannot begin changes nothing and says so. */
static void
check_busy(void)
{
	const struct store_opts o = { .path = r.conf->store };
	const char *name[2] = { "q", "kept" };
	enum store_rc rc;
	struct store *other = store_open(&o, &rc, NULL);
	int64_t n = -1;

	(void)rig_add_at(&r, JOB_DURABLE, name, 3);
	is_int(store_begin(other), STORE_OK, "somebody else writes");
	is_int(sched_delete_all(&r.s, JOB_DURABLE, NULL, &n), STORE_BUSY,
	    "a delete is told to come again");
	is_int(n, 0, "and counts nothing");
	is_int(sched_count(&r.s, JOB_DURABLE, NULL, &n), STORE_OK,
	    "reading goes on");
	is_int(n, 1, "the job is there");
	store_rollback(other);
	store_close(other);
}

int
main(void)
{
	folder_init("t_sched_list");
	folder_quiet();
	rig_open(&r, "max_list = 8\n");
	fill();
	check_lists();
	pages(1, "m:m10 | d:d20 | m:m20 | d:d30 | m:m40 | d:dp | m:mp");
	pages(2, "m:m10 d:d20 | m:m20 d:d30 | m:m40 d:dp | m:mp");
	pages(3, "m:m10 d:d20 m:m20 | d:d30 m:m40 d:dp | m:mp");
	pages(6, "m:m10 d:d20 m:m20 d:d30 m:m40 d:dp | m:mp");
	pages(7, "m:m10 d:d20 m:m20 d:d30 m:m40 d:dp m:mp");
	for (int64_t limit = 1; limit <= 8; limit++)
		gathered(limit, "m:m10 d:d20 m:m20 d:d30 m:m40 d:dp m:mp");
	check_changing();
	check_cursors();
	check_max_list();
	check_counts();
	check_delete_all();
	check_busy();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
