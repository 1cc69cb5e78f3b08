/*
 * TZif (RFC 9636): a header and a data block with 32-bit times; from version 2
 * on a second header and block with 64-bit times and a footer line, which are
 * used then.  Nothing in the file is trusted: every count is checked against
 * the size before use.  Tested in t_tz_file.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/time/civil.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

#define HEADER_LEN 44
#define TYPES_MAX 256
#define TTINFO_LEN 6

/* Years between the file's last transition and the first repeated one. */
#define CYCLE_MARGIN_YEARS 9

struct block {
	const unsigned char *times;
	const unsigned char *kinds;
	const unsigned char *ttinfo;
	const char *chars;
	const unsigned char *end; /* first byte behind the block */
	size_t timecnt, typecnt, charcnt, leapcnt;
	int version;
	int time_len; /* 4 or 8 */
};

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int64_t
read_time(const unsigned char *p, int time_len)
{
	if (time_len == 4)
		return (int32_t)be32(p);
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Find the parts of the block at p; false unless all lie within len. */
static bool
find_block(const unsigned char *p, size_t len, int time_len, struct block *b)
{
	size_t isutcnt, isstdcnt, need, t = (size_t)time_len;

	if (len < HEADER_LEN || memcmp(p, "TZif", 4) != 0)
		return false;
	b->version = p[4] == 0 ? 1 : p[4] - '0';
	b->time_len = time_len;
	isutcnt = be32(p + 20);
	isstdcnt = be32(p + 24);
	b->leapcnt = be32(p + 28);
	b->timecnt = be32(p + 32);
	b->typecnt = be32(p + 36);
	b->charcnt = be32(p + 40);
	/* No count can exceed the file, so the sum below cannot overflow. */
	if (isutcnt > len || isstdcnt > len || b->leapcnt > len ||
	    b->timecnt > len || b->typecnt > len || b->charcnt > len)
		return false;
	need = b->timecnt * (t + 1) + b->typecnt * TTINFO_LEN + b->charcnt +
	    b->leapcnt * (t + 4) + isstdcnt + isutcnt;
	if (need > len - HEADER_LEN)
		return false;
	b->times = p + HEADER_LEN;
	b->kinds = b->times + b->timecnt * t;
	b->ttinfo = b->kinds + b->timecnt;
	b->chars = (const char *)b->ttinfo + b->typecnt * TTINFO_LEN;
	b->end = p + HEADER_LEN + need;
	return true;
}

/* Copy the local time types, with room for the footer's two. */
static int
read_types(struct tz *tz, const struct block *b)
{
	const unsigned char *p = b->ttinfo;
	struct tz_type *t;
	size_t i, n;

	if (b->typecnt < 1 || b->typecnt > TYPES_MAX)
		return -1;
	tz->types = calloc(b->typecnt + 2, sizeof(*tz->types));
	if (tz->types == NULL)
		return -1;
	for (i = 0; i < b->typecnt; i++, p += TTINFO_LEN) {
		t = &tz->types[i];
		t->offset_s = (int32_t)be32(p);
		t->is_dst = p[4] == 1;
		/* RFC 9636 section 3.2: more than -25 h, less than 26 h. */
		if (t->offset_s <= -25 * 3600 || t->offset_s >= 26 * 3600 ||
		    p[4] > 1 || p[5] >= b->charcnt)
			return -1;
		n = strnlen(b->chars + p[5], b->charcnt - p[5]);
		if (n == b->charcnt - p[5] || n >= TZ_ABBR_SIZE)
			return -1;
		memcpy(t->abbr, b->chars + p[5], n);
	}
	tz->ntypes = b->typecnt;
	return 0;
}

static int
read_transitions(struct tz *tz, const struct block *b)
{
	int64_t at_s, last_s = INT64_MIN;
	size_t i;

	for (i = 0; i < b->timecnt; i++) {
		at_s =
		    read_time(b->times + i * (size_t)b->time_len, b->time_len);
		if (at_s <= last_s || b->kinds[i] >= tz->ntypes ||
		    tz_append(tz, at_s, b->kinds[i]) == -1)
			return -1;
		last_s = at_s;
	}
	return 0;
}

/* Append one year of the footer's rules, without what lies before min_s. */
static int
append_year(struct tz *tz, const struct tz_footer *f, int year, int64_t min_s)
{
	uint16_t std = (uint16_t)(tz->ntypes - 2);
	uint16_t dst = (uint16_t)(tz->ntypes - 1);
	int64_t start_s = tz_rule_wall(&f->start, year) - f->std.offset_s;
	int64_t end_s = tz_rule_wall(&f->end, year) - f->dst.offset_s;
	bool is_north = start_s <= end_s;
	int64_t first_s = is_north ? start_s : end_s;
	int64_t second_s = is_north ? end_s : start_s;

	if (first_s > min_s &&
	    tz_append(tz, first_s, is_north ? dst : std) == -1)
		return -1;
	if (second_s > min_s &&
	    tz_append(tz, second_s, is_north ? std : dst) == -1)
		return -1;
	return 0;
}

/*
 * Continue the table by the footer's rules until they repeat.  All later
 * instants are then found by whole cycles, at the cost of early ones.
 */
static int
append_footer(struct tz *tz, const struct tz_footer *f)
{
	int64_t last_s = tz->n > 0 ? tz->at[tz->n - 1] : 0;
	size_t n = tz->n;
	struct civil c;
	int year, from;

	tz->types[tz->ntypes++] = f->std;
	if (!f->has_dst) {
		/*
		 * The last transition remains in effect; the footer agrees
		 * (RFC 9636).
		 */
		tz->ntypes--;
		return 0;
	}
	tz->types[tz->ntypes++] = f->dst;
	civil_from_wall(last_s, &c);
	if (c.year < 1800 || c.year > 9000)
		c.year = 1970;
	from = c.year + CYCLE_MARGIN_YEARS;
	for (year = c.year - 1; year < from + 400 + CYCLE_MARGIN_YEARS; year++)
		if (append_year(tz, f, year, last_s) == -1)
			return -1;
	/* DST all year, as in "XXX3EDT4,0/0,J365/23", has one transition. */
	if (tz->n > n + 2)
		tz->cycle_until_s =
		    civil_days(from, 1, 1) * CIVIL_DAY_S + TZ_CYCLE_S;
	return 0;
}

static int
read_footer(struct tz *tz, const unsigned char *p, size_t len)
{
	struct tz_footer f;
	const unsigned char *end;
	char text[128];
	size_t n;

	if (len < 2 || p[0] != '\n')
		return -1;
	end = memchr(p + 1, '\n', len - 1);
	if (end == NULL)
		return -1;
	n = (size_t)(end - p - 1);
	if (n == 0)
		return 0; /* no known rule: the last period continues */
	if (n >= sizeof(text) || memchr(p + 1, '\0', n) != NULL)
		return -1;
	memcpy(text, p + 1, n);
	text[n] = '\0';
	if (tz_footer_parse(text, &f) == -1)
		return -1;
	return append_footer(tz, &f);
}

int
tz_decode(struct tz *tz, const unsigned char *data, size_t len,
    const char **why)
{
	const unsigned char *end = data + len;
	struct block b;

	*why = "is not a time zone file or is damaged";
	if (!find_block(data, len, 4, &b))
		return -1;
	if (b.version >= 2 && !find_block(b.end, (size_t)(end - b.end), 8, &b))
		return -1;
	if (b.leapcnt != 0) {
		*why = "counts leap seconds, which POSIX time does not";
		return -1;
	}
	if (read_types(tz, &b) == -1 || read_transitions(tz, &b) == -1)
		return -1;
	if (b.version >= 2 &&
	    read_footer(tz, b.end, (size_t)(end - b.end)) == -1)
		return -1;
	return 0;
}
