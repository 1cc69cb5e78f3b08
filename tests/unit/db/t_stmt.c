/*
 * Calls of statements and tables of columns, on a store in memory: what is
 * written from a struct is read back into one, and what fails ends the call.
 */
#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

enum color { COLOR_RED, COLOR_GREEN, COLOR__MAX };

static const char *const color_names[COLOR__MAX] = { "red", "green" };

/* A row of the token table, with a member of each type. */
struct thing {
	char id[5];
	unsigned char hash[4];
	char *name;
	unsigned scopes;
	enum color queues;
	int64_t created_us;
	int64_t expires_us; /* 7: null */
	bool used_us;
	const char *services;
};

/* clang-format off */
static const struct column thing[] = {
	COLUMN_CHARS("id", struct thing, id),
	COLUMN_BLOB("hash", struct thing, hash),
	COLUMN_TEXT("name", struct thing, name),
	COLUMN_NUMBER("scopes", struct thing, scopes),
	COLUMN_NAME("queues", struct thing, queues, color_names),
	COLUMN_INT("created_us", struct thing, created_us),
	COLUMN_INT_OR("expires_us", struct thing, expires_us, 7),
	COLUMN_BORROWED("services", struct thing, services),
	COLUMN_BOOL("used_us", struct thing, used_us),
};

static const struct column needed[] = {
	COLUMN_NEEDED("holder", struct thing, services),
};

static const struct column needed_last[] = {
	COLUMN_INT("changed_us", struct thing, created_us),
	COLUMN_NEEDED("actor", struct thing, services),
};
/* clang-format on */

static const struct columns columns_thing = COLUMNS("thing", thing);
static const struct columns columns_needed = COLUMNS("needed", needed);
static const struct columns columns_needed_last =
    COLUMNS("needed", needed_last);

static void
run_sql(struct store *st, const char *sql)
{
	is_int(sqlite3_exec(st->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s",
	    sql);
}

static enum store_rc
insert(struct store *st, const struct thing *t)
{
	return stmt_exec(st, SQL_TOKEN_INSERT, ARGS(ROW(&columns_thing, t)));
}

static enum store_rc
get(struct store *st, const char *id, struct thing *t)
{
	memset(t, 0x55, sizeof(*t));
	return stmt_find(st, SQL_TOKEN_GET, ARGS(TEXT(":id", id)),
	    &columns_thing, t);
}

/* Each type there and back, and the values that stand for null. */
static void
check_types(struct store *st)
{
	char name[] = "a name";
	struct thing t = { "abcd", { 1, 2, 3, 0 }, name, 9, COLOR_GREEN, -3, 8,
		true, "s" };
	struct thing u;

	is_int(insert(st, &t), STORE_OK, "a struct is written");
	run_sql(st, "UPDATE token SET used_us = 4");
	is_int(get(st, "abcd", &u), STORE_OK, "and read");
	is_str(u.id, "abcd", "characters");
	ok(memcmp(u.hash, t.hash, sizeof(t.hash)) == 0, "a blob");
	is_str(u.name, "a name", "a text of its own");
	is_int(u.scopes, 9, "a number");
	is_int(u.queues, COLOR_GREEN, "a name");
	is_int(u.created_us, -3, "an integer");
	is_int(u.expires_us, 8, "one that may be null");
	ok(u.used_us, "a boolean");
	free(u.name);

	(void)snprintf(t.id, sizeof(t.id), "null");
	t.expires_us = 7;
	t.services = NULL;
	is_int(insert(st, &t), STORE_OK, "nulls are written");
	is_int(get(st, "null", &u), STORE_OK, "and read");
	is_int(u.expires_us, 7, "an integer by its value for null");
	ok(u.services == NULL && !u.used_us, "no text, and false");
	free(u.name);

	t.queues = COLOR__MAX;
	(void)snprintf(t.id, sizeof(t.id), "none");
	is_int(insert(st, &t), STORE_CONFLICT,
	    "an enumeration out of range is null, which the schema refuses");
}

/* What the row has is cut, kept out, or damage. */
static void
check_odd(struct store *st)
{
	struct thing t;

	run_sql(st,
	    "INSERT INTO token (id, hash, name, scopes, queues, created_us) "
	    "VALUES ('too long', x'01020304', 'n', 1, 'blue', 0)");
	is_int(get(st, "too long", &t), STORE_OK, "an odd row");
	is_str(t.id, "too ", "characters are cut");
	is_int(t.queues, 0x55555555, "an unknown name changes nothing");
	free(t.name);
	run_sql(st, "UPDATE token SET hash = x'0102' WHERE id = 'too long'");
	is_int(get(st, "too long", &t), STORE_ERROR, "a short blob is damage");
	free(t.name);
	is_int(get(st, "nix", &t), STORE_NOTFOUND, "no row");
	is_int(stmt_find(st, SQL_TOKEN_GET, ARGS(TEXT(":id", "abcd")),
		   &columns_thing, NULL),
	    STORE_FULL, "no place for a row is a lack of memory");
	run_sql(st,
	    "INSERT INTO queue VALUES ('q', 1, 2, NULL, NULL),"
	    "('r', 1, 3, 'owner', NULL)");
	is_int(stmt_find(st, SQL_QUEUE_PAUSE, ARGS(TEXT(":queue", "q")),
		   &columns_needed_last, &t),
	    STORE_ERROR, "a text that is needed is not there");
	is_int(stmt_find(st, SQL_QUEUE_PAUSE, ARGS(TEXT(":queue", "r")),
		   &columns_needed_last, &t),
	    STORE_OK, "it is there");
}

/* The calls that need no loop. */
static void
check_calls(struct store *st)
{
	int64_t n = 5;
	bool is = true;
	char *s = NULL;

	is_int(stmt_number(st, SQL_ZONE_DECIDED, ARGS(INT(":job", 1)), &n),
	    STORE_NOTFOUND, "no number");
	is_int(stmt_optional(st, SQL_ZONE_DECIDED, ARGS(INT(":job", 1)), &n),
	    STORE_OK, "which may be");
	is_int(n, 5, "and leaves it");
	is_int(stmt_optional(st, SQL_TICK_OF_KIND, ARGS(INT(":kind", 1)), &n),
	    STORE_OK, "a null");
	is_int(n, 5, "leaves it, too");
	is_int(stmt_number(st, SQL_TICK_OF_KIND, ARGS(INT(":kind", 1)), &n),
	    STORE_OK, "a null as a number");
	is_int(n, 0, "is 0");
	is_int(stmt_is(st, SQL_QUEUE_IS_PAUSED, ARGS(TEXT(":queue", "x")), &is),
	    STORE_OK, "no row");
	ok(!is, "is false");
	is_int(stmt_is(st, SQL_QUEUE_IS_PAUSED, ARGS(TEXT(":queue", "q")), &is),
	    STORE_OK, "a row");
	ok(is, "is true");
	is_int(stmt_string(st, SQL_OUTBOX_DEAD_QUEUE, ARGS(TEXT(":queue", "")),
		   &s),
	    STORE_NOTFOUND, "no text");
	is_int(stmt_exec_one(st, SQL_TOKEN_USED,
		   ARGS(INT(":now", 1), TEXT(":id", "abcd"))),
	    STORE_OK, "a change");
	is_int(stmt_exec_one(st, SQL_TOKEN_USED,
		   ARGS(TEXT(":id", "nix"), INT(":now", 1))),
	    STORE_NOTFOUND, "no change, the arguments in another order");
	is_int(stmt_exec(st, SQL_TOKEN_USED,
		   ARGS(TEXT(":id", "nix"), INT(":now", 1))),
	    STORE_OK, "which may be");
}

/* A statement that cannot be prepared; a call that its caller lets fail. */
static void
check_refused(struct store *st)
{
	struct stmt *q = stmt_call(st, SQL_QUEUE_CONSUMED, NO_ARGS);
	int64_t n = 0;

	stmt_fail(q, STORE_LIMIT);
	stmt_fail(q, STORE_BUSY);
	ok(!stmt_next(q), "a call that failed has no rows");
	is_int(stmt_end(q), STORE_LIMIT, "and ends with the first reason");
	q = stmt_call(st, SQL_QUEUE_CONSUMED, NO_ARGS);
	is_int(stmt_end(q), STORE_OK, "the next one is not concerned");

	run_sql(st, "DROP TABLE follow");
	q = stmt_call(st, SQL_FOLLOW_DUE, ARGS(INT(":now", 1)));
	ok(!stmt_next(q), "a statement that cannot be prepared has no rows");
	is_int(stmt_end(q), STORE_ERROR, "and says why");
	is_int(stmt_exec(st, SQL_FOLLOW_DROP, ARGS(TEXT(":service", "p"))),
	    STORE_ERROR, "nor can it change any");
	is_int(stmt_number(st, SQL_FOLLOW_DUE, ARGS(INT(":now", 1)), &n),
	    STORE_ERROR, "nor give a number");
}

static void
forget_one(struct store *st)
{
	(void)stmt_exec(st, SQL_TOKEN_USED, ARGS(INT(":now", 1)));
}

static void
name_wrong(struct store *st)
{
	(void)stmt_exec(st, SQL_TOKEN_USED,
	    ARGS(INT(":now", 1), TEXT(":id", "x"), INT(":then", 1)));
}

static void
read_wrong(struct store *st)
{
	struct thing t;

	(void)stmt_find(st, SQL_TOKEN_GET, ARGS(TEXT(":id", "abcd")),
	    &columns_needed, &t);
}

/* Mistakes of ours end the program. */
static void
check_mistakes(struct store *st)
{
	static const struct {
		const char *name;
		void (*make)(struct store *st);
	} mistakes[] = {
		{ "a parameter without a value", forget_one },
		{ "a value without a parameter", name_wrong },
		{ "a table of other columns", read_wrong },
	};
	int status;
	pid_t pid;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		(void)fflush(stdout);
		if ((pid = fork()) == 0) {
			mistakes[i].make(st);
			_exit(0);
		}
		(void)waitpid(pid, &status, 0);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%s",
		    mistakes[i].name);
	}
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	struct store *st;
	enum store_rc rc;
	struct err why;

	folder_init("t_stmt");
	folder_quiet();
	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_types(st);
	check_odd(st);
	check_calls(st);
	check_mistakes(st);
	check_refused(st);
	store_close(st);
	folder_fini();
	return tap_done();
}
