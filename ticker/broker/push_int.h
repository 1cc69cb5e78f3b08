#ifndef TICKER_BROKER_PUSH_INT_H
#define TICKER_BROKER_PUSH_INT_H

#include "lib/store/endpoint.h"
#include "lib/store/outbox.h"
#include "ticker/broker/sender.h"
#include "ticker/broker/push.h"

/* Private to ticker/push*. */

/* While one batch is handed over, what came of the one before is written. */
#define PUSH_SENDING_MAX 2

/* One server, with what is known of it during a pump. */
struct push_endpoint {
	char *name;
	enum conf_server kind;
	int at;		       /* its section */
	struct sender *sender; /* NULL: nothing was handed over yet */
	struct sender_batch
	    *sending[PUSH_SENDING_MAX]; /* with the endpoint, and … */
	size_t nsending;
	struct sender_batch *back; /* came back, not written down yet */
	struct sender_batch *next; /* picked, not handed over yet */
	bool is_held;		   /* our lease is in the store */
	int64_t rest_us;	   /* nothing is begun before */
	char *served;		   /* the queue that filled it last, or NULL */
	char *last;		   /* likewise, in this pump */
	bool is_known;		   /* info was read in this pump */
	struct endpoint_info info;
};

struct push {
	struct sched *s;
	struct push_endpoint *endpoints;
	size_t n;
	int64_t me; /* the name of this tick as a holder */
	int wake[2];
	uint32_t rand_state;
	struct alerts *alerts; /* NULL: none were due */
	bool is_draining;
};

/* A endpoint for each server that the configuration has; -1 without memory. */
int push_endpoints_name(struct push *p);

/* Where the queue's messages go; NULL: into the embedded queue. */
struct push_endpoint *push_endpoint_of(struct push *p, const char *queue);

/* Have what is known of a endpoint in its info (name NULL: nothing). */
enum store_rc push_load_signature(struct push *p, struct push_endpoint *l);

/*
 * What is known of endpoints stands in the durable store: for another kind that
 * is a transaction of its own, beside the open one.  push_endpoint_end gives
 * rc, or what came of the commit.
 */
enum store_rc push_endpoint_begin(struct push *p, enum job_kind kind);
enum store_rc push_endpoint_end(struct push *p, enum job_kind kind,
    enum store_rc rc);

/* Is something under way that its lease is for, or not written down? */
bool push_endpoint_is_busy(const struct push_endpoint *l);

/*
 * In the open transaction of the durable store: endpoints that nothing is under
 * way on are let go.  One that a rollback keeps is let go later.
 */
enum store_rc push_endpoints_release(struct push *p);

/*
 * Make the messages of a batch out of its rows, for the endpoint; STORE_FULL
 * without memory.
 */
enum store_rc push_batch_finish(struct sender_batch *b, int64_t now_us);

/* Is the run numbered run, of a store of kind, in a batch that is finished? */
bool push_batch_has(const struct sender_batch *b, enum job_kind kind,
    int64_t run);

/*
 * In the open transaction of a store: what became of the batches of the kind
 * that came back.
 */
enum store_rc push_apply(struct push *p, enum job_kind kind);

/*
 * In the open transaction: choose what is due, into endpoints' next; *next as
 * push_pump.
 */
enum store_rc push_pick(struct push *p, enum job_kind kind, int64_t now_us,
    int64_t *next);

#endif
