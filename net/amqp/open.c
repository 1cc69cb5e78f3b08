/*
 * Opens a connection when there is none that is alive, and closes it. Tested in
 * tests/broker/rabbitmq*.bats.
 */
#include "config.h"

#include <sys/socket.h>

#include "lib/base/clock.h"
#include "net/amqp/amqp.h"
#include "net/amqp/dial.h"
#include "net/amqp/login.h"

#include "lib/base/ban.h"

#define SNDBUF (512 * 1024)
#define ROOM_MIN (32 * 1024)
#define BYE_US 500000 /* for the server to say good-bye, too */

/*
 * What is not confirmed must fit into the socket's buffer, for the library's
 * writing waits for ever.  The kernel counts its own overhead in, too.
 */
static void
make_room(struct amqp *a)
{
	int fd = a->lib.get_sockfd(a->c), bytes = SNDBUF;
	socklen_t len = sizeof(bytes);

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &len) == -1)
		bytes = 0;
	a->room = (size_t)bytes / 3;
	if (a->room < ROOM_MIN)
		a->room = ROOM_MIN;
}

/*
 * Is the idle connection still good?  Else it is closed.  What the server said
 * since is read.
 */
static bool
is_alive(struct amqp *a)
{
	amqp_frame_t f;
	char unused[128];
	int n;

	do {
		n = amqp_next(a, &f, 0, unused, sizeof(unused));
		if (n > 0 && f.frame_type == AMQP_FRAME_METHOD &&
		    f.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD)
			n = amqp_lose(a, "", unused, sizeof(unused));
	} while (n > 0);
	return n == 0;
}

int
amqp_open(struct amqp *a, char *why, size_t whylen)
{
	if (a->c != NULL && is_alive(a))
		return 0;
	if (!a->is_loaded && amqp_lib_open(&a->lib, why, whylen) == -1)
		return -1;
	a->is_loaded = true;
	amqp_begin(a);
	if (amqp_dial(a, why, whylen) == -1)
		return -1;
	make_room(a);
	return amqp_login_as(a, why, whylen);
}

void
amqp_close(struct amqp *a)
{
	amqp_connection_close_t bye = { .reply_code = 200,
		.reply_text = amqp_text("good-bye") };
	const struct amqp_question q = { 0, AMQP_CONNECTION_CLOSE_METHOD, &bye,
		AMQP_CONNECTION_CLOSE_OK_METHOD };
	char unused[128];

	if (a->c == NULL)
		return;
	a->until_us = clock_mono_us() + BYE_US;
	(void)amqp_ask(a, &q, NULL, unused, sizeof(unused));
	(void)amqp_lose(a, "", unused, sizeof(unused));
}
