#ifndef LIB_RECORD_GRANT_H
#define LIB_RECORD_GRANT_H

#include <stdbool.h>

/*
 * What the one who asks may touch: globs of queues and, apart from them, of
 * Render's services, with commas between.  A null pointer to one is the
 * owner, who may touch everything.
 */
struct grant {
	const char *queues;
	const char *services; /* NULL: a token of before, as queues */
};

/* May the queue be touched?  NULL means every queue there is. */
bool grant_queue(const struct grant *g, const char *queue);

/* May things be started, stopped and read at the service?  As grant_queue. */
bool grant_service(const struct grant *g, const char *service);

/*
 * What is wrong with globs that somebody wrote, in words that go on behind
 * the name of the field; NULL when nothing is.
 */
const char *grant_bad_globs(const char *globs);

#endif
