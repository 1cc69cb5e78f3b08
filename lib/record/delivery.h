#ifndef LIB_RECORD_DELIVERY_H
#define LIB_RECORD_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/retry.h"
#include "lib/record/run.h"

struct buf;

/* Targets of runs outside the embedded queue and brokers. */
enum delivery_target { DELIVERY_RENDER, DELIVERY_TARGET__MAX };

/*
 * How a run is marked in its command, so that it can be found with certainty.
 */
enum delivery_marker {
	DELIVERY_MARKER_NONE,
	DELIVERY_MARKER_COMMENT, /* "command # minutehand:RUN" */
	DELIVERY_MARKER_ENV,	 /* "MINUTEHAND_RUN=RUN command" */
	DELIVERY_MARKER__MAX
};

/* What to do if it is unknown whether a request was accepted. */
enum delivery_ambiguous {
	DELIVERY_AMBIGUOUS_RETRY, /* send again, after several searches */
	DELIVERY_AMBIGUOUS_SKIP, /* never send again: the run ends as unknown */
	DELIVERY_AMBIGUOUS__MAX
};

#define DELIVERY_NEVER INT64_MAX /* next_us of a finished run */

/* A run on its way to its target, and afterwards.  Strings are owned. */
struct delivery {
	int64_t run;		 /* row of the ledger */
	char id[RUN_ID_LEN + 1]; /* its task_id, read only */
	int64_t job;		 /* 0: none */
	enum delivery_target target;
	char *service; /* id of the service at Render */
	char *command; /* as the owner wrote it, without a mark */
	char *plan;    /* or NULL */
	enum delivery_marker marker;
	enum delivery_ambiguous on_ambiguous;
	struct retry retry; /* defaults filled in */
	enum run_state state;
	int64_t version; /* number of changes so far */
	int64_t next_us; /* next time to act, or DELIVERY_NEVER */
	bool is_waiting; /* due, but held back: the reason names the cause */
	int64_t attempt; /* requests sent so far */
	int64_t due_us;	 /* when it fell due */
	/* Microseconds; 0 if unknown or not yet. */
	int64_t sent_us;    /* the request that may have been accepted */
	int64_t doubt_us;   /* since when its outcome is unknown */
	int64_t lookups;    /* searches for it since then */
	char *remote_id;    /* the target's id of it, or NULL */
	int64_t created_us; /* by the target's clock */
	int64_t started_us;
	int64_t finished_us;
	int64_t cancel_us;	/* when its cancellation was requested */
	int64_t max_runtime_us; /* longer runs are canceled; 0: no limit */
	char *reason;		/* of the ledger row, or NULL */
	int64_t decided_us;	/* of the ledger row, read only */
};

/* Free what d owns; empty afterwards. */
void delivery_fini(struct delivery *d);

LIST_DECL(delivery_list, struct delivery, delivery_fini);

/*
 * "render"; "", "comment", "env"; "retry", "skip"; and back (-1: no such
 * name).
 */
extern const char *const delivery_target_names[DELIVERY_TARGET__MAX];
extern const char *const delivery_marker_names[DELIVERY_MARKER__MAX];
extern const char *const delivery_ambiguous_names[DELIVERY_AMBIGUOUS__MAX];
const char *delivery_target_name(enum delivery_target t);
int delivery_target_parse(const char *name, enum delivery_target *out);
const char *delivery_marker_name(enum delivery_marker m);
int delivery_marker_parse(const char *name, enum delivery_marker *out);
const char *delivery_ambiguous_name(enum delivery_ambiguous a);
int delivery_ambiguous_parse(const char *name, enum delivery_ambiguous *out);

/* Write a new run id in the form of Render's job ids: "job-" and an xid. */
void delivery_make_id(int64_t now_us, char out[RUN_ID_LEN + 1]);

/* Append the command as it is sent: with its mark, if it has one. */
void delivery_command(const struct delivery *d, struct buf *out);

/*
 * A hash that runs share whose requests could be mistaken for each other: same
 * service, same command as sent.  Collisions of others are improbable.
 */
int64_t delivery_fingerprint(const struct delivery *d);

/* The same hash of a service and a command as sent. */
int64_t delivery_fingerprint_of(const char *service, const char *command);

/* Is anything left to do for the run? */
bool delivery_is_open(const struct delivery *d);

/*
 * The status as Render's API names it: pending, running, succeeded, failed or
 * canceled.  A run that never reached the target has failed.
 */
const char *delivery_status(const struct delivery *d);

#endif
