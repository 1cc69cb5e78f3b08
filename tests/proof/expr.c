/*
 * Cron expressions, crontab lines and calendarintervals as the proof reads
 * them, by lines of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/proof/expr.h"
#include "tests/proof/expr_int.h"

static const struct {
	const char *name;
	int min;
	int max;
} fields[EXPR__MAX] = {
	[EXPR_YEAR] = { "year", 1970, 1970 + EXPR_YEARS - 1 },
	[EXPR_MONTH] = { "month", 1, 12 },
	[EXPR_DAY] = { "day", 1, 31 },
	[EXPR_WEEK] = { "week", 1, 53 },
	[EXPR_DOW] = { "day_of_week", 0, 6 },
	[EXPR_HOUR] = { "hour", 0, 23 },
	[EXPR_MINUTE] = { "minute", 0, 59 },
};

const char *
expr_field_name(int f)
{
	return fields[f].name;
}

static void
set(struct expr *e, int f, int v)
{
	if (f == EXPR_YEAR)
		e->years[v - 1970] = true;
	else
		e->mask[f] |= UINT64_C(1) << v;
}

/* "last", "1st mon", "last fri": true if text is one of these. */
static bool
read_day_words(struct expr *e, const char *text)
{
	static const char *const positions[] = { "1st", "2nd", "3rd", "4th",
		"5th", "last" };
	static const char weekdays[] = "montuewedthufrisatsun";
	const char *wd = strchr(text, ' ');
	int i;

	if (strcmp(text, "last") == 0) {
		e->is_last_day = true;
		return true;
	}
	if (wd == NULL)
		return false;
	for (i = 0; i < 6; i++)
		if (strncmp(text, positions[i], strlen(positions[i])) == 0)
			e->nth[i][(strstr(weekdays, wd + 1) - weekdays) / 3] =
			    true;
	return true;
}

/* One piece: "*", "*" "/n", "a", "a-b", "a/n", "a-b/n". */
static void
read_piece(struct expr *e, int f, const char *s)
{
	long a = fields[f].min, b = fields[f].max, step = 1;
	char *end;

	if (f == EXPR_DAY && read_day_words(e, s))
		return;
	if (*s == '*') {
		end = (char *)(uintptr_t)s + 1;
	} else {
		a = strtol(s, &end, 10);
		if (*end == '-')
			b = strtol(end + 1, &end, 10);
		else if (*end != '/')
			b = a;
	}
	if (*end == '/')
		step = strtol(end + 1, &end, 10);
	for (; a <= b; a += step)
		set(e, f, (int)a);
}

void
expr_read(struct expr *e, int f, const char *text)
{
	char copy[EXPR_TEXT_SIZE], *p, *comma;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (p = copy; p != NULL; p = comma) {
		comma = strchr(p, ',');
		if (comma != NULL)
			*comma++ = '\0';
		read_piece(e, f, p);
	}
}

static void
judge_width(struct expr *e)
{
	const char *h = e->text[EXPR_HOUR];
	int v, n = 0;

	for (v = 0; v < 24; v++)
		n += (int)(e->mask[EXPR_HOUR] >> v & 1);
	e->is_wide = n >= 12 || *h == '*';
}

void
expr_finish(struct expr *e)
{
	int f, least = -1;
	char text[2] = "*";

	for (f = 0; f < EXPR__MAX; f++)
		if (e->text[f][0] != '\0')
			least = f;
	for (f = 0; f < EXPR__MAX; f++) {
		if (e->text[f][0] != '\0') {
			expr_read(e, f, e->text[f]);
			continue;
		}
		/* Below the least significant one given: the minimum. */
		if (f > least && f != EXPR_WEEK && f != EXPR_DOW)
			text[0] = f == EXPR_MONTH || f == EXPR_DAY ? '1' : '0';
		else
			text[0] = '*';
		expr_read(e, f, text);
	}
	judge_width(e);
}

/* Day field i of a crontab line with the signs of other programs: true if it
 * is one. */
static bool
read_sign(struct expr *e, const char *word)
{
	if (strcmp(word, "L") == 0)
		e->is_last_day = true;
	else if (strncmp(word, "L-", 2) == 0)
		e->from_last = (int)strtol(word + 2, NULL, 10);
	else if (strcmp(word, "LW") == 0)
		e->nearest = 32;
	else if (word[strlen(word) - 1] == 'W')
		e->nearest = (int)strtol(word, NULL, 10);
	else
		return false;
	return true;
}

/* "5#2" and "5L", beside a day that is *: they are days of the month, then. */
static bool
read_position(struct expr *e, const char *word)
{
	const char *sign = strpbrk(word, "#L");
	long v = strtol(word, NULL, 10), n;

	if (sign == NULL)
		return false;
	n = *sign == 'L' ? 6 : strtol(sign + 1, NULL, 10);
	e->nth[n - 1][(v + 6) % 7] = true;
	e->mask[EXPR_DAY] = 0;
	expr_read(e, EXPR_DOW, "*");
	return true;
}

void
expr_finish_crontab(struct expr *e)
{
	static const int order[] = { EXPR_MINUTE, EXPR_HOUR, EXPR_DAY,
		EXPR_MONTH, EXPR_DOW, EXPR_YEAR };
	char copy[80], *p = copy, *word;
	struct expr days = { .is_or = false };
	int i, v;

	(void)snprintf(copy, sizeof(copy), "%s", e->crontab);
	/* Lines of seven fields begin with second 0. */
	if (strchr(copy, '?') != NULL)
		p += 2;
	e->is_or = true;
	expr_read(e, EXPR_WEEK, "*");
	for (i = 0; p != NULL; i++) {
		word = strsep(&p, " ");
		if ((*word == '*' || *word == '?') && (i == 2 || i == 4))
			e->is_or = false;
		if (*word == '?')
			*word = '*';
		if (order[i] == EXPR_HOUR)
			(void)snprintf(e->text[EXPR_HOUR], EXPR_TEXT_SIZE, "%s",
			    word);
		if (order[i] == EXPR_DAY && read_sign(e, word))
			continue;
		if (order[i] == EXPR_DOW && read_position(e, word))
			continue;
		if (order[i] != EXPR_DOW || *word == '*') {
			expr_read(e, order[i], word);
			continue;
		}
		/* 0 and 7 are Sunday, 1 is Monday. */
		expr_read(&days, EXPR_HOUR, word);
		for (v = 0; v < 8; v++)
			if (days.mask[EXPR_HOUR] >> v & 1)
				set(e, EXPR_DOW, (v + 6) % 7);
	}
	if (i < 6)
		expr_read(e, EXPR_YEAR, "*");
	judge_width(e);
	e->text[EXPR_HOUR][0] = '\0';
}

int64_t
expr_day(int year, int month, int day)
{
	struct tm tm = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day };

	return timegm(&tm) / 86400;
}

void
expr_date_of(int64_t n, int *year, int *month, int *day)
{
	time_t t = n * 86400;
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	*year = tm.tm_year + 1900;
	*month = tm.tm_mon + 1;
	*day = tm.tm_mday;
}

int
expr_month_days(int year, int month)
{
	return (int)(expr_day(year + month / 12, month % 12 + 1, 1) -
	    expr_day(year, month, 1));
}

/* From date to date, as APScheduler's documentation tells it. */
static bool
calendar_has(const struct expr_calendar *c, int64_t want)
{
	int64_t at = expr_day(c->year, c->month, c->day);
	int y, m, d, len;

	while (at < want) {
		if (c->months == 0) {
			at += c->days;
			continue;
		}
		expr_date_of(at, &y, &m, &d);
		if (c->days == 0)
			d = c->day;
		do {
			m += c->months;
			y += (m - 1) / 12;
			m = (m - 1) % 12 + 1;
			len = expr_month_days(y, m);
		} while (d > len && !c->is_last);
		at = expr_day(y, m, d < len ? d : len) + c->days;
	}
	return at == want;
}

/* Is d the day from Monday to Friday that is nearest to day? */
static bool
is_nearest(const struct expr_date *d, int day)
{
	int dow;

	if (day == 32)
		day = d->month_days;
	if (day > d->month_days || d->dow > 4)
		return false;
	dow = (d->dow + day - d->day + 35) % 7;
	if (dow == 5)
		return d->day == (day > 1 ? day - 1 : 3);
	if (dow == 6)
		return d->day ==
		    (day < d->month_days ? day + 1 : d->month_days - 2);
	return d->day == day;
}

bool
expr_has_date(const struct expr *e, const struct expr_date *d)
{
	bool has_day = (e->mask[EXPR_DAY] >> d->day & 1) != 0 ||
	    (e->is_last_day && d->day == d->month_days) ||
	    e->nth[(d->day - 1) / 7][d->dow] ||
	    (e->nth[5][d->dow] && d->day + 7 > d->month_days) ||
	    (e->from_last != 0 && d->day == d->month_days - e->from_last) ||
	    (e->nearest != 0 && is_nearest(d, e->nearest));
	bool has_dow = (e->mask[EXPR_DOW] >> d->dow & 1) != 0;

	if (e->is_calendar)
		return calendar_has(&e->calendar,
		    expr_day(d->year, d->month, d->day));
	if (e->is_or ? !has_day && !has_dow : !has_day || !has_dow)
		return false;
	return e->years[d->year - 1970] &&
	    (e->mask[EXPR_MONTH] >> d->month & 1) != 0 &&
	    (e->mask[EXPR_WEEK] >> d->week & 1) != 0;
}

void
expr_print(const struct expr *e, char *out)
{
	const struct expr_calendar *c = &e->calendar;
	int f, n = 0;

	if (e->is_calendar) {
		(void)snprintf(out, 200,
		    "months=%d days=%d at %s:%s from %04d-%02d-%02d%s",
		    c->months, c->days, e->text[EXPR_HOUR],
		    e->text[EXPR_MINUTE], c->year, c->month, c->day,
		    c->is_last ? " last" : "");
		return;
	}
	if (e->crontab[0] != '\0') {
		(void)snprintf(out, 200, "crontab=%s", e->crontab);
		return;
	}
	*out = '\0';
	for (f = 0; f < EXPR__MAX; f++)
		if (e->text[f][0] != '\0')
			n += snprintf(out + n, 200 - (size_t)n, "%s%s='%s'",
			    n == 0 ? "" : " ", fields[f].name, e->text[f]);
}
