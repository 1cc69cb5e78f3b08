/*
 * Header lines of answers: numbers, dates, Retry-After. Pure. Tested in
 * t_http_field.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/time/civil.h"
#include "lib/base/num.h"
#include "net/http/field.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define NUMBER_MAX INT64_C(1000000000000)
#define RETRY_MAX_US (86400 * S)
#define RETRY_AFTER "retry-after:"

#define NWORDS 8 /* "Sun, 06 Nov 1994 08:49:37 GMT" */

struct word {
	const char *s;
	size_t n;
};

int64_t
http_field_number(const char *text, size_t n)
{
	char copy[24];
	int64_t v;

	while (n > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		n--;
	if (n == 0 || n >= sizeof(copy) || *text < '0' || *text > '9')
		return HTTP_FIELD_NONE;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return num_parse(copy, 0, NUMBER_MAX, &v) == 0 ? v : HTTP_FIELD_NONE;
}

/* Split a date into words; return their number. */
static size_t
split(const char *text, size_t n, struct word w[NWORDS])
{
	static const char between[] = " ,-:\t\r";
	size_t k = 0, i = 0;

	for (;;) {
		while (i < n && strchr(between, text[i]) != NULL)
			i++;
		if (i == n)
			return k;
		if (k == NWORDS)
			return 0;
		w[k].s = text + i;
		while (i < n && strchr(between, text[i]) == NULL)
			i++;
		w[k].n = (size_t)(text + i - w[k].s);
		k++;
	}
}

/* The month, 1 to 12, or 0. */
static int
month_of(const struct word *w)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (w->n == 3 && memcmp(w->s, names + (size_t)i * 3, 3) == 0)
			return i + 1;
	return 0;
}

/* Read a number of at most max, or -1. */
static int
part(const struct word *w, int max)
{
	int64_t v = http_field_number(w->s, w->n);

	return v <= max ? (int)v : -1;
}

/*
 * Read a date of RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT", and
 * the obsolete "Sunday, 06-Nov-94 08:49:37 GMT" and "Sun Nov  6 08:49:37 1994".
 * The time, or HTTP_FIELD_NONE.
 */
static int64_t
date(const char *text, size_t n)
{
	struct word w[NWORDS] = { { NULL, 0 } };
	size_t words = split(text, n, w);
	bool is_asctime = words == 7;
	const struct word *day = &w[is_asctime ? 2 : 1];
	const struct word *month = &w[is_asctime ? 1 : 2];
	const struct word *year = &w[is_asctime ? 6 : 3];
	const struct word *time = &w[is_asctime ? 3 : 4];
	struct civil c;

	if (!is_asctime &&
	    (words != 8 || w[7].n != 3 || memcmp(w[7].s, "GMT", 3) != 0))
		return HTTP_FIELD_NONE;
	c.year = part(year, CIVIL_YEAR_MAX);
	if (year->n == 2 && c.year >= 0)
		c.year += 2000;
	c.month = month_of(month);
	c.day = part(day, 31);
	c.hour = part(&time[0], 23);
	c.minute = part(&time[1], 59);
	/* 60 is a leap second. */
	c.second = part(&time[2], 60);
	if (c.year < 1970 || c.month == 0 || c.day < 1 ||
	    c.day > civil_month_days(c.year, c.month) || c.hour < 0 ||
	    c.minute < 0 || c.second < 0)
		return HTTP_FIELD_NONE;
	return civil_to_wall(&c) * S;
}

/* Read the delay of a Retry-After of n bytes. */
static int64_t
retry(const char *text, size_t n, int64_t now_us)
{
	int64_t us = http_field_number(text, n);

	if (us != HTTP_FIELD_NONE)
		us = us < RETRY_MAX_US / S ? us * S : RETRY_MAX_US;
	else if ((us = date(text, n)) != HTTP_FIELD_NONE)
		us = us > now_us ? us - now_us : HTTP_FIELD_NONE;
	return us < RETRY_MAX_US ? us : RETRY_MAX_US;
}

int64_t
http_field_retry_us(const char *headers, int64_t now_us)
{
	const size_t len = strlen(RETRY_AFTER);
	int64_t longest = HTTP_FIELD_NONE, us;
	size_t n;

	for (; *headers != '\0'; headers += n + (headers[n] == '\n')) {
		n = strcspn(headers, "\n");
		if (n <= len || strncasecmp(headers, RETRY_AFTER, len) != 0)
			continue;
		us = retry(headers + len, n - len, now_us);
		longest = us > longest ? us : longest;
	}
	return longest;
}

/* Copy the text from s to end, without trailing blanks, to out. */
static void
copy_trimmed(const char *s, const char *end, char *out, size_t outlen)
{
	size_t n;

	while (end > s && strchr(" \t\r", end[-1]) != NULL)
		end--;
	n = end > s ? (size_t)(end - s) : 0;
	if (n >= outlen)
		n = outlen - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

bool
http_field_text(const char *headers, const char *name, char *out, size_t outlen)
{
	const size_t len = strlen(name);
	const char *value;
	size_t n;

	out[0] = '\0';
	for (; *headers != '\0'; headers += n + (headers[n] == '\n')) {
		n = strcspn(headers, "\n");
		if (n <= len || headers[len] != ':' ||
		    strncasecmp(headers, name, len) != 0)
			continue;
		value = headers + len + 1;
		value += strspn(value, " \t");
		copy_trimmed(value, headers + n, out, outlen);
		return true;
	}
	return false;
}
