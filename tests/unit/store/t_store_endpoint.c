/*
 * Which ticker sends to a server, and how the server is (lib/store/endpoint.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/store/endpoint.h"
#include "tests/unit/tap.h"

/* Who hands over to a server, and what is known of it. */

static struct store *st;

static struct endpoint_info
get(const char *name)
{
	struct endpoint_info l = { .name = NULL };

	is_int(store_endpoint_get(st, name, &l), STORE_OK, "%s is known", name);
	return l;
}

/* Takes in turn: who, now, until when, and whether it is had. */
static const struct {
	const char *what;
	int64_t holder, now_us, until_us;
	enum store_rc want;
} takes[] = {
	{ "the first", 1, 100, 200, STORE_OK },
	{ "another", 2, 150, 250, STORE_NOTFOUND },
	{ "the same, for longer", 1, 180, 280, STORE_OK },
	{ "another, still", 2, 279, 379, STORE_NOTFOUND },
	{ "when it has run out", 2, 280, 380, STORE_OK },
	{ "the first does not have it now", 1, 300, 400, STORE_NOTFOUND },
	/* Who held it wrote down a later time than is possible. */
	{ "the clock was set back", 1, 50, 150, STORE_OK },
	{ "and it is held", 2, 60, 160, STORE_NOTFOUND },
	{ "a negative number", -9, 150, 250, STORE_OK },
};

static void
check_take(void)
{
	struct endpoint_info l = { .name = NULL };

	is_int(store_endpoint_get(st, "redis:a", &l), STORE_NOTFOUND,
	    "nothing is known of it");
	(void)store_begin(st);
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++)
		is_int(store_endpoint_take(st, "redis:a", takes[i].holder,
			   takes[i].now_us, takes[i].until_us),
		    takes[i].want, "%s", takes[i].what);
	is_int(store_endpoint_take(st, "redis:b", 2, 150, 250), STORE_OK,
	    "each has its own");
	is_int(store_endpoint_release(st, "redis:a", 1), STORE_OK,
	    "let go by one who has it not");
	is_int(store_endpoint_take(st, "redis:a", 1, 151, 251), STORE_NOTFOUND,
	    "which is nothing");
	is_int(store_endpoint_release(st, "redis:a", -9), STORE_OK, "let go");
	is_int(store_endpoint_take(st, "redis:a", 1, 151, 251), STORE_OK,
	    "and taken");
	(void)store_commit(st);
	l = get("redis:a");
	ok(strcmp(l.name, "redis:a") == 0 && l.holder == 1 &&
		l.lease_us == 251 && l.fails == 0 && l.next_us == 0 &&
		l.since_us == 0 && l.reason == NULL,
	    "all of it");
	endpoint_info_fini(&l);
	ok(l.name == NULL, "empty afterwards");
}

static void
check_fail(void)
{
	struct endpoint_info l;

	(void)store_begin(st);
	is_int(store_endpoint_fail(st, "redis:a", 300, 310, "refused"),
	    STORE_OK, "not there");
	(void)store_commit(st);
	l = get("redis:a");
	ok(l.fails == 1 && l.since_us == 300 && l.next_us == 310 &&
		strcmp(l.reason, "refused") == 0,
	    "since when and why");
	endpoint_info_fini(&l);
	(void)store_begin(st);
	(void)store_endpoint_fail(st, "redis:a", 320, 340, "too slow");
	(void)store_commit(st);
	l = get("redis:a");
	ok(l.fails == 2 && l.since_us == 300 && l.next_us == 340 &&
		strcmp(l.reason, "too slow") == 0,
	    "since then still; the newest reason");
	ok(l.holder == 1 && l.lease_us == 251, "whose it is stays");
	endpoint_info_fini(&l);
	(void)store_begin(st);
	is_int(store_endpoint_refuse(st, "redis:a", 350, "full"), STORE_OK,
	    "there, and full");
	(void)store_commit(st);
	l = get("redis:a");
	ok(l.fails == 0 && l.since_us == 300 && l.next_us == 0 &&
		strcmp(l.reason, "full") == 0,
	    "since then still, and not left alone");
	endpoint_info_fini(&l);
	(void)store_begin(st);
	is_int(store_endpoint_mend(st, "redis:a"), STORE_OK, "there again");
	is_int(store_endpoint_mend(st, "redis:a"), STORE_OK, "and again");
	is_int(store_endpoint_mend(st, "redis:c"), STORE_OK, "one unknown");
	(void)store_commit(st);
	l = get("redis:a");
	ok(l.fails == 0 && l.since_us == 0 && l.next_us == 0 &&
		l.reason == NULL,
	    "all is well");
	endpoint_info_fini(&l);
}

static void
check_list(void)
{
	struct endpoint_list l = { NULL, 0, 0 };

	(void)store_begin(st);
	(void)store_endpoint_take(st, "rabbitmq:z", 1, 0, 10);
	(void)store_commit(st);
	is_int(store_endpoint_list(st, &l), STORE_OK, "all of them");
	ok(l.n == 3 && strcmp(l.v[0].name, "rabbitmq:z") == 0 &&
		strcmp(l.v[1].name, "redis:a") == 0 &&
		strcmp(l.v[2].name, "redis:b") == 0,
	    "by name");
	endpoint_list_fini(&l);
	ok(l.v == NULL && l.n == 0, "empty afterwards");
	endpoint_list_fini(&l);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_take();
	check_fail();
	check_list();
	store_close(st);
	return tap_done();
}
