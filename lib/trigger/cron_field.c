/*
 * One field of a cron trigger in APScheduler's grammar, with its errors and
 * its omissions.  Crontab lines are crontab.c.  Tested in t_cron_field.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/buf.h"
#include "lib/trigger/cron_field.h"
#include "lib/trigger/cron_piece.h"
#include "lib/base/fault.h"

#include "lib/base/ban.h"

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri",
	"sat", "sun", NULL };
static const char *const positions[] = { "1st", "2nd", "3rd", "4th", "5th",
	"last", NULL };

static const struct cron_def defs[CRON__MAX] = {
	[CRON_YEAR] = { "year", CRON_YEAR_MIN, CRON_YEAR_MAX, NULL, NULL },
	[CRON_MONTH] = { "month", 1, 12, months, "month" },
	[CRON_DAY] = { "day", 1, 31, NULL, NULL },
	[CRON_WEEK] = { "week", 1, 53, NULL, NULL },
	[CRON_DOW] = { "day_of_week", 0, 6, weekdays, "weekday" },
	[CRON_HOUR] = { "hour", 0, 23, NULL, NULL },
	[CRON_MINUTE] = { "minute", 0, 59, NULL, NULL },
	[CRON_SECOND] = { "second", 0, 59, NULL, NULL },
};

const char *
cron_field_name(enum cron_field f)
{
	return defs[f].name;
}

/* "*" and "*" "/n" */
static enum piece_rc
try_star(struct piece *p)
{
	int step, range = p->def->max - p->def->min;

	p->at = p->text;
	if (!piece_char(p, '*') || piece_step(p, &step) == -1)
		return PIECE_OTHER;
	if (p->at[-1] == '*')
		step = 1;
	else if (step == 0)
		return piece_zero_step(p);
	if (step > range)
		return piece_big_step(p, step, range);
	buf_char(p->norm, '*');
	if (p->at[-1] != '*')
		buf_printf(p->norm, "/%d", step);
	return piece_add(p, p->def->min, p->def->max, step);
}

/* The checks of a numeric range, in APScheduler's order; b = -1: open. */
static enum piece_rc
check_range(struct piece *p, int a, int b, int step)
{
	const struct cron_def *def = p->def;
	int last = b == -1 ? def->max : b;
	enum piece_rc rc;

	if (b != -1 && a > b)
		return piece_reversed(p,
		    &(struct piece_back){ a, b, step, false });
	if (step > def->max - def->min)
		return piece_big_step(p, step, def->max - def->min);
	rc = piece_check_bounds(p, a, b);
	/* APScheduler takes b = 0 for an absent b: "0-0/5" is accepted. */
	if (rc == PIECE_TAKEN && step > last - a)
		return piece_big_step(p, step, last - a);
	return rc;
}

/* "a", "a-b", "a/n" and "a-b/n" */
static enum piece_rc
try_range(struct piece *p)
{
	int a, b = -1, step;
	bool has_step;
	enum piece_rc rc;

	p->at = p->text;
	if (!piece_number(p, &a))
		return PIECE_OTHER;
	if (piece_char(p, '-') && !piece_number(p, &b))
		return PIECE_OTHER;
	has_step = p->at < p->end;
	if (piece_step(p, &step) == -1)
		return PIECE_OTHER;
	if (has_step && step == 0)
		return piece_zero_step(p);
	if (!has_step && b == -1)
		b = a;
	rc = check_range(p, a, b, step);
	if (rc != PIECE_TAKEN)
		return rc;
	buf_printf(p->norm, "%d", a);
	if (b > a)
		buf_printf(p->norm, "-%d", b);
	if (has_step)
		buf_printf(p->norm, "/%d", step);
	return piece_add(p, a, b == -1 ? p->def->max : b, step > 0 ? step : 1);
}

/* Read a number as a word. */
static bool
take_digits(struct piece *p, char *out)
{
	const char *from = p->at;
	int v;

	if (!piece_number(p, &v))
		return false;
	(void)snprintf(out, PIECE_WORD_SIZE, "%.*s", (int)(p->at - from), from);
	return true;
}

/*
 * "1st mon", "last fri".  APScheduler's pattern ends within the word, so what
 * follows is judged only after the name, as there.
 */
static enum piece_rc
try_position(struct piece *p)
{
	const char *from = p->text;
	char word[PIECE_WORD_SIZE];
	int pos, wd;
	size_t n;

	for (pos = 0; positions[pos] != NULL; pos++) {
		n = strlen(positions[pos]);
		if ((size_t)(p->end - from) > n && from[n] == ' ' &&
		    strncasecmp(from, positions[pos], n) == 0)
			break;
	}
	if (positions[pos] == NULL)
		return PIECE_OTHER;
	p->at = from + n;
	while (piece_char(p, ' '))
		continue;
	/* The word may contain digits: "1st 1" has an invalid name. */
	if (!piece_word(p, word) && !take_digits(p, word))
		return PIECE_OTHER;
	wd = piece_name_index(weekdays, word);
	if (wd == -1) {
		fault_add(p->fs, p->blame,
		    "Invalid weekday name \"%s\" for field \"%s\": write %s to "
		    "%s",
		    word, p->def->name, weekdays[0], weekdays[6]);
		return PIECE_REFUSED;
	}
	if (p->at != p->end)
		return piece_unrecognized(p);
	buf_printf(p->norm, "%s %s", positions[pos], weekdays[wd]);
	p->c->nth |= CRON_NTH(pos, wd);
	return PIECE_TAKEN;
}

static enum piece_rc
try_last(struct piece *p)
{
	if (p->end - p->text != 4 || strncasecmp(p->text, "last", 4) != 0)
		return PIECE_OTHER;
	buf_str(p->norm, "last");
	p->c->bits[CRON_DAY] |= UINT64_C(1) << CRON_DAY_LAST;
	return PIECE_TAKEN;
}

/* Read a name into *out, as the value it stands for. */
static enum piece_rc
take_name(struct piece *p, int *out)
{
	char word[PIECE_WORD_SIZE];
	int i;

	if (!piece_word(p, word))
		return PIECE_OTHER;
	i = piece_name_index(p->def->names, word);
	if (i == -1)
		return piece_bad_name(p, word);
	*out = p->def->min + i;
	return PIECE_TAKEN;
}

/* "jan", "mon-fri" */
static enum piece_rc
try_names(struct piece *p)
{
	enum piece_rc rc;
	int a = 0, b;

	p->at = p->text;
	rc = take_name(p, &a);
	if (rc != PIECE_TAKEN)
		return rc;
	b = a;
	if (p->end - p->at > 1 && piece_is_alpha(p->at[1]) &&
	    piece_char(p, '-') && take_name(p, &b) != PIECE_TAKEN)
		return PIECE_REFUSED;
	if (a > b)
		return piece_reversed(p, &(struct piece_back){ a, b, 1, true });
	if (p->at != p->end) /* APScheduler ignores what follows */
		return piece_unrecognized(p);
	buf_str(p->norm, p->def->names[a - p->def->min]);
	if (b > a)
		buf_printf(p->norm, "-%s", p->def->names[b - p->def->min]);
	return piece_add(p, a, b, 1);
}

static enum piece_rc
parse_piece(struct piece *p)
{
	enum piece_rc rc = try_star(p);

	if (rc == PIECE_OTHER)
		rc = try_range(p);
	if (rc == PIECE_OTHER && p->f == CRON_DAY)
		rc = try_position(p);
	if (rc == PIECE_OTHER && p->f == CRON_DAY)
		rc = try_last(p);
	if (rc == PIECE_OTHER && p->def->names != NULL)
		rc = try_names(p);
	return rc == PIECE_OTHER ? piece_unrecognized(p) : rc;
}

/*
 * Is it "*" or "*" "/n" alone, or half of the day?  DST then follows the wall.
 */
static bool
is_wide(const struct cron *c, const char *norm)
{
	return (norm[0] == '*' && strchr(norm, ',') == NULL) ||
	    __builtin_popcountll(c->bits[CRON_HOUR]) >= 12;
}

int
cron_field_parse(enum cron_field f, const char *text, struct cron *c,
    struct buf *norm, struct faults *fs)
{
	static const char space[] = " \t\n\v\f\r";
	struct piece p = { .def = &defs[f],
		.c = c,
		.norm = norm,
		.fs = fs,
		.f = f,
		.blame = defs[f].name };
	const char *end;
	size_t from = norm->len;

	if (strcmp(text, "*") == 0 && f == CRON_YEAR) {
		buf_char(norm, '*');
		return 0; /* a full set is not kept */
	}
	text += strspn(text, space);
	end = text + strlen(text);
	while (end > text && strchr(space, end[-1]) != NULL)
		end--;
	for (p.text = text;; p.text = p.next) {
		piece_cut(&p, end);
		if (parse_piece(&p) == PIECE_REFUSED)
			return -1;
		if (p.next == NULL)
			break;
		buf_char(norm, ',');
	}
	if (f == CRON_HOUR)
		c->is_hour_wide = is_wide(c, buf_cstr(norm) + from);
	if (f == CRON_YEAR)
		cron_forget_full_years(c);
	return 0;
}
