#ifndef TICKER_RENDER_DELIVER_INT_H
#define TICKER_RENDER_DELIVER_INT_H

#include "lib/record/delivery.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver.h"
#include "ticker/render/api.h"

struct err;

/* Private to ticker/render/: the requests under way and their handlers. */

enum request_kind {
	REQUEST_SEND,	/* create the job of a run */
	REQUEST_LOOKUP, /* look up a service's unknown runs */
	REQUEST_FOLLOW, /* poll the state of a service's open runs */
	REQUEST_CHECK,	/* get the state of one open run */
	REQUEST_CANCEL, /* cancel one run */
	REQUEST__MAX
};

/* What a request does next. */
enum request_end {
	REQUEST_WAITS, /* its answer has not arrived */
	REQUEST_AGAIN, /* send it again: the next page */
	REQUEST_DONE   /* its answer is stored: free it */
};

#define FOREIGN_MAX 384 /* bytes of a reason that names two ids, with NUL */

/* An entry of the index of the runs of a lookup. */
struct lookup_entry {
	int64_t fingerprint; /* of its command as sent */
	size_t row;	     /* in request.rows */
};

/* A request under way; the pages of a list are one request. */
struct request {
	enum request_kind kind;
	enum request_end end;
	bool is_new;   /* picked, not committed */
	bool is_ready; /* committed, not started */
	int key;
	char *service;
	int64_t began_us;	      /* when the first page was requested */
	struct render_answer *answer; /* arrived, not yet stored; or NULL */
	struct render_answer unsent;  /* the answer if it could not be sent */
	enum render_op op;
	int64_t since_us; /* lists: not older than this */
	char *cursor;	  /* of the page requested, or NULL */
	int pages;
	bool is_partial;     /* an element or page was not read */
	struct delivery run; /* send, check, cancel: as it was stored */
	/* Lookup: the unknown runs, an index of them by command, and per run
	 * the job found (id "": none) and the reason why it is another run's
	 * ("": it is not). */
	struct delivery_list rows;
	struct lookup_entry *index;
	struct render_job *found;
	char (*foreign)[FOREIGN_MAX];
	struct follow follow;
};

struct deliver {
	struct store *st;
	const struct conf *conf;
	struct render *render;
	struct request **v;
	size_t n, cap;
	bool is_draining;
	int64_t read_us;     /* when a service was polled last */
	uint32_t rand_state; /* state of the generator for jitter */
	char *after;	     /* the service served last */
	struct hold *holds;  /* of hold.c */
	size_t nholds, holds_cap;
	bool has_holds; /* those of earlier ticks are loaded */
};

/* Whether runs of a service may be sent with its key. */
enum hold_state {
	HOLD_NONE, /* the key is accepted, or was not tried */
	HOLD_HELD, /* it was not accepted: runs wait */
	HOLD_TRY   /* the hold has expired: one run is sent to try the key */
};

/*
 * Return the state of key and service at now_us.  Unless it is HOLD_NONE, *why
 * is the reason ("waiting: …"), borrowed until the next answer is taken.
 */
enum hold_state hold_find_state(struct deliver *d, int key, const char *service,
    int64_t now_us, const char **why);

/* The run of HOLD_TRY is sent at now_us: the others are held meanwhile. */
void hold_try(struct deliver *d, int key, const char *service, int64_t now_us);

/*
 * Return the index of the key to read or cancel with; -1: there is none, or it
 * is not accepted.
 */
int deliver_key(struct deliver *d, const char *service, int64_t now_us);

/* Update the holds from the answer of f (in an open transaction). */
enum store_rc hold_update(struct deliver *d, const struct request *f,
    int64_t now_us);

/* Load the holds of earlier ticks from the store, once. */
enum store_rc hold_load(struct deliver *d);

/* Free all holds. */
void hold_free(struct deliver *d);

/*
 * Add a request of that kind for a service (copied) to d, which owns it.  NULL:
 * out of memory.
 */
struct request *request_new(struct deliver *d, enum request_kind kind,
    const char *service, int key);

/* Free a request that is done or was not started. */
void request_done(struct request *f);

/* Return whether it changes nothing at the target. */
bool deliver_is_read(const struct request *f);

/*
 * Return whether d has such a request that is not done; run 0: any of that kind
 * and service.
 */
bool request_is_open(const struct deliver *d, enum request_kind kind,
    const char *service, int64_t run);

/*
 * Return how many more requests may be started within max_parallel: of any
 * kind, and of those that only read, which have a quarter of it.
 */
int64_t deliver_room(const struct deliver *d);
int64_t deliver_room_to_read(const struct deliver *d);

/*
 * Store run as it was changed, and log a bad end (in an open transaction).
 * STORE_NOTFOUND: it was changed since it was read; STORE_CONFLICT: the
 * target's job belongs to another run.
 */
enum store_rc deliver_move(struct deliver *d, struct delivery *run);

/*
 * If the run, in the state just reported, exceeds its max_runtime: request its
 * cancel if it is open, set its reason, and add an alert (in an open
 * transaction).
 */
enum store_rc deliver_limit(struct deliver *d, struct delivery *run,
    int64_t now_us);

/*
 * Read the run of a request again into *out, for delivery_fini.
 * STORE_NOTFOUND: it was changed since the request was picked.
 */
enum store_rc deliver_again(struct deliver *d, const struct request *f,
    struct delivery *out);

/*
 * Check that j, the job that Render named for the run, is not the job of
 * another run, and has the command and service of this one.  why is the reason
 * if not, else "".
 */
enum store_rc deliver_foreign(struct deliver *d, const struct delivery *run,
    const struct render_job *j, struct err *why);

/* The job of an open run exists: poll its service from now on. */
enum store_rc deliver_follow(struct deliver *d, const struct delivery *run,
    int64_t now_us);

/*
 * Handlers of the kinds, in an open transaction.  x_pick adds a request to d
 * for what is due at now_us; x_apply stores what the answer of f means, and
 * sets f->end.
 */
enum store_rc send_pick(struct deliver *d, int64_t now_us);
enum store_rc send_apply(struct deliver *d, struct request *f, int64_t now_us);
enum store_rc lookup_pick(struct deliver *d, int64_t now_us);
enum store_rc lookup_apply(struct deliver *d, struct request *f,
    int64_t now_us);
enum store_rc follow_pick(struct deliver *d, int64_t now_us);
enum store_rc follow_apply(struct deliver *d, struct request *f,
    int64_t now_us);
enum store_rc check_pick(struct deliver *d, int64_t now_us);
enum store_rc check_apply(struct deliver *d, struct request *f, int64_t now_us);
enum store_rc cancel_pick(struct deliver *d, int64_t now_us);
enum store_rc cancel_apply(struct deliver *d, struct request *f,
    int64_t now_us);

/*
 * Make runs unknown whose sender's lease has expired, and runs dead that have
 * waited for too long (in an open transaction).
 */
enum store_rc send_expire(struct deliver *d, int64_t now_us);

#endif
