#ifndef TESTS_UNIT_OOM_OOM_STORE_H
#define TESTS_UNIT_OOM_OOM_STORE_H

#include "tests/unit/oom/oom.h"
#include "tests/unit/rig.h"

/*
 * Stores without memory: what SQLite allocates fails in its turn, too, and
 * statements are prepared anew for each try.  STORE_FULL, and nothing done.
 */
static sqlite3_mem_methods oom_sqlite;

/* SQLite's memory by way of the counter.  It frees its own. */
static inline void *
oom_sqlite_malloc(int n)
{
	return oom_step() ? NULL : oom_sqlite.xMalloc(n);
}

static inline void *
oom_sqlite_realloc(void *p, int n)
{
	return oom_step() ? NULL : oom_sqlite.xRealloc(p, n);
}

/* Before SQLite is used. */
static inline void
oom_sqlite_install(void)
{
	sqlite3_mem_methods counted;

	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &oom_sqlite);
	counted = oom_sqlite;
	counted.xMalloc = oom_sqlite_malloc;
	counted.xRealloc = oom_sqlite_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
}

/* Done, or STORE_FULL: nothing else can come of a lack of memory. */
static inline enum oom_rc
oom_of(enum store_rc rc)
{
	if (rc != STORE_OK && rc != STORE_FULL)
		printf("# %s\n", store_strrc(rc));
	return rc == STORE_OK ? OOM_DONE :
	    rc == STORE_FULL  ? OOM_REFUSED :
				OOM_WRONG;
}

#endif
