#ifndef LIB_JOB_RENDER_TARGET_H
#define LIB_JOB_RENDER_TARGET_H

#include <stdbool.h>

#include "lib/record/delivery.h"

struct buf;
struct faults;

#define RENDER_COMMAND_MAX 131072 /* bytes of a start command */
#define RENDER_ID_DIGITS 20	  /* of [0-9a-v], behind "srv-" or "crn-" */

/* What to run on Render: a one-off job of a service.  Strings borrowed. */
struct render_target {
	const char *service;
	const char *command;
	const char *plan; /* NULL: that of the service */
	enum delivery_marker marker;
	enum delivery_ambiguous on_ambiguous;
	int64_t max_runtime_us; /* outside of a schedule; 0: none */
};

/*
 * Check that id is that of a service: "srv-" (web, private, worker) or "crn-"
 * (cron) and RENDER_ID_DIGITS of [0-9a-v].  So an xid looks; placeholders such
 * as srv-xxxxxxxxxx do not.  0, or -1 with a fault for serviceId.
 */
int render_check_service(const char *id, struct faults *fs);

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
