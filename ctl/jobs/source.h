#ifndef CTL_JOBS_SOURCE_H
#define CTL_JOBS_SOURCE_H

#include "ctl/ctl.h"
#include "ctl/jobs/wanted.h"

struct foreign;
struct json_object;

/* An import under way. */
struct importing {
	struct ctl *c;
	struct wanted *w;
	const char *text;  /* of the file */
	const char *queue; /* of jobs whose source has no queues */
	bool is_queue;	   /* --queue: of all jobs */
	const char *zone;  /* of what names none */
	const char *user;  /* system crontabs: whose lines; NULL: no users */
	int64_t now_us;
};

/* A program whose schedules can be imported: a row of the table. */
struct source {
	const char *name;  /* "crontab" */
	const char *queue; /* of its jobs, without --queue */
	/* Add its jobs and refusals to im->w; CTL_OK or an exit status. */
	int (*read)(struct importing *im);
};

extern const struct source source_crontab, source_celery, source_eventbridge,
    source_apscheduler, source_funboost;

/* Append the members that every job has, after the opened object. */
void source_names(const struct importing *im, const char *queue,
    const char *job_id, struct buf *body);

/* Parse body and free it, and add its job as of wanted_add. */
int source_add(struct importing *im, struct buf *body,
    const struct wanted_item *from);

/* The fires of f in the zone into from, if the zone is known. */
void source_fires(const struct importing *im, const struct foreign *f,
    const char *zone, struct wanted_item *from);

/*
 * Parse the text of the file as JSON; NULL after an error on standard error,
 * which for a pickle or a database says what to do instead.
 */
struct json_object *source_json(const struct importing *im);

/* A string member, NULL if it is absent or something else. */
const char *source_str(struct json_object *o, const char *name);

#endif
