/*
 * Pieces of a cron field: reading them, adding their values, and the faults
 * with advice on how to write what was meant.  Tested in t_cron_field and
 * t_crontab.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/trigger/cron_piece.h"
#include "lib/base/num.h"
#include "lib/base/fault.h"

#include "lib/base/ban.h"

#define NUMBER_MAX 999999999
#define ADVICE_SIZE 64	   /* bytes of what to write instead */
#define PIECE_SHOWN_MAX 60 /* bytes of a piece in a fault */

/* Bytes of the piece to show, without cutting a character. */
static int
piece_len(const struct piece *p)
{
	int len = (int)(p->end - p->text), n = len;

	if (len > PIECE_SHOWN_MAX)
		n = PIECE_SHOWN_MAX;
	while (n > 0 && n < len && ((unsigned char)p->text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

void
piece_cut(struct piece *p, const char *end)
{
	const char *comma = memchr(p->text, ',', (size_t)(end - p->text));

	p->end = comma != NULL ? comma : end;
	p->next = NULL;
	if (comma != NULL) {
		while (p->end > p->text && p->end[-1] == ' ')
			p->end--;
		p->next = comma + 1;
		while (p->next < end && *p->next == ' ')
			p->next++;
	}
	p->at = p->text;
}

/* Does the piece end with text, case-insensitive? */
static bool
ends_with(const struct piece *p, const char *text)
{
	size_t n = strlen(text), len = (size_t)(p->end - p->text);

	return len >= n && strncasecmp(p->end - n, text, n) == 0;
}

static bool
holds(const struct piece *p, char c)
{
	return memchr(p->text, c, (size_t)(p->end - p->text)) != NULL;
}

/*
 * The weekday at text, up to end, by its number in a crontab or its name; NULL
 * if it is neither.
 */
static const char *
weekday_at(const struct piece *p, const char *end)
{
	static const char *const weekdays[] = { "mon", "tue", "wed", "thu",
		"fri", "sat", "sun", NULL };
	char word[PIECE_WORD_SIZE] = "";
	size_t n = (size_t)(end - p->text);
	int i;

	if (n == 1 && *p->text >= '0' && *p->text <= '7')
		return weekdays[(*p->text - '0' + 6) % 7];
	if (n < sizeof(word))
		memcpy(word, p->text, n);
	i = piece_name_index(weekdays, word);
	return i == -1 ? NULL : weekdays[i];
}

/* Advise for "mon#2" and "5L": a day such as '2nd mon' or 'last fri'. */
static const char *
advise_day(const struct piece *p, char out[ADVICE_SIZE])
{
	static const char *const nth[] = { "1st", "2nd", "3rd", "4th", "5th" };
	const char *hash = memchr(p->text, '#', (size_t)(p->end - p->text));
	const char *which = "last", *day;

	day = weekday_at(p, hash != NULL ? hash : p->end - 1);
	if (hash != NULL)
		which = hash + 2 == p->end && hash[1] >= '1' && hash[1] <= '5' ?
		    nth[hash[1] - '1'] :
		    NULL;
	if (which == NULL || day == NULL)
		return ": write it as a day, 'last fri' or '2nd fri'";
	(void)snprintf(out, ADVICE_SIZE, ": write it as a day, '%s %s'", which,
	    day);
	return out;
}

/* Advise for "mon-fri/2": the same range as numbers. */
static const char *
advise_step(const struct piece *p, char out[ADVICE_SIZE])
{
	struct piece at = *p;
	char a[PIECE_WORD_SIZE], b[PIECE_WORD_SIZE];
	int from = -1, to = -1, step = 0;

	at.at = at.text;
	if (piece_word(&at, a))
		from = piece_name_index(p->def->names, a);
	to = from;
	if (piece_char(&at, '-'))
		to = piece_word(&at, b) ? piece_name_index(p->def->names, b) :
					  -1;
	if (from == -1 || to < from || piece_step(&at, &step) == -1 ||
	    step == 0)
		return ": names take no step; write the range as numbers";
	(void)snprintf(out, ADVICE_SIZE, ": names take no step; write %d-%d/%d",
	    from + p->def->min, to + p->def->min, step);
	return out;
}

/* Advise for "5.0": the whole number, if it is one. */
static const char *
advise_whole(const struct piece *p, char out[ADVICE_SIZE])
{
	char text[PIECE_WORD_SIZE] = "", plain[PIECE_WORD_SIZE];
	size_t n = (size_t)(p->end - p->text);

	if (n < sizeof(text))
		memcpy(text, p->text, n);
	if (num_plain(text, plain, sizeof(plain)) != 0 ||
	    strchr(plain, '.') != NULL)
		return ": write a whole number";
	(void)snprintf(out, ADVICE_SIZE, ": write a whole number, %s", plain);
	return out;
}

/* How to write what was probably meant; out has space for it. */
static const char *
advise(const struct piece *p, char out[ADVICE_SIZE])
{
	if (holds(p, '?'))
		return ": write * for any";
	/* A crontab line accepts the forms below. */
	if (strcmp(p->blame, p->def->name) != 0)
		return ": write *, */n, a, a-b or a-b/n";
	if (p->text == p->end)
		return ": leave a field out in place of an empty text";
	if (*p->text == '@')
		return ": give such a word as crontab";
	if (holds(p, '#'))
		return advise_day(p, out);
	if (p->f == CRON_DAY && ends_with(p, "l"))
		return ": write last";
	if (p->f == CRON_DOW && ends_with(p, "l"))
		return advise_day(p, out);
	if (ends_with(p, "w"))
		return ": give the nearest weekday in a crontab line, as "
		       "0 0 15W * *";
	if (holds(p, '~') || *p->text == 'H')
		return ": give a choice in a crontab line";
	if (holds(p, '/') && p->def->names != NULL)
		return advise_step(p, out);
	if (holds(p, '.'))
		return advise_whole(p, out);
	if (holds(p, ' '))
		return ": separate values by commas; a crontab line is given "
		       "as crontab";
	return ": write *, */n, a, a-b or a-b/n";
}

enum piece_rc
piece_unrecognized(struct piece *p)
{
	char advice[ADVICE_SIZE];

	fault_add(p->fs, p->blame,
	    "Unrecognized expression \"%.*s\" for field \"%s\"%s", piece_len(p),
	    p->text, p->def->name, advise(p, advice));
	return PIECE_REFUSED;
}

bool
piece_char(struct piece *p, char c)
{
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

bool
piece_number(struct piece *p, int *out)
{
	const char *from = p->at;
	int v = 0;

	for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++)
		if (v < NUMBER_MAX / 10)
			v = v * 10 + (*p->at - '0');
		else
			v = NUMBER_MAX; /* out of range in every field */
	*out = v;
	return p->at > from;
}

bool
piece_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
piece_word(struct piece *p, char *out)
{
	const char *from = p->at;
	size_t n;

	while (p->at < p->end && piece_is_alpha(*p->at))
		p->at++;
	n = (size_t)(p->at - from);
	if (n >= PIECE_WORD_SIZE)
		n = PIECE_WORD_SIZE - 1;
	memcpy(out, from, n);
	out[n] = '\0';
	return n > 0;
}

int
piece_name_index(const char *const *names, const char *word)
{
	int i;

	for (i = 0; names[i] != NULL; i++)
		if (strcasecmp(names[i], word) == 0)
			return i;
	return -1;
}

/* Add a, a + step, … b to a set of several words, a word at a time. */
static void
fill_words(uint64_t *words, int a, int b, int step)
{
	uint64_t steps = 0, bits;
	int i;

	for (i = 0; i < 64; i += step)
		steps |= UINT64_C(1) << i;
	for (; a <= b; a += ((63 - a % 64) / step + 1) * step) {
		bits = steps << a % 64;
		if (a / 64 == b / 64)
			bits &= ~UINT64_C(0) >> (63 - b % 64);
		words[a / 64] |= bits;
	}
}

enum piece_rc
piece_add(struct piece *p, int a, int b, int step)
{
	struct cron *c = p->c;

	if (p->f != CRON_YEAR) {
		for (; a <= b; a += step)
			c->bits[p->f] |= UINT64_C(1)
			    << (p->is_sunday_0 ? (a + 6) % 7 : a);
		return PIECE_TAKEN;
	}
	if (c->years == NULL)
		c->years = calloc(CRON_YEAR_WORDS, sizeof(*c->years));
	if (c->years == NULL) {
		fault_add(p->fs, p->blame, "out of memory");
		return PIECE_REFUSED;
	}
	fill_words(c->years, a - CRON_YEAR_MIN, b - CRON_YEAR_MIN, step);
	return PIECE_TAKEN;
}

enum piece_rc
piece_big_step(struct piece *p, int step, int range)
{
	fault_add(p->fs, p->blame,
	    "Error validating expression '%.*s': "
	    "the step value (%d) is higher than the total range of the "
	    "expression (%d)",
	    piece_len(p), p->text, step, range);
	return PIECE_REFUSED;
}

/* What else is to be said of a value that is too high. */
static const char *
advise_high(const struct piece *p, int b)
{
	if (p->f == CRON_DOW && strcmp(p->blame, p->def->name) == 0)
		return ": 0 is Monday here, Sunday is 6 or sun";
	if (b == p->def->max + 1 &&
	    (p->f == CRON_SECOND || p->f == CRON_MINUTE || p->f == CRON_HOUR))
		return ": write 0";
	return "";
}

enum piece_rc
piece_check_bounds(struct piece *p, int a, int b)
{
	const struct cron_def *def = p->def;
	/* Of a crontab line the fault names no field. */
	bool is_line = strcmp(p->blame, def->name) != 0;
	int len = piece_len(p);

	if (a < def->min)
		fault_add(p->fs, p->blame,
		    "Error validating expression "
		    "'%.*s': the first value (%d) is lower than the minimum "
		    "value (%d)%s%s",
		    len, p->text, a, def->min, is_line ? " of " : "",
		    is_line ? def->name : "");
	else if (b > def->max)
		fault_add(p->fs, p->blame,
		    "Error validating expression "
		    "'%.*s': the last value (%d) is higher than the maximum "
		    "value (%d)%s%s%s",
		    len, p->text, b, def->max, is_line ? " of " : "",
		    is_line ? def->name : "", advise_high(p, b));
	else
		return PIECE_TAKEN;
	return PIECE_REFUSED;
}

int
piece_step(struct piece *p, int *step)
{
	*step = 0;
	if (piece_char(p, '/') && !piece_number(p, step))
		return -1;
	return p->at == p->end ? 0 : -1;
}

enum piece_rc
piece_zero_step(struct piece *p)
{
	fault_add(p->fs, p->blame,
	    "Increment must be higher than 0: \"%.*s\" for field \"%s\"",
	    piece_len(p), p->text, p->def->name);
	return PIECE_REFUSED;
}

/* Append the values from lo to hi by the step of back, as briefly as can be. */
static void
show_part(const struct cron_def *def, const struct piece_back *part,
    struct buf *out)
{
	int step = part->step > 1 ? part->step : 1;
	const char *const *names = part->is_named ? def->names : NULL;
	bool is_single = part->a + step > part->b;

	if (names != NULL)
		buf_str(out, names[part->a - def->min]);
	else
		buf_printf(out, "%d", part->a);
	if (!is_single && names != NULL)
		buf_printf(out, "-%s", names[part->b - def->min]);
	else if (!is_single)
		buf_printf(out, "-%d", part->b);
	if (!is_single && step > 1)
		buf_printf(out, "/%d", step);
}

void
piece_forward(const struct piece *p, const struct piece_back *back,
    char out[PIECE_BACK_SIZE])
{
	const struct cron_def *def = p->def;
	struct piece_back part = *back;
	int step = back->step > 1 ? back->step : 1;
	/* Where both 0 and 7 are Sunday, the week ends with 6. */
	int max = p->f == CRON_DOW && def->min == 0 ? 6 : def->max;
	struct buf b = BUF_INIT;
	size_t n = strlen(out);

	if (back->b < def->min || back->a > max)
		return;
	if (n > 0)
		buf_char(&b, ',');
	if (p->f == CRON_YEAR) {
		part.a = back->b;
		part.b = back->a;
		show_part(def, &part, &b);
	} else {
		part.b = max;
		show_part(def, &part, &b);
		part.a = back->a + (max - back->a) / step * step + step - max -
		    1 + def->min;
		part.b = back->b;
		if (part.a <= part.b) {
			buf_char(&b, ',');
			show_part(def, &part, &b);
		}
	}
	if (n + b.len < PIECE_BACK_SIZE)
		(void)snprintf(out + n, PIECE_BACK_SIZE - n, "%s",
		    buf_cstr(&b));
	buf_fini(&b);
}

enum piece_rc
piece_reversed(struct piece *p, const struct piece_back *back)
{
	char forward[PIECE_BACK_SIZE] = "";

	piece_forward(p, back, forward);
	fault_add(p->fs, p->blame,
	    "The minimum value in a range must not be higher than the maximum: "
	    "\"%.*s\" for field \"%s\"%s%s",
	    piece_len(p), p->text, p->def->name,
	    forward[0] == '\0' ? "" : "; write ", forward);
	return PIECE_REFUSED;
}

enum piece_rc
piece_bad_name(struct piece *p, const char *word)
{
	const char *const *names = p->def->names;
	const char *near = NULL;
	size_t n;

	/* "monday", "SEPT" */
	for (n = 0; names[n] != NULL; n++)
		if (strncasecmp(names[n], word, strlen(names[n])) == 0)
			near = names[n];
	fault_add(p->fs, p->blame,
	    "Invalid %s name \"%s\" for field \"%s\": write %s%s%s",
	    p->def->noun, word, p->def->name, near != NULL ? near : names[0],
	    near != NULL ? "" : " to ", near != NULL ? "" : names[n - 1]);
	return PIECE_REFUSED;
}
