/*
 * Publishes a batch with confirms, within the socket's buffer. Tested in
 * tests/broker/rabbitmq*.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/signature.h"
#include "lib/job/message_funboost.h"
#include "net/amqp/pending.h"
#include "net/amqp/sink.h"

#include "lib/base/ban.h"

#define FRAMES 160 /* bytes per message besides its texts */
#define PRIORITY_MAX 255

/* A batch being pushed. */
struct pushing {
	struct sink_rabbitmq *m;
	struct amqp_pending pending;
	struct buf body;
	struct err *why;
};

int
amqp_ready(struct sink_rabbitmq *m, struct err *why)
{
	const struct sink_opts *o = &m->sink.o;

	m->amqp.conf = &o->conf->rabbitmq[o->at];
	m->amqp.settings = o->conf;
	m->amqp.timeout_us =
	    sink_timeout_us(&m->sink, m->amqp.conf->timeout_us);
	m->amqp.is_stopped = &m->sink.is_stopped;
	return amqp_open(&m->amqp, why);
}

/* Open the channel for messages; nothing is under way. */
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
		switch (amqp_ask(a, &q[i], NULL, p->why)) {
		case AMQP_OK:
			break;
		case AMQP_REFUSED:
			return amqp_lose(a, p->why->text, p->why);
		case AMQP_LOST:
			return -1;
		}
	}
	a->can_publish = true;
	a->tags = 0;
	p->pending.base = 0;
	p->pending.nsent = p->pending.settled = 0;
	return 0;
}

static int
land(struct pushing *p, size_t bytes)
{
	int rc = amqp_pending_done(&p->pending, bytes, p->why);

	if (p->pending.is_closed)
		p->m->amqp.can_publish = false;
	p->pending.is_closed = false;
	return rc;
}

/*
 * Wait until bytes fit into the socket's buffer.  The first message goes alone:
 * then a refusal is known to be its own, and at most one is in doubt if the
 * connection is dead.
 */
static int
make_room(struct pushing *p, size_t bytes)
{
	size_t room = p->m->amqp.room;

	if (!p->pending.is_proven)
		return land(p, 0);
	if (p->pending.bytes + bytes <= room)
		return 0;
	return land(p, bytes < room / 2 ? room / 2 : 0);
}

/* The queue's x-max-priority, from the configuration or else its worker. */
static int64_t
max_priority_of(const struct pushing *p, const struct sink_message *msg)
{
	int64_t n = conf_queue_for(p->m->sink.o.conf, msg->queue)->max_priority;

	return n > 0 || msg->sig == NULL ? n : msg->sig->max_priority;
}

/* Make the headers of a message. */
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
	if (level <= 0)
		return;
	b->_flags |= AMQP_BASIC_PRIORITY_FLAG;
	b->priority = (uint8_t)(level < max_priority ? level : max_priority);
}

/* Publish to the default exchange, whose routing key is the queue's name. */
static int
publish(struct pushing *p, struct sink_message *msg, size_t bytes)
{
	struct amqp *a = &p->m->amqp;
	const amqp_bytes_t body = { p->body.len, p->body.data };
	amqp_basic_properties_t b;
	int status;

	describe(msg, max_priority_of(p, msg), &b);
	msg->end = SINK_UNKNOWN;
	status = a->lib.basic_publish(a->c, AMQP_PUBLISHES, amqp_text(""),
	    amqp_text(msg->queue), 1, 0, &b, body);
	if (status != AMQP_STATUS_OK) {
		/* Read what the server sent before it closed. */
		return land(p, 0) == -1 ?
		    -1 :
		    amqp_lose(a, a->lib.error_string2(status), p->why);
	}
	a->tags++;
	amqp_pending_add(&p->pending, msg, bytes);
	return 0;
}

/* Make sure that the queue exists; -1: connection lost. */
static int
need_queue(struct pushing *p, const struct sink_message *msg)
{
	struct sink_rabbitmq *m = p->m;
	struct err why;

	if (amqp_names_have(&m->amqp.queues, msg->queue))
		return 0;
	/* A request needs a connection with nothing under way. */
	if (land(p, 0) == -1)
		return -1;
	switch (amqp_queues_need(&m->amqp, msg->queue, max_priority_of(p, msg),
	    &why)) {
	case AMQP_LOST:
		return err_set(p->why, "%s", why.text);
	case AMQP_REFUSED:
		amqp_pending_refuse(&p->pending, msg, why.text);
		break;
	case AMQP_OK:
		break;
	}
	return 0;
}

/* Start to send one message, or set its end; -1: connection lost. */
static int
push_one(struct pushing *p, struct sink_message *msg)
{
	const char *why;
	size_t bytes;

	if (amqp_pending_is_refused(&p->pending, msg))
		return 0;
	if (need_queue(p, msg) == -1)
		return -1;
	buf_reset(&p->body);
	why = sink_body(&p->m->sink, msg, msg->sig, &p->body);
	if (why != NULL) {
		sink_end(msg, SINK_LATER, why);
		return 0;
	}
	bytes = p->body.len + strlen(msg->queue) + strlen(msg->id) + FRAMES;
	if (make_room(p, bytes) == -1)
		return -1;
	/*
	 * The queue was refused, as waiting for an earlier message has shown.
	 */
	if (amqp_pending_is_refused(&p->pending, msg))
		return 0;
	if (!p->m->amqp.can_publish && open_channel(p) == -1)
		return -1;
	return publish(p, msg, bytes);
}

static int
begin(struct pushing *p, size_t n)
{
	struct sink_rabbitmq *m = p->m;

	if (amqp_ready(m, p->why) == -1)
		return -1;
	if (m->amqp.is_blocked)
		return err_set(p->why, "the broker blocks publishers: %s",
		    m->amqp.reason);
	p->pending.amqp = &m->amqp;
	p->pending.base = m->amqp.tags;
	p->pending.sent = calloc(n, sizeof(*p->pending.sent));
	if (p->pending.sent != NULL)
		return 0;
	return err_set(p->why, "out of memory");
}

int
amqp_push(struct sink *s, struct sink_message *v, size_t n, struct err *why)
{
	struct pushing p = { .m = (struct sink_rabbitmq *)s, .why = why };
	int rc;

	if (n == 0)
		return amqp_ready(p.m, why);
	rc = begin(&p, n);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = push_one(&p, &v[i]);
	if (rc == 0)
		rc = land(&p, 0);
	buf_fini(&p.body);
	amqp_pending_fini(&p.pending);
	return rc;
}

static int
count(struct sink *s, const char *queue, int64_t *out, struct err *why)
{
	struct sink_rabbitmq *m = (struct sink_rabbitmq *)s;

	return amqp_ready(m, why) == 0 ?
	    amqp_queues_count(&m->amqp, queue, out, why) :
	    -1;
}

static int
clear(struct sink *s, const char *queue, struct err *why)
{
	struct sink_rabbitmq *m = (struct sink_rabbitmq *)s;

	return amqp_ready(m, why) == 0 ?
	    amqp_queues_purge(&m->amqp, queue, why) :
	    -1;
}

static void
close_it(struct sink *s)
{
	amqp_close(&((struct sink_rabbitmq *)s)->amqp);
}

/* Registrations are in Redis. */
const struct sink_ops sink_rabbitmq = {
	.size = sizeof(struct sink_rabbitmq),
	.push = amqp_push,
	.count = count,
	.clear = clear,
	.close = close_it,
};
