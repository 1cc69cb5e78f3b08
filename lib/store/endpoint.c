/* The table of brokers' servers: leases of senders, and failures. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/list.h"
#include "lib/store/columns.h"
#include "lib/store/endpoint.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column endpoint_fields[] = {
	COLUMN_TEXT("name", struct endpoint_info, name),
	COLUMN_INT("holder", struct endpoint_info, holder),
	COLUMN_INT("lease_us", struct endpoint_info, lease_us),
	COLUMN_INT("fails", struct endpoint_info, fails),
	COLUMN_INT("next_us", struct endpoint_info, next_us),
	COLUMN_INT_OR("since_us", struct endpoint_info, since_us, 0),
	COLUMN_TEXT("reason", struct endpoint_info, reason),
};
/* clang-format on */

const struct columns columns_endpoint = COLUMNS("endpoint", endpoint_fields);

void
endpoint_info_fini(struct endpoint_info *l)
{
	free(l->name);
	free(l->reason);
	memset(l, 0, sizeof(*l));
}

enum store_rc
store_endpoint_take(struct store *st, const char *name, int64_t holder,
    int64_t now_us, int64_t until_us)
{
	return stmt_exec_one(st, SQL_ENDPOINT_TAKE,
	    ARGS(TEXT(":name", name), INT(":holder", holder),
		INT(":now", now_us), INT(":until_us", until_us)));
}

enum store_rc
store_endpoint_release(struct store *st, const char *name, int64_t holder)
{
	return stmt_exec(st, SQL_ENDPOINT_RELEASE,
	    ARGS(TEXT(":name", name), INT(":holder", holder)));
}

enum store_rc
store_endpoint_fail(struct store *st, const char *name, int64_t now_us,
    int64_t next_us, const char *reason)
{
	return stmt_exec(st, SQL_ENDPOINT_FAIL,
	    ARGS(TEXT(":name", name), INT(":now", now_us),
		INT(":next_us", next_us), TEXT(":reason", reason)));
}

enum store_rc
store_endpoint_refuse(struct store *st, const char *name, int64_t now_us,
    const char *reason)
{
	return stmt_exec(st, SQL_ENDPOINT_REFUSE,
	    ARGS(TEXT(":name", name), INT(":now", now_us),
		TEXT(":reason", reason)));
}

enum store_rc
store_endpoint_mend(struct store *st, const char *name)
{
	return stmt_exec(st, SQL_ENDPOINT_MEND, ARGS(TEXT(":name", name)));
}

enum store_rc
store_endpoint_get(struct store *st, const char *name,
    struct endpoint_info *out)
{
	return stmt_find(st, SQL_ENDPOINT_GET, ARGS(TEXT(":name", name)),
	    &columns_endpoint, out);
}

enum store_rc
store_endpoint_list(struct store *st, struct endpoint_list *out)
{
	struct stmt *q = stmt_call(st, SQL_ENDPOINT_LIST, NO_ARGS);

	while (stmt_next(q))
		(void)row_read(q, &columns_endpoint, endpoint_list_add(out));
	return stmt_end(q);
}
