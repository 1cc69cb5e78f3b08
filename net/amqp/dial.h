#ifndef NET_AMQP_DIAL_H
#define NET_AMQP_DIAL_H

struct amqp;
struct err;

/*
 * Private to net/amqp/: resolve the server's name, connect and, with TLS,
 * verify its certificate; a->c is then the connection.  0, or -1 with one line
 * in why, after a->until_us or soon after *a->is_stopped is set.  rabbitmq-c
 * may block for longer: it runs in a thread, which is then left to finish
 * alone.
 */
int amqp_dial(struct amqp *a, struct err *why);

#endif
