/*
 * Every day from year 1 to 9999 against a plain count and libc's weeks
 * (lib/time/civil.h).
 */
#include <time.h>

#include "lib/time/civil.h"
#include "tests/unit/tap.h"

/* Every day from year 1 to 9999 against a plain count and libc's weeks. */
static void
test_all_days(void)
{
	int64_t day = civil_days(1, 1, 1);
	struct civil c = { 1, 1, 1, 0, 0, 0 }, got;
	int wd = 0, bad = 0, bad_week = 0;
	char text[8], want[8];
	struct tm tm;
	time_t t;

	is_int(day, -719162, "0001-01-01");
	for (; c.year <= 9999; day++, wd = (wd + 1) % 7) {
		civil_from_days(day, &got);
		bad += memcmp(&got, &c, sizeof(c)) != 0 ||
		    civil_days(c.year, c.month, c.day) != day ||
		    civil_weekday(day) != wd;
		if (c.year > 1900 && c.year < 2400) {
			t = (time_t)(day * CIVIL_DAY_S);
			gmtime_r(&t, &tm);
			(void)strftime(want, sizeof(want), "%V", &tm);
			(void)snprintf(text, sizeof(text), "%02d",
			    civil_iso_week(day));
			bad_week += strcmp(text, want) != 0;
		}
		if (++c.day > civil_month_days(c.year, c.month)) {
			c.day = 1;
			c.year += ++c.month > 12;
			c.month = c.month > 12 ? 1 : c.month;
		}
	}
	is_int(bad, 0, "days, dates and weekdays agree to year 9999");
	is_int(bad_week, 0, "ISO weeks agree with libc");
	is_int(day - 1, 2932896, "9999-12-31");
}

int
main(void)
{
	static const int64_t walls[] = { 0, -1, 86399, 86400, -86400,
		1709210096, INT64_C(253402300799), INT64_C(-62135596800) };
	struct civil c;
	size_t i;

	for (i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		civil_from_wall(walls[i], &c);
		is_int(civil_to_wall(&c), walls[i], "wall second and back");
	}
	civil_from_wall(-1, &c);
	ok(c.year == 1969 && c.month == 12 && c.day == 31 && c.hour == 23 &&
		c.minute == 59 && c.second == 59,
	    "the second before the epoch");
	is_int(civil_month_days(1900, 2), 28, "1900");
	is_int(civil_month_days(2000, 2), 29, "2000");
	is_int(civil_month_days(2024, 2), 29, "2024");
	test_all_days();
	return tap_done();
}
