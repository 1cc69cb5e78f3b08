#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/num.h"

#include "lib/ban.h"

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define DURATION_MAX_US (INT64_C(36525) * 86400 * US_PER_S)

static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{ "", US_PER_S },
	{ "ms", US_PER_MS },
	{ "s", US_PER_S },
	{ "m", 60 * US_PER_S },
	{ "h", 3600 * US_PER_S },
	{ "d", 86400 * US_PER_S },
	{ "w", 604800 * US_PER_S },
};

/*
 * Digits at *sp as a number that is not positive (so that INT64_MIN fits);
 * *sp moves behind them.  False when there are none or too many.
 */
static bool
digits(const char **sp, int64_t *out)
{
	const char *s = *sp;
	int64_t v = 0;
	int d;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		d = *s - '0';
		if (v < (INT64_MIN + d) / 10)
			return false;
		v = v * 10 - d;
	}
	*sp = s;
	*out = v;
	return true;
}

int
num_parse(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool is_negative = *s == '-';
	int64_t v;

	if (*s == '-' || *s == '+')
		s++;
	if (!digits(&s, &v) || *s != '\0')
		return -1;
	if (!is_negative) {
		if (v == INT64_MIN)
			return -1;
		v = -v;
	}
	if (v < min || v > max)
		return -1;
	*out = v;
	return 0;
}

int
num_parse_duration(const char *s, int64_t *out_us)
{
	int64_t v;
	size_t i;

	if (!digits(&s, &v))
		return -1;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].name) != 0)
			continue;
		if (v < -(DURATION_MAX_US / units[i].us))
			return -1;
		*out_us = -v * units[i].us;
		return 0;
	}
	return -1;
}
