/*
 * Opens and closes a store file, and refuses what is not one. Tested in
 * t_store.
 */
#include "config.h"

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/db/store.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/base/trust.h"
#include "lib/db/gate.h"
#include "lib/base/ban.h"

/*
 * Called while another connection holds the lock.  SQLite's own handler sleeps
 * up to 100 ms at a time; a commit here takes well under one, so that short,
 * growing sleeps keep many writers busy and the wait fair.
 */
static int
store_busy(void *arg, int count)
{
	struct store *st = arg;
	int64_t now = clock_mono_us();

	if (st->is_idle)
		return 0;
	if (count == 0)
		st->busy_since_us = now;
	if (now - st->busy_since_us > st->busy_us)
		return 0;
	clock_sleep_us(count < 10 ? 50 : count < 100 ? 200 : 1000);
	return 1;
}

/* Set the safety options of a connection; none of them writes to the file. */
static enum store_rc
store_configure(struct store *st)
{
	const enum sql_id ids[] = {
		SQL_OPEN_FOREIGN_KEYS,
		SQL_OPEN_TRUSTED_SCHEMA,
	};

	(void)sqlite3_busy_handler(st->db, store_busy, st);
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
	    (int *)NULL);
	return stmt_run_all(st, ids, sizeof(ids) / sizeof(ids[0]));
}

/* Open the gate, in the file PATH-turn. */
static struct gate *
store_gate(const char *path)
{
	struct buf name = BUF_INIT;
	struct gate *t = NULL;

	buf_printf(&name, "%s-turn", path);
	if (!name.is_failed)
		t = gate_open(buf_cstr(&name), path);
	buf_fini(&name);
	return t;
}

static enum store_rc
store_open_db(struct store *st, const struct store_opts *o, struct err *why)
{
	struct trust t = { .is_shared = o->is_shared };
	struct stat sb;
	int flags, rc;

	flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_EXRESCODE;
	if (o->is_readonly)
		flags |= SQLITE_OPEN_READONLY;
	else
		flags |= SQLITE_OPEN_READWRITE;
	if (o->is_create)
		flags |= SQLITE_OPEN_CREATE;
	if (trust_check(&t, TRUST_STORE, o->path) == TRUST_REFUSED) {
		err_set(why, "%s", t.why);
		return STORE_CONFIG;
	}
	if (!o->is_create && stat(o->path, &sb) != 0) {
		err_set(why, "%s: %s", o->path, strerror(errno));
		return errno == ENOENT ? STORE_NOTFOUND : STORE_FULL;
	}
	/*
	 * Memory statistics are not used, and they lock a mutex per allocation.
	 * The call fails, harmlessly, once SQLite is in use.
	 */
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	rc = sqlite3_open_v2(o->path, &st->db, flags, NULL);
	if (rc != SQLITE_OK) {
		err_set(why, "%s: %s", o->path,
		    st->db == NULL ? "no memory" : sqlite3_errmsg(st->db));
		return STORE_FULL;
	}
	return STORE_OK;
}

struct store *
store_open(const struct store_opts *o, enum store_rc *rc, struct err *why)
{
	struct store *st;

	if ((st = calloc(1, sizeof(*st))) == NULL ||
	    (st->path = strdup(o->path)) == NULL) {
		err_set(why, "no memory");
		free(st);
		*rc = STORE_FULL;
		return NULL;
	}
	st->busy_us = o->busy_us;
	st->is_unsynced = o->is_unsynced;
	st->is_durable = true;
	*rc = store_open_db(st, o, why);
	if (*rc != STORE_OK)
		goto err;
	*rc = store_configure(st);
	if (*rc == STORE_OK) {
		*rc = store_vet(st, o->is_create && !o->is_readonly, why);
		if (*rc != STORE_OK)
			goto err;
		*rc = store_wal_init(st, o->is_readonly);
	}
	if (*rc != STORE_OK) {
		err_set(why, "%s: %s", o->path, sqlite3_errmsg(st->db));
		goto err;
	}
	if (!o->is_readonly && store_has_wal(st))
		st->gate = store_gate(o->path);
	if (!o->is_readonly)
		*rc = store_migrate(st, why);
	if (*rc != STORE_OK)
		goto err;
	return st;

err:
	store_close(st);
	return NULL;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	stmt_forget(st);
	/* A statement that is left is a bug. */
	assert(st->db == NULL || sqlite3_next_stmt(st->db, NULL) == NULL);
	(void)sqlite3_close(st->db);
	gate_close(st->gate);
	free(st->path);
	free(st);
}
