/*
 * Fuzz target: the text of a date (lib/time/datetime.c); the first byte is the
 * zone it is read in.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/time/civil.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "tests/fuzz/fuzz.h"

/* The text of a date; the first byte is the zone it is read in. */

#define US_PER_S INT64_C(1000000)

/* What rfc3339 and the zone print is the instant they were given. */
static void
check_printed(const struct tz *tz, int64_t us)
{
	struct buf b = BUF_INIT;
	struct tz_period p;
	int64_t again;
	int32_t offset_s;
	int64_t s = us / US_PER_S - (us % US_PER_S < 0);

	datetime_rfc3339(us, &b);
	must(datetime_parse(buf_cstr(&b), tz, &again, &offset_s) == NULL);
	must(again == us && offset_s == 0);
	buf_reset(&b);
	tz_format(tz, us, &b);
	tz_at(tz, s, &p);
	must(p.from_s <= s && s < p.until_s);
	if (p.offset_s % 60 == 0) {
		must(datetime_parse(buf_cstr(&b), tz, &again, &offset_s) ==
		    NULL);
		must(again == us && offset_s == p.offset_s);
	}
	buf_fini(&b);
}

/* Without an offset the instant shows the text's time, or a gap ate it. */
static void
check_wall(const struct tz *tz, int64_t us)
{
	struct tz_period p, before;
	int64_t s = us / US_PER_S - (us % US_PER_S < 0);

	tz_at(tz, s, &p);
	if (tz_instant(tz, s + p.offset_s) == s)
		return;
	/* The second pass of a fold is never an answer. */
	must(p.from_s != INT64_MIN);
	tz_at(tz, p.from_s - 1, &before);
	must(before.offset_s < p.offset_s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tz *tz;
	const char *why;
	int64_t us = 0;
	int32_t offset_s = 0;
	struct err reason;
	char *text;

	if (size < 1)
		return 0;
	tz = tz_get(fuzz_zones(), fuzz_zone_name(data[0]), &reason);
	must(tz != NULL);
	text = fuzz_text(data + 1, size - 1);
	why = datetime_parse(text, tz, &us, &offset_s);
	free(text);
	if (why != NULL) {
		must(*why != '\0');
		return 0;
	}
	/* A year's margin: the zone must not leave the years 1 to 9999. */
	if (us < civil_days(2, 1, 1) * CIVIL_DAY_S * US_PER_S ||
	    us >= civil_days(9999, 1, 1) * CIVIL_DAY_S * US_PER_S)
		return 0;
	check_printed(tz, us);
	if (offset_s == DATETIME_NO_OFFSET)
		check_wall(tz, us);
	return 0;
}
