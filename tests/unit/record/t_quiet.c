/* Quiet hours: texts, and when they end, also where the clock changes. */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/record/quiet.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* clang-format off */
static const struct {
	const char *text;
	int64_t from_s, until_s; /* -1: refused */
} texts[] = {
	{ "", 0, 0 },
	{ "22:00-07:00", 79200, 25200 },
	{ "00:00-23:59", 0, 86340 },
	{ "12:30-00:00", 45000, 0 },
	{ "07:00-07:00", -1, -1 },
	{ "24:00-07:00", -1, -1 },
	{ "22:60-07:00", -1, -1 },
	{ "22-7", -1, -1 },
	{ "22:00-07:00 ", -1, -1 },
	{ "22:00 07:00", -1, -1 },
	{ "2:000-07:00", -1, -1 },
	{ "-1:00-07:00", -1, -1 },
};

/* Instants of Berlin; in 2026 its clock changes on 29 March and 25 October. */
static const struct {
	const char *hours, *now, *end; /* "": not quiet */
} cases[] = {
	{ "22:00-07:00", "2026-01-10T21:59:59+01:00", "" },
	{ "22:00-07:00", "2026-01-10T22:00:00+01:00", "2026-01-11 07:00:00+01:00" },
	{ "22:00-07:00", "2026-01-11T06:59:59+01:00", "2026-01-11 07:00:00+01:00" },
	{ "22:00-07:00", "2026-01-11T07:00:00+01:00", "" },
	{ "12:00-13:30", "2026-01-11T12:30:00+01:00", "2026-01-11 13:30:00+01:00" },
	{ "12:00-13:30", "2026-01-11T13:30:00+01:00", "" },
	{ "00:00-06:00", "2026-01-11T00:00:00+01:00", "2026-01-11 06:00:00+01:00" },
	{ "18:00-00:00", "2026-01-11T23:59:59+01:00", "2026-01-12 00:00:00+01:00" },
	{ "18:00-00:00", "2026-01-11T00:00:00+01:00", "" },
	/* The night has 8 hours, or 10. */
	{ "22:00-07:00", "2026-03-28T23:00:00+01:00", "2026-03-29 07:00:00+02:00" },
	{ "22:00-07:00", "2026-10-24T23:00:00+02:00", "2026-10-25 07:00:00+01:00" },
	/* An end that does not exist, and one that is there twice. */
	{ "22:00-02:30", "2026-03-29T01:00:00+01:00", "2026-03-29 03:30:00+02:00" },
	{ "22:00-02:30", "2026-10-25T01:00:00+02:00", "2026-10-25 02:30:00+02:00" },
	{ "22:00-02:30", "2026-10-25T02:10:00+01:00", "" },
};
/* clang-format on */

static void
test_cases(const struct tz *tz)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf end = BUF_INIT;
		int64_t now_us = 0, end_us;
		struct quiet q;

		ok(quiet_parse(cases[i].hours, &q) == 0 &&
			datetime_parse(cases[i].now, tz, &now_us, NULL) == NULL,
		    "%s at %s", cases[i].hours, cases[i].now);
		if ((end_us = quiet_end_us(&q, tz, now_us)) != 0)
			tz_format(tz, end_us, &end);
		is_str(buf_cstr(&end), cases[i].end, "it ends then");
		buf_fini(&end);
	}
}

int
main(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	const struct tz *tz = tz_get(tc, "Europe/Berlin", NULL);
	struct quiet q;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int rc = quiet_parse(texts[i].text, &q);

		is_int(rc, texts[i].from_s < 0 ? -1 : 0, "\"%s\"",
		    texts[i].text);
		if (rc == 0)
			ok(q.from_s == texts[i].from_s &&
				q.until_s == texts[i].until_s,
			    "its hours");
	}
	ok(tz != NULL, "the zone");
	test_cases(tz);
	tz_cache_free(tc);
	return tap_done();
}
