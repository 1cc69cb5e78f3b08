#ifndef LIB_JOB_RENDER_TARGET_H
#define LIB_JOB_RENDER_TARGET_H

#include <stdbool.h>

#include "lib/record/delivery.h"

struct buf;
struct faults;

#define RENDER_COMMAND_MAX 131072 /* bytes of a start command */
#define RENDER_ID_DIGITS 20	  /* of [0-9a-v], after "srv-" or "crn-" */

/* What to run at Render: a one-off job of a service.  Strings are borrowed. */
struct render_target {
	const char *service;
	const char *command;
	const char *plan; /* NULL: the service's plan */
	enum delivery_marker marker;
	enum delivery_ambiguous on_ambiguous;
	int64_t max_runtime_us; /* outside of a schedule; 0: no limit */
};

/*
 * Check that id is a service's: "srv-" (web, private, worker) or "crn-" (cron)
 * and RENDER_ID_DIGITS of [0-9a-v].  This is the form of an xid; placeholders
 * such as srv-xxxxxxxxxx do not have it.  0, or -1 with a fault for serviceId.
 */
int render_check_service(const char *id, struct faults *fs);

/*
 * Check t, whose strings are NULL if missing.  Faults have the names of
 * Render's API: serviceId, startCommand, planId.  0 or -1.
 */
int render_target_check(const struct render_target *t, struct faults *fs);

/*
 * Is the plan a known one?  Render adds plans, so an unknown one is no error.
 */
bool render_plan_is_known(const char *plan);

/*
 * Append t as a JSON object, only what is given and always in this order:
 * {"serviceId","startCommand","planId","marker","on_ambiguous"}.
 */
void render_target_print(const struct render_target *t, struct buf *out);

#endif
