#ifndef LIB_SCHED_BROKERS_H
#define LIB_SCHED_BROKERS_H

#include "lib/sched/sched.h"

/* How the servers of brokers are doing, as ticks found them. */
struct broker_info {
	char *name;	  /* "redis:main" */
	bool is_down;	  /* it cannot be reached */
	int64_t since_us; /* since when, or since when it takes nothing; 0: all
			     is well */
	char *reason;	  /* what was said, or NULL */
	int64_t waiting;  /* messages on their way there */
	bool is_used;	  /* by a queue there is, that the actor may see */
};

struct broker_list {
	struct broker_info *v;
	size_t n;
	size_t cap;
};

/* Every section of the configuration, in its order; to an actor who may not
 * touch every queue, those of queues that are granted, with their messages. */
enum store_rc sched_brokers(struct sched *s, struct broker_list *out);

/* Free what is owned; empty afterwards. */
void broker_list_fini(struct broker_list *l);

/*
 * Append why a queue's messages wait that are due, if their broker cannot be
 * reached: "waiting: redis:main: Connection refused".
 */
enum store_rc sched_why_waiting(struct sched *s, const char *queue,
    struct buf *out);

#endif
