/*
 * Queues at the server: declared, counted, purged. Tested in
 * tests/broker/rabbitmq.bats.
 */
#include "config.h"

#include "net/amqp/names.h"
#include "net/amqp/queue.h"

#include "lib/base/ban.h"

static enum amqp_answer
declare(struct amqp *a, amqp_queue_declare_t *d, void **out, struct err *why)
{
	struct amqp_question q = { 0, AMQP_QUEUE_DECLARE_METHOD, d,
		AMQP_QUEUE_DECLARE_OK_METHOD };

	return amqp_ask_apart(a, &q, out, why);
}

/* Passive declaration: does not create the queue. */
static enum amqp_answer
declare_passive(struct amqp *a, const char *name, void **out, struct err *why)
{
	amqp_queue_declare_t d = { .queue = amqp_text(name), .passive = 1 };

	return declare(a, &d, out, why);
}

static enum amqp_answer
make(struct amqp *a, const char *name, int64_t max_priority, struct err *why)
{
	amqp_table_entry_t e = { .key = amqp_text("x-max-priority") };
	amqp_queue_declare_t d = { .queue = amqp_text(name), .durable = 1 };

	e.value.kind = AMQP_FIELD_KIND_I32;
	e.value.value.i32 = (int32_t)max_priority;
	if (max_priority > 0)
		d.arguments = (amqp_table_t){ 1, &e };
	return declare(a, &d, NULL, why);
}

enum amqp_answer
amqp_queues_need(struct amqp *a, const char *name, int64_t max_priority,
    struct err *why)
{
	enum amqp_answer answer = declare_passive(a, name, NULL, why);

	if (answer == AMQP_REFUSED && a->code == AMQP_NOT_FOUND)
		answer = make(a, name, max_priority, why);
	if (answer == AMQP_OK)
		amqp_names_add(&a->queues, name);
	return answer;
}

int
amqp_queues_count(struct amqp *a, const char *name, int64_t *out,
    struct err *why)
{
	const amqp_queue_declare_ok_t *ok;
	void *fields;

	switch (declare_passive(a, name, &fields, why)) {
	case AMQP_OK:
		ok = fields;
		*out = ok->message_count;
		return 0;
	case AMQP_REFUSED:
		*out = 0;
		return a->code == AMQP_NOT_FOUND ? 0 : -1;
	case AMQP_LOST:
		break;
	}
	return -1;
}

int
amqp_queues_purge(struct amqp *a, const char *name, struct err *why)
{
	amqp_queue_purge_t p = { .queue = amqp_text(name) };
	struct amqp_question q = { 0, AMQP_QUEUE_PURGE_METHOD, &p,
		AMQP_QUEUE_PURGE_OK_METHOD };
	enum amqp_answer answer = amqp_ask_apart(a, &q, NULL, why);

	return answer == AMQP_OK ||
		(answer == AMQP_REFUSED && a->code == AMQP_NOT_FOUND) ?
	    0 :
	    -1;
}
