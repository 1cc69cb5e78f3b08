#include <string.h>
#include <strings.h>

#include "lib/cron_piece.h"
#include "lib/crontab.h"
#include "lib/fault.h"

#include "lib/ban.h"

/* What the fields of crontab(5) may hold, in their order on the line. */
static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

#define FIELDS 5

static const struct {
	struct cron_def def;
	enum cron_field f;
} columns[FIELDS] = {
	{ { "minute", 0, 59, NULL, NULL }, CRON_MINUTE },
	{ { "hour", 0, 23, NULL, NULL }, CRON_HOUR },
	{ { "day", 1, 31, NULL, NULL }, CRON_DAY },
	{ { "month", 1, 12, months, "month" }, CRON_MONTH },
	{ { "day_of_week", 0, 7, weekdays, "weekday" }, CRON_DOW },
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

/* A number, or a name where the field has names. */
static enum piece_rc
take_value(struct piece *p, int *out)
{
	char word[PIECE_WORD_SIZE];
	int i;

	if (piece_number(p, out))
		return PIECE_TAKEN;
	if (p->def->names == NULL || !piece_word(p, word))
		return piece_unrecognized(p);
	i = piece_name_index(p->def->names, word);
	if (i == -1)
		return piece_bad_name(p, word);
	*out = p->def->min + i;
	return PIECE_TAKEN;
}

/* "*", "a", "a-b", and in front of a step also "a" for a to the maximum. */
static enum piece_rc
take_range(struct piece *p, int *a, int *b)
{
	*a = p->def->min;
	*b = p->is_sunday_0 ? 6 : p->def->max;
	if (piece_char(p, '*'))
		return PIECE_TAKEN;
	if (take_value(p, a) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (!piece_char(p, '-')) {
		if (p->at == p->end)
			*b = *a;
		return PIECE_TAKEN;
	}
	if (take_value(p, b) != PIECE_TAKEN)
		return PIECE_REFUSED;
	/* fri-sun, 5-0: Sunday ends the week as well as it begins it. */
	if (p->is_sunday_0 && *b == 0 && *a > 0)
		*b = 7;
	return PIECE_TAKEN;
}

static enum piece_rc
parse_piece(struct piece *p)
{
	enum piece_rc rc;
	bool has_step;
	int a, b, step;

	if (take_range(p, &a, &b) != PIECE_TAKEN)
		return PIECE_REFUSED;
	has_step = p->at < p->end;
	if (piece_step(p, &step) == -1)
		return piece_unrecognized(p);
	if (has_step && step == 0)
		return piece_zero_step(p);
	rc = piece_check_bounds(p, a, b);
	if (rc != PIECE_TAKEN)
		return rc;
	if (a > b)
		return piece_reversed(p);
	if (step > b - a && has_step)
		return piece_big_step(p, step, b - a);
	return piece_add(p, a, b, has_step ? step : 1);
}

/* One field: [text, end) without blanks. */
static int
parse_column(struct piece *p, const char *text, const char *end)
{
	for (p->text = text;; p->text = p->next) {
		piece_cut(p, end);
		if (parse_piece(p) == PIECE_REFUSED)
			return -1;
		if (p->next == NULL)
			return 0;
	}
}

static int
count_columns(const char *line)
{
	int n;

	for (n = 0; *(line += strspn(line, " \t")) != '\0'; n++)
		line += strcspn(line, " \t");
	return n;
}

/* The five fields of line; *stars gets a bit for each that begins with *. */
static int
parse_line(const char *line, struct cron *c, struct faults *fs,
    unsigned int *stars)
{
	struct piece p = { .c = c, .fs = fs, .blame = "crontab" };
	int n = count_columns(line);
	size_t len;

	if (n != FIELDS)
		return fault_add(fs, "crontab",
		    "Wrong number of fields; got %d, expected 5", n);
	for (n = 0; n < FIELDS; n++, line += len) {
		line += strspn(line, " \t");
		len = strcspn(line, " \t");
		p.def = &columns[n].def;
		p.f = columns[n].f;
		p.is_sunday_0 = p.f == CRON_DOW;
		*stars |= (unsigned int)(*line == '*') << p.f;
		if (parse_column(&p, line, line + len) == -1)
			return -1;
	}
	return 0;
}

/* Append line with single spaces, in lower case. */
static void
normalize(const char *line, struct buf *norm)
{
	size_t from = norm->len;
	bool is_gap = false;

	for (; *line != '\0'; line++) {
		if (*line == ' ' || *line == '\t') {
			is_gap = norm->len > from;
			continue;
		}
		if (is_gap)
			buf_char(norm, ' ');
		is_gap = false;
		buf_char(norm,
		    (char)(*line >= 'A' && *line <= 'Z' ? *line + ('a' - 'A') :
							  *line));
	}
}

/* The line a word like @daily stands for, NULL for a word unknown. */
static const char *
expand(const char *line)
{
	size_t i, n, len;

	line += strspn(line, " \t");
	len = strcspn(line, " \t");
	for (i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		n = strlen(shorthands[i].name);
		if (len == n && line[len + strspn(line + len, " \t")] == '\0' &&
		    strncasecmp(line, shorthands[i].name, n) == 0)
			return shorthands[i].line;
	}
	return NULL;
}

int
crontab_parse(const char *text, struct cron *c, struct buf *norm,
    struct faults *fs)
{
	unsigned int stars = 0;
	const char *line = text;

	if (text[strspn(text, " \t")] == '@') {
		line = expand(text);
		if (line == NULL)
			return fault_add(fs, "crontab",
			    "Unrecognized expression \"%.100s\"", text);
	}
	if (parse_line(line, c, fs, &stars) == -1)
		return -1;
	cron_fill(c, CRON_WEEK);
	c->bits[CRON_SECOND] = 1;
	/* cron(8): a field that begins with * does not restrict the day. */
	c->is_day_or_dow =
	    (stars >> CRON_DAY & 1) == 0 && (stars >> CRON_DOW & 1) == 0;
	c->is_hour_wide = (stars >> CRON_HOUR & 1) != 0 ||
	    __builtin_popcountll(c->bits[CRON_HOUR]) >= 12;
	normalize(text, norm);
	return 0;
}
