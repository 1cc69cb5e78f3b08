#ifndef LIB_TRIGGER_CRON_FIELD_H
#define LIB_TRIGGER_CRON_FIELD_H

#include "lib/trigger/cron_cal.h"

struct buf;
struct faults;

/* "year", "month", "day", "week", "day_of_week", "hour", … */
const char *cron_field_name(enum cron_field f);

/*
 * Read text as field f in APScheduler's grammar, add its values to c, and
 * append the text to norm in normal form (names in lower case, no spaces, no
 * leading zeros).  0, or -1 with a fault about f in APScheduler's wording.
 */
int cron_field_parse(enum cron_field f, const char *text, struct cron *c,
    struct buf *norm, struct faults *fs);

#endif
