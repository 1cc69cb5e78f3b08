#ifndef TICKER_RENDER_RATE_H
#define TICKER_RENDER_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How fast a key may ask, learned from the headers of the answers alone.
 * Pure: instants are arguments, in microseconds since the epoch.
 *
 * Each kind of request has what its own answers said.  Kinds that reported
 * the same limit are taken to share it, as there is no telling.  Before
 * the first answer a kind is free.
 */
enum rate_kind { RATE_READ, RATE_CREATE, RATE_WRITE, RATE__MAX };

#define RATE_NONE (-1)	    /* not said */
#define RATE_WAIT INT64_MAX /* as soon as a request under way has ended */
#define RATE_FREE INT64_MAX /* no limit is known */

/* What one answer says. */
struct rate_report {
	int64_t limit, remaining; /* or RATE_NONE */
	int64_t reset_us;	  /* instant, or RATE_NONE */
	int64_t retry_us;	  /* Retry-After: how long, or RATE_NONE */
	bool is_refused;	  /* the answer was a 429 */
};

/* What is known of one kind; zero is a good start. */
struct rate_known {
	int64_t limit, remaining, reset_us; /* limit 0: nothing known */
	int64_t until_us;		    /* nothing before, after a 429 */
	int64_t under_way;
};

/* What is known of one key; zero is a good start. */
struct rate {
	struct rate_known of[RATE__MAX];
};

/*
 * Read the header lines of an answer that came at now_us: Ratelimit-Limit,
 * -Remaining, -Reset (seconds to go, or an epoch when beyond 1e9) and
 * Retry-After (seconds or a date), in any case.  Given twice, the least
 * remaining and limit and the latest reset count.  What is no number is not
 * said.
 */
void rate_read(const char *headers, int status, int64_t now_us,
    struct rate_report *out);

/* How many requests of the kind may be started at now_us; RATE_FREE. */
int64_t rate_left(const struct rate *r, enum rate_kind kind, int64_t now_us);

/*
 * The instant from which one request of the kind may be started: now_us or
 * earlier, a later one, or RATE_WAIT.
 */
int64_t rate_ready(const struct rate *r, enum rate_kind kind, int64_t now_us);

/* A request of the kind was started. */
void rate_start(struct rate *r, enum rate_kind kind);

/* One has ended; rep is NULL when it was not answered. */
void rate_end(struct rate *r, enum rate_kind kind,
    const struct rate_report *rep, int64_t now_us);

#endif
