/*
 * A store of an older version becomes what a fresh one is, with its data; a
 * step that fails changes nothing.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* A store of an older version becomes what a fresh one is, with its data. */

static char folder[256];
static char path[300];

/* What a store of any version held: a row or more of each table. */
static const char rows[] =
    "INSERT INTO job (queue, job_id, trigger, priority, coalesce,"
    " max_catchup, max_instances, state, next_run_us, cursor_us, created_us,"
    " changed_us) VALUES ('q', 'a', 'cron;timezone=UTC;minute=*', 1, 1, 100,"
    " 1, 'active', 60000000, 60000000, 5, 5), ('q', 'b', 'damaged', 0, 0, 1,"
    " 1, 'quarantined', NULL, NULL, 6, 7);"
    "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count,"
    " state, decided_us) VALUES ('t1', 1, 'q', 'a', 1, 3, 3, 'missed', 4),"
    " ('t2', NULL, 'q', '', 9, 9, 1, 'sent', 9);"
    "INSERT INTO job_gone (queue, job_id, job) VALUES ('q', 'c', 7);"
    "INSERT INTO run_pruned VALUES (1, 'q', 'sent', 1, 1, 0, 0);"
    "INSERT INTO prune VALUES ('rows', 1);"
    "INSERT INTO message (queue, priority, state, attempt, enqueued_us, body)"
    " VALUES ('q', 0, 0, 0, 9, '{}');"
    "INSERT INTO queue (name, is_paused, changed_us) VALUES ('q', 1, 8);"
    "INSERT INTO zone VALUES ('Europe/Berlin', 17, NULL, 0);"
    "INSERT INTO token VALUES ('00000000', x'01', 'n', 1, '*', 1, NULL, NULL);"
    "INSERT INTO audit (at_us, actor, action) VALUES (1, 'owner', 'job.add');"
    "INSERT INTO tick (started_us, until_us, sent, decided)"
    " VALUES (1, 2, 3, 4);";

/* And of version 2 besides; the names of alerts are random. */
static const char rows_2[] =
    "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count,"
    " state, decided_us, is_extra) VALUES ('t3', NULL, 'srv', '', 10, 10, 1,"
    " 'due', 10, 1);"
    "INSERT INTO delivery (run, target, place, command, marker, on_ambiguous,"
    " twin, state, turn, next_us, is_waiting, attempt, due_us, looks)"
    " VALUES (3, 'render', 'srv', 'x', 'none', 'retry', 5, 'due', 0, 10, 0,"
    " 0, 10, 0);"
    "INSERT INTO follow VALUES ('srv', 1, 2, 3);"
    "INSERT INTO history VALUES (1, 0, 'date;x', NULL, 9, NULL);"
    "UPDATE alert SET name = 'msg_' || id;";

/* And of version 3 besides. */
static const char rows_3[] =
    "INSERT INTO outbox (run, queue, priority, base_us, cap_us, due_us,"
    " attempt, next_us) VALUES (2, 'q', 0, 1, 2, 9, 0, 9);"
    "INSERT INTO lane VALUES ('redis:cache', 1, 2, 3, 4, NULL, NULL);";

/* What each older version differs in. */
static const struct version {
	int n;
	const char *schema, *rows, *rows_more;
	const char *in_the_way; /* a table that its step wants to make */
	const char *before;	/* what that step does before: rows */
} versions[] = {
	{ 1, "tests/vectors/schema-1.sql", "", "", "history",
	    "SELECT count(*) FROM pragma_table_info('job')"
	    " WHERE name = 'since_us'" },
	{ 2, "tests/vectors/schema-2.sql", rows_2, "", "lane",
	    "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'outbox%'" },
	{ 3, "tests/vectors/schema-3.sql", rows_2, rows_3, "run_task",
	    "SELECT count(*) FROM pragma_table_info('token')"
	    " WHERE name = 'services'" },
};

static const char *
name(const char *base)
{
	(void)snprintf(path, sizeof(path), "%s/%s", folder, base);
	return path;
}

/* The whole of a text file of the source tree; owned. */
static char *
slurp(const char *file)
{
	const char *top = getenv("top_srcdir");
	char full[512], chunk[4096];
	struct buf b = BUF_INIT;
	size_t n;
	FILE *f;

	(void)snprintf(full, sizeof(full), "%s/%s", top == NULL ? "." : top,
	    file);
	if ((f = fopen(full, "r")) == NULL)
		printf("Bail out! %s cannot be read\n", full);
	while (f != NULL && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, chunk, n);
	if (f != NULL)
		(void)fclose(f);
	return buf_take(&b);
}

static sqlite3 *
open_db(const char *file)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(file, &db) != SQLITE_OK)
		printf("Bail out! %s\n", file);
	return db;
}

static void
run_sql(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		printf("Bail out! %s\n", sqlite3_errmsg(db));
}

/* A store of an older version in file. */
static void
make_old(const struct version *v, const char *file)
{
	char *schema = slurp(v->schema);
	sqlite3 *db = open_db(file);

	run_sql(db, "PRAGMA journal_mode = WAL");
	run_sql(db, schema);
	run_sql(db, rows);
	run_sql(db, v->rows);
	run_sql(db, v->rows_more);
	(void)sqlite3_close(db);
	free(schema);
}

/* Append text without its comments, and each run of white space as one. */
static void
add_normal(struct buf *out, const char *text)
{
	bool is_spaced = false;

	for (; *text != '\0'; text++) {
		if (text[0] == '-' && text[1] == '-')
			text += strcspn(text, "\n");
		if (isspace((unsigned char)*text)) {
			is_spaced = true;
			continue;
		}
		if (is_spaced && isalnum((unsigned char)*text))
			buf_char(out, ' ');
		is_spaced = false;
		buf_char(out, *text);
	}
	buf_char(out, '\n');
}

/* Every row that a query gives, as text; owned. */
static char *
dump(sqlite3 *db, const char *sql)
{
	struct buf out = BUF_INIT;
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
		printf("Bail out! %s\n", sqlite3_errmsg(db));
	while (sqlite3_step(q) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(q); i++)
			add_normal(&out,
			    sqlite3_column_type(q, i) == SQLITE_NULL ?
				"NULL" :
				(const char *)sqlite3_column_text(q, i));
	}
	(void)sqlite3_finalize(q);
	return buf_take(&out);
}

/* A query for the columns that the tables of a version had; owned. */
static char *
dump_old(sqlite3 *db, const char *table, const char *columns)
{
	struct buf sql = BUF_INIT;
	char *out;

	buf_printf(&sql, "SELECT %s FROM %s ORDER BY 1", columns, table);
	out = dump(db, buf_cstr(&sql));
	buf_fini(&sql);
	return out;
}

#define SCHEMA \
	"SELECT type, name, tbl_name, sql FROM sqlite_schema" \
	" WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
#define TABLES \
	"SELECT t.name, group_concat(c.name) FROM sqlite_schema AS t," \
	" pragma_table_info(t.name) AS c WHERE t.type = 'table'" \
	" AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name ORDER BY t.name"

static enum store_rc
open_close(const char *file, bool is_create)
{
	const struct store_opts o = {
		.path = file,
		.busy_us = 50000,
		.is_create = is_create,
	};
	enum store_rc rc;

	store_close(store_open(&o, &rc, NULL));
	return rc;
}

static int64_t
number(sqlite3 *db, const char *sql)
{
	char *text = dump(db, sql);
	int64_t v = strtoll(text, NULL, 10);

	free(text);
	return v;
}

static void
check_schema(const struct version *v)
{
	sqlite3 *old, *fresh;
	char *a, *b;

	make_old(v, name("old.db"));
	is_int(open_close(path, false), STORE_OK,
	    "a store of version %d is opened", v->n);
	old = open_db(path);
	is_int(open_close(name("fresh.db"), true), STORE_OK, "a fresh one");
	fresh = open_db(path);
	a = dump(old, SCHEMA);
	b = dump(fresh, SCHEMA);
	is_str(a, b, "migrated, the schema is that of a fresh store");
	free(a);
	free(b);
	a = dump(old, TABLES);
	b = dump(fresh, TABLES);
	is_str(a, b, "and so is the order of all columns");
	free(a);
	free(b);
	is_int(number(old, "PRAGMA user_version"), store_schema_version(),
	    "the version is the newest");
	is_int(number(fresh, "PRAGMA user_version"), store_schema_version(),
	    "that of a fresh store, too");
	is_int(number(old, "SELECT count(*) FROM history WHERE job = 0"),
	    v->n == 1, "where history begins is noted");
	is_int(number(fresh, "SELECT count(*) FROM history"), 0,
	    "a fresh store needs no such note");
	(void)sqlite3_close(old);
	(void)sqlite3_close(fresh);
}

/* What has another name in the newest version. */
static const struct {
	const char *table, *column, *now; /* column NULL: the table */
} renamed[] = {
	{ "lane", NULL, "endpoint" },
	{ "job", "retry", "max_attempts" },
	{ "delivery", "retry", "max_attempts" },
	{ "delivery", "place", "service" },
	{ "delivery", "turn", "version" },
	{ "delivery", "twin", "fingerprint" },
	{ "follow", "place", "service" },
};
#define NRENAMED (sizeof(renamed) / sizeof(renamed[0]))

static const char *
name_now(const char *table, const char *column)
{
	const char *was = column != NULL ? column : table;

	for (size_t i = 0; i < NRENAMED; i++) {
		if (strcmp(renamed[i].table, table) == 0 &&
		    (renamed[i].column == NULL) == (column == NULL) &&
		    (column == NULL || strcmp(renamed[i].column, column) == 0))
			return renamed[i].now;
	}
	return was;
}

/* The names of columns, comma-separated, as they are now; owned. */
static char *
columns_now(const char *table, const char *columns)
{
	struct buf b = BUF_INIT;
	char column[64];
	size_t n;

	for (; *columns != '\0'; columns += n + (columns[n] == ',')) {
		n = strcspn(columns, ",");
		(void)snprintf(column, sizeof(column), "%.*s", (int)n, columns);
		if (b.len > 0)
			buf_char(&b, ',');
		buf_str(&b, name_now(table, column));
	}
	return buf_take(&b);
}

/* All there was is there afterwards, or without a migration. */
static void
check_data(const struct version *v, const char *file, bool is_migrated)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *was, *is;
	const char *table, *columns;
	char before[300], *a, *b, *now;

	(void)snprintf(before, sizeof(before), "%s/before.db", folder);
	(void)unlink(before);
	make_old(v, before);
	was = open_db(before);
	is = open_db(file);
	(void)sqlite3_prepare_v2(was, TABLES, -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		table = (const char *)sqlite3_column_text(q, 0);
		columns = (const char *)sqlite3_column_text(q, 1);
		a = dump_old(was, table, columns);
		now = columns_now(table, columns);
		b = dump_old(is, is_migrated ? name_now(table, NULL) : table,
		    is_migrated ? now : columns);
		free(now);
		ok(a[0] != '\0', "there were rows in %s", table);
		is_str(b, a, "and they are there");
		free(a);
		free(b);
	}
	(void)sqlite3_finalize(q);
	is_int(number(is, "PRAGMA user_version"),
	    is_migrated ? store_schema_version() : v->n, "of the version");
	is_int(number(is,
		   "SELECT count(*) FROM pragma_integrity_check"
		   " WHERE integrity_check <> 'ok'"),
	    0, "sound");
	(void)sqlite3_close(was);
	(void)sqlite3_close(is);
}

/* What cannot be migrated stays what it was. */
static void
check_failure(const struct version *v)
{
	char sql[64];
	sqlite3 *db;

	make_old(v, name("stuck.db"));
	db = open_db(path);
	(void)snprintf(sql, sizeof(sql), "CREATE TABLE %s (a)", v->in_the_way);
	run_sql(db, sql);
	ok(open_close(path, false) != STORE_OK, "a step that fails is told");
	is_int(number(db, v->before), 0, "what was done before it is undone");
	(void)snprintf(sql, sizeof(sql), "DROP TABLE %s", v->in_the_way);
	run_sql(db, sql);
	(void)sqlite3_close(db);
	check_data(v, path, false);
	is_int(open_close(path, false), STORE_OK, "then it goes on");
	check_data(v, path, true);
}

/* What `retry` was, and the columns that it becomes, in seconds. */
static const struct {
	const char *was, *is;
	const char *of_a_run; /* where that differs */
} retries[] = {
	{ "NULL", "NULL NULL NULL NULL", NULL },
	{ "'{\"max_attempts\":3,\"max_age\":60,\"base\":2,\"cap\":9}'",
	    "3 60 2 9", NULL },
	{ "'{ \"cap\" : 9, \"max_attempts\" : 1000 }'", "1000 NULL NULL 9",
	    NULL },
	{ "'{\"max_age\":0,\"base\":0,\"cap\":0}'", "NULL 0 0 0", NULL },
	{ "'{\"max_age\":3155760000}'", "NULL 3155760000 NULL NULL", NULL },
	{ "'{\"base\":null}'", "NULL NULL NULL NULL", NULL },
	{ "'{}'", "NULL NULL NULL NULL", NULL },
	{ "'{\"max_attempts\":3'", "0 NULL NULL NULL", "NULL NULL NULL NULL" },
	{ "''", "0 NULL NULL NULL", "NULL NULL NULL NULL" },
	{ "'[3]'", "0 NULL NULL NULL", "NULL NULL NULL NULL" },
	{ "'3'", "0 NULL NULL NULL", "NULL NULL NULL NULL" },
	{ "'{\"cap\":1e300,\"base\":\"x\",\"max_attempts\":[7]}'",
	    "0 NULL 0 9223372036854", NULL },
};

/* A job and a run with each of them, numbered from 100 on. */
static void
add_retries(sqlite3 *db)
{
	static const char job[] =
	    "INSERT INTO job (id, queue, job_id, trigger, retry, priority,"
	    " coalesce, max_catchup, max_instances, state, created_us,"
	    " changed_us) VALUES (%zu, 'q', 'r%zu', 't', %s, 0, 1, 1, 1,"
	    " 'active', 5, 5)";
	static const char run[] =
	    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us,"
	    " last_us, count, state, decided_us) VALUES (%zu, 'd%zu', NULL,"
	    " 's', '', 10, 10, 1, 'due', 10);"
	    "INSERT INTO delivery (run, target, place, command, marker,"
	    " on_ambiguous, retry, twin, state, turn, next_us, is_waiting,"
	    " attempt, due_us, looks) VALUES (%zu, 'render', 's', 'x', 'none',"
	    " 'retry', %s, 5, 'due', 0, 10, 0, 0, 10, 0)";
	char sql[1024];

	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		size_t n = 100 + i;

		(void)snprintf(sql, sizeof(sql), job, n, n, retries[i].was);
		run_sql(db, sql);
		(void)snprintf(sql, sizeof(sql), run, n, n, n, retries[i].was);
		run_sql(db, sql);
	}
}

/* The columns of row n are what is wanted. */
static void
check_retry(sqlite3 *db, const char *row, size_t n, const char *want)
{
	static const char columns[] =
	    "SELECT coalesce(max_attempts, 'NULL') || ' ' ||"
	    " coalesce(max_age_us / 1000000, 'NULL') || ' ' ||"
	    " coalesce(base_us / 1000000, 'NULL') || ' ' ||"
	    " coalesce(cap_us / 1000000, 'NULL') FROM %s = %zu";
	char sql[512], *got;

	(void)snprintf(sql, sizeof(sql), columns, row, 100 + n);
	got = dump(db, sql);
	got[strcspn(got, "\n")] = '\0';
	is_str(got, want, "%s, %s", row, retries[n].was);
	free(got);
}

static void
check_retries(void)
{
	sqlite3 *db;

	make_old(&versions[2], name("retries.db"));
	db = open_db(path);
	add_retries(db);
	(void)sqlite3_close(db);
	is_int(open_close(path, false), STORE_OK, "any retry is migrated");
	db = open_db(path);
	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		check_retry(db, "job WHERE id", i, retries[i].is);
		check_retry(db, "delivery WHERE run", i,
		    retries[i].of_a_run != NULL ? retries[i].of_a_run :
						  retries[i].is);
	}
	is_int(number(db,
		   "SELECT count(*) FROM delivery WHERE until_us IS NOT"
		   " due_us + nullif(coalesce(max_age_us, 86400000000), 0)"),
	    0, "what is open expires by it");
	is_int(number(db,
		   "SELECT count(*) FROM pragma_integrity_check"
		   " WHERE integrity_check <> 'ok'"),
	    0, "all columns have values of their types");
	(void)sqlite3_close(db);
}

/* Runs of the embedded queue, and those that did not succeed, get their work;
 * messages their runs. */
static void
check_work(const struct version *v)
{
	static const char more[] =
	    "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us,"
	    " count, state, decided_us, reason) VALUES"
	    " ('w1', NULL, 'q', '', 101, 101, 1, 'sent', 1, NULL),"
	    " ('w2', NULL, 'q', '', 102, 102, 1, 'sent', 1, NULL),"
	    " ('w3', NULL, 'q', '', 103, 103, 1, 'sent', 1, NULL),"
	    " ('w4', NULL, 'q', '', 104, 104, 1, 'sent', 1, NULL),"
	    " ('w5', NULL, 'r', '', 105, 105, 1, 'refused', 1, '400'),"
	    " ('w6', NULL, 'r', '', 106, 106, 1, 'dead', 1, 'late'),"
	    " ('w7', NULL, 'r', '', 107, 107, 1, 'missed', 1, 'late');"
	    "INSERT INTO message (queue, priority, state, attempt, lease,"
	    " enqueued_us, body) VALUES"
	    " ('q', 0, 0, 0, NULL, 1, '{\"task_id\":\"w1\"}'),"
	    " ('q', 0, 1, 2, 'x', 1, '{\"task_id\":\"w2\"}'),"
	    " ('q', 0, 2, 5, NULL, 1, '{\"task_id\":\"w3\"}'),"
	    " ('r', 0, 0, 0, NULL, 1, '{\"task_id\":\"w4\"}'),"
	    " ('q', 0, 0, 0, NULL, 1, 'no JSON');";
	const char *file = name("work.db");
	sqlite3 *db;
	char *got;

	make_old(v, file);
	db = open_db(file);
	run_sql(db, more);
	(void)sqlite3_close(db);
	is_int(open_close(file, false), STORE_OK, "with messages");
	db = open_db(file);
	got = dump(db,
	    "SELECT task_id || ' ' || outcome || ' ' || attempts || ' ' ||"
	    " due_us || coalesce(' ' || error, '')"
	    " FROM work JOIN run ON run.id = work.run"
	    " WHERE task_id LIKE 'w%' ORDER BY 1");
	is_str(got,
	    "w1 queued 0 101\nw2 running 2 102\nw3 dead 5 103\n"
	    "w5 failed 0 105 400\nw6 dead 0 106 late\n",
	    "each has its work");
	free(got);
	is_int(number(db, "SELECT count(*) FROM message WHERE run IS NOT NULL"),
	    3, "messages have their runs");
	(void)sqlite3_close(db);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");
	char cmd[300];

	/* The refusals log what SQLite said: not what is tested here. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return EXIT_FAILURE;
	(void)snprintf(folder, sizeof(folder), "%s/t_migrate.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(folder) == NULL) {
		printf("Bail out! no folder %s\n", folder);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		check_schema(&versions[i]);
		check_data(&versions[i], name("old.db"), true);
		check_failure(&versions[i]);
		check_work(&versions[i]);
		(void)snprintf(cmd, sizeof(cmd), "rm -f '%s'/*", folder);
		if (system(cmd) != 0)
			printf("# %s cannot be emptied\n", folder);
	}
	check_retries();
	is_int((int)(sizeof(versions) / sizeof(versions[0])),
	    store_schema_version() - 1, "all versions there were");
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", folder);
	if (system(cmd) != 0)
		printf("# %s is left behind\n", folder);
	return tap_done();
}
