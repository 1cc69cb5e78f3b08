/*
 * The crontab line and the web server settings that minutehand init prints.
 * Tested in t_ctl_text.
 */
#include <string.h>

#include "ctl/init_text.h"
#include "ctl/shell.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

/*
 * Append a string of lighttpd's configuration, which has the escapes \" and \\
 * only.
 */
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
	shell_word(out, ticker, true);
	buf_str(out, " -c ");
	shell_word(out, conf, true);
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
