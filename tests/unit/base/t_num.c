/* Numbers as text: whole, with point and exponent, durations. */

#include <string.h>

#include "lib/base/num.h"
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

/* clang-format off */
static const struct {
	const char *text;
	int64_t us; /* -1: refused */
} durations[] = {
	{ "0", 0 },
	{ "90", 90000000 },
	{ "250ms", 250000 },
	{ "2s", 2000000 },
	{ "3m", 180000000 },
	{ "4h", INT64_C(14400000000) },
	{ "5d", 5 * DAY_US },
	{ "1w", 7 * DAY_US },
	{ "7us", 7 },
	{ "1h30m", INT64_C(5400000000) },
	{ "1m30s", 90000000 },
	{ "30m1h", INT64_C(5400000000) },
	{ "1d1d", 2 * DAY_US },
	{ "1w2d3h4m5s6ms7us", 9 * DAY_US + (3 * 3600 + 4 * 60 + 5) * INT64_C(1000000) + 6007 },
	{ "1.5h", INT64_C(5400000000) },
	{ "0.25s", 250000 },
	{ "0.25", -1 },
	{ "1.0000019s", 1000001 },
	{ "1h30", -1 },
	{ "1h 30m", -1 },
	{ "1h-30m", -1 },
	{ "1h+30m", -1 },
	{ "1hm", -1 },
	{ "1H", -1 },
	{ "1.h", -1 },
	{ ".5h", -1 },
	{ "1.5.5h", -1 },
	{ "+1h", -1 },
	{ "36524d24h", 36525 * DAY_US },
	{ "36525d1us", -1 },
	{ "36525.1d", -1 },
	{ "36525d", 36525 * DAY_US },
	{ "36526d", -1 },
	{ "9223372036854775807w", -1 },
	{ "-1s", -1 },
	{ "1 s", -1 },
	{ "1y", -1 },
	{ "s", -1 },
	{ "", -1 },
};
/* clang-format on */

static void
check_durations(void)
{
	int64_t v;

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		v = -1;
		(void)num_parse_duration(durations[i].text, &v);
		is_int(v, durations[i].us, "duration '%s'", durations[i].text);
	}
	is_int(num_parse_duration("36525d1us", &(int64_t){ 0 }), NUM_TOO_LONG,
	    "too long, by a sum");
	is_int(num_parse_duration("99999999999999999999s", &(int64_t){ 0 }),
	    NUM_TOO_LONG, "by its digits");
	is_int(num_parse_duration("1y", &(int64_t){ 0 }), -1, "no duration");
}

/* Numbers as JSON has them, and their plain form; NULL: none. */
static const struct {
	const char *s;
	const char *want;
} plains[] = {
	{ "10", "10" },
	{ "10.0", "10" },
	{ "1e1", "10" },
	{ "1E+1", "10" },
	{ "100e-1", "10" },
	{ "1.5", "1.5" },
	{ "-2.50", "-2.5" },
	{ "1.5e1", "15" },
	{ "15e-1", "1.5" },
	{ "0.05", "0.05" },
	{ "5e-2", "0.05" },
	{ "0", "0" },
	{ "-0.0", "0" },
	{ "0e9", "0" },
	{ "007.10", "7.1" },
	{ "1.764744e9", "1764744000" },
	{ "18446744073709551615", "18446744073709551615" },
	{ "1e400", NULL },
	{ "1e401", NULL },
	{ "1e99999999999999999999", NULL },
	{ "", NULL },
	{ "-", NULL },
	{ ".5", NULL },
	{ "5.", NULL },
	{ "1e", NULL },
	{ "1e1.5", NULL },
	{ "1 ", NULL },
	{ "x", NULL },
};

static void
check_plains(void)
{
	char out[32], tight[3];
	int64_t v = 4711;

	for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++) {
		int rc = num_plain(plains[i].s, out, sizeof(out));

		ok(plains[i].want == NULL ?
			rc == -1 :
			rc == 0 && strcmp(out, plains[i].want) == 0,
		    "plain '%s'", plains[i].s);
	}
	ok(num_plain("100", tight, sizeof(tight)) == -1, "no room: refused");
	ok(num_parse_whole("1e1", 0, 10, &v) == 0 && v == 10, "1e1 is 10");
	v = 4711;
	ok(num_parse_whole("1e1", 0, 9, &v) == -1 &&
		num_parse_whole("10.5", 0, 99, &v) == -1 &&
		num_parse_whole("1e30", 0, INT64_MAX, &v) == -1 && v == 4711,
	    "outside, or not whole: refused");
	ok(num_parse_whole("-9223372036854775808.0", INT64_MIN, 0, &v) == 0 &&
		v == INT64_MIN,
	    "the smallest");
}

int
main(void)
{
	check_durations();
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
	check_plains();
	return tap_done();
}
