/*
 * Every statement is prepared, its columns are those of its table in C, and the
 * plans of the hot ones are pinned.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/store/columns.h"
#include "tests/unit/tap.h"

/*
 * Every statement is prepared against the schema, and those that run for each
 * job, message or request are pinned to the index they must use: a plan that
 * turned into a scan would still give the right rows.
 */
#define POLICY \
	"; CORRELATED SCALAR SUBQUERY; " \
	"SEARCH policy USING INTEGER PRIMARY KEY (rowid=?)"

#define JOINED "; SEARCH policy USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"

static const struct pin {
	enum sql_id id;
	const char *plan; /* all lines of EXPLAIN QUERY PLAN, joined by "; " */
} pins[] = {
	{ SQL_JOB_GET,
	    "SEARCH job USING INDEX sqlite_autoindex_job_1 "
	    "(queue=? AND job_id=?)" },
	{ SQL_JOB_DUE, "SEARCH job USING INDEX job_next (next_run_us<?)" },
	{ SQL_JOB_DUE_QUEUE,
	    "SEARCH job USING INDEX job_queue_next "
	    "(queue=? AND next_run_us<?)" },
	{ SQL_JOB_NEXT,
	    "SEARCH job USING COVERING INDEX job_next "
	    "(next_run_us>?)" },
	{ SQL_JOB_LIST_TIMED,
	    "MERGE (UNION ALL); LEFT; SEARCH job USING INDEX job_next "
	    "(next_run_us=? AND rowid>?); RIGHT; "
	    "SEARCH job USING INDEX job_next (next_run_us>?)" },
	{ SQL_JOB_LIST_IDLE,
	    "SEARCH job USING INDEX job_next "
	    "(next_run_us=? AND rowid>?)" },
	{ SQL_JOB_LIST_QUEUE_TIMED,
	    "MERGE (UNION ALL); LEFT; SEARCH job USING INDEX job_queue_next "
	    "(queue=? AND next_run_us=? AND rowid>?); RIGHT; "
	    "SEARCH job USING INDEX job_queue_next "
	    "(queue=? AND next_run_us>?)" },
	{ SQL_JOB_LIST_QUEUE_IDLE,
	    "SEARCH job USING INDEX job_queue_next "
	    "(queue=? AND next_run_us=? AND rowid>?)" },
	{ SQL_JOB_LIST_OWNED,
	    "SEARCH job USING INDEX job_owner (owner=?); "
	    "USE TEMP B-TREE FOR ORDER BY" },
	{ SQL_JOB_NAMED,
	    "SEARCH job USING INDEX sqlite_autoindex_job_1 "
	    "((queue,job_id)>(?,?))" },
	{ SQL_JOB_COUNT_QUEUE,
	    "SEARCH job USING COVERING INDEX "
	    "job_queue_next (queue=?)" },
	{ SQL_JOB_ADVANCE, "SEARCH job USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_JOB_MOVE, "SEARCH job USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_JOB_UPDATE, "SEARCH job USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_JOB_DELETE,
	    "SEARCH job USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH streak USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_RUN_LAST,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 "
	    "(job=?)" },
	{ SQL_RUN_BEFORE,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 "
	    "(job=? AND slot_us<?)" },
	{ SQL_RUN_AFTER,
	    "SEARCH run USING COVERING INDEX sqlite_autoindex_run_1 "
	    "(job=? AND slot_us>?)" },
	{ SQL_QUEUE_PAUSE, "SEARCH queue USING PRIMARY KEY (name=?)" },
	{ SQL_JOB_QUARANTINED, "SCAN job USING INDEX job_quarantined" },
	{ SQL_JOB_COUNT_PAUSED, "SCAN job USING INDEX job_paused" },
	{ SQL_JOB_COUNT_QUARANTINED, "SCAN job USING INDEX job_quarantined" },
	{ SQL_JOB_BATCH, "SEARCH job USING INTEGER PRIMARY KEY (rowid<?)" },
	{ SQL_JOB_BATCH_QUEUE,
	    "SEARCH job USING INDEX job_queue_next (queue=?)" },
	{ SQL_RUN_EXTEND, "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_RUN_LIST,
	    "MERGE (UNION ALL); "
	    "LEFT; "
	    "SEARCH run USING INDEX run_slot (slot_us=? AND rowid<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "RIGHT; "
	    "SEARCH run USING INDEX run_slot (slot_us>? AND slot_us<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_RUN_LIST_STATE,
	    "MERGE (UNION ALL); "
	    "LEFT; "
	    "SEARCH run USING INDEX run_state_slot (state=? AND slot_us=? AND rowid<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "RIGHT; "
	    "SEARCH run USING INDEX run_state_slot (state=? AND slot_us>? AND slot_us<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_RUN_LIST_QUEUE,
	    "MERGE (UNION ALL); "
	    "LEFT; "
	    "SEARCH run USING INDEX run_queue_slot (queue=? AND slot_us=? AND rowid<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "RIGHT; "
	    "SEARCH run USING INDEX run_queue_slot (queue=? AND slot_us>? AND slot_us<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_RUN_LIST_QUEUE_STATE,
	    "MERGE (UNION ALL); "
	    "LEFT; "
	    "SEARCH run USING INDEX run_queue_state_slot (queue=? AND state=? AND slot_us=? AND rowid<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "RIGHT; "
	    "SEARCH run USING INDEX run_queue_state_slot (queue=? AND state=? AND slot_us>? AND slot_us<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_RUN_LIST_JOB,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 (job=? AND slot_us>? AND slot_us<?); "
	    "LIST SUBQUERY; "
	    "COMPOUND QUERY; "
	    "LEFT-MOST SUBQUERY; "
	    "SEARCH job USING COVERING INDEX sqlite_autoindex_job_1 (queue=? AND job_id=?); "
	    "UNION ALL; "
	    "SEARCH job_gone USING PRIMARY KEY (queue=? AND job_id=?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "USE TEMP B-TREE FOR ORDER BY" },
	{ SQL_RUN_AT,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 (job=? AND slot_us<?); "
	    "LIST SUBQUERY; "
	    "COMPOUND QUERY; "
	    "LEFT-MOST SUBQUERY; "
	    "SEARCH job USING COVERING INDEX sqlite_autoindex_job_1 (queue=? AND job_id=?); "
	    "UNION ALL; "
	    "SEARCH job_gone USING PRIMARY KEY (queue=? AND job_id=?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "USE TEMP B-TREE FOR ORDER BY" },
	{ SQL_RUN_LIST_ASC,
	    "MERGE (UNION ALL); "
	    "LEFT; "
	    "SEARCH run USING INDEX run_slot (slot_us=? AND rowid>?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "RIGHT; "
	    "SEARCH run USING INDEX run_slot (slot_us>? AND slot_us<?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	/* No row of the ledger is read to count. */
	{ SQL_RUN_COUNT,
	    "SEARCH run USING COVERING INDEX run_slot (slot_us>? AND slot_us<?)" },
	{ SQL_RUN_COUNT_STATE,
	    "SEARCH run USING COVERING INDEX run_state_slot (state=? AND slot_us>? AND slot_us<?)" },
	{ SQL_RUN_COUNT_QUEUE,
	    "SEARCH run USING COVERING INDEX run_queue_slot (queue=? AND slot_us>? AND slot_us<?)" },
	{ SQL_RUN_COUNT_QUEUE_STATE,
	    "SEARCH run USING COVERING INDEX run_queue_state_slot (queue=? AND state=? AND slot_us>? AND slot_us<?)" },
	{ SQL_RUN_COUNT_JOB,
	    "SEARCH run USING COVERING INDEX sqlite_autoindex_run_1 (job=? AND slot_us>? AND slot_us<?); "
	    "LIST SUBQUERY; "
	    "COMPOUND QUERY; "
	    "LEFT-MOST SUBQUERY; "
	    "SEARCH job USING COVERING INDEX sqlite_autoindex_job_1 (queue=? AND job_id=?); "
	    "UNION ALL; "
	    "SEARCH job_gone USING PRIMARY KEY (queue=? AND job_id=?)" },
	{ SQL_RUN_COUNT_JOB_STATE,
	    "SEARCH run USING INDEX run_queue_state_slot (queue=? AND state=? AND slot_us>? AND slot_us<?)" },
	{ SQL_RUN_BAD_IN,
	    "SEARCH work USING INDEX work_bad (due_us>? AND due_us<?); "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_RUN_TOOK,
	    "CO-ROUTINE r; "
	    "SEARCH run USING INDEX run_slot (slot_us>?); "
	    "SCAN r; "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_RUN_LAST_SUCCESS,
	    "CO-ROUTINE r; "
	    "SEARCH run USING COVERING INDEX sqlite_autoindex_run_1 (job=?); "
	    "SCAN r; "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_JOB_NAMES,
	    "SEARCH job USING COVERING INDEX sqlite_autoindex_job_1 (queue=?)" },
	{ SQL_RUN_NEXT_QUEUE,
	    "SEARCH run USING COVERING INDEX run_queue_slot (queue>?)" },
	{ SQL_RUN_NEWEST_OF,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 (job=?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_RUN_LIST_BAD,
	    "SEARCH work USING INDEX work_bad (due_us>? AND due_us<?); "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	/* An idle tick asks the first, and that is all. */
	{ SQL_POLICY_NEXT,
	    "SEARCH policy USING COVERING INDEX policy_check (check_us>?)" },
	{ SQL_POLICY_DUE,
	    "SEARCH p USING INDEX policy_check (check_us<?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH w USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "CORRELATED SCALAR SUBQUERY; "
	    "SEARCH attempt USING PRIMARY KEY (run=?)" },
	{ SQL_POLICY_START,
	    "SEARCH policy USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_WORK_END, "SEARCH work USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_WORK_START, "SEARCH work USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_WORK_CLEAR,
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?); "
	    "LIST SUBQUERY; "
	    "COMPOUND QUERY; "
	    "LEFT-MOST SUBQUERY; "
	    "SEARCH message USING INDEX message_ready (queue=?); "
	    "UNION ALL; "
	    "SEARCH message USING INDEX message_held (queue=?)" },
	{ SQL_RUN_GET,
	    "SEARCH run USING INDEX run_task (task_id=?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "USE TEMP B-TREE FOR ORDER BY" },
	{ SQL_DELIVERY_DUE_SERVICE,
	    "SEARCH delivery USING INDEX delivery_due (service>?)" },
	{ SQL_DELIVERY_DUE,
	    "SEARCH d USING INDEX delivery_due (service=?); "
	    "CORRELATED SCALAR SUBQUERY; "
	    "SEARCH t USING INDEX delivery_fingerprint (fingerprint=?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DELIVERY_MOVE,
	    "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_RUN_SET, "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_MESSAGE_EXPIRE,
	    "SEARCH message USING INDEX message_held (queue=? AND until_us<?)" POLICY
		POLICY },
	{ SQL_DELIVERY_OF_REMOTE,
	    "SEARCH d USING INDEX delivery_remote (remote_id=?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DELIVERY_IN_STATE,
	    "SEARCH d USING INDEX delivery_state (state=? AND next_us<?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DELIVERY_EXPIRED,
	    "SEARCH d USING INDEX delivery_until (until_us<?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DENIAL_END,
	    "SEARCH denial USING INDEX denial_open (key=? AND service=?)" },
	{ SQL_DELIVERY_AWAY_COUNT,
	    "SEARCH delivery USING INDEX delivery_away (service=?)" },
	{ SQL_DELIVERY_DOUBT_COUNT,
	    "SEARCH delivery USING INDEX delivery_doubt (service=?)" },
	{ SQL_DELIVERY_OF_JOB,
	    "CO-ROUTINE (subquery-2); "
	    "SEARCH delivery USING INDEX delivery_job (job=?); "
	    "SCAN (subquery-2); CORRELATED SCALAR SUBQUERY; "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DELIVERY_TO_CANCEL,
	    "SEARCH d USING INDEX delivery_cancel (cancel_us<?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_DELIVERY_LIST,
	    "SEARCH d USING INDEX delivery_service (service=? AND rowid<?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_ALERT_NEXT,
	    "SEARCH alert USING COVERING INDEX alert_next (next_us>?)" },
	{ SQL_ALERT_TAKE, "SEARCH alert USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_ALERT_RUN,
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH s USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN; "
	    "CORRELATED SCALAR SUBQUERY; "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_STREAK_ADD,
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_STREAK_RECOVERED,
	    "SEARCH streak USING INTEGER PRIMARY KEY (rowid=?); "
	    "SCALAR SUBQUERY; "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_STREAK_END,
	    "SEARCH streak USING INTEGER PRIMARY KEY (rowid=?); "
	    "SCALAR SUBQUERY; "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_STREAK_ANY, "SCAN CONSTANT ROW; SCALAR SUBQUERY; SCAN streak" },
	{ SQL_PRUNE_NEXT_JOB,
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid>?)" },
	{ SQL_PRUNE_JOB_BOUND,
	    "SEARCH run USING COVERING INDEX sqlite_autoindex_run_1 (job=?)" },
	{ SQL_PRUNE_SUM, "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	/* The second takes the run's delivery with it, if it has one. */
	{ SQL_PRUNE_ROW,
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH policy USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH work USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH delivery USING INTEGER PRIMARY KEY (rowid=?)" },
	/* Brokers: what is on its way is found without what is not. */
	{ SQL_OUTBOX_ANY,
	    "SCAN CONSTANT ROW; "
	    "SCALAR SUBQUERY; "
	    "SCAN outbox USING COVERING INDEX outbox_due" },
	{ SQL_OUTBOX_QUEUE,
	    "SEARCH outbox USING COVERING INDEX outbox_due (queue=? "
	    "AND next_us>?); "
	    "SCALAR SUBQUERY; "
	    "SEARCH outbox USING COVERING INDEX outbox_due (queue>?)" },
	{ SQL_OUTBOX_DUE,
	    "SEARCH outbox USING COVERING INDEX outbox_due (queue=? "
	    "AND next_us<?)" },
	{ SQL_OUTBOX_ROW,
	    "SEARCH o USING INTEGER PRIMARY KEY (rowid=?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" POLICY POLICY },
	{ SQL_OUTBOX_DEAD,
	    "SEARCH o USING INDEX outbox_dead (queue=? AND run>?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)" POLICY POLICY },
	{ SQL_OUTBOX_DEAD_ROWS,
	    "SEARCH outbox USING INDEX outbox_dead (queue=? AND run>?); "
	    "CORRELATED SCALAR SUBQUERY; "
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_OUTBOX_DEAD_QUEUE,
	    "SEARCH outbox USING INDEX outbox_dead (queue>?)" },
	{ SQL_OUTBOX_REPLAY,
	    "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_OUTBOX_GET,
	    "SEARCH r USING INDEX run_task (task_id=? AND queue=?); "
	    "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)" POLICY POLICY },
	{ SQL_OUTBOX_DELETE,
	    "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_OUTBOX_SAY_ALL,
	    "SEARCH run USING INTEGER PRIMARY KEY (rowid=?); "
	    "LIST SUBQUERY; "
	    "SCAN j VIRTUAL TABLE INDEX 1:; "
	    "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_OUTBOX_DELETE_ALL,
	    "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?); "
	    "LIST SUBQUERY; "
	    "SCAN json_each VIRTUAL TABLE INDEX 1:" },
	{ SQL_OUTBOX_PUT_OFF,
	    "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_OUTBOX_COUNT,
	    "SEARCH outbox USING COVERING INDEX outbox_due (queue=? "
	    "AND next_us>?)" },
	{ SQL_ENDPOINT_GET, "SEARCH endpoint USING PRIMARY KEY (name=?)" },
	{ SQL_MESSAGE_EXPIRE,
	    "SEARCH message USING INDEX message_held "
	    "(queue=? AND until_us<?)" POLICY POLICY },
	{ SQL_MESSAGE_PICK,
	    "SEARCH message USING INDEX message_ready "
	    "(queue=?)" JOINED },
	{ SQL_MESSAGE_LEASE,
	    "SEARCH message USING INTEGER PRIMARY KEY "
	    "(rowid=?)" },
	{ SQL_MESSAGE_ACK,
	    "SEARCH message USING INTEGER PRIMARY KEY "
	    "(rowid=?)" },
	{ SQL_MESSAGE_EXTEND,
	    "SEARCH message USING INTEGER PRIMARY KEY "
	    "(rowid=?)" },
	{ SQL_MESSAGE_NACK,
	    "SEARCH message USING INTEGER PRIMARY KEY "
	    "(rowid=?)" POLICY POLICY POLICY POLICY },
	{ SQL_MESSAGE_PEEK_READY,
	    "SEARCH message USING INDEX message_ready "
	    "(queue=?)" JOINED },
	{ SQL_MESSAGE_PEEK_HELD,
	    "SEARCH message USING INDEX message_held "
	    "(queue=?)" JOINED },
	{ SQL_MESSAGE_PEEK_DEAD,
	    "SEARCH message USING INDEX message_dead "
	    "(queue=?)" JOINED },
	/* In the order of the rows, so that no body is sorted. */
	{ SQL_MESSAGE_DEAD,
	    "SEARCH m USING INDEX message_dead (queue=? AND id>?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_MESSAGE_DEAD_GET,
	    "SEARCH m USING INDEX message_dead (queue=?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_MESSAGE_DEAD_ROWS,
	    "SEARCH message USING INDEX message_dead (queue=? AND id>?)" },
	{ SQL_MESSAGE_DEAD_QUEUE,
	    "SEARCH message USING INDEX message_dead (queue>?)" },
	{ SQL_MESSAGE_DEAD_NAMES,
	    "SEARCH m USING INDEX message_dead (queue=?); "
	    "SEARCH r USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" },
	{ SQL_MESSAGE_REPLAY,
	    "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_MESSAGE_PURGE,
	    "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_MESSAGE_COUNT,
	    "SCAN CONSTANT ROW; SCALAR SUBQUERY; "
	    "SEARCH message USING INDEX message_ready (queue=?); "
	    "SCALAR SUBQUERY; "
	    "SEARCH message USING INDEX message_held (queue=?)" },
	{ SQL_QUEUE_IS_PAUSED, "SEARCH queue USING PRIMARY KEY (name=?)" },
	{ SQL_ZONE_JOBS, "SEARCH job USING INTEGER PRIMARY KEY (rowid>?)" },
	{ SQL_ZONE_DECIDED,
	    "SEARCH run USING INDEX sqlite_autoindex_run_1 (job=?)" },
	{ SQL_TOKEN_GET, "SEARCH token USING PRIMARY KEY (id=?)" },
	{ SQL_TOKEN_USED, "SEARCH token USING PRIMARY KEY (id=?)" },
	{ SQL_TICK_END, "SEARCH tick USING INTEGER PRIMARY KEY (rowid=?)" },
	{ SQL_TICK_PRUNE, "SEARCH tick USING INTEGER PRIMARY KEY (rowid<?)" },
	/* In the order of the rows, from the end, and only a dozen of them. */
	{ SQL_TICK_NEWEST, "SCAN tick" },
};

/* How each list of columns in sql/ is read. */
static const struct columns *const tables[] = {
	&columns_alert,
	&columns_attempt,
	&columns_audit_name,
	&columns_audit_row,
	&columns_audit_run_name,
	&columns_audit_version,
	&columns_clock_queue,
	&columns_clock_row,
	&columns_dead,
	&columns_delivery,
	&columns_denial,
	&columns_endpoint,
	&columns_follow,
	&columns_follow_open,
	&columns_gone,
	&columns_job,
	&columns_message,
	&columns_message_dead_name,
	&columns_outbox,
	&columns_outbox_dead_name,
	&columns_output,
	&columns_params,
	&columns_policy,
	&columns_policy_retry,
	&columns_prune_once,
	&columns_prune_seen,
	&columns_queue,
	&columns_run,
	&columns_run_bad,
	&columns_sim_count,
	&columns_sim_job,
	&columns_sim_total,
	&columns_target,
	&columns_tick,
	&columns_tick_believed,
	&columns_tick_doubted,
	&columns_tick_span,
	&columns_token,
	&columns_token_revoked,
	&columns_zone,
	&columns_zone_job,
};

static const struct columns *
table_of(const char *fragment)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(tables[i]->fragment, fragment) == 0)
			return tables[i];
	}
	return NULL;
}

/* A row is read by position: each column must be the one of its table. */
static void
check_columns(struct store *st)
{
	const struct columns *c;
	sqlite3_stmt *q;
	const char *name;
	size_t n;

	for (int i = 0; i < SQL__MAX; i++) {
		if (sql_texts[i].columns == NULL)
			continue;
		q = NULL;
		(void)sqlite3_prepare_v2(st->db, sql_texts[i].text, -1, &q,
		    NULL);
		n = (size_t)sqlite3_column_count(q);
		c = table_of(sql_texts[i].columns);
		if (n > 0)
			ok(c != NULL && n == c->n, "%s returns %s: %zu columns",
			    sql_texts[i].name, sql_texts[i].columns, n);
		for (size_t k = 0; c != NULL && k < n && k < c->n; k++) {
			name = sqlite3_column_name(q, (int)k);
			is_str(name, c->v[k].name + 1, "%s, column %zu",
			    sql_texts[i].name, k);
		}
		(void)sqlite3_finalize(q);
	}
}

/* "SCALAR SUBQUERY 2" to "SCALAR SUBQUERY": numbers differ by version. */
static void
drop_number(char *line)
{
	char *s = strstr(line, "SUBQUERY ");

	if (s != NULL)
		s[strlen("SUBQUERY")] = '\0';
}

/* The plan of a statement into out; the statement must be one that has one. */
static void
plan_of(struct store *st, enum sql_id id, char *out, size_t outlen)
{
	char sql[2048], line[256];
	sqlite3_stmt *q = NULL;
	size_t n = 0;

	out[0] = '\0';
	(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
	    sql_texts[id].text);
	if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) != SQLITE_OK)
		return;
	while (sqlite3_step(q) == SQLITE_ROW) {
		(void)snprintf(line, sizeof(line), "%s",
		    (const char *)sqlite3_column_text(q, 3));
		drop_number(line);
		n += (size_t)snprintf(out + n, outlen - n, "%s%s",
		    n == 0 ? "" : "; ", line);
	}
	(void)sqlite3_finalize(q);
}

/* Prepares, is one statement alone, and has only named parameters. */
static void
check_prepared(struct store *st)
{
	const char *rest, *name;
	sqlite3_stmt *q;
	bool is_named;
	int rc;

	for (int i = 0; i < SQL__MAX; i++) {
		q = NULL;
		rest = "";
		rc = sqlite3_prepare_v2(st->db, sql_texts[i].text, -1, &q,
		    &rest);
		ok(rc == SQLITE_OK && q != NULL, "%s is prepared: %s",
		    sql_texts[i].name, sqlite3_errmsg(st->db));
		is_named = true;
		for (int p = 1; p <= sqlite3_bind_parameter_count(q); p++) {
			name = sqlite3_bind_parameter_name(q, p);
			is_named = is_named && name != NULL && name[0] == ':';
		}
		ok(is_named, "%s names its parameters", sql_texts[i].name);
		is_int((long long)strspn(rest, " \n\t"),
		    (long long)strlen(rest), "%s is one statement",
		    sql_texts[i].name);
		(void)sqlite3_finalize(q);
	}
}

/* A transaction's statements work in their order. */
static void
check_transaction(struct store *st)
{
	static const enum sql_id order[] = { SQL_TXN_BEGIN, SQL_TXN_COMMIT,
		SQL_TXN_BEGIN, SQL_TXN_ROLLBACK };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		is_int(stmt_exec(st, order[i], NO_ARGS), STORE_OK, "%s runs",
		    sql_texts[order[i]].name);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	struct store *st;
	enum store_rc rc;
	struct err why;
	char plan[2048];

	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	is_int(stmt_rc(st,
		   sqlite3_exec(st->db, sql_sim_begin, NULL, NULL, NULL)),
	    STORE_OK, "the tables of a simulation are made");
	check_prepared(st);
	check_columns(st);
	is_int(stmt_rc(st, sqlite3_exec(st->db, sql_sim_end, NULL, NULL, NULL)),
	    STORE_OK, "and go again");
	check_transaction(st);
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		plan_of(st, pins[i].id, plan, sizeof(plan));
		is_str(plan, pins[i].plan, "plan of %s",
		    sql_texts[pins[i].id].name);
	}
	store_close(st);
	return tap_done();
}
