#ifndef TICKER_RENDER_DELIVER_INT_H
#define TICKER_RENDER_DELIVER_INT_H

#include "lib/record/delivery.h"
#include "lib/store/follow.h"
#include "ticker/render/deliver.h"
#include "ticker/render/api.h"

struct err;

/* Private to ticker/deliver*. */

enum request_kind {
	REQUEST_SEND,	/* one run is created */
	REQUEST_LOOK,	/* a place's runs in doubt are looked for */
	REQUEST_FOLLOW, /* a place's open runs: what became of them */
	REQUEST_CHECK,	/* one open run is looked at alone */
	REQUEST_CANCEL, /* one run is canceled */
	REQUEST__MAX
};

/* How a request goes on after its answer was written down. */
enum request_end { REQUEST_WAITS, REQUEST_AGAIN, REQUEST_OVER };

#define FOREIGN_MAX 384 /* bytes of a reason with two ids */

/* A run that is looked for. */
struct sought {
	int64_t fingerprint; /* of its command as sent */
	size_t row;
};

/* One request under way, or a row of them: the pages of a list. */
struct request {
	enum request_kind kind;
	enum request_end end;
	bool is_new;   /* picked, not written down */
	bool is_ready; /* written down, not begun */
	int key;
	char *service;
	int64_t began_us;	      /* the first page */
	struct render_answer *answer; /* that came, not yet written down */
	struct render_answer unsent;  /* stands for one that never will */
	enum render_op op;	      /* what is asked */
	int64_t since_us;	      /* lists */
	char *cursor;		      /* of the page asked for, or NULL */
	int pages;
	bool is_partial;	      /* something may have been overlooked */
	struct delivery run;	      /* send, check, cancel: as it was left */
	struct delivery_list rows;    /* look: the runs in doubt, … */
	struct sought *sought;	      /* … by their commands, … */
	struct render_job *found;     /* … and what was found; id "": not */
	char (*foreign)[FOREIGN_MAX]; /* … or is another's; "": nothing */
	struct follow follow;
};

struct deliver {
	struct store *st;
	const struct conf *conf;
	struct render *render;
	struct request **v;
	size_t n, cap;
	bool is_draining;
	int64_t read_us;     /* when a place's runs were asked for last */
	uint32_t rand_state; /* state of a generator for jitter */
	char *after;	     /* the place served last */
	struct hold *holds;  /* deliver_hold.c's */
	size_t nholds, holds_cap;
	bool has_holds; /* those of earlier ticks are there */
};

/*
 * May a run of a place be created with a key that was not accepted before?
 * *why says ("waiting: …") why not, borrowed until an answer comes.
 */
enum hold_state {
	HOLD_NONE, /* it was */
	HOLD_HELD, /* no: it waits */
	HOLD_TRY   /* one, to see */
};
enum hold_state hold_find_state(struct deliver *d, int key, const char *service,
    int64_t now_us, const char **why);

/* That one leaves at now_us. */
void hold_try(struct deliver *d, int key, const char *service, int64_t now_us);

/* The key to read or cancel with; -1: none, or one that is not accepted. */
int deliver_key(struct deliver *d, const char *service, int64_t now_us);

/* What an answer says of its key (open transaction). */
enum store_rc hold_see(struct deliver *d, const struct request *f,
    int64_t now_us);

/* Read what earlier ticks met, once; forget all. */
enum store_rc hold_load(struct deliver *d);
void hold_free(struct deliver *d);

/* A request of that kind for a place (copied); NULL without memory. */
struct request *request_new(struct deliver *d, enum request_kind kind,
    const char *service, int key);

/* Free one that is over, or was never begun. */
void request_done(struct request *f);

/* Does it only ask? */
bool deliver_is_read(const struct request *f);

/* Is there one already?  run 0: any of the kind and place. */
bool request_is_open(const struct deliver *d, enum request_kind kind,
    const char *service, int64_t run);

/* Requests that may be begun: in all, and of those that only read. */
int64_t deliver_room(const struct deliver *d);
int64_t deliver_room_to_read(const struct deliver *d);

/*
 * Write d as it was changed (open transaction).  STORE_NOTFOUND: somebody
 * else did before; STORE_CONFLICT: the target's job belongs to another run.
 */
enum store_rc deliver_move(struct deliver *d, struct delivery *run);

/*
 * If the run, as the target just described it, is or was longer than it may:
 * have it canceled, say so in it and have that told (open transaction).
 */
enum store_rc deliver_limit(struct deliver *d, struct delivery *run,
    int64_t now_us);

/* Read the run of a request anew; STORE_NOTFOUND when it was moved since. */
enum store_rc deliver_again(struct deliver *d, const struct request *f,
    struct delivery *out);

/*
 * Does the job that Render named for the run belong to another?  Then why,
 * of len bytes, says so; else it is "".
 */
enum store_rc deliver_foreign(struct deliver *d, const struct delivery *run,
    const struct render_job *j, struct err *why);

/* A run was found at its service: it is followed from now on. */
enum store_rc deliver_follow(struct deliver *d, const struct delivery *run,
    int64_t now_us);

/*
 * Each kind, in the open transaction: what is to be begun, as new requests; and
 * what an answer means, which sets end.
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

/* Leases of senders that are gone; runs that have waited for too long. */
enum store_rc send_expire(struct deliver *d, int64_t now_us);

#endif
