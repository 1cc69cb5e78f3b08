/*
 * The log: one line of logfmt per event, to standard error or syslog.  Text
 * for people is text.c.  The log target is the only mutable variable at file
 * scope.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

static const struct level {
	const char *name;
	int priority; /* syslog(3) */
} levels[LOG_LEVEL__MAX] = {
	[LOG_LEVEL_ERR] = { "err", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warn", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

/* How a finished line leaves the program.  ident is borrowed. */
struct writer {
	void (*open)(const char *ident);
	void (
	    *write)(const char *ident, enum log_level level, const char *line);
};

static void
stderr_open(const char *ident)
{
	(void)ident;
}

/* One write(2) per line, so that lines of several programs do not mix. */
static void
stderr_write(const char *ident, enum log_level level, const char *line)
{
	struct buf b = BUF_INIT;
	const char *p;
	size_t left;
	ssize_t n;

	buf_printf(&b, "%s: level=%s %s\n", ident, levels[level].name, line);
	p = buf_cstr(&b);
	for (left = b.len; left > 0; p += n, left -= (size_t)n) {
		n = write(STDERR_FILENO, p, left);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			break;
	}
	buf_fini(&b);
}

static void
syslog_open(const char *ident)
{
	openlog(ident, LOG_PID, LOG_DAEMON);
}

static void
syslog_write(const char *ident, enum log_level level, const char *line)
{
	(void)ident;
	syslog(levels[level].priority, "%s", line);
}

static const struct writer writers[] = {
	[LOG_TARGET_STDERR] = { stderr_open, stderr_write },
	[LOG_TARGET_SYSLOG] = { syslog_open, syslog_write },
};

/* See the header. */
static struct {
	const struct writer *writer;
	const char *ident;
	enum log_level level;
} target = { &writers[LOG_TARGET_STDERR], "minutehand", LOG_LEVEL_INFO };

/* Can the byte stand in a value without quotes? */
static bool
is_plain(unsigned char c)
{
	return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
}

/*
 * Append the character at p; one that a terminal would obey, and a byte that
 * is not UTF-8, is escaped.  Returns the number of bytes read.
 */
static size_t
add_character(struct buf *b, const unsigned char *p)
{
	uint32_t cp;
	size_t n = utf8_decode((const char *)p, strlen((const char *)p), &cp);

	if (n == 0)
		buf_printf(b, "\\x%02x", *p);
	else if (utf8_is_shown(cp))
		buf_add(b, p, n);
	else
		buf_printf(b, cp < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)cp);
	return n == 0 ? 1 : n;
}

static void
add_quoted(struct buf *b, const char *value)
{
	const unsigned char *p = (const unsigned char *)value;

	buf_char(b, '"');
	for (; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_printf(b, "\\%c", *p);
		else if (*p == '\n')
			buf_str(b, "\\n");
		else
			p += add_character(b, p) - 1;
	}
	buf_char(b, '"');
}

/* Can the value stand without quotes? */
static bool
is_bare(const char *value)
{
	size_t left = strlen(value), n;
	uint32_t cp;

	for (const char *p = value; left > 0; p += n, left -= n) {
		n = utf8_decode(p, left, &cp);
		if (n == 0 || !is_plain((unsigned char)*p) ||
		    !utf8_is_shown(cp))
			return false;
	}
	return *value != '\0';
}

static void
add_value(struct buf *b, const char *value)
{
	if (value == NULL)
		buf_char(b, '-');
	else if (is_bare(value))
		buf_str(b, value);
	else
		add_quoted(b, value);
}

void
log_open(enum log_target where, enum log_level level, const char *ident)
{
	target.writer = &writers[where];
	target.level = level;
	target.ident = ident;
	target.writer->open(ident);
}

int
log_level_parse(const char *name, enum log_level *out)
{
	for (int i = 0; i < LOG_LEVEL__MAX; i++) {
		if (strcmp(levels[i].name, name) == 0) {
			*out = (enum log_level)i;
			return 0;
		}
	}
	return -1;
}

void
log_event(enum log_level level, const char *event, ...)
{
	struct buf b = BUF_INIT;
	const char *key;
	va_list ap;

	if (level > target.level)
		return;
	buf_printf(&b, "event=%s", event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL) {
		buf_printf(&b, " %s=", key);
		add_value(&b, va_arg(ap, const char *));
	}
	va_end(ap);
	target.writer->write(target.ident, level,
	    b.is_failed ? event : buf_cstr(&b));
	buf_fini(&b);
}
