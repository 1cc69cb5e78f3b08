/*
 * Instants as text: the forms machines write, and for people at a command line
 * also words and offsets from now.  Zones are tz.c's.
 */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/time/datetime.h"
#include "lib/base/num.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define US_PER_S INT64_C(1000000)

#define DECIMALS_MAX 9 /* digits accepted after the seconds */
#define US_DECIMALS 6  /* digits kept: microseconds */

/* Epoch seconds of the years 1 to 9999. */
#define EPOCH_MIN_S INT64_C(-62135596800)
#define EPOCH_MAX_S INT64_C(253402300799)

/* Digits from which a number is epoch seconds: a date has 8. */
#define EPOCH_DIGITS_MIN 9

/* The longest offset from now: a thousand years. */

#define EXAMPLE ": write it as 2030-12-03T15:00:00+01:00"

static const char invalid[] =
    "Invalid date string: write it as 2030-12-03 15:00:00, as "
    "2030-12-03T15:00:00Z or with an offset such as +01:00";
static const char beyond[] =
    "expected epoch seconds of the years 1 to 9999, such as 1922540400 "
    "(divide milliseconds by 1000)";

struct parsed {
	struct civil c;
	int us;
	int32_t offset_s;
};

/* Read min to max digits at *sp into *out; *sp moves past them. */
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

/* ".ffffff", a decimal fraction; digits beyond microseconds are dropped. */
static bool
take_fraction(const char **sp, int *us)
{
	int d, n = 0, v = 0;

	if (!take_char(sp, '.') && !take_char(sp, ','))
		return true;
	for (; n < DECIMALS_MAX && take_digits(sp, 1, 1, &d); n++)
		v = n < US_DECIMALS ? v * 10 + d : v;
	*us = v;
	for (int i = n; i < US_DECIMALS; i++)
		*us *= 10;
	return n > 0;
}

/* H:M[:S[.f]] */
static bool
take_time(const char **sp, struct parsed *out)
{
	if (!take_digits(sp, 1, 2, &out->c.hour) || !take_char(sp, ':') ||
	    !take_digits(sp, 1, 2, &out->c.minute))
		return false;
	if (!take_char(sp, ':'))
		return true;
	if (!take_digits(sp, 1, 2, &out->c.second))
		return false;
	return take_fraction(sp, &out->us);
}

/* Z, +HH:MM, +HHMM, +HH, the same with -, or nothing; always two digits. */
static bool
take_offset(const char **sp, struct parsed *out)
{
	int hours, minutes = 0, sign;

	out->offset_s = DATETIME_NO_OFFSET;
	if (**sp == '\0')
		return true;
	if (take_char(sp, 'Z') || take_char(sp, 'z')) {
		out->offset_s = 0;
		return true;
	}
	sign = **sp == '-' ? -1 : 1;
	if (!take_char(sp, '+') && !take_char(sp, '-'))
		return false;
	if (!take_digits(sp, 2, 2, &hours))
		return false;
	if (**sp != '\0') {
		(void)take_char(sp, ':');
		if (!take_digits(sp, 2, 2, &minutes))
			return false;
	}
	out->offset_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* ISO 8601 basic format, "20301203T150000Z": eight digits before the T. */
static bool
is_basic(const char *s)
{
	return strspn(s, "0123456789") == 8 && (s[8] == 'T' || s[8] == 't');
}

static bool
take_basic(const char *s, struct parsed *out)
{
	if (!take_digits(&s, 4, 4, &out->c.year) ||
	    !take_digits(&s, 2, 2, &out->c.month) ||
	    !take_digits(&s, 2, 2, &out->c.day))
		return false;
	s++;
	if (!take_digits(&s, 2, 2, &out->c.hour) ||
	    !take_digits(&s, 2, 2, &out->c.minute))
		return false;
	if (take_digits(&s, 2, 2, &out->c.second) &&
	    !take_fraction(&s, &out->us))
		return false;
	return take_offset(&s, out) && *s == '\0';
}

static bool
take_all(const char *s, struct parsed *out)
{
	memset(out, 0, sizeof(*out));
	out->offset_s = DATETIME_NO_OFFSET;
	if (is_basic(s))
		return take_basic(s, out);
	if (!take_digits(&s, 4, 4, &out->c.year) || !take_char(&s, '-') ||
	    !take_digits(&s, 1, 2, &out->c.month) || !take_char(&s, '-') ||
	    !take_digits(&s, 1, 2, &out->c.day))
		return false;
	if (*s == '\0')
		return true;
	if (!take_char(&s, ' ') && !take_char(&s, 'T') && !take_char(&s, 't'))
		return false;
	return take_time(&s, out) && take_offset(&s, out) && *s == '\0';
}

/* The checks of Python's datetime, in its order and wording. */
static const char *
range_error(const struct parsed *p)
{
	const struct civil *c = &p->c;

	if (c->year < CIVIL_YEAR_MIN)
		return "year 0 is out of range" EXAMPLE;
	if (c->month < 1 || c->month > 12)
		return "month must be in 1..12" EXAMPLE;
	if (c->day < 1 || c->day > civil_month_days(c->year, c->month))
		return "day is out of range for month" EXAMPLE;
	if (c->hour > 23)
		return "hour must be in 0..23" EXAMPLE;
	if (c->minute > 59)
		return "minute must be in 0..59" EXAMPLE;
	if (c->second > 59)
		return "second must be in 0..59" EXAMPLE;
	if (p->offset_s != DATETIME_NO_OFFSET &&
	    (p->offset_s <= -CIVIL_DAY_S || p->offset_s >= CIVIL_DAY_S))
		return "the offset must be less than 24 hours" EXAMPLE;
	return NULL;
}

/* Is text epoch seconds: "@…", or at least EPOCH_DIGITS_MIN digits, perhaps
 * behind a "-"? */
static bool
is_epoch(const char *text)
{
	const char *digits = text + (text[0] == '-');
	size_t n = strspn(digits, "0123456789");

	return text[0] == '@' ||
	    (n >= EPOCH_DIGITS_MIN && (digits[n] == '\0' || digits[n] == '.'));
}

static const char *
parse_epoch(const char *s, int64_t *out_us)
{
	int64_t t_s;
	int us = 0;
	char whole[24];
	size_t n;

	s += *s == '@';
	n = strcspn(s, ".,");
	if (n >= sizeof(whole))
		return beyond;
	memcpy(whole, s, n);
	whole[n] = '\0';
	if (num_parse(whole, INT64_MIN, INT64_MAX, &t_s) != 0)
		return is_epoch(whole) ? beyond : invalid;
	if (t_s < EPOCH_MIN_S || t_s > EPOCH_MAX_S)
		return beyond;
	s += n;
	if (!take_fraction(&s, &us) || *s != '\0')
		return invalid;
	*out_us = t_s * US_PER_S + (whole[0] == '-' ? -us : us);
	return NULL;
}

const char *
datetime_parse(const char *text, const struct tz *tz, int64_t *out_us,
    int32_t *offset_s)
{
	struct parsed p;
	const char *error;
	int64_t wall_s, t_s;

	if (is_epoch(text)) {
		if (offset_s != NULL)
			*offset_s = DATETIME_NO_OFFSET;
		return parse_epoch(text, out_us);
	}
	error = take_all(text, &p) ? range_error(&p) : invalid;
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

bool
datetime_is_date(const char *text)
{
	return !is_epoch(text) && strpbrk(text, ":Tt") == NULL;
}

bool
datetime_wall(const char *text, int64_t *wall_s)
{
	struct parsed p;

	if (is_epoch(text) || !take_all(text, &p) || range_error(&p) != NULL ||
	    p.offset_s != DATETIME_NO_OFFSET)
		return false;
	*wall_s = civil_to_wall(&p.c);
	return true;
}

/* The wall second at which the day that is days after today begins. */
static int64_t
midnight(const struct datetime_relative *w, int days)
{
	int64_t now_s = w->now_us / US_PER_S, wall_s;
	struct tz_period p;

	tz_at(w->tz, now_s, &p);
	wall_s = now_s + p.offset_s;
	return wall_s - wall_s % CIVIL_DAY_S + days * INT64_C(86400);
}

/* "today", "tomorrow 09:00", …; false if text is none of these. */
static bool
parse_day(const char *text, const struct datetime_relative *w, int64_t *out_us,
    const char **why)
{
	static const struct {
		const char *word;
		int days;
	} words[] = { { "yesterday", -1 }, { "today", 0 }, { "tomorrow", 1 } };
	struct parsed p = { .offset_s = DATETIME_NO_OFFSET };
	size_t i = 0, n = strcspn(text, " ");

	while (i < 3 &&
	    (strlen(words[i].word) != n ||
		strncasecmp(text, words[i].word, n) != 0))
		i++;
	if (i == 3)
		return false;
	text += n;
	p.c = (struct civil){ .year = 2000, .month = 1, .day = 1 };
	*why = NULL;
	if (*text != '\0' && (++text, !take_time(&text, &p) || *text != '\0'))
		*why = "expected a time of day such as 09:00";
	else
		*why = range_error(&p);
	if (*why == NULL)
		*out_us = p.us +
		    US_PER_S *
			tz_instant(w->tz,
			    midnight(w, words[i].days) + p.c.hour * 3600 +
				p.c.minute * 60 + p.c.second);
	return true;
}

/* "+30m", "-2h", "+1h30m"; false if text is none of these. */
static bool
parse_offset(const char *text, int64_t now_us, int64_t *out_us,
    const char **why)
{
	int64_t us = 0;

	if (text[0] != '+' && text[0] != '-')
		return false;
	*why = NULL;
	if (num_parse_duration(text + 1, &us) != 0)
		*why = "expected an offset from now such as +30m, -2h or "
		       "+1h30m (ms, s, m, h, d, w)";
	*out_us = text[0] == '-' ? now_us - us : now_us + us;
	return true;
}

const char *
datetime_parse_relative(const char *text, const struct datetime_relative *w,
    int64_t *out_us, int32_t *offset_s)
{
	const char *why = NULL;

	if (offset_s != NULL)
		*offset_s = DATETIME_NO_OFFSET;
	if (strcasecmp(text, "now") == 0) {
		*out_us = w->now_us;
		return NULL;
	}
	if (parse_day(text, w, out_us, &why) ||
	    parse_offset(text, w->now_us, out_us, &why))
		return why;
	why = datetime_parse(text, w->tz, out_us, offset_s);
	return why != invalid ?
	    why :
	    "Invalid date string: write it as 2030-12-03 15:00:00, as "
	    "2030-12-03T15:00:00Z, or as now, today, tomorrow 09:00, +30m or "
	    "-2h";
}

/* Append n, 0 or more, as that many digits. */
static void
put_digits(struct buf *out, int n, int digits)
{
	char s[DECIMALS_MAX];

	for (int i = digits; i > 0; i--, n /= 10)
		s[i - 1] = (char)('0' + n % 10);
	buf_add(out, s, (size_t)digits);
}

/* Not by printf: each message and each run has some of these. */
void
datetime_rfc3339(int64_t t_us, struct buf *out)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
	int us = (int)(t_us - t_s * US_PER_S);
	struct civil c;

	civil_from_wall(t_s, &c);
	const int parts[] = { c.month, c.day, c.hour, c.minute, c.second };

	if (c.year >= 0 && c.year <= 9999)
		put_digits(out, c.year, 4);
	else
		buf_printf(out, "%d", c.year);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		buf_char(out, "--T::"[i]);
		put_digits(out, parts[i], 2);
	}
	if (us != 0) {
		buf_char(out, '.');
		put_digits(out, us, US_DECIMALS);
	}
	buf_char(out, 'Z');
}

void
datetime_rfc3339_s(int64_t t_us, struct buf *out)
{
	datetime_rfc3339(t_us - t_us % US_PER_S -
		(t_us % US_PER_S < 0) * US_PER_S,
	    out);
}
