#include "lib/num.h"
#include "tests/unit/tap.h"

#define DAY_US INT64_C(86400000000)

static void
good(const char *s, int64_t want)
{
	int64_t v = 4711;

	is_int(num_parse(s, INT64_MIN, INT64_MAX, &v), 0, "'%s' parses", s);
	is_int(v, want, "'%s'", s);
}

static void
bad(const char *s, int64_t min, int64_t max)
{
	int64_t v = 4711;

	ok(num_parse(s, min, max, &v) == -1 && v == 4711, "'%s' refused", s);
}

static void
duration(const char *s, int64_t want)
{
	int64_t v = -1;

	(void)num_parse_duration(s, &v);
	is_int(v, want, "duration '%s'", s);
}

int
main(void)
{
	static const char *const junk[] = { "", " 1", "1 ", "+", "-", "--1",
		"0x10", "1.0", "1e3", "1,000", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999999999" };
	size_t i;

	good("0", 0);
	good("-0", 0);
	good("+5", 5);
	good("007", 7);
	good("9223372036854775807", INT64_MAX);
	good("-9223372036854775808", INT64_MIN);
	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		bad(junk[i], INT64_MIN, INT64_MAX);
	bad("11", 0, 10);
	bad("-1", 0, 10);
	duration("0", 0);
	duration("90", 90000000);
	duration("250ms", 250000);
	duration("2s", 2000000);
	duration("3m", 180000000);
	duration("4h", INT64_C(14400000000));
	duration("5d", 5 * DAY_US);
	duration("1w", 7 * DAY_US);
	duration("36525d", 36525 * DAY_US);
	duration("36526d", -1);
	duration("9223372036854775807w", -1);
	duration("-1s", -1);
	duration("1 s", -1);
	duration("1y", -1);
	duration("s", -1);
	duration("", -1);
	return tap_done();
}
