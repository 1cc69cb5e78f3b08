/* Answers of the stand-in, now or after a delay. */
#include "config.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "tests/stub/conn.h"

#include "lib/base/ban.h"

struct delayed {
	int64_t due_us;	   /* by clock_mono_us */
	struct conn *conn; /* NULL: it is gone */
	int32_t stream;
	struct reply reply;
	struct delayed *next, *prev;
};

static void
reply_free(struct reply *r)
{
	buf_fini(&r->headers);
	buf_fini(&r->body);
}

static void
send_now(struct conn *c, int32_t stream, struct reply *r)
{
	if (c->is_dead || r->act == ACT_LOSE)
		;
	else if (r->act == ACT_CUT)
		conn_kill(c);
	else if (c->h2 != NULL)
		h2_write(c, stream, r);
	else
		h1_write(c, r);
	reply_free(r);
}

/* Put d where it belongs, near the end as a rule. */
static void
insert(struct server *srv, struct delayed *d)
{
	struct delayed *after = srv->last;

	while (after != NULL && after->due_us > d->due_us)
		after = after->prev;
	d->prev = after;
	d->next = after != NULL ? after->next : srv->first;
	if (d->next != NULL)
		d->next->prev = d;
	else
		srv->last = d;
	if (after != NULL)
		after->next = d;
	else
		srv->first = d;
}

void
reply_give(struct conn *c, int32_t stream, struct reply *reply)
{
	struct stub *s = &c->server->stub;
	struct delayed *d;

	if (!reply->is_delayed || s->set.delay_ms <= 0) {
		send_now(c, stream, reply);
		return;
	}
	if ((d = calloc(1, sizeof(*d))) == NULL)
		abort();
	d->due_us = clock_mono_us() + (int64_t)(s->set.delay_ms * 1000);
	d->conn = c;
	d->stream = stream;
	d->reply = *reply;
	insert(c->server, d);
	if (++s->under_way > s->most_under_way)
		s->most_under_way = s->under_way;
}

int
reply_due(struct server *srv)
{
	struct delayed *d;
	struct conn *c;
	int64_t left;

	while ((d = srv->first) != NULL) {
		if ((left = d->due_us - clock_mono_us()) > 0)
			return (int)((left + 999) / 1000);
		srv->first = d->next;
		if (d->next != NULL)
			d->next->prev = NULL;
		else
			srv->last = NULL;
		srv->stub.under_way--;
		if ((c = d->conn) != NULL) {
			send_now(c, d->stream, &d->reply);
			if (c->h2 == NULL)
				h1_read(c);
			conn_flush(c);
		} else
			reply_free(&d->reply);
		free(d);
	}
	return -1;
}

void
reply_forget(struct conn *c, int32_t stream)
{
	struct delayed *d;

	for (d = c->server->first; d != NULL; d = d->next) {
		if (d->conn == c && (stream == 0 || stream == d->stream))
			d->conn = NULL;
	}
}
