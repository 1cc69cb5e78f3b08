/*
 * Brings an older schema to the newest one, in one transaction. Tested in
 * t_migrate and by the sweep.
 */
#include "config.h"

#include "lib/base/err.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/base/ban.h"

/* PRAGMA application_id of every store: "mhnd". */
#define APPLICATION_ID 0x6d686e64

/*
 * Scripts by the version they produce, which each sets at its end: from the
 * version before; the schema is the newest version from nothing.  A released
 * script is never edited.
 */
static const char *const steps[] = {
	[2] = sql_migrate_2,
	[3] = sql_migrate_3,
	[4] = sql_migrate_4,
};

#define SCHEMA_VERSION ((int64_t)(sizeof(steps) / sizeof(steps[0]) - 1))

int
store_schema_version(void)
{
	return (int)SCHEMA_VERSION;
}

/* Step 4 changes the text of the schema, which defensive mode forbids. */
static enum store_rc
schema_script(struct store *st, const char *sql)
{
	enum store_rc rc;

	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 0,
	    (int *)NULL);
	rc = stmt_rc(st, sqlite3_exec(st->db, sql, NULL, NULL, NULL));
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0,
	    (int *)NULL);
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
	    (int *)NULL);
	return rc;
}

/*
 * Run all missing steps in one transaction: a crash leaves the old version
 * complete.  The version is read again inside, because two programs may start
 * at the same time.
 */
static enum store_rc
schema_upgrade(struct store *st)
{
	int64_t version = 0;
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = stmt_number(st, SQL_OPEN_USER_VERSION, NO_ARGS, &version);
	if (rc == STORE_OK && version == 0) {
		rc = schema_script(st, sql_schema);
		version = SCHEMA_VERSION;
	}
	while (rc == STORE_OK && version < SCHEMA_VERSION)
		rc = schema_script(st, steps[++version]);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

/* Set *out to whether it is another program's database. */
static enum store_rc
schema_is_foreign(struct store *st, bool *out)
{
	int64_t app = 0, tables = 0;
	enum store_rc rc;

	rc = stmt_number(st, SQL_OPEN_APPLICATION_ID, NO_ARGS, &app);
	if (rc == STORE_OK)
		rc = stmt_number(st, SQL_OPEN_TABLE_COUNT, NO_ARGS, &tables);
	*out = rc == STORE_OK && tables > 0 && app != APPLICATION_ID;
	return rc;
}

enum store_rc
store_vet(struct store *st, bool is_create, struct err *why)
{
	int64_t version = 0;
	bool is_foreign = false;
	enum store_rc rc;

	rc = schema_is_foreign(st, &is_foreign);
	if (rc == STORE_OK && !is_foreign)
		rc = stmt_number(st, SQL_OPEN_USER_VERSION, NO_ARGS, &version);
	if (rc != STORE_OK) {
		err_set(why, "%s: %s", st->path, store_strrc(rc));
		return rc;
	}
	if (is_foreign || (version == 0 && !is_create)) {
		err_set(why,
		    "%s: is no minutehand store; "
		    "`minutehand init` makes one",
		    st->path);
		return is_foreign ? STORE_ERROR : STORE_NOTFOUND;
	}
	if (version > SCHEMA_VERSION) {
		err_set(why,
		    "%s: has schema version %lld, "
		    "this program knows %lld: use a newer minutehand",
		    st->path, (long long)version, (long long)SCHEMA_VERSION);
		return STORE_ERROR;
	}
	return STORE_OK;
}

enum store_rc
store_migrate(struct store *st, struct err *why)
{
	int64_t version = 0;
	enum store_rc rc;

	rc = stmt_number(st, SQL_OPEN_USER_VERSION, NO_ARGS, &version);
	if (rc == STORE_OK && version < SCHEMA_VERSION)
		rc = schema_upgrade(st);
	if (rc != STORE_OK)
		err_set(why, "%s: %s", st->path, store_strrc(rc));
	return rc;
}
