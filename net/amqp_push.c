#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/message_funboost.h"
#include "net/amqp_push.h"

#include "lib/ban.h"

#define FRAMES 160 /* bytes that a message costs besides its texts */
#define PRIORITY_MAX 255

/* A message on its way: number i has the delivery tag base + i + 1. */
struct sent {
	struct sink_message *m;
	size_t bytes;
	bool is_settled;
};

/* A batch being pushed. */
struct pushing {
	struct sink_rabbitmq *m;
	struct sent *sent;
	size_t nsent;	/* since the channel was opened, or the batch began */
	size_t settled; /* those before are, */
	size_t open;	/* and so many of the others are not */
	size_t bytes;	/* of these */
	uint64_t base;
	bool is_proven; /* one was confirmed: the others may follow at once */
	const char *refused; /* the queue that was refused last, or NULL */
	char refusal[256];   /* and why */
	struct buf body;
	char *why;
	size_t whylen;
};

int
amqp_ready(struct sink_rabbitmq *m, char *why, size_t whylen)
{
	const struct sink_opts *o = &m->sink.o;

	m->amqp.conf = &o->conf->rabbitmq[o->at];
	m->amqp.ca_file = o->conf->ca_file;
	m->amqp.is_stopped = &m->sink.is_stopped;
	if (amqp_open(&m->amqp, why, whylen) == -1)
		return -1;
	if (m->opened != m->amqp.opened) {
		m->opened = m->amqp.opened;
		m->can_publish = false;
		amqp_queues_fini(&m->queues);
	}
	return 0;
}

/* The channel that messages go by; nothing is under way. */
static int
open_channel(struct pushing *p)
{
	amqp_channel_open_t open = { .out_of_band = { 0, NULL } };
	amqp_confirm_select_t confirm = { 0 };
	const struct amqp_question q[] = {
		{ AMQP_PUBLISHES, AMQP_CHANNEL_OPEN_METHOD, &open,
		    AMQP_CHANNEL_OPEN_OK_METHOD },
		{ AMQP_PUBLISHES, AMQP_CONFIRM_SELECT_METHOD, &confirm,
		    AMQP_CONFIRM_SELECT_OK_METHOD },
	};
	struct amqp *a = &p->m->amqp;

	for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
		amqp_begin(a);
		if (amqp_ask(a, &q[i], NULL, p->why, p->whylen) != AMQP_OK)
			return amqp_lose(a, p->why, p->why, p->whylen);
	}
	p->m->can_publish = true;
	p->m->tags = 0;
	p->base = 0;
	p->nsent = p->settled = 0;
	return 0;
}

static void
settle(struct pushing *p, struct sent *s, enum sink_end end, const char *why)
{
	if (s->is_settled)
		return;
	s->is_settled = true;
	p->open--;
	p->bytes -= s->bytes;
	/* What was returned has its end. */
	if (s->m->end == SINK_DOUBT)
		sink_end(s->m, end, why);
	while (p->settled < p->nsent && p->sent[p->settled].is_settled)
		p->settled++;
}

/* An ack, or a nack, of one tag or of all up to it. */
static void
on_confirm(struct pushing *p, uint64_t tag, bool is_multiple, bool is_ack)
{
	uint64_t end = tag - p->base;
	size_t i = is_multiple ? p->settled : (size_t)end - 1;

	/* 0: all there are; of older ones nobody waits for news. */
	if (tag == 0 && is_multiple)
		end = p->nsent;
	else if (tag <= p->base || end > p->nsent)
		return;
	p->is_proven = true;
	for (; i < end; i++)
		settle(p, &p->sent[i], is_ack ? SINK_DONE : SINK_LATER,
		    is_ack ? NULL : "the broker refused it (queue full?)");
}

/* There is no such queue any more: this message comes back, then its ack. */
static void
on_return(struct pushing *p, const amqp_basic_properties_t *b)
{
	const struct sink_message *m;

	for (size_t i = p->settled; i < p->nsent; i++) {
		m = p->sent[i].m;
		if (!p->sent[i].is_settled &&
		    strlen(m->id) == b->message_id.len &&
		    memcmp(m->id, b->message_id.bytes, b->message_id.len) ==
			0) {
			amqp_queues_forget(&p->m->queues, m->queue);
			sink_end(p->sent[i].m, SINK_LATER,
			    "its queue was deleted");
			return;
		}
	}
}

/*
 * The server closed the channel.  A message that was alone was refused; of
 * several nobody knows which one it was, and what became of those before.
 */
static void
on_close(struct pushing *p, const amqp_frame_t *f)
{
	bool is_alone = p->open == 1;

	amqp_agree(&p->m->amqp, f, p->refusal, sizeof(p->refusal));
	p->m->can_publish = false;
	p->is_proven = false;
	for (size_t i = p->settled; i < p->nsent; i++) {
		if (is_alone && !p->sent[i].is_settled)
			p->refused = p->sent[i].m->queue;
		settle(p, &p->sent[i], is_alone ? SINK_LATER : SINK_DOUBT,
		    p->refusal);
	}
}

static void
on_method(struct pushing *p, const amqp_frame_t *f)
{
	const amqp_method_t *method = &f->payload.method;
	const amqp_basic_ack_t *ack;
	const amqp_basic_nack_t *nack;

	switch (method->id) {
	case AMQP_BASIC_ACK_METHOD:
		ack = method->decoded;
		on_confirm(p, ack->delivery_tag, ack->multiple != 0, true);
		break;
	case AMQP_BASIC_NACK_METHOD:
		nack = method->decoded;
		on_confirm(p, nack->delivery_tag, nack->multiple != 0, false);
		break;
	case AMQP_CHANNEL_CLOSE_METHOD:
		on_close(p, f);
		break;
	default:
		break;
	}
}

/* Take what the server says until only so many bytes are unconfirmed. */
static int
take_confirms(struct pushing *p, size_t bytes)
{
	amqp_frame_t f;

	amqp_begin(&p->m->amqp);
	while (p->bytes > bytes) {
		if (amqp_wait(&p->m->amqp, &f, p->why, p->whylen) == -1)
			return -1;
		if (f.channel != AMQP_PUBLISHES)
			continue;
		amqp_begin(&p->m->amqp);
		if (f.frame_type == AMQP_FRAME_METHOD)
			on_method(p, &f);
		else if (f.frame_type == AMQP_FRAME_HEADER)
			on_return(p, f.payload.properties.decoded);
	}
	return 0;
}

/* Let so many bytes fit into the socket's buffer. */
static int
make_room(struct pushing *p, size_t bytes)
{
	size_t room = p->m->amqp.room;

	if (!p->is_proven)
		return take_confirms(p, 0);
	if (p->bytes + bytes <= room)
		return 0;
	return take_confirms(p, bytes < room / 2 ? room / 2 : 0);
}

/* What the headers of a message say. */
static void
describe(const struct sink_message *msg, int64_t max_priority,
    amqp_basic_properties_t *b)
{
	int64_t level = message_funboost_priority(msg->kwargs, msg->priority);

	if (max_priority <= 0 || max_priority > PRIORITY_MAX)
		max_priority = PRIORITY_MAX;
	*b = (amqp_basic_properties_t){
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG |
		    AMQP_BASIC_CONTENT_ENCODING_FLAG |
		    AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
		    AMQP_BASIC_TIMESTAMP_FLAG,
		.content_type = amqp_text("application/json"),
		.content_encoding = amqp_text("utf-8"),
		.delivery_mode = AMQP_DELIVERY_PERSISTENT,
		.message_id = amqp_text(msg->id),
		.timestamp = (uint64_t)(clock_now_us() / CLOCK_US_PER_S),
	};
	if (level > 0) {
		b->_flags |= AMQP_BASIC_PRIORITY_FLAG;
		b->priority =
		    (uint8_t)(level < max_priority ? level : max_priority);
	}
}

/* To the exchange "", which knows each queue by its name. */
static int
publish(struct pushing *p, struct sink_message *msg, size_t bytes)
{
	struct amqp *a = &p->m->amqp;
	const struct conf_queue *q =
	    conf_queue_for(p->m->sink.o.conf, msg->queue);
	const amqp_bytes_t body = { p->body.len, p->body.data };
	amqp_basic_properties_t b;
	int status;

	describe(msg, q->max_priority, &b);
	msg->end = SINK_DOUBT;
	status = a->lib.basic_publish(a->c, AMQP_PUBLISHES, amqp_text(""),
	    amqp_text(msg->queue), 1, 0, &b, body);
	if (status != AMQP_STATUS_OK)
		return amqp_lose(a, a->lib.error_string2(status), p->why,
		    p->whylen);
	p->sent[p->nsent++] = (struct sent){ .m = msg, .bytes = bytes };
	p->m->tags++;
	p->open++;
	p->bytes += bytes;
	return 0;
}

static bool
is_refused(struct pushing *p, struct sink_message *msg)
{
	if (p->refused == NULL || strcmp(p->refused, msg->queue) != 0)
		return false;
	sink_end(msg, SINK_LATER, p->refusal);
	return true;
}

/* The queue exists; 1: it does not, and is refused. */
static int
need_queue(struct pushing *p, struct sink_message *msg)
{
	struct sink_rabbitmq *m = p->m;
	const struct conf_queue *q = conf_queue_for(m->sink.o.conf, msg->queue);

	if (amqp_queues_have(&m->queues, msg->queue))
		return 0;
	/* Asking needs a connection with nothing under way. */
	if (take_confirms(p, 0) == -1)
		return -1;
	switch (amqp_queues_need(&m->amqp, &m->queues, msg->queue,
	    q->max_priority, p->refusal, sizeof(p->refusal))) {
	case AMQP_LOST:
		(void)snprintf(p->why, p->whylen, "%s", p->refusal);
		return -1;
	case AMQP_REFUSED:
		p->refused = msg->queue;
		return is_refused(p, msg) ? 1 : -1;
	case AMQP_OK:
		break;
	}
	return 0;
}

/* One message gets under way, or is told why not; -1: connection lost. */
static int
push_one(struct pushing *p, struct sink_message *msg)
{
	char why[256];
	size_t bytes;
	int rc;

	if (is_refused(p, msg))
		return 0;
	if ((rc = need_queue(p, msg)) != 0)
		return rc == 1 ? 0 : -1;
	buf_reset(&p->body);
	if (sink_body(&p->m->sink, msg, NULL, &p->body, why, sizeof(why)) ==
	    -1) {
		sink_end(msg, SINK_LATER, why);
		return 0;
	}
	bytes = p->body.len + strlen(msg->queue) + strlen(msg->id) + FRAMES;
	if (make_room(p, bytes) == -1)
		return -1;
	/* Waiting for room may have told. */
	if (is_refused(p, msg))
		return 0;
	if (!p->m->can_publish && open_channel(p) == -1)
		return -1;
	return publish(p, msg, bytes);
}

int
amqp_push(struct sink *s, struct sink_message *v, size_t n, char *why,
    size_t whylen)
{
	struct sink_rabbitmq *m = (struct sink_rabbitmq *)s;
	struct pushing p = { .m = m, .why = why, .whylen = whylen };
	int rc = amqp_ready(m, why, whylen);

	if (rc == 0 && n > 0 && (p.sent = calloc(n, sizeof(*p.sent))) == NULL) {
		(void)snprintf(why, whylen, "out of memory");
		return -1;
	}
	p.base = m->tags;
	if (rc == 0 && m->amqp.is_blocked) {
		(void)snprintf(why, whylen, "the broker blocks publishers: %s",
		    m->amqp.reason);
		rc = -1;
	}
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = push_one(&p, &v[i]);
	if (rc == 0)
		rc = take_confirms(&p, 0);
	buf_fini(&p.body);
	free(p.sent);
	return rc;
}
