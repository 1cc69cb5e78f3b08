/*
 * Stores of the schema version before, made for the sweep and judged after a
 * migration went wrong.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/base/buf.h"
#include "tests/sweep/old.h"
#include "lib/base/ban.h"

/* The whole of the old schema's text; owned. */
static char *
schema_read(void)
{
	FILE *f = fopen(SCHEMA_1, "r");
	struct buf b = BUF_INIT;
	char chunk[4096];
	size_t n;

	while (f != NULL && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, chunk, n);
	if (f != NULL)
		(void)fclose(f);
	return buf_take(&b);
}

static sqlite3 *
open_as_it_lies(const char *path)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		(void)sqlite3_close(db);
		return NULL;
	}
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return db;
}

/* The first column of the first row, or -1. */
static int64_t
number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t v = -1;

	(void)sqlite3_prepare_v2(db, sql, -1, &q, NULL);
	if (sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return v;
}

/* A number made of the texts of all tables and indexes (FNV-1a). */
static uint64_t
schema_stamp(sqlite3 *db)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	sqlite3_stmt *q = NULL;
	const unsigned char *p;

	(void)sqlite3_prepare_v2(db,
	    "SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name",
	    -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		p = sqlite3_column_text(q, 0);
		for (; p != NULL && *p != '\0'; p++)
			h = (h ^ *p) * UINT64_C(0x100000001b3);
	}
	(void)sqlite3_finalize(q);
	return h;
}

/* Fill the tables of db from those of the store "new"; what that does not have
 * is null. */
static bool
rows_copy(sqlite3 *db)
{
	sqlite3_stmt *q = NULL;
	bool is_good = true;
	char *sql;

	(void)sqlite3_prepare_v2(db,
	    "SELECT t.name, group_concat(c.name),"
	    " group_concat(coalesce(n.name, 'NULL'))"
	    " FROM main.sqlite_schema AS t,"
	    " pragma_table_info(t.name, 'main') AS c"
	    " LEFT JOIN pragma_table_info(t.name, 'new') AS n"
	    " ON n.name = c.name WHERE t.type = 'table'"
	    " AND t.name NOT LIKE 'sqlite_%' GROUP BY t.name",
	    -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		sql = sqlite3_mprintf(
		    "INSERT INTO main.%s (%s) SELECT %s FROM new.%s",
		    sqlite3_column_text(q, 0), sqlite3_column_text(q, 1),
		    sqlite3_column_text(q, 2), sqlite3_column_text(q, 0));
		is_good = is_good &&
		    sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
		sqlite3_free(sql);
	}
	(void)sqlite3_finalize(q);
	return is_good;
}

/* An old store in the file path with the rows of the new one in from. */
static bool
store_lower(const char *path, const char *from)
{
	char *schema = schema_read(), *attach;
	sqlite3 *db = NULL;
	bool is_good;

	attach = sqlite3_mprintf("ATTACH %Q AS new", from);
	is_good = schema != NULL && sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db, attach, NULL, NULL, NULL) == SQLITE_OK &&
	    rows_copy(db);
	(void)sqlite3_close(db);
	sqlite3_free(attach);
	free(schema);
	return is_good;
}

/* How the store in use looks, as one of the two versions. */
static bool
world_note(struct world *w, int which)
{
	sqlite3 *db = open_as_it_lies(world_store(w));

	if (db == NULL)
		return false;
	w->schema[which] = schema_stamp(db);
	w->old_jobs = number(db, "SELECT count(*) FROM job");
	(void)sqlite3_close(db);
	return true;
}

bool
old_make(struct world *w)
{
	char lower[WORLD_PATH_MAX + 32];
	struct sched s;

	(void)snprintf(lower, sizeof(lower), "%s/lower.db", w->dir);
	if (!store_lower(lower, world_store(w)))
		return false;
	world_clear(w);
	if (rename(lower, world_store(w)) != 0 || !world_note(w, 0))
		return false;
	world_keep(w);
	if (world_open(w, &s) != STORE_OK)
		return false;
	sched_close(&s);
	return world_note(w, 1) && w->schema[0] != w->schema[1];
}

const char *
old_judge(const struct world *w)
{
	sqlite3 *db = open_as_it_lies(world_store(w));
	const char *why = NULL;
	int64_t version;

	if (db == NULL)
		return "cannot be opened";
	version = number(db, "PRAGMA user_version");
	if (version != 1 && version != store_schema_version())
		why = "of no version";
	else if (schema_stamp(db) != w->schema[version != 1])
		why = "between two versions";
	else if (number(db, "SELECT count(*) FROM job") < w->old_jobs)
		why = "jobs were lost";
	(void)sqlite3_close(db);
	return why;
}
