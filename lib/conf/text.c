/*
 * The text of a configuration, prepared for libConfuse: size, NUL bytes,
 * byte-order mark, comments.  Tested in t_conf.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/text.h"
#include "lib/base/trust.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

#define CONF_BYTES_MAX (1024 * 1024) /* limit of a configuration file */

/* Append the contents of fd to b; -1 with a reason. */
static int
read_all(int fd, struct buf *b, struct err *why)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		if (b->len + (size_t)n > CONF_BYTES_MAX)
			return err_set(why, "larger than 1 MiB");
		buf_add(b, block, (size_t)n);
	}
	if (n == 0 && !b->is_failed)
		return 0;
	return err_set(why, "%s", n == -1 ? strerror(errno) : "out of memory");
}

/* libConfuse reads up to the first NUL: refuse to lose the rest. */
static int
check_nul(const struct buf *b, struct err *why)
{
	int line = 1;

	if (b->len >= 2 &&
	    (memcmp(b->data, "\xff\xfe", 2) == 0 ||
		memcmp(b->data, "\xfe\xff", 2) == 0))
		return err_set(why,
		    "line 1: is UTF-16; save it as "
		    "UTF-8");
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\0')
			return err_set(why, "line %d: a NUL byte", line);
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
read_text(int fd, struct buf *b, struct err *why)
{
	struct stat sb;

	if (fstat(fd, &sb) == -1)
		return err_set(why, "%s", strerror(errno));
	if (!S_ISREG(sb.st_mode) && !S_ISCHR(sb.st_mode))
		return err_set(why, "not a file");
	if (read_all(fd, b, why) == -1)
		return -1;
	skip_mark(b);
	return check_nul(b, why);
}

int
conf_read_file(const char *path, struct trust *t, struct buf *b,
    struct err *why)
{
	struct err reason = { "" };
	int fd, rc;

	switch (trust_open(t, TRUST_CONF, path, &fd)) {
	case TRUST_OK:
		break;
	case TRUST_ABSENT:
	case TRUST_REFUSED:
		return err_set(why, "%s", t->why);
	}
	if ((rc = read_text(fd, b, &reason)) == -1)
		err_set(why, "%s: %s", path, reason.text);
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
