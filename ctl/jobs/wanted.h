#ifndef CTL_JOBS_WANTED_H
#define CTL_JOBS_WANTED_H

#include "ctl/ctl.h"
#include "lib/base/list.h"
#include "lib/record/job.h"
#include "lib/sched/apply.h"

struct json_object;

#define WANTED_FIRES 3 /* previews */

/* Where a job comes from, and when it fires there. */
struct wanted_item {
	char where[112]; /* "jobs[3]", "line 12" */
	char *text;	 /* how it reads there, or NULL */
	char *never;	 /* why it would never fire, or NULL */
	int64_t fires[WANTED_FIRES];
	int nfires; /* -1: unknown */
};

/* Free what it owns. */
void wanted_item_fini(struct wanted_item *i);
LIST_DECL(wanted_items, struct wanted_item, wanted_item_fini);

/* What cannot become a job, and why. */
struct wanted_refusal {
	char where[112];
	char *text; /* as above */
	char *why;
};

/* Free what it owns. */
void wanted_refusal_fini(struct wanted_refusal *r);
LIST_DECL(wanted_refusals, struct wanted_refusal, wanted_refusal_fini);

/* The jobs of a file: zeroed before, wanted_fini after. */
struct wanted {
	const char *file; /* borrowed, for messages */
	char *owner;	  /* of jobs that name none, or NULL */
	struct job_list jobs;
	struct wanted_items items; /* of the same number */
	struct wanted_refusals refused;
};

/* Free what w owns. */
void wanted_fini(struct wanted *w);

/*
 * Add the job of a body, which may have the member owner; what is no job is
 * added as a refusal, for each bad field.  fires says when it fires at its
 * source, where a zeroed one but nfires -1 means that this is unknown.
 * CTL_OK, or CTL_BUG without memory after an error.  c must be open.
 */
int wanted_add(struct ctl *c, struct wanted *w, struct json_object *body,
    const struct wanted_item *from);

/* Add a refusal; CTL_OK or CTL_BUG. */
int wanted_refuse(struct wanted *w, const struct wanted_item *from,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * Read the file of jobs at path ("-": standard input): {"version": 1, "owner",
 * "jobs"}.  CTL_OK, perhaps with refusals, or an exit status after an error.
 */
int wanted_read(struct ctl *c, const char *path, struct wanted *w);

#endif
