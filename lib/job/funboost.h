#ifndef LIB_JOB_FUNBOOST_H
#define LIB_JOB_FUNBOOST_H

#include <stdbool.h>

/*
 * How a worker of funboost receives messages, by the broker kind it registers.
 */
struct funboost_kind {
	const char *name;
	const char *push;  /* Redis command; NULL: not Redis */
	const char *count; /* likewise; NULL: cannot be counted */
	bool has_levels;   /* has further lists QUEUE:N by priority */
	bool is_rabbitmq;
};

/* The kind of that name; NULL: one that is not accessible from outside. */
const struct funboost_kind *funboost_kind_find(const char *name);

#endif
