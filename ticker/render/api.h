#ifndef TICKER_RENDER_API_H
#define TICKER_RENDER_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf;
struct err;

/*
 * Requests to Render's API and their answers.  A struct render has the keys,
 * their rate limits and the requests under way.  It does not know which run is
 * sent when, nor the ledger.
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
#define RENDER_PAGE 100 /* elements a page: the API's maximum */

/* One request; strings are borrowed for the call. */
struct render_ask {
	enum render_op op;
	const char *service; /* srv-… or crn-… */
	const char *job;     /* get, cancel: Render's id */
	const char *command; /* create: with its marker */
	const char *plan;    /* create; NULL or "": the service's own */
	int64_t after_us;    /* list: createdAfter; events: startTime */
	const char *status;  /* list: "failed,canceled" or NULL */
	const char *cursor;  /* list, events: from the page before, or NULL */
	void *cookie;	     /* copied to the answer */
};

/* Class of an answer: whether the request took effect. */
enum render_class {
	RENDER_OK,	/* 2xx; jobs or events are set */
	RENDER_REFUSED, /* other 4xx: permanent; message has the reason */
	RENDER_DENIED,	/* 401, 403: this key is not accepted */
	RENDER_LATER,	/* 429, 503, or not sent at all: try again */
	RENDER_UNKNOWN, /* time-out, connection lost, other 5xx, an answer
			   that cannot be parsed: it may have taken effect */
	RENDER_CLASS__MAX
};

enum render_status {
	RENDER_OPEN, /* absent, null or an unknown name: not ended */
	RENDER_PENDING,
	RENDER_RUNNING,
	RENDER_SUCCEEDED,
	RENDER_FAILED,
	RENDER_CANCELED,
	RENDER_STATUS__MAX
};

/* A job at Render; times are microseconds of the epoch, or RENDER_NO_TIME. */
struct render_job {
	char id[RENDER_ID_MAX];
	char service[RENDER_ID_MAX]; /* "" if absent */
	char plan[RENDER_ID_MAX];    /* "" if absent */
	char *command;		     /* NULL if absent */
	enum render_status status;
	int64_t created_us, started_us, finished_us;
};

#define RENDER_WHY_MAX 256

/* Reason of a job's end, from its event; several members may be set. */
struct render_reason {
	bool has_exit_code;
	int exit_code; /* nonZeroExit */
	bool is_oom;   /* oomKilled */
	bool is_evicted;
	int64_t timed_out_s; /* timedOutSeconds; 0: absent */
	bool is_timed_out;
	bool is_early; /* earlyExit */
	bool is_unhealthy;
	/* Texts of reasons and unknown members: one line of UTF-8 without
	 * control characters; "" if there are none. */
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
	int status; /* of HTTP; 0: no answer */
	/*
	 * The request left.  RENDER_LATER is then a 429 or 503.  A 503 may come
	 * from a gateway although the job was created behind it: look it up in
	 * the list before creating it again.
	 */
	bool is_sent;
	int64_t retry_us; /* Retry-After: minimum delay; 0: absent */
	char message[RENDER_MESSAGE_MAX]; /* unless OK: one line of text */
	struct render_job *jobs; /* create, get, cancel: one; list: a page */
	size_t njobs;
	struct render_event *events;
	size_t nevents;
	/*
	 * Elements of the page that could not be parsed: a job missing from the
	 * page may be one of them.
	 */
	size_t nbad;
	char cursor[RENDER_CURSOR_MAX]; /* for the next page; "": none */
	/*
	 * No next page is expected: this one was not full, or has no cursor, or
	 * repeats the cursor it was asked with.
	 */
	bool is_last;
};

/* Reads a variable of the environment: getenv(3), or a test's function. */
typedef char *render_env(const char *name);

/*
 * Read the keys of the configuration c, which is borrowed until render_free.
 * A key that cannot be read (its file is readable by others, its variable is
 * not set) is no failure here: render_key reports it for its services.
 * Variables that hold keys are wiped and removed from the environment, so that
 * child processes do not inherit them, and secret_guard_process is called.  The
 * HTTP library is loaded by the first render_start.  Free with render_free.
 * NULL: out of memory, said in why.
 */
struct render *render_new(const struct conf *c, render_env *env,
    struct err *why);

/*
 * Read again each key file that has changed (a stat(2) per file).  Called
 * before every hand-over, so that a key is rotated by replacing its file.
 */
void render_refresh(struct render *r);

/*
 * Return the index in conf->render_keys of the key for the service.  -1 with
 * the reason in why: no key matches, or it cannot be read; runs of the service
 * then wait.
 */
int render_key(const struct render *r, const char *service, struct err *why);

/* Return a number that changes whenever the key is read again. */
unsigned render_key_version(const struct render *r, int key);

#define RENDER_WAIT INT64_MAX

/*
 * Return the time from which a request op may be started with the key: now_us
 * or earlier if at once; RENDER_WAIT if not before a request under way has
 * ended.  The limits are max_parallel and the key's rate limit.
 */
int64_t render_ready(const struct render *r, int key, enum render_op op,
    int64_t now_us);

/*
 * Return how many requests op the key's rate limit permits at now_us; INT64_MAX
 * if no limit is known.
 */
int64_t render_left(const struct render *r, int key, enum render_op op,
    int64_t now_us);

/*
 * Start a request with the key.  0: render_next will return its answer.  -1
 * with the reason in why: nothing was sent, and no answer follows.  A create
 * is sent by the next render_wait, at most once.
 */
int render_start(struct render *r, int key, const struct render_ask *ask,
    struct err *why);

/* Return the number of requests under way. */
size_t render_count(const struct render *r);

/*
 * Send and receive until an answer has arrived or clock_mono_us() is until_us,
 * as http_wait.  May return earlier.
 */
void render_wait(struct render *r, int64_t until_us);

/* Make render_wait return when fd, too, is readable; -1: no such fd. */
void render_watch(struct render *r, int fd);

/*
 * Return the next answer, for render_answer_free, and count it at now_us for
 * the key's rate.  NULL: no answer has arrived.
 */
struct render_answer *render_next(struct render *r, int64_t now_us);

/*
 * Free an answer; NULL does nothing.  A caller keeps a member by setting it
 * NULL.
 */
void render_answer_free(struct render_answer *a);

/* Abort the requests under way and free r.  NULL does nothing. */
void render_free(struct render *r);

/* The name of a status, static: "pending" …; "open" for RENDER_OPEN. */
const char *render_status_name(enum render_status s);

#endif
