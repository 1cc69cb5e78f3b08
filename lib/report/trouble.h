#ifndef LIB_REPORT_TROUBLE_H
#define LIB_REPORT_TROUBLE_H

#include <stdint.h>

#include "lib/base/list.h"
#include "lib/sched/sched.h"

struct buf;

/*
 * What the owner has to see to, of the queues and services that the actor of
 * the scheduler may access.  doctor and /healthz show it.
 */

#define TROUBLE_MAX 100 /* of each code */

enum trouble_code {
	TROUBLE_DEAD_LETTERS, /* of a queue */
	TROUBLE_NO_CONSUMER,  /* messages wait for more than 10 cadences */
	TROUBLE_FAILING,      /* a job's last runs did not succeed */
	TROUBLE_NO_KEY,	      /* jobs of a service of Render without a key */
	TROUBLE_NO_ALERTS,    /* there are jobs, and no section alert */
	TROUBLE__MAX
};

struct trouble {
	enum trouble_code code;
	char *queue, *job_id; /* or NULL */
	char *service;	      /* NO_KEY, else NULL */
	int64_t n;	      /* dead letters, messages, runs in a row, jobs */
	int64_t since_us;     /* 0: unknown */
};

/* Free what is owned; empty afterwards. */
void trouble_fini(struct trouble *t);

LIST_DECL(trouble_list, struct trouble, trouble_fini);

/*
 * Add all, in the order of the codes, to out; jobs that fail by how often.  Of
 * Render's, the first 1,000 jobs are looked at.  NO_ALERTS only for an actor
 * with access to every queue.
 */
enum store_rc trouble_read(struct sched *s, int64_t now_us,
    struct trouble_list *out);

/* Append them as a JSON list, as minutehand.fcgi(8) describes /healthz. */
void trouble_json(const struct trouble_list *l, struct buf *out);

#endif
