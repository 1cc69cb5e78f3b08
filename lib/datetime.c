#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/civil.h"
#include "lib/datetime.h"
#include "lib/tz.h"

#include "lib/ban.h"

#define US_PER_S INT64_C(1000000)

struct parsed {
	struct civil c;
	int us;
	int32_t offset_s;
};

/* min to max digits at *sp into *out; *sp moves behind them. */
static bool
take_digits(const char **sp, int min, int max, int *out)
{
	const char *s = *sp;
	int n, v = 0;

	for (n = 0; n < max && s[n] >= '0' && s[n] <= '9'; n++)
		v = v * 10 + (s[n] - '0');
	if (n < min)
		return false;
	*sp = s + n;
	*out = v;
	return true;
}

static bool
take_char(const char **sp, char c)
{
	if (**sp != c)
		return false;
	(*sp)++;
	return true;
}

/* H:M[:S[.ffffff]]; a fraction is decimal: .5 is half a second. */
static bool
take_time(const char **sp, struct parsed *out)
{
	const char *from;
	int digits;

	if (!take_digits(sp, 1, 2, &out->c.hour) || !take_char(sp, ':') ||
	    !take_digits(sp, 1, 2, &out->c.minute))
		return false;
	if (!take_char(sp, ':'))
		return true;
	if (!take_digits(sp, 1, 2, &out->c.second))
		return false;
	if (!take_char(sp, '.'))
		return true;
	from = *sp;
	if (!take_digits(sp, 1, 6, &out->us))
		return false;
	for (digits = (int)(*sp - from); digits < 6; digits++)
		out->us *= 10;
	return true;
}

/* Z or +HH:MM or -HH:MM or nothing; hours and minutes as two digits. */
static bool
take_offset(const char **sp, struct parsed *out)
{
	int hours, minutes, sign;

	out->offset_s = DATETIME_NO_OFFSET;
	if (**sp == '\0')
		return true;
	if (take_char(sp, 'Z')) {
		out->offset_s = 0;
		return true;
	}
	sign = **sp == '-' ? -1 : 1;
	if (!take_char(sp, '+') && !take_char(sp, '-'))
		return false;
	if (!take_digits(sp, 2, 2, &hours) || !take_char(sp, ':') ||
	    !take_digits(sp, 2, 2, &minutes))
		return false;
	out->offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
take_all(const char *s, struct parsed *out)
{
	memset(out, 0, sizeof(*out));
	out->offset_s = DATETIME_NO_OFFSET;
	if (!take_digits(&s, 4, 4, &out->c.year) || !take_char(&s, '-') ||
	    !take_digits(&s, 1, 2, &out->c.month) || !take_char(&s, '-') ||
	    !take_digits(&s, 1, 2, &out->c.day))
		return false;
	if (*s == '\0')
		return true;
	if (!take_char(&s, ' ') && !take_char(&s, 'T'))
		return false;
	return take_time(&s, out) && take_offset(&s, out) && *s == '\0';
}

/* The checks of Python's datetime, in its order and words. */
static const char *
range_error(const struct parsed *p)
{
	const struct civil *c = &p->c;

	if (c->year < CIVIL_YEAR_MIN)
		return "year 0 is out of range";
	if (c->month < 1 || c->month > 12)
		return "month must be in 1..12";
	if (c->day < 1 || c->day > civil_month_days(c->year, c->month))
		return "day is out of range for month";
	if (c->hour > 23)
		return "hour must be in 0..23";
	if (c->minute > 59)
		return "minute must be in 0..59";
	if (c->second > 59)
		return "second must be in 0..59";
	if (p->offset_s != DATETIME_NO_OFFSET &&
	    (p->offset_s <= -CIVIL_DAY_S || p->offset_s >= CIVIL_DAY_S))
		return "the offset must be less than 24 hours";
	return NULL;
}

const char *
datetime_parse(const char *text, const struct tz *tz, int64_t *out_us,
    int32_t *offset_s)
{
	struct parsed p;
	const char *error;
	int64_t wall_s, t_s;

	error = take_all(text, &p) ? range_error(&p) : "Invalid date string";
	if (error != NULL)
		return error;
	wall_s = civil_to_wall(&p.c);
	if (p.offset_s != DATETIME_NO_OFFSET)
		t_s = wall_s - p.offset_s;
	else
		t_s = tz_instant(tz, wall_s);
	*out_us = t_s * US_PER_S + p.us;
	if (offset_s != NULL)
		*offset_s = p.offset_s;
	return NULL;
}

void
datetime_rfc3339(int64_t t_us, struct buf *out)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
	int us = (int)(t_us - t_s * US_PER_S);
	struct civil c;

	civil_from_wall(t_s, &c);
	buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
	if (us != 0)
		buf_printf(out, ".%06d", us);
	buf_char(out, 'Z');
}

void
datetime_rfc3339_s(int64_t t_us, struct buf *out)
{
	datetime_rfc3339(t_us - t_us % US_PER_S -
		(t_us % US_PER_S < 0) * US_PER_S,
	    out);
}
