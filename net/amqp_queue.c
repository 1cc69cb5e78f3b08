#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/list.h"
#include "net/amqp_queue.h"

#include "lib/ban.h"

/* Where the name is, or would be. */
static size_t
find(const struct amqp_queues *q, const char *name)
{
	size_t low = 0, high = q->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(q->names[mid], name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
amqp_queues_have(const struct amqp *a, const char *name)
{
	const struct amqp_queues *q = &a->queues;
	size_t i = find(q, name);

	return i < q->n && strcmp(q->names[i], name) == 0;
}

/* Without memory it will be asked for again. */
static void
add(struct amqp_queues *q, const char *name)
{
	char **names = list_room(q->names, q->n, &q->cap, sizeof(*q->names));
	char *copy = strdup(name);
	size_t i = find(q, name);

	if (names != NULL)
		q->names = names;
	if (names == NULL || copy == NULL) {
		free(copy);
		return;
	}
	memmove(&names[i + 1], &names[i], (q->n - i) * sizeof(*names));
	names[i] = copy;
	q->n++;
}

void
amqp_queues_forget(struct amqp *a, const char *name)
{
	struct amqp_queues *q = &a->queues;
	size_t i = find(q, name);

	if (!amqp_queues_have(a, name))
		return;
	free(q->names[i]);
	q->n--;
	memmove(&q->names[i], &q->names[i + 1], (q->n - i) * sizeof(*q->names));
}

void
amqp_queues_fini(struct amqp_queues *q)
{
	while (q->n > 0)
		free(q->names[--q->n]);
	free(q->names);
	*q = (struct amqp_queues){ .names = NULL };
}

static enum amqp_answer
declare(struct amqp *a, amqp_queue_declare_t *d, void **out, char *why,
    size_t whylen)
{
	struct amqp_question q = { 0, AMQP_QUEUE_DECLARE_METHOD, d,
		AMQP_QUEUE_DECLARE_OK_METHOD };

	return amqp_ask_aside(a, &q, out, why, whylen);
}

/* Look only. */
static enum amqp_answer
look(struct amqp *a, const char *name, void **out, char *why, size_t whylen)
{
	amqp_queue_declare_t d = { .queue = amqp_text(name), .passive = 1 };

	return declare(a, &d, out, why, whylen);
}

static enum amqp_answer
make(struct amqp *a, const char *name, int64_t max_priority, char *why,
    size_t whylen)
{
	amqp_table_entry_t e = { .key = amqp_text("x-max-priority") };
	amqp_queue_declare_t d = { .queue = amqp_text(name), .durable = 1 };

	e.value.kind = AMQP_FIELD_KIND_I32;
	e.value.value.i32 = (int32_t)max_priority;
	if (max_priority > 0)
		d.arguments = (amqp_table_t){ 1, &e };
	return declare(a, &d, NULL, why, whylen);
}

enum amqp_answer
amqp_queues_need(struct amqp *a, const char *name, int64_t max_priority,
    char *why, size_t whylen)
{
	enum amqp_answer answer = look(a, name, NULL, why, whylen);

	if (answer == AMQP_REFUSED && a->code == AMQP_NOT_FOUND)
		answer = make(a, name, max_priority, why, whylen);
	if (answer == AMQP_OK)
		add(&a->queues, name);
	return answer;
}

int
amqp_queues_count(struct amqp *a, const char *name, int64_t *out, char *why,
    size_t whylen)
{
	const amqp_queue_declare_ok_t *ok;
	void *fields;

	switch (look(a, name, &fields, why, whylen)) {
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
amqp_queues_purge(struct amqp *a, const char *name, char *why, size_t whylen)
{
	amqp_queue_purge_t p = { .queue = amqp_text(name) };
	struct amqp_question q = { 0, AMQP_QUEUE_PURGE_METHOD, &p,
		AMQP_QUEUE_PURGE_OK_METHOD };
	enum amqp_answer answer = amqp_ask_aside(a, &q, NULL, why, whylen);

	return answer == AMQP_OK ||
		(answer == AMQP_REFUSED && a->code == AMQP_NOT_FOUND) ?
	    0 :
	    -1;
}
