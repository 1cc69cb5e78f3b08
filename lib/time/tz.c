/*
 * Looking up a zone's offsets: at an instant, and for a local time.  Zones are
 * immutable tables here; tz_file.c reads them, tz_cache.c keeps them.  Tested
 * in t_tz.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/time/tz.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

#define US_PER_S INT64_C(1000000)

/* No offset is larger (RFC 9636 section 3.2: -25 h to 26 h). */
#define OFFSET_MAX_S (INT64_C(26) * 3600)

#define TZ_LATEST_S (INT64_MAX - TZ_CYCLE_S)

struct tz *
tz_alloc(const char *name)
{
	struct tz *tz = calloc(1, sizeof(*tz));

	if (tz == NULL)
		return NULL;
	tz->name = strdup(name);
	if (tz->name == NULL) {
		free(tz);
		return NULL;
	}
	return tz;
}

void
tz_free(struct tz *tz)
{
	if (tz == NULL)
		return;
	free(tz->types);
	free(tz->at);
	free(tz->kind);
	free(tz->name);
	free(tz);
}

static int
grow(struct tz *tz)
{
	size_t cap = tz->cap == 0 ? 64 : tz->cap * 2;
	int64_t *at;
	uint16_t *kind;

	at = realloc(tz->at, cap * sizeof(*at));
	if (at == NULL)
		return -1;
	tz->at = at;
	kind = realloc(tz->kind, cap * sizeof(*kind));
	if (kind == NULL)
		return -1;
	tz->kind = kind;
	tz->cap = cap;
	return 0;
}

static bool
is_same(const struct tz_type *a, const struct tz_type *b)
{
	return a->offset_s == b->offset_s && a->is_dst == b->is_dst &&
	    strcmp(a->abbr, b->abbr) == 0;
}

int
tz_append(struct tz *tz, int64_t at_s, uint16_t kind)
{
	const struct tz_type *before;

	while (tz->n > 0 && tz->at[tz->n - 1] >= at_s)
		tz->n--;
	before = &tz->types[tz->n > 0 ? tz->kind[tz->n - 1] : 0];
	if (is_same(before, &tz->types[kind]))
		return 0;
	if (tz->n == tz->cap && grow(tz) == -1)
		return -1;
	tz->at[tz->n] = at_s;
	tz->kind[tz->n] = kind;
	tz->n++;
	return 0;
}

const char *
tz_name(const struct tz *tz)
{
	return tz->name;
}

int64_t
tz_stamp(const struct tz *tz)
{
	return tz->stamp;
}

/* The number of transitions at or before t_s. */
static size_t
count_until(const struct tz *tz, int64_t t_s)
{
	const int64_t *base = tz->at;
	size_t n = tz->n, half;

	/* Binary search without branches to mispredict. */
	while (n > 1) {
		half = n / 2;
		base = base[half] <= t_s ? base + half : base;
		n -= half;
	}
	return (size_t)(base - tz->at) + (n == 1 && *base <= t_s);
}

void
tz_at(const struct tz *tz, int64_t t_s, struct tz_period *out)
{
	const struct tz_type *type;
	int64_t late_s, shift = 0;
	size_t i;

	/* Nothing changes in the last cycle before INT64_MAX. */
	late_s = t_s < TZ_LATEST_S ? t_s : TZ_LATEST_S;
	if (tz->cycle_until_s != 0 && late_s >= tz->cycle_until_s)
		shift = ((late_s - tz->cycle_until_s) / TZ_CYCLE_S + 1) *
		    TZ_CYCLE_S;
	i = count_until(tz, t_s - shift);
	type = &tz->types[i > 0 ? tz->kind[i - 1] : 0];
	out->from_s = i > 0 ? tz->at[i - 1] + shift : INT64_MIN;
	out->until_s = INT64_MAX;
	if (i < tz->n && tz->at[i] <= INT64_MAX - shift)
		out->until_s = tz->at[i] + shift;
	out->offset_s = type->offset_s;
	out->is_dst = type->is_dst;
	memcpy(out->abbr, type->abbr, sizeof(out->abbr));
}

bool
tz_is_same(const struct tz *a, const struct tz *b, int64_t from_s)
{
	int64_t end_s = from_s + TZ_CYCLE_S;
	struct tz_period p, q;

	if (a == b)
		return true;
	end_s = end_s > a->cycle_until_s ? end_s : a->cycle_until_s;
	end_s = end_s > b->cycle_until_s ? end_s : b->cycle_until_s;
	while (from_s < end_s) {
		tz_at(a, from_s, &p);
		tz_at(b, from_s, &q);
		if (p.offset_s != q.offset_s)
			return false;
		from_s = p.until_s < q.until_s ? p.until_s : q.until_s;
	}
	return true;
}

int64_t
tz_rule_from(const struct tz *tz)
{
	return tz->cycle_until_s != 0 ? tz->cycle_until_s - TZ_CYCLE_S :
					INT64_MAX;
}

int64_t
tz_instant(const struct tz *tz, int64_t wall_s)
{
	int64_t last_s = wall_s + OFFSET_MAX_S;
	int64_t t_s, gap_s = wall_s;
	struct tz_period p;

	/*
	 * Earliest first, so a fold gives its first instant.  In a gap no
	 * period holds the wall time; it lies behind the end of the one
	 * before the gap and before the start of the one after it.
	 */
	for (tz_at(tz, wall_s - OFFSET_MAX_S, &p);; tz_at(tz, p.until_s, &p)) {
		t_s = wall_s - p.offset_s;
		if (t_s >= p.from_s && t_s < p.until_s)
			return t_s;
		if (t_s >= p.until_s)
			gap_s = t_s;
		if (p.until_s > last_s)
			return gap_s;
	}
}

void
tz_format(const struct tz *tz, int64_t t_us, struct buf *out)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
	int us = (int)(t_us - t_s * US_PER_S);
	struct tz_period p;
	struct civil c;
	int off;

	tz_at(tz, t_s, &p);
	civil_from_wall(t_s + p.offset_s, &c);
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
	if (us != 0)
		buf_printf(out, ".%06d", us);
	off = p.offset_s < 0 ? -p.offset_s : p.offset_s;
	buf_printf(out, "%c%02d:%02d", p.offset_s < 0 ? '-' : '+', off / 3600,
	    off / 60 % 60);
	if (off % 60 != 0)
		buf_printf(out, ":%02d", off % 60);
}
