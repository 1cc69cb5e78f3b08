#ifndef LIB_JOB_MESSAGE_FUNBOOST_H
#define LIB_JOB_MESSAGE_FUNBOOST_H

#include <stdint.h>

#include "lib/conf/conf.h"

struct buf;
struct tz;

/* The contents of a message for a worker of funboost. */
struct message_funboost {
	const char *task_id;
	const char *args;	       /* JSON array or NULL */
	const char *kwargs;	       /* JSON object or NULL */
	const struct conf_list *names; /* of the parameters, to map args */
	int64_t priority;	       /* 0: without */
	int64_t publish_us;
	const struct tz *zone; /* of publish_time_format */
};

/*
 * Append
 * {"x":10,…,"extra":{"task_id","publish_time","publish_time_format"}}: args
 * by their names, kwargs (if a name is in both, args win), the members of
 * kwargs.extra that are not ours, and a priority as
 * extra.other_extra_params.priroty (spelled so).  The texts are as json_text
 * prints them.  0, or -1 if there are more args than names, or a text is not
 * JSON.
 */
int message_funboost(const struct message_funboost *m, struct buf *out);

/*
 * The priority of such a message: kwargs.extra.other_extra_params.priroty,
 * else priority, the job's; 0: none.
 */
int64_t message_funboost_priority(const char *kwargs, int64_t priority);

#endif
