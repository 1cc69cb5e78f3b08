/*
 * The list of faults found in one piece of input: collected, merged, quoted.
 * It neither prints nor logs; a caller turns the list into an answer.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/fault.h"

#include "lib/base/ban.h"

/* Length of a UTF-8 sequence by its first byte (RFC 3629). */
static size_t
sequence_len(unsigned char lead)
{
	return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/*
 * A truncated text may end inside a UTF-8 sequence: remove the incomplete
 * sequence, so that the answer stays valid JSON.
 */
static void
trim_utf8(char *s, size_t size)
{
	size_t n = strlen(s);
	size_t i = n;

	if (n + 1 < size)
		return;
	while (i > 0 && ((unsigned char)s[i - 1] & 0xc0) == 0x80)
		i--;
	if (i > 0 && i - 1 + sequence_len((unsigned char)s[i - 1]) > n)
		s[i - 1] = '\0';
}

int
fault_add(struct faults *fs, const char *field, const char *fmt, ...)
{
	struct fault *f;
	va_list ap;
	size_t i;

	if (fs->n >= FAULT_MAX)
		return -1;
	f = &fs->v[fs->n];
	(void)snprintf(f->field, sizeof(f->field), "%s", field);
	trim_utf8(f->field, sizeof(f->field));
	for (i = 0; i < fs->n; i++) {
		if (strcmp(fs->v[i].field, f->field) == 0)
			return -1;
	}
	va_start(ap, fmt);
	if (vsnprintf(f->text, sizeof(f->text), fmt, ap) < 0)
		f->text[0] = '\0';
	va_end(ap);
	trim_utf8(f->text, sizeof(f->text));
	f->is_never = false;
	fs->n++;
	return -1;
}

void
fault_add_all(struct faults *fs, const char *prefix, const struct faults *inner)
{
	char field[2 * sizeof(inner->v[0].field)];

	for (size_t i = 0; i < inner->n; i++) {
		(void)snprintf(field, sizeof(field), "%s%s", prefix,
		    inner->v[i].field);
		(void)fault_add(fs, field, "%s", inner->v[i].text);
	}
}

int
fault_cut(const char *text, int max)
{
	size_t n = strlen(text), i;

	if (n <= (size_t)max)
		return (int)n;
	i = (size_t)max;
	while (i > 0 && ((unsigned char)text[i] & 0xc0) == 0x80)
		i--;
	return (int)i;
}

#define INSTANT_QUOTE_MAX 48 /* bytes quoted; a valid time is shorter */

int
fault_add_instant(struct faults *fs, const char *field, const char *text,
    const char *why)
{
	return fault_add(fs, field, "%s, not \"%.*s\"", why,
	    fault_cut(text, INSTANT_QUOTE_MAX), text);
}

int
fault_add_never(struct faults *fs, const char *field, const char *why)
{
	size_t had = fs->n;

	(void)fault_add(fs, field, "the trigger can never fire: %s", why);
	if (fs->n > had)
		fs->v[had].is_never = true;
	return -1;
}

void
fault_drop(struct faults *fs, const char *field)
{
	for (size_t i = 0; i < fs->n; i++) {
		if (strcmp(fs->v[i].field, field) != 0)
			continue;
		fs->n--;
		memmove(&fs->v[i], &fs->v[i + 1],
		    (fs->n - i) * sizeof(fs->v[0]));
		return;
	}
}

void
fault_note_errno(struct faults *fs, int err)
{
	if (err == EMFILE || err == ENFILE || err == ENOMEM || err == EIO ||
	    err == EACCES)
		fs->is_transient = true;
}

bool
fault_is_never(const struct faults *fs)
{
	return fs->n == 1 && fs->v[0].is_never;
}
