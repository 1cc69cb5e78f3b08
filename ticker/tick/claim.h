#ifndef TICKER_TICK_CLAIM_H
#define TICKER_TICK_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/db/store.h"

struct clock;
struct conf;
struct tz_cache;

/* The first step of a tick: decide due slots, in short transactions. */
struct claim {
	const struct conf *conf; /* the brokers of queues; NULL: all embedded */
	const struct clock *clock;
	struct tz_cache *zones;
	struct store *other; /* jobs of the other kind; or NULL */
	struct buf scratch;  /* message bodies are built here */
	int64_t gap_us;	     /* between ticks (lib/trigger/grace.h) */
	int64_t sent;	     /* messages queued so far */
	int64_t decided;     /* ledger rows written so far */
};

/*
 * Claim a batch of jobs due at now_us from the store, at most 1,000 jobs or 50
 * ms, in one immediate transaction: ledger rows, messages and next runs are
 * written together or not at all.  store_job_next has the time of the next due
 * job.  A job that cannot be parsed is quarantined and stays.
 */
enum store_rc claim_batch(struct claim *c, struct store *st, int64_t now_us);

#endif
