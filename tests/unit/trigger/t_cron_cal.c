/* The search for the next civil time (lib/trigger/cron_cal.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/trigger/cron_cal.h"
#include "lib/trigger/cron_field.h"
#include "lib/base/fault.h"
#include "tests/unit/cron_cal.h"
#include "tests/unit/tap.h"

/* The search for the next civil time (lib/trigger/cron_cal.h). */

/* A settled expression of "field=value;…". */
static bool
read_cron(const char *fields, struct cron *c)
{
	static const char *const names[CRON__MAX] = { "year", "month", "day",
		"week", "day_of_week", "hour", "minute", "second" };
	struct buf norm = BUF_INIT;
	struct faults fs = { .n = 0 };
	char text[256], *p = text, *value, *end;

	memset(c, 0, sizeof(*c));
	for (int f = CRON_MONTH; f <= CRON_DOW; f++)
		cron_fill(c, (enum cron_field)f);
	for (int f = CRON_HOUR; f < CRON__MAX; f++)
		c->bits[f] = 1;
	(void)snprintf(text, sizeof(text), "%s", fields);
	while (*p != '\0' && fs.n == 0) {
		end = p + strcspn(p, ";");
		if (*end != '\0')
			*end++ = '\0';
		value = strchr(p, '=');
		*value++ = '\0';
		for (int f = 0; f < CRON__MAX; f++) {
			if (strcmp(names[f], p) != 0)
				continue;
			c->bits[f] = 0;
			(void)cron_field_parse((enum cron_field)f, value, c,
			    &norm, &fs);
		}
		p = end;
	}
	buf_fini(&norm);
	cron_settle(c);
	return fs.n == 0;
}

static int64_t
wall(const char *text)
{
	struct civil c;

	if (sscanf(text, "%d-%d-%d %d:%d:%d", &c.year, &c.month, &c.day,
		&c.hour, &c.minute, &c.second) != 6)
		return CRON_NEVER;
	return civil_to_wall(&c);
}

static void
check_rows(bool is_pruned)
{
	struct cron c;
	int64_t got;

	for (size_t i = 0; i < sizeof(cron_cal_rows) / sizeof(cron_cal_rows[0]);
	     i++) {
		ok(read_cron(cron_cal_rows[i].fields, &c), "'%s' is read",
		    cron_cal_rows[i].fields);
		if (is_pruned)
			cron_prune(&c);
		got = cron_wall_next(&c, wall(cron_cal_rows[i].from));
		is_int(got, wall(cron_cal_rows[i].want), "%s from %s%s",
		    cron_cal_rows[i].fields, cron_cal_rows[i].from,
		    is_pruned ? ", years pruned" : "");
		/* What is found is found again from itself, not behind it. */
		ok(got == CRON_NEVER || cron_wall_next(&c, got) == got,
		    "it is at, not only after, where the search begins");
		cron_fini(&c);
	}
}

/*
 * Years of a kind have the same days: leap day, weekday of 1 January, and the
 * ISO week that 1 January belongs to.  There are 21 kinds.
 */
static void
check_kinds(void)
{
	struct {
		int len, weekday, week, last_week;
	} of[CRON_YEAR_KINDS], y;
	bool is_seen[CRON_YEAR_KINDS] = { false };
	int bad = 0, kinds = 0, k;
	int64_t first;

	for (int year = CRON_YEAR_MIN; year <= CRON_YEAR_MAX; year++) {
		first = civil_days(year, 1, 1);
		memset(&y, 0, sizeof(y));
		y.len = (int)(civil_days(year + 1, 1, 1) - first);
		y.weekday = civil_weekday(first);
		y.week = civil_iso_week(first);
		y.last_week = civil_iso_week(first + y.len - 1);
		k = cron_year_kind(year);
		if (k < 0 || k >= CRON_YEAR_KINDS) {
			bad++;
			continue;
		}
		kinds += !is_seen[k];
		if (is_seen[k])
			bad += memcmp(&of[k], &y, sizeof(y)) != 0;
		of[k] = y;
		is_seen[k] = true;
	}
	is_int(bad, 0, "years of a kind are alike, 1970 to 9999");
	is_int(kinds, CRON_YEAR_KINDS, "there are as many kinds as are said");
}

/* Kinds without a matching day are known; the caller may know more. */
static void
check_barren(void)
{
	const int64_t from = wall("2026-01-01 00:00:00");
	int64_t got;
	struct cron c;

	(void)read_cron("day=1", &c);
	is_int(c.barren, 0, "the 1st is in every year");
	cron_fini(&c);
	(void)read_cron("month=2;day=30", &c);
	is_int(c.barren, CRON_ALL_KINDS, "30 February is in none");
	cron_fini(&c);
	(void)read_cron("month=2;day=29", &c);
	for (int year = 2001, bad = 0; year <= 2040; year++) {
		bad += ((c.barren >> cron_year_kind(year) & 1) == 0) !=
		    (year % 4 == 0);
		if (year == 2040)
			is_int(bad, 0, "29 February is in leap years alone");
	}
	c.late_year = 2030;
	c.barren_late = CRON_ALL_KINDS;
	got = cron_wall_next(&c, from);
	is_int(got, wall("2028-02-29 00:00:00"), "before the late years");
	ok(cron_wall_next(&c, got + 1) == CRON_NEVER,
	    "in the late years what the caller said counts");
	cron_fini(&c);
}

/* Pruning takes years out that are not worth a look, and no others. */
static void
check_prune(void)
{
	struct cron c;
	int n = 0;

	(void)read_cron("year=2020-2030;month=2;day=29", &c);
	cron_prune(&c);
	for (int i = 0; i < CRON_YEAR_WORDS; i++)
		n += __builtin_popcountll(c.years[i]);
	is_int(n, 3, "2020, 2024 and 2028 are left");
	is_int(cron_wall_next(&c, 0), wall("2020-02-29 00:00:00"), "the first");
	cron_fini(&c);
	ok(c.years == NULL, "freed");
	cron_fini(&c);
	(void)read_cron("month=2;day=30", &c);
	cron_prune(&c);
	ok(c.years == NULL, "without a set of years there is none to prune");
}

/* crontab's rule: day or weekday, else both. */
static void
check_day_or_dow(void)
{
	struct cron c;

	(void)read_cron("day=13;day_of_week=4", &c);
	is_int(cron_wall_next(&c, wall("2026-01-01 00:00:00")),
	    wall("2026-02-13 00:00:00"), "a Friday that is the 13th");
	c.is_day_or_dow = true;
	cron_settle(&c);
	is_int(cron_wall_next(&c, wall("2026-01-01 00:00:00")),
	    wall("2026-01-02 00:00:00"), "a Friday");
	is_int(cron_wall_next(&c, wall("2026-01-10 00:00:00")),
	    wall("2026-01-13 00:00:00"), "or the 13th");
	cron_fini(&c);
}

/* Years begin with 1970, and no wall second is too early to search from. */
static void
check_ends(void)
{
	struct cron c;

	(void)read_cron("", &c);
	is_int(cron_wall_next(&c, INT64_MIN), 0, "the first midnight of 1970");
	is_int(cron_wall_next(&c, -1), 0, "from the second before it");
	is_int(cron_wall_next(&c, 0), 0, "from itself");
	is_int(cron_wall_next(&c, 1), 86400, "a second later: the next one");
	is_int(cron_wall_next(&c, wall("9999-12-31 00:00:00")),
	    wall("9999-12-31 00:00:00"), "the last midnight");
	ok(cron_wall_next(&c, wall("9999-12-31 00:00:01")) == CRON_NEVER,
	    "none after it");
	cron_fini(&c);
}

int
main(void)
{
	check_rows(false);
	check_rows(true);
	check_kinds();
	check_barren();
	check_prune();
	check_day_or_dow();
	check_ends();
	return tap_done();
}
