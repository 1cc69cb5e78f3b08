#ifndef TICKER_BROKER_PUSH_INT_H
#define TICKER_BROKER_PUSH_INT_H

#include "lib/store/lane.h"
#include "lib/store/outbox.h"
#include "ticker/broker/sender.h"
#include "ticker/broker/push.h"

/* Private to ticker/push*. */

/* While one batch is handed over, what came of the one before is written. */
#define PUSH_AWAY 2

/* One server, with what is known of it during a pump. */
struct push_lane {
	char *name;
	enum conf_server kind;
	int at;		   /* its section */
	struct lane *lane; /* NULL: nothing was handed over yet */
	struct lane_batch *away[PUSH_AWAY]; /* with the lane, and … */
	size_t naway;
	struct lane_batch *back; /* came back, not written down yet */
	struct lane_batch *next; /* picked, not handed over yet */
	bool is_held;		 /* our lease is in the store */
	int64_t rest_us;	 /* nothing is begun before */
	char *served;		 /* the queue that filled it last, or NULL */
	char *last;		 /* likewise, in this pump */
	bool is_known;		 /* info was read in this pump */
	struct lane_info info;
};

struct push {
	struct sched *s;
	struct push_lane *lanes;
	size_t n;
	int64_t me; /* the name of this tick as a holder */
	int wake[2];
	uint32_t luck;
	bool is_draining;
};

/* A lane for each server that the configuration has; -1 without memory. */
int push_lanes_name(struct push *p);

/* Where the queue's messages go; NULL: into the embedded queue. */
struct push_lane *push_lane_of(struct push *p, const char *queue);

/* Have what is known of a lane in its info (name NULL: nothing). */
enum store_rc push_know(struct push *p, struct push_lane *l);

/*
 * What is known of lanes stands in the durable store: for another kind that is
 * a transaction of its own, beside the open one.  push_lane_end gives rc, or
 * what came of the commit.
 */
enum store_rc push_lane_begin(struct push *p, enum job_kind kind);
enum store_rc push_lane_end(struct push *p, enum job_kind kind,
    enum store_rc rc);

/* Is something under way that its lease is for, or not written down? */
bool push_lane_is_busy(const struct push_lane *l);

/*
 * In the open transaction of the durable store: lanes that nothing is under
 * way on are let go.  One that a rollback keeps is let go later.
 */
enum store_rc push_lanes_release(struct push *p);

/*
 * Make the messages of a batch out of its rows, for the lane; STORE_FULL
 * without memory.
 */
enum store_rc push_batch_finish(struct lane_batch *b, int64_t now_us);

/* Is the run numbered run, of a store of kind, in a batch that is finished? */
bool push_batch_has(const struct lane_batch *b, enum job_kind kind,
    int64_t run);

/*
 * In the open transaction of a store: what became of the batches of the kind
 * that came back.
 */
enum store_rc push_apply(struct push *p, enum job_kind kind);

/*
 * In the open transaction: choose what is due, into lanes' next; *next as
 * push_pump.
 */
enum store_rc push_pick(struct push *p, enum job_kind kind, int64_t now_us,
    int64_t *next);

#endif
