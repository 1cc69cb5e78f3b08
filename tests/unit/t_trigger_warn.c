#include <string.h>

#include "lib/fault.h"
#include "lib/trigger.h"
#include "lib/trigger_warn.h"
#include "lib/tz.h"
#include "tests/unit/tap.h"

/* 2025-12-03 07:00:00 UTC */
#define NOW_US INT64_C(1764745200000000)
#define SECOND_US INT64_C(1000000)

/* A trigger of one or two fields in a zone, and the warnings in English. */
static const struct {
	const char *kind;
	const char *zone;
	struct trigger_field f[2];
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
	    "fold: 2026-11-01 01:00:00 comes twice that day (the clock moves "
	    "back): it fires the first time only\n" },
	{ "cron", "America/New_York", { { "hour", "1" }, { "dst", "wall" } }, 0,
	    -1,
	    "fold: 2026-11-01 01:00:00 comes twice that day (the clock moves "
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
	    "cadence: it fires every 10 seconds, but jobs are looked at every "
	    "5 minutes: fires in between are late\n" },
	{ "cron", "UTC", { { "minute", "*/5" } }, 300, -1, "" },
	{ "interval", "UTC", { { "seconds", "30" }, { "jitter", "60" } }, 0, -1,
	    "jitter: the jitter of 1 minute is cut where the next fire is "
	    "nearer (30 seconds)\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 06:00" } }, 0, -1,
	    "past: 2025-12-03 06:00:00 is past: it runs at the next tick\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 06:00" } }, 0, 60,
	    "past: 2025-12-03 06:00:00 is past for longer than "
	    "misfire_grace_time allows: it is missed\n" },
	{ "date", "UTC", { { "run_date", "2025-12-03 08:00" } }, 0, 60, "" },
};

static void
check(struct tz_cache *zones, size_t i)
{
	const struct trigger_env env = { zones, rows[i].zone, NOW_US };
	const struct warn_env warn = { NOW_US, rows[i].cadence_s * SECOND_US,
		rows[i].grace_s < 0 ? -1 : rows[i].grace_s * SECOND_US, 100 };
	struct faults fs = { .n = 0 };
	struct buf got = BUF_INIT;
	struct warns ws = { .n = 0 };
	struct trigger *t;
	size_t k;

	t = trigger_new(rows[i].kind, rows[i].f,
	    rows[i].f[1].name == NULL ? 1 : 2, &env, &fs);
	if (t != NULL)
		warns_find(t, &warn, &ws);
	else
		buf_str(&got, fs.v[0].text);
	for (k = 0; k < ws.n; k++) {
		buf_printf(&got, "%s: %s\n", warn_code_name(ws.v[k].code),
		    buf_cstr(&ws.v[k].text[WORDS_EN]));
		ok(strchr(buf_cstr(&ws.v[k].text[WORDS_ZH]), '%') == NULL &&
			ws.v[k].text[WORDS_ZH].len > 0,
		    "row %zu in Chinese", i);
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
	tz_cache_free(zones);
	return tap_done();
}
