/* The table of triggers that jobs had before. */
#include "config.h"

#include "lib/store/history.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* How a version ends. */
struct end {
	int64_t job;
	const char *next; /* the text that follows; NULL: none, or the same */
	const char *zone; /* with new zone data, or NULL */
	int64_t until_us;
	int64_t keep_us; /* an undecided slot before that, or KEEP_NONE */
};

#define KEEP_NONE INT64_MAX

/* clang-format off */
static const struct column end_fields[] = {
	COLUMN_INT("job", struct end, job),
	COLUMN_BORROWED("next", struct end, next),
	COLUMN_BORROWED("zone", struct end, zone),
	COLUMN_INT("until_us", struct end, until_us),
	COLUMN_INT_OR("keep_us", struct end, keep_us, KEEP_NONE),
};
/* clang-format on */

static const struct columns columns_end = COLUMNS(NULL, end_fields);

static enum store_rc
history_end(struct store *st, const struct end *e)
{
	return stmt_exec(st, SQL_HISTORY_END, ARGS(ROW(&columns_end, e)));
}

static enum store_rc
history_end_before(struct store *st, const struct end *e)
{
	return stmt_exec(st, SQL_HISTORY_END_BEFORE,
	    ARGS(ROW(&columns_end, e)));
}

static enum store_rc
history_begin(struct store *st, const struct end *e, int64_t since_us)
{
	return stmt_exec(st, SQL_HISTORY_BEGIN,
	    ARGS(ROW(&columns_end, e), INT(":since_us", since_us)));
}

enum store_rc
store_history_end(struct store *st, int64_t job, int64_t until_us)
{
	const struct end e = { job, NULL, NULL, until_us, KEEP_NONE };

	return history_end(st, &e);
}

enum store_rc
store_history_change(struct store *st, int64_t job, const char *next,
    int64_t until_us, int64_t since_us)
{
	const struct end e = { job, next, NULL, until_us,
		since_us < until_us ? since_us : KEEP_NONE };
	enum store_rc rc = STORE_OK;

	if (e.keep_us != KEEP_NONE)
		rc = history_end_before(st, &e);
	if (rc == STORE_OK)
		rc = history_end(st, &e);
	return rc == STORE_OK ? history_begin(st, &e, since_us) : rc;
}

enum store_rc
store_history_rezone(struct store *st, int64_t job, const char *zone,
    int64_t until_us, int64_t since_us)
{
	const struct end e = { job, NULL, zone, until_us, KEEP_NONE };
	enum store_rc rc = history_end(st, &e);

	return rc == STORE_OK ? history_begin(st, &e, since_us) : rc;
}
