#ifndef FCGI_API_MESSAGES_H
#define FCGI_API_MESSAGES_H

#include <stddef.h>

struct buf;
struct faults;

/* The sentences of responses, in all languages. */

enum lang { LANG_ZH, LANG_EN, LANG__MAX };

enum msg {
	MSG_OK,
	MSG_BAD_INPUT,
	MSG_NO_ROUTE,
	MSG_BAD_METHOD,
	MSG_TOKEN_NONE,
	MSG_TOKEN_MALFORMED,
	MSG_TOKEN_UNKNOWN,
	MSG_TOKEN_EXPIRED,
	MSG_TOKEN_REVOKED,
	MSG_FOREIGN_PAGE,
	MSG_NO_SCOPE,
	MSG_NO_QUEUE_ACCESS,
	MSG_NO_SERVICE_ACCESS,
	MSG_TOO_LARGE,
	MSG_BAD_TYPE,
	MSG_SLOW,
	MSG_TOO_MANY_WAITING,
	MSG_TICK_KEY,
	MSG_TICK_SOON,
	MSG_NOT_OPEN,
	MSG_STORE_BUSY,
	MSG_STORE_FULL,
	MSG_INTERNAL,
	MSG_JOB_ADDED,
	MSG_JOB_ADD_BAD,
	MSG_JOB_ADD_CONFLICT,
	MSG_JOB_MISSING,
	MSG_JOB_DELETED,
	MSG_JOB_DELETE_MISSING,
	MSG_JOBS_DELETED,
	MSG_JOB_PAUSED,
	MSG_JOB_PAUSE_MISSING,
	MSG_JOB_RESUMED,
	MSG_JOB_RESUME_MISSING,
	MSG_JOB_RESUME_EXHAUSTED,
	MSG_JOB_RESUME_BROKEN,
	MSG_JOB_STARTED,
	MSG_SCHEDULER_PAUSED,
	MSG_SCHEDULER_RESUMED,
	MSG_PUBLISHED,
	MSG_PUBLISH_CONFLICT,
	MSG_RESULT_MISSING,
	MSG_QUEUE_CLEARED,
	MSG_BROKER_DOWN,
	MSG_RUN_MISSING,
	MSG_RUN_NO_PARAMS,
	MSG_RUN_NOT_REPORTED,
	MSG_DEAD_MISSING,
	MSG_RENDER_JOB_MISSING,
	MSG__MAX
};

/*
 * Append the sentence in lang.  "%1" and "%2" in it become args[0] and
 * args[1], "%f" the complaints of fs.
 */
void messages_print(enum msg msg, enum lang lang, const char *const args[2],
    const struct faults *fs, struct buf *out);

/*
 * The language an Accept-Language header (NULL: none) asks for (RFC 9110
 * section 12.5.4).  A header that names no language, as none or "*", leaves it
 * to fallback; any other gets Chinese only if it prefers Chinese to English.
 */
enum lang lang_choose(const char *accept, enum lang fallback);

#endif
