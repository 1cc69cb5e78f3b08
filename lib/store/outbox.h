#ifndef LIB_STORE_OUTBOX_H
#define LIB_STORE_OUTBOX_H

#include <stdbool.h>

#include "lib/record/outbox.h"
#include "lib/db/store.h"

/*
 * Messages on their way to brokers.  A row belongs to a row of the ledger.
 * Calls that change need an open transaction.
 */

/* What goes into the outbox for a run; strings are borrowed. */
struct store_outbox_new {
	int64_t run;
	const char *queue;
	const char *args;   /* or NULL */
	const char *kwargs; /* or NULL */
	int64_t priority;
	struct retry retry; /* defaults filled in */
	int64_t now_us;	    /* due since */
};
enum store_rc store_outbox_insert(struct store *st,
    const struct store_outbox_new *n);

/* Is anything on its way, be it due or put off? */
enum store_rc store_outbox_any(struct store *st, bool *out);

/*
 * The first queue behind the one named (start with "") that has something on
 * its way, as an owned string, and when the first of it is due;
 * STORE_NOTFOUND.
 */
enum store_rc store_outbox_queue(struct store *st, const char *after,
    char **out, int64_t *next_us);

/*
 * Add up to limit messages of a queue that are due at now_us, longest due
 * first, but for those whose run skip (may be NULL) says yes to; fewer when
 * their parameters reach OUTBOX_BYTES_MAX.
 */
struct store_outbox_ask {
	const char *queue;
	int64_t now_us;
	int64_t limit;
	bool (*skip)(const void *cookie, int64_t run);
	const void *cookie;
};
enum store_rc store_outbox_due(struct store *st,
    const struct store_outbox_ask *ask, struct outbox_list *out);

/* Add up to limit of its dead letters behind the run numbered after. */
enum store_rc store_outbox_dead(struct store *st, const char *queue,
    int64_t after, int64_t limit, struct outbox_list *out);

/* The row of the run named id, into the zeroed *out; STORE_NOTFOUND. */
enum store_rc store_outbox_get(struct store *st, const char *queue,
    const char *id, struct outbox *out);

/*
 * The broker has the message of a run: it is sent, with what there is to say
 * of that (or NULL).  STORE_NOTFOUND, with nothing done: somebody else has
 * said so before.
 */
enum store_rc store_outbox_sent(struct store *st, int64_t run,
    const char *reason);

/*
 * It has those of n runs, and there is nothing to say; what somebody else has
 * said before stays.
 */
enum store_rc store_outbox_sent_all(struct store *st, const int64_t *runs,
    size_t n);

/*
 * It has not: o->attempt and o->next_us are what is to be written.  With
 * OUTBOX_NEVER it is a dead letter, whose run ends in state.  STORE_NOTFOUND
 * as above.
 */
enum store_rc store_outbox_put_off(struct store *st, const struct outbox *o,
    enum run_state state, const char *reason);

/* Let a dead letter be due again; STORE_NOTFOUND: it is none. */
enum store_rc store_outbox_replay(struct store *st, int64_t run, int64_t now_us,
    const char *reason);

/* Forget a row; its run stays as it is.  STORE_NOTFOUND. */
enum store_rc store_outbox_purge(struct store *st, int64_t run);

/* How many of a queue are on their way; let them end as canceled. */
enum store_rc store_outbox_count(struct store *st, const char *queue,
    int64_t *out);
enum store_rc store_outbox_clear(struct store *st, const char *queue,
    const char *reason, int64_t *out);

#endif
