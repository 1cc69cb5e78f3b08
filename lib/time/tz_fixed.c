/*
 * Zones whose clock never changes, which need no file: UTC and its aliases,
 * the fixed zones of the tz database, and plain offsets.  Tested in
 * t_tz_cache.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/num.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

#define HOUR_S 3600
#define EAST_MAX_H 14 /* Etc/GMT-14 */
#define WEST_MAX_H 12 /* Etc/GMT+12 */

static const struct {
	const char *name, *abbr;
} aliases[] = {
	{ "UTC", "UTC" },
	{ "Etc/UTC", "UTC" },
	{ "Etc/UCT", "UTC" },
	{ "Etc/Universal", "UTC" },
	{ "Etc/Zulu", "UTC" },
	{ "UCT", "UTC" },
	{ "Universal", "UTC" },
	{ "Zulu", "UTC" },
	{ "GMT", "GMT" },
	{ "GMT+0", "GMT" },
	{ "GMT-0", "GMT" },
	{ "GMT0", "GMT" },
	{ "Greenwich", "GMT" },
	{ "Etc/GMT", "GMT" },
	{ "Etc/GMT+0", "GMT" },
	{ "Etc/GMT-0", "GMT" },
	{ "Etc/GMT0", "GMT" },
	{ "Etc/Greenwich", "GMT" },
};

/* "+08:00", "-03:30": two digits each, less than 24 hours. */
static bool
is_offset(const char *s, struct tz_type *out)
{
	int h, m, off;

	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':' ||
	    strspn(s + 1, "0123456789") != 2 ||
	    strspn(s + 4, "0123456789") != 2)
		return false;
	h = (s[1] - '0') * 10 + (s[2] - '0');
	m = (s[4] - '0') * 10 + (s[5] - '0');
	if (h > 23 || m > 59)
		return false;
	off = h * HOUR_S + m * 60;
	out->offset_s = s[0] == '-' ? -off : off;
	/* Abbreviated as Python's timezone is. */
	if (off == 0)
		memcpy(out->abbr, "UTC", 4);
	else
		(void)snprintf(out->abbr, TZ_ABBR_SIZE, "UTC%.6s", s);
	return true;
}

/* "Etc/GMT+5": five hours west of Greenwich, as POSIX counts. */
static bool
is_etc(const char *s, struct tz_type *out)
{
	static const char head[] = "Etc/GMT";
	const char *sign = s + sizeof(head) - 1;
	int64_t h;

	if (strncmp(s, head, sizeof(head) - 1) != 0 ||
	    (*sign != '+' && *sign != '-') || sign[1] == '0' ||
	    num_parse(sign + 1, 1, *sign == '+' ? WEST_MAX_H : EAST_MAX_H,
		&h) != 0)
		return false;
	out->offset_s = (int32_t)(*sign == '+' ? -h : h) * HOUR_S;
	(void)snprintf(out->abbr, TZ_ABBR_SIZE, "%c%02d",
	    *sign == '+' ? '-' : '+', (int)h);
	return true;
}

bool
tz_is_fixed(const char *name, struct tz_type *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(aliases[i].name, name) == 0) {
			(void)snprintf(out->abbr, TZ_ABBR_SIZE, "%s",
			    aliases[i].abbr);
			return true;
		}
	return is_offset(name, out) || is_etc(name, out);
}

const char *
tz_fixed_near(const char *name)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(aliases[i].name, name) == 0)
			return aliases[i].name;
	return NULL;
}

int
tz_make_fixed(struct tz *tz, const struct tz_type *type)
{
	tz->types = calloc(1, sizeof(*tz->types));
	if (tz->types == NULL)
		return -1;
	tz->ntypes = 1;
	tz->types[0] = *type;
	return 0;
}
