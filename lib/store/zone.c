#include "config.h"

#include <stdlib.h>

#include "lib/base/list.h"
#include "lib/db/stmt.h"
#include "lib/store/zone.h"
#include "lib/base/ban.h"

void
zone_list_fini(struct zone_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct zone_list){ NULL, 0, 0 };
}

enum store_rc
store_zone_note(struct store *st, const char *name, int64_t stamp)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_NOTE);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":stamp", stamp);
	return stmt_run(st, q, false);
}

static enum store_rc
zone_read(sqlite3_stmt *q, struct zone_list *out)
{
	struct zone_row *v;
	bool is_oom = false;

	v = list_reserve(out->v, out->n, &out->cap, sizeof(*v));
	if (v == NULL)
		return STORE_FULL;
	out->v = v;
	v = &out->v[out->n++];
	v->name = stmt_copy(q, 0, &is_oom);
	v->stamp = sqlite3_column_int64(q, 1);
	v->is_pending = sqlite3_column_type(q, 2) != SQLITE_NULL;
	v->target = sqlite3_column_int64(q, 2);
	v->swept = sqlite3_column_int64(q, 3);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_zone_list(struct store *st, struct zone_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_LIST);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		if ((rc = zone_read(q, out)) != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_zone_target(struct store *st, const char *name, int64_t stamp)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_TARGET);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":target", stamp);
	return stmt_run(st, q, true);
}

enum store_rc
store_zone_swept(struct store *st, int64_t job)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_SWEPT);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":swept", job);
	return stmt_run(st, q, false);
}

enum store_rc
store_zone_done(struct store *st)
{
	return stmt_run(st, stmt_get(st, SQL_ZONE_DONE), false);
}

static enum store_rc
zone_read_job(sqlite3_stmt *q, struct job_list *out)
{
	struct job *j = job_list_add(out);
	bool is_oom = false;

	if (j == NULL)
		return STORE_FULL;
	j->id = sqlite3_column_int64(q, 0);
	j->queue = stmt_copy(q, 1, &is_oom);
	j->job_id = stmt_copy(q, 2, &is_oom);
	j->trigger = stmt_copy(q, 3, &is_oom);
	/* The schema allows the three known words only. */
	(void)job_state_parse((const char *)sqlite3_column_text(q, 4),
	    &j->state);
	j->cursor_us = sqlite3_column_type(q, 5) == SQLITE_NULL ?
	    JOB_NEVER :
	    sqlite3_column_int64(q, 5);
	j->changed_us = sqlite3_column_int64(q, 6);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_zone_jobs(struct store *st, int64_t after, int limit,
    struct job_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_JOBS);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", after);
	stmt_int(q, ":limit", limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		if ((rc = zone_read_job(q, out)) != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_zone_decided(struct store *st, int64_t job, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ZONE_DECIDED);

	if (q != NULL)
		stmt_int(q, ":job", job);
	return stmt_scalar(st, q, out);
}
