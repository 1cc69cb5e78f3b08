#ifndef LIB_SCHED_SCHED_H
#define LIB_SCHED_SCHED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
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
 * audit row; the HTTP handlers and the owner's command are built on it.  A
 * scheduler manages two stores, the durable one and, once a job requests it,
 * the one on a RAM file system.
 *
 * Each call checks in its transaction whether the actor may do it: a queue
 * that is not granted is STORE_NOTFOUND, as if it did not exist; setting,
 * keeping or starting a service that is not granted is STORE_DENIED, and
 * nothing is changed.  Reads by queue are for the caller to check.
 */
struct sched {
	const struct conf *conf;
	const struct clock *clock; /* clock_host; replaceable once open */
	struct tz_cache *zones;
	const char *default_zone;
	struct store *stores[JOB_KIND__MAX]; /* JOB_MEMORY: NULL if none */
	int64_t memory_opened; /* number of openings: each is another store */
	ino_t memory_refused;  /* file not to open again: lib/sched/memory.c */
	struct err memory_why; /* why jobs of kind memory were refused; or "" */
	const char *actor;     /* for the audit; set per request */
	const struct grant *grant; /* of the actor; NULL: full access */
};

/*
 * Open the stores of conf (borrowed, as is env_tz, the value of TZ or NULL).
 * Any result but STORE_OK leaves nothing open and one line in why.  Undo with
 * sched_close.
 */
enum store_rc sched_open(struct sched *s, const struct conf *conf,
    const char *env_tz, struct err *why);
void sched_close(struct sched *s);

/*
 * The zone of jobs that name none; uses only conf and zones of s.  NULL: the
 * configured zone cannot be read; why names file and line.
 */
const char *sched_zone(const struct sched *s, const char *env_tz,
    struct err *why);

/* The default zone; UTC while its file cannot be read. */
const struct tz *sched_tz(struct sched *s);

/*
 * The store of a kind, or NULL if the memory store does not exist.  Notices a
 * memory store that another program created, deleted or replaced.
 */
struct store *sched_store(struct sched *s, enum job_kind kind);

/*
 * Each store that exists (sched_store) and that only means, one kind or
 * SCHED_ANY, the durable one first, as it.st and it.kind, as long as cond.
 */
#define SCHED_EACH(it, s, only, cond) \
	for (struct sched_each it = { JOB_DURABLE, NULL }; \
	     (cond) && sched_next(s, only, &(it)); it.kind++)

struct sched_each {
	enum job_kind kind;
	struct store *st;
};

/* Move it to the first such store from its kind on; false: there is none. */
bool sched_next(struct sched *s, enum job_kind only, struct sched_each *it);

/*
 * Could a job of kind memory be stored?  STORE_NOTFOUND: the configuration
 * forbids it; STORE_FULL: why says what is wrong with the folder or file, in a
 * text fit for clients.  Nothing is created.
 */
enum store_rc sched_memory_check(const struct conf *conf, struct err *why);

/*
 * Does cron start the ticker only as another user?  Then jobs of kind memory
 * would never run: STORE_FULL with one line in why.  Ticks by hand do not
 * count.
 */
enum store_rc sched_memory_ticks(struct sched *s, struct err *why);

/*
 * The reason for STORE_FULL of a job of kind memory, likewise; NULL: unknown.
 */
const char *sched_memory_why(struct sched *s);

/* The store a request refers to; SCHED_ANY: either. */
#define SCHED_ANY JOB_KIND__MAX

/*
 * Add j (j->kind selects the store), whose trigger was made at now_us: the
 * first slot becomes its next run.  An empty job_id is generated.
 * STORE_CONFLICT if it exists and is_replace is false; STORE_LIMIT if its
 * queue is full, or if it would never fire (j->is_never) and is not the
 * trigger the job has.
 */
enum store_rc sched_add(struct sched *s, struct job *j, bool is_replace,
    int64_t now_us);

/*
 * Read a job; STORE_NOTFOUND: no such job.  kind may be SCHED_ANY: durable
 * first.
 */
enum store_rc sched_get(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out);

/*
 * Does anything prevent the ticker from reading the job?  The reason is
 * appended to *why.
 */
bool sched_job_fault(struct sched *s, const struct job *j, struct buf *why);

/*
 * Is it only its zone that cannot be read for now?  Then the job waits for it.
 */
bool sched_job_waits(struct sched *s, const struct job *j);

/*
 * Pause, resume, delete, run now.  The resulting job is read into *out
 * (initialized; may be NULL).  STORE_NOTFOUND: no such job.  Pause and resume
 * are idempotent.  Resume computes the next run from now_us; STORE_CONFLICT,
 * with nothing changed, for a job that can never fire again or that cannot be
 * read (sched_job_fault).  Run now launches one run in addition to the
 * schedule.
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
 * Change a job: edit changes the definition of *j and, to pause or resume, its
 * state.  If it returns non-zero or another trigger that would never fire, the
 * result is STORE_LIMIT and nothing is changed.  It is called at most once, in
 * the transaction.  If the trigger's text changes, slots due by the old one
 * are recorded as missed (or paused), and the schedule restarts after
 * everything decided.  A job in quarantine leaves it if it is valid now.
 * STORE_NOTFOUND: no such job; STORE_CONFLICT: it was to be resumed and can
 * never fire again.  The resulting job is read into *out (initialized).
 */
struct sched_patch {
	enum job_kind kind; /* SCHED_ANY: durable first */
	int (*edit)(void *cookie, struct job *j);
	void *cookie;
};
enum store_rc sched_patch(struct sched *s, const char *queue,
    const char *job_id, const struct sched_patch *p, struct job *out);

/*
 * Delete every job of a queue (NULL: of all queues), 1,000 per transaction;
 * *out = how many, including those before a failure.
 */
enum store_rc sched_delete_all(struct sched *s, enum job_kind kind,
    const char *queue, int64_t *out);

struct sched_list_opts {
	enum job_kind kind; /* SCHED_ANY: both stores */
	const char *queue;  /* NULL: all */
	int64_t limit;	    /* 0: all, up to max_list of the configuration */
	const char *cursor; /* NULL or "": from the start */
};

#define SCHED_CURSOR_MAX 96

/*
 * Add jobs to out by next run, those without last.  *next becomes "" at the
 * end, else the cursor of the next page.  STORE_CONFLICT: the list is longer
 * than max_list and no limit was given; STORE_NOTFOUND: the cursor is invalid.
 */
enum store_rc sched_list(struct sched *s, const struct sched_list_opts *o,
    struct job_list *out, char next[SCHED_CURSOR_MAX]);

/* The number of jobs; kind SCHED_ANY and queue NULL mean all. */
enum store_rc sched_count(struct sched *s, enum job_kind kind,
    const char *queue, int64_t *out);

/*
 * The number of jobs in quarantine that the actor may see; the first of them,
 * if any, into *first (initialized; may be NULL).
 */
enum store_rc sched_quarantined(struct sched *s, int64_t *n, struct job *first);

struct sched_runs_opts {
	enum job_kind kind;   /* SCHED_ANY: both ledgers */
	const char *queue;    /* NULL: all */
	const char *job_id;   /* NULL: all; needs a queue */
	unsigned outcomes;    /* bits, 1 << an outcome; 0: all */
	enum run_state state; /* RUN_STATE__MAX: all */
	unsigned states;      /* instead: bits, 1 << a state; 0: none */
	bool is_problem;      /* RUN_STATES_PROBLEM, and all that ended badly */
	bool is_oldest_first;
	const char *text;   /* in job id, reason or error; NULL: any */
	int64_t from_us;    /* slots from here on; INT64_MIN: all */
	int64_t to_us;	    /* and before here; INT64_MAX: all */
	int64_t limit;	    /* 1 or more */
	const char *cursor; /* NULL or "": from the newest */
};

/*
 * Add ledger rows to out, newest slot first, or oldest.  *next becomes "" at
 * the end, else the cursor of the next page.  With a text, rows are read for at
 * most SCHED_SEARCH_US: a page may be short, even empty, before the end.
 * STORE_NOTFOUND: the cursor is invalid.
 */
#define SCHED_SEARCH_US 80000
enum store_rc sched_runs(struct sched *s, const struct sched_runs_opts *o,
    struct run_list *out, char next[SCHED_CURSOR_MAX]);

/*
 * Read the run id of a queue (NULL: of any that the actor may see) into the
 * zeroed *out (run_fini).  STORE_NOTFOUND: no such run; STORE_LIMIT: several
 * queues have a run of that id.
 */
enum store_rc sched_run_get(struct sched *s, const char *queue, const char *id,
    struct run *out);

/*
 * Read the newest run of j, which was read, into the zeroed *out (run_fini):
 * that of its newest slot, be it by hand or not handed over.  STORE_NOTFOUND:
 * it has none.
 */
enum store_rc sched_run_newest(struct sched *s, const struct job *j,
    struct run *out);

/*
 * Read what a list leaves out of the run r, which sched_run_get has read, into
 * the zeroed *out (run_detail_fini).
 */
enum store_rc sched_run_detail(struct sched *s, const struct run *r,
    struct run_detail *out);

/*
 * Hand over again what the run id (as in sched_run_get) stood for, as a new
 * run whose id goes into run_id: with the present parameters of its job or,
 * without a job, those of its message, whether queued, on its way to a broker
 * or dead.  STORE_CONFLICT: neither job nor message exists, so the parameters
 * are lost.
 */
enum store_rc sched_replay(struct sched *s, const char *queue, const char *id,
    char run_id[RUN_ID_LEN + 1]);

/* What happened to a job at a time (lib/record/why.h), and the facts. */
struct why {
	const char *queue;  /* as given, borrowed */
	const char *job_id; /* likewise */
	enum job_kind kind; /* likewise; SCHED_ANY: both stores */
	bool takes_words;   /* the time may be a word (datetime.h) */
	int64_t at_us;
	int64_t now_us;
	const struct tz *zone;	/* the job's; the default without a job */
	struct job job;		/* id 0: no such job */
	struct buf hold;	/* why its queue is paused; "": it is not */
	struct store_gone gone; /* how a deleted job ended */
	struct run row;		/* at that time; id "": none */
	struct run newest;	/* the job's newest, if none is at that time */
	int64_t pruned_us;	/* last slot that retention pruned; 0: none */
	int64_t max_attempts; /* of a message of the queue; 0: no limit here */
	struct why_out out;
};

/*
 * Why did the job run or not run at the time in the text at (in the job's zone
 * unless it has an offset)?  Without a fraction it means the whole second.
 * STORE_NOTFOUND: neither a job nor runs have that name.  STORE_CONFLICT: *bad
 * says what is wrong with at.  Call sched_why_fini in every case.
 */
enum store_rc sched_why(struct sched *s, struct why *w, const char *at,
    int64_t now_us, const char **bad);
void sched_why_fini(struct why *w);

/*
 * Is the queue paused?  Pause or resume it.  Before a queue is resumed, what
 * fell due while it was paused is recorded as paused, 1,000 jobs per
 * transaction; the last one resumes it.
 */
enum store_rc sched_queue_is_paused(struct sched *s, const char *queue,
    bool *out);
enum store_rc sched_queue_set_paused(struct sched *s, const char *queue,
    bool is_paused);

/* Did the queue have a job that was deleted or has ended? */
enum store_rc sched_queue_had_jobs(struct sched *s, const char *queue,
    bool *out);

/* Has a consumer ever requested messages of the embedded queue? */
enum store_rc sched_queue_is_consumed(struct sched *s, const char *queue,
    bool *out);

/* Call see with the name of each queue that a consumer has used. */
enum store_rc sched_queues_consumed(struct sched *s, store_queue_visit *visit,
    void *cookie);

/* The queues of both stores, added up, by name. */
enum store_rc sched_queues(struct sched *s, struct queue_list *out);

/* A message outside any schedule. */
struct sched_publish {
	const char *queue;
	const char *args;    /* JSON array or NULL */
	const char *kwargs;  /* JSON object or NULL */
	const char *task_id; /* NULL or "": a fresh UUIDv7 */
	int64_t priority;
};

/*
 * Enqueue it with a ledger row; its id into run_id.  STORE_CONFLICT: a message
 * with that task_id was published before.
 */
enum store_rc sched_publish(struct sched *s, const struct sched_publish *p,
    char run_id[RUN_ID_LEN + 1]);

/*
 * Consumers (minutehand(1), consume).  The text of a lease identifies store
 * and message.  Lease: up to max messages for lease_us.  The three others
 * process n lease texts and count in *done those still valid; the others have
 * expired.
 */
struct sched_lease {
	const char *queue;
	const char *worker; /* its name for the ledger, or NULL */
	int max;
	int64_t lease_us;
};
enum store_rc sched_lease(struct sched *s, const struct sched_lease *l,
    struct message_list *out);

/* Leased messages of one queue, by their lease texts. */
struct sched_leases {
	const char *queue;
	const char *const *v;
	size_t n;
};

/* The end of the work on each, as a worker reports it. */
struct sched_work {
	int64_t status;	    /* exit status, 128 + signal, or WORK_NO_STATUS */
	const char *result; /* JSON text, or NULL */
	const char *output; /* or NULL; the end of it is kept */
};
enum store_rc sched_ack(struct sched *s, const struct sched_leases *l,
    const struct sched_work *work, size_t *done);
enum store_rc sched_extend(struct sched *s, const struct sched_leases *l,
    int64_t lease_us, size_t *done);

/* Extend them, and say how far the attempt at each is. */
enum store_rc sched_extend_with(struct sched *s, const struct sched_leases *l,
    int64_t lease_us, const struct work_progress *p, size_t *done);

/* What a worker reports of a run that was handed over to it. */
enum sched_step {
	SCHED_STEP_START,    /* an attempt begins */
	SCHED_STEP_PROGRESS, /* its output so far */
	SCHED_STEP_END	     /* it has ended */
};
struct sched_report {
	const char *queue; /* NULL: of any that the actor may access */
	const char *run;
	enum sched_step step;
	const char *worker;	       /* START: its name, or NULL */
	enum outcome outcome;	       /* END: SUCCEEDED, FAILED or EXPIRED */
	const char *error;	       /* END: or NULL */
	struct sched_work work;	       /* END: how it was */
	struct work_progress progress; /* PROGRESS: how far it is */
};

/*
 * Record the report; *out is how the run stands then.  To start an attempt that
 * is under way at that worker, or to end one as it has ended, changes nothing.
 * An end without a start is an attempt of no length.  STORE_NOTFOUND,
 * STORE_LIMIT: as sched_run_get.  STORE_CONFLICT: the run was not handed over,
 * its target reports itself, or its work has ended otherwise; *out says which
 * if that is so.
 */
enum store_rc sched_run_report(struct sched *s, const struct sched_report *r,
    enum outcome *out);

/* How messages return to their queue. */
struct sched_nack {
	int64_t delay_us;
	bool is_delay_asked; /* whatever its job's retry_failed says */
	const char *reason;  /* NULL: none */
	bool is_free;	     /* is not counted as a delivery; without a
			      * reason the previous one stays */
	struct sched_work work;
};
enum store_rc sched_nack(struct sched *s, const struct sched_leases *l,
    const struct sched_nack *how, size_t *done);

/*
 * Read up to limit messages without leasing them: the ready ones in the order
 * of delivery, then the held, then the dead ones.
 */
enum store_rc sched_peek(struct sched *s, const char *queue, int limit,
    struct message_list *out);
enum store_rc sched_message_count(struct sched *s, const char *queue,
    int64_t *out);
enum store_rc sched_message_clear(struct sched *s, const char *queue,
    int64_t *out);

/* The state of the ticker. */
struct sched_health {
	int64_t last_tick_us;	  /* 0: never */
	int64_t last_tick_age_us; /* -1: never */
	int64_t cadence_us;	  /* measured; 60 s until known */
	int64_t gap_us;		  /* without a tick; -1: unknown */
	bool is_late;		  /* older than two cadences and 30 s, or
				   * ahead_us is not 0 */
	int64_t ahead_us;	  /* decisions are ahead of this clock by it;
				   * 0 if below a minute */
	/* The last tick by hand, by URL, after an answer; 0: none. */
	int64_t by_hand_us, by_url_us, on_request_us;
};
enum store_rc sched_health(struct sched *s, int64_t now_us,
    struct sched_health *out);

/* The newest tick of any kind, and what is due next. */
struct sched_ticking {
	int64_t started_us; /* 0: never */
	int64_t by_url_us;  /* the newest one by URL; 0: never */
	bool is_busy;	    /* it has not ended, nor its window or a minute */
	int64_t next_us;    /* the earliest next run, or JOB_NEVER */
};
enum store_rc sched_ticking(struct sched *s, int64_t now_us,
    struct sched_ticking *out);

/*
 * The interval at which jobs are examined, for warnings: the cadence if ticks
 * leave a gap of at least a second, by measurement or, before there is one, by
 * the configured window; else 0.
 */
int64_t sched_cadence(struct sched *s, int64_t now_us);

#endif
