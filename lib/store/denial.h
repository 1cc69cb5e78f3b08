#ifndef LIB_STORE_DENIAL_H
#define LIB_STORE_DENIAL_H

#include "lib/db/store.h"

/*
 * Keys that Render does not accept (401), or not for a service (403): a row
 * from the first such answer until the first other one, with one alert.  key is
 * a name of the configuration; service is "" for any.
 */

/* Record a denial, unless there is one.  Needs an open transaction. */
enum store_rc store_denial_add(struct store *st, const char *key,
    const char *service, const char *reason, int64_t now_us);

/*
 * End a denial: the key is accepted.  STORE_NOTFOUND: there was none.  Needs an
 * open transaction.
 */
enum store_rc store_denial_end(struct store *st, const char *key,
    const char *service, int64_t now_us);

/* A denial; strings are borrowed for the call. */
struct store_denial {
	const char *key, *service, *reason;
	int64_t since_us;
};

/* Call see with each denial that has not ended, oldest first. */
enum store_rc store_denial_each(struct store *st,
    void (*visit)(void *arg, const struct store_denial *n), void *arg);

#endif
