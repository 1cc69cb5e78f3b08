#ifndef LIB_STORE_OUTBOX_H
#define LIB_STORE_OUTBOX_H

#include <stdbool.h>

#include "lib/record/outbox.h"
#include "lib/db/store.h"

/*
 * Messages for brokers.  A row belongs to a row of the ledger.  Functions that
 * change need an open transaction.
 */

/* A new message for a run; strings are borrowed. */
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

/* Set *out to whether there is a message, due or delayed. */
enum store_rc store_outbox_any(struct store *st, bool *out);

/*
 * Return the first queue after the one named (start with "") that has messages,
 * owned, and when its first is due; STORE_NOTFOUND.
 */
enum store_rc store_outbox_queue(struct store *st, const char *after,
    char **out, int64_t *next_us);

/*
 * Add up to limit messages of a queue that are due at now_us, longest due
 * first, without those for whose run skip (may be NULL) returns true; fewer if
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

/* Add up to limit of its dead letters after the run numbered after. */
enum store_rc store_outbox_dead(struct store *st, const char *queue,
    int64_t after, int64_t limit, struct outbox_list *out);

/*
 * Read the row of the run named id into *out, which must be zero;
 * STORE_NOTFOUND.
 */
enum store_rc store_outbox_get(struct store *st, const char *queue,
    const char *id, struct outbox *out);

/*
 * The broker has accepted the message of a run: it is sent, with a reason or
 * NULL.  STORE_NOTFOUND, with nothing done: that is recorded already.
 */
enum store_rc store_outbox_sent(struct store *st, int64_t run,
    const char *reason);

/*
 * The broker has accepted the messages of n runs; rows recorded already are
 * unchanged.
 */
enum store_rc store_outbox_sent_all(struct store *st, const int64_t *runs,
    size_t n);

/*
 * It has not: store o->attempt and o->next_us.  With OUTBOX_NEVER it is a dead
 * letter, whose run ends in state.  STORE_NOTFOUND as above.
 */
enum store_rc store_outbox_put_off(struct store *st, const struct outbox *o,
    enum run_state state, const char *reason);

/*
 * Its work was tried, and failed: another attempt is allowed, and its age
 * counts from now_us.
 */
enum store_rc store_outbox_renew(struct store *st, int64_t run, int64_t now_us);

/* Make a dead letter due again; STORE_NOTFOUND: it is not one. */
enum store_rc store_outbox_replay(struct store *st, int64_t run, int64_t now_us,
    const char *reason);

/* Delete a row; its run is unchanged.  STORE_NOTFOUND. */
enum store_rc store_outbox_purge(struct store *st, int64_t run);

/* Count the messages of a queue; end them as canceled. */
enum store_rc store_outbox_count(struct store *st, const char *queue,
    int64_t *out);
enum store_rc store_outbox_clear(struct store *st, const char *queue,
    const char *reason, int64_t *out);

#endif
