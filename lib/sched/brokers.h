#ifndef LIB_SCHED_BROKERS_H
#define LIB_SCHED_BROKERS_H

#include "lib/base/list.h"
#include "lib/sched/sched.h"

/* The state of the servers of brokers, as ticks found it. */
struct broker_info {
	char *name;	  /* "redis:main" */
	bool is_down;	  /* it cannot be reached */
	int64_t since_us; /* since when, or since when it takes nothing; 0: all
			     is well */
	char *reason;	  /* the error, or NULL */
	int64_t waiting;  /* messages waiting for it */
	bool is_used;	  /* by a queue that the actor may see */
};

/* Free what is owned; empty afterwards. */
void broker_info_fini(struct broker_info *b);

LIST_DECL(broker_list, struct broker_info, broker_info_fini);

/*
 * One entry per section of the configuration, in its order.  For an actor
 * without access to every queue: only those of granted queues, counting their
 * messages.
 */
enum store_rc sched_brokers(struct sched *s, struct broker_list *out);

/*
 * Append why the due messages of a queue wait, if the broker cannot be
 * reached: "waiting: redis:main: Connection refused".
 */
enum store_rc sched_why_waiting(struct sched *s, const char *queue,
    struct buf *out);

#endif
