#ifndef LIB_RECORD_ALERT_H
#define LIB_RECORD_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/run.h"

#define ALERT_NAME_LEN 32
#define ALERT_NEVER INT64_MAX

/* Events an owner can be alerted to. */
enum alert_kind {
	ALERT_FAILED,	   /* a run failed */
	ALERT_REFUSED,	   /* the target refused a run */
	ALERT_UNKNOWN,	   /* whether a run was launched is unknown */
	ALERT_MISSED,	   /* a slot was too late to run */
	ALERT_DEAD,	   /* a run or a message was given up */
	ALERT_QUARANTINED, /* a job cannot be understood */
	ALERT_NO_TICK,	   /* no tick ran for longer than alert_no_tick */
	ALERT_TOO_LONG,	   /* a run took longer than max_runtime */
	ALERT_DENIED,	   /* Render does not accept a key */
	ALERT_OVERDUE,	   /* a run did not succeed within expect_within */
	ALERT_RECOVERED,   /* a run succeeded after one that did not */
	ALERT_SUCCEEDED,   /* a run succeeded */
	ALERT_DIGEST,	   /* the sum of alerts that were not sent */
	ALERT_KIND__MAX
};

/* One alert of the outbox.  Strings are owned. */
struct alert {
	int64_t id;
	char name[ALERT_NAME_LEN + 1]; /* the same in every attempt */
	enum alert_kind kind;
	int64_t attempt;   /* deliveries attempted so far */
	char *done;	   /* ",ops,": sections that received it */
	char *body;	   /* the JSON text to deliver */
	int64_t about_us;  /* the slot, or when it was; 0: not known */
	char *trigger;	   /* of the job, or NULL */
	int64_t streak;	   /* failures of the job in a row, this included; 0:
			    * not one of them */
	char *kinds;	   /* ALERT_RECOVERED: ",failed,dead,": of these */
	char *queue;	   /* or NULL */
	int64_t alerts;	   /* of its job (lib/record/job.h) */
	char *job_id;	   /* or NULL */
	int64_t subject;   /* the row that it is about */
	char *receiver;	   /* ALERT_DIGEST: of this one alone */
	char *when, *zone; /* about_us in the job's zone, or NULL */
};

/* Free what is owned; empty afterwards. */
void alert_fini(struct alert *a);

LIST_DECL(alert_list, struct alert, alert_fini);

/*
 * The kind of alert for a run in state s, or ALERT_KIND__MAX for none.
 * is_open: the target is still polled for the outcome, so RUN_UNKNOWN raises
 * none either.
 */
enum alert_kind alert_of_run(enum run_state s, bool is_open);

/* "failed", "no_tick", … and the kind of that name (-1: no such name). */
extern const char *const alert_kind_names[ALERT_KIND__MAX];
const char *alert_kind_name(enum alert_kind k);
int alert_kind_parse(const char *name, enum alert_kind *out);

/*
 * Does a run that raises it count as a failure of its job?  Does the kind call
 * for a word when the job succeeds again?
 */
bool alert_is_failure(enum alert_kind k);
bool alert_is_trouble(enum alert_kind k);

/* What a receiver asks for. */
struct alert_wish {
	unsigned kinds; /* bits, 1 << a kind */
	int64_t after;	/* failures of a job in a row before the first alert */
};

/*
 * Is it to be sent to such a receiver?  A run that belongs to no job that goes
 * on is reported at once; ALERT_RECOVERED only if a failure was.
 */
bool alert_is_wanted(const struct alert *a, const struct alert_wish *w);

/*
 * Delay in microseconds after failed attempt number attempt (1 is the first):
 * it doubles from 10 s to an hour, less up to half of it by random, any
 * number.  -1: that was the last attempt, after about a day.
 */
int64_t alert_delay_us(int64_t attempt, uint64_t random);

#endif
