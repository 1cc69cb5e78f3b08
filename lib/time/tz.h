#ifndef LIB_TIME_TZ_H
#define LIB_TIME_TZ_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;

/*
 * IANA time zones from the system's TZif files (RFC 9636), versions 1 to 4
 * with the POSIX TZ footer, valid for every instant.  A struct tz never
 * changes once loaded.
 */
struct tz;

/* A period of constant offset: [from_s, until_s) in epoch seconds. */
struct tz_period {
	int64_t from_s;	  /* INT64_MIN: no beginning */
	int64_t until_s;  /* INT64_MAX: no end */
	int32_t offset_s; /* local time minus UTC */
	bool is_dst;
	char abbr[16]; /* "CST"; "UTC+02:00" for a plain offset */
};

/*
 * The zones a program has used, each loaded once.  No global state; a zone
 * stays valid until the cache is freed.  dir is the zone directory, copied;
 * NULL for the system's (/usr/share/zoneinfo).  NULL without memory.
 */
struct tz_cache;
struct tz_cache *tz_cache_new(const char *dir);

/* For tests: the folder (borrowed) that stands for /etc. */
void tz_cache_set_etc(struct tz_cache *tc, const char *etc);
void tz_cache_free(struct tz_cache *tc);

/* The zone of the file /etc/localtime, whichever zone that is. */
#define TZ_HOST "host"

/*
 * Does the host have zone files?  Without them UTC and its aliases, the fixed
 * zones ("Etc/GMT+5"), offsets and perhaps TZ_HOST still work.
 */
bool tz_has_files(const struct tz_cache *tc);

/*
 * The zone called name: an IANA name, "UTC", an offset "+08:00", "-03:30", or
 * TZ_HOST.  Borrowed from the cache.  NULL, with a one-line reason that names
 * the zone in why, for a malformed name (absolute, "..", characters outside
 * [A-Za-z0-9._+-/]); a missing, damaged, too large or leap-second file; a
 * directory; a link that leads out of the zone directory.
 * errno is EIO if the zone directory itself is missing.
 */
const struct tz *tz_get(struct tz_cache *tc, const char *name, struct err *why);

/*
 * A number for the state of a zone's file, which changes when the file is
 * replaced or written to; 0 for a zone without a file, such as UTC and
 * offsets.  tz_stamp is the state that was loaded, tz_cache_stamp the present
 * one.
 */
int64_t tz_stamp(const struct tz *tz);
int64_t tz_cache_stamp(const struct tz_cache *tc, const char *name);

/*
 * Reload changed files into the same struct tz; to be called when no
 * computation is in progress.  A zone whose file is gone or damaged stays as
 * it is.
 */
void tz_cache_refresh(struct tz_cache *tc);

/*
 * Name of the host's zone: the value of TZ in env_tz (may be NULL); else the
 * zone that /etc/localtime links to, through any number of links; else the
 * zone whose rules equal that file's, preferring the one named in
 * /etc/timezone; else TZ_HOST; without such a file the name in /etc/timezone,
 * else "UTC".  Borrowed from the cache.
 */
const char *tz_host_name(struct tz_cache *tc, const char *env_tz);

/* The name by which the zone was requested; borrowed from tz. */
const char *tz_name(const struct tz *tz);

/*
 * Do both have the same offset at every instant from from_s on?  Names and
 * abbreviations are not compared.
 */
bool tz_is_same(const struct tz *a, const struct tz *b, int64_t from_s);

/* Write the period that contains the instant t_s (epoch seconds) into *out. */
void tz_at(const struct tz *tz, int64_t t_s, struct tz_period *out);

/*
 * The instant from which the zone follows one yearly rule; INT64_MAX for a
 * zone whose clock no longer changes.
 */
int64_t tz_rule_from(const struct tz *tz);

/*
 * The instant of the local wall second wall_s (civil.h), in epoch seconds.  A
 * wall time in a gap yields the instant the clock would have shown without the
 * change; one in a fold yields the first of its two instants.
 */
int64_t tz_instant(const struct tz *tz, int64_t wall_s);

/*
 * Append the instant t_us in the zone as "2025-12-03 15:00:00+08:00"; with
 * ".ffffff" if the microseconds are not zero, with "+HH:MM:SS" if the offset
 * has seconds.
 */
void tz_format(const struct tz *tz, int64_t t_us, struct buf *out);

#endif
