#ifndef LIB_STORE_FOLLOW_H
#define LIB_STORE_FOLLOW_H

#include "lib/db/store.h"

/*
 * Places (Render services) whose jobs are followed to their end, all of one at
 * once.  Calls that change need an open transaction.
 */
struct follow {
	char *service;	 /* owned */
	int64_t seen_us; /* all ends up to then were seen */
	int64_t idle;	 /* looks in a row with nothing open */
};

/* Follow service, at next_us or earlier; ends since seen_us if it is new. */
enum store_rc store_follow_add(struct store *st, const char *service,
    int64_t next_us, int64_t seen_us);

/* The place whose turn has come longest ago, into *out; STORE_NOTFOUND. */
enum store_rc store_follow_due(struct store *st, int64_t now_us,
    struct follow *out);

/* Take the turn, until next_us; STORE_NOTFOUND: somebody else has. */
enum store_rc store_follow_claim(struct store *st, const char *service,
    int64_t now_us, int64_t next_us);

/* Write f back, with its next turn; or follow it no more. */
enum store_rc store_follow_done(struct store *st, const struct follow *f,
    int64_t next_us);
enum store_rc store_follow_drop(struct store *st, const char *service);

/* What is open at a place. */
struct follow_open {
	int64_t n;
	int64_t waiting_us;  /* created: the oldest that does not run; or 0 */
	int64_t youngest_us; /* created; or 0 */
};
enum store_rc store_follow_open(struct store *st, const char *service,
    struct follow_open *out);

#endif
