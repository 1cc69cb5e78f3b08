/*
 * The parts of a crontab line around its fields: a zone before them (cronie's
 * CRON_TZ=, Go's TZ=), @every, which is an interval, and AWS' cron() and
 * rate().  Tested in t_crontab_line.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/trigger/crontab_line.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"

#include "lib/base/ban.h"

static const char blanks[] = " \t\r\n", digits[] = "0123456789";

#define EVERY "@every"
#define US_PER_S INT64_C(1000000)
#define LENGTH_MAX_S (INT64_C(36525) * 86400) /* 100 years, as intervals */

/* Read the zone before the fields, if any; the fields then begin at *text. */
static int
read_zone(const char **text, struct crontab_line *out, struct faults *fs)
{
	static const char *const names[] = { "CRON_TZ=", "TZ=" };
	const char *s = NULL, *end;
	char quote;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && s == NULL; i++)
		if (strncmp(*text, names[i], strlen(names[i])) == 0)
			s = *text + strlen(names[i]);
	if (s == NULL)
		return 0;
	quote = *s == '"' || *s == '\'' ? *s++ : '\0';
	end = quote != '\0' ? strchr(s, quote) : s + strcspn(s, blanks);
	if (end == NULL || end == s || (size_t)(end - s) >= sizeof(out->zone))
		return fault_add(fs, "crontab",
		    "\"%.60s\" names no zone; write CRON_TZ=Europe/Berlin "
		    "before the fields",
		    *text);
	memcpy(out->zone, s, (size_t)(end - s));
	out->zone[end - s] = '\0';
	*text = end + (quote != '\0');
	return 0;
}

/* Read the length after @every, as the seconds of an interval. */
static int
read_every(const char *text, struct crontab_line *out, struct faults *fs)
{
	const char *s = text + strlen(EVERY);
	char length[64];
	int64_t us = 0;
	size_t n;
	int rc = -1;

	s += strspn(s, blanks);
	n = strcspn(s, blanks);
	/* Unlike elsewhere, a number alone is no length (Go). */
	if (n > 0 && n < sizeof(length) && strchr(digits, s[n - 1]) == NULL &&
	    s[n + strspn(s + n, blanks)] == '\0') {
		memcpy(length, s, n);
		length[n] = '\0';
		rc = num_parse_duration(length, &us);
	}
	if (rc == -1)
		return fault_add(fs, "crontab",
		    "\"%.60s\" has no length; write @every with hours, minutes "
		    "and seconds, as in @every 1h30m",
		    text);
	if (rc == NUM_TOO_LONG || us < US_PER_S)
		return fault_add(fs, "crontab",
		    "\"%.60s\": the length must be 1 second to 100 years",
		    text);
	(void)snprintf(out->every_s, sizeof(out->every_s), "%" PRId64,
	    us / US_PER_S);
	return 0;
}

/*
 * Copy the text in the brackets of "cron(…)" or "rate(…)" into out->inner.
 */
static bool
read_brackets(const char *text, const char *word, struct crontab_line *out)
{
	size_t len = strlen(word), n = strlen(text);

	while (n > 0 && strchr(blanks, text[n - 1]) != NULL)
		n--;
	if (strncasecmp(text, word, len) != 0 || n == 0 || text[n - 1] != ')' ||
	    n - len > sizeof(out->inner))
		return false;
	memcpy(out->inner, text + len, n - 1 - len);
	out->inner[n - 1 - len] = '\0';
	return true;
}

/* "5 minutes", as AWS writes a rate. */
static int
read_rate(struct crontab_line *out, struct faults *fs)
{
	static const struct {
		const char *name;
		int s;
	} words[] = { { "minute", 60 }, { "hour", 3600 }, { "day", 86400 } };
	const char *s = out->inner + strspn(out->inner, blanks);
	char *end = NULL;
	long n = strtol(s, &end, 10);

	s = end + strspn(end, blanks);
	for (size_t i = 0; i < 3 && *out->inner != '\0'; i++) {
		size_t len = strlen(words[i].name);

		if (strncasecmp(s, words[i].name, len) != 0)
			continue;
		s += len + (s[len] == 's' || s[len] == 'S');
		s += strspn(s, blanks);
		if (*s != '\0' || n < 1 || n > LENGTH_MAX_S / words[i].s)
			break;
		(void)snprintf(out->every_s, sizeof(out->every_s), "%" PRId64,
		    (int64_t)n * words[i].s);
		return 0;
	}
	return fault_add(fs, "crontab",
	    "\"rate(%.60s)\" has no length; write minutes, hours or days, as "
	    "in rate(5 minutes)",
	    out->inner);
}

/* "MAILTO=me": a setting of a crontab, or of the command, and no time. */
static bool
is_setting(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t n = strspn(text, letters);

	return n > 0 && text[n + strspn(text + n, blanks)] == '=';
}

/* The first word that begins with "#"; NULL. */
static const char *
find_comment(const char *s)
{
	for (;; s += strcspn(s, blanks)) {
		s += strspn(s, blanks);
		if (*s == '\0' || *s == '#')
			return *s == '#' ? s : NULL;
	}
}

int
crontab_line_read(const char *text, struct crontab_line *out, struct faults *fs)
{
	const char *comment;

	out->zone[0] = out->every_s[0] = '\0';
	if ((comment = find_comment(text)) != NULL)
		return fault_add(fs, "crontab",
		    "\"%.60s\" is a comment, which this line cannot have: in a "
		    "crontab a comment has a line of its own, and cron hands "
		    "one behind the fields to the shell as the command; give "
		    "the fields alone",
		    comment);
	text += strspn(text, blanks);
	if (read_zone(&text, out, fs) == -1)
		return -1;
	text += strspn(text, blanks);
	if (is_setting(text))
		return fault_add(fs, "crontab",
		    "\"%.60s\" is a setting, and no time: of those only one "
		    "CRON_TZ= or TZ= counts here; give the fields alone",
		    text);
	out->fields = text;
	if (strncasecmp(text, EVERY, strlen(EVERY)) == 0)
		return read_every(text, out, fs);
	if (read_brackets(text, "rate(", out))
		return read_rate(out, fs);
	if (read_brackets(text, "cron(", out))
		out->fields = out->inner;
	return 0;
}
