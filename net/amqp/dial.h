#ifndef NET_AMQP_DIAL_H
#define NET_AMQP_DIAL_H

struct amqp;
struct err;

/*
 * Private to net/amqp*: look the server's name up, connect to it and, with
 * TLS, shake hands and check its certificate; the connection is a->c then.
 * 0, or -1 with one line in why after a->until_us or soon after *a->is_stopped
 * was set: rabbitmq-c waits as long as it likes, in a thread that is left to
 * itself then.
 */
int amqp_dial(struct amqp *a, struct err *why);

#endif
