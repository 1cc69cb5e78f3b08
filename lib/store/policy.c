/* The table of what jobs ask of the work of their runs. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/backoff.h"
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

/* clang-format off */
static const struct column new_fields[] = {
	COLUMN_INT("run", struct policy_new, run),
	COLUMN_INT_OR("max_runtime_us", struct policy_new, max_runtime_us, 0),
	COLUMN_INT_OR("expected_us", struct policy_new, expected_us,
	    POLICY_NEVER),
	COLUMN_INT_OR("max_attempts", struct policy_new, retry.max_attempts, 0),
	COLUMN_INT_OR("base_us", struct policy_new, retry.base_us, RETRY_UNSET),
	COLUMN_INT_OR("cap_us", struct policy_new, retry.cap_us, RETRY_UNSET),
	COLUMN_INT_OR("priority", struct policy_new, priority, -1),
	COLUMN_BORROWED("args", struct policy_new, args),
	COLUMN_BORROWED("kwargs", struct policy_new, kwargs),
};

static const struct column retry_fields[] = {
	COLUMN_INT("max_attempts", struct policy_retry, retry.max_attempts),
	COLUMN_INT("base_us", struct policy_retry, retry.base_us),
	COLUMN_INT("cap_us", struct policy_retry, retry.cap_us),
	COLUMN_INT("failures", struct policy_retry, failures),
	COLUMN_BOOL("is_sent", struct policy_retry, is_sent),
};
/* clang-format on */

const struct columns columns_policy_retry =
    COLUMNS("policy_retry", retry_fields);
static const struct columns columns_new = COLUMNS(NULL, new_fields);
const struct columns columns_policy = COLUMNS("policy", policy_fields);

enum store_rc
store_policy_insert(struct store *st, const struct policy_new *p)
{
	return stmt_exec(st, SQL_POLICY_INSERT, ARGS(ROW(&columns_new, p)));
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

/* Any number: clients that failed together do not try again together. */
static uint32_t
any_number(void)
{
	uint32_t n = 0;

	if (getentropy(&n, sizeof(n)) != 0)
		abort();
	return n;
}

enum store_rc
store_policy_retry(struct store *st, int64_t run, struct policy_retry *out)
{
	enum store_rc rc;

	*out = (struct policy_retry){ .failures = 0 };
	rc = stmt_find(st, SQL_POLICY_RETRY, ARGS(INT(":run", run)),
	    &columns_policy_retry, out);
	out->is_given = rc == STORE_OK;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

int64_t
store_policy_delay_us(const struct policy_retry *p, int64_t failures)
{
	return backoff_us(p->retry.base_us, p->retry.cap_us, failures,
	    any_number());
}

enum store_rc
store_policy_failed(struct store *st, int64_t run, const struct policy_retry *p)
{
	return stmt_exec(st, SQL_POLICY_FAILED,
	    ARGS(INT(":run", run), INT(":failures", p->failures)));
}

enum store_rc
store_policy_resend(struct store *st, int64_t run, int64_t next_us)
{
	return stmt_exec_one(st, SQL_POLICY_RESEND,
	    ARGS(INT(":run", run), INT(":max_age_us", RETRY_MAX_AGE_US),
		INT(":base_us", RETRY_BASE_US), INT(":cap_us", RETRY_CAP_US),
		INT(":next_us", next_us)));
}
