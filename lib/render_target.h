#ifndef LIB_RENDER_TARGET_H
#define LIB_RENDER_TARGET_H

#include <stdbool.h>

struct buf;
struct faults;

#define RENDER_COMMAND_MAX 131072 /* bytes of a start command */
#define RENDER_ID_DIGITS 20	  /* of [0-9a-v], behind "srv-" or "crn-" */

/* How a run is told in the command itself, so that it is found again. */
enum render_marker {
	RENDER_MARKER_NONE,
	RENDER_MARKER_COMMENT, /* " # minutehand:RUN" behind it */
	RENDER_MARKER_ENV,     /* "MINUTEHAND_RUN=RUN " before it */
	RENDER_MARKER__MAX
};

/* What to do when nobody can tell whether a create happened. */
enum render_ambiguous {
	RENDER_RETRY, /* once more, after it was looked for in vain */
	RENDER_SKIP,  /* never a second job */
	RENDER_AMBIGUOUS__MAX
};

/* What to run on Render: a one-off job of a service.  Strings borrowed. */
struct render_target {
	const char *service;
	const char *command;
	const char *plan; /* NULL: that of the service */
	enum render_marker marker;
	enum render_ambiguous on_ambiguous;
};

/* "none", "comment", "env"; "retry", "skip"; and back (-1: no such word). */
const char *render_marker_name(enum render_marker m);
int render_marker_parse(const char *name, enum render_marker *out);
const char *render_ambiguous_name(enum render_ambiguous a);
int render_ambiguous_parse(const char *name, enum render_ambiguous *out);

/*
 * Is id that of a service: "srv-" (web, private, worker) or "crn-" (cron)
 * and RENDER_ID_DIGITS of [0-9a-v]?  So an xid looks; placeholders such as
 * srv-xxxxxxxxxx do not.
 */
bool render_is_service(const char *id);

/*
 * Check t, whose strings may be NULL where they are missing.  Faults have the
 * names of Render's API: serviceId, startCommand, planId.  0 or -1.
 */
int render_target_check(const struct render_target *t, struct faults *fs);

/* Is the plan one we know of?  Render adds some, so others are no error. */
bool render_plan_is_known(const char *plan);

/*
 * Append t as a JSON object, what is given only and always in this order:
 * {"serviceId","startCommand","planId","marker","on_ambiguous"}.
 */
void render_target_print(const struct render_target *t, struct buf *out);

#endif
