#ifndef TICKER_RENDER_DELIVER_INT_H
#define TICKER_RENDER_DELIVER_INT_H

#include "lib/record/delivery.h"
#include "lib/store/follow.h"
#include "ticker/render/deliver.h"
#include "ticker/render/api.h"

/* Private to ticker/deliver*. */

enum flight_kind {
	FLIGHT_SEND,   /* one run is created */
	FLIGHT_LOOK,   /* a place's runs in doubt are looked for */
	FLIGHT_FOLLOW, /* a place's open runs: what became of them */
	FLIGHT_CHECK,  /* one open run is looked at alone */
	FLIGHT_CANCEL, /* one run is canceled */
	FLIGHT__MAX
};

/* How a flight goes on after its answer was written down. */
enum flight_end { FLIGHT_WAITS, FLIGHT_AGAIN, FLIGHT_OVER };

#define FOREIGN_MAX 384 /* bytes of a reason with two ids */

/* A run that is looked for. */
struct sought {
	int64_t twin; /* of its command as sent */
	size_t row;
};

/* One request under way, or a row of them: the pages of a list. */
struct flight {
	enum flight_kind kind;
	enum flight_end end;
	bool is_new;   /* picked, not written down */
	bool is_ready; /* written down, not begun */
	int key;
	char *place;
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
	struct flight **v;
	size_t n, cap;
	bool is_draining;
	int64_t read_us;    /* when a place's runs were asked for last */
	uint32_t luck;	    /* state of a generator for jitter */
	char *after;	    /* the place served last */
	struct hold *holds; /* deliver_hold.c's */
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
enum hold_state hold_look(struct deliver *d, int key, const char *place,
    int64_t now_us, const char **why);

/* That one leaves at now_us. */
void hold_try(struct deliver *d, int key, const char *place, int64_t now_us);

/* The key to read or cancel with; -1: none, or one that is not accepted. */
int deliver_key(struct deliver *d, const char *place, int64_t now_us);

/* What an answer says of its key (open transaction). */
enum store_rc hold_see(struct deliver *d, const struct flight *f,
    int64_t now_us);

/* Read what earlier ticks met, once; forget all. */
enum store_rc hold_load(struct deliver *d);
void hold_free(struct deliver *d);

/* A flight of that kind for a place (copied); NULL without memory. */
struct flight *deliver_fly(struct deliver *d, enum flight_kind kind,
    const char *place, int key);

/* Free one that is over, or was never begun. */
void deliver_land(struct flight *f);

/* Does it only ask? */
bool deliver_is_read(const struct flight *f);

/* Is there one already?  run 0: any of the kind and place. */
bool deliver_is_flying(const struct deliver *d, enum flight_kind kind,
    const char *place, int64_t run);

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

/* Read the run of a flight anew; STORE_NOTFOUND when it was moved since. */
enum store_rc deliver_again(struct deliver *d, const struct flight *f,
    struct delivery *out);

/*
 * Does the job that Render named for the run belong to another?  Then why,
 * of len bytes, says so; else it is "".
 */
enum store_rc deliver_foreign(struct deliver *d, const struct delivery *run,
    const struct render_job *j, char *why, size_t len);

/* A run was found at its place: it is followed from now on. */
enum store_rc deliver_follow(struct deliver *d, const struct delivery *run,
    int64_t now_us);

/*
 * Each kind, in the open transaction: what is to be begun, as new flights; and
 * what an answer means, which sets end.
 */
enum store_rc send_pick(struct deliver *d, int64_t now_us);
enum store_rc send_apply(struct deliver *d, struct flight *f, int64_t now_us);
enum store_rc look_pick(struct deliver *d, int64_t now_us);
enum store_rc look_apply(struct deliver *d, struct flight *f, int64_t now_us);
enum store_rc follow_pick(struct deliver *d, int64_t now_us);
enum store_rc follow_apply(struct deliver *d, struct flight *f, int64_t now_us);
enum store_rc check_pick(struct deliver *d, int64_t now_us);
enum store_rc check_apply(struct deliver *d, struct flight *f, int64_t now_us);
enum store_rc cancel_pick(struct deliver *d, int64_t now_us);
enum store_rc cancel_apply(struct deliver *d, struct flight *f, int64_t now_us);

/* Leases of senders that are gone; runs that have waited for too long. */
enum store_rc send_expire(struct deliver *d, int64_t now_us);

#endif
