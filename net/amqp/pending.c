/*
 * Messages that were published and not confirmed yet. Tested in
 * tests/broker/rabbitmq_faults.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/list.h"
#include "net/amqp/pending.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

static void
settle(struct amqp_pending *f, struct amqp_sent *s, enum sink_end end,
    const char *why)
{
	if (s->is_settled)
		return;
	s->is_settled = true;
	f->open--;
	f->bytes -= s->bytes;
	/* A returned message has its end already. */
	if (s->m->end == SINK_UNKNOWN)
		sink_end(s->m, end, why);
	while (f->settled < f->nsent && f->sent[f->settled].is_settled)
		f->settled++;
}

/* Apply an ack or nack of one tag, or of all up to it. */
static void
on_confirm(struct amqp_pending *f, uint64_t tag, bool is_multiple, bool is_ack)
{
	size_t end = f->nsent, i = f->settled;

	/* Tag 0 with multiple means all. */
	if (tag != 0 || !is_multiple) {
		if (tag <= f->base || tag - f->base > f->nsent)
			return;
		end = (size_t)(tag - f->base);
	}
	if (!is_multiple)
		i = end - 1;
	f->is_proven = true;
	for (; i < end; i++)
		settle(f, &f->sent[i], is_ack ? SINK_DONE : SINK_LATER,
		    is_ack ? NULL : "the broker refused it (queue full?)");
}

/* The queue no longer exists: the message is returned, then acknowledged. */
static void
on_return(struct amqp_pending *f, const amqp_basic_properties_t *b)
{
	struct sink_message *m;

	for (size_t i = f->settled; i < f->nsent; i++) {
		m = f->sent[i].m;
		if (f->sent[i].is_settled ||
		    strlen(m->id) != b->message_id.len ||
		    memcmp(m->id, b->message_id.bytes, b->message_id.len) != 0)
			continue;
		amqp_names_forget(&f->amqp->queues, m->queue);
		sink_end(m, SINK_LATER, "its queue was deleted");
		return;
	}
}

/*
 * The server closed the channel.  If a single message was unconfirmed, it is
 * refused; of several the refused one is not known, and all are in doubt.
 */
static void
on_close(struct amqp_pending *f, const amqp_frame_t *frame)
{
	bool is_alone = f->open == 1;
	struct err why;

	amqp_agree(f->amqp, frame, &why);
	f->is_closed = true;
	f->is_proven = false;
	for (size_t i = f->settled; i < f->nsent; i++) {
		if (is_alone && !f->sent[i].is_settled)
			amqp_pending_refuse(f, f->sent[i].m, why.text);
		settle(f, &f->sent[i], is_alone ? SINK_LATER : SINK_UNKNOWN,
		    why.text);
	}
}

static void
on_method(struct amqp_pending *f, const amqp_frame_t *frame)
{
	const amqp_method_t *method = &frame->payload.method;
	const amqp_basic_ack_t *ack;
	const amqp_basic_nack_t *nack;

	switch (method->id) {
	case AMQP_BASIC_ACK_METHOD:
		ack = method->decoded;
		on_confirm(f, ack->delivery_tag, ack->multiple != 0, true);
		break;
	case AMQP_BASIC_NACK_METHOD:
		nack = method->decoded;
		on_confirm(f, nack->delivery_tag, nack->multiple != 0, false);
		break;
	case AMQP_CHANNEL_CLOSE_METHOD:
		on_close(f, frame);
		break;
	default:
		break;
	}
}

int
amqp_pending_done(struct amqp_pending *f, size_t bytes, struct err *why)
{
	amqp_frame_t frame;

	amqp_begin(f->amqp);
	while (f->bytes > bytes) {
		if (amqp_wait(f->amqp, &frame, why) == -1)
			return -1;
		if (frame.channel != AMQP_PUBLISHES)
			continue;
		amqp_begin(f->amqp);
		if (frame.frame_type == AMQP_FRAME_METHOD)
			on_method(f, &frame);
		else if (frame.frame_type == AMQP_FRAME_HEADER)
			on_return(f, frame.payload.properties.decoded);
	}
	return 0;
}

void
amqp_pending_add(struct amqp_pending *f, struct sink_message *m, size_t bytes)
{
	f->sent[f->nsent++] = (struct amqp_sent){ .m = m, .bytes = bytes };
	f->open++;
	f->bytes += bytes;
}

/* Without memory the queue's other messages are tried, too. */
void
amqp_pending_refuse(struct amqp_pending *f, const struct sink_message *m,
    const char *why)
{
	struct amqp_refusal *v = amqp_refusals_add(&f->refused);

	if (v == NULL)
		return;
	v->queue = m->queue;
	(void)snprintf(v->why, sizeof(v->why), "%s", why);
}

bool
amqp_pending_is_refused(const struct amqp_pending *f, struct sink_message *m)
{
	for (size_t i = 0; i < f->refused.n; i++) {
		if (strcmp(f->refused.v[i].queue, m->queue) != 0)
			continue;
		sink_end(m, SINK_LATER, f->refused.v[i].why);
		return true;
	}
	return false;
}

void
amqp_pending_fini(struct amqp_pending *f)
{
	free(f->sent);
	amqp_refusals_fini(&f->refused);
}
