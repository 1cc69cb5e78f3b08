#ifndef CTL_TRIGGER_OPTS_H
#define CTL_TRIGGER_OPTS_H

#include "ctl/ctl.h"

struct buf;

/* The options that say when a job fires, shared by `job add` and `preview`;
 * they come first in the tables of both. */
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
 * Add what the options say to the object begun in body, in the words of the
 * HTTP API.  CTL_OK, or
 * CTL_USAGE with the reason told: none of the five triggers or more than one,
 * or a text that is no duration or no list of fields.
 */
int trigger_opts_json(const struct ctl_args *a, struct buf *body);

/* Option i as whole seconds under key, if it was given. */
int trigger_opts_seconds(const struct ctl_args *a, int i, const char *name,
    struct buf *body, const char *key);

#endif
