#ifndef LIB_SCHED_SCHED_H
#define LIB_SCHED_SCHED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/record/job.h"
#include "lib/record/message.h"
#include "lib/record/run.h"
#include "lib/db/store.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/record/why.h"

struct clock;
struct conf;
struct faults;
struct grant;
struct tz;
struct tz_cache;

/*
 * What users do to jobs and queues, each call one transaction that leaves an
 * audit row: the HTTP handlers and the owner's command both stand on this.
 * A scheduler looks after two stores, the durable one and, once a job asked
 * for it, the one on a RAM file system.
 *
 * Each call asks in its transaction whether the actor may: a queue that is not
 * granted is STORE_NOTFOUND, as what does not exist; what would set, keep or
 * start a service that is not granted is STORE_DENIED, and nothing is changed.
 * Reading by queue is for the caller to judge.
 */
struct sched {
	const struct conf *conf;
	const struct clock *clock; /* clock_host; set another after opening */
	struct tz_cache *zones;
	const char *default_zone;
	struct store *stores[JOB_KIND__MAX]; /* JOB_MEMORY: NULL if none */
	int64_t memory_opened; /* how often; another store, other versions */
	ino_t memory_refused;  /* not to be opened again: lib/sched/memory.c */
	char memory_why[320];  /* why jobs of kind memory were refused; or "" */
	const char *actor;     /* who asks, for the audit; set per request */
	const struct grant *grant; /* what that one may touch; NULL: all */
};

/*
 * Open the stores of conf (borrowed, as is env_tz, the value of TZ or NULL).
 * Anything but STORE_OK leaves nothing open and one line in why.  Undo with
 * sched_close.
 */
enum store_rc sched_open(struct sched *s, const struct conf *conf,
    const char *env_tz, char *why, size_t whylen);
void sched_close(struct sched *s);

/*
 * The zone of jobs that name none, by conf and zones of s alone.  NULL: the
 * configured one cannot be read; why names file and line.
 */
const char *sched_zone(const struct sched *s, const char *env_tz, char *why,
    size_t whylen);

/* The default zone as such; UTC while its file cannot be read. */
const struct tz *sched_tz(struct sched *s);

/*
 * The store of a kind, or NULL when the memory store does not exist.  One
 * that another program made, deleted or made anew is noticed here.
 */
struct store *sched_store(struct sched *s, enum job_kind kind);

/*
 * Could a job of kind memory be kept?  STORE_NOTFOUND: none are, by the
 * configuration; STORE_FULL: why says what is wrong with the place, in words
 * that may be shown to clients.  Nothing is made.
 */
enum store_rc sched_memory_check(const struct conf *conf, char *why,
    size_t whylen);

/*
 * Does cron start the ticker as another user alone?  Then jobs of kind memory
 * would never run: STORE_FULL with one line in why.  What a person typed does
 * not count.
 */
enum store_rc sched_memory_ticks(struct sched *s, char *why, size_t whylen);

/* After STORE_FULL for a job of kind memory: why, likewise; NULL: unknown. */
const char *sched_memory_why(struct sched *s);

/* Which store a request means: JOB_KIND__MAX = any. */
#define SCHED_ANY JOB_KIND__MAX

/*
 * Add j (its kind says where), whose trigger was made at now_us: the first
 * slot becomes its next run.  An empty job_id is filled in.  STORE_CONFLICT
 * when it exists and is_replace is false; STORE_LIMIT when its queue is full,
 * or it would never fire (j->is_never) and is not the trigger that it has.
 */
enum store_rc sched_add(struct sched *s, struct job *j, bool is_replace,
    int64_t now_us);

/* Read a job; STORE_NOTFOUND.  kind may be SCHED_ANY: durable first. */
enum store_rc sched_get(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out);

/*
 * Does anything keep the ticker from understanding the job?  What it is is
 * appended to *why.
 */
bool sched_job_fault(struct sched *s, const struct job *j, struct buf *why);

/* Is its zone what cannot be read, for now?  Then the job waits for that. */
bool sched_job_waits(struct sched *s, const struct job *j);

/*
 * Pause, resume, delete, run now.  The job as it stands afterwards is read
 * into *out (initialised; may be NULL).  All give STORE_NOTFOUND for a
 * missing job; pause and resume are idempotent.  Resume computes the next
 * run from now_us and gives STORE_CONFLICT, changing nothing, for a job that
 * can never fire again or that cannot be understood (sched_job_fault).  Run now launches one extra run beside the schedule.
 */
enum store_rc sched_pause(struct sched *s, enum job_kind kind,
    const char *queue, const char *job_id, struct job *out);
enum store_rc sched_resume(struct sched *s, enum job_kind kind,
    const char *queue, const char *job_id, struct job *out);
enum store_rc sched_delete(struct sched *s, enum job_kind kind,
    const char *queue, const char *job_id);
enum store_rc sched_run_now(struct sched *s, enum job_kind kind,
    const char *queue, const char *job_id, char run_id[RUN_ID_LEN + 1]);

/*
 * Change a job: edit changes the definition of *j and, to pause or resume,
 * its state; not 0, or another trigger that would never fire, ends it with
 * STORE_LIMIT and nothing changed.  It is called
 * at most once, in the transaction.  When the trigger's text has become
 * another, what was due by the old one is told as missed (or paused), and the
 * schedule begins anew behind all that was decided.  A job that is in
 * quarantine leaves it if nothing is wrong with it any more.
 * STORE_NOTFOUND; STORE_CONFLICT: it was to be resumed and can never fire
 * again.  The job as it is then is read into *out (initialised).
 */
struct sched_patch {
	enum job_kind kind; /* of the job; SCHED_ANY: durable first */
	int (*edit)(void *cookie, struct job *j);
	void *cookie;
};
enum store_rc sched_patch(struct sched *s, const char *queue,
    const char *job_id, const struct sched_patch *p, struct job *out);

/*
 * Delete every job of a queue (NULL: of all queues), 1,000 a transaction;
 * *out = how many, also of those that were deleted before a failure.
 */
enum store_rc sched_delete_all(struct sched *s, enum job_kind kind,
    const char *queue, int64_t *out);

struct sched_list_opts {
	enum job_kind kind; /* SCHED_ANY: both stores */
	const char *queue;  /* NULL: all */
	int64_t limit;	    /* 0: all, up to conf max_list */
	const char *cursor; /* NULL or "": from the start */
};

#define SCHED_CURSOR_MAX 96

/*
 * Jobs by next run, those without last.  *next becomes "" at the end, else
 * the cursor of the following page.  STORE_CONFLICT: the list is longer than
 * max_list and no limit was given; STORE_NOTFOUND: the cursor is no cursor.
 */
enum store_rc sched_list(struct sched *s, const struct sched_list_opts *o,
    struct job_list *out, char next[SCHED_CURSOR_MAX]);

/* Number of jobs; kind SCHED_ANY and queue NULL mean all. */
enum store_rc sched_count(struct sched *s, enum job_kind kind,
    const char *queue, int64_t *out);

/* Number of jobs in quarantine that the actor may see; the first one of them, if there is one, into
 * *first (initialised; may be NULL). */
enum store_rc sched_quarantined(struct sched *s, int64_t *n, struct job *first);

struct sched_runs_opts {
	enum job_kind kind;   /* SCHED_ANY: both ledgers */
	const char *queue;    /* NULL: all */
	const char *job_id;   /* NULL: all; needs a queue */
	enum run_state state; /* RUN_STATE__MAX: all */
	int64_t from_us;      /* slots from here on; INT64_MIN: all */
	int64_t to_us;	      /* and before here; INT64_MAX: all */
	int64_t limit;	      /* 1 or more */
	const char *cursor;   /* NULL or "": from the newest */
};

/*
 * Ledger rows, newest slot first.  *next becomes "" at the
 * end, else the cursor of the following page.  STORE_NOTFOUND: the cursor is
 * no cursor.
 */
enum store_rc sched_runs(struct sched *s, const struct sched_runs_opts *o,
    struct run_list *out, char next[SCHED_CURSOR_MAX]);

/*
 * Read the run named id of a queue (NULL: of whichever the actor may see)
 * into the zeroed *out (run_fini); STORE_NOTFOUND.  STORE_LIMIT: several
 * queues have a run of that name.
 */
enum store_rc sched_run_get(struct sched *s, const char *queue, const char *id,
    struct run *out);

/*
 * Hand over once more what the run id (as sched_run_get) stood for, as a new run whose id goes
 * into run_id: with the parameters its job has now or, without a job, those
 * of its message, be that in its queue, on its way to a broker or given up.
 * STORE_CONFLICT: neither job nor message is left, so nobody knows the
 * parameters.
 */
enum store_rc sched_replay(struct sched *s, const char *queue, const char *id,
    char run_id[RUN_ID_LEN + 1]);

/* What became of a job at an instant (lib/record/why.h), and the facts behind. */
struct why {
	const char *queue;  /* as asked, borrowed */
	const char *job_id; /* likewise */
	enum job_kind kind; /* likewise; SCHED_ANY: both stores */
	bool takes_words;   /* the instant may be a word (datetime.h) */
	int64_t at_us;
	int64_t now_us;
	const struct tz *zone;	/* the job's; without a job the default */
	struct job job;		/* id 0: there is none */
	struct buf hold;	/* why its queue is paused; "": it is not */
	struct store_gone gone; /* when there is no job: how it went */
	struct run row;		/* of the instant; id "": none */
	struct run newest;	/* of the job, when there is none there */
	int64_t pruned_us;	/* last slot retention took; 0: none */
	struct why_out out;
};

/*
 * Why did the job run or not run at the instant that text at gives (in the
 * job's zone unless it has an offset)?  Without a fraction it means the whole
 * second.  STORE_NOTFOUND: neither job nor runs have that name.
 * STORE_CONFLICT: *bad says what is wrong with at.  Undo with sched_why_fini
 * whatever came of it.
 */
enum store_rc sched_why(struct sched *s, struct why *w, const char *at,
    int64_t now_us, const char **bad);
void sched_why_fini(struct why *w);

/* Queue switch. */
enum store_rc sched_queue_is_paused(struct sched *s, const char *queue,
    bool *out);
enum store_rc sched_queue_set_paused(struct sched *s, const char *queue,
    bool is_paused);

/* Has a consumer ever asked for messages of the embedded queue? */
enum store_rc sched_queue_is_consumed(struct sched *s, const char *queue,
    bool *out);

/* Call see with the name of each queue that a consumer has asked. */
enum store_rc sched_queues_consumed(struct sched *s, store_queue_see *see,
    void *cookie);

/* Queues of both stores, added up, by name. */
enum store_rc sched_queues(struct sched *s, struct queue_list *out);

/* A message outside any schedule. */
struct sched_publish {
	const char *queue;
	const char *args;    /* JSON array or NULL */
	const char *kwargs;  /* JSON object or NULL */
	const char *task_id; /* NULL or "": a fresh UUIDv7 */
	int64_t priority;
};

/* Put it into its queue with a ledger row; its id into run_id.
 * STORE_CONFLICT: a message with that task_id was published before. */
enum store_rc sched_publish(struct sched *s, const struct sched_publish *p,
    char run_id[RUN_ID_LEN + 1]);

/*
 * Consumers (minutehand(1), consume).  A lease text names store and message.
 * Lease: up to max messages for lease_us.  The three others work through n
 * lease texts and count in *done those that still held; the rest had lapsed.
 */
enum store_rc sched_lease(struct sched *s, const char *queue, int max,
    int64_t lease_us, struct message_list *out);

/* Some leased messages of one queue, by their lease texts. */
struct sched_leases {
	const char *queue;
	const char *const *v;
	size_t n;
};
enum store_rc sched_ack(struct sched *s, const struct sched_leases *l,
    size_t *done);
enum store_rc sched_extend(struct sched *s, const struct sched_leases *l,
    int64_t lease_us, size_t *done);

/* How messages go back to their queue. */
struct sched_nack {
	int64_t delay_us;
	const char *reason; /* NULL: none */
	bool is_free;	    /* does not count as delivery; without a reason
			       the one of before stays */
};
enum store_rc sched_nack(struct sched *s, const struct sched_leases *l,
    const struct sched_nack *how, size_t *done);

/* Look at up to limit messages without taking them: the ready ones in the
 * order of their delivery, then the held, then the dead ones. */
enum store_rc sched_peek(struct sched *s, const char *queue, int limit,
    struct message_list *out);
enum store_rc sched_message_count(struct sched *s, const char *queue,
    int64_t *out);
enum store_rc sched_message_clear(struct sched *s, const char *queue,
    int64_t *out);

/* How the ticker is doing. */
struct sched_health {
	int64_t last_tick_us;	  /* 0: never */
	int64_t last_tick_age_us; /* -1: never */
	int64_t cadence_us;	  /* measured; 60 s until known */
	int64_t gap_us;		  /* nobody looks between ticks; -1: unknown */
	bool is_late;		  /* older than two cadences and 30 s, or
				   * ahead_us is not 0 */
	int64_t ahead_us;	  /* something was decided by a clock that far
				   * ahead of this one; below a minute: 0 */
	int64_t by_hand_us;	  /* the last pass by hand; 0: none */
};
enum store_rc sched_health(struct sched *s, int64_t now_us,
    struct sched_health *out);

/*
 * How often jobs are looked at, for warnings: the cadence where ticks leave a
 * gap of a second or more, by what was measured or, before that, by the
 * window that is configured; else 0.
 */
int64_t sched_cadence(struct sched *s, int64_t now_us);

#endif
