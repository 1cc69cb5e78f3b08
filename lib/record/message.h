#ifndef LIB_RECORD_MESSAGE_H
#define LIB_RECORD_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"

struct buf;

#define MESSAGE_LEASE_MAX 64 /* bytes of a lease's text, NUL included */
#define MESSAGE_LAPSED "lease expired" /* the reason of one not settled */

enum message_state {
	MESSAGE_READY, /* can be leased */
	MESSAGE_HELD,  /* leased, or returned with a delay */
	MESSAGE_DEAD,  /* a dead letter */
	MESSAGE_STATE__MAX
};

/* One message of the embedded queue. */
struct message {
	int64_t id;
	enum message_state state;
	int64_t priority;	/* higher first */
	int64_t attempt;	/* deliveries so far */
	int64_t run;		/* row of its run; 0: none */
	int64_t max_runtime_us; /* of an attempt at it; 0: no limit */
	int64_t max_attempts;	/* of its job\'s retry_failed; 0: not given */
	int64_t until_us;	/* HELD: when it becomes ready again */
	int64_t enqueued_us;
	char lease[MESSAGE_LEASE_MAX]; /* "" when not leased */
	char *reason;		       /* why returned or dead, or NULL */
	char *body;		       /* JSON text */
};

/* Free what m owns; empty afterwards. */
void message_fini(struct message *m);

LIST_DECL(message_list, struct message, message_fini);

/* "ready", "held", "dead". */
const char *message_state_name(enum message_state s);

/* The contents of an envelope; args and kwargs are JSON text or NULL. */
struct message_envelope {
	const char *task_id;
	const char *queue;
	const char *job_id; /* NULL for a published message */
	int64_t scheduled_us;
	int64_t enqueued_us;
	int64_t attempt;
	const char *args;
	const char *kwargs;
};

/*
 * Append the envelope format of minutehand(1): {"task_id","queue_name",
 * "job_id","scheduled_at","enqueued_at","attempt","args","kwargs"}.
 */
void message_envelope(const struct message_envelope *e, struct buf *out);

#endif
