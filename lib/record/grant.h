#ifndef LIB_RECORD_GRANT_H
#define LIB_RECORD_GRANT_H

#include <stdbool.h>

/*
 * What an actor may access: comma-separated globs of queues and, separately,
 * of services at Render.  A NULL pointer stands for the owner, who has full
 * access.  Strings are borrowed.
 */
struct grant {
	const char *queues;
	const char *services; /* NULL: an old token, whose queues apply */
};

/* Is the queue granted?  queue NULL: is every queue? */
bool grant_queue(const struct grant *g, const char *queue);

/* May runs be started, stopped and read at the service?  As grant_queue. */
bool grant_service(const struct grant *g, const char *service);

/*
 * What is wrong with globs, as a predicate that follows the field's name; NULL
 * if nothing is.
 */
const char *grant_bad_globs(const char *globs);

#endif
