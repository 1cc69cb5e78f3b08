/* Zone files: whole, changed by a byte, cut (RFC 9636; lib/time/tz_file.c). */
#include "config.h"

#include <stdlib.h>

#include "lib/time/tz.h"
#include "lib/time/tz_int.h"
#include "tests/unit/tap.h"

/*
 * TZif files byte by byte (RFC 9636 section 3): what is read, and what is
 * refused when one byte is another.
 */

/*
 * A file of version 2: the first block has one type and nothing else, the
 * second three changes between two types, and a footer.  Places of its parts:
 */
#define HEAD_2 54	     /* the second header */
#define COUNTS (HEAD_2 + 20) /* isut, isstd, leap, time, type, char */
#define TIMES (HEAD_2 + 44)
#define KINDS (TIMES + 3 * 8)
#define TYPES (KINDS + 3)
#define CHARS (TYPES + 2 * 6)
#define FOOTER (CHARS + 8)

static const char footer[] = "\nAAA0BBB,M3.2.0,M11.1.0\n";

#define LEN (FOOTER + sizeof(footer) - 1)

static void
put32(unsigned char *p, int64_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)((uint64_t)v >> (24 - 8 * i));
}

static void
put64(unsigned char *p, int64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v);
}

static void
make(unsigned char b[LEN])
{
	static const int64_t times[] = { -1000, 0, 1000000000 };

	memset(b, 0, LEN);
	memcpy(b, "TZif2", 5);
	put32(b + 36, 1);
	put32(b + 40, 4);
	memcpy(b + 50, "LMT", 4);
	memcpy(b + HEAD_2, "TZif2", 5);
	put32(b + COUNTS + 12, 3);
	put32(b + COUNTS + 16, 2);
	put32(b + COUNTS + 20, 8);
	for (int i = 0; i < 3; i++) {
		put64(b + TIMES + 8 * i, times[i]);
		b[KINDS + i] = (unsigned char)(i % 2 == 0);
	}
	put32(b + TYPES + 6, 3600);
	b[TYPES + 10] = 1;
	b[TYPES + 11] = 4;
	memcpy(b + CHARS, "AAA\0BBB", 8);
	memcpy(b + FOOTER, footer, sizeof(footer) - 1);
}

/* Decode; the zone, or NULL with the reason in *why. */
static struct tz *
decode(const unsigned char *b, size_t len, const char **why)
{
	struct tz *tz = tz_alloc("Test");
	unsigned char *exact = malloc(len == 0 ? 1 : len);

	if (tz == NULL || exact == NULL)
		exit(EXIT_FAILURE);
	/* No byte more than there is, so that a look beyond is found. */
	memcpy(exact, b, len);
	*why = NULL;
	if (tz_decode(tz, exact, len, why) != 0) {
		tz_free(tz);
		tz = NULL;
	}
	free(exact);
	return tz;
}

static void
period_is(const struct tz *tz, int64_t t, const char *abbr, int32_t offset_s)
{
	struct tz_period p;

	tz_at(tz, t, &p);
	is_str(p.abbr, abbr, "at %lld", (long long)t);
	is_int(p.offset_s, offset_s, "its offset");
	ok(p.is_dst == (offset_s != 0) && p.from_s <= t && t < p.until_s,
	    "its stretch holds the instant");
}

static void
check_read(void)
{
	unsigned char b[LEN];
	const char *why;
	struct tz *tz;

	make(b);
	tz = decode(b, LEN, &why);
	ok(tz != NULL, "a good file is read");
	if (tz == NULL)
		return;
	period_is(tz, INT64_MIN, "AAA", 0);
	period_is(tz, -1001, "AAA", 0);
	period_is(tz, -1000, "BBB", 3600);
	period_is(tz, -1, "BBB", 3600);
	period_is(tz, 0, "AAA", 0);
	period_is(tz, 999999999, "AAA", 0);
	period_is(tz, 1000000000, "BBB", 3600);
	/*
	 * Then the footer: 2001-11-04 and 2002-03-10, at 02:00 of the clock;
	 * date -ud '2001-11-04 01:00' +%s, date -ud '2002-03-10 02:00' +%s.
	 */
	period_is(tz, 1004835599, "BBB", 3600);
	period_is(tz, 1004835600, "AAA", 0);
	period_is(tz, 1015725599, "AAA", 0);
	period_is(tz, 1015725600, "BBB", 3600);
	ok(tz_rule_from(tz) > 1000000000 && tz_rule_from(tz) < INT64_MAX,
	    "from some instant on the rule alone counts");
	tz_free(tz);
}

/* One byte is another; NULL: that is still a good file. */
static const struct {
	const char *what;
	size_t at;
	unsigned char byte;
	const char *want;
} edits[] = {
#define DAMAGED "is not a time zone file or is damaged"
	{ "no magic", 0, 'X', DAMAGED },
	{ "no second magic", HEAD_2 + 3, 'X', DAMAGED },
	{ "version 3", HEAD_2 + 4, '3', NULL },
	{ "more types in the first block than bytes", 36, 0xff, DAMAGED },
	{ "a fourth change without bytes", COUNTS + 15, 200, DAMAGED },
	{ "no type", COUNTS + 19, 0, DAMAGED },
	{ "more letters than bytes", COUNTS + 23, 250, DAMAGED },
	{ "a change back in time", TIMES + 16, 0xff, DAMAGED },
	{ "a change to a type that is not there", KINDS, 2, DAMAGED },
	{ "a change to the type that was", KINDS, 0, NULL },
	{ "an offset of 26 hours", TYPES + 6 + 1, 1, NULL },
	{ "an offset beyond a day", TYPES + 6 + 1, 2, DAMAGED },
	{ "an offset of 194 days", TYPES + 6, 1, DAMAGED },
	{ "daylight saving time neither 0 nor 1", TYPES + 4, 2, DAMAGED },
	{ "an abbreviation behind the letters", TYPES + 5, 8, DAMAGED },
	{ "an abbreviation without an end", CHARS + 7, 'X', DAMAGED },
	{ "one that begins within another", TYPES + 5, 1, NULL },
	{ "no line end before the footer", FOOTER, ' ', DAMAGED },
	{ "none behind it", LEN - 1, 'x', DAMAGED },
	{ "a NUL in the footer", FOOTER + 4, 0, DAMAGED },
	{ "a footer of another form", FOOTER + 1, '1', DAMAGED },
	{ "an empty footer", FOOTER + 1, '\n', NULL },
};

static void
check_edits(void)
{
	unsigned char b[LEN];
	const char *why;
	struct tz *tz;

	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		make(b);
		b[edits[i].at] = edits[i].byte;
		tz = decode(b, LEN, &why);
		ok((tz != NULL) == (edits[i].want == NULL), "%s is %s",
		    edits[i].what, edits[i].want == NULL ? "read" : "refused");
		if (edits[i].want != NULL)
			is_str(why, edits[i].want, "%s: the reason",
			    edits[i].what);
		tz_free(tz);
	}
}

/* Offsets up to their limits: more than -25 hours, less than 26. */
static void
check_offsets(void)
{
	static const struct {
		int32_t s;
		bool is_good;
	} rows[] = {
		{ -25 * 3600, false },
		{ -25 * 3600 + 1, true },
		{ 26 * 3600 - 1, true },
		{ 26 * 3600, false },
		{ INT32_MIN, false },
	};
	unsigned char b[LEN];
	const char *why;
	struct tz *tz;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(b);
		put32(b + TYPES, rows[i].s);
		tz = decode(b, LEN, &why);
		ok((tz != NULL) == rows[i].is_good, "an offset of %d s",
		    (int)rows[i].s);
		tz_free(tz);
	}
}

/* Changes ascend strictly; the first is at INT64_MIN + 1 at the earliest. */
static void
check_order(void)
{
	static const struct {
		int64_t first, second;
		bool is_good;
	} rows[] = {
		{ -1000, -999, true },
		{ -1000, -1000, false },
		{ -1000, -1001, false },
		{ INT64_MIN + 1, 0, true },
		{ INT64_MIN, 0, false },
	};
	unsigned char b[LEN];
	const char *why;
	struct tz *tz;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make(b);
		put64(b + TIMES, rows[i].first);
		put64(b + TIMES + 8, rows[i].second);
		tz = decode(b, LEN, &why);
		ok((tz != NULL) == rows[i].is_good, "changes at %lld and %lld",
		    (long long)rows[i].first, (long long)rows[i].second);
		tz_free(tz);
	}
}

/* Leap seconds are named as the reason; they need their bytes. */
static void
check_leap(void)
{
	unsigned char b[LEN + 12];
	const char *why;
	struct tz *tz;

	make(b);
	memmove(b + FOOTER + 12, b + FOOTER, LEN - FOOTER);
	memset(b + FOOTER, 0, 12);
	put32(b + COUNTS + 8, 1);
	tz = decode(b, LEN + 12, &why);
	ok(tz == NULL, "a file that counts leap seconds is refused");
	is_str(why, "counts leap seconds, which POSIX time does not",
	    "with that as the reason");
	tz_free(tz);
}

/* Cut anywhere, it is refused, and no byte beyond the end is read. */
static void
check_cut(void)
{
	unsigned char b[LEN];
	const char *why;
	struct tz *tz;
	int bad = 0;

	make(b);
	for (size_t n = 0; n < LEN; n++) {
		tz = decode(b, n, &why);
		bad += tz != NULL;
		tz_free(tz);
	}
	is_int(bad, 0, "refused when cut at each of %d places", (int)LEN);
}

/* Version 1 has 32-bit times and no footer. */
static void
check_version_1(void)
{
	unsigned char b[44 + 5 + 6 * 2 + 8] = "TZif";
	const char *why;
	struct tz *tz;

	put32(b + 32, 1);
	put32(b + 36, 2);
	put32(b + 40, 8);
	put32(b + 44, -1);
	b[48] = 1;
	put32(b + 55, 3600);
	b[59] = 1;
	b[60] = 4;
	memcpy(b + 61, "AAA\0BBB", 8);
	tz = decode(b, sizeof(b), &why);
	ok(tz != NULL, "a file of version 1 is read");
	if (tz == NULL)
		return;
	period_is(tz, -2, "AAA", 0);
	period_is(tz, -1, "BBB", 3600);
	period_is(tz, INT64_C(99999999999), "BBB", 3600);
	ok(tz_rule_from(tz) == INT64_MAX, "the last period stays for ever");
	tz_free(tz);
}

int
main(void)
{
	check_read();
	check_edits();
	check_offsets();
	check_order();
	check_leap();
	check_cut();
	check_version_1();
	return tap_done();
}
