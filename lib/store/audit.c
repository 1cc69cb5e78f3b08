/* What an audit reads: triggers and ledger side by side. */
#include "config.h"

#include "lib/store/audit.h"
#include "lib/store/columns.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* A row of the ledger and its job. */
struct job_row {
	int64_t job;
	struct audit_row row;
};

/* clang-format off */
static const struct column version_fields[] = {
	COLUMN_INT("job", struct store_version, job),
	COLUMN_NEEDED("trigger", struct store_version, trigger),
	COLUMN_INT_OR("since_us", struct store_version, since_us, INT64_MIN),
	COLUMN_INT_OR("until_us", struct store_version, until_us, INT64_MAX),
	COLUMN_BOOL("is_rezoned", struct store_version, is_rezoned),
};

static const struct column row_fields[] = {
	COLUMN_INT("job", struct job_row, job),
	COLUMN_INT("slot_us", struct job_row, row.slot_us),
	COLUMN_INT("id", struct job_row, row.row),
	COLUMN_INT("last_us", struct job_row, row.last_us),
	COLUMN_INT("count", struct job_row, row.count),
	COLUMN_BOOL("is_extra", struct job_row, row.is_extra),
};

static const struct column name_fields[] = {
	COLUMN_TEXT("queue", struct store_audit_name, queue),
	COLUMN_TEXT("job_id", struct store_audit_name, job_id),
	COLUMN_TEXT("task_id", struct store_audit_name, run_id),
};
/* clang-format on */

const struct columns columns_audit_version =
    COLUMNS("audit_version", version_fields);
const struct columns columns_audit_row = COLUMNS("audit_row", row_fields);
const struct columns columns_audit_name = COLUMNS("audit_name", name_fields);
const struct columns columns_audit_run_name =
    COLUMNS("audit_run_name", name_fields);

enum store_rc
store_audit_begin(struct store_audit *a, struct store *st)
{
	enum store_rc rc;

	*a = (struct store_audit){ .st = st };
	if ((rc = stmt_exec(st, SQL_TXN_READ, NO_ARGS)) != STORE_OK)
		return rc;
	a->versions = stmt_call(st, SQL_AUDIT_VERSIONS, NO_ARGS);
	a->rows = stmt_call(st, SQL_AUDIT_ROWS, NO_ARGS);
	return STORE_OK;
}

void
store_audit_end(struct store_audit *a)
{
	if (a->versions != NULL) {
		(void)stmt_end(a->versions);
		(void)stmt_end(a->rows);
	}
	store_rollback(a->st);
}

enum store_rc
store_audit_version(struct store_audit *a, struct store_version *out)
{
	return stmt_next_row(a->versions, &columns_audit_version, out);
}

enum store_rc
store_audit_row(struct store_audit *a, int64_t *job, struct audit_row *out)
{
	struct job_row r;
	enum store_rc rc = stmt_next_row(a->rows, &columns_audit_row, &r);

	if (rc == STORE_OK) {
		*job = r.job;
		*out = r.row;
	}
	return rc;
}

enum store_rc
store_audit_pruned(struct store_audit *a, int64_t job, int64_t *out)
{
	return stmt_optional(a->st, SQL_AUDIT_PRUNED, ARGS(INT(":job", job)),
	    out);
}

enum store_rc
store_audit_epoch(struct store_audit *a, int64_t *out)
{
	return stmt_optional(a->st, SQL_AUDIT_EPOCH, NO_ARGS, out);
}

enum store_rc
store_audit_name(struct store *st, const struct audit_finding *f,
    struct store_audit_name *out)
{
	enum store_rc rc;

	*out = (struct store_audit_name){ NULL, NULL, NULL };
	if (f->row != 0)
		rc = stmt_find(st, SQL_AUDIT_RUN, ARGS(INT(":row", f->row)),
		    &columns_audit_run_name, out);
	else
		rc = stmt_find(st, SQL_AUDIT_NAME, ARGS(INT(":job", f->job)),
		    &columns_audit_name, out);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
