/*
 * Checks of the files that a configuration names (lib/base/trust.h), and the
 * lines at which its options are.  Tested in t_conf and tests/ctl/trust.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"
#include "lib/base/trust.h"

#include "lib/base/ban.h"

struct conf_line {
	const struct conf_option *option; /* NULL: the section itself */
	const struct conf_section *section;
	size_t at; /* number of the section; 0 at the top */
	int line;
};

static int
note(struct conf *c, const struct conf_line *what)
{
	struct conf_line *v;

	v = realloc(c->lines, (c->nlines + 1) * sizeof(*v));
	if (v == NULL)
		return -1;
	c->lines = v;
	v[c->nlines++] = *what;
	return 0;
}

int
conf_note_line(struct conf *c, const struct conf_option *o, size_t at, int line)
{
	return note(c, &(struct conf_line){ o, NULL, at, line });
}

int
conf_note_section(struct conf *c, const struct conf_section *sec, size_t at,
    int line)
{
	return note(c, &(struct conf_line){ NULL, sec, at, line });
}

/* Append ":LINE", or nothing if the line is unknown. */
static void
add_line(const struct conf *c, const struct conf_line *what, struct buf *out)
{
	for (size_t i = 0; i < c->nlines; i++) {
		const struct conf_line *l = &c->lines[i];

		if (l->option != what->option || l->section != what->section ||
		    l->at != what->at)
			continue;
		buf_printf(out, ":%d", l->line);
		return;
	}
}

void
conf_where_section(const struct conf *c, const char *name, size_t at,
    struct buf *out)
{
	const struct conf_section *sec = conf_sections;
	char *end, *v;

	while (strcmp(sec->name, name) != 0)
		sec++;
	v = conf_section_array(c, sec, &end);
	buf_str(out, c->path);
	add_line(c, &(struct conf_line){ NULL, sec, at, 0 }, out);
	buf_printf(out, ": section %s \"%.64s\"", name,
	    *(char **)(void *)(v + at * sec->size));
}

void
conf_where_option(const struct conf *c, const struct conf_option *o, size_t at,
    struct buf *out)
{
	buf_str(out, c->path);
	add_line(c, &(struct conf_line){ o, NULL, at, 0 }, out);
	buf_printf(out, ": option \"%s\"", o->name);
}

void
conf_where(const struct conf *c, const char *name, struct buf *out)
{
	const struct conf_option *o = conf_options;

	while (strcmp(o->name, name) != 0)
		o++;
	conf_where_option(c, o, 0, out);
}

/* Check a program, and its arguments, which may be scripts. */
static enum trust_rc
check_command(struct trust *t, const struct conf_list *l)
{
	enum trust_rc rc = TRUST_OK;

	/* Without a slash it is found by PATH, which is not checked here. */
	if (l->n > 0 && strchr(l->v[0], '/') != NULL)
		rc = trust_check(t, TRUST_PROGRAM, l->v[0]);
	for (size_t i = 1; i < l->n && rc != TRUST_REFUSED; i++) {
		if (l->v[i][0] == '/')
			rc = trust_check(t, TRUST_ARGUMENT, l->v[i]);
	}
	return rc;
}

int
conf_check_command(const struct conf *c, const struct conf_list *l,
    struct err *why)
{
	struct trust t = { .is_shared = c->group_writable == CONF_ON };

	if (check_command(&t, l) != TRUST_REFUSED)
		return 0;
	return err_set(why, "%s", t.why);
}

int
conf_check_ca(const struct conf *c, struct err *why)
{
	struct trust t = { .is_shared = c->group_writable == CONF_ON };

	if (c->ca_file == NULL || *c->ca_file == '\0' ||
	    trust_check(&t, TRUST_DATA, c->ca_file) != TRUST_REFUSED)
		return 0;
	return err_set(why, "ca_file: %s", t.why);
}

int
conf_check_trust(const struct conf *c, struct err *why)
{
	const bool is_shared = c->group_writable == CONF_ON;
	struct trust t = { .is_shared = is_shared };

	if (trust_check(&t, TRUST_CONF, c->path) == TRUST_REFUSED ||
	    (t.by_group && !is_shared))
		return err_set(why, "%s", t.why);
	return conf_check_files(c, why);
}

static enum trust_rc
check_value(struct trust *t, const struct conf_option *o, const void *base)
{
	const char *member = (const char *)base + o->offset, *path;

	if (o->type == CONF_LIST)
		return check_command(t,
		    (const struct conf_list *)(const void *)member);
	memcpy(&path, member, sizeof(path));
	/* A missing file is reported when it is needed. */
	return path == NULL || *path == '\0' ? TRUST_OK :
					       trust_check(t, o->trust, path);
}

/* Check the options of one level; -1 with the first fault. */
static int
check_level(const struct conf *c, const struct conf_option *o, const void *base,
    size_t at, struct buf *why)
{
	struct trust t = { .is_shared = c->group_writable == CONF_ON };

	for (; o->name != NULL; o++) {
		if (o->trust == TRUST_NONE ||
		    check_value(&t, o, base) != TRUST_REFUSED)
			continue;
		conf_where_option(c, o, at, why);
		buf_printf(why, ": %s", t.why);
		return -1;
	}
	return 0;
}

int
conf_check_files(const struct conf *c, struct err *why)
{
	const struct conf_section *sec = conf_sections;
	struct buf b = BUF_INIT;
	int rc = check_level(c, conf_options, c, 0, &b);

	for (; sec->name != NULL && rc == 0; sec++) {
		char *end, *v = conf_section_array(c, sec, &end);

		for (size_t i = 0; v != end && rc == 0; v += sec->size, i++)
			rc = check_level(c, sec->options, v, i, &b);
	}
	if (rc == -1)
		err_set(why, "%s", buf_cstr(&b));
	buf_fini(&b);
	return rc;
}
