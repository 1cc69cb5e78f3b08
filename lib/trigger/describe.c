/*
 * Triggers as sentences, in every language; the parts that depend on a
 * language are describe_en.c, describe_zh.c and describe_calendar.c.  Tested
 * in t_trigger_words.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/time/civil.h"
#include "lib/trigger/cron_field.h"
#include "lib/trigger/crontab.h"
#include "lib/base/fault.h"
#include "lib/trigger/describe.h"
#include "lib/time/tz.h"
#include "lib/trigger/describe_int.h"

#include "lib/base/ban.h"

/* Most times of day that are listed one by one. */
#define CLOCK_MAX 6

/* Most runs of years that are listed; more are shown as written. */
#define YEAR_RUNS_MAX 8

/* The parts of the sentence: "", ", ", "（", … */
static const struct phrases {
	const char *name;
	const char *every;   /* an interval */
	const char *date;    /* a date, the time follows it */
	const char *at;	     /* between date and time */
	const char *in_date; /* the zone of a date */
	const char *in;	     /* the zone of a cron expression */
	const char *in_end;
	const char *from, *from_end;
	const char *until, *until_end;
	const char *delay, *delay_end;
	const char *counted, *counted_end;
	void (*cron)(const struct describe_cron *w, struct buf *out);
	void (*calendar)(const struct trigger *t, struct buf *out);
} phrases[] = {
	[DESCRIBE_EN] = { "en", "every ", "on ", " at ", " in ", ", in ", "",
	    ", from ", "", ", until ", "", ", delayed by up to ", "",
	    ", counted from ", "", describe_cron_en, describe_calendar_en },
	[DESCRIBE_ZH] = { "zh", "每", "", " ", "（", "（", "）", "，从 ",
	    " 开始", "，到 ", " 为止", "，最多延后", "", "，从 ", " 起计",
	    describe_cron_zh, describe_calendar_zh },
};
_Static_assert(sizeof(phrases) / sizeof(phrases[0]) == DESCRIBE__MAX,
    "phrases for each language");

const char *
describe_lang_name(enum describe_lang lang)
{
	return phrases[lang].name;
}

static bool
has(const struct describe_set *s, int v)
{
	int bit = v - s->base;

	return v >= s->min && v <= s->max &&
	    (s->words[bit / 64] >> bit % 64 & 1) != 0;
}

/* Find the next run from v on: true, with *a to *b in s. */
static bool
next_run(const struct describe_set *s, int v, int *a, int *b)
{
	while (v <= s->max && !has(s, v))
		v++;
	*a = v;
	while (has(s, v + 1))
		v++;
	*b = v;
	return *a <= s->max;
}

int
describe_count(const struct describe_set *s)
{
	int v, n = 0;

	for (v = s->min; v <= s->max; v++)
		n += has(s, v);
	return n;
}

int
describe_runs(const struct describe_set *s)
{
	int a, b, n = 0;

	for (b = s->min - 1; next_run(s, b + 1, &a, &b); n++)
		continue;
	return n;
}

int
describe_steps(const struct describe_set *s, int *a, int *b)
{
	int first = -1, last = -1, step = 0, n = 0, v;

	for (v = s->min; v <= s->max; v++) {
		if (!has(s, v))
			continue;
		if (n == 1)
			step = v - last;
		else if (n > 1 && v - last != step)
			return 0;
		if (n++ == 0)
			first = v;
		last = v;
	}
	*a = first;
	*b = last;
	return n >= 4 && step > 1 ? step : 0;
}

/* Append the text that precedes piece i of n. */
static void
add_glue(struct buf *out, const struct describe_glue *g, int i, int n)
{
	if (i > 0)
		buf_str(out, i == n - 1 ? g->and : g->comma);
}

/* The number of pieces of a list, two consecutive values counting twice. */
static int
count_pieces(const struct describe_set *s)
{
	int a, b, n = 0;

	for (b = s->min - 1; next_run(s, b + 1, &a, &b);)
		n += b == a + 1 ? 2 : 1;
	return n;
}

void
describe_list(struct buf *out, const struct describe_set *s,
    const struct describe_glue *g)
{
	int n = count_pieces(s), i = 0, a, b;

	for (b = s->min - 1; next_run(s, b + 1, &a, &b);) {
		add_glue(out, g, i++, n);
		g->value(out, a);
		if (b == a + 1)
			add_glue(out, g, i++, n);
		else if (b > a)
			buf_str(out, g->to);
		if (b > a)
			g->value(out, b);
	}
}

void
describe_clock(struct buf *out, const struct describe_cron *w,
    const struct describe_glue *g)
{
	const struct describe_set *f = w->field;
	int n = describe_count(&f[CRON_HOUR]) *
	    describe_count(&f[CRON_MINUTE]) * describe_count(&f[CRON_SECOND]);
	int s, i = 0;

	for (s = 0; s < CIVIL_DAY_S; s++) {
		/* Skip an hour or a minute without any of its values. */
		if (!has(&f[CRON_HOUR], s / 3600)) {
			s += 3600 - 1;
			continue;
		}
		if (!has(&f[CRON_MINUTE], s / 60 % 60)) {
			s += 60 - 1;
			continue;
		}
		if (!has(&f[CRON_SECOND], s % 60))
			continue;
		add_glue(out, g, i++, n);
		buf_printf(out, "%02d:%02d", s / 3600, s / 60 % 60);
		if (!w->is_second_0)
			buf_printf(out, ":%02d", s % 60);
	}
}

/* Find the shape of a unit that has size values. */
static void
find_shape(struct describe_cron *w, enum cron_field f, int size)
{
	int a, b, step;

	w->shape[f] = SHAPE_SOME;
	if (describe_count(&w->field[f]) == size)
		w->shape[f] = SHAPE_ALL;
	step = describe_steps(&w->field[f], &a, &b);
	/* Two or three values form a step as well: every 12 hours. */
	if (step == 0 && has(&w->field[f], 0) &&
	    describe_count(&w->field[f]) > 1)
		step = size / describe_count(&w->field[f]);
	for (a = 0; step > 1 && a < size; a++)
		if (has(&w->field[f], a) != (a % step == 0))
			return;
	if (step > 1 && size % step == 0) {
		w->shape[f] = SHAPE_EVEN;
		w->step[f] = step;
	}
}

/* Analyze an expression; years (may be NULL) is the set before pruning. */
static void
analyze_cron(struct describe_cron *w, const struct cron *c,
    const uint64_t *years)
{
	static const struct {
		int min, max;
	} range[CRON__MAX] = { { CRON_YEAR_MIN, CRON_YEAR_MAX }, { 1, 12 },
		{ 1, 31 }, { 1, 53 }, { 0, 6 }, { 0, 23 }, { 0, 59 },
		{ 0, 59 } };
	int f, n = 1;

	w->set = c;
	for (f = 0; f < CRON__MAX; f++) {
		w->field[f] = (struct describe_set){ &c->bits[f], 0,
			range[f].min, range[f].max };
		if (f == CRON_YEAR) {
			w->field[f].base = CRON_YEAR_MIN;
			w->field[f].words = years;
			w->shape[f] = years == NULL ? SHAPE_ALL : SHAPE_SOME;
		} else
			find_shape(w, (enum cron_field)f,
			    range[f].max - range[f].min + 1);
		if (f >= CRON_HOUR)
			n *= describe_count(&w->field[f]);
	}
	w->is_day_free = w->shape[CRON_DAY] == SHAPE_ALL;
	w->is_dow_free = w->shape[CRON_DOW] == SHAPE_ALL;
	w->is_second_0 = c->bits[CRON_SECOND] == 1;
	w->is_clock = n <= CLOCK_MAX && w->shape[CRON_HOUR] != SHAPE_ALL &&
	    (w->shape[CRON_HOUR] == SHAPE_SOME || n <= 2);
}

/*
 * Treat positions of weekdays (fri#2) as days of the month, where both are
 * equivalent: they then read like those of a cron trigger's day.
 */
static void
merge_positions(struct cron *c)
{
	static const uint64_t all_days = 0xfffffffe, all_dows = 0x7f;

	if (c->dow_nth == 0)
		return;
	if (!c->is_day_or_dow) {
		if ((c->bits[CRON_DAY] & all_days) != all_days)
			return;
		c->bits[CRON_DAY] = 0;
		c->is_day_or_dow = true;
	}
	c->nth |= c->dow_nth;
	c->dow_nth = 0;
	if (c->bits[CRON_DOW] == 0) {
		c->bits[CRON_DOW] = all_dows;
		c->is_day_or_dow = false;
	}
}

/*
 * Read the years as given: the set in use lacks those that cannot match.
 * Their text is in norm from *at on.
 */
static int
read_years(const struct trigger *t, struct cron *whole, struct buf *norm,
    size_t *at)
{
	const char *text = buf_cstr(&t->u.cron.text), *year;
	struct crontab ct = { .set = whole, .norm = norm };
	struct faults fs = { .n = 0 };

	*at = 0;
	if (!t->u.cron.is_crontab)
		return t->u.cron.at[CRON_YEAR] == CRON_NOT_GIVEN ?
		    0 :
		    cron_field_parse(CRON_YEAR, text + t->u.cron.at[CRON_YEAR],
			whole, norm, &fs);
	if (t->u.cron.set.years == NULL)
		return 0;
	if (crontab_parse(text, &ct, &fs) == -1)
		return -1;
	year = strrchr(buf_cstr(norm), ' ');
	*at = year == NULL ? 0 : (size_t)(year + 1 - buf_cstr(norm));
	return 0;
}

static void
add_cron(const struct trigger *t, const struct phrases *ph, struct buf *out)
{
	struct describe_cron w = { .years = NULL };
	struct cron whole = { .years = NULL };
	struct cron view = t->u.cron.set; /* owns nothing: never freed */
	struct buf norm = BUF_INIT;
	size_t at;

	/*
	 * The text was valid when it was stored: reading it can fail only for
	 * lack of memory.
	 */
	if (read_years(t, &whole, &norm, &at) != 0)
		out->is_failed = true;
	merge_positions(&view);
	analyze_cron(&w, &view, whole.years);
	if (whole.years != NULL &&
	    describe_steps(&w.field[CRON_YEAR], &(int){ 0 }, &(int){ 0 }) ==
		0 &&
	    describe_runs(&w.field[CRON_YEAR]) > YEAR_RUNS_MAX)
		w.years = buf_cstr(&norm) + at;
	ph->cron(&w, out);
	out->is_failed |= norm.is_failed;
	buf_printf(out, "%s%s%s", ph->in, tz_name(t->tz), ph->in_end);
	cron_fini(&whole);
	buf_fini(&norm);
}

static void
add_wall(int64_t wall_s, const char *glue, struct buf *out)
{
	struct civil c;

	civil_from_wall(wall_s, &c);
	buf_printf(out, "%04d-%02d-%02d%s%02d:%02d:%02d", c.year, c.month,
	    c.day, glue, c.hour, c.minute, c.second);
}

void
describe_wall(int64_t wall_s, struct buf *out)
{
	add_wall(wall_s, " ", out);
}

/* Append a time in two parts with glue between them; microseconds if not 0. */
static void
add_instant(const struct trigger *t, int64_t t_us, const char *glue,
    struct buf *out)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
	struct tz_period p;

	tz_at(t->tz, t_s, &p);
	add_wall(t_s + p.offset_s, glue, out);
	if (t_us != t_s * US_PER_S)
		buf_printf(out, ".%06d", (int)(t_us - t_s * US_PER_S));
}

/* Append seconds with their fraction, without trailing zeros. */
static void
add_seconds(struct buf *out, int64_t us)
{
	int64_t part = us % US_PER_S;
	int digits = 6;

	buf_printf(out, "%" PRId64, us / US_PER_S);
	if (part == 0)
		return;
	for (; part % 10 == 0; part /= 10)
		digits--;
	buf_printf(out, ".%0*" PRId64, digits, part);
}

void
describe_length(int64_t us, enum describe_lang lang, struct buf *out)
{
	static const struct {
		int64_t us;
		const char *name[DESCRIBE__MAX];
	} units[] = {
		{ 86400 * US_PER_S, { "day", "天" } },
		{ 3600 * US_PER_S, { "hour", "小时" } },
		{ 60 * US_PER_S, { "minute", "分钟" } },
		{ 1, { "second", "秒" } },
	};
	const char *space = "";
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		n = us / units[i].us;
		us -= n * units[i].us;
		if (n == 0)
			continue;
		buf_str(out, space);
		if (units[i].us == 1)
			add_seconds(out, n);
		else
			buf_printf(out, "%" PRId64, n);
		buf_printf(out, "%s%s", lang == DESCRIBE_EN ? " " : "",
		    units[i].name[lang]);
		if (lang == DESCRIBE_EN &&
		    n != (units[i].us == 1 ? US_PER_S : 1))
			buf_char(out, 's');
		space = lang == DESCRIBE_EN ? " " : "";
	}
}

/* "every day" rather than "every 1 day". */
static void
add_interval(const struct trigger *t, enum describe_lang lang, struct buf *out)
{
	struct buf length = BUF_INIT;
	const char *text;

	describe_length(t->u.interval.length_us, lang, &length);
	text = buf_cstr(&length);
	/* A single unit: no second number follows. */
	if (strncmp(text, "1 ", 2) == 0 && strchr(text + 2, ' ') == NULL)
		text += 2;
	buf_printf(out, "%s%s", phrases[lang].every, text);
	out->is_failed |= length.is_failed;
	buf_fini(&length);
}

static void
add_date(const struct trigger *t, const struct phrases *ph, struct buf *out)
{
	buf_str(out, ph->date);
	add_instant(t, t->u.date.run_us, ph->at, out);
	buf_printf(out, "%s%s%s", ph->in_date, tz_name(t->tz), ph->in_end);
}

/* The first date is mentioned if no start is. */
static void
add_calendar(const struct trigger *t, const struct phrases *ph, struct buf *out)
{
	struct civil c;

	ph->calendar(t, out);
	buf_printf(out, "%s%s%s", ph->in, tz_name(t->tz), ph->in_end);
	if (t->start_us != TRIGGER_NOT_GIVEN)
		return;
	civil_from_wall(t->u.calendar.dates.first * CIVIL_DAY_S, &c);
	buf_printf(out, "%s%04d-%02d-%02d%s", ph->counted, c.year, c.month,
	    c.day, ph->counted_end);
}

void
trigger_describe(const struct trigger *t, enum describe_lang lang,
    struct buf *out)
{
	const struct phrases *ph = &phrases[lang];

	switch (t->kind) {
	case TRIGGER_DATE:
		add_date(t, ph, out);
		break;
	case TRIGGER_INTERVAL:
		add_interval(t, lang, out);
		break;
	case TRIGGER_CRON:
		add_cron(t, ph, out);
		break;
	case TRIGGER_CALENDAR:
		add_calendar(t, ph, out);
		break;
	case TRIGGER__MAX:
		break;
	}
	if (t->start_us != TRIGGER_NOT_GIVEN) {
		buf_str(out, ph->from);
		add_instant(t, t->start_us, " ", out);
		buf_str(out, ph->from_end);
	}
	if (t->end_us != TRIGGER_NOT_GIVEN) {
		buf_str(out, ph->until);
		add_instant(t, t->end_us, " ", out);
		buf_str(out, ph->until_end);
	}
	if (t->jitter_us != 0) {
		buf_str(out, ph->delay);
		describe_length(t->jitter_us, lang, out);
		buf_str(out, ph->delay_end);
	}
}
