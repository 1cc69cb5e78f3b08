/*
 * The environment variables from which a configuration takes secrets; programs
 * that are started must not inherit them.  Tested in t_conf_options.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

/* Variables that hold secrets whatever the configuration says. */
static const char *const always[] = { "MINUTEHAND_TOKEN" };
#define NALWAYS (sizeof(always) / sizeof(always[0]))

/* Put the variables that the options of one struct name at out, unless it is
 * NULL; return their number. */
static size_t
list_options(const struct conf_option *o, const char *base, const char **out)
{
	const char *name;
	size_t n = 0;

	for (; o->name != NULL; o++) {
		if (o->type != CONF_ENV)
			continue;
		memcpy(&name, base + o->offset, sizeof(name));
		if (name == NULL || *name == '\0')
			continue;
		if (out != NULL)
			out[n] = name;
		n++;
	}
	return n;
}

static size_t
list_all(const struct conf *c, const char **out)
{
	size_t n = list_options(conf_options, (const char *)c, out);

	for (const struct conf_section *sec = conf_sections; sec->name != NULL;
	     sec++) {
		char *end, *v = conf_section_array(c, sec, &end);

		for (; v != end; v += sec->size)
			n += list_options(sec->options, v,
			    out == NULL ? NULL : out + n);
	}
	return n;
}

const char **
conf_secret_variables(const struct conf *c)
{
	size_t n = list_all(c, NULL);
	const char **v = calloc(n + NALWAYS + 1, sizeof(*v));

	if (v == NULL)
		return NULL;
	n = list_all(c, v);
	for (size_t i = 0; i < NALWAYS; i++)
		v[n + i] = always[i];
	return v;
}
