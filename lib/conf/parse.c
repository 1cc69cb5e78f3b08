/*
 * Reading the text of a configuration with libConfuse, driven by the tables of
 * options.  Values are checked where they stand, so that errors name the line;
 * option.c converts them.  Tested in t_conf and t_conf_options.
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <confuse.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/parse.h"
#include "lib/conf/table.h"
#include "lib/conf/text.h"

#include "lib/base/ban.h"

#define OPTIONS_MAX 48
#define SECTIONS_MAX 8
#define WORDS_MAX 64
#define TITLE_MAX 255

/*
 * libConfuse passes only a cfg_t to its callbacks.  So each array of options
 * also has a function of this name, whose unused "simple value" points to our
 * state.  A call of it is appended to the text: libConfuse accepts the end of
 * a file within a section or comment; then on_end is called in a section, or
 * not at all.
 */
#define STATE_NAME "minutehand's own"
#define STATE_CALL "\n\"" STATE_NAME "\"()\n"

/* The options of one level: the top, or a kind of section. */
struct level {
	struct state *state;
	const struct conf_section *section; /* NULL: the top */
	const struct conf_option *options;
	size_t nended; /* sections of the kind read so far */
	cfg_opt_t to[OPTIONS_MAX];
};

struct state {
	struct level levels[1 + SECTIONS_MAX]; /* the first is the top */
	struct conf *conf;
	struct err *why;
	int last_line;	/* last line of the text that is not blank */
	bool is_failed; /* only the first error is kept */
	int nends;	/* number of calls of on_end */
};

static struct level *
level_of(cfg_t *cfg)
{
	cfg_opt_t *o = cfg->opts;

	while (strcmp(o->name, STATE_NAME) != 0)
		o++;
	return (struct level *)(void *)o->simple_value.ptr;
}

static struct state *
state_of(cfg_t *cfg)
{
	return level_of(cfg)->state;
}

/* Names in a file can contain anything; a message must be one clean line. */
static void
clean_line(char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
	}
}

static void
report(struct state *st, int line, const char *text)
{
	if (st->is_failed)
		return;
	st->is_failed = true;
	if (line > st->last_line)
		line = st->last_line;
	err_set(st->why, "%s:%d: %s", st->conf->path, line, text);
	if (st->why != NULL)
		clean_line(st->why->text);
}

static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	char text[512];

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	report(state_of(cfg), cfg->line, text);
}

static int
report_section(cfg_t *cfg, const struct conf_section *kind, const char *what)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "section \"%s\": %s", kind->name,
	    what);
	report(state_of(cfg), cfg->line, text);
	return -1;
}

static int
on_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	(void)opt;
	(void)argc;
	(void)argv;
	state_of(cfg)->nends++;
	if (level_of(cfg)->section == NULL)
		return 0;
	return report_section(cfg, level_of(cfg)->section,
	    "its closing } is missing");
}

static const struct conf_option *
find_option(const struct conf_option *table, const char *name)
{
	while (strcmp(table->name, name) != 0)
		table++;
	return table;
}

/* Convert a value; in a section only to check it. */
static int
try_value(const struct level *l, const struct conf_option *o, const char *value,
    struct err *why)
{
	union {
		char bytes[CONF_SECTION_MAX];
		int64_t align;
		void *ptr;
	} scratch = { { 0 } };
	int rc;

	if (l->section == NULL)
		return conf_option_set(o, value, l->state->conf, why);
	rc = conf_option_set(o, value, &scratch, why);
	conf_option_free(l->options, &scratch);
	return rc;
}

/* Called at the line of the value. */
static int
check_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct level *l = level_of(cfg);
	const struct conf_option *o = find_option(l->options, opt->name);
	struct err why = { "" };
	const char *value = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	int rc = -1;

	/* The appended text is not a value of the option. */
	if (cfg->line > l->state->last_line && strcmp(value, STATE_NAME) == 0)
		err_set(&why, "has no value");
	else
		rc = try_value(l, o, value, &why);
	/* libConfuse does not touch the default number of a string. */
	if (rc == 0 && o->type != CONF_LIST && opt->def.number++ > 0) {
		err_set(&why, "is given twice");
		rc = -1;
	}
	if (rc == 0 && cfg_opt_size(opt) > WORDS_MAX) {
		err_set(&why, "has more than %d values", WORDS_MAX);
		rc = -1;
	}
	if (rc == 0)
		return conf_note_line(l->state->conf, o, l->nended, cfg->line);
	err_set(&why, "option \"%s\": %s", o->name, why.text);
	report(l->state, cfg->line, why.text);
	return -1;
}

/* Has the option of that name a value? */
static bool
is_given(cfg_t *sec, const char *name)
{
	const char *text =
	    cfg_size(sec, name) == 0 ? NULL : cfg_getstr(sec, name);

	return text != NULL && *text != '\0';
}

/* Called at the end of a section. */
static int
check_section(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *sec = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const struct conf_section *kind = level_of(sec)->section;
	const char *title = cfg_title(sec);
	size_t n = title == NULL ? 0 : strlen(title);
	char text[160];

	if (n == 0 || n > TITLE_MAX) {
		(void)snprintf(text, sizeof(text),
		    "needs a %s of 1 to %d bytes", kind->title, TITLE_MAX);
		return report_section(cfg, kind, text);
	}
	if (kind->either == NULL ||
	    is_given(sec, kind->either) != is_given(sec, kind->other) ||
	    (kind->is_optional && !is_given(sec, kind->either))) {
		return conf_note_section(state_of(cfg)->conf, kind,
		    level_of(sec)->nended++, cfg->line);
	}
	(void)snprintf(text, sizeof(text), "needs either %s or %s%s",
	    kind->either, kind->other, kind->is_optional ? ", not both" : "");
	return report_section(cfg, kind, text);
}

/* Fill in the options of level l for libConfuse; return their number. */
static size_t
fill_level(struct level *l, struct state *st, const struct conf_option *options,
    const struct conf_section *section)
{
	/*
	 * The macros of confuse.h drop const; nothing is written through them.
	 */
	const cfg_opt_t str = CFG_STR("", NULL, CFGF_NODEFAULT);
	const cfg_opt_t list = CFG_STR_LIST("", NULL, CFGF_NODEFAULT);
	const cfg_opt_t func = CFG_FUNC(STATE_NAME, on_end);
	const cfg_opt_t end = CFG_END();
	const struct conf_option *o;
	size_t n = 0;

	l->state = st;
	l->options = options;
	l->section = section;
	for (o = options; o->name != NULL; o++, n++) {
		assert(n < OPTIONS_MAX - SECTIONS_MAX - 2);
		l->to[n] = o->type == CONF_LIST ? list : str;
		l->to[n].name = o->name;
		l->to[n].validcb = check_value;
	}
	l->to[n] = func;
	l->to[n++].simple_value.ptr = (void **)(void *)l;
	l->to[n] = end;
	return n;
}

/* Fill in all levels, with the sections as options of the top. */
static void
fill_levels(struct state *st)
{
	const struct conf_section *sec = conf_sections;
	const cfg_opt_t end = CFG_END();
	struct level *top = &st->levels[0];
	size_t n = fill_level(top, st, conf_options, NULL);

	for (size_t i = 1; sec->name != NULL; i++, sec++, n++) {
		struct level *l = &st->levels[i];
		cfg_opt_t opt = CFG_SEC("", l->to,
		    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);

		assert(i <= SECTIONS_MAX);
		(void)fill_level(l, st, sec->options, sec);
		opt.name = sec->name;
		opt.validcb = check_section;
		top->to[n] = opt;
	}
	top->to[n] = end;
}

/* Copy a section into base; its values were checked during parsing. */
static int
copy_section(const struct conf_section *kind, cfg_t *sec, void *base)
{
	const struct conf_option *o;
	const char *text;

	if ((*(char **)base = strdup(cfg_title(sec))) == NULL ||
	    conf_option_defaults(kind->options, base, NULL) == -1)
		return -1;
	for (o = kind->options; o->name != NULL; o++) {
		for (unsigned i = 0; i < cfg_size(sec, o->name); i++) {
			if ((text = cfg_getnstr(sec, o->name, i)) != NULL &&
			    conf_option_set(o, text, base, NULL) == -1)
				return -1;
		}
	}
	return 0;
}

/* Copy all sections of a kind; c owns them even if that fails. */
static int
copy_sections(struct conf *c, const struct conf_section *kind, cfg_t *cfg)
{
	size_t n = cfg_size(cfg, kind->name);
	char *v;
	int rc = 0;

	if (n == 0)
		return 0;
	if ((v = calloc(n, kind->size)) == NULL)
		return -1;
	memcpy((char *)c + kind->array, &v, sizeof(v));
	memcpy((char *)c + kind->count, &n, sizeof(n));
	for (unsigned i = 0; i < n && rc == 0; i++)
		rc = copy_section(kind, cfg_getnsec(cfg, kind->name, i),
		    v + i * kind->size);
	return rc;
}

static int
copy_all_sections(struct conf *c, cfg_t *cfg)
{
	const struct conf_section *kind;
	int rc = 0;

	for (kind = conf_sections; kind->name != NULL && rc == 0; kind++)
		rc = copy_sections(c, kind, cfg);
	return rc;
}

/* Parse text, with its end marked. */
static int
read_options(struct state *st, const struct buf *text)
{
	cfg_t *cfg;
	FILE *f;
	int rc = -1;

	if ((cfg = cfg_init(st->levels[0].to, CFGF_NONE)) == NULL)
		return -1;
	if ((f = fmemopen(text->data, text->len, "r")) == NULL)
		goto out;
	(void)cfg_set_error_function(cfg, on_error);
	if (cfg_parse_fp(cfg, f) != CFG_SUCCESS)
		report(st, cfg->line, "cannot be read as a configuration");
	else if (st->nends != 1)
		report(st, cfg->line, "unterminated comment");
	else
		rc = copy_all_sections(st->conf, cfg);
	(void)fclose(f);
out:
	cfg_free(cfg);
	return rc;
}

int
conf_parse(struct conf *c, const char *text, struct err *why)
{
	struct state st = { .conf = c,
		.why = why,
		.last_line = conf_last_line(text) };
	struct buf marked = BUF_INIT;
	int rc = -1, lost = 0;

	fill_levels(&st);
	buf_str(&marked, text);
	if (!marked.is_failed && marked.len > 0)
		lost = conf_blank_comments(marked.data);
	buf_str(&marked, STATE_CALL);
	if (lost != 0)
		report(&st, lost, "a * or + must be in quotes");
	else if (!marked.is_failed)
		rc = read_options(&st, &marked);
	if (rc == -1 && !st.is_failed)
		err_set(why, "%s: out of memory", c->path);
	buf_fini(&marked);
	return rc;
}
