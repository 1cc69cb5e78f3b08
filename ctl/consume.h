#ifndef CTL_CONSUME_H
#define CTL_CONSUME_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/ctl.h"
#include "net/command/child.h"

/* Private to `minutehand consume`. */

#define CONSUME_PARALLEL_MAX 64

/* One message and the command that works on it. */
struct worker {
	struct message msg; /* owned: body and reason */
	struct child child; /* that gets the body */
	bool is_used;
	bool is_killed;	   /* by us: it did not finish */
	int64_t extend_us; /* when to lengthen the lease; monotonic */
	int64_t until_us;  /* when the lease lapses; monotonic */
};

struct consume {
	struct ctl *ctl;
	const char *queue;
	char **command;
	int64_t max; /* messages in all */
	int parallel;
	int64_t lease_us;
	int64_t wait_us;  /* for the first message, and for more */
	int64_t retry_us; /* delay of a message put back */
	struct worker workers[CONSUME_PARALLEL_MAX];
	int nrunning; /* workers in use */
	int64_t leased, acked, nacked, lost;
	int64_t empty_us;  /* since when nothing was found; 0: found */
	int64_t lookup_us; /* when to look into the queue again */
	int64_t kill_us;   /* when to kill what still runs; 0: not asked */
	bool is_stopping;  /* lease no more */
	int status;	   /* the worst that happened */
};

/*
 * Start the command for w->msg.  0, or an errno value when it cannot be
 * started at all; the message is then still leased.
 */
int worker_start(const struct consume *c, struct worker *w);

/*
 * Tell the store what came of the message and free w.  When the store is
 * busy, w stays and the call is to be repeated until the lease lapses.
 */
void worker_settle(struct consume *c, struct worker *w);

/* Put the message back as if it had never been taken, and free w. */
void worker_return(struct consume *c, struct worker *w, const char *reason);

/* Lengthen the lease of a command that takes its time. */
void worker_extend(struct consume *c, struct worker *w);

#endif
