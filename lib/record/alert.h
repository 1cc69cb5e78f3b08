#ifndef LIB_RECORD_ALERT_H
#define LIB_RECORD_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record/run.h"

#define ALERT_NAME_LEN 32
#define ALERT_NEVER INT64_MAX

/* What somebody may want to be told. */
enum alert_kind {
	ALERT_FAILED,	   /* a run failed */
	ALERT_REFUSED,	   /* its target does not want it */
	ALERT_UNKNOWN,	   /* nobody knows what became of it */
	ALERT_MISSED,	   /* it was too late */
	ALERT_DEAD,	   /* it, or a message, was given up */
	ALERT_QUARANTINED, /* a job cannot be understood */
	ALERT_NO_TICK,	   /* the ticker was away */
	ALERT_TOO_LONG,	   /* a run took longer than max_runtime */
	ALERT_DENIED,	   /* Render does not accept a key */
	ALERT_KIND__MAX
};

/* One of the outbox.  Strings are owned. */
struct alert {
	int64_t id;
	char name[ALERT_NAME_LEN + 1]; /* the same at each attempt */
	enum alert_kind kind;
	int64_t attempt; /* deliveries tried so far */
	char *done;	 /* ",ops,": who has been told */
	char *body;	 /* JSON */
};

struct alert_list {
	struct alert *v;
	size_t n;
	size_t cap;
};

/* Free what is owned; empty afterwards. */
void alert_fini(struct alert *a);
void alert_list_fini(struct alert_list *l);

/* Room for one more at the end, zeroed; NULL without memory. */
struct alert *alert_list_add(struct alert_list *l);

/*
 * What a run in state s is told as; ALERT_KIND__MAX: it is no news.  is_open:
 * its target is still asked how it ended, so a doubt is none either.
 */
enum alert_kind alert_of_run(enum run_state s, bool is_open);

/* "failed", "no_tick", … and back (-1: no such word). */
const char *alert_kind_name(enum alert_kind k);
int alert_kind_parse(const char *name, enum alert_kind *out);

/*
 * How long to wait after the attempt that failed, the first being 1, before
 * the next: from 5 s to an hour, twice as long each time, less up to half of
 * it by chance (any number).  -1: that was the last, after about a day.
 */
int64_t alert_delay_us(int64_t attempt, uint64_t chance);

#endif
