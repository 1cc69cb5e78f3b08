#ifndef LIB_REPORT_OVERVIEW_H
#define LIB_REPORT_OVERVIEW_H

#include <stdint.h>

#include "lib/base/list.h"
#include "lib/report/sums.h"
#include "lib/sched/sched.h"

struct buf;

/*
 * The state of everything at a glance: what needs the owner, what ran in the
 * last 24 hours, and what comes next.  Everything is searched in an index, so
 * that a million jobs cost no more than ten.
 */

#define OVERVIEW_ATTENTION_MAX 20
#define OVERVIEW_NEXT 5	     /* jobs that run next */
#define OVERVIEW_OVERDUE 200 /* overdue jobs counted */
#define OVERVIEW_FAILED 1000 /* newest runs that did not succeed read */

/* What needs the owner, in the order of importance. */
enum attention_code {
	ATTENTION_TICKER_LATE,	   /* no tick when there should be one */
	ATTENTION_JOB_FAILING,	   /* the newest end of a job's runs is bad */
	ATTENTION_JOB_QUARANTINED, /* jobs that cannot be read */
	ATTENTION_BROKER_DOWN,	   /* a server cannot be reached */
	ATTENTION_BROKER_REFUSING, /* a server takes nothing */
	ATTENTION_DEAD_LETTERS,
	ATTENTION_MISSED,      /* slots of the last 24 hours that did not run */
	ATTENTION_OVERDUE,     /* jobs whose next run is past */
	ATTENTION_NO_CONSUMER, /* messages wait for more than 10 cadences */
	ATTENTION_NO_KEY,      /* jobs of a service of Render without a key */
	ATTENTION_NO_ALERTS,   /* no receiver: changes no verdict */
	ATTENTION__MAX
};

struct attention {
	enum attention_code code;
	char *queue;	  /* or NULL; of OVERDUE and QUARANTINED, the first */
	char *job_id;	  /* likewise */
	char *broker;	  /* its name, or NULL */
	char *service;	  /* NO_KEY, else NULL */
	char *run;	  /* JOB_FAILING: the id of the newest one */
	char *reason;	  /* or NULL */
	int64_t n;	  /* runs that did not succeed in a row, jobs, … */
	int64_t since_us; /* 0: unknown */
};

/* Free what is owned; empty afterwards. */
void attention_fini(struct attention *a);

LIST_DECL(attention_list, struct attention, attention_fini);

enum overview_verdict {
	VERDICT_FINE,
	VERDICT_LOOK,	 /* something is to be looked at */
	VERDICT_TROUBLE, /* something is wrong */
	VERDICT_ASLEEP	 /* no tick: nothing else is claimed to be right */
};

struct overview {
	int64_t now_us;
	struct sched_health health;
	enum overview_verdict verdict;
	int64_t jobs, paused, quarantined;
	int64_t failing; /* jobs, among the newest OVERVIEW_FAILED runs */
	int64_t overdue; /* at most OVERVIEW_OVERDUE */
	int64_t dead;	 /* dead letters, at most 1,000 */
	struct sums day; /* the last 24 hours */
	struct attention_list attention;
	int64_t attention_more; /* left out of the list */
	struct job_list next;
};

/*
 * Read it into the zeroed *out, as of now_us; overview_fini in every case.  For
 * an actor with access to everything.
 */
enum store_rc overview_read(struct sched *s, int64_t now_us,
    struct overview *out);
void overview_fini(struct overview *o);

/* "fine", "look", "trouble", "asleep". */
const char *overview_verdict_name(enum overview_verdict v);

/* A sentence about it, without a full stop. */
void attention_words(const struct attention *a, struct buf *out);

/* Append it as a JSON object, as minutehand.fcgi(8) describes. */
void overview_json(const struct overview *o, struct buf *out);

#endif
