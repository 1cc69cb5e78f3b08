#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/log.h"

#include "lib/ban.h"

static const struct level {
	const char *name;
	int priority; /* syslog(3) */
} levels[LOG_LEVEL__MAX] = {
	[LOG_LEVEL_ERR] = { "err", LOG_ERR },
	[LOG_LEVEL_WARN] = { "warn", LOG_WARNING },
	[LOG_LEVEL_INFO] = { "info", LOG_INFO },
	[LOG_LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

/* How a finished line leaves the program; it is borrowed. */
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

/* One write(2) a line, so that lines of several programs never mix. */
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

/* The project's only mutable variable at file scope. */
static struct {
	const struct writer *writer;
	const char *ident;
	enum log_level level;
} target = { &writers[LOG_TARGET_STDERR], "minutehand", LOG_LEVEL_INFO };

/* May the byte stand in a value without quotes? */
static bool
is_plain(unsigned char c)
{
	return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
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
		else if (*p < ' ' || *p == 0x7f)
			buf_printf(b, "\\x%02x", *p);
		else if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0) {
			/* C1 controls too: some terminals obey them. */
			buf_printf(b, "\\x%02x", p[1]);
			p++;
		} else
			buf_char(b, (char)*p);
	}
	buf_char(b, '"');
}

static void
add_value(struct buf *b, const char *value)
{
	const unsigned char *p;

	if (value == NULL) {
		buf_char(b, '-');
		return;
	}
	for (p = (const unsigned char *)value; *p != '\0'; p++) {
		if (!is_plain(*p) || *p == 0xc2)
			break;
	}
	if (*value == '\0' || *p != '\0')
		add_quoted(b, value);
	else
		buf_str(b, value);
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
