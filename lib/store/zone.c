/* The table of time zones that jobs were computed by. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/list.h"
#include "lib/db/stmt.h"
#include "lib/store/columns.h"
#include "lib/store/zone.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column zone_fields[] = {
	COLUMN_TEXT("name", struct zone_row, name),
	COLUMN_INT("stamp", struct zone_row, stamp),
	COLUMN_INT("target", struct zone_row, target),
	COLUMN_BOOL("is_pending", struct zone_row, is_pending),
	COLUMN_INT("swept", struct zone_row, swept),
};

static const struct column zone_job_fields[] = {
	COLUMN_INT("id", struct job, id),
	COLUMN_TEXT("queue", struct job, queue),
	COLUMN_TEXT("job_id", struct job, job_id),
	COLUMN_TEXT("trigger", struct job, trigger),
	COLUMN_NAME("state", struct job, state, job_state_names),
	COLUMN_INT_OR("cursor_us", struct job, cursor_us, JOB_NEVER),
	COLUMN_INT("changed_us", struct job, changed_us),
};
/* clang-format on */

const struct columns columns_zone = COLUMNS("zone", zone_fields);
const struct columns columns_zone_job = COLUMNS("zone_job", zone_job_fields);

void
zone_row_fini(struct zone_row *z)
{
	free(z->name);
	memset(z, 0, sizeof(*z));
}

enum store_rc
store_zone_note(struct store *st, const char *name, int64_t stamp)
{
	return stmt_exec(st, SQL_ZONE_NOTE,
	    ARGS(TEXT(":name", name), INT(":stamp", stamp)));
}

enum store_rc
store_zone_list(struct store *st, struct zone_list *out)
{
	struct stmt *q = stmt_call(st, SQL_ZONE_LIST, NO_ARGS);

	while (stmt_next(q))
		(void)row_read(q, &columns_zone, zone_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_zone_target(struct store *st, const char *name, int64_t stamp)
{
	return stmt_exec_one(st, SQL_ZONE_TARGET,
	    ARGS(TEXT(":name", name), INT(":target", stamp)));
}

enum store_rc
store_zone_swept(struct store *st, int64_t job)
{
	return stmt_exec(st, SQL_ZONE_SWEPT, ARGS(INT(":swept", job)));
}

enum store_rc
store_zone_done(struct store *st)
{
	return stmt_exec(st, SQL_ZONE_DONE, NO_ARGS);
}

enum store_rc
store_zone_jobs(struct store *st, int64_t after, int limit,
    struct job_list *out)
{
	struct stmt *q = stmt_call(st, SQL_ZONE_JOBS,
	    ARGS(INT(":id", after), INT(":limit", limit)));

	while (stmt_next(q))
		(void)row_read(q, &columns_zone_job, job_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_zone_decided(struct store *st, int64_t job, int64_t *out)
{
	return stmt_number(st, SQL_ZONE_DECIDED, ARGS(INT(":job", job)), out);
}
