#ifndef LIB_TIME_TZ_H
#define LIB_TIME_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * IANA time zones from the system's TZif files (RFC 9636), versions 1 to 4
 * with the POSIX TZ footer, valid for every instant.  A struct tz never
 * changes once loaded.
 */
struct tz;

/* One stretch of constant offset: [from_s, until_s) in epoch seconds. */
struct tz_period {
	int64_t from_s;	  /* INT64_MIN: since ever */
	int64_t until_s;  /* INT64_MAX: for ever */
	int32_t offset_s; /* local time minus UTC */
	bool is_dst;
	char abbr[16]; /* "CST"; "UTC+02:00" for a plain offset */
};

/*
 * The zones a program has met, loaded once each.  Holds no global state; a
 * zone returned stays valid until the cache is freed.  dir is the zone
 * directory, NULL for the system's (/usr/share/zoneinfo).
 */
struct tz_cache;
struct tz_cache *tz_cache_new(const char *dir);

/* Tests alone: the folder (borrowed) that stands for /etc. */
void tz_cache_set_etc(struct tz_cache *tc, const char *etc);
void tz_cache_free(struct tz_cache *tc);

/* The zone of the host's own file, whatever it is: /etc/localtime. */
#define TZ_HOST "host"

/* Are there zone files at all?  Without any there are UTC, its aliases, the
 * fixed zones ("Etc/GMT+5"), offsets and perhaps TZ_HOST. */
bool tz_has_files(const struct tz_cache *tc);

/*
 * The zone called name: an IANA name, "UTC", an offset "+08:00", "-03:30", or
 * TZ_HOST.  Borrowed from the cache.  NULL with a one-line reason that names the zone
 * in why (whylen bytes) when there is none: a malformed name (absolute, "..",
 * characters outside [A-Za-z0-9._+-/]), a missing, damaged, too large or
 * leap-second file, a directory, a link out of the zone directory.  errno is
 * EIO when the zone directory itself is missing.
 */
const struct tz *tz_get(struct tz_cache *tc, const char *name, char *why,
    size_t whylen);

/*
 * A number for the state of a zone's file: another once it was replaced or
 * written to.  0 where there is none, as for UTC and offsets.  tz_stamp tells
 * which state was loaded, tz_cache_stamp that of now.
 */
int64_t tz_stamp(const struct tz *tz);
int64_t tz_cache_stamp(const struct tz_cache *tc, const char *name);

/*
 * Load what has changed anew, into the same struct tz: to be called where
 * nothing is being computed.  A zone whose file is gone or damaged stays.
 */
void tz_cache_refresh(struct tz_cache *tc);

/*
 * Name of the host's zone: TZ's value given in env_tz (may be NULL); else what
 * /etc/localtime links to, through however many links; else the zone whose
 * rules equal that file's, the one that /etc/timezone names if it is one of
 * those; else TZ_HOST; without such a file /etc/timezone, else "UTC".
 * Borrowed from the cache.
 */
const char *tz_host_name(struct tz_cache *tc, const char *env_tz);

/* The name a zone was asked by. */
const char *tz_name(const struct tz *tz);

/* Do both have the same offset at every instant from from_s on?  Names and
 * abbreviations do not count. */
bool tz_is_same(const struct tz *a, const struct tz *b, int64_t from_s);

/* The period that holds the instant t_s. */
void tz_at(const struct tz *tz, int64_t t_s, struct tz_period *out);

/*
 * From this instant on the zone changes by one rule, year after year;
 * INT64_MAX for a zone whose clock stays as it is in the end.
 */
int64_t tz_rule_from(const struct tz *tz);

/*
 * Instant of the local wall second wall_s (see civil.h).  A wall time in a
 * gap gives the instant the clock would have shown had it not been moved
 * forward; one in a fold gives the first of its two instants.
 */
int64_t tz_instant(const struct tz *tz, int64_t wall_s);

/*
 * Append the instant t_us in the zone as "2025-12-03 15:00:00+08:00", with
 * ".ffffff" when the microseconds are not zero, "+HH:MM:SS" when the offset
 * has seconds.
 */
void tz_format(const struct tz *tz, int64_t t_us, struct buf *out);

#endif
