#ifndef NET_AMQP_NAMES_H
#define NET_AMQP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Private to net/amqp/: names of queues known to exist at the server. */
struct amqp_names {
	char **v; /* sorted */
	size_t n, cap;
};

/* Return whether the name is known. */
bool amqp_names_have(const struct amqp_names *l, const char *name);

/*
 * Add a name.  Without memory it stays unknown, and its queue is declared
 * again.
 */
void amqp_names_add(struct amqp_names *l, const char *name);

/* Remove a name, if it is known. */
void amqp_names_forget(struct amqp_names *l, const char *name);

/* Free all names. */
void amqp_names_fini(struct amqp_names *l);

#endif
