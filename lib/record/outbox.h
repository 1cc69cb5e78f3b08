#ifndef LIB_RECORD_OUTBOX_H
#define LIB_RECORD_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/retry.h"
#include "lib/record/run.h"

#define OUTBOX_NEVER INT64_MAX /* next_us of a dead letter */

/* A message on its way to a broker, with its run.  Strings are owned. */
struct outbox {
	int64_t run;		 /* row of the ledger */
	char id[RUN_ID_LEN + 1]; /* its task_id */
	int64_t job;		 /* 0: published by hand */
	char *queue;
	char *job_id;
	char *args;   /* JSON array or NULL */
	char *kwargs; /* JSON object or NULL */
	int64_t priority;
	struct retry retry; /* defaults filled in */
	int64_t due_us;
	int64_t attempt; /* attempts so far */
	int64_t next_us; /* or OUTBOX_NEVER */
	int64_t slot_us;
	enum run_state state;	/* of the run */
	char *reason;		/* of the run, or NULL */
	int64_t max_runtime_us; /* of an attempt at it; 0: no limit */
	int64_t failures;	/* of its work so far */
};

/* Limit of a batch: bytes of parameters in memory at once. */
#define OUTBOX_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* Free what is owned; empty afterwards. */
void outbox_fini(struct outbox *o);

LIST_DECL(outbox_list, struct outbox, outbox_fini);

/* Bytes of its parameters. */
size_t outbox_bytes(const struct outbox *o);

/*
 * Microseconds to wait after the failed attempts so far: a random part of base
 * * 2^n, at most cap (full jitter); random32 is any number.
 */
int64_t outbox_backoff_us(const struct outbox *o, uint32_t random32);

/*
 * NULL if the retry of the message allows another attempt at now_us, else the
 * reason why it is given up.
 */
const char *outbox_is_expired(const struct outbox *o, int64_t now_us);

#endif
