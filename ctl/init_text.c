#include <string.h>

#include "ctl/init_text.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

/* One word of a command in a crontab. */
static void
add_word(struct buf *out, const char *word)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789/._+-:,@";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		buf_str(out, word);
		return;
	}
	buf_char(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			buf_str(out, "'\\''");
		else if (*word == '%')
			/* To cron a bare % is a new line, even quoted; the
			 * backslash is cron's, and outside our quotes. */
			buf_str(out, "'\\%'");
		else
			buf_char(out, *word);
	}
	buf_char(out, '\'');
}

/* A string of lighttpd's configuration, which knows \" and \\ alone. */
static void
add_string(struct buf *out, const char *s)
{
	buf_char(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_char(out, '\\');
		buf_char(out, *s);
	}
	buf_char(out, '"');
}

void
init_crontab(const char *ticker, const char *conf, struct buf *out)
{
	buf_str(out, "* * * * * ");
	add_word(out, ticker);
	buf_str(out, " -c ");
	add_word(out, conf);
}

void
init_webserver(const char *fcgi, const struct conf *conf, struct buf *out)
{
	const char *slash = strrchr(conf->store, '/');
	struct buf sock = BUF_INIT, path = BUF_INIT;

	buf_add(&sock, conf->store, (size_t)(slash - conf->store));
	buf_str(&sock, "/minutehand-fcgi.sock");
	buf_str(out,
	    "server.modules += (\"mod_fastcgi\")\n"
	    "fastcgi.server += (\"/\" => ((\n"
	    "\t\"bin-path\" => ");
	buf_str(&path, fcgi);
	buf_str(&path, " -w 4");
	add_string(out, buf_cstr(&path));
	buf_str(out, ",\n\t\"bin-environment\" => (\"MINUTEHAND_CONF\" => ");
	add_string(out, conf->path);
	buf_str(out, "),\n\t\"socket\" => ");
	add_string(out, buf_cstr(&sock));
	buf_str(out,
	    ",\n"
	    "\t\"max-procs\" => 1,\n"
	    "\t\"check-local\" => \"disable\",\n"
	    "\t\"fix-root-scriptname\" => \"enable\"\n"
	    ")))\n");
	out->is_failed |= sock.is_failed || path.is_failed;
	buf_fini(&sock);
	buf_fini(&path);
}
