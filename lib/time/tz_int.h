#ifndef LIB_TIME_TZ_INT_H
#define LIB_TIME_TZ_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Private to lib/tz*.c: how a zone lies in memory, how it is read. */

#define TZ_ABBR_SIZE 16
#define TZ_FILE_MAX ((size_t)1 << 20)

/* The Gregorian calendar, and so every footer rule, repeats after this. */
#define TZ_CYCLE_S (INT64_C(146097) * 86400)

/* A kind of local time. */
struct tz_type {
	int32_t offset_s;
	bool is_dst;
	char abbr[TZ_ABBR_SIZE];
};

/*
 * at[i] begins a period of kind types[kind[i]]; before at[0] it is types[0].
 * Entries strictly ascend, and neighbors differ.  When cycle_until_s is not
 * 0, the footer's rules are laid out in the table beyond it, and an instant
 * from there on stands for the one whole cycles earlier that lies in
 * [cycle_until_s - TZ_CYCLE_S, cycle_until_s).
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

/* A day of the year and a time of that day, as POSIX TZ writes them. */
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

/* Wall second at which rule r strikes in year. */
int64_t tz_rule_wall(const struct tz_rule *r, int year);

/*
 * Fill types and transitions of tz from the len bytes of a TZif file; 0, or
 * -1 with *why (a constant text) set and tz to be given to tz_free.
 */
int tz_decode(struct tz *tz, const unsigned char *data, size_t len,
    const char **why);

/*
 * Begin a period of kind at at_s: replaces one that begins at the same
 * instant, vanishes when nothing changes.  0, or -1 out of memory.
 */
int tz_append(struct tz *tz, int64_t at_s, uint16_t kind);

/* The zones met, by name, and where files are looked for. */
#define TZ_BUCKETS 256
struct tz_cache {
	char *dir;	 /* of zone files */
	const char *etc; /* has localtime and timezone */
	struct tz *buckets[TZ_BUCKETS];
};

/* Is that the name of a zone that needs no file?  What its clock shows. */
bool tz_is_fixed(const char *name, struct tz_type *out);

/* Let tz, without types, be of that type alone; 0, or -1 without memory. */
int tz_make_fixed(struct tz *tz, const struct tz_type *type);

/* A zone called name without types and transitions; NULL out of memory. */
struct tz *tz_alloc(const char *name);
void tz_free(struct tz *tz);

#endif
