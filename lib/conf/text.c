/*
 * The text of a configuration, prepared for libConfuse: size, NUL bytes,
 * byte-order mark, comments.  Tested in t_conf.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/conf/text.h"
#include "lib/base/trust.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

#define CONF_BYTES_MAX (1024 * 1024) /* limit of a configuration file */

/* Append the contents of fd to b; -1 with a reason. */
static int
read_all(int fd, struct buf *b, char *why, size_t whylen)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		if (b->len + (size_t)n > CONF_BYTES_MAX) {
			(void)snprintf(why, whylen, "larger than 1 MiB");
			return -1;
		}
		buf_add(b, block, (size_t)n);
	}
	if (n == 0 && !b->is_failed)
		return 0;
	(void)snprintf(why, whylen, "%s",
	    n == -1 ? strerror(errno) : "out of memory");
	return -1;
}

/* libConfuse reads up to the first NUL: refuse to lose the rest. */
static int
check_nul(const struct buf *b, char *why, size_t whylen)
{
	int line = 1;

	if (b->len >= 2 &&
	    (memcmp(b->data, "\xff\xfe", 2) == 0 ||
		memcmp(b->data, "\xfe\xff", 2) == 0)) {
		(void)snprintf(why, whylen,
		    "line 1: is UTF-16; save it as "
		    "UTF-8");
		return -1;
	}
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\0') {
			(void)snprintf(why, whylen, "line %d: a NUL byte",
			    line);
			return -1;
		}
		if (b->data[i] == '\n')
			line++;
	}
	return 0;
}

/* Some editors write a byte-order mark at the start of UTF-8. */
static void
skip_mark(struct buf *b)
{
	const size_t n = utf8_mark(b->data, b->len);

	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = '\0';
}

/* Append the contents of the open file; -1 with a reason. */
static int
read_text(int fd, struct buf *b, char *why, size_t whylen)
{
	struct stat sb;

	if (fstat(fd, &sb) == -1) {
		(void)snprintf(why, whylen, "%s", strerror(errno));
		return -1;
	}
	if (!S_ISREG(sb.st_mode) && !S_ISCHR(sb.st_mode)) {
		(void)snprintf(why, whylen, "not a file");
		return -1;
	}
	if (read_all(fd, b, why, whylen) == -1)
		return -1;
	skip_mark(b);
	return check_nul(b, why, whylen);
}

int
conf_read_file(const char *path, struct trust *t, struct buf *b, char *why,
    size_t whylen)
{
	char reason[256] = "";
	int fd, rc;

	switch (trust_open(t, TRUST_CONF, path, &fd)) {
	case TRUST_OK:
		break;
	case TRUST_ABSENT:
	case TRUST_REFUSED:
		(void)snprintf(why, whylen, "%s", t->why);
		return -1;
	}
	if ((rc = read_text(fd, b, reason, sizeof(reason))) == -1)
		(void)snprintf(why, whylen, "%s: %s", path, reason);
	(void)close(fd);
	return rc;
}

int
conf_last_line(const char *text)
{
	int line = 1, last = 1;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			line++;
		else if (strchr(" \t\r", *text) == NULL)
			last = line;
	}
	return last;
}

/* Skip the quoted string or the comment of C that begins at s. */
static char *
skip_over(char *s)
{
	char quote = *s == '/' ? '\0' : *s;
	char *end;

	if (quote == '\0') {
		end = strstr(s + 2, "*/");
		return end != NULL ? end + 2 : s + strlen(s);
	}
	for (s++; *s != '\0' && *s != quote; s++)
		s += *s == '\\' && s[1] != '\0';
	return *s != '\0' ? s + 1 : s;
}

int
conf_blank_comments(char *text)
{
	char *s = text;
	int line = 1, lost = 0;

	while (*s != '\0') {
		bool is_start =
		    s == text || strchr(" \t\r\n={}()+,\"'", s[-1]) != NULL;
		char *from = s;

		if (*s == '"' || *s == '\'' ||
		    (is_start && s[0] == '/' && s[1] == '*'))
			s = skip_over(s);
		else if (*s == '#' || (is_start && *s == '/' && s[1] == '/'))
			while (*s != '\0' && *s != '\n')
				*s++ = ' ';
		else if (*s == '*' || (*s == '+' && s[1] != '=')) {
			lost = lost == 0 ? line : lost;
			s++;
		} else
			s++;
		for (; from < s; from++)
			line += *from == '\n';
	}
	return lost;
}
