/*
 * The pieces of one field of a crontab line: Debian's cron with its meaning,
 * including what it ignores, and the signs of other programs (H ~ L W # ?).
 * crontab.c splits lines into fields.  Tested in t_crontab and by
 * tests/proof/crontab.py.
 */
#include <string.h>
#include <strings.h>

#include "lib/trigger/crontab_piece.h"
#include "lib/base/fault.h"

#include "lib/base/ban.h"

#define WEEK 7
#define POSITIONS 5

/* Days that every month has: H and ~ choose only these. */
#define DAY_ALWAYS_MAX 28

/* The piece so far: values as the line counts them, and their notation. */
struct span {
	int a;
	int b;
	int step; /* 0: none given */
	bool is_star;
	bool is_single;
	bool is_open; /* "a/n": to the maximum */
	bool is_a_name;
	bool is_b_name;
};

static void
note(struct crontab_field *f, enum crontab_note what)
{
	f->ct->notes |= what;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Skip the letter c, in either case, if it is next. */
static bool
take_letter(struct piece *p, char upper)
{
	return piece_char(p, upper) ||
	    piece_char(p, (char)(upper + ('a' - 'A')));
}

static bool
is_at_end(const struct piece *p)
{
	return p->at == p->end;
}

/* The weekday of a value of the line, Monday = 0. */
static int
weekday_of(const struct crontab_field *f, int v)
{
	return (v + f->shift + WEEK - 1) % WEEK;
}

/*
 * Append a value as it was typed; a weekday of a long line by name, because
 * dialects count from 0 or from 1.
 */
static void
show(struct crontab_field *f, int v, bool is_name)
{
	static const char *const weekdays[] = { "sun", "mon", "tue", "wed",
		"thu", "fri", "sat" };
	const struct cron_def *def = f->p.def;

	if (f->p.f == CRON_DOW && (is_name || f->is_long))
		buf_str(f->p.norm, weekdays[(v + f->shift) % WEEK]);
	else if (is_name)
		buf_str(f->p.norm, def->names[v - def->min]);
	else
		buf_printf(f->p.norm, "%d", v);
}

/* Note a number that the dialects count differently. */
static void
note_number(struct crontab_field *f)
{
	if (f->p.f == CRON_DOW && f->is_long)
		note(f, f->shift != 0 ? CRONTAB_QUARTZ : CRONTAB_SUNDAY_0);
}

/* Read a number, or a name if the field has names. */
static enum piece_rc
take_value(struct crontab_field *f, int *out, bool *is_name)
{
	struct piece *p = &f->p;
	char word[PIECE_WORD_SIZE];
	int i;

	*is_name = false;
	if (piece_number(p, out)) {
		note_number(f);
		return PIECE_TAKEN;
	}
	if (p->def->names == NULL || !piece_word(p, word))
		return piece_unrecognized(p);
	i = piece_name_index(p->def->names, word);
	/* friL */
	if (i == -1 && p->f == CRON_DOW && strlen(word) == 4 &&
	    strchr("lL", word[3]) != NULL) {
		word[3] = '\0';
		p->at--;
		i = piece_name_index(p->def->names, word);
	}
	if (i == -1)
		return piece_bad_name(p, word);
	*is_name = true;
	*out = p->def->min + i;
	return PIECE_TAKEN;
}

/*
 * End a piece.  cron(8) accepts what it has read up to here and skips to the
 * next blank, including commas.
 */
static enum piece_rc
finish(struct crontab_field *f, bool is_cron)
{
	struct piece *p = &f->p;

	if (is_at_end(p))
		return PIECE_TAKEN;
	if (!is_cron || f->is_long)
		return piece_unrecognized(p);
	note(f, CRONTAB_JUNK);
	p->next = NULL;
	return PIECE_TAKEN;
}

/* Read "/n", digits only, if it is next. */
static enum piece_rc
take_step(struct crontab_field *f, int *step)
{
	struct piece *p = &f->p;

	*step = 0;
	if (!piece_char(p, '/'))
		return PIECE_TAKEN;
	if (!piece_number(p, step) || (!is_at_end(p) && piece_is_alpha(*p->at)))
		return piece_unrecognized(p);
	return *step == 0 ? piece_zero_step(p) : PIECE_TAKEN;
}

static void
show_range(struct crontab_field *f, const struct span *s)
{
	struct buf *norm = f->p.norm;

	if (s->is_star)
		buf_char(norm, '*');
	else
		show(f, s->a, s->is_a_name);
	/* An open range of weekdays ends where its dialect ends the week. */
	if (!s->is_star && !s->is_single &&
	    (!s->is_open || (f->is_long && f->p.f == CRON_DOW))) {
		buf_char(norm, '-');
		show(f, s->b, s->is_b_name);
	}
	if (s->step > 0)
		buf_printf(norm, "/%d", s->step);
}

/* Add a, a + step, … b. */
static enum piece_rc
add_range(struct crontab_field *f, const struct span *s)
{
	if (s->step > s->b - s->a)
		note(f, CRONTAB_STEP);
	show_range(f, s);
	return piece_add(&f->p, s->a + f->shift, s->b + f->shift,
	    s->step > 0 ? s->step : 1);
}

/* Quartz: from a past the maximum to b, value by value. */
static enum piece_rc
add_around(struct crontab_field *f, const struct span *s)
{
	const struct cron_def *def = f->p.def;
	int size = def->max - def->min + 1, v, i;

	note(f, CRONTAB_WRAP);
	if (f->p.f == CRON_DOW)
		size = WEEK;
	for (i = s->a; i <= s->b + size; i += s->step > 0 ? s->step : 1) {
		v = i > def->min + size - 1 ? i - size : i;
		if (i > s->a)
			buf_char(f->p.norm, ',');
		show(f, v, s->is_a_name);
		if (piece_add(&f->p, v + f->shift, v + f->shift, 1) !=
		    PIECE_TAKEN)
			return PIECE_REFUSED;
	}
	return PIECE_TAKEN;
}

/* A range that ends before it begins. */
static enum piece_rc
add_reversed(struct crontab_field *f, const struct span *s)
{
	const struct piece_back back = { s->a, s->b, s->step,
		s->is_a_name && s->is_b_name };

	if (f->is_long && f->p.f != CRON_YEAR)
		return add_around(f, s);
	/* cron(8) counts from a to b, and meets no value. */
	note(f, CRONTAB_EMPTY);
	piece_forward(&f->p, &back, f->forward[f->p.f]);
	return PIECE_TAKEN;
}

/* "a-b", "a-b/n"; a and the dash have been read. */
static enum piece_rc
parse_range(struct crontab_field *f, struct span *s)
{
	struct piece *p = &f->p;

	if (take_value(f, &s->b, &s->is_b_name) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (!is_at_end(p) && (piece_is_alpha(*p->at) || is_digit(*p->at)))
		return piece_unrecognized(p);
	if (take_step(f, &s->step) != PIECE_TAKEN ||
	    piece_check_bounds(p, s->a < s->b ? s->a : s->b,
		s->a < s->b ? s->b : s->a) != PIECE_TAKEN ||
	    finish(f, true) != PIECE_TAKEN)
		return PIECE_REFUSED;
	/* fri-sun, 5-0: Sunday is also the last day of the week. */
	if (p->f == CRON_DOW && f->shift == 0 && s->b == 0 && s->a > 0) {
		s->b = WEEK;
		note(f, CRONTAB_WEEK_END);
	}
	return s->a > s->b ? add_reversed(f, s) : add_range(f, s);
}

/* The largest value of the field, for "*" and "a/n". */
static int
last_value(const struct crontab_field *f)
{
	/* Sunday is the first day of the week; the last one only on request. */
	return f->p.f == CRON_DOW && f->shift == 0 ? WEEK - 1 : f->p.def->max;
}

static enum piece_rc
parse_star(struct crontab_field *f)
{
	struct span s = { .a = f->p.def->min, .b = last_value(f) };

	s.is_star = true;
	if (take_step(f, &s.step) != PIECE_TAKEN ||
	    finish(f, true) != PIECE_TAKEN)
		return PIECE_REFUSED;
	return add_range(f, &s);
}

/* "?": no specific value, if the other day field has one. */
static enum piece_rc
parse_question(struct crontab_field *f)
{
	struct span s = { .a = f->p.def->min, .b = last_value(f) };

	s.is_star = true;
	if ((f->p.f != CRON_DAY && f->p.f != CRON_DOW) || !is_at_end(&f->p))
		return piece_unrecognized(&f->p);
	return add_range(f, &s);
}

/* splitmix64: every bit of x reaches every bit of the result. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/*
 * Choose a value from s->a to s->b, always the same for a job, field and
 * piece; with a step, choose where the steps begin.
 */
static enum piece_rc
add_chosen(struct crontab_field *f, struct span *s)
{
	uint64_t at = (uint64_t)f->p.f << 8 | (uint64_t)(f->n & 0xff);
	int n = s->b - s->a + 1;

	if (finish(f, false) != PIECE_TAKEN ||
	    piece_check_bounds(&f->p, s->a, s->b) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (s->step > 0 && s->step < n)
		n = s->step;
	s->a += (int)(mix(f->ct->choice ^ mix(at)) % (uint64_t)n);
	note(f, CRONTAB_CHOICE);
	s->is_a_name = s->is_b_name = false;
	s->is_single = s->step == 0 || s->step > s->b - s->a;
	if (s->is_single) {
		s->b = s->a;
		s->step = 0;
	}
	show_range(f, s);
	return piece_add(&f->p, s->a + f->shift, s->b + f->shift,
	    s->step > 0 ? s->step : 1);
}

/* All values to choose from. */
static struct span
whole(const struct crontab_field *f)
{
	struct span s = { .a = f->p.def->min, .b = last_value(f) };

	if (f->p.f == CRON_DAY)
		s.b = DAY_ALWAYS_MAX;
	return s;
}

/* "H", "H/n", "H(a-b)", "H(a-b)/n" (Jenkins); the H has been read. */
static enum piece_rc
parse_hash(struct crontab_field *f)
{
	struct piece *p = &f->p;
	struct span s = whole(f);

	if (p->f == CRON_YEAR)
		return piece_unrecognized(p);
	if (piece_char(p, '(')) {
		if (take_value(f, &s.a, &s.is_a_name) != PIECE_TAKEN)
			return PIECE_REFUSED;
		if (!piece_char(p, '-'))
			return piece_unrecognized(p);
		if (take_value(f, &s.b, &s.is_b_name) != PIECE_TAKEN)
			return PIECE_REFUSED;
		if (!piece_char(p, ')') || s.a > s.b)
			return piece_unrecognized(p);
	}
	if (take_step(f, &s.step) != PIECE_TAKEN)
		return PIECE_REFUSED;
	return add_chosen(f, &s);
}

/* "a~b", "~b", "a~", "~" (OpenBSD, cronie); s has what precedes the ~. */
static enum piece_rc
parse_random(struct crontab_field *f, struct span *s)
{
	struct piece *p = &f->p;

	if (p->f == CRON_YEAR)
		return piece_unrecognized(p);
	s->b = whole(f).b;
	if (s->b < s->a)
		s->b = last_value(f);
	if (!is_at_end(p) && *p->at != '/' &&
	    take_value(f, &s->b, &s->is_b_name) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (take_step(f, &s->step) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (s->a > s->b)
		return piece_unrecognized(p);
	return add_chosen(f, s);
}

/* "W" after a day: the working day nearest to it. */
static enum piece_rc
add_nearest(struct crontab_field *f, int day)
{
	if (!is_at_end(&f->p))
		return piece_unrecognized(&f->p);
	if (piece_check_bounds(&f->p, day, day) != PIECE_TAKEN)
		return PIECE_REFUSED;
	f->ct->set->nearest |= UINT32_C(1) << day;
	buf_printf(f->p.norm, "%dW", day);
	return PIECE_TAKEN;
}

/* "L", "L-3", "LW", "L-3W"; the L has been read. */
static enum piece_rc
parse_last_day(struct crontab_field *f)
{
	struct piece *p = &f->p;
	struct cron *c = f->ct->set;
	int n = 0;
	bool is_working;

	if (piece_char(p, '-') && (!piece_number(p, &n) || n < 1 || n > 30))
		return piece_unrecognized(p);
	is_working = take_letter(p, 'W');
	if (!is_at_end(p))
		return piece_unrecognized(p);
	if (is_working)
		c->end_nearest |= UINT32_C(1) << n;
	else if (n > 0)
		c->from_end |= UINT32_C(1) << n;
	else
		c->bits[CRON_DAY] |= UINT64_C(1) << CRON_DAY_LAST;
	buf_char(p->norm, 'L');
	if (n > 0)
		buf_printf(p->norm, "-%d", n);
	if (is_working)
		buf_char(p->norm, 'W');
	return PIECE_TAKEN;
}

/* The last weekday v of the month. */
static enum piece_rc
add_last_weekday(struct crontab_field *f, int v, bool is_name)
{
	if (!is_at_end(&f->p))
		return piece_unrecognized(&f->p);
	if (piece_check_bounds(&f->p, v, v) != PIECE_TAKEN)
		return PIECE_REFUSED;
	f->ct->set->dow_nth |= CRON_NTH(POSITIONS, weekday_of(f, v));
	show(f, v, is_name);
	buf_char(f->p.norm, 'L');
	return PIECE_TAKEN;
}

/*
 * "L" for a weekday is Saturday (Quartz), "L5" the last Friday (croniter); the
 * L has been read.
 */
static enum piece_rc
parse_last_weekday(struct crontab_field *f)
{
	int v = f->p.def->min + WEEK - 1;
	bool is_name = false;

	if (is_at_end(&f->p)) {
		note(f, CRONTAB_SATURDAY);
		show(f, v, true);
		return piece_add(&f->p, v + f->shift, v + f->shift, 1);
	}
	if (take_value(f, &v, &is_name) != PIECE_TAKEN)
		return PIECE_REFUSED;
	return add_last_weekday(f, v, is_name);
}

/* "fri#2", the 2nd Friday; the sign has been read. */
static enum piece_rc
add_position(struct crontab_field *f, const struct span *s)
{
	struct piece *p = &f->p;
	int n;

	if (!piece_number(p, &n) || !is_at_end(p))
		return piece_unrecognized(p);
	if (n < 1 || n > POSITIONS) {
		fault_add(p->fs, p->blame,
		    "Error validating expression '%.*s': the number after # "
		    "must be 1 to %d, as a month has no more of a weekday",
		    (int)(p->end - p->text), p->text, POSITIONS);
		return PIECE_REFUSED;
	}
	if (piece_check_bounds(p, s->a, s->a) != PIECE_TAKEN)
		return PIECE_REFUSED;
	note(f, CRONTAB_POSITION);
	f->ct->set->dow_nth |= CRON_NTH(n - 1, weekday_of(f, s->a));
	show(f, s->a, s->is_a_name);
	buf_printf(p->norm, "#%d", n);
	return PIECE_TAKEN;
}

/* A piece that begins with a value. */
static enum piece_rc
parse_value(struct crontab_field *f)
{
	struct piece *p = &f->p;
	struct span s = { .step = 0 };

	if (take_value(f, &s.a, &s.is_a_name) != PIECE_TAKEN)
		return PIECE_REFUSED;
	s.b = s.a;
	if (p->f == CRON_DAY && take_letter(p, 'W'))
		return add_nearest(f, s.a);
	if (p->f == CRON_DOW && take_letter(p, 'L'))
		return add_last_weekday(f, s.a, s.is_a_name);
	if (p->f == CRON_DOW && piece_char(p, '#'))
		return add_position(f, &s);
	if (!is_at_end(p) && (piece_is_alpha(*p->at) || is_digit(*p->at)))
		return piece_unrecognized(p);
	if (piece_char(p, '~')) {
		note(f, CRONTAB_RANDOM);
		return parse_random(f, &s);
	}
	if (piece_char(p, '-'))
		return parse_range(f, &s);
	if (!is_at_end(p) && *p->at == '/') {
		s.is_open = true;
		s.b = s.a <= last_value(f) ? last_value(f) : s.a;
	} else
		s.is_single = true;
	if (take_step(f, &s.step) != PIECE_TAKEN ||
	    piece_check_bounds(p, s.a, s.a) != PIECE_TAKEN ||
	    finish(f, s.is_single) != PIECE_TAKEN)
		return PIECE_REFUSED;
	return add_range(f, &s);
}

/* Is it the sign H alone?  No name is just that letter. */
static bool
is_hash(const struct piece *p)
{
	return p->at < p->end && strchr("hH", *p->at) != NULL &&
	    (p->at + 1 == p->end || !piece_is_alpha(p->at[1]));
}

static enum piece_rc
parse_piece(struct crontab_field *f)
{
	struct piece *p = &f->p;

	if (piece_char(p, '*'))
		return parse_star(f);
	if (piece_char(p, '?'))
		return parse_question(f);
	if (piece_char(p, '~')) {
		struct span s = whole(f);

		return parse_random(f, &s);
	}
	if (is_hash(p)) {
		p->at++;
		return parse_hash(f);
	}
	if (p->f == CRON_DAY && take_letter(p, 'L'))
		return parse_last_day(f);
	if (p->f == CRON_DOW && take_letter(p, 'L'))
		return parse_last_weekday(f);
	return parse_value(f);
}

int
crontab_field_parse(struct crontab_field *f, const char *text, const char *end)
{
	struct piece *p = &f->p;
	size_t from = p->norm->len, at;

	f->n = 0;
	for (p->text = text;; p->text = p->next, f->n++) {
		piece_cut(p, end);
		at = p->norm->len;
		if (at > from)
			buf_char(p->norm, ',');
		if (parse_piece(f) == PIECE_REFUSED)
			return -1;
		if (p->norm->len == at + (at > from))
			buf_cut(p->norm, at); /* an empty range: no comma */
		if (p->next == NULL)
			return 0;
	}
}
