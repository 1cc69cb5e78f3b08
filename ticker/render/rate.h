#ifndef TICKER_RENDER_RATE_H
#define TICKER_RENDER_RATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The rate limit of a key, learned from the headers of answers alone.  Pure:
 * times are arguments, in microseconds since the epoch.
 *
 * A kind of request has the limit that its own answers reported.  Kinds that
 * report the same limit are assumed to share it, because the headers do not
 * distinguish them.  Before the first answer a kind has no limit.
 */
enum rate_kind { RATE_READ, RATE_CREATE, RATE_WRITE, RATE__MAX };

#define RATE_NONE (-1)	    /* header absent */
#define RATE_WAIT INT64_MAX /* not before a request under way has ended */
#define RATE_FREE INT64_MAX /* no limit is known */

/* The rate headers of one answer. */
struct rate_report {
	int64_t limit, remaining; /* or RATE_NONE */
	int64_t reset_us;	  /* time, or RATE_NONE */
	int64_t retry_us;	  /* Retry-After: a duration, or RATE_NONE */
	bool is_refused;	  /* the answer was a 429 */
};

/* The state of one kind; zero initially. */
struct rate_state {
	int64_t limit, remaining, reset_us; /* limit 0: not known */
	int64_t until_us;  /* no request before this time, after a 429 */
	int64_t under_way; /* requests */
};

/* The state of one key; zero initially. */
struct rate {
	struct rate_state of[RATE__MAX];
};

/*
 * Read the header lines of an answer that arrived at now_us into *out:
 * Ratelimit-Limit, Ratelimit-Remaining, Ratelimit-Reset (seconds from now, or
 * since the epoch if above 1e9) and Retry-After (seconds or a date, RFC 9110
 * section 10.2.3); names in any case.  Of repeated headers the least limit, the
 * least remaining and the latest reset are taken.  A value that is not a number
 * is ignored.
 */
void rate_read(const char *headers, int status, int64_t now_us,
    struct rate_report *out);

/*
 * Return how many requests of the kind may be started at now_us; RATE_FREE if
 * no limit is known.
 */
int64_t rate_left(const struct rate *r, enum rate_kind kind, int64_t now_us);

/*
 * Return the time from which one request of the kind may be started: now_us or
 * earlier if at once, or RATE_WAIT.
 */
int64_t rate_ready(const struct rate *r, enum rate_kind kind, int64_t now_us);

/* Count a request of the kind as started. */
void rate_start(struct rate *r, enum rate_kind kind);

/*
 * Count one as ended at now_us, and learn from its answer; rep is NULL if it
 * was not answered.
 */
void rate_end(struct rate *r, enum rate_kind kind,
    const struct rate_report *rep, int64_t now_us);

#endif
