/* The table of what jobs ask of the work of their runs. */
#include "config.h"

#include "lib/store/columns.h"
#include "lib/store/policy.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column policy_fields[] = {
	COLUMN_INT("run", struct policy, run),
	COLUMN_INT_OR("max_runtime_us", struct policy, max_runtime_us, 0),
	COLUMN_INT_OR("expected_us", struct policy, expected_us, POLICY_NEVER),
	COLUMN_INT_OR("overdue_us", struct policy, overdue_us, 0),
	COLUMN_INT_OR("overlong_us", struct policy, overlong_us, 0),
	COLUMN_CHARS("task_id", struct policy, id),
	COLUMN_TEXT("queue", struct policy, queue),
	COLUMN_NAME("state", struct policy, state, run_state_names),
	COLUMN_NAME("outcome", struct policy, outcome, outcome_names),
	COLUMN_INT_OR("started_us", struct policy, started_us, 0),
	COLUMN_INT_OR("finished_us", struct policy, finished_us, 0),
	COLUMN_INT_OR("longest_us", struct policy, longest_us, 0),
};
/* clang-format on */

const struct columns columns_policy = COLUMNS("policy", policy_fields);

enum store_rc
store_policy_insert(struct store *st, const struct policy *p)
{
	return stmt_exec(st, SQL_POLICY_INSERT, ARGS(ROW(&columns_policy, p)));
}

enum store_rc
store_policy_start(struct store *st, int64_t run, int64_t now_us)
{
	return stmt_exec(st, SQL_POLICY_START,
	    ARGS(INT(":run", run), INT(":now", now_us)));
}

enum store_rc
store_policy_next(struct store *st, int64_t *out_us)
{
	*out_us = POLICY_NEVER;
	return stmt_optional(st, SQL_POLICY_NEXT, NO_ARGS, out_us);
}

enum store_rc
store_policy_due(struct store *st, int64_t now_us, int64_t limit,
    struct policy_list *out)
{
	struct stmt *q = stmt_call(st, SQL_POLICY_DUE,
	    ARGS(INT(":now", now_us), INT(":limit", limit)));

	while (stmt_next(q))
		(void)row_read(q, &columns_policy, policy_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_policy_checked(struct store *st, const struct policy *p, int64_t next_us)
{
	return stmt_exec(st, SQL_POLICY_CHECKED,
	    ARGS(ROW(&columns_policy, p),
		INT_OR_NULL(":check_us", next_us, POLICY_NEVER)));
}
