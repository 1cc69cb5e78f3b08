#ifndef TICKER_BROKER_PUSH_INT_H
#define TICKER_BROKER_PUSH_INT_H

#include "lib/store/endpoint.h"
#include "lib/store/outbox.h"
#include "ticker/broker/sender.h"
#include "ticker/broker/push.h"

/* Private to ticker/broker/. */

/*
 * Batches per endpoint that are sent at a time: while the results of one are
 * stored, the next is sent.
 */
#define PUSH_BATCHES 2

/* A server, and its state during a pump. */
struct push_endpoint {
	char *name;
	enum conf_server kind;
	int at;					    /* its section */
	struct sender *sender;			    /* NULL: not used yet */
	struct sender_batch *sending[PUSH_BATCHES]; /* with the sender */
	size_t nsending;
	struct sender_batch *back; /* sent, result not stored yet */
	struct sender_batch *next; /* picked, not sent yet */
	bool is_held;		   /* this tick has its lease */
	int64_t rest_us;	   /* time before which nothing is sent */
	char *served;		   /* the last queue that filled it, or NULL */
	char *last;		   /* likewise, in this pump */
	bool is_known;		   /* info was read in this pump */
	struct endpoint_info info;
};

struct push {
	struct sched *s;
	struct push_endpoint *endpoints;
	size_t n;
	int64_t me; /* this tick's id as holder of leases */
	int wake[2];
	uint32_t rand_state;
	struct alerts *alerts; /* NULL: none were due */
	bool is_draining;
};

/*
 * Create an endpoint for each server of the configuration; 0, or -1: out of
 * memory.
 */
int push_endpoints_name(struct push *p);

/* The endpoint of the queue's messages; NULL: the embedded queue. */
struct push_endpoint *push_endpoint_of(struct push *p, const char *queue);

/*
 * Read the state of an endpoint into its info, once per pump (name NULL: do
 * nothing).
 */
enum store_rc push_load_signature(struct push *p, struct push_endpoint *l);

/*
 * The state of endpoints is in the durable store: for the other kind these
 * begin and end a transaction on it, in addition to the open one.
 * push_endpoint_end returns rc, or the result of the commit.
 */
enum store_rc push_endpoint_begin(struct push *p, enum job_kind kind);
enum store_rc push_endpoint_end(struct push *p, enum job_kind kind,
    enum store_rc rc);

/* Return whether a batch is being sent, or its result is not stored. */
bool push_endpoint_is_busy(const struct push_endpoint *l);

/*
 * Release the leases of idle endpoints (in the open transaction of the durable
 * store).  After a rollback they are released later.
 */
enum store_rc push_endpoints_release(struct push *p);

/* Make the messages of a batch from its rows; STORE_FULL: out of memory. */
enum store_rc push_batch_finish(struct sender_batch *b, int64_t now_us);

/* Return whether a finished batch has the run of a store of that kind. */
bool push_batch_has(const struct sender_batch *b, enum job_kind kind,
    int64_t run);

/* Store the results of the batches of the kind (in its open transaction). */
enum store_rc push_apply(struct push *p, enum job_kind kind);

/*
 * Pick due messages into the batches of endpoints (in the open transaction);
 * *next as for push_pump.
 */
enum store_rc push_pick(struct push *p, enum job_kind kind, int64_t now_us,
    int64_t *next);

#endif
