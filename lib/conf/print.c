/*
 * The example configuration, printed from the tables of options.  Tested in
 * t_conf_options.
 */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

/* Append lines of text, commented out, each after indent. */
static void
print_help(const char *text, const char *indent, struct buf *out)
{
	size_t n;

	for (;; text += n + 1) {
		n = strcspn(text, "\n");
		buf_printf(out, "#%s %.*s\n", indent, (int)n, text);
		if (text[n] == '\0')
			break;
	}
}

static void
print_option(const struct conf_option *o, const char *indent, struct buf *out)
{
	const char *value = o->shown != NULL ? o->shown : o->fallback;

	print_help(o->help, indent, out);
	if (o->type == CONF_INT || o->type == CONF_DURATION ||
	    o->type == CONF_CHOICE) {
		buf_printf(out, "#%s Takes ", indent);
		conf_option_range(o, out);
		buf_str(out, ".\n");
	}
	if (o->type <= CONF_PATH)
		buf_printf(out, "#%s%s = \"%s\"\n", indent, o->name, value);
	else
		buf_printf(out, "#%s%s = %s\n", indent, o->name, value);
}

static void
print_section(const struct conf_section *sec, struct buf *out)
{
	const struct conf_option *o;

	buf_char(out, '\n');
	print_help(sec->help, "", out);
	buf_printf(out, "#%s \"%s\" {\n", sec->name, sec->shown);
	for (o = sec->options; o->name != NULL; o++)
		print_option(o, "\t", out);
	buf_str(out, "#}\n");
}

void
conf_print_example(struct buf *out)
{
	const struct conf_section *sec;
	const struct conf_option *o;

	buf_str(out,
	    "# minutehand.conf: see minutehand.conf(5).  Every option has a "
	    "default, which is\n# the value in the comment.  Durations: "
	    "90 (seconds), 500ms, 5m, 1h30m, 7d.\n");
	for (o = conf_options; o->name != NULL; o++) {
		buf_char(out, '\n');
		print_option(o, "", out);
	}
	for (sec = conf_sections; sec->name != NULL; sec++)
		print_section(sec, out);
}
