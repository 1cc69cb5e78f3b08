#ifndef LIB_STORE_QUEUE_H
#define LIB_STORE_QUEUE_H

#include <stdbool.h>

#include "lib/base/list.h"
#include "lib/record/message.h"
#include "lib/record/work.h"
#include "lib/db/store.h"

struct buf;

/* Queue switches and the messages of the embedded queue. */

/* The state of one queue. */
struct queue_info {
	char *name;
	bool is_paused;
	int64_t jobs;
	int64_t ready;
	int64_t held; /* in flight or delayed */
	int64_t dead;
	int64_t waiting;   /* in the outbox */
	int64_t oldest_us; /* enqueued_us of the oldest ready; 0: none */
};

/* Free the members of i; it is empty afterwards. */
void queue_info_fini(struct queue_info *i);

LIST_DECL(queue_list, struct queue_info, queue_info_fini);

/* Set *out to whether the queue is paused; an unknown queue is not. */
enum store_rc store_queue_is_paused(struct store *st, const char *queue,
    bool *out);

/*
 * Append the reason, "queue paused by owner since 2026-11-23T04:30:00Z";
 * nothing if it is not paused.
 */
enum store_rc store_queue_why_paused(struct store *st, const char *queue,
    struct buf *out);

/*
 * Set the switch, with the actor (open transaction).  If it is set already,
 * actor and time are unchanged.
 */
enum store_rc store_queue_set_paused(struct store *st, const char *queue,
    bool is_paused, int64_t now_us, const char *actor);

/* Copy the switches of all queues that are off in from (open transaction). */
enum store_rc store_queue_copy_pauses(struct store *st, struct store *from);

/*
 * Record that a consumer has leased from the queue (open transaction), at most
 * once an hour; set *out to whether one ever has.
 */
enum store_rc store_queue_note_leased(struct store *st, const char *queue,
    int64_t now_us);
enum store_rc store_queue_is_consumed(struct store *st, const char *queue,
    bool *out);

/* Call see with the name of each queue that consumers have leased from. */
typedef void store_queue_visit(void *cookie, const char *name);
enum store_rc store_queue_consumed(struct store *st, store_queue_visit *visit,
    void *cookie);

/* Every queue with a job, a message or a switch, by name. */
enum store_rc store_queue_list(struct store *st, struct queue_list *out);

/* A message to be put into the queue as ready (open transaction). */
struct store_message_new {
	const char *queue;
	const char *body;
	int64_t run; /* row of its run, which gets its work; 0: none */
	int64_t slot_us;
	int64_t priority;
	int64_t now_us;
};
enum store_rc store_message_insert(struct store *st,
    const struct store_message_new *m);

/*
 * Release messages whose lease has expired: ready again, or dead after
 * max_deliveries deliveries (open transaction).
 */
enum store_rc store_message_expire(struct store *st, const char *queue,
    int64_t max_deliveries, int64_t now_us);

/* A worker's request for messages. */
struct store_lease {
	const char *queue;
	const char *worker; /* its name, or NULL */
	int max;
	int64_t now_us;
	int64_t until_us; /* the lease ends */
};

/*
 * Lease up to l->max messages, by priority, then age: an attempt at their runs
 * begins (open transaction).  Adds them to out with their lease texts.
 */
enum store_rc store_message_lease(struct store *st, const struct store_lease *l,
    struct message_list *out);

/*
 * Acknowledge, extend or return a message by its lease; STORE_NOTFOUND if that
 * has expired.  Acknowledged or returned, the attempt at its run ends (open
 * transaction).
 */
enum store_rc store_message_ack(struct store *st, const char *queue,
    const char *lease, const struct work_end *end);
enum store_rc store_message_extend(struct store *st, const char *queue,
    const char *lease, int64_t until_us);

/*
 * Read the lease of the message of a run that a worker has into *out, owned;
 * STORE_NOTFOUND: no worker has it.
 */
enum store_rc store_message_lease_of(struct store *st, const char *queue,
    int64_t run, char **out);

/* How far the attempt at its run is (open transaction); its lease is held. */
enum store_rc store_message_progress(struct store *st, const char *queue,
    const char *lease, int64_t now_us, const struct work_progress *p);

/* How a message is released. */
struct store_nack {
	int64_t now_us;
	int64_t delay_us;
	bool is_delay_asked;	/* whatever its job's retry_failed says */
	int64_t max_deliveries; /* after which it is dead, unless its job's
				 * retry_failed says another number */
	const char *reason;	/* NULL: none given */
	bool is_free;		/* this delivery does not count */
	struct work_end end;	/* outcome and error are set by the call */
};
enum store_rc store_message_nack(struct store *st, const char *queue,
    const char *lease, const struct store_nack *n);

/*
 * Add up to limit messages of one state: ready ones in the order they will
 * be leased, held ones by the end of their lease, dead ones oldest first.
 */
enum store_rc store_message_peek(struct store *st, const char *queue,
    enum message_state state, int limit, struct message_list *out);

/* Parameters of a message, JSON texts that the caller frees. */
struct store_params {
	int64_t priority;
	char *args;
	char *kwargs;
};

/*
 * Read the parameters of the message of a run, by its row, that was sent at
 * sent_us, while it is in its queue; STORE_NOTFOUND afterwards.
 */
enum store_rc store_message_params(struct store *st, const char *queue,
    int64_t run, int64_t sent_us, struct store_params *out);

/* Count the messages that are ready or held. */
enum store_rc store_message_count(struct store *st, const char *queue,
    int64_t *out);

/*
 * Delete the queue's ready and held messages, whose runs are canceled at now_us
 * for that reason (open transaction); *out = how many.
 */
struct store_clear {
	const char *queue;
	const char *reason;
	int64_t now_us;
};
enum store_rc store_message_clear(struct store *st, const struct store_clear *c,
    int64_t *out);

#endif
