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
#include "lib/base/fault.h"

#include "lib/base/ban.h"

#define NUMBER_MAX 999999999
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

/* How to write what was probably meant. */
static const char *
advise(const struct piece *p)
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
		return ": write it as a day, '2nd fri'";
	if (p->f == CRON_DAY && ends_with(p, "l"))
		return ": write last";
	if (p->f == CRON_DOW && ends_with(p, "l"))
		return ": write it as a day, 'last fri'";
	if (ends_with(p, "w"))
		return ": give the nearest weekday in a crontab line, 15W";
	if (holds(p, '~') || *p->text == 'H')
		return ": give a choice in a crontab line";
	if (holds(p, '/') && p->def->names != NULL)
		return ": names take no step; write the range as numbers";
	if (holds(p, '.'))
		return ": write a whole number";
	if (holds(p, ' '))
		return ": separate values by commas; a crontab line is given "
		       "as crontab";
	return ": write *, */n, a, a-b or a-b/n";
}

enum piece_rc
piece_unrecognized(struct piece *p)
{
	fault_add(p->fs, p->blame,
	    "Unrecognized expression \"%.*s\" for field \"%s\"%s", piece_len(p),
	    p->text, p->def->name, advise(p));
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

enum piece_rc
piece_check_bounds(struct piece *p, int a, int b)
{
	const struct cron_def *def = p->def;
	int len = piece_len(p);

	if (a < def->min)
		fault_add(p->fs, p->blame,
		    "Error validating expression "
		    "'%.*s': the first value (%d) is lower than the minimum "
		    "value (%d)",
		    len, p->text, a, def->min);
	else if (b > def->max)
		fault_add(p->fs, p->blame,
		    "Error validating expression "
		    "'%.*s': the last value (%d) is higher than the maximum "
		    "value (%d)%s",
		    len, p->text, b, def->max,
		    p->f == CRON_DOW && strcmp(p->blame, def->name) == 0 ?
			": 0 is Monday here, Sunday is 6 or sun" :
			"");
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

/* The two ranges that a range across the end amounts to. */
static void
two_ranges(const struct piece *p, int a, int b, char *out, size_t size)
{
	const struct cron_def *def = p->def;
	const char *const *names = def->names;

	if (names != NULL && piece_is_alpha(*p->text))
		(void)snprintf(out, size, "%s-%s,%s-%s", names[a - def->min],
		    names[def->max - def->min], names[0], names[b - def->min]);
	else
		(void)snprintf(out, size, "%d-%d,%d-%d", a, def->max, def->min,
		    b);
}

enum piece_rc
piece_reversed(struct piece *p, int a, int b)
{
	char two[64] = "";

	if (a <= p->def->max && b >= p->def->min)
		two_ranges(p, a, b, two, sizeof(two));
	fault_add(p->fs, p->blame,
	    "The minimum value in a range must not be higher than the maximum: "
	    "\"%.*s\" for field \"%s\"%s%s",
	    piece_len(p), p->text, p->def->name,
	    two[0] == '\0' ? "" : "; write ", two);
	return PIECE_REFUSED;
}

enum piece_rc
piece_bad_name(struct piece *p, const char *word)
{
	const char *const *names = p->def->names;
	size_t n = 0;

	while (names[n + 1] != NULL)
		n++;
	fault_add(p->fs, p->blame,
	    "Invalid %s name \"%s\" for field \"%s\": write %s to %s",
	    p->def->noun, word, p->def->name, names[0], names[n]);
	return PIECE_REFUSED;
}
