#ifndef LIB_JOB_FIELDS_H
#define LIB_JOB_FIELDS_H

#include <stdbool.h>

#include "lib/trigger/trigger.h"

/* Private to lib/job/parse.c, patch.c and body.c. */

#define JOB_IN_DATE (1U << TRIGGER_DATE)
#define JOB_IN_INTERVAL (1U << TRIGGER_INTERVAL)
#define JOB_IN_CRON (1U << TRIGGER_CRON)
#define JOB_IN_CALENDAR (1U << TRIGGER_CALENDAR)
#define JOB_IN_ALL \
	(JOB_IN_DATE | JOB_IN_INTERVAL | JOB_IN_CRON | JOB_IN_CALENDAR)

#define JOB_TRIGGER_FIELDS 23

/* The fields of triggers, and the kinds that have them. */
struct job_field {
	const char *name;
	unsigned kinds;
	bool is_length; /* one of the units that add up to a length */
};
extern const struct job_field job_trigger_fields[JOB_TRIGGER_FIELDS];

/* The kinds that have a field; 0: not a field of a trigger. */
unsigned job_field_kinds(const char *name);

/*
 * Call see for each "name=value" of a stored trigger (trigger_spec), without
 * its kind; 0, or -1 without memory.
 */
int job_spec_each(const char *spec,
    void (*visit)(void *cookie, const char *name, const char *value),
    void *cookie);

/* Is it a unit of a length? */
bool job_field_is_length(const char *name);

#endif
