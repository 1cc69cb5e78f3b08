#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "fcgi/messages.h"

#include "lib/ban.h"

#define Q_MAX 1000 /* quality in thousandths */
#define Q_UNSET (-1)

/* What a header said of one language: how much it is liked, and since when. */
struct liking {
	int q;
	int place;
};

static const char *
skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/*
 * qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )
 * in thousandths; *s is moved behind it.  -1: malformed.
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

/* The quality of the element that goes on at s: ";q=0.8"; -1: malformed. */
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

/* Is the tag of len bytes the language or one of its variants? */
static bool
is_language(const char *tag, size_t len, const char *language)
{
	size_t n = strlen(language);

	return len >= n && strncasecmp(tag, language, n) == 0 &&
	    (len == n || tag[n] == '-');
}

static void
raise(struct liking *l, int q, int place)
{
	if (q > l->q)
		*l = (struct liking){ q, place };
}

enum lang
lang_choose(const char *accept)
{
	struct liking zh = { Q_UNSET, 0 }, en = { Q_UNSET, 0 };
	struct liking any = { Q_UNSET, 0 };
	const char *s = accept == NULL ? "" : accept;

	for (int place = 0; *s != '\0'; place++) {
		size_t len;
		int q;

		s = skip_space(s);
		len = strcspn(s, ",; \t");
		q = element_quality(s + len);
		if (is_language(s, len, "zh"))
			raise(&zh, q, place);
		else if (is_language(s, len, "en"))
			raise(&en, q, place);
		else if (len == 1 && *s == '*')
			raise(&any, q, place);
		s += strcspn(s, ",");
		s += *s == ',';
	}
	/* "*" stands for the default, unless Chinese was named. */
	if (zh.q == Q_UNSET)
		zh = any;
	if (en.q <= 0 || en.q < zh.q)
		return LANG_ZH;
	return en.q > zh.q || en.place < zh.place ? LANG_EN : LANG_ZH;
}
