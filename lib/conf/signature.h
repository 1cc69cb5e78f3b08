#ifndef LIB_CONF_SIGNATURE_H
#define LIB_CONF_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/conf/conf.h"

struct err;

/* The parameters that the worker of a funboost queue accepts, as registered. */
struct signature {
	bool is_known; /* the worker is registered */
	char *func_name;
	char *broker_kind; /* "REDIS_STREAM", … */
	bool is_checked;   /* check names when a job is added */
	struct conf_list all, must, optional; /* names of its parameters */
	int64_t max_priority;		      /* x-max-priority; 0: none */
};

/*
 * Read the text of a registration, a field of the hash
 * funboost_queue__consumer_parmas (spelled so), into the zeroed *out.  0, or
 * -1 with one line in why if it is not JSON or for lack of memory; missing
 * members stay empty.  Call signature_fini on *out in both cases.
 */
int signature_parse(const char *text, size_t len, struct signature *out,
    struct err *why);

/* Free what is owned; empty afterwards. */
void signature_fini(struct signature *s);

#endif
