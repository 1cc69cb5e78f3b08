/*
 * Values of options: from text to a member of a struct, with limits, defaults
 * and the texts that describe them.  Tested in t_conf_option.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"
#include "lib/base/num.h"
#include "lib/base/url.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define M (60 * S)
#define H (60 * M)
#define D (24 * H)
#define WORD_LEN_MAX 255

/* Append us in the largest unit that divides it. */
static void
add_duration(struct buf *b, int64_t us)
{
	static const struct {
		int64_t us;
		char unit;
	} units[] = {
		{ D, 'd' },
		{ H, 'h' },
		{ M, 'm' },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (us >= units[i].us && us % units[i].us == 0) {
			buf_printf(b, "%lld%c", (long long)(us / units[i].us),
			    units[i].unit);
			return;
		}
	}
	if (us % S == 0)
		buf_printf(b, "%llds", (long long)(us / S));
	else
		buf_printf(b, "%lldms", (long long)(us / 1000));
}

void
conf_option_range(const struct conf_option *o, struct buf *b)
{
	const struct conf_choice *w;

	if (o->special != NULL)
		buf_printf(b, "%s, or ", o->special);
	if (o->type == CONF_INT)
		buf_printf(b, "a number from %lld to %lld", (long long)o->min,
		    (long long)o->max);
	if (o->type == CONF_DURATION) {
		buf_str(b, "a duration from ");
		add_duration(b, o->min);
		buf_str(b, " to ");
		add_duration(b, o->max);
		buf_str(b, " (90, 5m, 1h30m)");
	}
	for (w = o->words; w != NULL && w->name != NULL; w++)
		buf_printf(b, "%s%s", w == o->words ? "" : " or ", w->name);
}

/* Report that text is not a value of o. */
static int
fail_range(const struct conf_option *o, const char *text, struct err *why)
{
	struct buf b = BUF_INIT;

	conf_option_range(o, &b);
	err_set(why, "\"%.64s\" is not %s", text, buf_cstr(&b));
	buf_fini(&b);
	return -1;
}

static int
set_number(const struct conf_option *o, const char *text, void *member,
    struct err *why)
{
	int64_t v;
	int rc;

	if (o->special != NULL && strcmp(text, o->special) == 0) {
		*(int64_t *)member = o->special_value;
		return 0;
	}
	if (o->type == CONF_INT)
		rc = num_parse(text, o->min, o->max, &v);
	else
		rc = num_parse_duration(text, &v);
	if (rc != 0 || v < o->min || v > o->max)
		return fail_range(o, text, why);
	*(int64_t *)member = v;
	return 0;
}

static int
set_choice(const struct conf_option *o, const char *text, void *member,
    struct err *why)
{
	const struct conf_choice *w;

	for (w = o->words; w->name != NULL; w++) {
		if (strcmp(w->name, text) == 0)
			break;
	}
	if (w->name == NULL)
		return fail_range(o, text, why);
	if (w->missing != NULL)
		return err_set(why,
		    "%s \"%s\" is not built in: it needs %s when minutehand is "
		    "configured and built",
		    o->name, w->name, w->missing);
	memcpy(member, &w->value, sizeof(w->value));
	return 0;
}

/* A comma-separated list of names. */
static int
set_set(const struct conf_option *o, const char *text, int *member,
    struct err *why)
{
	const struct conf_choice *w;
	const char *p = text;
	int sum = 0;
	size_t n;

	for (;; p += n + 1) {
		p += strspn(p, " ");
		n = strcspn(p, ", ");
		for (w = o->words; w->name != NULL; w++)
			if (strlen(w->name) == n && memcmp(w->name, p, n) == 0)
				break;
		if (w->name == NULL)
			return fail_range(o, text, why);
		sum |= w->value;
		n += strspn(p + n, " ");
		if (p[n] == '\0')
			break;
		if (p[n] != ',')
			return fail_range(o, text, why);
	}
	*member = sum;
	return 0;
}

static int
set_text(const char *text, char **member, struct err *why)
{
	char *copy;

	if ((copy = strdup(text)) == NULL)
		return err_set(why, "out of memory");
	free(*member);
	*member = copy;
	return 0;
}

static int
check_path(const struct conf_option *o, const char *text, struct err *why)
{
	if ((int64_t)strlen(text) < o->min)
		return err_set(why, "must not be empty");
	if (*text == '~')
		return err_set(why,
		    "\"~\" is not expanded; give the "
		    "whole path, or one relative to this file");
	return 0;
}

/* Append a word to a list; it must be one of o's names, if it has any. */
static int
add_element(const struct conf_option *o, const char *text, struct conf_list *l,
    struct err *why)
{
	const struct conf_choice *w = o->words;
	size_t n = strlen(text);
	char **v;

	while (w != NULL && w->name != NULL && strcmp(w->name, text) != 0)
		w++;
	if (w != NULL && w->name == NULL)
		return fail_range(o, text, why);
	if (n == 0 || n > WORD_LEN_MAX)
		return err_set(why,
		    "an element of the list has 1 to %d "
		    "bytes",
		    WORD_LEN_MAX);
	if ((v = realloc(l->v, (l->n + 1) * sizeof(*v))) != NULL) {
		l->v = v;
		v[l->n] = strdup(text);
	}
	if (v == NULL || v[l->n] == NULL)
		return err_set(why, "out of memory");
	l->n++;
	return 0;
}

static int
check_env(const char *text, struct err *why)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz_0123456789";

	if (text[strspn(text, allowed)] == '\0' &&
	    strspn(text, allowed + 53) == 0)
		return 0;
	/* Not shown: it may be the key itself, given by mistake. */
	return err_set(why,
	    "is not the name of an environment "
	    "variable, such as RENDER_API_KEY");
}

static int
check_url(const struct conf_option *o, const char *text, struct err *why)
{
	const char *reason = url_check(text);

	/* Empty is allowed only if it is the default. */
	if (reason == NULL || (*text == '\0' && *o->fallback == '\0'))
		return 0;
	return err_set(why, "%s", reason);
}

/* An invalid URL is not shown: it may contain a password. */
static int
check_line(const struct conf_option *o, const char *text, struct err *why)
{
	size_t n = strlen(text);

	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_set(why, "contains a control character");
	}
	if ((int64_t)n >= o->min && (int64_t)n <= o->max)
		return 0;
	return err_set(why, "has %zu bytes, not %lld to %lld", n,
	    (long long)o->min, (long long)o->max);
}

static int
check_zone(const char *text, struct err *why)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._+-/:";

	if (text[strspn(text, allowed)] == '\0')
		return 0;
	return err_set(why,
	    "\"%.64s\" is not a time zone; give a name "
	    "such as Europe/Berlin, UTC, or +08:00",
	    text);
}

/* Is text valid for a member of type char *? */
static int
check_text(const struct conf_option *o, const char *text, struct err *why)
{
	switch (o->type) {
	case CONF_TEXT:
		return check_line(o, text, why);
	case CONF_ZONE:
		return check_zone(text, why);
	case CONF_ENV:
		return check_env(text, why);
	case CONF_URL:
		return check_url(o, text, why);
	case CONF_PATH:
		return check_path(o, text, why);
	case CONF_INT:
	case CONF_DURATION:
	case CONF_CHOICE:
	case CONF_SET:
	case CONF_LIST:
		break;
	}
	return 0;
}

int
conf_option_set(const struct conf_option *o, const char *text, void *base,
    struct err *why)
{
	void *member = (char *)base + o->offset;

	switch (o->type) {
	case CONF_INT:
	case CONF_DURATION:
		return set_number(o, text, member, why);
	case CONF_CHOICE:
		return set_choice(o, text, member, why);
	case CONF_SET:
		return set_set(o, text, member, why);
	case CONF_LIST:
		return add_element(o, text, member, why);
	case CONF_TEXT:
	case CONF_ZONE:
	case CONF_ENV:
	case CONF_URL:
	case CONF_PATH:
		break;
	}
	if (check_text(o, text, why) == -1)
		return -1;
	return set_text(text, member, why);
}

int
conf_option_defaults(const struct conf_option *options, void *base,
    struct err *why)
{
	for (; options->name != NULL; options++) {
		if (options->fallback != NULL &&
		    conf_option_set(options, options->fallback, base, why) ==
			-1)
			return -1;
	}
	return 0;
}

void
conf_option_free(const struct conf_option *options, void *base)
{
	struct conf_list *l;

	for (; options->name != NULL; options++) {
		void *member = (char *)base + options->offset;

		if (options->type <= CONF_PATH)
			free(*(char **)member);
		if (options->type != CONF_LIST)
			continue;
		l = member;
		for (size_t i = 0; i < l->n; i++)
			free(l->v[i]);
		free(l->v);
	}
}
