/*
 * The schedules of cron, Celery and AWS, computed day by day from sets of
 * values: independent of lib/trigger/, so that an import can show both.  Tested
 * in tests/ctl/import.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/jobs/foreign.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/time/civil.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define STEP_MAX 9999		    /* above every value of a field */
#define DAYS_MAX (40 * 366)	    /* days looked at */
#define DAY_FIRES_MAX (2 * 24 * 60) /* of one day, with a repeated hour */

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may",
	"jun", "jul", "aug", "sep", "oct", "nov", "dec" };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat" };

static const struct {
	const char *name;
	int lo, hi;
	const char *const *names; /* of lo and the following; NULL: none */
	int nnames;
} fields[FOREIGN__MAX] = {
	[FOREIGN_MINUTE] = { "minute", 0, 59, NULL, 0 },
	[FOREIGN_HOUR] = { "hour", 0, 23, NULL, 0 },
	[FOREIGN_DAY] = { "day of month", 1, 31, NULL, 0 },
	[FOREIGN_MONTH] = { "month", 1, 12, month_names, 12 },
	[FOREIGN_WEEKDAY] = { "day of week", 0, 6, weekday_names, 7 },
};

/* A number or name at *at; -1: neither. */
static int
read_value(enum foreign_field i, const char **at)
{
	char *end;
	long v;

	for (int k = 0; k < fields[i].nnames; k++)
		if (strncasecmp(*at, fields[i].names[k], 3) == 0) {
			*at += 3;
			return fields[i].lo + k;
		}
	if (**at < '0' || **at > '9')
		return -1;
	v = strtol(*at, &end, 10);
	*at = end;
	if (i == FOREIGN_WEEKDAY && v == 7)
		return 7;
	return v < fields[i].lo || v > fields[i].hi ? -1 : (int)v;
}

/* Set lo to hi by step, around the end if hi is below. */
static void
set_range(struct foreign *f, enum foreign_field i, const int range[2], int step)
{
	const int n = fields[i].hi - fields[i].lo + 1;
	int last = range[1] < range[0] ? range[1] + n : range[1];

	for (int v = range[0]; v <= last; v += step)
		f->set[i] |= UINT64_C(1)
		    << (fields[i].lo + (v - fields[i].lo) % n);
}

/* One item of a list. */
static int
read_item(struct foreign *f, enum foreign_field i, const char *at)
{
	int range[2] = { fields[i].lo, fields[i].hi };
	long step = 1;
	bool is_one = false;

	if (*at == '*' || *at == '?')
		at++;
	else {
		range[0] = range[1] = read_value(i, &at);
		is_one = *at != '-';
		if (!is_one) {
			at++;
			range[1] = read_value(i, &at);
		}
	}
	if (range[0] < 0 || range[1] < 0)
		return -1;
	if (*at == '/') {
		step = strtol(at + 1, NULL, 10);
		at += 1 + strspn(at + 1, "0123456789");
		if (is_one)
			range[1] = fields[i].hi;
	}
	if (*at != '\0' || step < 1)
		return -1;
	set_range(f, i, range, step > STEP_MAX ? STEP_MAX : (int)step);
	return 0;
}

int
foreign_field_read(struct foreign *f, enum foreign_field i, const char *text,
    struct err *why)
{
	char item[64];
	const char *at = text;
	size_t n;

	f->is_star[i] = *text == '*';
	do {
		n = strcspn(at, ",");
		(void)snprintf(item, sizeof(item), "%.*s", (int)n, at);
		if (n == 0 || n >= sizeof(item) || read_item(f, i, item) != 0) {
			err_set(why, "%s: \"%s\" is not known", fields[i].name,
			    text);
			return -1;
		}
		at += n;
	} while (*at++ == ',');
	return 0;
}

void
foreign_field_print(const struct foreign *f, enum foreign_field i,
    struct buf *out)
{
	const int n = fields[i].hi - fields[i].lo + 1;
	const uint64_t all = ((UINT64_C(1) << n) - 1) << fields[i].lo;
	const char *comma = "";

	if (f->set[i] == all) {
		buf_char(out, '*');
		return;
	}
	for (int v = fields[i].lo; v <= fields[i].hi; v++) {
		if ((f->set[i] >> v & 1) == 0)
			continue;
		buf_str(out, comma);
		comma = ",";
		if (i == FOREIGN_WEEKDAY)
			buf_str(out, weekday_names[v]);
		else
			buf_printf(out, "%d", v);
	}
}

/* Split text at blanks into the n words of v; their number, n + 1: more. */
static int
split(char *text, char **v, int n)
{
	int count = 0;
	char *save = NULL;

	for (char *w = strtok_r(text, " \t", &save); w != NULL;
	     w = strtok_r(NULL, " \t", &save)) {
		if (count < n)
			v[count] = w;
		count++;
	}
	return count > n ? n + 1 : count;
}

static const struct {
	const char *name, *fields;
} nicknames[] = { { "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" },
	{ "@monthly", "0 0 1 * *" }, { "@weekly", "0 0 * * 0" },
	{ "@daily", "0 0 * * *" }, { "@midnight", "0 0 * * *" },
	{ "@hourly", "0 * * * *" } };

int
foreign_crontab_read(struct foreign *f, const char *text, struct err *why)
{
	char room[256], *v[FOREIGN__MAX];

	for (size_t i = 0; i < sizeof(nicknames) / sizeof(nicknames[0]); i++)
		if (strcasecmp(text, nicknames[i].name) == 0)
			text = nicknames[i].fields;
	(void)snprintf(room, sizeof(room), "%s", text);
	if (split(room, v, FOREIGN__MAX) != FOREIGN__MAX) {
		err_set(why, "it has not five fields");
		return -1;
	}
	for (int i = 0; i < FOREIGN__MAX; i++)
		if (foreign_field_read(f, (enum foreign_field)i, v[i], why) !=
		    0)
			return -1;
	/* crontab(5): if both are restricted, either is enough. */
	f->is_either = !f->is_star[FOREIGN_DAY] && !f->is_star[FOREIGN_WEEKDAY];
	return 0;
}

int
foreign_aws_read(struct foreign *f, char *text, struct err *why)
{
	char *v[6];

	if (split(text, v, 6) != 6) {
		err_set(why, "AWS' cron() has six fields");
		return -1;
	}
	if (strcmp(v[2], "?") != 0 && strcmp(v[4], "?") != 0) {
		err_set(why, "one of day and weekday must be ?");
		return -1;
	}
	f->aws_day = v[2];
	f->aws_weekday = v[4];
	f->aws_year = v[5];
	if (foreign_field_read(f, FOREIGN_MINUTE, v[0], why) != 0 ||
	    foreign_field_read(f, FOREIGN_HOUR, v[1], why) != 0)
		return -1;
	return foreign_field_read(f, FOREIGN_MONTH, v[3], why);
}

/*
 * A number at *at, or the name of a day, 1 for the first; *at moves behind it.
 * -1: neither.
 */
static long
number_at(const char **at, const char *const *names)
{
	char *end;
	long v;

	for (int d = 0; names != NULL && d < 7; d++)
		if (strncasecmp(*at, names[d], 3) == 0) {
			*at += 3;
			return d + 1;
		}
	if (**at < '0' || **at > '9')
		return -1;
	v = strtol(*at, &end, 10);
	*at = end;
	return v > STEP_MAX ? -1 : v;
}

/*
 * Does v lie in an item "7", "1-5", "1-31/2", "1/7", "*", of a field that
 * begins with first?  A range of days of the week may go over its end.
 */
static bool
is_in(const char *item, int v, int first, const char *const *names)
{
	long lo = first, hi = STEP_MAX, step = 1;
	bool is_around;

	if (*item == '*' || *item == '?')
		item++;
	else {
		lo = number_at(&item, names);
		if (*item == '-') {
			item++;
			hi = number_at(&item, names);
		} else if (*item != '/')
			hi = lo;
	}
	if (*item == '/') {
		item++;
		step = number_at(&item, NULL);
	}
	if (lo < 0 || hi < 0 || step < 1)
		return false;
	is_around = names != NULL && hi < lo;
	if (is_around && v < lo)
		return v <= hi && (v + 7 - lo) % step == 0;
	return v >= lo && (is_around || v <= hi) && (v - lo) % step == 0;
}

/* The weekday of AWS: 1 is Sunday. */
static int
aws_weekday(const struct civil *c)
{
	return (civil_weekday(civil_days(c->year, c->month, c->day)) + 1) % 7 +
	    1;
}

/* The working day nearest to day n of the month. */
static int
nearest_workday(const struct civil *c, int n)
{
	const int last = civil_month_days(c->year, c->month);
	struct civil at = *c;
	int w;

	at.day = n > last ? last : n;
	w = aws_weekday(&at);
	if (w == 7)
		return at.day == 1 ? 3 : at.day - 1;
	if (w == 1)
		return at.day == last ? at.day - 2 : at.day + 1;
	return at.day;
}

static bool
is_aws_day(const char *item, const struct civil *c)
{
	const int last = civil_month_days(c->year, c->month);
	const size_t n = strlen(item);

	if (strcasecmp(item, "L") == 0)
		return c->day == last;
	if (strcasecmp(item, "LW") == 0)
		return c->day == nearest_workday(c, last);
	if (n > 1 && (item[n - 1] == 'W' || item[n - 1] == 'w'))
		return c->day ==
		    nearest_workday(c, (int)strtol(item, NULL, 10));
	return is_in(item, c->day, 1, NULL);
}

static bool
is_aws_weekday(const char *item, const struct civil *c)
{
	const char *mark = strchr(item, '#');
	const size_t n = strlen(item);
	char name[16];

	if (mark != NULL) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)(mark - item),
		    item);
		return is_in(name, aws_weekday(c), 1, weekday_names) &&
		    (c->day + 6) / 7 == (int)strtol(mark + 1, NULL, 10);
	}
	if (strcasecmp(item, "L") == 0)
		return aws_weekday(c) == 7;
	if (n > 1 && (item[n - 1] == 'L' || item[n - 1] == 'l')) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)n - 1, item);
		return is_in(name, aws_weekday(c), 1, weekday_names) &&
		    c->day + 7 > civil_month_days(c->year, c->month);
	}
	return is_in(item, aws_weekday(c), 1, weekday_names);
}

static bool
is_aws_year(const char *item, const struct civil *c)
{
	return is_in(item, c->year, 1970, NULL);
}

/* Does one item of a list match the day? */
static bool
any_item(const char *list, const struct civil *c,
    bool (*is_match)(const char *item, const struct civil *c))
{
	char item[64];
	size_t n;

	for (;; list += n + 1) {
		n = strcspn(list, ",");
		(void)snprintf(item, sizeof(item), "%.*s", (int)n, list);
		if (is_match(item, c))
			return true;
		if (list[n] == '\0')
			return false;
	}
}

/* Does it fire on the day? */
static bool
is_day(const struct foreign *f, const struct civil *c)
{
	bool is_dom, is_dow;

	if ((f->set[FOREIGN_MONTH] >> c->month & 1) == 0)
		return false;
	if (f->aws_day != NULL)
		return any_item(f->aws_year, c, is_aws_year) &&
		    any_item(f->aws_day, c, is_aws_day) &&
		    any_item(f->aws_weekday, c, is_aws_weekday);
	is_dom = f->set[FOREIGN_DAY] >> c->day & 1;
	is_dow = f->set[FOREIGN_WEEKDAY] >> (aws_weekday(c) - 1) & 1;
	return f->is_either ? is_dom || is_dow : is_dom && is_dow;
}

/* Add the instants of a wall second to v; their number. */
static int
add_instants(const struct foreign *f, const struct tz *tz, int64_t wall_s,
    int64_t *v)
{
	const bool is_fixed =
	    !f->is_star[FOREIGN_MINUTE] && !f->is_star[FOREIGN_HOUR];
	int64_t t = tz_instant(tz, wall_s), again;
	struct tz_period p, next;

	tz_at(tz, t, &p);
	v[0] = t;
	if (t + p.offset_s != wall_s) { /* skipped by a change of clocks */
		v[0] = p.from_s;
		return is_fixed ? 1 : 0;
	}
	if (is_fixed || p.until_s == INT64_MAX)
		return 1;
	tz_at(tz, p.until_s, &next);
	again = wall_s - next.offset_s;
	if (again < p.until_s || again >= next.until_s)
		return 1;
	v[1] = again;
	return 2;
}

static int
compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Fires as they are found. */
struct finding {
	const struct tz *tz;
	int64_t after_s;
	int64_t *v;
	int n, max;
};

/* Add the fires of a day. */
static void
day_fires(const struct foreign *f, int64_t day, struct finding *out)
{
	int64_t v[DAY_FIRES_MAX + 2];
	int n = 0;

	for (int m = 0; m < 24 * 60 && n < DAY_FIRES_MAX; m++)
		if ((f->set[FOREIGN_HOUR] >> (m / 60) & 1) != 0 &&
		    (f->set[FOREIGN_MINUTE] >> (m % 60) & 1) != 0)
			n += add_instants(f, out->tz,
			    day * INT64_C(86400) + m * INT64_C(60), &v[n]);
	qsort(v, (size_t)n, sizeof(v[0]), compare);
	for (int i = 0; i < n && out->n < out->max; i++)
		if (v[i] > out->after_s && (i == 0 || v[i] != v[i - 1]))
			out->v[out->n++] = v[i] * CLOCK_US_PER_S;
}

int
foreign_fires(const struct foreign *f, const struct tz *tz, int64_t now_us,
    int64_t *fires, int max)
{
	const int64_t now_s = now_us / CLOCK_US_PER_S;
	struct finding out = { tz, now_s, fires, 0, max };
	struct tz_period p;
	struct civil c;
	int64_t day;

	tz_at(tz, now_s, &p);
	day = (now_s + p.offset_s) / 86400;
	for (int i = 0; i < DAYS_MAX && out.n < max; i++, day++) {
		civil_from_days(day, &c);
		if (is_day(f, &c))
			day_fires(f, day, &out);
	}
	return out.n;
}
