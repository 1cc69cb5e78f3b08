/*
 * Numbers in text, decimal: integers within bounds, durations, and numbers as
 * JSON writes them, with a point or an exponent.
 */

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/num.h"

#include "lib/base/ban.h"

#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define DURATION_MAX_US (INT64_C(36525) * 86400 * US_PER_S)

/* Longest first: "ms" is not "m". */
static const struct {
	const char *name;
	int64_t us;
} units[] = {
	{ "ms", US_PER_MS },
	{ "us", 1 },
	{ "s", US_PER_S },
	{ "m", 60 * US_PER_S },
	{ "h", 3600 * US_PER_S },
	{ "d", 86400 * US_PER_S },
	{ "w", 604800 * US_PER_S },
};

/*
 * Read digits at *sp as a negative number or 0 (so that INT64_MIN fits); *sp
 * moves past them.  False if there are no digits or too many.
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

/* The parts of a decimal number. */
struct decimal {
	const char *whole, *part; /* digits before and after the point */
	int nwhole, npart;
	int64_t exponent;
};

#define EXPONENT_MAX 400 /* larger than any exponent of a double */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Skip digits at *sp; return their number. */
static int
span(const char **sp)
{
	const char *from = *sp;

	while (is_digit(**sp))
		(*sp)++;
	return (int)(*sp - from);
}

static bool
split(const char *s, struct decimal *d)
{
	d->whole = s;
	d->nwhole = span(&s);
	d->part = s;
	d->npart = 0;
	d->exponent = 0;
	if (*s == '.') {
		d->part = ++s;
		d->npart = span(&s);
		if (d->npart == 0)
			return false;
	}
	if (d->nwhole == 0)
		return false;
	if (*s != 'e' && *s != 'E')
		return *s == '\0';
	return num_parse(s + 1, -EXPONENT_MAX, EXPONENT_MAX, &d->exponent) == 0;
}

/* The digit with the value 10^at; '0' outside of the written digits. */
static char
digit_at(const struct decimal *d, int64_t at)
{
	int64_t i = d->nwhole - 1 - (at - d->exponent);

	if (i < 0 || i >= d->nwhole + d->npart)
		return '0';
	return i < d->nwhole ? d->whole[i] : d->part[i - d->nwhole];
}

int
num_plain(const char *s, char *out, size_t size)
{
	bool is_negative = *s == '-';
	struct decimal d;
	int64_t high, low;
	size_t n = 0;

	if (*s == '-' || *s == '+')
		s++;
	if (!split(s, &d))
		return -1;
	high = d.nwhole - 1 + d.exponent;
	low = -d.npart + d.exponent;
	while (high > 0 && digit_at(&d, high) == '0')
		high--;
	while (low < 0 && digit_at(&d, low) == '0')
		low++;
	if (high < 0)
		high = 0;
	if (low > 0)
		low = 0;
	if (high == 0 && low == 0 && digit_at(&d, 0) == '0')
		is_negative = false;
	if ((size_t)(high - low) + 4 > size)
		return -1;
	if (is_negative)
		out[n++] = '-';
	for (int64_t at = high; at >= low; at--) {
		if (at == -1)
			out[n++] = '.';
		out[n++] = digit_at(&d, at);
	}
	out[n] = '\0';
	return 0;
}

int
num_parse_whole(const char *s, int64_t min, int64_t max, int64_t *out)
{
	char plain[32];

	if (num_plain(s, plain, sizeof(plain)) != 0)
		return -1;
	return num_parse(plain, min, max, out);
}

/* The length of the unit at *sp, which moves past it; 0: none. */
static int64_t
take_unit(const char **sp)
{
	size_t n;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		n = strlen(units[i].name);
		if (strncmp(*sp, units[i].name, n) != 0)
			continue;
		*sp += n;
		return units[i].us;
	}
	return 0;
}

/* Read digits behind a point at *sp as millionths; more are ignored. */
static bool
take_millionths(const char **sp, int64_t *out)
{
	const char *from = *sp;
	int64_t scale = 100000;

	for (*out = 0; is_digit(**sp); (*sp)++, scale /= 10)
		*out += (**sp - '0') * scale;
	return *sp > from;
}

/* Add "1h" or "1.5h" at *sp, which moves past it; is_only: it may be "1". */
static int
add_piece(const char **sp, bool is_only, int64_t *sum_us)
{
	int64_t v, part = 0, unit;

	if (!digits(sp, &v))
		return is_digit(**sp) ? NUM_TOO_LONG : -1;
	if (**sp == '.') {
		++*sp;
		is_only = false;
		if (!take_millionths(sp, &part))
			return -1;
	}
	unit = **sp == '\0' && is_only ? US_PER_S : take_unit(sp);
	if (unit == 0)
		return -1;
	if (v < -(DURATION_MAX_US / unit) ||
	    -v * unit > DURATION_MAX_US - *sum_us)
		return NUM_TOO_LONG;
	*sum_us += -v * unit + part * unit / 1000000;
	return 0;
}

int
num_parse_duration(const char *s, int64_t *out_us)
{
	const char *from = s;
	int64_t sum_us = 0;
	int rc;

	do {
		if ((rc = add_piece(&s, s == from, &sum_us)) != 0)
			return rc;
	} while (*s != '\0');
	if (sum_us > DURATION_MAX_US)
		return NUM_TOO_LONG;
	*out_us = sum_us;
	return 0;
}
