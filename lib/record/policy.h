#ifndef LIB_RECORD_POLICY_H
#define LIB_RECORD_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/retry.h"
#include "lib/record/run.h"

#define POLICY_NEVER INT64_MAX

/*
 * What a job asks of the work of a run, and how the run stands.  Times are
 * microseconds since the epoch, UTC; 0: none.  Strings are owned.
 */
struct policy {
	int64_t run;		 /* row of the ledger */
	int64_t max_runtime_us;	 /* of an attempt; 0: no limit */
	int64_t expected_us;	 /* when it must have succeeded; POLICY_NEVER */
	int64_t overdue_us;	 /* when it was found to have not */
	int64_t overlong_us;	 /* when an attempt was found to be too long */
	char id[RUN_ID_LEN + 1]; /* of the run */
	char *queue;
	enum run_state state;
	enum outcome outcome; /* OUTCOME_NONE: no worker has reported */
	int64_t started_us, finished_us; /* of the last attempt */
	int64_t longest_us;		 /* the longest attempt before */
};

/* What is asked of a run when its slot is claimed; strings are borrowed. */
struct policy_new {
	int64_t run;
	int64_t max_runtime_us; /* 0: no limit */
	int64_t expected_us;	/* or POLICY_NEVER */
	struct retry retry;	/* of work; max_attempts 0: none */
	int64_t priority;	/* of what is sent to a broker; -1: nothing */
	const char *args;	/* likewise; or NULL */
	const char *kwargs;
};

/* Free what p owns; empty afterwards. */
void policy_fini(struct policy *p);

LIST_DECL(policy_list, struct policy, policy_fini);

/* What a look at a run finds: bits. */
enum policy_finding {
	POLICY_OVERDUE = 1, /* it has not succeeded in time */
	POLICY_OVERLONG = 2 /* an attempt lasts, or lasted, too long */
};

/*
 * What is found at now_us that was not found before; *next_us becomes when to
 * look again, or POLICY_NEVER.
 */
unsigned policy_look(const struct policy *p, int64_t now_us, int64_t *next_us);

#endif
