/*
 * Dead letters of every queue a token may touch, by one list; and several at
 * once, all of them or none.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char conf[] = "timezone = UTC\nmax_deliveries = 1\n"
			   "webhook \"main\" {\n"
			   "\turl = \"http://127.0.0.1:1/\"\n"
			   "\tsecret = \"s\"\n}\n"
			   "queue \"r*\" {\n\tbroker = webhook\n}\n";

#define MESSAGE(id, q, name, why) \
	"(" #id ",'" q "',0,2,1,1," why ",json_object('task_id','" name "'))"

/* Two queues that share a name, one at a broker, one with a slash. */
static const char rows[] =
    "DROP TRIGGER IF EXISTS fail;"
    "DELETE FROM message; DELETE FROM outbox; DELETE FROM run;"
    "DELETE FROM audit;"
    "INSERT INTO message (id, queue, priority, state, attempt, enqueued_us,"
    " reason, body) VALUES" MESSAGE(1, "a", "x1",
	"'lease expired'") "," MESSAGE(2, "a", "x2", "'bad'") "," MESSAGE(3,
	"b", "x1",
	"'bad'") "," MESSAGE(4, "b", "y1", "'bad'") "," MESSAGE(5, "c/d", "z",
	"NULL") ";"
		"INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us,"
		" count, state, reason, decided_us) VALUES (9,'w1',1,'r','j',1,1,1,"
		"'dead','bad',1);"
		"INSERT INTO outbox (run, queue, priority, base_us, cap_us, due_us,"
		" attempt) VALUES (9,'r',0,1,1,1,2);"
		"CREATE TRIGGER fail BEFORE DELETE ON message WHEN OLD.queue = 'c/d'"
		" BEGIN SELECT RAISE(ABORT, 'no'); END;";

#define REPLAY "POST", "/v1/dead/replay"
#define PURGE "POST", "/v1/dead/purge"
#define LETTER "/v1/dead/letter?"

/* What is asked of rows, each time anew; by a token for "*" unless it says. */
/* clang-format off */
static const struct step {
	struct api_case c;
	const char *globs;
	const char *left; /* the names of the dead then */
} steps[] = {
	{ { "all", "GET", "/v1/dead", NULL, 200, "dead#=7 | dead[0].queue_name=a | dead[2].queue_name=b | dead[4].queue_name=c/d | dead[5].id=w1 | dead[5].where=broker | next_cursor!", NULL }, "*", NULL },
	{ { "and why", "GET", "/v1/dead", NULL, 200, "reasons#=4 | reasons[0].reason=bad | reasons[0].n=4", NULL }, "*", NULL },
	{ { "an empty name is none", "GET", "/v1/dead?queue_name=", NULL, 200, "dead#=7", NULL }, "*", NULL },
	{ { "of one queue", "GET", "/v1/dead?queue_name=b", NULL, 200, "dead#=2 | reasons#=1 | reasons[0].n=2", NULL }, "*", NULL },
	{ { "of those granted", "GET", "/v1/dead", NULL, 200, "dead#=2 | dead[1].id=x2 | reasons#=2", NULL }, "a", NULL },
	{ { "of a pattern", "GET", "/v1/dead", NULL, 200, "dead#=2 | dead[0].id=z | dead[1].id=m1 | reasons#=2", NULL }, "c*", NULL },
	{ { "a foreign one is not there", "GET", "/v1/dead?queue_name=b", NULL, 404, NULL, NULL }, "a", NULL },
	{ { "none granted has one", "GET", "/v1/dead", NULL, 200, "dead=[] | reasons=[] | next_cursor!", NULL }, "z*", NULL },
	{ { "the cursor of one queue's list", "GET", "/v1/dead?cursor=0.1", NULL, 400, "error_data.cursor?", NULL }, "*", NULL },
	{ { "the other way about", "GET", "/v1/dead?queue_name=a&cursor=0.1.61", NULL, 400, "error_data.cursor?", NULL }, "*", NULL },
	{ { "a cursor that is cut", "GET", "/v1/dead?cursor=0.1.6", NULL, 400, "error_data.cursor?", NULL }, "*", NULL },
	{ { "a cursor with a NUL", "GET", "/v1/dead?cursor=0.1.6100", NULL, 400, "error_data.cursor?", NULL }, "*", NULL },
	{ { "a cursor of a foreign queue shows nothing of it", "GET", "/v1/dead?cursor=0.0.62", NULL, 200, "dead=[]", NULL }, "a", NULL },
	{ { "show one by its name alone", "GET", LETTER "id=y1", NULL, 200, "queue_name=b", NULL }, "*", NULL },
	{ { "one that two queues have", "GET", LETTER "id=x1", NULL, 409, "error_data.queue_name~several", NULL }, "*", NULL },
	{ { "of which one is granted", "GET", LETTER "id=x1", NULL, 200, "queue_name=b", NULL }, "b", NULL },
	{ { "or named", "GET", LETTER "id=x1&queue_name=a", NULL, 200, "reason=lease expired", NULL }, "*", NULL },
	{ { "forget one that two queues have", "DELETE", LETTER "id=x1", NULL, 409, NULL, NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "forget a foreign one", "DELETE", LETTER "id=y1", NULL, 404, NULL, NULL }, "a", "x1 x2 x1 y1 z w1 m1" },
	{ { "forget one", "DELETE", LETTER "id=w1", NULL, 200, "purged=1", NULL }, "*", "x1 x2 x1 y1 z m1" },
	{ { "one of either store and place", PURGE, "{\"ids\":[\"m1\",\"w1\",\"x2\",\"y1\"]}", 200, "purged=4", NULL }, "*", "x1 x1 z" },
	{ { "the same again", REPLAY, "{\"ids\":[\"m1\",\"w1\",\"x2\",\"y1\"]}", 200, "replayed=4", NULL }, "*", "x1 x1 z" },
	{ { "twice is once", REPLAY, "{\"ids\":[\"x2\",\"y1\",\"x2\"]}", 200, "replayed=2", NULL }, "*", "x1 x1 z w1 m1" },
	{ { "one that is not there: none", PURGE, "{\"ids\":[\"m1\",\"w1\",\"x2\",\"zz\"]}", 404, "error_data.ids~zz", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "one that is foreign: none", PURGE, "{\"ids\":[\"x2\",\"y1\"]}", 404, "error_data.ids~y1", NULL }, "a", "x1 x2 x1 y1 z w1 m1" },
	{ { "one that two queues have: none", REPLAY, "{\"ids\":[\"x2\",\"x1\"]}", 409, "error_data.queue_name~x1", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "of a queue that is named", REPLAY, "{\"queue_name\":\"a\",\"ids\":[\"x2\",\"x1\"]}", 200, "replayed=2", NULL }, "*", "x1 y1 z w1 m1" },
	{ { "not those of another queue", REPLAY, "{\"queue_name\":\"a\",\"ids\":[\"x2\",\"y1\"]}", 404, NULL, NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "one that fails undoes the others", PURGE, "{\"ids\":[\"m1\",\"w1\",\"x2\",\"z\"]}", 500, NULL, NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "all with a reason", PURGE, "{\"queue_name\":\"a\",\"reason\":\"bad\"}", 200, "purged=1", NULL }, "*", "x1 x1 y1 z w1 m1" },
	{ { "at a broker", REPLAY, "{\"queue_name\":\"r\",\"reason\":\"bad\"}", 200, "replayed=1", NULL }, "*", "x1 x2 x1 y1 z m1" },
	{ { "none with a reason", PURGE, "{\"queue_name\":\"a\",\"reason\":\"ba\"}", 200, "purged=0", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "an empty reason is one", PURGE, "{\"queue_name\":\"a\",\"reason\":\"\"}", 200, "purged=0", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "a reason of null is none", PURGE, "{\"queue_name\":\"a\",\"reason\":null}", 400, "error_data.ids?", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "a reason needs a queue", PURGE, "{\"reason\":\"bad\"}", 400, "error_data.queue_name=is required", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "so does all", PURGE, "{\"all\":true}", 400, "error_data.queue_name=is required", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "a name that is empty is none", PURGE, "{\"queue_name\":\"\",\"all\":true}", 400, "error_data.queue_name=is required", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "both", PURGE, "{\"queue_name\":\"a\",\"ids\":[\"x1\"],\"reason\":\"bad\"}", 400, "error_data.ids~only one of them", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "a reason of a foreign queue", PURGE, "{\"queue_name\":\"b\",\"reason\":\"bad\"}", 404, NULL, NULL }, "a", "x1 x2 x1 y1 z w1 m1" },
	{ { "a path that is another queue's", "POST", "/v1/queues/a/dead/replay?queue_name=b", NULL, 400, "error_data.queue_name~in the path", NULL }, "*", "x1 x2 x1 y1 z w1 m1" },
	{ { "a name that is misspelt", "GET", "/v1/dead?queue_nam=b", NULL, 400, "error_data.queue_nam~did you mean queue_name", NULL }, "*", NULL },
	{ { "a store that is misspelt", "DELETE", "/v1/job?queue_name=a&job_id=j&job_store_knd=memory", NULL, 400, "error_data.job_store_knd~did you mean job_store_kind", NULL }, "*", NULL },
	{ { "or another letter's", "GET", "/v1/queues/a/dead/x1?id=x2", NULL, 400, "error_data.id~in the path", NULL }, "*", NULL },
};
/* clang-format on */

/* A dead letter called m1 in memory, of the queue "cm". */
static const struct api_case in_memory[] = {
	{ "a memory job", "POST", "/v1/jobs",
	    "{\"queue_name\":\"cm\",\"job_id\":\"j\",\"trigger\":\"cron\","
	    "\"hour\":3,\"job_store_kind\":\"memory\"}",
	    200, NULL, NULL },
	{ "its run", "POST",
	    "/v1/job/run?queue_name=cm&job_id=j&job_store_kind=memory", NULL,
	    200, NULL, NULL },
	{ "leased", "POST", "/v1/lease", "{\"queue_name\":\"cm\"}", 200,
	    "messages#=1", "messages[0].lease" },
	{ "given back", "POST", "/v1/nack",
	    "{\"queue_name\":\"cm\",\"leases\":[\"{kept}\"]}", 200, "done=1",
	    NULL },
};

/* Everything as it was. */
static void
reset(struct api *a)
{
	char sql[1024];

	api_sql(a, rows);
	(void)snprintf(sql, sizeof(sql),
	    "ATTACH '%s/memory/store.db' AS m; DELETE FROM m.message;"
	    "INSERT INTO m.message (id, queue, priority, state, attempt,"
	    " enqueued_us, reason, body) VALUES" MESSAGE(7, "cm", "m1",
		"'lost'"),
	    a->dir);
	api_sql(a, sql);
}

/* The names of all dead letters, in pages. */
static void
names(struct api *a, int limit, struct buf *out)
{
	char path[256], cursor[256] = "";
	const struct api_request r = { .path = path };
	const char *next;

	buf_reset(out);
	a->token = a->admin;
	do {
		(void)snprintf(path, sizeof(path),
		    "/v1/dead?limit=%d&cursor=%s", limit, cursor);
		if (api_call(a, &r) != 200)
			break;
		for (int i = 0; i < limit; i++) {
			(void)snprintf(path, sizeof(path), "dead[%d].id", i);
			if (strcmp(api_value(a, path), "null") == 0)
				break;
			buf_printf(out, "%s%s", out->len > 0 ? " " : "",
			    buf_cstr(&a->value));
		}
		next = api_value(a, "next_cursor");
		(void)snprintf(cursor, sizeof(cursor), "%s", next);
	} while (strcmp(cursor, "null") != 0);
}

static void
test_steps(struct api *a)
{
	struct err why;
	char text[TOKEN_TEXT_MAX];
	struct buf left = BUF_INIT;

	for (size_t i = 0; i < N(steps); i++) {
		const struct step *t = &steps[i];
		bool is_good;

		reset(a);
		api_token(a, TOKEN_READ | TOKEN_WRITE, t->globs, 0, text);
		a->token = text;
		is_good = api_judge(a, &t->c, &why);
		ok(is_good, "%s, for %s", t->c.what, t->globs);
		if (!is_good)
			printf("# %s\n# %s\n", why.text, buf_cstr(&a->body));
		if (t->left == NULL)
			continue;
		names(a, 100, &left);
		is_str(buf_cstr(&left), t->left, "what is left");
	}
	buf_fini(&left);
}

static void
test_pages(struct api *a)
{
	struct buf got = BUF_INIT;

	reset(a);
	for (int limit = 1; limit < 9; limit++) {
		names(a, limit, &got);
		is_str(buf_cstr(&got), "x1 x2 x1 y1 z w1 m1", "%d a page",
		    limit);
	}
	buf_fini(&got);
}

/* A row for each that was replayed or purged, with its queue. */
static void
test_audit(struct api *a)
{
	const struct api_request r = { .method = "POST",
		.path = "/v1/dead/purge",
		.body = "{\"ids\":[\"x2\",\"w1\",\"y1\"]}" };

	reset(a);
	is_int(api_call(a, &r), 200, "purged");
	is_str(api_sql_text(a,
		   "SELECT group_concat(action || ' ' || queue || ' ' ||"
		   " coalesce(job_id, '-')) FROM audit"),
	    "dead.purge r j,dead.purge a -,dead.purge b -", "the audit");
}

int
main(void)
{
	struct api a;

	api_open(&a, conf);
	API_RUN(&a, in_memory);
	test_steps(&a);
	test_pages(&a);
	test_audit(&a);
	api_close(&a);
	return tap_done();
}
