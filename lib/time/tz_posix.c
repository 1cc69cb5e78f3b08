/*
 * POSIX TZ strings (XBD 8.3) as TZif footers use them, with the wider times of
 * RFC 9636 section 3.3.1: std offset [dst [offset] , start , end].  Tested in
 * t_tz_file.
 */
#include <string.h>

#include "lib/time/civil.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
take_char(const char **sp, char c)
{
	if (**sp != c)
		return false;
	(*sp)++;
	return true;
}

/* One to three digits, at most max. */
static bool
take_int(const char **sp, int max, int *out)
{
	const char *s = *sp;
	int n, v = 0;

	for (n = 0; n < 3 && is_digit(s[n]); n++)
		v = v * 10 + (s[n] - '0');
	if (n == 0 || v > max)
		return false;
	*sp = s + n;
	*out = v;
	return true;
}

/* EST, or <+0330>. */
static bool
take_name(const char **sp, struct tz_type *out)
{
	bool is_quoted = take_char(sp, '<');
	const char *s = *sp;
	size_t n = 0;

	while (is_alpha(s[n]) ||
	    (is_quoted && (is_digit(s[n]) || s[n] == '+' || s[n] == '-')))
		n++;
	if (n < 3 || n >= TZ_ABBR_SIZE)
		return false;
	memcpy(out->abbr, s, n);
	out->abbr[n] = '\0';
	*sp = s + n;
	return !is_quoted || take_char(sp, '>');
}

/* [+-]h[:m[:s]], at most max_hours. */
static bool
take_hms(const char **sp, int max_hours, int32_t *out_s)
{
	int h, m = 0, s = 0;
	int sign = 1;

	if (take_char(sp, '-'))
		sign = -1;
	else
		(void)take_char(sp, '+');
	if (!take_int(sp, max_hours, &h))
		return false;
	if (take_char(sp, ':')) {
		if (!take_int(sp, 59, &m))
			return false;
		if (take_char(sp, ':') && !take_int(sp, 59, &s))
			return false;
	}
	*out_s = sign * (h * 3600 + m * 60 + s);
	return true;
}

static bool
take_weekday_rule(const char **sp, struct tz_rule *out)
{
	out->form = TZ_RULE_WEEKDAY;
	return take_int(sp, 12, &out->month) && out->month >= 1 &&
	    take_char(sp, '.') && take_int(sp, 5, &out->week) &&
	    out->week >= 1 && take_char(sp, '.') && take_int(sp, 6, &out->day);
}

static bool
take_rule(const char **sp, struct tz_rule *out)
{
	bool ok;

	if (take_char(sp, 'M')) {
		ok = take_weekday_rule(sp, out);
	} else if (take_char(sp, 'J')) {
		out->form = TZ_RULE_JULIAN;
		ok = take_int(sp, 365, &out->day) && out->day >= 1;
	} else {
		out->form = TZ_RULE_DAY;
		ok = take_int(sp, 365, &out->day);
	}
	out->time_s = 2 * 3600;
	if (ok && take_char(sp, '/'))
		ok = take_hms(sp, 167, &out->time_s);
	return ok;
}

int
tz_footer_parse(const char *text, struct tz_footer *out)
{
	int32_t west_s;

	memset(out, 0, sizeof(*out));
	if (!take_name(&text, &out->std) || !take_hms(&text, 24, &west_s))
		return -1;
	out->std.offset_s = -west_s; /* POSIX counts westward */
	if (*text == '\0')
		return 0;
	out->has_dst = true;
	out->dst.is_dst = true;
	out->dst.offset_s = out->std.offset_s + 3600;
	if (!take_name(&text, &out->dst))
		return -1;
	if (*text != ',') {
		if (!take_hms(&text, 24, &west_s))
			return -1;
		out->dst.offset_s = -west_s;
	}
	if (!take_char(&text, ',') || !take_rule(&text, &out->start) ||
	    !take_char(&text, ',') || !take_rule(&text, &out->end) ||
	    *text != '\0')
		return -1;
	return 0;
}

/*
 * Day number of the week-th weekday (0 = Sunday) of a month; week 5 is the
 * last.
 */
static int64_t
weekday_in_month(int year, const struct tz_rule *r)
{
	int64_t first = civil_days(year, r->month, 1);
	int want = (r->day + 6) % 7; /* 0 = Monday, as civil_weekday counts */
	int day = (want - civil_weekday(first) + 7) % 7 + 7 * (r->week - 1);

	if (day >= civil_month_days(year, r->month))
		day -= 7;
	return first + day;
}

int64_t
tz_rule_wall(const struct tz_rule *r, int year)
{
	int64_t day = civil_days(year, 1, 1);

	switch (r->form) {
	case TZ_RULE_WEEKDAY:
		day = weekday_in_month(year, r);
		break;
	case TZ_RULE_DAY:
		day += r->day;
		break;
	case TZ_RULE_JULIAN:
		/* Jn counts no leap day: J60 is 1 March in every year. */
		day += r->day - 1;
		if (r->day >= 60 && civil_month_days(year, 2) == 29)
			day++;
		break;
	}
	return day * CIVIL_DAY_S + r->time_s;
}
