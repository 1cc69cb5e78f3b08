#ifndef NET_AMQP_LOGIN_H
#define NET_AMQP_LOGIN_H

#include <stddef.h>

struct amqp;

/*
 * Private to net/amqp*: introduce ourselves on the new connection a->c, as the
 * user and with the password of the configuration, and open the virtual host.
 * 0, or -1 with the server's words in why: the connection is closed.
 */
int amqp_login_as(struct amqp *a, char *why, size_t whylen);

#endif
