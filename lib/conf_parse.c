#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/conf_parse.h"
#include "lib/conf_table.h"

#include "lib/ban.h"

#define OPTIONS_MAX 32
#define PARAMS_MAX 64
#define GLOB_MAX 255

/*
 * libConfuse hands its callbacks a cfg_t and nothing of ours.  So each array
 * of options also has a function of this name, whose unused "simple value"
 * points to our state.  A call of it is put behind the text: to libConfuse
 * the end of a file ends any section or comment, to us only on_end does.
 */
#define STATE_NAME "minutehand's own"
#define STATE_CALL "\n\"" STATE_NAME "\"()\n"

struct state {
	struct conf *conf;
	char *why;
	size_t whylen;
	int last_line;	/* of the text that is not blank */
	bool is_failed; /* the first complaint is the one to keep */
	int nends;	/* calls of on_end */
};

static struct state *
state_of(cfg_t *cfg)
{
	cfg_opt_t *o = cfg->opts;

	while (strcmp(o->name, STATE_NAME) != 0)
		o++;
	return (struct state *)(void *)o->simple_value.ptr;
}

/* Names in a file may hold anything; a complaint is one clean line. */
static void
clean_line(char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
}

static void
complain(struct state *st, int line, const char *text)
{
	if (st->is_failed)
		return;
	st->is_failed = true;
	if (line > st->last_line)
		line = st->last_line;
	(void)snprintf(st->why, st->whylen, "%s:%d: %s", st->conf->path, line,
	    text);
	clean_line(st->why);
}

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[512];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	complain(state_of(cfg), cfg->line, text);
}

static int
on_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	(void)opt;
	(void)argc;
	(void)argv;
	state_of(cfg)->nends++;
	if (strcmp(cfg_name(cfg), "queue") != 0)
		return 0;
	complain(state_of(cfg), cfg->line,
	    "section \"queue\": no } at its "
	    "end");
	return -1;
}

static const struct conf_option *
find_option(const struct conf_option *table, const char *name)
{
	while (strcmp(table->name, name) != 0)
		table++;
	return table;
}

/* Called at the line where the value stands. */
static int
check_value(cfg_t *cfg, cfg_opt_t *opt, const struct conf_option *table)
{
	const struct conf_option *o = find_option(table, opt->name);
	struct state *st = state_of(cfg);
	struct conf_queue scratch = { 0 };
	char why[320] = "", text[512];
	const char *value = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	void *base = &scratch;
	int rc = -1;

	if (table == conf_options)
		base = st->conf;
	/* What was put behind the text is nobody's value. */
	if (cfg->line > st->last_line && strcmp(value, STATE_NAME) == 0)
		(void)snprintf(why, sizeof(why), "has no value");
	else
		rc = conf_option_set(o, value, base, why, sizeof(why));
	/* libConfuse leaves the default number of a string alone. */
	if (rc == 0 && o->type != CONF_NAMES && opt->def.number++ > 0) {
		(void)snprintf(why, sizeof(why), "is given twice");
		rc = -1;
	}
	if (rc == 0 && cfg_opt_size(opt) > PARAMS_MAX) {
		(void)snprintf(why, sizeof(why), "has more than %d values",
		    PARAMS_MAX);
		rc = -1;
	}
	if (rc == 0)
		return 0;
	(void)snprintf(text, sizeof(text), "option \"%s\": %s", o->name, why);
	complain(st, cfg->line, text);
	return -1;
}

static int
check_top(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_value(cfg, opt, conf_options);
}

static int
check_in_queue(cfg_t *cfg, cfg_opt_t *opt)
{
	return check_value(cfg, opt, conf_queue_options);
}

/* Called at the end of a section. */
static int
check_queue(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *title;
	size_t n;

	title = cfg_title(cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1));
	n = title == NULL ? 0 : strlen(title);
	if (n > 0 && n <= GLOB_MAX)
		return 0;
	complain(state_of(cfg), cfg->line,
	    "section \"queue\": needs a name "
	    "or glob of 1 to 255 bytes");
	return -1;
}

/* The options of a table as libConfuse wants them; how many. */
static size_t
fill_options(cfg_opt_t *to, const struct conf_option *table,
    cfg_validate_callback_t check, struct state *st)
{
	/* The macros of confuse.h drop const; nothing is written through. */
	const cfg_opt_t str = CFG_STR("", NULL, CFGF_NODEFAULT);
	const cfg_opt_t list = CFG_STR_LIST("", NULL, CFGF_NODEFAULT);
	const cfg_opt_t func = CFG_FUNC(STATE_NAME, on_end);
	size_t n = 0;

	for (; table->name != NULL && n < OPTIONS_MAX - 3; table++, n++) {
		to[n] = table->type == CONF_NAMES ? list : str;
		to[n].name = table->name;
		to[n].validcb = check;
	}
	to[n] = func;
	to[n].simple_value.ptr = (void **)(void *)st;
	return n + 1;
}

/* Copy the parameter names of a section into q. */
static int
take_params(struct conf_queue *q, cfg_t *sec)
{
	unsigned n = cfg_size(sec, "params");

	if (n == 0)
		return 0;
	if ((q->params = calloc(n, sizeof(*q->params))) == NULL)
		return -1;
	for (q->nparams = 0; q->nparams < n; q->nparams++) {
		q->params[q->nparams] =
		    strdup(cfg_getnstr(sec, "params", (unsigned)q->nparams));
		if (q->params[q->nparams] == NULL)
			return -1;
	}
	return 0;
}

/* The values were checked while they were read. */
static int
take_queue(struct conf_queue *q, cfg_t *sec, const struct conf *c)
{
	const struct conf_option *o;
	const char *text;
	char why[128];

	q->max_deliveries = c->max_deliveries;
	q->broker = CONF_BROKER_SQLITE;
	if ((q->glob = strdup(cfg_title(sec))) == NULL)
		return -1;
	for (o = conf_queue_options; o->name != NULL; o++) {
		if (o->type == CONF_NAMES || cfg_size(sec, o->name) == 0 ||
		    (text = cfg_getstr(sec, o->name)) == NULL)
			continue;
		if (conf_option_set(o, text, q, why, sizeof(why)) == -1)
			return -1;
	}
	return take_params(q, sec);
}

static int
take_queues(struct conf *c, cfg_t *cfg)
{
	unsigned n = cfg_size(cfg, "queue");

	if (n == 0)
		return 0;
	if ((c->queues = calloc(n, sizeof(*c->queues))) == NULL)
		return -1;
	for (unsigned i = 0; i < n; i++) {
		c->nqueues++;
		if (take_queue(&c->queues[i], cfg_getnsec(cfg, "queue", i),
			c) == -1)
			return -1;
	}
	return 0;
}

/* The number of the last line that is not blank. */
static int
find_last_line(const char *text)
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

/* Behind what begins at s: a string in quotes, else a comment of C. */
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

/*
 * Blank out comments that go to the end of their line: libConfuse counts
 * their lines twice, and the lines in complaints would be wrong.  Within a
 * word // is letters, but # is not.
 */
static void
blank_comments(char *text)
{
	char *s = text;

	while (*s != '\0') {
		bool is_start =
		    s == text || strchr(" \t\r\n={}()+,\"'", s[-1]) != NULL;

		if (*s == '"' || *s == '\'' ||
		    (is_start && s[0] == '/' && s[1] == '*'))
			s = skip_over(s);
		else if (*s == '#' || (is_start && *s == '/' && s[1] == '/'))
			while (*s != '\0' && *s != '\n')
				*s++ = ' ';
		else
			s++;
	}
}

/* Read text (with its end marked) by the options at top. */
static int
read_options(struct state *st, cfg_opt_t *top, const struct buf *text)
{
	cfg_t *cfg;
	FILE *f;
	int rc = -1;

	if ((cfg = cfg_init(top, CFGF_NONE)) == NULL)
		return -1;
	if ((f = fmemopen(text->data, text->len, "r")) == NULL)
		goto out;
	(void)cfg_set_error_function(cfg, on_error);
	if (cfg_parse_fp(cfg, f) != CFG_SUCCESS)
		complain(st, cfg->line, "cannot be read as a configuration");
	else if (st->nends != 1)
		complain(st, cfg->line, "a comment has no end");
	else
		rc = take_queues(st->conf, cfg);
	(void)fclose(f);
out:
	cfg_free(cfg);
	return rc;
}

int
conf_parse(struct conf *c, const char *text, char *why, size_t whylen)
{
	cfg_opt_t top[OPTIONS_MAX], in_queue[OPTIONS_MAX];
	const cfg_opt_t end = CFG_END();
	cfg_opt_t sec = CFG_SEC("queue", in_queue,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	struct state st = { c, why, whylen, find_last_line(text), false, 0 };
	struct buf marked = BUF_INIT;
	size_t n;
	int rc = -1;

	n = fill_options(in_queue, conf_queue_options, check_in_queue, &st);
	in_queue[n] = end;
	n = fill_options(top, conf_options, check_top, &st);
	sec.validcb = check_queue;
	top[n++] = sec;
	top[n] = end;
	buf_str(&marked, text);
	if (!marked.is_failed && marked.len > 0)
		blank_comments(marked.data);
	buf_str(&marked, STATE_CALL);
	if (!marked.is_failed)
		rc = read_options(&st, top, &marked);
	if (rc == -1 && !st.is_failed)
		(void)snprintf(why, whylen, "%s: out of memory", c->path);
	buf_fini(&marked);
	return rc;
}
