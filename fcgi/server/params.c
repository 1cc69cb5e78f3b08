/* The name-value pairs of FastCGI: pure, for what comes over a socket. */
#include "config.h"

#include <stdint.h>
#include <string.h>

#include "fcgi/server/params.h"

#include "lib/base/ban.h"

struct bytes {
	const unsigned char *p;
	size_t left;
};

/*
 * Read a length of one byte, or of four with the topmost bit set (FastCGI
 * specification, section 3.4).
 */
static int
take_length(struct bytes *b, size_t *out)
{
	const unsigned char *p = b->p;
	size_t n = b->left > 0 && (p[0] & 0x80) != 0 ? 4 : 1;

	if (b->left < n)
		return -1;
	*out = n == 1 ? p[0] :
			(size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 |
		(size_t)p[2] << 8 | p[3];
	b->p += n;
	b->left -= n;
	return 0;
}

/* Append n bytes as text; no NUL and no banned byte. */
static int
take_text(struct bytes *b, size_t n, char banned, struct buf *text)
{
	if (n > b->left || memchr(b->p, '\0', n) != NULL ||
	    memchr(b->p, banned, n) != NULL)
		return -1;
	buf_add(text, b->p, n);
	b->p += n;
	b->left -= n;
	return 0;
}

static int
take_pair(struct bytes *b, struct buf *text)
{
	size_t name, value;

	if (take_length(b, &name) != 0 || take_length(b, &value) != 0 ||
	    name == 0 || take_text(b, name, '=', text) != 0)
		return -1;
	buf_char(text, '=');
	if (take_text(b, value, '\0', text) != 0)
		return -1;
	buf_add(text, "", 1);
	return text->is_failed ? -1 : 0;
}

int
fastcgi_params_read(const void *p, size_t n, struct buf *text)
{
	struct bytes b = { p, n };
	int count = 0;

	buf_reset(text);
	while (b.left > 0) {
		if (count == FASTCGI_PARAM_COUNT || take_pair(&b, text) != 0)
			return -1;
		count++;
	}
	return count;
}
