/*
 * POSIX TZ strings as footers have them (RFC 9636 section 3.3.1;
 * lib/time/tz_posix.c).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/time/tz.h"
#include "lib/time/tz_int.h"
#include "tests/unit/tap.h"

/* POSIX TZ strings as footers have them (lib/time/tz_int.h, RFC 9636 3.3.1). */

static const struct {
	const char *text;
	const char *std; /* abbreviation and offset in seconds */
	int32_t std_s;
	const char *dst; /* NULL: none */
	int32_t dst_s;
} good[] = {
	{ "UTC0", "UTC", 0, NULL, 0 },
	{ "EST5", "EST", -18000, NULL, 0 },
	{ "JST-9", "JST", 32400, NULL, 0 },
	{ "NPT-5:45", "NPT", 20700, NULL, 0 },
	{ "LMT+0:01:15", "LMT", -75, NULL, 0 },
	{ "XXX24:59:59", "XXX", -89999, NULL, 0 },
	{ "XXX-24", "XXX", 86400, NULL, 0 },
	{ "<+0330>-3:30", "+0330", 12600, NULL, 0 },
	{ "<-03>3", "-03", -10800, NULL, 0 },
	{ "ABCDEFGHIJKLMNO0", "ABCDEFGHIJKLMNO", 0, NULL, 0 },
	{ "EST5EDT,M3.2.0,M11.1.0", "EST", -18000, "EDT", -14400 },
	{ "CET-1CEST,M3.5.0,M10.5.0/3", "CET", 3600, "CEST", 7200 },
	{ "DUB-1GMT0,M10.5.0,M3.5.0/1", "DUB", 3600, "GMT", 0 },
	{ "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "+1030", 37800, "+11",
	    39600 },
	{ "AAA0BBB,J1,J365", "AAA", 0, "BBB", 3600 },
	{ "AAA0BBB,0,365", "AAA", 0, "BBB", 3600 },
	{ "AAA0BBB,J1/-167,J365/167:59:59", "AAA", 0, "BBB", 3600 },
	{ "AAA0BBB,M1.1.0,M12.5.6", "AAA", 0, "BBB", 3600 },
};

/* One thing wrong with each; the nearest good one is above. */
static const char *const bad[] = { "", "U0", "UT0", "UTC", "UTC ", " UTC0",
	"UTC0 ", "5", "UTC0:60", "UTC0:00:60", "UTC25", "UTC-25", "UTC--1",
	"UTC0:", "UTC0:0:", "U2C0", "<+03", "<+03>", "<+3>-3", "<>0", "<+03-3",
	"<+0 3>-3", "ABCDEFGHIJKLMNOP0", "EST5EDT", "EST5EDT,", "EST5ED,M3.2.0",
	"EST5EDT,M3.2.0", "EST5EDT,M3.2.0,", "EST5EDT,M3.2.0,M11.1.0,",
	"EST5EDT,M3.2.0,M11.1.0 ", "EST5EDT,M0.2.0,M11.1.0",
	"EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.0.0,M11.1.0",
	"EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
	"EST5EDT,M3.2,M11.1.0", "EST5EDT,M3.2.0/,M11.1.0",
	"EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,M3.2.0/-168,M11.1.0",
	"EST5EDT,J0,J365", "EST5EDT,J1,J366", "EST5EDT,0,366", "EST5EDT,-1,1",
	"EST5EDT,J,J365", "EST5EDT,,", "EST5EDT25,J1,J2", "EST5EDT4:60,J1,J2",
	"EST5EDT,J0001,J2" };

/*
 * When a rule strikes, as a wall second.  Made in python3 with datetime and
 * calendar.monthrange() from the words of POSIX XBD 8.3: Jn never counts 29
 * February, n does, week 5 is the last; 02:00:00 when no time is given.
 */
/* clang-format off */
static const struct {
	const char *rule;
	int year;
	int64_t wall_s;
} rules[] = {
	{ "M3.2.0", 2023, INT64_C(1678586400) },
	{ "M3.2.0", 2024, INT64_C(1710036000) },
	{ "M3.2.0", 2100, INT64_C(4108672800) },
	{ "M11.1.0", 2023, INT64_C(1699149600) },
	{ "M11.1.0", 2024, INT64_C(1730599200) },
	{ "M11.1.0", 2100, INT64_C(4129236000) },
	{ "M3.5.0", 2023, INT64_C(1679796000) },
	{ "M3.5.0", 2024, INT64_C(1711850400) },
	{ "M3.5.0", 2100, INT64_C(4109882400) },
	{ "M10.5.0/3", 2023, INT64_C(1698548400) },
	{ "M10.5.0/3", 2024, INT64_C(1729998000) },
	{ "M10.5.0/3", 2100, INT64_C(4128634800) },
	{ "M2.5.1/24", 2023, INT64_C(1677542400) },
	{ "M2.5.1/24", 2024, INT64_C(1708992000) },
	{ "M2.5.1/24", 2100, INT64_C(4107024000) },
	{ "M2.4.4", 2023, INT64_C(1677117600) },
	{ "M2.4.4", 2024, INT64_C(1708567200) },
	{ "M2.4.4", 2100, INT64_C(4107204000) },
	{ "M9.1.6/24:30", 2023, INT64_C(1693701000) },
	{ "M9.1.6/24:30", 2024, INT64_C(1725755400) },
	{ "M9.1.6/24:30", 2100, INT64_C(4123787400) },
	{ "M10.5.5/-1", 2023, INT64_C(1698361200) },
	{ "M10.5.5/-1", 2024, INT64_C(1729810800) },
	{ "M10.5.5/-1", 2100, INT64_C(4128447600) },
	{ "M1.1.1/-167", 2023, INT64_C(1672016400) },
	{ "M1.1.1/-167", 2024, INT64_C(1703466000) },
	{ "M1.1.1/-167", 2100, INT64_C(4102102800) },
	{ "M7.1.1/167", 2023, INT64_C(1688943600) },
	{ "M7.1.1/167", 2024, INT64_C(1720393200) },
	{ "M7.1.1/167", 2100, INT64_C(4119030000) },
	{ "J1", 2023, INT64_C(1672538400) },
	{ "J1", 2024, INT64_C(1704074400) },
	{ "J1", 2100, INT64_C(4102452000) },
	{ "J59", 2023, INT64_C(1677549600) },
	{ "J59", 2024, INT64_C(1709085600) },
	{ "J59", 2100, INT64_C(4107463200) },
	{ "J60/0", 2023, INT64_C(1677628800) },
	{ "J60/0", 2024, INT64_C(1709251200) },
	{ "J60/0", 2100, INT64_C(4107542400) },
	{ "J365/23", 2023, INT64_C(1704063600) },
	{ "J365/23", 2024, INT64_C(1735686000) },
	{ "J365/23", 2100, INT64_C(4133977200) },
	{ "0/0", 2023, INT64_C(1672531200) },
	{ "0/0", 2024, INT64_C(1704067200) },
	{ "0/0", 2100, INT64_C(4102444800) },
	{ "58", 2023, INT64_C(1677549600) },
	{ "58", 2024, INT64_C(1709085600) },
	{ "58", 2100, INT64_C(4107463200) },
	{ "59", 2023, INT64_C(1677636000) },
	{ "59", 2024, INT64_C(1709172000) },
	{ "59", 2100, INT64_C(4107549600) },
	{ "365/1:02:03", 2024, INT64_C(1735606923) },
	{ "M5.5.3/+4", 2023, INT64_C(1685505600) },
	{ "M5.5.3/+4", 2024, INT64_C(1716955200) },
	{ "M5.5.3/+4", 2100, INT64_C(4114987200) },
};
/* clang-format on */

static void
check_good(void)
{
	struct tz_footer f;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		is_int(tz_footer_parse(good[i].text, &f), 0, "'%s' is read",
		    good[i].text);
		is_str(f.std.abbr, good[i].std, "its name");
		is_int(f.std.offset_s, good[i].std_s, "east of Greenwich");
		ok(!f.std.is_dst && f.has_dst == (good[i].dst != NULL),
		    "with%s daylight saving time", f.has_dst ? "" : "out");
		if (good[i].dst == NULL)
			continue;
		is_str(f.dst.abbr, good[i].dst, "whose name");
		is_int(f.dst.offset_s, good[i].dst_s, "and offset");
		ok(f.dst.is_dst, "are known as such");
	}
}

static void
check_bad(void)
{
	struct tz_footer f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(tz_footer_parse(bad[i], &f), -1, "'%s' is refused",
		    bad[i]);
}

static void
check_rules(void)
{
	struct tz_footer f;
	char text[64];

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		(void)snprintf(text, sizeof(text), "AAA0BBB,%s,J1",
		    rules[i].rule);
		is_int(tz_footer_parse(text, &f), 0, "rule %s", rules[i].rule);
		is_int(tz_rule_wall(&f.start, rules[i].year), rules[i].wall_s,
		    "%s in %d", rules[i].rule, rules[i].year);
	}
}

/* at[i] ascends and neighbors differ, whatever is appended. */
static void
check_append(void)
{
	struct tz *tz = tz_alloc("Test/Zone");
	struct tz_type types[3] = { { 0, false, "A" }, { 3600, true, "B" },
		{ 7200, false, "C" } };

	if (tz == NULL || (tz->types = malloc(sizeof(types))) == NULL)
		exit(EXIT_FAILURE);
	memcpy(tz->types, types, sizeof(types));
	tz->ntypes = 3;
	is_int(tz_append(tz, 10, 0), 0, "the kind that was before");
	is_int((long long)tz->n, 0, "begins no period");
	is_int(tz_append(tz, 10, 1), 0, "another");
	is_int((long long)tz->n, 1, "does");
	is_int(tz_append(tz, 10, 2), 0, "one at the same instant");
	ok(tz->n == 1 && tz->kind[0] == 2, "replaces it");
	is_int(tz_append(tz, 20, 2), 0, "one that changes nothing");
	is_int((long long)tz->n, 1, "vanishes");
	is_int(tz_append(tz, 20, 1), 0, "the next");
	is_int(tz_append(tz, 20, 2), 0, "taken back at once");
	is_int((long long)tz->n, 1, "vanishes as well");
	for (int i = 0; i < 100; i++)
		(void)tz_append(tz, 100 + i, (uint16_t)(i % 2));
	is_int((long long)tz->n, 101, "there is room for more");
	ok(tz->at[100] == 199 && tz->at[1] == 100, "in order");
	is_str(tz_name(tz), "Test/Zone", "the zone's name is its own");
	tz_free(tz);
	tz_free(NULL);
}

int
main(void)
{
	check_good();
	check_bad();
	check_rules();
	check_append();
	return tap_done();
}
