#ifndef CTL_TRIGGER_OPTS_H
#define CTL_TRIGGER_OPTS_H

#include "ctl/ctl.h"

struct buf;

/*
 * Indexes of the trigger options, which are the first options of both `job add`
 * and `preview`.
 */
enum trigger_opt {
	TRIGGER_OPT_DATE,
	TRIGGER_OPT_EVERY,
	TRIGGER_OPT_CRON,
	TRIGGER_OPT_CRONTAB,
	TRIGGER_OPT_CALENDAR,
	TRIGGER_OPT_TIMEZONE,
	TRIGGER_OPT_START,
	TRIGGER_OPT_END,
	TRIGGER_OPT_JITTER,
	TRIGGER_OPT_DST,
	TRIGGER_OPT__MAX
};

#define TRIGGER_OPT_ROWS \
	[TRIGGER_OPT_DATE] = { "date", "TIME", "once, \"2030-12-03 15:00\"" }, \
	[TRIGGER_OPT_EVERY] = { "every", "DURATION", \
		"again and again: 10s, 5m, 1h, 2d" }, \
	[TRIGGER_OPT_CRON] = { "cron", "FIELDS", \
		"\"hour=3 minute=*/5 day='1st mon'\"" }, \
	[TRIGGER_OPT_CRONTAB] = { "crontab", "LINE", \
		"as in crontab(5): \"0 3 * * 1-5\", @daily; or Quartz" }, \
	[TRIGGER_OPT_CALENDAR] = { "calendarinterval", "FIELDS", \
		"by the calendar: \"weeks=2 hour=9\"" }, \
	[TRIGGER_OPT_TIMEZONE] = { "timezone", "ZONE", \
		"Europe/Berlin, UTC, +08:00" }, \
	[TRIGGER_OPT_START] = { "start", "TIME", "not before" }, \
	[TRIGGER_OPT_END] = { "end", "TIME", "not after" }, \
	[TRIGGER_OPT_JITTER] = { "jitter", "DURATION", \
		"spread each run over so long" }, \
	[TRIGGER_OPT_DST] = { "dst", "RULE", \
		"when clocks change: auto, wall, skip or once" }

/*
 * Append the trigger options of a to the open JSON object in body, as members
 * of the HTTP API's add_timing_job.  CTL_OK; CTL_USAGE with a message on
 * standard error: none or more than one of the five triggers is given, or a
 * value is not a duration or not a list of known fields; CTL_BUG: out of
 * memory.
 */
int trigger_opts_json(const struct ctl_args *a, struct buf *body);

/*
 * Append option i, a duration in whole seconds, to body as the member key; do
 * nothing if it is not given.  name is the option's name in messages.  CTL_OK,
 * or CTL_USAGE with a message on standard error.
 */
int trigger_opts_seconds(const struct ctl_args *a, int i, const char *name,
    struct buf *body, const char *key);

#endif
