/* What may surprise about a trigger, and about the text it was made of. */

#include <string.h>

#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/* 2025-12-03 07:00:00 UTC */
#define NOW_US INT64_C(1764745200000000)
#define SECOND_US INT64_C(1000000)

/* A trigger of one or two fields in a zone, and the warnings in English. */
static const struct {
	const char *kind;
	const char *zone;
	struct trigger_field f[3];
	int64_t cadence_s;
	int64_t grace_s;
	const char *want; /* "code: text" a line */
} rows[] = {
	{ "cron", "UTC", { { "hour", "3" } }, 0, -1, "" },
	{ "cron", "America/New_York", { { "hour", "3" } }, 0, -1, "" },
	{ "cron", "America/New_York", { { "hour", "2" } }, 0, -1,
	    "gap: 2026-03-08 02:00:00 does not exist that day (the clock moves "
	    "forward): it fires at 2026-03-08 03:00:00 instead\n" },
	{ "cron", "America/New_York", { { "hour", "2" }, { "dst", "skip" } }, 0,
	    -1,
	    "gap: 2026-03-08 02:00:00 does not exist that day (the clock moves "
	    "forward): it does not fire then\n" },
	{ "cron", "America/New_York", { { "hour", "1" } }, 0, -1,
	    "fold: 2026-11-01 01:00:00 occurs twice that day (the clock moves "
	    "back): it fires the first time only\n" },
	{ "cron", "America/New_York", { { "hour", "1" }, { "dst", "wall" } }, 0,
	    -1,
	    "fold: 2026-11-01 01:00:00 occurs twice that day (the clock moves "
	    "back): it fires both times\n" },
	{ "cron", "America/New_York", { { "minute", "*/5" } }, 0, -1, "" },
	{ "cron", "UTC", { { "day", "29" }, { "month", "2" } }, 0, -1,
	    "rare: it fires at 2028-02-29 00:00:00, and then not before "
	    "2032-02-29 00:00:00\n" },
	{ "cron", "UTC", { { "year", "2026" }, { "month", "5" } }, 0, -1,
	    "ends: its last fire is at 2026-05-01 00:00:00\n" },
	{ "interval", "UTC",
	    { { "hours", "1" }, { "end_date", "2025-12-03 10:30" } }, 0, -1,
	    "ends: its last fire is at 2025-12-03 10:00:00\n" },
	{ "cron", "UTC", { { "second", "*/10" } }, 300, -1,
	    "cadence: it fires every 10 seconds, but ticks run every "
	    "5 minutes: fires in between are late\n" },
	{ "cron", "UTC", { { "minute", "*/5" } }, 300, -1, "" },
	{ "interval", "UTC", { { "seconds", "30" }, { "jitter", "60" } }, 0, -1,
	    "jitter: the jitter of 1 minute is shortened where the next fire is "
	    "nearer (30 seconds)\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 06:00" } }, 0, -1,
	    "past: 2025-12-03 06:00:00 has passed: it runs at the next tick\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 06:00" } }, 0, 60,
	    "past: 2025-12-03 06:00:00 passed longer ago than "
	    "misfire_grace_time allows: it is missed\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 08:00" } }, 0, 60, "" },
	{ "calendarinterval", "UTC",
	    { { "months", "1" }, { "start_date", "2026-01-31" } }, 0, -1,
	    "missing_day: some months lack the day: it does not fire in them; "
	    "on_missing_day = last uses their last day\n" },
	{ "calendarinterval", "UTC",
	    { { "months", "1" }, { "start_date", "2026-01-31" },
		{ "on_missing_day", "last" } },
	    0, -1, "" },
	{ "calendarinterval", "Europe/Berlin",
	    { { "days", "1" }, { "hour", "2" } }, 0, -1,
	    "gap: 2026-03-29 02:00:00 does not exist that day (the clock moves "
	    "forward): it fires at 2026-03-29 03:00:00 instead\n"
	    "fold: 2026-10-25 02:00:00 occurs twice that day (the clock moves "
	    "back): it fires the first time only\n" },
	{ "calendarinterval", "UTC",
	    { { "weeks", "1" }, { "end_date", "2025-12-17" } }, 0, -1,
	    "ends: its last fire is at 2025-12-17 00:00:00\n" },
	{ "cron", "UTC", { { "crontab", "*/60 * * * *" } }, 0, -1,
	    "step: a step is larger than its range: only the first value of "
	    "the range matches\n" },
	{ "cron", "UTC", { { "crontab", "0 0 9 ? * 2" } }, 0, -1,
	    "reading: weekday numbers are read as Quartz counts them, 1 is "
	    "Sunday (crontab: 0 and 7); names are unambiguous: 0 9 * * "
	    "mon\nreading: six fields are read with the second first, as "
	    "Quartz has them (some programs have it last): 0 9 * * mon\n" },
	{ "cron", "UTC", { { "crontab", "0 0 9 * * 2" } }, 0, -1,
	    "reading: weekday numbers are read as crontab counts them, 0 and 7 "
	    "are Sunday (Quartz: 1); names are unambiguous: 0 9 * * tue\n"
	    "reading: six fields are read with the second first, as Quartz has "
	    "them (some programs have it last): 0 9 * * tue\n" },
	{ "cron", "UTC", { { "crontab", "0 9 ? * mon *" } }, 0, -1,
	    "reading: six fields are read with the year last, as AWS has them: "
	    "0 9 * * mon\n" },
	{ "cron", "UTC", { { "crontab", "0 0 * * fri#2" } }, 0, -1,
	    "reading: # is read as the position of the weekday in the month; "
	    "Debian's cron ignores it and fires every week\n" },
	{ "cron", "UTC", { { "crontab", "H(7-7) * * * *" } }, 0, -1,
	    "choice: H and ~ were chosen by the job's queue and id, the same "
	    "each time: 7 * * * *\n" },
	{ "cron", "UTC", { { "crontab", "7~7 * * * *" } }, 0, -1,
	    "reading: ~ is read as a choice from a range, as cronie has it; "
	    "Debian's cron ignores it and uses the first value\n"
	    "choice: H and ~ were chosen by the job's queue and id, the same "
	    "each time: 7 * * * *\n" },
	{ "cron", "UTC", { { "crontab", "*5 3,2-1 * * *" } }, 0, -1,
	    "ignored_text: text after a range has no effect, as in Debian's "
	    "cron: * 3 * * *\n"
	    "ignored_text: a range that ends before it begins has no value, as "
	    "in Debian's cron: * 3 * * *\n" },
	{ "cron", "UTC", { { "crontab", "0 0 22-2 * * ?" } }, 0, -1,
	    "reading: six fields are read with the second first, as Quartz has "
	    "them (some programs have it last): 0 22,23,0,1,2 * * *\n"
	    "reading: a range that ends before it begins is read as Quartz "
	    "does, around the end: 0 22,23,0,1,2 * * *\n" },
	{ "cron", "UTC", { { "crontab", "0 0 * * fri-sun" } }, 0, -1,
	    "reading: a range of weekdays to Sunday is read to the end of the "
	    "week; Debian's cron has no value for it\n" },
	{ "cron", "UTC", { { "crontab", "0 0 0 13 * fri *" } }, 0, -1,
	    "reading: day and weekday are both restricted: either may match, "
	    "as in crontab (some programs want both)\n" },
	{ "interval", "UTC", { { "hours", "1" }, { "dst", "once" } }, 0, -1,
	    "ignored_field: dst has no effect on trigger interval: ignored\n" },
	{ "interval", "UTC", { { "hours", "1" }, { "dst", "auto" } }, 0, -1,
	    "" },
	{ "cron", "UTC", { { "crontab", "@every 1h" }, { "dst", "wall" } }, 0,
	    -1,
	    "ignored_field: dst has no effect on trigger interval: ignored\n" },
	{ "date", "UTC", { { "run_date", "2029-01-01" }, { "dst", "skip" } }, 0,
	    -1, "ignored_field: dst has no effect on trigger date: ignored\n" },
	{ "date", "UTC",
	    { { "start_date", "2025-12-01" }, { "end_date", "2030-01-01" } }, 0,
	    -1,
	    "ignored_field: start_date has no effect on trigger date: ignored\n"
	    "ignored_field: end_date has no effect on trigger date: "
	    "ignored\n" },
	{ "calendarinterval", "UTC",
	    { { "weeks", "2" }, { "on_missing_day", "last" } }, 0, -1,
	    "ignored_field: on_missing_day has no effect on trigger "
	    "calendarinterval: ignored\n" },
	{ "cron", "UTC", { { "crontab", "0 0 * * L" } }, 0, -1,
	    "reading: L alone for the weekday is read as Saturday, as in "
	    "Quartz\n" },
	{ "cron", "UTC",
	    { { "crontab", "TZ=Asia/Tokyo 0 9 * * *" },
		{ "timezone", "Europe/Berlin" } },
	    0, -1,
	    "zone: the zone of the crontab line is used, not timezone: "
	    "Asia/Tokyo\n" },
	{ "cron", "UTC",
	    { { "crontab", "TZ=Asia/Tokyo 0 9 * * *" },
		{ "timezone", "Asia/Tokyo" } },
	    0, -1, "" },
	{ "interval", "Europe/Berlin",
	    { { "days", "1" }, { "start_date", "2025-12-04 09:00" } }, 0, -1,
	    "drift: days are counted in real time: it fires at 2025-12-04 "
	    "09:00:00, but at 2026-03-29 10:00:00 after the clock has changed; "
	    "a cron trigger keeps the time of day\n" },
	{ "interval", "Europe/Berlin",
	    { { "weeks", "2" }, { "start_date", "2025-12-04 09:00" } }, 0, -1,
	    "drift: days are counted in real time: it fires at 2025-12-04 "
	    "09:00:00, but at 2026-04-09 10:00:00 after the clock has changed; "
	    "a cron trigger keeps the time of day\n" },
	{ "interval", "Europe/Berlin", { { "hours", "12" } }, 0, -1, "" },
	{ "interval", "Asia/Tokyo", { { "days", "1" } }, 0, -1, "" },
	{ "interval", "UTC", { { "weeks", "1" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "*/45" } }, 0, -1,
	    "uneven: minute */45: steps restart every hour, as 60 is no "
	    "multiple of 45\n" },
	{ "cron", "UTC", { { "minute", "*/15" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "1,5/7" } }, 0, -1,
	    "uneven: minute 5/7: steps restart every hour, as 60 is no "
	    "multiple of 7\n" },
	{ "cron", "UTC", { { "minute", "0-40/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "5-59/7" } }, 0, -1,
	    "uneven: minute 5-59/7: steps restart every hour, as 60 is no "
	    "multiple of 7\n" },
	{ "cron", "UTC", { { "crontab", "6-59/7 * * * *" } }, 0, -1,
	    "uneven: minute 6-59/7: steps restart every hour, as 60 is no "
	    "multiple of 7\n" },
	{ "cron", "UTC", { { "minute", "7-59/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "30-59/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "30/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "5-56/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "5-59/10" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "1-59/2" } }, 0, -1, "" },
	{ "cron", "UTC", { { "hour", "9-17/3" } }, 0, -1, "" },
	{ "cron", "UTC", { { "hour", "1-23/5" } }, 0, -1,
	    "uneven: hour 1-23/5: steps restart every day, as 24 is no "
	    "multiple of 5\n" },
	{ "cron", "UTC", { { "hour", "8-23/5" } }, 0, -1, "" },
	{ "cron", "UTC", { { "month", "2-12/5" } }, 0, -1,
	    "uneven: month 2-12/5: steps restart every year, as 12 is no "
	    "multiple of 5\n" },
	{ "cron", "UTC", { { "day", "2-31/2" } }, 0, -1,
	    "uneven: day 2-31/2: steps restart on the 1st of every month, "
	    "not 2 days after the last\n" },
	{ "cron", "UTC", { { "day", "10-31/7" } }, 0, -1, "" },
	{ "cron", "UTC", { { "crontab", "0 0 * * 1-5/2" } }, 0, -1, "" },
	{ "cron", "UTC", { { "crontab", "0 0 * * 1-6/2" } }, 0, -1, "" },
	{ "cron", "UTC", { { "minute", "0-59/45" } }, 0, -1,
	    "uneven: minute 0-59/45: steps restart every hour, as 60 is no "
	    "multiple of 45\n" },
	{ "cron", "UTC", { { "minute", "0-59/15" } }, 0, -1, "" },
	{ "cron", "UTC", { { "crontab", "0 0 * * 0-7/2" } }, 0, -1,
	    "uneven: day_of_week 0-7/2: steps restart every week, as 7 is "
	    "no multiple of 2\n" },
	{ "cron", "UTC", { { "crontab", "0 0 1-31/2 * *" } }, 0, -1,
	    "uneven: day 1-31/2: steps restart on the 1st of every month, "
	    "not 2 days after the last\n" },
	{ "cron", "UTC", { { "week", "*/2" } }, 0, -1,
	    "uneven: week */2: steps restart every year, which has 52 or "
	    "53 weeks, not 2 weeks after the last\n" },
	{ "cron", "UTC", { { "hour", "*/5" } }, 0, -1,
	    "uneven: hour */5: steps restart every day, as 24 is no "
	    "multiple of 5\n" },
	{ "cron", "UTC", { { "second", "*/7" } }, 0, -1,
	    "uneven: second */7: steps restart every minute, as 60 is no "
	    "multiple of 7\n" },
	{ "cron", "UTC", { { "month", "*/5" } }, 0, -1,
	    "uneven: month */5: steps restart every year, as 12 is no "
	    "multiple of 5\n" },
	{ "cron", "UTC", { { "day", "*/2" } }, 0, -1,
	    "uneven: day */2: steps restart on the 1st of every month, "
	    "not 2 days after the last\n" },
	{ "cron", "UTC", { { "day_of_week", "*/2" } }, 0, -1,
	    "uneven: day_of_week */2: steps restart every week, as 7 is no "
	    "multiple of 2\n" },
	{ "cron", "UTC", { { "year", "*/3" } }, 0, -1, "rare: *" },
	{ "cron", "UTC", { { "crontab", "*/45 * * * *" } }, 0, -1,
	    "uneven: minute */45: steps restart every hour, as 60 is no "
	    "multiple of 45\n" },
	{ "cron", "UTC", { { "crontab", "0 */5 * * *" } }, 0, -1,
	    "uneven: hour */5: steps restart every day, as 24 is no "
	    "multiple of 5\n" },
	{ "cron", "UTC", { { "crontab", "0 */6 * */3 1-5" } }, 0, -1, "" },
	{ "cron", "UTC", { { "crontab", "@daily" } }, 0, -1, "" },
};

/* Instants as they were written, and the warnings of that. */
static const struct {
	const char *kind;
	struct trigger_field f[3]; /* the first is the one that is looked at */
	const char *want;
} instants[] = {
	{ "date", { { "run_date", "2026-03-29 02:30" } },
	    "gap: run_date does not exist (the clock moves forward): "
	    "2026-03-29 03:30:00 is used instead\n" },
	{ "date", { { "run_date", "2026-10-25 02:30:00" } },
	    "fold: run_date, 2026-10-25 02:30:00, occurs twice (the clock "
	    "moves back): the first is used; give an offset for the second\n" },
	{ "date", { { "run_date", "2026-10-25T02:30:00+01:00" } }, "" },
	{ "date", { { "run_date", "2026-10-25 01:59:59" } }, "" },
	{ "date", { { "run_date", "2026-10-25 03:00" } }, "" },
	{ "date", { { "run_date", "2026-03-29 03:00" } }, "" },
	{ "date", { { "run_date", "2026-12-03" } }, "" },
	{ "interval",
	    { { "start_date", "2026-03-29 02:00" }, { "hours", "1" } },
	    "gap: start_date does not exist (the clock moves forward): "
	    "2026-03-29 03:00:00 is used instead\n" },
	{ "interval", { { "end_date", "2026-10-25 02:00" }, { "hours", "1" } },
	    "fold: end_date, 2026-10-25 02:00:00, occurs twice (the clock "
	    "moves back): the first is used; give an offset for the second\n" },
	{ "cron", { { "end_date", "2026-12-03" }, { "hour", "9" } },
	    "end_of_day: end_date 2026-12-03 is 00:00 of that day and excludes the day; write 2026-12-03 23:59:59 to include it\n" },
	{ "cron", { { "end_date", "2026-12-03 00:00" }, { "hour", "9" } }, "" },
	{ "cron", { { "end_date", "2026-12-03" }, { "day", "1" } }, "" },
	{ "cron", { { "end_date", "2026-12-03" }, { "day_of_week", "fri" } },
	    "" },
	{ "calendarinterval", { { "end_date", "2026-12-03" }, { "days", "1" } },
	    "" },
	{ "calendarinterval",
	    { { "start_date", "2026-03-29 02:30" }, { "days", "1" } },
	    "gap: start_date does not exist (the clock moves forward): "
	    "2026-03-29 03:30:00 is used instead\n" },
	{ "interval", { { "end_date", "2026-12-03" }, { "hours", "1" } },
	    "end_of_day: end_date 2026-12-03 is 00:00 of that day and excludes the day; write 2026-12-03 23:59:59 to include it\n" },
};

/* The warnings a line each, and that each has Chinese. */
static void
show(const struct warns *ws, struct buf *out)
{
	for (size_t k = 0; k < ws->n; k++) {
		buf_printf(out, "%s: %s\n", warn_code_name(ws->v[k].code),
		    buf_cstr(&ws->v[k].text[DESCRIBE_EN]));
		ok(strchr(buf_cstr(&ws->v[k].text[DESCRIBE_ZH]), '%') == NULL &&
			ws->v[k].text[DESCRIBE_ZH].len > 0,
		    "in Chinese: %s", warn_code_name(ws->v[k].code));
	}
}

static void
check_instant(struct tz_cache *zones, size_t i)
{
	const struct trigger_env env = { zones, "Europe/Berlin", NOW_US,
		false };
	struct faults fs = { .n = 0 };
	struct warns ws = { .n = 0 };
	struct buf got = BUF_INIT;
	struct trigger *t;
	size_t n = 0;

	while (n < 3 && instants[i].f[n].name != NULL)
		n++;
	t = trigger_new(instants[i].kind, instants[i].f, n, &env, &fs);
	if (t != NULL)
		warns_find_instant(t, instants[i].f[0].name,
		    instants[i].f[0].value, &ws);
	else
		buf_str(&got, fs.v[0].text);
	show(&ws, &got);
	is_str(buf_cstr(&got), instants[i].want, "%s", instants[i].f[0].value);
	warns_fini(&ws);
	trigger_free(t);
	buf_fini(&got);
}

static void
check_json(void)
{
	struct warns ws = { .n = 0 };
	struct buf b = BUF_INIT;

	warns_to_json(&ws, DESCRIBE_EN, &b);
	is_str(buf_cstr(&b), "[]", "none: an empty list");
	warns_ignored(&ws, "\"%1\"");
	warns_add(&ws, WARN_ENDS,
	    &(struct warn_text){ .text = { "%2 and %1", "二" },
		.a = "a",
		.b = "b" });
	buf_reset(&b);
	warns_to_json(&ws, DESCRIBE_EN, &b);
	is_str(buf_cstr(&b),
	    "[{\"code\":\"ignored\",\"message\":\"unknown field \\\"%1\\\": "
	    "ignored\"},{\"code\":\"ends\",\"message\":\"b and a\"}]",
	    "codes and messages");
	buf_reset(&b);
	warns_to_json(&ws, DESCRIBE_ZH, &b);
	ok(strstr(buf_cstr(&b), "\"message\":\"二\"") != NULL,
	    "in the language asked for");
	for (int i = 0; i < 2 * WARNS_MAX; i++)
		warns_ignored(&ws, "x");
	is_int((int)ws.n, WARNS_MAX, "a flood is cut");
	warns_fini(&ws);
	buf_fini(&b);
}

static void
check(struct tz_cache *zones, size_t i)
{
	const struct trigger_env env = { zones, rows[i].zone, NOW_US, false };
	struct warn_env warn = { NOW_US, rows[i].cadence_s * SECOND_US,
		rows[i].grace_s < 0 ? -1 : rows[i].grace_s * SECOND_US, 100,
		0 };
	struct faults fs = { .n = 0 };
	struct buf got = BUF_INIT;
	struct warns ws = { .n = 0 };
	struct trigger *t;
	size_t k;

	t = trigger_new(rows[i].kind, rows[i].f,
	    (size_t)1 + (rows[i].f[1].name != NULL) +
		(rows[i].f[2].name != NULL),
	    &env, &fs);
	if (t != NULL) {
		warn.notes = trigger_notes(t);
		warns_find(t, &warn, &ws);
	} else
		buf_str(&got, fs.v[0].text);
	show(&ws, &got);
	/* "*" stands for the rest. */
	k = strlen(rows[i].want);
	if (k > 0 && rows[i].want[k - 1] == '*') {
		ok(strncmp(buf_cstr(&got), rows[i].want, k - 1) == 0, "row %zu",
		    i);
		buf_reset(&got);
		buf_str(&got, rows[i].want);
	}
	is_str(buf_cstr(&got), rows[i].want, "row %zu", i);
	warns_fini(&ws);
	trigger_free(t);
	buf_fini(&got);
}

int
main(void)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(zones, i);
	for (i = 0; i < sizeof(instants) / sizeof(instants[0]); i++)
		check_instant(zones, i);
	check_json();
	tz_cache_free(zones);
	return tap_done();
}
