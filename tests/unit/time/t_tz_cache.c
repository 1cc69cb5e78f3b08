/* Zones as files come, change and go (lib/time/tz.h). */
#include "config.h"

#include <sys/stat.h>

#include "lib/base/err.h"
#include "lib/time/tz.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

/* Zones as files come, change and go (lib/time/tz.h). */

static struct err why;

/*
 * A TZif file of version 1 with one type (RFC 9636 section 3): its offset in
 * minutes, abbreviated "TST".
 */
static const char *
put_zone(const char *name, int minutes)
{
	unsigned char b[54] = { 'T', 'Z', 'i', 'f' };
	int32_t off = minutes * 60;

	b[39] = 1; /* typecnt */
	b[43] = 4; /* charcnt */
	for (int i = 0; i < 4; i++)
		b[44 + i] = (unsigned char)((uint32_t)off >> (24 - 8 * i));
	memcpy(b + 50, "TST", 4);
	return folder_put(name, b, sizeof(b));
}

static int32_t
offset_of(const struct tz *tz)
{
	struct tz_period p;

	tz_at(tz, 0, &p);
	return p.offset_s;
}

static void
check_refresh(void)
{
	struct tz_cache *tc = tz_cache_new(folder);
	const struct tz *tz, *utc;
	const char *name;
	int64_t stamp;

	(void)put_zone("Zone", 60);
	tz = tz_get(tc, "Zone", &why);
	ok(tz != NULL, "a zone of the folder: %s", why.text);
	is_int(offset_of(tz), 3600, "its offset");
	stamp = tz_stamp(tz);
	name = tz_name(tz);
	ok(stamp != 0, "it has a stamp");
	is_int(tz_cache_stamp(tc, "Zone"), stamp, "that of its file");
	(void)put_zone("Zone.new", 120);
	ok(folder_run("cd", "") &&
		rename(folder_path("Zone.new"), folder_path("Zone")) == 0,
	    "the file is replaced");
	ok(tz_cache_stamp(tc, "Zone") != stamp, "the file's stamp is another");
	is_int(tz_stamp(tz), stamp, "what was loaded keeps its own");
	is_int(offset_of(tz), 3600, "and its offset, until");
	tz_cache_refresh(tc);
	is_int(offset_of(tz), 7200, "it is refreshed, in the same struct");
	is_int(tz_stamp(tz), tz_cache_stamp(tc, "Zone"), "with its stamp");
	ok(tz_name(tz) == name && tz_get(tc, "Zone", &why) == tz,
	    "pointers to it and to its name hold");
	(void)folder_put("Zone", "damaged", 7);
	tz_cache_refresh(tc);
	is_int(offset_of(tz), 7200, "a damaged file leaves it as it was");
	(void)unlink(folder_path("Zone"));
	is_int(tz_cache_stamp(tc, "Zone"), 0, "no file, no stamp");
	tz_cache_refresh(tc);
	is_int(offset_of(tz), 7200, "a file that is gone does, too");
	utc = tz_get(tc, "UTC", &why);
	ok(tz_stamp(utc) == 0 && tz_cache_stamp(tc, "UTC") == 0,
	    "UTC has no file");
	is_int(tz_cache_stamp(tc, "+08:00"), 0, "nor has an offset");
	is_int(tz_cache_stamp(tc, "../etc/passwd"), 0, "nor what is no name");
	is_int(tz_cache_stamp(tc, "None"), 0, "nor an unknown one");
	tz_cache_free(tc);
	tz_cache_free(NULL);
}

/* A stamp follows contents and times; touching a file changes it. */
static void
check_stamps(void)
{
	struct tz_cache *tc = tz_cache_new(folder);
	int64_t a, b;

	(void)put_zone("S", 60);
	(void)folder_run("touch -d 2020-01-01", "S");
	a = tz_cache_stamp(tc, "S");
	is_int(tz_cache_stamp(tc, "S"), a, "asked twice, the same");
	(void)folder_run("touch -d 2020-01-02", "S");
	b = tz_cache_stamp(tc, "S");
	ok(b != a, "written to at another time: another");
	(void)folder_run("touch -d 2020-01-01", "S");
	is_int(tz_cache_stamp(tc, "S"), a, "the very same state, the same");
	tz_cache_free(tc);
}

/* What is no zone: each refused with one line that names it. */
static const struct {
	const char *name, *make, *said; /* make: a command, or NULL */
} refused[] = {
	{ "missing", NULL, "is not known to this host" },
	{ "MISSING", NULL, "is not known to this host" },
	{ "utc", NULL, "is not known to this host; did you mean UTC?" },
	{ "etc/utc", NULL, "did you mean Etc/UTC?" },
	{ "gmt+0", NULL, "did you mean GMT+0?" },
	{ "dir", "mkdir", "is not a file" },
	{ "fifo", "mkfifo", "is not a file" },
	{ "empty", "touch", "\"empty\"" },
	{ "big", "truncate -s 1048577", "is too large for a time zone file" },
	{ "dangling", "ln -s nowhere", "is not known to this host" },
	{ "outside", "ln -s /usr/share/zoneinfo/UTC",
	    "is a link that leads out of the zone directory" },
	{ "etc", "ln -s /etc", "is a link that leads out of" },
	{ "loop", "ln -s loop", "is not known to this host" },
	{ ".hidden", "touch", "is not the name of a time zone" },
	{ "a b", "touch", "is not the name of a time zone" },
	{ "/etc/passwd", NULL, "is not the name of a time zone" },
	{ "dir/../empty", NULL, "is not the name of a time zone" },
	{ "+1:00", NULL, "is not the name of a time zone" },
	{ "+24:00", NULL, "is not the name of a time zone" },
};

static void
check_refused(void)
{
	struct tz_cache *tc = tz_cache_new(folder);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (refused[i].make != NULL)
			ok(folder_run(refused[i].make, refused[i].name),
			    "made: %s", refused[i].name);
		err_clear(&why);
		ok(tz_get(tc, refused[i].name, &why) == NULL, "'%s' is refused",
		    refused[i].name);
		ok(strstr(why.text, refused[i].said) != NULL &&
			strstr(why.text, refused[i].name) != NULL &&
			strchr(why.text, '\n') == NULL,
		    "it says why: %s", why.text);
	}
	(void)folder_run("mkdir", "Area");
	(void)put_zone("Area/Two_Words", 60);
	ok(tz_get(tc, "area/two-words", &why) == NULL &&
		strstr(why.text, "; did you mean Area/Two_Words?") != NULL,
	    "the case of letters shows what was meant: %s", why.text);
	ok(tz_get(tc, "AREA", &why) == NULL &&
		strstr(why.text, "did you mean") == NULL,
	    "but no folder: %s", why.text);
	(void)put_zone("Real", 90);
	(void)folder_run("ln -s Real", "Link");
	ok(tz_get(tc, "Link", &why) != NULL,
	    "a link within the folder is followed");
	is_str(tz_name(tz_get(tc, "Link", &why)), "Link",
	    "and keeps the name it was asked by");
	/* What failed once is looked for again. */
	(void)put_zone("missing", 30);
	ok(tz_get(tc, "missing", &why) != NULL, "a zone that came is found");
	tz_cache_free(tc);
}

/* Offsets: two digits each, less than a day. */
static void
check_offsets(void)
{
	static const struct {
		const char *name, *abbr;
		int32_t want;
	} rows[] = {
		{ "UTC", "UTC", 0 },
		{ "+00:00", "UTC", 0 },
		{ "-00:00", "UTC", 0 },
		{ "+23:59", "UTC+23:59", 86340 },
		{ "-23:59", "UTC-23:59", -86340 },
		{ "-03:30", "UTC-03:30", -12600 },
	};
	struct tz_cache *tc = tz_cache_new(folder);
	const struct tz *tz;
	struct tz_period p;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tz = tz_get(tc, rows[i].name, &why);
		ok(tz != NULL, "%s needs no file", rows[i].name);
		tz_at(tz, INT64_C(1893456000), &p);
		is_int(p.offset_s, rows[i].want, "its offset");
		is_str(p.abbr, rows[i].abbr, "its abbreviation");
		ok(p.from_s == INT64_MIN && p.until_s == INT64_MAX && !p.is_dst,
		    "since ever and for ever");
		ok(tz_rule_from(tz) == INT64_MAX, "its clock stays as it is");
	}
	tz_cache_free(tc);
}

/* The host's zone: TZ's value in its forms, and always one that loads. */
static void
check_host(void)
{
	static const struct {
		const char *env, *want; /* NULL: not the one of TZ */
	} rows[] = {
		{ "Asia/Tokyo", "Asia/Tokyo" },
		{ ":Asia/Tokyo", "Asia/Tokyo" },
		{ "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo" },
		{ ":/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo" },
		{ "UTC", "UTC" },
		{ "EST5EDT4,M3.2.0,M11.1.0", NULL },
		{ "/etc/localtime", NULL },
		{ "no/such", NULL },
		{ "", "UTC" },
	};
	struct tz_cache *tc = tz_cache_new(NULL), *bare = tz_cache_new(folder);
	const char *host = tz_host_name(tc, NULL), *got;

	ok(tz_get(tc, host, &why) != NULL,
	    "without TZ there is one that loads: %s", host);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = tz_host_name(tc, rows[i].env);
		is_str(got, rows[i].want == NULL ? host : rows[i].want,
		    "TZ='%s'", rows[i].env);
	}
	tz_cache_set_etc(bare, folder);
	is_str(tz_host_name(bare, "Asia/Tokyo"), "UTC",
	    "UTC where the folder has none of them");
	tz_cache_free(bare);
	tz_cache_free(tc);
}

int
main(void)
{
	folder_init("t_tz_cache");
	check_refresh();
	check_stamps();
	check_refused();
	check_offsets();
	check_host();
	folder_fini();
	return tap_done();
}
