/*
 * The expressions of the proof: a fixed list and random ones aimed at
 * transitions.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/proof/expr.h"
#include "tests/proof/expr_int.h"

/* Every combination of these times of day … */
static const struct {
	const char *hour;
	const char *minute;
} times[] = {
	{ "0", "0" },
	{ "0", "30" },
	{ "1", "0" },
	{ "1", "30" },
	{ "1", "59" },
	{ "2", "0" },
	{ "2", "30" },
	{ "3", "" },
	{ "3", "0,15" },
	{ "4", "5" },
	{ "12", "0" },
	{ "23", "0,30,59" },
	{ "*", "0" },
	{ "", "20" },
	{ "*/2", "30" },
	{ "1-3", "*/20" },
	{ "0-11", "7" },
	{ "12-22", "0" },
	{ "0,2,23", "*/30" },
	{ "22-23,0-2", "1-59/19" },
};

/* … with these days. */
static const struct {
	int f;
	const char *text;
} days[] = {
	{ EXPR_DAY, "" },
	{ EXPR_DAY, "*/2" },
	{ EXPR_DAY, "1,last" },
	{ EXPR_DAY, "last sun,2nd sun,1st sun" },
	{ EXPR_DOW, "6" },
	{ EXPR_DOW, "4-6" },
};

static const char *const crontabs[] = {
	"*/10 * * * *",
	"0 0 * * *",
	"30 1-3 * * 0",
	"0 2 1-7 * 7",
	"15,45 0,1,23 * 3,4,9-11 5-7",
	"0 */6 25-31 * 0",
	"30 2 * * 0L",
	"15 1-3 * * 0#2",
	"*/20 0,2 * * 6L",
	"30 1 L * *",
	"0 2 L-6 * *",
	"59 1,2 31W * *",
	"30 0-3 LW * *",
	"0 30 2 ? 3,4,9-11 *",
	"0 15 1 L * ? 1970/1",
};

#define N(a) ((int)(sizeof(a) / sizeof((a)[0])))

int
expr_fixed_count(void)
{
	return N(times) * N(days) + N(crontabs);
}

void
expr_fixed(int i, struct expr *out)
{
	int d = i / N(times), t = i % N(times);

	memset(out, 0, sizeof(*out));
	if (d >= N(days)) {
		i -= N(times) * N(days);
		(void)snprintf(out->crontab, sizeof(out->crontab), "%s",
		    crontabs[i]);
		expr_finish_crontab(out);
		return;
	}
	(void)snprintf(out->text[days[d].f], EXPR_TEXT_SIZE, "%s",
	    days[d].text);
	(void)snprintf(out->text[EXPR_HOUR], EXPR_TEXT_SIZE, "%s",
	    times[t].hour);
	(void)snprintf(out->text[EXPR_MINUTE], EXPR_TEXT_SIZE, "%s",
	    times[t].minute);
	expr_finish(out);
}

int
expr_pick(uint64_t *seed, int n)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (int)((x ^ x >> 31) % (uint64_t)n);
}

__attribute__((format(printf, 2, 3))) static void
write_text(char *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(out, EXPR_TEXT_SIZE, fmt, ap);
	va_end(ap);
}

/* v moved by up to reach either way, round within 0 to n - 1. */
static int
around(uint64_t *seed, int v, int reach, int n)
{
	return (v + n - reach + expr_pick(seed, 2 * reach + 1)) % n;
}

static void
random_hour(uint64_t *seed, int near, char *out)
{
	int a = around(seed, near, 2, 24), b = around(seed, near, 3, 24);

	if (expr_pick(seed, 4) == 0)
		b = expr_pick(seed, 24);
	switch (expr_pick(seed, 8)) {
	case 0:
		write_text(out, "*/%d", 1 + expr_pick(seed, 12));
		break;
	case 1:
		write_text(out, "%d,%d", a, b);
		break;
	case 2:
		write_text(out, "%d-%d", a < b ? a : b, a < b ? b : a);
		break;
	case 3:
		/* No step is larger than the range it is in. */
		a = a > 22 ? 22 : a;
		write_text(out, "%d/%d", a, 1 + expr_pick(seed, 23 - a));
		break;
	case 4:
		write_text(out, "%s", expr_pick(seed, 2) == 0 ? "*" : "");
		break;
	default:
		write_text(out, "%d", a);
		break;
	}
}

static void
random_minute(uint64_t *seed, int near, char *out)
{
	int a = expr_pick(seed, 60), b = around(seed, near, 1, 60);

	switch (expr_pick(seed, 8)) {
	case 0:
		write_text(out, "*/%d", 5 + expr_pick(seed, 55));
		break;
	case 1:
		write_text(out, "%d,%d,%d", a, b, around(seed, a, 7, 60));
		break;
	case 2:
		write_text(out, "%d-59/%d", a / 2, 1 + a / 4);
		break;
	case 3:
		write_text(out, "0,30");
		break;
	case 4:
		write_text(out, "%d", b);
		break;
	case 5:
		write_text(out, "%d-%d", a, a + (59 - a) / 4);
		break;
	default:
		write_text(out, "%d", a);
		break;
	}
}

/* Most often none of the larger fields, else one or two that admit d. */
static void
random_day(uint64_t *seed, const struct expr_date *d, struct expr *e)
{
	static const char *const nth[] = { "1st sun", "2nd sun", "last sun",
		"last fri", "3rd thu", "last" };

	switch (expr_pick(seed, 12)) {
	case 0:
		write_text(e->text[EXPR_DAY], "%d", d->day);
		break;
	case 1:
		write_text(e->text[EXPR_DAY], "%s", nth[expr_pick(seed, 6)]);
		break;
	case 2:
		write_text(e->text[EXPR_DOW], "%d", d->dow);
		break;
	case 3:
		write_text(e->text[EXPR_DOW], "0-%d", expr_pick(seed, 7));
		break;
	case 4:
		write_text(e->text[EXPR_WEEK], "%d", d->week);
		break;
	case 5:
		write_text(e->text[EXPR_MONTH], "%d", d->month);
		break;
	case 6:
		write_text(e->text[EXPR_YEAR], "%d", d->year);
		write_text(e->text[EXPR_DAY], "*/%d", 1 + expr_pick(seed, 5));
		break;
	default:
		break;
	}
}

/* A calendarinterval that comes to the aim's day, or near it. */
static void
random_calendar(uint64_t *seed, const struct expr_aim *aim, struct expr *e)
{
	static const int lengths[][2] = { { 0, 1 }, { 0, 2 }, { 0, 7 },
		{ 0, 14 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 12, 0 }, { 5, 0 },
		{ 1, 1 }, { 1, 7 } };
	const int *length = lengths[expr_pick(seed, N(lengths))];
	struct expr_calendar *c = &e->calendar;
	int back = expr_pick(seed, 5), n;
	int64_t day;

	e->is_calendar = true;
	c->months = length[0];
	c->days = length[1];
	c->is_last = expr_pick(seed, 2) == 0;
	day = expr_day(aim->date->year, aim->date->month, aim->date->day) -
	    (int64_t)c->days * back + (expr_pick(seed, 4) == 0);
	expr_date_of(day, &c->year, &c->month, &c->day);
	n = c->year * 12 + c->month - 1 - c->months * back;
	c->year = n / 12;
	c->month = n % 12 + 1;
	n = expr_month_days(c->year, c->month);
	if (c->day > n || expr_pick(seed, 6) == 0)
		c->day = n;
	write_text(e->text[EXPR_HOUR], "%d", aim->hour);
	write_text(e->text[EXPR_MINUTE], "%d",
	    expr_pick(seed, 2) == 0 ? aim->minute : expr_pick(seed, 60));
	expr_read(e, EXPR_HOUR, e->text[EXPR_HOUR]);
	expr_read(e, EXPR_MINUTE, e->text[EXPR_MINUTE]);
}

void
expr_random(uint64_t *seed, const struct expr_aim *aim, struct expr *out)
{
	memset(out, 0, sizeof(*out));
	if (expr_pick(seed, 8) == 0) {
		random_calendar(seed, aim, out);
		return;
	}
	random_day(seed, aim->date, out);
	random_hour(seed, aim->hour, out->text[EXPR_HOUR]);
	if (out->text[EXPR_HOUR][0] == '\0' || expr_pick(seed, 16) != 0)
		random_minute(seed, aim->minute, out->text[EXPR_MINUTE]);
	expr_finish(out);
}
