/*
 * The text that init prints for crontabs and web servers, for all kinds of
 * paths (ctl/init_text.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/init_text.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* What init prints for crontabs and web servers, whatever the paths are. */

/*
 * A crontab's command: cron(8) makes a bare % a new line, also in quotes, and
 * takes the backslash off "\%"; the rest is the shell's.
 */
static const struct {
	const char *path, *word;
} words[] = {
	{ "/usr/bin/ticker", "/usr/bin/ticker" },
	{ "/a.b/c_d+e-f:g,h@i/9", "/a.b/c_d+e-f:g,h@i/9" },
	{ "/a b/ticker", "'/a b/ticker'" },
	{ "/a'b", "'/a'\\''b'" },
	{ "/100%/x", "'/100'\\%'/x'" },
	{ "/$HOME/`x`", "'/$HOME/`x`'" },
	{ "/a\"b", "'/a\"b'" },
	{ "/a\\b", "'/a\\b'" },
	{ "/a;rm -rf b", "'/a;rm -rf b'" },
	{ "/ü/日本", "'/ü/日本'" },
	{ "/~x", "'/~x'" },
	{ "/a*?[b]", "'/a*?[b]'" },
	{ "/a#b", "'/a#b'" },
	{ "/%%", "'/'\\%''\\%''" },
};

static void
test_crontab(void)
{
	struct buf b = BUF_INIT;
	char want[256];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		buf_reset(&b);
		init_crontab(words[i].path, "/etc/m.conf", &b);
		(void)snprintf(want, sizeof(want),
		    "* * * * * %s -c /etc/m.conf", words[i].word);
		is_str(buf_cstr(&b), want, "the program %s", words[i].path);
		buf_reset(&b);
		init_crontab("/t", words[i].path, &b);
		(void)snprintf(want, sizeof(want), "* * * * * /t -c %s",
		    words[i].word);
		is_str(buf_cstr(&b), want, "the configuration");
		ok(strchr(buf_cstr(&b), '\n') == NULL, "in one line");
	}
	buf_fini(&b);
}

/* lighttpd's strings know \" and \\ alone. */
static void
test_webserver(void)
{
	static const struct {
		const char *fcgi, *conf, *store;
		const char *bin, *env, *sock;
	} cases[] = {
		{ "/l/m.fcgi", "/h/m.conf", "/h/store.db", "\"/l/m.fcgi -w 4\"",
		    "\"/h/m.conf\"", "\"/h/minutehand-fcgi.sock\"" },
		{ "/a b/m", "/h/m.conf", "/s t/store.db", "\"/a b/m -w 4\"",
		    "\"/h/m.conf\"", "\"/s t/minutehand-fcgi.sock\"" },
		{ "/a\"b", "/c\\d", "/e\"\\f/x", "\"/a\\\"b -w 4\"",
		    "\"/c\\\\d\"", "\"/e\\\"\\\\f/minutehand-fcgi.sock\"" },
		{ "/ü", "/日", "/🚀/x.db", "\"/ü -w 4\"", "\"/日\"",
		    "\"/🚀/minutehand-fcgi.sock\"" },
		{ "/m", "/m.conf", "/store.db", "\"/m -w 4\"", "\"/m.conf\"",
		    "\"/minutehand-fcgi.sock\"" },
	};
	struct buf b = BUF_INIT, want = BUF_INIT;
	struct conf c = { .path = NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&b);
		c.path = (char *)(uintptr_t)cases[i].conf;
		c.store = (char *)(uintptr_t)cases[i].store;
		init_webserver(cases[i].fcgi, &c, &b);
		buf_reset(&want);
		buf_printf(&want, "\"bin-path\" => %s,", cases[i].bin);
		ok(strstr(buf_cstr(&b), buf_cstr(&want)) != NULL, "%s",
		    buf_cstr(&want));
		buf_reset(&want);
		buf_printf(&want, "(\"MINUTEHAND_CONF\" => %s)", cases[i].env);
		ok(strstr(buf_cstr(&b), buf_cstr(&want)) != NULL, "%s",
		    buf_cstr(&want));
		buf_reset(&want);
		buf_printf(&want, "\"socket\" => %s,", cases[i].sock);
		ok(strstr(buf_cstr(&b), buf_cstr(&want)) != NULL, "%s",
		    buf_cstr(&want));
	}
	buf_fini(&b);
	buf_fini(&want);
}

int
main(void)
{
	test_crontab();
	test_webserver();
	return tap_done();
}
