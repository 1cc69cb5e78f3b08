#ifndef LIB_STORE_FOLLOW_H
#define LIB_STORE_FOLLOW_H

#include "lib/db/store.h"

/*
 * Render services whose jobs are followed to their end, all of a service
 * together.  Functions that change need an open transaction.
 */
struct follow {
	char *service;	 /* owned */
	int64_t seen_us; /* all ends up to this time were read */
	int64_t idle;	 /* consecutive polls without open runs */
};

/*
 * Follow a service: poll at next_us or earlier, for ends since seen_us if new.
 */
enum store_rc store_follow_add(struct store *st, const char *service,
    int64_t next_us, int64_t seen_us);

/* Read the service that is due longest into *out; STORE_NOTFOUND. */
enum store_rc store_follow_due(struct store *st, int64_t now_us,
    struct follow *out);

/* Lease the service until next_us; STORE_NOTFOUND: another tick has. */
enum store_rc store_follow_claim(struct store *st, const char *service,
    int64_t now_us, int64_t next_us);

/* Store f with the time of its next poll; stop following a service. */
enum store_rc store_follow_done(struct store *st, const struct follow *f,
    int64_t next_us);
enum store_rc store_follow_drop(struct store *st, const char *service);

/* Open runs of a service. */
struct follow_open {
	int64_t n;
	int64_t waiting_us;  /* creation of the oldest not yet running; or 0 */
	int64_t youngest_us; /* creation of the youngest; or 0 */
};
enum store_rc store_follow_open(struct store *st, const char *service,
    struct follow_open *out);

#endif
