#ifndef TICKER_RENDER_API_H
#define TICKER_RENDER_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct err;

/*
 * What is asked of Render, and what its answers mean.  The keys, what is
 * known of their rates and the requests under way are one struct render;
 * which job runs when, and what the ledger says, is not known here.
 */
struct render;

enum render_op {
	RENDER_CREATE,
	RENDER_LIST,
	RENDER_EVENTS, /* of type job_run_ended */
	RENDER_GET,
	RENDER_CANCEL,
	RENDER_OP__MAX
};

#define RENDER_ID_MAX 64 /* bytes of an id with its NUL */
#define RENDER_NO_TIME INT64_MIN
#define RENDER_PAGE 100 /* elements asked for at once */

/* One request; strings are borrowed for the call. */
struct render_ask {
	enum render_op op;
	const char *service; /* srv-… or crn-… */
	const char *job;     /* get, cancel: Render's id */
	const char *command; /* create: with its marker */
	const char *plan;    /* create; NULL or "": the service's own */
	int64_t after_us;    /* list: createdAfter; events: startTime */
	const char *status;  /* list: "failed,canceled" or NULL */
	const char *cursor;  /* list, events: of the page before, or NULL */
	void *cookie;	     /* given back with the answer */
};

/* What an answer means, for a create above all. */
enum render_class {
	RENDER_OK,	/* done; jobs or events are there */
	RENDER_REFUSED, /* other 4xx: never, message says why */
	RENDER_DENIED,	/* 401, 403: not with this key */
	RENDER_LATER,	/* 429, 503, or not sent at all: try again */
	RENDER_UNKNOWN, /* time-out, connection lost, other 5xx, an answer
			   that cannot be read: it may have happened */
	RENDER_CLASS__MAX
};

enum render_status {
	RENDER_OPEN, /* absent, null or a word we do not know: not ended */
	RENDER_PENDING,
	RENDER_RUNNING,
	RENDER_SUCCEEDED,
	RENDER_FAILED,
	RENDER_CANCELED,
	RENDER_STATUS__MAX
};

/* A job at Render; instants in microseconds or RENDER_NO_TIME. */
struct render_job {
	char id[RENDER_ID_MAX];
	char service[RENDER_ID_MAX]; /* "" if absent */
	char plan[RENDER_ID_MAX];    /* "" if absent */
	char *command;		     /* NULL if absent */
	enum render_status status;
	int64_t created_us, started_us, finished_us;
};

#define RENDER_WHY_MAX 256

/* Why a job ended, as its event says; several may hold. */
struct render_reason {
	bool has_exit_code;
	int exit_code; /* nonZeroExit */
	bool is_oom;   /* oomKilled */
	bool is_evicted;
	int64_t timed_out_s; /* timedOutSeconds; 0: not said */
	bool is_timed_out;
	bool is_early; /* earlyExit */
	bool is_unhealthy;
	/* What else it says: the texts of reasons, members we do not know.
	 * One clean line, "" if there is nothing. */
	char why[RENDER_WHY_MAX];
};

struct render_event {
	char id[RENDER_ID_MAX];
	char job[RENDER_ID_MAX];
	int64_t at_us;
	enum render_status status;
	struct render_reason reason;
};

#define RENDER_MESSAGE_MAX 512
#define RENDER_CURSOR_MAX 1024

struct render_answer {
	void *cookie;
	enum render_op op;
	enum render_class class;
	int status; /* HTTP's; 0: no answer */
	/*
	 * Did the request leave?  A LATER with it is a 429 or 503: the latter
	 * may come from a gateway behind which the create happened, so who
	 * wants to be certain looks at the list before trying again.
	 */
	bool is_sent;
	int64_t retry_us; /* Retry-After: wait so long at least; 0: not said */
	char message[RENDER_MESSAGE_MAX]; /* unless OK: one clean line */
	struct render_job *jobs; /* create, get, cancel: one; list: a page */
	size_t njobs;
	struct render_event *events;
	size_t nevents;
	/*
	 * Elements of the page that could not be read: what is not among the
	 * others may have been one of these.
	 */
	size_t nbad;
	char cursor[RENDER_CURSOR_MAX]; /* for the next page */
	/*
	 * No next page: this one was not full, or has no cursor.  Who must be
	 * certain asks on as long as there is a cursor.
	 */
	bool is_last;
};

/*
 * How a variable of the environment is read: getenv(3), or a test's own.
 */
typedef char *render_env(const char *name);

/*
 * Read the keys of the configuration, which is borrowed until render_free.
 * A key that cannot be had (its file may be read by others, its variable is
 * not set) is told by render_key for its services, and is not fatal.
 * Variables that hold keys are then wiped and taken out of the environment,
 * so that programs we start do not get them, and the process is guarded by
 * secret_guard_process.  No library for HTTP is loaded before
 * the first render_start.  NULL with one line in why: no memory.
 */
struct render *render_new(const struct conf *c, render_env *env,
    struct err *why);

/*
 * Look at the files of the keys again; one that changed is read.  Cheap;
 * done before each hand-over, so that rotating a key is replacing its file.
 */
void render_refresh(struct render *r);

/*
 * The number of the key that may touch the service, which is its place in
 * conf->render_keys; -1 with a reason in why when there is none or it cannot
 * be had.  Jobs of such a service wait.
 */
int render_key(const struct render *r, const char *service, struct err *why);

/* Changes whenever key number key is read anew. */
unsigned render_key_version(const struct render *r, int key);

#define RENDER_WAIT INT64_MAX

/*
 * From which instant may key be asked for op?  now_us or earlier: at once.
 * RENDER_WAIT: when one of the requests under way has ended.
 */
int64_t render_ready(const struct render *r, int key, enum render_op op,
    int64_t now_us);

/* How many requests like that may be started at now_us, by what is known of
 * the key's rate; INT64_MAX without limit.  Polling leaves some of them to
 * creation. */
int64_t render_left(const struct render *r, int key, enum render_op op,
    int64_t now_us);

/*
 * Begin a request with the key.  0, and an answer will come; -1 with one
 * line in why: nothing was sent, no answer will come.  A create leaves at the
 * next render_wait, and at most once.
 */
int render_start(struct render *r, int key, const struct render_ask *ask,
    struct err *why);

/* How many requests are under way. */
size_t render_count(const struct render *r);

/* Work until an answer is there or until_us by clock_mono_us, as http_wait;
 * may return early for no reason. */
void render_wait(struct render *r, int64_t until_us);

/* Let render_wait return early when fd is readable, too; -1: none. */
void render_watch(struct render *r, int fd);

/*
 * The next answer, which came by now_us, for render_answer_free; NULL: none
 * is there.
 */
struct render_answer *render_next(struct render *r, int64_t now_us);

/* Free an answer; NULL is fine.  Members may be taken by setting them NULL. */
void render_answer_free(struct render_answer *a);

/* End everything; answers under way will not come.  NULL is fine. */
void render_free(struct render *r);

/* "pending" …; "open" for RENDER_OPEN. */
const char *render_status_name(enum render_status s);

#endif
