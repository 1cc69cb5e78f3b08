/*
 * /v1/runs/sums: its parameters, and its counts against those that SQL makes of
 * the rows, for each filter and each token.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define SUMS "GET", "/v1/runs/sums"
#define OWN "srv-aaaaaaaaaaaaaaaaaaaa"

/*
 * Rows of all states in three queues and at a service, a second apart; of those
 * that were handed over each fifth did not succeed.
 */
/* clang-format off */
static const char rows[] =
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 799)"
    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us, count,"
    " state, decided_us) SELECT i + 1, 't' || i, iif(i % 4 = 3, NULL, 1 + i % 8),"
    " CASE i % 4 WHEN 0 THEN 'q' WHEN 1 THEN 'mail' WHEN 2 THEN 'mail2'"
    "  ELSE '" OWN "' END,"
    " iif(i % 4 = 3, '', 'j' || (i % 8)), i * 1000000, i * 1000000, 1,"
    " CASE i * 7919 % 31 WHEN 0 THEN 'missed' WHEN 1 THEN 'coalesced'"
    "  WHEN 2 THEN 'paused' WHEN 3 THEN 'overlap' WHEN 4 THEN 'due'"
    "  WHEN 5 THEN 'failed' WHEN 6 THEN 'canceled' WHEN 7 THEN 'refused'"
    "  WHEN 8 THEN 'dead' WHEN 9 THEN 'succeeded' WHEN 10 THEN 'running'"
    "  WHEN 11 THEN 'unknown' WHEN 12 THEN 'sending' WHEN 13 THEN 'created'"
    "  ELSE 'sent' END, 1 FROM n;"
    "UPDATE run SET state = 'succeeded' WHERE queue = '" OWN "' AND state = 'sent';"
    "INSERT INTO work (run, outcome, due_us, attempts) SELECT id,"
    " CASE WHEN state = 'refused' THEN 'failed' WHEN state <> 'sent' THEN state"
    "  WHEN id % 5 <> 0 THEN 'succeeded' WHEN id % 20 = 0 THEN 'failed'"
    "  WHEN id % 20 = 5 THEN 'dead' WHEN id % 20 = 10 THEN 'expired'"
    "  ELSE 'canceled' END, slot_us, 1 FROM run WHERE state NOT IN"
    "  ('missed', 'coalesced', 'paused', 'overlap', 'due', 'unknown', 'sending');"
    "UPDATE work SET outcome = 'queued' WHERE outcome = 'created';"
    "INSERT INTO delivery (run, job, target, service, command, marker,"
    " on_ambiguous, fingerprint, state, version, next_us, is_waiting, attempt,"
    " due_us, looks) SELECT id, NULL, 'render', queue, 'x', '', 'retry', id,"
    " state, 1, NULL, 0, 1, slot_us, 0 FROM run WHERE queue = '" OWN "';"
    "INSERT INTO job_gone (queue, job_id, job) SELECT queue, job_id, job FROM run"
    " WHERE job IS NOT NULL GROUP BY job";

static const struct api_case cases[] = {
	{ "the last day, by the hour", SUMS, NULL, 200, "buckets#=25 | bucket=3600 | sums={}", NULL },
	{ "all rows in one bucket", SUMS "?from=1970-01-01T00:00:00Z&to=1970-01-02T00:00:00Z&bucket=86400", NULL, 200, "buckets#=1 | buckets[0].at=1970-01-01T00:00:00Z | from=1970-01-01T00:00:00Z | to=1970-01-02T00:00:00Z", NULL },
	{ "from is included, to is not", SUMS "?from=1970-01-01T00:00:14Z&to=1970-01-01T00:00:15Z&bucket=1", NULL, 200, "buckets#=1 | buckets[0].at=1970-01-01T00:00:14Z", NULL },
	{ "200 buckets", SUMS "?from=1970-01-01T00:00:00Z&to=1970-01-01T00:03:20Z&bucket=1", NULL, 200, "buckets#=200", NULL },
	{ "201 are too many", SUMS "?from=1970-01-01T00:00:00Z&to=1970-01-01T00:03:21Z&bucket=1", NULL, 400, "error_data.bucket~more than 200 buckets", NULL },
	{ "a last one that is shorter", SUMS "?from=1970-01-01T00:00:00Z&to=1970-01-01T00:00:25Z&bucket=10", NULL, 200, "buckets#=3", NULL },
	{ "nothing between", SUMS "?from=1970-01-02T00:00:00Z&to=1970-01-02T00:00:00Z", NULL, 400, "error_data.to=must be after from", NULL },
	{ "backwards", SUMS "?from=1970-01-02T00:00:00Z&to=1970-01-01T00:00:00Z", NULL, 400, "error_data.to=must be after from", NULL },
	{ "buckets of nothing", SUMS "?bucket=0", NULL, 400, "error_data.bucket~from 1 to 31622400", NULL },
	{ "buckets before now", SUMS "?bucket=-1", NULL, 400, "error_data.bucket~from 1 to 31622400", NULL },
	{ "buckets of no number", SUMS "?bucket=1h", NULL, 400, "error_data.bucket~from 1 to 31622400", NULL },
	{ "an empty one is an hour", SUMS "?bucket=", NULL, 200, "bucket=3600", NULL },
	{ "a job without its queue", SUMS "?job_id=j", NULL, 400, "error_data.queue_name=is required with job_id", NULL },
	{ "a queue that is none", SUMS "?queue_name=none", NULL, 200, "sums={}", NULL },
	{ "all faults at once", SUMS "?from=x&to=y&bucket=z&job_store_kind=a", NULL, 400, "error_data#=4", NULL },
	{ "the whole calendar", SUMS "?from=0001-01-02T00:00:00Z&to=9999-12-30T00:00:00Z&bucket=31622400", NULL, 400, "error_data.bucket~more than 200", NULL },
};

static const char *const words[] = { "sent", "missed", "coalesced", "paused",
	"overlap", "due", "sending", "unknown", "created", "running",
	"succeeded", "failed", "canceled", "refused", "dead", "expired" };

static const struct view {
	const char *what, *query, *where;
} views[] = {
	{ "all", "", "true" },
	{ "a queue", "&queue_name=mail", "queue = 'mail'" },
	{ "a job", "&queue_name=mail&job_id=j5", "queue = 'mail' AND job_id = 'j5'" },
	{ "the durable ones", "&job_store_kind=redis", "true" },
};

static const struct holder {
	const char *what;
	struct grant grant;
	const char *where;
} holders[] = {
	{ "everything", { "*", "*" }, "true" },
	{ "every queue", { "*", "" }, "queue NOT LIKE 'srv-%'" },
	{ "mail", { "mail", "" }, "queue = 'mail'" },
	{ "mail and more", { "mail*", "" }, "queue LIKE 'mail%'" },
	{ "mail and a service", { "mail*", "srv-*" }, "queue LIKE 'mail%' OR queue LIKE 'srv-%'" },
	{ "names like a service's, and mail", { "srv-*,mail", "" }, "queue = 'mail'" },
};
/* clang-format on */

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* How many rows a counter must have: by the outcome if it did not succeed. */
static long
model(struct api *a, const char *where, const char *mine, long at[2],
    const char *word)
{
	char sql[1024];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM run LEFT JOIN work ON work.run = run.id WHERE"
	    " (%s) AND (%s) AND slot_us >= %ld000000 AND slot_us < %ld000000 AND"
	    " iif(state = 'sent' AND outcome IN ('failed', 'dead', 'expired',"
	    " 'canceled'), outcome, state) = '%s'",
	    where, mine, at[0], at[1], word);
	return strtol(api_sql_text(a, sql), NULL, 10);
}

/* Where an answer has a counter; bucket -1: the sums. */
static void
print_name(long bucket, const char *word, char *out, size_t size)
{
	if (bucket < 0)
		(void)snprintf(out, size, "sums.%s", word);
	else
		(void)snprintf(out, size, "buckets[%ld].%s", bucket, word);
}

/* Compare a window by both; the number of counters that differ. */
static int
compare(struct api *a, const struct view *v, const struct holder *h,
    long window[3])
{
	char path[256], name[64];
	struct api_request r = { .path = path };
	long at[2];
	int bad = 0;

	(void)snprintf(path, sizeof(path),
	    "/v1/runs/sums?from=@%ld&to=@%ld&bucket=%ld%s", window[0],
	    window[1], window[2], v->query);
	if (api_call(a, &r) != 200) {
		printf("# %s\n", buf_cstr(&a->body));
		return -1;
	}
	for (long i = -1; window[0] + i * window[2] < window[1]; i++) {
		at[0] = i < 0 ? window[0] : window[0] + i * window[2];
		at[1] = i < 0 ? window[1] : at[0] + window[2];
		at[1] = at[1] > window[1] ? window[1] : at[1];
		for (size_t w = 0; w < N(words); w++) {
			print_name(i, words[w], name, sizeof(name));
			bad += strtol(api_value(a, name), NULL, 10) !=
			    model(a, v->where, h->where, at, words[w]);
		}
	}
	return bad;
}

/*
 * Read all pages of 7 runs: hidden runs make none shorter.  The number of runs,
 * or -1 if a page but the last has another length.
 */
static long
count_pages(struct api *a, const char *queue)
{
	char path[512], next[256] = "";
	struct api_request r = { .path = path };
	long n = 0, here;

	do {
		(void)snprintf(path, sizeof(path),
		    "/v1/runs?limit=7&to=@900%s%s%s", queue,
		    *next != '\0' ? "&cursor=" : "", next);
		if (api_call(a, &r) != 200)
			return -1;
		here = strtol(api_value(a, "runs#"), NULL, 10);
		(void)snprintf(next, sizeof(next), "%s",
		    api_value(a, "next_cursor"));
		n += here;
	} while (strchr(next, '.') != NULL && here == 7);
	return strchr(next, '.') != NULL ? -1 : n;
}

static void
check_pages(struct api *a, const struct holder *h)
{
	char sql[256];

	/* One of queues must name one. */
	if (h->grant.queues[0] != '*')
		return;
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM run WHERE %s",
	    h->where);
	is_int(count_pages(a, ""), strtol(api_sql_text(a, sql), NULL, 10),
	    "%s: runs of full pages", h->what);
}

int
main(void)
{
	static long windows[][3] = { { 0, 800, 800 }, { 123, 234, 30 },
		{ 790, 900, 30 } };
	char text[TOKEN_TEXT_MAX];
	struct api a;

	api_open(&a, NULL);
	api_sql(&a, rows);
	API_RUN(&a, cases);
	for (size_t k = 0; k < N(holders); k++) {
		api_grant(&a, TOKEN_READ, &holders[k].grant, 0, text);
		a.token = text;
		check_pages(&a, &holders[k]);
		for (size_t i = 0; i < N(views); i++)
			for (size_t w = 0; w < N(windows); w++)
				is_int(compare(&a, &views[i], &holders[k],
					   windows[w]),
				    0, "%s, %s, window %zu", holders[k].what,
				    views[i].what, w);
	}
	api_close(&a);
	return tap_done();
}
