#ifndef LIB_RECORD_DELIVERY_H
#define LIB_RECORD_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record/run.h"

struct buf;

/* Where a run goes that does not go into the embedded queue. */
enum delivery_target { DELIVERY_RENDER, DELIVERY_TARGET__MAX };

/* How a run leaves its mark in the command, to be found again surely. */
enum delivery_marker {
	DELIVERY_MARKER_NONE,
	DELIVERY_MARKER_COMMENT, /* "command # minutehand:RUN" */
	DELIVERY_MARKER_ENV,	 /* "MINUTEHAND_RUN=RUN command" */
	DELIVERY_MARKER__MAX
};

/* What to do when nobody can say whether a request was taken. */
enum delivery_ambiguous {
	DELIVERY_AMBIGUOUS_RETRY, /* send again, after several looks */
	DELIVERY_AMBIGUOUS_SKIP,  /* never a second time: it ends unknown */
	DELIVERY_AMBIGUOUS__MAX
};

/* The `retry` of a job; defaults filled in. */
struct delivery_retry {
	int64_t max_attempts; /* 0: no limit */
	int64_t max_age_us;   /* since it was due; 0: no limit */
	int64_t base_us;
	int64_t cap_us;
};

#define DELIVERY_NEVER INT64_MAX /* next_us of what is over */

/* A run on its way to its target, and afterwards.  Strings are owned. */
struct delivery {
	int64_t run;		 /* row of the ledger */
	char id[RUN_ID_LEN + 1]; /* its task_id, read only */
	int64_t job;		 /* 0: none */
	enum delivery_target target;
	char *service; /* Render: the service */
	char *command; /* as its owner wrote it */
	char *plan;    /* or NULL */
	enum delivery_marker marker;
	enum delivery_ambiguous on_ambiguous;
	char *retry_json;	     /* as the job has it, or NULL */
	struct delivery_retry retry; /* what that means, read only */
	enum run_state state;
	int64_t version; /* changes so far */
	int64_t next_us; /* when to look next, or DELIVERY_NEVER */
	bool is_waiting; /* due, and kept back: the reason says by what */
	int64_t attempt; /* requests that left so far */
	int64_t due_us;	 /* since when it is due */
	/* 0 where unknown or not yet: */
	int64_t sent_us;    /* the request that may have been taken */
	int64_t doubt_us;   /* since when nobody knows */
	int64_t looks;	    /* and how often it was looked for since */
	char *remote_id;    /* the target's name for it, or NULL */
	int64_t created_us; /* by the target's clock */
	int64_t started_us;
	int64_t finished_us;
	int64_t cancel_us;	/* since when it is to be canceled */
	int64_t max_runtime_us; /* a longer run is canceled; 0: none */
	char *reason;		/* of the ledger row, or NULL */
	int64_t decided_us;	/* of the ledger row, read only */
};

struct delivery_list {
	struct delivery *v;
	size_t n;
	size_t cap;
};

/* Free what d owns; it is empty afterwards. */
void delivery_fini(struct delivery *d);

/* Free the rows of a list and its memory; it is empty afterwards. */
void delivery_list_fini(struct delivery_list *l);

/* Room for one more at the end, zeroed; NULL without memory. */
struct delivery *delivery_list_add(struct delivery_list *l);

/* "render"; "", "comment", "env"; "retry", "skip"; and back (-1: no such). */
const char *delivery_target_name(enum delivery_target t);
int delivery_target_parse(const char *name, enum delivery_target *out);
const char *delivery_marker_name(enum delivery_marker m);
int delivery_marker_parse(const char *name, enum delivery_marker *out);
const char *delivery_ambiguous_name(enum delivery_ambiguous a);
int delivery_ambiguous_parse(const char *name, enum delivery_ambiguous *out);

/* Write a fresh run id in Render's form: "job-" and an xid. */
void delivery_make_id(int64_t now_us, char out[RUN_ID_LEN + 1]);

/* Append the command as it is sent: with its mark, if it is to have one. */
void delivery_command(const struct delivery *d, struct buf *out);

/*
 * A number that two runs share whose requests could be taken for each other:
 * same service, same command as sent.  Others share it hardly ever.
 */
int64_t delivery_fingerprint(const struct delivery *d);

/* That number of a command as it is sent. */
int64_t delivery_fingerprint_of(const char *service, const char *command);

/* Does anybody still have to look after it? */
bool delivery_is_open(const struct delivery *d);

/* Render's word for how far it is: pending, running, succeeded, failed or
 * canceled.  What never got there failed. */
const char *delivery_status(const struct delivery *d);

#endif
