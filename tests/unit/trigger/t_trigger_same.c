/*
 * Whether a trigger that is added again is the present one
 * (lib/trigger/same.h), for kinds and lines that the tests of schedulers do not
 * cover.
 */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/same.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define NOW_US INT64_C(1790000000000000) /* 2026-09-21 */

#define CAL "calendarinterval;timezone=UTC;"
#define LINE "cron;timezone=UTC;crontab="

static const struct {
	const char *was, *given;
	bool is_same;
	const char *spec; /* NULL: given */
} rows[] = {
	{ LINE "0 9 * * fri#2", LINE "0 9 * * 5#2", true, NULL },
	{ LINE "0 9 * * fri#2", LINE "0 9 * * fri#3", false, NULL },
	{ LINE "0 9 * * 5", LINE "0 9 * * 5L", false, NULL },
	{ LINE "0 9 L-3 * *", LINE "0 9 L-4 * *", false, NULL },
	{ LINE "0 9 15W * *", LINE "0 9 16W * *", false, NULL },
	{ LINE "0 9 LW * *", LINE "0 9 L-1W * *", false, NULL },
	{ LINE "0 9 * * mon-fri", LINE "0 9 * * 1-5", true, NULL },
	{ LINE "0 0 9 * * mon 2030", LINE "0 0 9 * * mon 2031", false, NULL },
	{ CAL "weeks=2;hour=9;anchor=2026-09-01",
	    CAL "weeks=2;hour=9;anchor=2026-09-21", true,
	    CAL "weeks=2;hour=9;anchor=2026-09-01" },
	{ CAL "weeks=2;hour=9;anchor=2026-09-01",
	    CAL "days=14;hour=9;anchor=2026-09-01", true, NULL },
	{ CAL "weeks=2;hour=9;anchor=2026-09-01",
	    CAL "weeks=2;hour=10;anchor=2026-09-01", false, NULL },
	{ CAL "weeks=2;hour=9;anchor=2026-09-01",
	    CAL "weeks=3;hour=9;anchor=2026-09-01", false, NULL },
	{ CAL "months=1;anchor=2026-08-31",
	    CAL "months=1;on_missing_day=last;anchor=2026-08-31", false, NULL },
	{ CAL "weeks=2;anchor=2026-09-01;start_us=1788220800000000",
	    CAL "weeks=2;anchor=2026-09-15;start_us=1789430400000000", true,
	    NULL },
	{ CAL "weeks=2;anchor=2026-09-01;start_us=1788220800000000",
	    CAL "weeks=2;anchor=2026-09-08;start_us=1788825600000000", false,
	    NULL },
	{ CAL "months=2;anchor=2026-03-05;start_us=1772668800000000",
	    CAL "months=2;anchor=2026-07-05;start_us=1783209600000000", true,
	    NULL },
	{ CAL "months=2;anchor=2026-03-05;start_us=1772668800000000",
	    CAL "months=2;anchor=2026-06-05;start_us=1780617600000000", false,
	    NULL },
	{ CAL "months=1;days=1;anchor=2026-05-05;start_us=1777939200000000",
	    CAL "months=1;days=1;anchor=2026-06-06;start_us=1780704000000000",
	    true, NULL },
	{ CAL "weeks=2;anchor=2026-09-01", "cron;timezone=UTC;day_of_week=tue",
	    false, NULL },
};

static void
check(struct tz_cache *zones, size_t i)
{
	struct faults fs = { .n = 0 };
	struct trigger *was = trigger_from_spec(rows[i].was, zones, &fs);
	struct trigger *given = trigger_from_spec(rows[i].given, zones, &fs);
	struct buf spec = BUF_INIT;
	struct trigger_progress at = { .now_us = NOW_US };

	ok(was != NULL && given != NULL, "row %zu can be read", i);
	if (was != NULL && given != NULL) {
		at.cursor_us = trigger_next(was, NOW_US);
		is_int(trigger_is_same(given, was, &at, &spec), rows[i].is_same,
		    "row %zu", i);
		if (rows[i].is_same)
			is_str(buf_cstr(&spec),
			    rows[i].spec == NULL ? rows[i].given : rows[i].spec,
			    "what is stored of row %zu", i);
	}
	trigger_free(was);
	trigger_free(given);
	buf_fini(&spec);
}

int
main(void)
{
	struct tz_cache *zones = tz_cache_new(NULL);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(zones, i);
	tz_cache_free(zones);
	return tap_done();
}
