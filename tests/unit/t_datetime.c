#include "lib/buf.h"
#include "lib/datetime.h"
#include "lib/tz.h"
#include "tests/unit/tap.h"

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
	{ "0000-01-01", "year 0 is out of range", 0 },
	{ "2021-13-01", "month must be in 1..12", 0 },
	{ "2021-00-10", "month must be in 1..12", 0 },
	{ "2021-02-29", "day is out of range for month", 0 },
	{ "2021-01-00", "day is out of range for month", 0 },
	{ "2021-01-01T24:00:00", "hour must be in 0..23", 0 },
	{ "2021-01-01 10:60:00", "minute must be in 0..59", 0 },
	{ "2021-01-01 10:00:60", "second must be in 0..59", 0 },
	{ "2021-01-01 10:00:00+24:00", "the offset must be less than 24 hours",
	    0 },
};

static const char *const invalid[] = { "", "tomorrow", " 2021-01-01",
	"2021-01-01 ", "2021-01-01\n", "21-01-01", "19700-12-1", "2021/01/01",
	"20210101", "2021-01-01Z", "2021-01-01  10:00:00", "2021-01-01 10",
	"2021-01-01 10:00:00 +02:00", "2021-01-01 10:00:00+0200",
	"2021-01-01 10:00:00+2:00", "2021-01-01 10:00:00z",
	"2021-01-01 10:00:00.", "2021-01-01 10:00:00.1234567",
	"2021-01-01 -1:00:00", "2021-01-01 10:00:00Zx", "2021-1-1-1" };

int
main(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct buf b = BUF_INIT;
	char why[128];
	const struct tz *tz = tz_get(tc, "Europe/Berlin", why, sizeof(why));
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
		is_str(wrong == NULL ? "" : wrong, "Invalid date string",
		    "row %d", (int)i);
	}
	buf_fini(&b);
	tz_cache_free(tc);
	return tap_done();
}
