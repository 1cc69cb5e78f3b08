#ifndef LIB_TIME_TZ_INT_H
#define LIB_TIME_TZ_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Private to lib/time/tz*.c: the tables of a zone in memory, and their
 * readers.
 */

#define TZ_ABBR_SIZE 16
#define TZ_FILE_MAX ((size_t)1 << 20)

/*
 * The Gregorian calendar, and so every footer rule, repeats after this period.
 */
#define TZ_CYCLE_S (INT64_C(146097) * 86400)

/* A local time type: offset, daylight saving, abbreviation. */
struct tz_type {
	int32_t offset_s;
	bool is_dst;
	char abbr[TZ_ABBR_SIZE];
};

/*
 * at[i] begins a period of type types[kind[i]]; before at[0] it is types[0].
 * Entries strictly ascend, and neighbors differ.  If cycle_until_s is not 0,
 * the table continues the footer's rules up to it, and a later instant is
 * mapped to the one whole cycles earlier in [cycle_until_s - TZ_CYCLE_S,
 * cycle_until_s).
 */
struct tz {
	char *name;
	struct tz *chain; /* next in the cache's bucket */
	struct tz_type *types;
	size_t ntypes;
	int64_t *at;
	uint16_t *kind;
	size_t n;
	size_t cap;
	int64_t cycle_until_s;
	int64_t stamp; /* see tz_stamp */
};

/* A day of the year and a time on that day, as POSIX TZ writes them. */
enum tz_rule_form {
	TZ_RULE_JULIAN, /* Jn: 1..365, 29 February never counted */
	TZ_RULE_DAY,	/* n: 0..365, 29 February counted */
	TZ_RULE_WEEKDAY /* Mm.w.d */
};

struct tz_rule {
	enum tz_rule_form form;
	int month;
	int week;	/* 1..5, 5 = last */
	int day;	/* number of the day, or weekday with 0 = Sunday */
	int32_t time_s; /* -167 h .. 167 h (RFC 9636 section 3.3.1) */
};

struct tz_footer {
	struct tz_type std;
	struct tz_type dst;
	bool has_dst;
	struct tz_rule start; /* of DST, in standard time */
	struct tz_rule end;   /* of DST, in daylight saving time */
};

/* Read the whole of text as a POSIX TZ string; 0, or -1. */
int tz_footer_parse(const char *text, struct tz_footer *out);

/* The wall second at which rule r takes effect in year. */
int64_t tz_rule_wall(const struct tz_rule *r, int year);

/*
 * Fill types and transitions of tz from the len bytes of a TZif file; 0, or -1
 * with *why (a constant text) set.  The caller frees tz with tz_free in both
 * cases.
 */
int tz_decode(struct tz *tz, const unsigned char *data, size_t len,
    const char **why);

/*
 * Begin a period of kind at at_s: replaces one that begins at the same
 * instant, adds nothing if nothing changes.  0, or -1 without memory.
 */
int tz_append(struct tz *tz, int64_t at_s, uint16_t kind);

/* The zones in use, by name, and the folders their files are read from. */
#define TZ_BUCKETS 256
struct tz_cache {
	char *dir;	 /* of zone files */
	const char *etc; /* has localtime and timezone */
	struct tz *buckets[TZ_BUCKETS];
};

/* Is name a zone that needs no file?  If so, *out is its only type. */
bool tz_is_fixed(const char *name, struct tz_type *out);

/* The name of a zone that needs no file which is name but for the case of its
 * letters; NULL. */
const char *tz_fixed_near(const char *name);

/*
 * The name of a zone that name differs from by the case of its letters, or by
 * a blank, "-" or "_" instead of each other, into out; false: there is none.
 * dir has the zone files.
 */
bool tz_near(const char *dir, const char *name, char *out, size_t size);

/* Give tz, which has no types, this type alone; 0, or -1 without memory. */
int tz_make_fixed(struct tz *tz, const struct tz_type *type);

/*
 * A new zone called name without types and transitions, freed by tz_free; NULL
 * without memory.
 */
struct tz *tz_alloc(const char *name);
void tz_free(struct tz *tz);

#endif
