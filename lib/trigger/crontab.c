/*
 * The time of a crontab line: which dialect it is in, and its fields in that
 * dialect's order.  crontab_piece.c reads each field, crontab_line.c what
 * surrounds the fields.  Tested in t_crontab and by tests/proof/crontab.py.
 */
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/trigger/crontab_piece.h"
#include "lib/base/fault.h"

#include "lib/base/ban.h"

/* The values the fields can have. */
static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

static const struct cron_def defs[CRON__MAX] = {
	[CRON_SECOND] = { "second", 0, 59, NULL, NULL },
	[CRON_MINUTE] = { "minute", 0, 59, NULL, NULL },
	[CRON_HOUR] = { "hour", 0, 23, NULL, NULL },
	[CRON_DAY] = { "day", 1, 31, NULL, NULL },
	[CRON_MONTH] = { "month", 1, 12, months, "month" },
	[CRON_DOW] = { "day_of_week", 0, 7, weekdays, "weekday" },
	[CRON_YEAR] = { "year", CRON_YEAR_MIN, CRON_YEAR_MAX, NULL, NULL },
};
static const struct cron_def quartz_dow = { "day_of_week", 1, 7, weekdays,
	"weekday" };

#define FIELDS_MIN 5
#define FIELDS_MAX 7

/* The order of the fields in each shape of line. */
enum shape {
	SHAPE_FIVE,
	SHAPE_SECONDS,
	SHAPE_YEAR_LAST,
	SHAPE_SEVEN,
	SHAPE_SECONDS_LAST /* before it is reordered to SHAPE_SECONDS */
};

static const enum cron_field orders[][FIELDS_MAX] = {
	[SHAPE_FIVE] = { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH,
	    CRON_DOW },
	[SHAPE_SECONDS] = { CRON_SECOND, CRON_MINUTE, CRON_HOUR, CRON_DAY,
	    CRON_MONTH, CRON_DOW },
	[SHAPE_YEAR_LAST] = { CRON_MINUTE, CRON_HOUR, CRON_DAY, CRON_MONTH,
	    CRON_DOW, CRON_YEAR },
	[SHAPE_SEVEN] = { CRON_SECOND, CRON_MINUTE, CRON_HOUR, CRON_DAY,
	    CRON_MONTH, CRON_DOW, CRON_YEAR },
};

static const struct {
	const char *name;
	const char *line;
} shorthands[] = {
	{ "@hourly", "0 * * * *" },
	{ "@daily", "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },
	{ "@monthly", "0 0 1 * *" },
	{ "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

static const char blanks[] = " \t\r\n";

/* A line split at blanks. */
struct line {
	const char *at[FIELDS_MAX];
	size_t len[FIELDS_MAX];
	int n; /* number of words, including those past FIELDS_MAX */
	enum shape shape;
	bool has_question;
	bool is_quartz; /* weekday 1 is Sunday */
	bool is_seconds_last;
};

static void
split(const char *text, struct line *l)
{
	size_t len;

	l->n = 0;
	for (;; text += len, l->n++) {
		text += strspn(text, blanks);
		len = strcspn(text, blanks);
		if (len == 0)
			return;
		if (l->n >= FIELDS_MAX)
			continue;
		l->at[l->n] = text;
		l->len[l->n] = len;
	}
}

static bool
has_char(const struct line *l, int i, char c)
{
	return memchr(l->at[i], c, l->len[i]) != NULL;
}

/* Can the word of n bytes at s stand in a field? */
static bool
is_field_word(const char *s, size_t n)
{
	static const char *const signs[] = { "h", "l", "w", "lw", NULL };
	char word[PIECE_WORD_SIZE];

	if (n >= sizeof(word))
		return false;
	memcpy(word, s, n);
	word[n] = '\0';
	if (piece_name_index(signs, word) != -1 ||
	    piece_name_index(months, word) != -1 ||
	    piece_name_index(weekdays, word) != -1)
		return true;
	/* friL */
	if (n == 4 && strchr("lL", word[3]) != NULL) {
		word[3] = '\0';
		return piece_name_index(weekdays, word) != -1;
	}
	return false;
}

/* Can word i be a field?  Otherwise it begins a command. */
static bool
may_be_field(const struct line *l, int i)
{
	const char *s = l->at[i], *end = s + l->len[i], *from;

	while (s < end) {
		from = s;
		while (s < end && piece_is_alpha(*s))
			s++;
		if (s > from && !is_field_word(from, (size_t)(s - from)))
			return false;
		if (s == from && strchr("0123456789*?,-/~#()", *s++) == NULL)
			return false;
	}
	return true;
}

/* Is word i a year: four digits and no name? */
static bool
is_year(const struct line *l, int i)
{
	size_t n = 0;

	for (size_t k = 0; k < l->len[i] && n < 4; k++)
		n = l->at[i][k] >= '0' && l->at[i][k] <= '9' ? n + 1 : 0;
	return n == 4;
}

/* Does word i contain one of the names? */
static bool
has_name(const struct line *l, int i, const char *const *names)
{
	for (size_t k = 0; k + 3 <= l->len[i]; k++)
		for (const char *const *n = names; *n != NULL; n++)
			if (strncasecmp(l->at[i] + k, *n, 3) == 0)
				return true;
	return false;
}

/*
 * Which shape a line of six fields has: "?" stands in the day or the weekday,
 * names in the month or the weekday, so their position decides; a year is
 * recognized by itself.
 */
static enum shape
shape_of(const struct line *l)
{
	if (l->n == FIELDS_MIN)
		return SHAPE_FIVE;
	if (l->n == FIELDS_MAX)
		return SHAPE_SEVEN;
	if (has_char(l, 2, '?') || has_char(l, 4, '?') || is_year(l, 5))
		return SHAPE_YEAR_LAST;
	if (has_name(l, 3, months) || has_name(l, 4, weekdays))
		return l->len[5] == 1 && l->at[5][0] == '*' ?
		    SHAPE_YEAR_LAST :
		    SHAPE_SECONDS_LAST;
	return SHAPE_SECONDS;
}

/* Move the second from the end to the front. */
static void
rotate_seconds(struct line *l)
{
	const char *at = l->at[5];
	size_t len = l->len[5];

	memmove(l->at + 1, l->at, 5 * sizeof(l->at[0]));
	memmove(l->len + 1, l->len, 5 * sizeof(l->len[0]));
	l->at[0] = at;
	l->len[0] = len;
	l->shape = SHAPE_SECONDS;
}

/* Position of the weekday. */
static int
dow_at(const struct line *l)
{
	return l->shape == SHAPE_SECONDS || l->shape == SHAPE_SEVEN ? 5 : 4;
}

/* Does the list of weekdays contain the number 0? */
static bool
has_zero(const struct line *l, int i)
{
	const char *s = l->at[i];

	for (size_t k = 0; k < l->len[i]; k++)
		if (s[k] == '0' && (k == 0 || strchr(",-", s[k - 1]) != NULL) &&
		    (k + 1 == l->len[i] || s[k + 1] < '0' || s[k + 1] > '9'))
			return true;
	return false;
}

/*
 * Quartz, and AWS after it, requires a "?" in one of day and weekday and has
 * no weekday 0.  A line that they would refuse belongs to one of the many
 * programs that put seconds first and count weekdays as crontab(5) does.
 */
static bool
is_quartz(const struct line *l)
{
	if (l->shape == SHAPE_FIVE || has_zero(l, dow_at(l)))
		return false;
	return l->has_question || l->shape == SHAPE_SEVEN;
}

static int
refuse_command(const struct line *l, int i, struct faults *fs)
{
	return fault_add(fs, "crontab",
	    "Wrong number of fields; expected 5: \"%.*s\" begins the command, "
	    "or the user, of the line; give its first five fields alone",
	    l->len[i] > 60 ? 60 : (int)l->len[i], l->at[i]);
}

/* Can the first n words be the fields of some dialect? */
static bool
may_be_fields(const struct line *l, int n)
{
	for (int i = 0; i < n; i++)
		if (!may_be_field(l, i))
			return false;
	return true;
}

static int
find_shape(const char *text, struct line *l, struct faults *fs)
{
	int i;

	split(text, l);
	for (i = FIELDS_MIN; i < l->n && i < FIELDS_MAX; i++)
		if (!may_be_field(l, i))
			return refuse_command(l, i, fs);
	if (l->n < FIELDS_MIN || l->n > FIELDS_MAX ||
	    (l->n > FIELDS_MIN && !may_be_fields(l, l->n)))
		return fault_add(fs, "crontab",
		    "Wrong number of fields; got %d, expected 5 (or 6 with the "
		    "second before them, or 7 with the year behind those)",
		    l->n);
	l->shape = shape_of(l);
	l->is_seconds_last = l->shape == SHAPE_SECONDS_LAST;
	if (l->is_seconds_last)
		rotate_seconds(l);
	l->has_question = false;
	for (i = 0; i < l->n; i++)
		l->has_question = l->has_question || has_char(l, i, '?');
	l->is_quartz = is_quartz(l);
	return 0;
}

/* Refuse a field without a value: all its ranges end before they begin. */
static int
refuse_empty(const struct crontab_field *f, const struct line *l, int i)
{
	const enum cron_field what = orders[l->shape][i];
	const char *forward = f->forward[what];

	return fault_add(f->p.fs, "crontab",
	    "The minimum value in a range must not be higher than the maximum: "
	    "\"%.*s\" for field \"%s\" has no value%s%s",
	    l->len[i] > 40 ? 40 : (int)l->len[i], l->at[i], defs[what].name,
	    forward[0] == '\0' ? "" : "; write ", forward);
}

/* Set the fields that the line lacks: second 0, every week, every year. */
static void
set_defaults(struct cron *c, enum shape shape)
{
	cron_fill(c, CRON_WEEK);
	if (shape == SHAPE_FIVE || shape == SHAPE_YEAR_LAST)
		c->bits[CRON_SECOND] = 1;
}

/* Does the field leave no possible day? */
static bool
is_empty(const struct cron *c, enum cron_field f)
{
	if (f == CRON_YEAR)
		return c->years == NULL;
	if (f == CRON_DAY &&
	    (c->nth | c->from_end | c->nearest | c->end_nearest) != 0)
		return false;
	if (f == CRON_DOW && c->dow_nth != 0)
		return false;
	return c->bits[f] == 0;
}

/* Read field i; an empty day or weekday is shown as *. */
static int
parse_field(struct crontab_field *f, const struct line *l, int i,
    unsigned *stars)
{
	struct cron *c = f->ct->set;
	struct buf *norm = f->p.norm;
	size_t from = norm->len;

	f->p.f = orders[l->shape][i];
	f->p.def = &defs[f->p.f];
	f->shift = 0;
	f->p.is_sunday_0 = f->p.f == CRON_DOW;
	if (f->p.f == CRON_DOW && l->is_quartz) {
		f->p.def = &quartz_dow;
		f->shift = -1;
	}
	if (l->at[i][0] == '*' || l->at[i][0] == '?')
		*stars |= 1U << f->p.f;
	/* A full set is not kept. */
	if (f->p.f == CRON_YEAR && l->len[i] == 1 && l->at[i][0] == '*')
		return 0;
	if (crontab_field_parse(f, l->at[i], l->at[i] + l->len[i]) == -1)
		return -1;
	if (norm->len == from)
		buf_char(norm, '*');
	if (is_empty(c, f->p.f) && f->p.f != CRON_DAY && f->p.f != CRON_DOW)
		return refuse_empty(f, l, i);
	if (f->p.f == CRON_YEAR)
		cron_forget_full_years(c);
	return 0;
}

/*
 * cron(8): a field that begins with * does not restrict the day; of two that
 * do, either may match.  If one of them is empty, it is ignored.
 */
static int
judge_days(const struct crontab_field *f, const struct line *l, unsigned stars)
{
	struct crontab *ct = f->ct;
	struct cron *c = ct->set;
	bool no_day = is_empty(c, CRON_DAY), no_dow = is_empty(c, CRON_DOW);
	bool is_either = (stars & (1U << CRON_DAY | 1U << CRON_DOW)) == 0;
	int dow = dow_at(l);

	if (no_day && (no_dow || !is_either))
		return refuse_empty(f, l, dow - 2);
	if (no_dow && !is_either)
		return refuse_empty(f, l, dow);
	if (no_day)
		cron_fill(c, CRON_DAY);
	if (no_dow)
		cron_fill(c, CRON_DOW);
	c->is_day_or_dow = is_either && !no_day && !no_dow;
	if (c->is_day_or_dow && l->shape != SHAPE_FIVE)
		ct->notes |= CRONTAB_EITHER;
	c->is_hour_wide = (stars >> CRON_HOUR & 1) != 0 ||
	    __builtin_popcountll(c->bits[CRON_HOUR]) >= 12;
	return 0;
}

/* Does the line restrict the year? */
static bool
names_year(const struct line *l)
{
	int i = l->n - 1;

	return (l->shape == SHAPE_YEAR_LAST || l->shape == SHAPE_SEVEN) &&
	    (l->len[i] != 1 || l->at[i][0] != '*');
}

/* Read all fields into the set and, as few as possible, into norm. */
static int
parse_fields(const struct line *l, struct crontab *ct, struct faults *fs)
{
	struct crontab_field f = { .ct = ct, .is_long = l->n > FIELDS_MIN };
	struct buf *norm = ct->norm;
	bool has_year = names_year(l);
	unsigned stars = 0;
	size_t from = norm->len, at;
	int i;

	f.p.c = ct->set;
	f.p.norm = norm;
	f.p.fs = fs;
	f.p.blame = "crontab";
	set_defaults(ct->set, l->shape);
	if (has_year && l->shape == SHAPE_YEAR_LAST)
		buf_char(norm, '0');
	for (i = 0; i < l->n; i++) {
		at = norm->len;
		if (norm->len > from)
			buf_char(norm, ' ');
		if (parse_field(&f, l, i, &stars) == -1)
			return -1;
		if (f.p.f == CRON_SECOND && ct->set->bits[CRON_SECOND] == 1 &&
		    !has_year)
			buf_cut(norm, at);
		if (f.p.f == CRON_YEAR && !has_year)
			buf_cut(norm, at);
	}
	if (l->shape == SHAPE_SECONDS)
		ct->notes |=
		    l->is_seconds_last ? CRONTAB_SECONDS_LAST : CRONTAB_SECONDS;
	if (l->shape == SHAPE_YEAR_LAST)
		ct->notes |= CRONTAB_YEAR_LAST;
	return judge_days(&f, l, stars);
}

/* Index of a word such as @daily, or -1. */
static int
find_shorthand(const struct line *l)
{
	int i;

	for (i = 0; i < (int)(sizeof(shorthands) / sizeof(shorthands[0])); i++)
		if (strlen(shorthands[i].name) == l->len[0] &&
		    strncasecmp(shorthands[i].name, l->at[0], l->len[0]) == 0)
			return i;
	return -1;
}

static bool
is_reboot(const struct line *l)
{
	return l->len[0] == 7 && strncasecmp(l->at[0], "@reboot", 7) == 0;
}

/* Read a line that begins with @. */
static int
parse_shorthand(const struct line *l, struct crontab *ct, struct faults *fs)
{
	struct buf unused = BUF_INIT;
	struct crontab inner = *ct;
	struct line expanded = { .n = 0 };
	int i = find_shorthand(l), rc;

	if (is_reboot(l))
		return fault_add(fs, "crontab",
		    "\"@reboot\" has no time: jobs fire by the clock only; "
		    "run the command from the host's own crontab, or give a "
		    "date");
	if (i == -1)
		return fault_add(fs, "crontab",
		    "Unrecognized expression \"%.100s\": accepted are @hourly, "
		    "@daily, @midnight, @weekly, @monthly, @yearly, @annually "
		    "and @every with a length like 1h30m",
		    l->at[0]);
	if (l->n > 1)
		return refuse_command(l, 1, fs);
	inner.norm = &unused;
	rc = find_shape(shorthands[i].line, &expanded, fs);
	if (rc == 0)
		rc = parse_fields(&expanded, &inner, fs);
	buf_str(ct->norm, shorthands[i].name);
	ct->norm->is_failed |= unused.is_failed;
	buf_fini(&unused);
	return rc;
}

int
crontab_parse(const char *text, struct crontab *ct, struct faults *fs)
{
	size_t from = ct->norm->len;
	struct line l = { .n = 0 };
	int rc;

	split(text, &l);
	if (l.n > 0 && l.at[0][0] == '@')
		rc = parse_shorthand(&l, ct, fs);
	else if ((rc = find_shape(text, &l, fs)) == 0)
		rc = parse_fields(&l, ct, fs);
	if (rc == -1)
		buf_cut(ct->norm, from);
	return rc;
}
