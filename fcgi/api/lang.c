/*
 * Chooses Chinese or English by Accept-Language (RFC 9110 section 12.5.4).
 * Tested in t_messages.
 */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "fcgi/api/messages.h"

#include "lib/base/ban.h"

#define Q_MAX 1000 /* a quality value of 1, in thousandths */
#define Q_UNSET (-1)

/* The header's best element for a language: its quality and position. */
struct liking {
	int q;
	int at; /* element of the list */
};

static const char *
skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/*
 * qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ) (RFC 9110
 * section 12.4.2), in thousandths; *s is moved after it.  -1: malformed.
 */
static int
read_quality(const char **s)
{
	int q, unit = 100;

	if (**s != '0' && **s != '1')
		return -1;
	q = (**s - '0') * Q_MAX;
	++*s;
	if (**s == '.') {
		for (++*s; isdigit((unsigned char)**s) && unit > 0; ++*s) {
			q += (**s - '0') * unit;
			unit /= 10;
		}
	}
	return q <= Q_MAX ? q : -1;
}

/* The quality after an element's tag, at s: ";q=0.8"; -1: malformed. */
static int
element_quality(const char *s)
{
	int q;

	s = skip_space(s);
	if (*s != ';')
		return *s == ',' || *s == '\0' ? Q_MAX : -1;
	s = skip_space(s + 1);
	if ((*s != 'q' && *s != 'Q') || s[1] != '=')
		return -1;
	s += 2;
	q = read_quality(&s);
	s = skip_space(s);
	return *s == ',' || *s == '\0' ? q : -1;
}

/*
 * Return whether the tag of len bytes is the language or a variant of it, in
 * the form of locales, too: zh_CN.
 */
static bool
is_language(const char *tag, size_t len, const char *language)
{
	size_t n = strlen(language);

	return len >= n && strncasecmp(tag, language, n) == 0 &&
	    (len == n || tag[n] == '-' || tag[n] == '_');
}

static void
raise(struct liking *l, int q, int at)
{
	if (q > l->q)
		*l = (struct liking){ q, at };
}

/* A parsed Accept-Language header. */
struct accepted {
	struct liking zh, en, any; /* any: "*" */
	bool is_named;		   /* some language is accepted by name */
};

static void
read_header(const char *s, struct accepted *a)
{
	for (int at = 0; *s != '\0'; at++) {
		size_t len;
		int q;

		s = skip_space(s);
		len = strcspn(s, ",; \t");
		q = element_quality(s + len);
		if (len == 1 && *s == '*')
			raise(&a->any, q, at);
		else if (is_language(s, len, "zh"))
			raise(&a->zh, q, at);
		else if (is_language(s, len, "en"))
			raise(&a->en, q, at);
		if (len > 0 && q > 0 && *s != '*')
			a->is_named = true;
		s += strcspn(s, ",");
		s += *s == ',';
	}
}

enum lang
lang_choose(const char *accept, enum lang fallback)
{
	struct accepted a = {
		.zh = { Q_UNSET, 0 },
		.en = { Q_UNSET, 0 },
		.any = { Q_UNSET, 0 },
	};

	read_header(accept == NULL ? "" : accept, &a);
	if (!a.is_named)
		return a.zh.q == 0 ? LANG_EN : fallback;
	/*
	 * "*" matches languages that are not named, but Chinese must be named.
	 */
	if (a.en.q == Q_UNSET)
		a.en = a.any;
	if (a.zh.q <= 0 || a.zh.q < a.en.q)
		return LANG_EN;
	return a.zh.q > a.en.q || a.zh.at < a.en.at ? LANG_ZH : LANG_EN;
}
