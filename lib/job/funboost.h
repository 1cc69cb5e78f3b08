#ifndef LIB_JOB_FUNBOOST_H
#define LIB_JOB_FUNBOOST_H

#include <stdbool.h>

/* How a worker of funboost takes its messages, by the word it registers. */
struct funboost_kind {
	const char *name;
	const char *push;  /* the command of Redis; NULL: not there */
	const char *count; /* likewise; NULL: nobody can know */
	bool has_levels;   /* QUEUE:N besides, by priority */
	bool is_rabbitmq;
};

/* The kind of that name; NULL: one that nobody can push to from outside. */
const struct funboost_kind *funboost_kind_find(const char *name);

#endif
