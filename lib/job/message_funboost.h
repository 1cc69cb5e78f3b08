#ifndef LIB_JOB_MESSAGE_FUNBOOST_H
#define LIB_JOB_MESSAGE_FUNBOOST_H

#include <stdint.h>

#include "lib/conf/conf.h"

struct buf;
struct tz;

/* What a message for a worker of funboost says. */
struct message_funboost {
	const char *task_id;
	const char *args;	       /* JSON array or NULL */
	const char *kwargs;	       /* JSON object or NULL */
	const struct conf_list *names; /* of the parameters, for args */
	int64_t priority;	       /* 0: none */
	int64_t publish_us;
	const struct tz *zone; /* of publish_time_format */
};

/*
 * Append {"x":10,…,"extra":{"task_id","publish_time","publish_time_format"}}:
 * args by their names, kwargs (a name in both: args win), what kwargs.extra has
 * besides ours, a priority as extra.other_extra_params.priroty (spelled so).
 * The texts are such as json_text gives.  0, or -1 when there are more args
 * than names, or they are no JSON.
 */
int message_funboost(const struct message_funboost *m, struct buf *out);

/*
 * What priority such a message has: kwargs.extra.other_extra_params.priroty,
 * else that of the job; 0: none.
 */
int64_t message_funboost_priority(const char *kwargs, int64_t priority);

#endif
