/* The table of Render services whose jobs are followed. */
#include "config.h"

#include "lib/store/columns.h"
#include "lib/store/delivery.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column follow_fields[] = {
	COLUMN_TEXT("service", struct follow, service),
	COLUMN_INT("seen_us", struct follow, seen_us),
	COLUMN_INT("idle", struct follow, idle),
};

static const struct column follow_open_fields[] = {
	COLUMN_INT("n", struct follow_open, n),
	COLUMN_INT("waiting_us", struct follow_open, waiting_us),
	COLUMN_INT("youngest_us", struct follow_open, youngest_us),
};
/* clang-format on */

const struct columns columns_follow = COLUMNS("follow", follow_fields);
const struct columns columns_follow_open =
    COLUMNS("follow_open", follow_open_fields);

enum store_rc
store_follow_add(struct store *st, const char *service, int64_t next_us,
    int64_t seen_us)
{
	return stmt_exec(st, SQL_FOLLOW_ADD,
	    ARGS(TEXT(":service", service), INT(":next_us", next_us),
		INT(":seen_us", seen_us)));
}

enum store_rc
store_follow_due(struct store *st, int64_t now_us, struct follow *out)
{
	return stmt_find(st, SQL_FOLLOW_DUE, ARGS(INT(":now", now_us)),
	    &columns_follow, out);
}

enum store_rc
store_follow_claim(struct store *st, const char *service, int64_t now_us,
    int64_t next_us)
{
	return stmt_exec_one(st, SQL_FOLLOW_CLAIM,
	    ARGS(TEXT(":service", service), INT(":now", now_us),
		INT(":next_us", next_us)));
}

enum store_rc
store_follow_done(struct store *st, const struct follow *f, int64_t next_us)
{
	return stmt_exec(st, SQL_FOLLOW_DONE,
	    ARGS(ROW(&columns_follow, f), INT(":next_us", next_us)));
}

enum store_rc
store_follow_drop(struct store *st, const char *service)
{
	return stmt_exec(st, SQL_FOLLOW_DROP, ARGS(TEXT(":service", service)));
}

enum store_rc
store_follow_open(struct store *st, const char *service,
    struct follow_open *out)
{
	return stmt_find(st, SQL_FOLLOW_OPEN, ARGS(TEXT(":service", service)),
	    &columns_follow_open, out);
}
