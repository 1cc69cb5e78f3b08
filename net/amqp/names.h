#ifndef NET_AMQP_NAMES_H
#define NET_AMQP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Private to net/amqp*: names of queues that are known to be at the server. */
struct amqp_names {
	char **v; /* in order */
	size_t n, cap;
};

/* Is it known? */
bool amqp_names_have(const struct amqp_names *l, const char *name);

/* It is known from now on, unless memory is short: who asks is told no. */
void amqp_names_add(struct amqp_names *l, const char *name);

/* It is not known any more; harmless when it was not. */
void amqp_names_forget(struct amqp_names *l, const char *name);

/* Forget all there are. */
void amqp_names_fini(struct amqp_names *l);

#endif
