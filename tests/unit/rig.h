#ifndef TESTS_UNIT_RIG_H
#define TESTS_UNIT_RIG_H

#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/sched/sched.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

/*
 * A scheduler with both stores in the test's folder.  2030-01-01T00:00:00Z is
 * 1893456000 (date -ud 2030-01-01 +%s).
 */
#define RIG_S INT64_C(1000000)
#define RIG_2030 (INT64_C(1893456000) * RIG_S)

struct rig {
	struct conf *conf;
	struct sched s;
};

static inline void
rig_bail(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(EXIT_FAILURE);
}

/* The configuration of the folder, more added to it. */
static inline struct conf *
rig_conf(const char *more)
{
	struct err why = { "" };
	char text[1000];
	struct conf *c;

	(void)snprintf(text, sizeof(text), "%stimezone = UTC\nbusy = 50ms\n%s",
	    strstr(more, "memory_store") != NULL ?
		"" :
		"memory_store = \"ram/store.db\"\n",
	    more);
	c = conf_load(folder_put("minutehand.conf", text, strlen(text)), &why);
	if (c == NULL)
		rig_bail(why.text);
	return c;
}

/* Make the durable store a configuration names, if it is not there. */
static inline void
rig_make_store(const struct conf *c)
{
	const struct store_opts o = { .path = c->store, .is_create = true };
	enum store_rc rc;
	struct err why = { "" };

	store_close(store_open(&o, &rc, &why));
	if (rc != STORE_OK)
		rig_bail(why.text);
}

static inline void
rig_open(struct rig *r, const char *more)
{
	struct err why = { "" };

	r->conf = rig_conf(more);
	rig_make_store(r->conf);
	if (sched_open(&r->s, r->conf, NULL, &why) != STORE_OK)
		rig_bail(why.text);
	r->s.actor = "tester";
}

static inline void
rig_close(struct rig *r)
{
	sched_close(&r->s);
	conf_free(r->conf);
}

/* The spec of a trigger of one field besides its kind, "seconds", "60". */
static inline char *
rig_spec(struct rig *r, const char *kind, const char *name, const char *value)
{
	const struct trigger_field f[] = { { name, value },
		{ strcmp(kind, "interval") == 0 ? "start_date" : "timezone",
		    strcmp(kind, "interval") == 0 ? "2030-01-01" : "UTC" } };
	const struct trigger_env env = { r->s.zones, "UTC", RIG_2030, false };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new(kind, f, 2, &env, &fs);
	struct buf b = BUF_INIT;

	if (t == NULL)
		rig_bail(fs.v[0].text);
	trigger_spec(t, &b);
	trigger_free(t);
	return buf_take(&b);
}

/* A job that fires each `value` seconds from 2030 on (interval), or so. */
struct rig_job {
	enum job_kind store;
	const char *queue, *job_id;
	const char *kind, *name, *value; /* of the trigger */
};

static inline void
rig_job_init(struct rig *r, struct job *j, const struct rig_job *what)
{
	job_init(j);
	j->kind = what->store;
	j->queue = strdup(what->queue);
	j->job_id = what->job_id == NULL ? NULL : strdup(what->job_id);
	j->trigger = rig_spec(r, what->kind, what->name, what->value);
}

/* Add it as of 2030; its result. */
static inline enum store_rc
rig_add(struct rig *r, const struct rig_job *what)
{
	enum store_rc rc;
	struct job j;

	rig_job_init(r, &j, what);
	rc = sched_add(&r->s, &j, false, RIG_2030);
	job_fini(&j);
	return rc;
}

/* One job that fires at second `at` of 2030-01-01 (below 60). */
static inline enum store_rc
rig_add_at(struct rig *r, enum job_kind store, const char *name[2], int at)
{
	char date[40];

	(void)snprintf(date, sizeof(date), "2030-01-01T00:00:%02dZ", at);
	return rig_add(r,
	    &(struct rig_job){ store, name[0], name[1], "date", "run_date",
		date });
}

/* The number a query gives in a store, asked on a connection of its own. */
static inline int64_t
rig_ask(const char *path, const char *sql)
{
	sqlite3_stmt *q = NULL;
	sqlite3 *db = NULL;
	int64_t v = -1;

	if (sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	else
		printf("# %s: %s\n", sql, sqlite3_errmsg(db));
	(void)sqlite3_finalize(q);
	(void)sqlite3_close(db);
	return v;
}

/* Change a store behind the scheduler's back. */
static inline void
rig_meddle(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_busy_timeout(db, 1000) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		rig_bail(sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

#endif
