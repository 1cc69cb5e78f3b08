#ifndef CTL_CONSUME_H
#define CTL_CONSUME_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/ctl.h"
#include "lib/base/clock.h"
#include "net/command/child.h"
#include "net/command/output.h"

/* Private to `minutehand consume`. */

#define CONSUME_PARALLEL_MAX 64

/* For commands told to end. */
#define CONSUME_GRACE_US (10 * CLOCK_US_PER_S)

/* One message and the command that works on it. */
struct worker {
	struct message msg; /* owned: body and reason */
	struct child child; /* that gets the body */
	struct output said; /* by it */
	bool is_used;
	bool is_killed;	   /* by this process, which ends */
	bool is_overlong;  /* told to end after its max_runtime */
	int64_t stop_us;   /* when to tell it, then to kill it; monotonic; 0 */
	int64_t extend_us; /* when to extend the lease; monotonic */
	int64_t until_us;  /* when the lease expires; monotonic */
};

struct consume {
	struct ctl *ctl;
	const char *queue;
	char **command;
	char worker[WORK_WORKER_MAX + 1]; /* our name in the ledger */
	int64_t max;			  /* messages in all */
	int parallel;
	int64_t lease_us;
	int64_t wait_us;	/* for the first message, and for more */
	int64_t retry_us;	/* delay of a message put back */
	int64_t for_us;		/* lease for so long; 0: no limit */
	int64_t until_us;	/* lease until then; monotonic; INT64_MAX */
	int64_t max_workers;	/* consumers of the queue; 0: no limit */
	int64_t keep;		/* bytes of a command's output; 0: none, it has
				 * our standard output and error */
	struct outlets outlets; /* where output goes */
	bool is_quiet;		/* print no failed command */
	bool is_verbose;	/* print why and how it ends */
	const char **variables; /* that commands do not inherit */
	struct worker workers[CONSUME_PARALLEL_MAX];
	int nrunning; /* workers in use */
	int64_t leased, acked, nacked, lost;
	int64_t empty_us;  /* since when the queue is empty; 0: it is not */
	int64_t lookup_us; /* when to try to lease again */
	int64_t kill_us;   /* when to kill running commands; 0: never */
	bool is_stopping;  /* lease no more */
	bool is_deaf;	   /* output cannot be passed on; reported */
	int status;	   /* the worst exit status so far */
};

/* Make w free. */
void worker_init(struct worker *w);

/*
 * Start the command for w->msg.  0, or an errno value if it cannot be started;
 * the message is then still leased.
 */
int worker_start(const struct consume *c, struct worker *w);

/* Pass on what the command has printed; the rest, if it has ended. */
void worker_listen(struct consume *c, struct worker *w);

/*
 * Acknowledge the message or put it back, by the status of its command, and
 * free w.  If the store is busy, w is kept, and the call must be repeated until
 * the lease expires.
 */
void worker_settle(struct consume *c, struct worker *w);

/* Put the message back without counting the delivery, and free w. */
void worker_return(struct consume *c, struct worker *w, const char *reason);

/* Send sig to the command and, if it leads a group, what it has started. */
void worker_signal(const struct worker *w, int sig);

/* Tell a command that runs for longer than its job allows to end; at last, kill
 * it. */
void worker_limit(struct worker *w, int64_t now_us);

/* Extend the lease of a running command. */
void worker_extend(struct consume *c, struct worker *w);

#endif
