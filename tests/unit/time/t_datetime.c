/* Instants as text: every form that is taken, and what is refused, with words
 * for people at a command line. */

#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define EXAMPLE ": write it as 2030-12-03T15:00:00+01:00"
#define BEYOND \
	"expected epoch seconds of the years 1 to 9999, such as 1922540400 " \
	"(divide milliseconds by 1000)"

static const struct {
	const char *text;
	const char *want; /* in UTC, or the reason */
	int32_t offset_s;
} rows[] = {
	{ "2009-8-1", "2009-07-31T22:00:00Z", DATETIME_NO_OFFSET },
	{ "2009-8-1 5:16:12", "2009-08-01T03:16:12Z", DATETIME_NO_OFFSET },
	{ "2026-12-03T15:00", "2026-12-03T14:00:00Z", DATETIME_NO_OFFSET },
	{ "2026-12-03 15:00:00.5", "2026-12-03T14:00:00.500000Z",
	    DATETIME_NO_OFFSET },
	{ "2026-12-03 15:00:00.000001Z", "2026-12-03T15:00:00.000001Z", 0 },
	{ "2009-8-1T5:16:12+02:30", "2009-08-01T02:46:12Z", 9000 },
	{ "2009-8-1T5:16-05:30", "2009-08-01T10:46:00Z", -19800 },
	{ "2024-03-31 02:30", "2024-03-31T01:30:00Z", DATETIME_NO_OFFSET },
	{ "2024-10-27 02:30", "2024-10-27T00:30:00Z", DATETIME_NO_OFFSET },
	{ "2024-02-29", "2024-02-28T23:00:00Z", DATETIME_NO_OFFSET },
	{ "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", 0 },
	{ "2026-12-03t15:00:00z", "2026-12-03T15:00:00Z", 0 },
	{ "2026-12-03T15:00:00.123456789Z", "2026-12-03T15:00:00.123456Z", 0 },
	{ "2026-12-03T15:00:00.9999999Z", "2026-12-03T15:00:00.999999Z", 0 },
	{ "2026-12-03 15:00:00,25", "2026-12-03T14:00:00.250000Z",
	    DATETIME_NO_OFFSET },
	{ "2026-12-03T15:00:00+0000", "2026-12-03T15:00:00Z", 0 },
	{ "2026-12-03T15:00:00+00", "2026-12-03T15:00:00Z", 0 },
	{ "2026-12-03T15:00:00.5-0330", "2026-12-03T18:30:00.500000Z", -12600 },
	{ "2026-12-03T15:00+08", "2026-12-03T07:00:00Z", 28800 },
	{ "20261203T150000Z", "2026-12-03T15:00:00Z", 0 },
	{ "20261203t1500z", "2026-12-03T15:00:00Z", 0 },
	{ "20261203T150000", "2026-12-03T14:00:00Z", DATETIME_NO_OFFSET },
	{ "20261203T150000.5-0330", "2026-12-03T18:30:00.500000Z", -12600 },
	{ "20261203T150000+08:00", "2026-12-03T07:00:00Z", 28800 },
	{ "20261303T150000Z", "month must be in 1..12" EXAMPLE, 0 },
	{ "@1796310000", "2026-12-03T15:00:00Z", DATETIME_NO_OFFSET },
	{ "1796310000", "2026-12-03T15:00:00Z", DATETIME_NO_OFFSET },
	{ "1796310000.25", "2026-12-03T15:00:00.250000Z", DATETIME_NO_OFFSET },
	{ "@0", "1970-01-01T00:00:00Z", DATETIME_NO_OFFSET },
	{ "@-1.5", "1969-12-31T23:59:58.500000Z", DATETIME_NO_OFFSET },
	{ "@-0.5", "1969-12-31T23:59:59.500000Z", DATETIME_NO_OFFSET },
	{ "@253402300799", "9999-12-31T23:59:59Z", DATETIME_NO_OFFSET },
	{ "@253402300800", BEYOND, DATETIME_NO_OFFSET },
	{ "-99999999999999", BEYOND, DATETIME_NO_OFFSET },
	{ "-999999999", "1938-04-24T22:13:21Z", DATETIME_NO_OFFSET },
	{ "1796310000000", BEYOND, DATETIME_NO_OFFSET },
	{ "@99999999999999999999999999", BEYOND, DATETIME_NO_OFFSET },
	{ "0000-01-01", "year 0 is out of range" EXAMPLE, 0 },
	{ "2021-13-01", "month must be in 1..12" EXAMPLE, 0 },
	{ "2021-00-10", "month must be in 1..12" EXAMPLE, 0 },
	{ "2021-02-29", "day is out of range for month" EXAMPLE, 0 },
	{ "2021-01-00", "day is out of range for month" EXAMPLE, 0 },
	{ "2021-01-01T24:00:00", "hour must be in 0..23" EXAMPLE, 0 },
	{ "2021-01-01 10:60:00", "minute must be in 0..59" EXAMPLE, 0 },
	{ "2021-01-01 10:00:60", "second must be in 0..59" EXAMPLE, 0 },
	{ "2021-01-01 10:00:00+24:00",
	    "the offset must be less than 24 hours" EXAMPLE, 0 },
};

static const char *const invalid[] = { "", "tomorrow", " 2021-01-01",
	"2021-01-01 ", "2021-01-01\n", "21-01-01", "19700-12-1", "2021/01/01",
	"20210101", "2021-01-01Z", "2021-01-01  10:00:00", "2021-01-01 10",
	"2021-01-01 10:00:00 +02:00", "2021-01-01 10:00:00+2:00",
	"2021-01-01 10:00:00+02:0", "2021-01-01 10:00:00+02000",
	"2021-01-01 10:00:00.", "2021-01-01 10:00:00.1234567890", "@", "@1.",
	"@x", "1796310000x", "now", "+30m", "12345678", "2021-01-01 -1:00:00",
	"2021-01-01 10:00:00Zx", "2021-1-1-1" };

/* The clock stands at 2026-11-30 12:34:56.5 in Berlin. */
static const struct {
	const char *text;
	const char *want; /* in UTC, or how the reason begins */
} spoken[] = {
	{ "now", "2026-11-30T11:34:56.500000Z" },
	{ "NOW", "2026-11-30T11:34:56.500000Z" },
	{ "today", "2026-11-29T23:00:00Z" },
	{ "today 18:30", "2026-11-30T17:30:00Z" },
	{ "tomorrow", "2026-11-30T23:00:00Z" },
	{ "tomorrow 09:00", "2026-12-01T08:00:00Z" },
	{ "Tomorrow 9:00:01.5", "2026-12-01T08:00:01.500000Z" },
	{ "yesterday 23:59:59", "2026-11-29T22:59:59Z" },
	{ "+30m", "2026-11-30T12:04:56.500000Z" },
	{ "+1h30m", "2026-11-30T13:04:56.500000Z" },
	{ "-1d1h30m", "2026-11-29T10:04:56.500000Z" },
	{ "-2h", "2026-11-30T09:34:56.500000Z" },
	{ "+90", "2026-11-30T11:36:26.500000Z" },
	{ "-1w", "2026-11-23T11:34:56.500000Z" },
	{ "2026-12-03T15:00:00Z", "2026-12-03T15:00:00Z" },
	{ "2026-12-03", "2026-12-02T23:00:00Z" },
	{ "@0", "1970-01-01T00:00:00Z" },
	{ "tomorrow 9", "expected a time of day such as 09:00" },
	{ "tomorrow ", "expected a time of day such as 09:00" },
	{ "tomorrow 25:00", "hour must be in 0..23" },
	{ "+", "expected an offset from now such as +30m, -2h" },
	{ "+3x", "expected an offset from now such as +30m, -2h" },
	{ "+1h30", "expected an offset from now" },
	{ "+1hm", "expected an offset from now" },
	{ "+1h 30m", "expected an offset from now" },
	{ "+90000d90000d90000d90000d90000d", "expected an offset" },
	{ "noon",
	    "Invalid date string: write it as 2030-12-03 15:00:00, as "
	    "2030-12-03T15:00:00Z, or as now, today, tomorrow 09:00" },
	{ "", "Invalid date string" },
};

static void
check_spoken(const struct tz *tz)
{
	const struct datetime_relative w = { tz, INT64_C(1796038496500000) };
	struct buf b = BUF_INIT;
	const char *wrong;
	int64_t us;

	for (size_t i = 0; i < sizeof(spoken) / sizeof(spoken[0]); i++) {
		wrong = datetime_parse_relative(spoken[i].text, &w, &us, NULL);
		buf_reset(&b);
		if (wrong == NULL)
			datetime_rfc3339(us, &b);
		else
			buf_add(&b, wrong,
			    strnlen(wrong, strlen(spoken[i].want)));
		is_str(buf_cstr(&b), spoken[i].want, "\"%s\"", spoken[i].text);
	}
	buf_fini(&b);
}

int
main(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct buf b = BUF_INIT;
	const struct tz *tz = tz_get(tc, "Europe/Berlin", NULL);
	const char *wrong;
	int32_t offset_s;
	int64_t us;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&b);
		offset_s = 0;
		wrong = datetime_parse(rows[i].text, tz, &us, &offset_s);
		if (wrong == NULL)
			datetime_rfc3339(us, &b);
		else
			buf_str(&b, wrong);
		is_str(buf_cstr(&b), rows[i].want, "%s", rows[i].text);
		is_int(offset_s, rows[i].offset_s, "its offset");
	}
	for (i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		wrong = datetime_parse(invalid[i], tz, &us, NULL);
		ok(wrong != NULL &&
			strncmp(wrong, "Invalid date string: write it as 2030",
			    37) == 0,
		    "refused with an example: \"%s\"", invalid[i]);
	}
	check_spoken(tz);
	ok(datetime_is_date("2026-12-03") && !datetime_is_date("@1796310000") &&
		!datetime_is_date("2026-12-03 00:00"),
	    "a date alone is known");
	buf_fini(&b);
	tz_cache_free(tc);
	return tap_done();
}
