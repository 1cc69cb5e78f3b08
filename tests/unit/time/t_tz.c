/* Offsets, DST flags and abbreviations against libc's (lib/time/tz.h). */
#include <sys/stat.h>

#include <dirent.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/time/civil.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define ZONE_DIR "/usr/share/zoneinfo"

static struct err why;

/* Our offset, DST flag and abbreviation at t are those of libc. */
static int
agrees(const struct tz *tz, int64_t t)
{
	struct tz_period p;
	time_t tt = (time_t)t;
	struct tm tm;

	tz_at(tz, t, &p);
	if (localtime_r(&tt, &tm) == NULL)
		return 0;
	if (p.offset_s == tm.tm_gmtoff && p.is_dst == (tm.tm_isdst > 0) &&
	    strcmp(p.abbr, tm.tm_zone) == 0 && p.from_s <= t && t < p.until_s)
		return 1;
	printf("# %s at %lld: %d %d %s, libc %ld %d %s\n", tz_name(tz),
	    (long long)t, (int)p.offset_s, p.is_dst, p.abbr, tm.tm_gmtoff,
	    tm.tm_isdst, tm.tm_zone);
	return 0;
}

struct tally {
	int zones;
	long points;
	int bad;
};

/*
 * Compare one zone at every transition of ours from 1902 to 2100 and one
 * second to each side, and every 10 days so that none of libc's is missed.
 * Earlier than 1902 glibc cannot tell what the file's first type says.
 */
static void
compare_zone(struct tz_cache *tc, const char *name, struct tally *sum)
{
	int64_t first = civil_days(1902, 1, 1) * CIVIL_DAY_S;
	int64_t last = civil_days(2101, 1, 1) * CIVIL_DAY_S;
	const struct tz *tz = tz_get(tc, name, &why);
	struct tz_period p;
	int64_t t;
	int d;

	if (tz == NULL) {
		printf("# %s\n", why.text);
		sum->bad++;
		return;
	}
	setenv("TZ", name, 1);
	tzset();
	sum->zones++;
	for (t = first; t < last; t += 10 * CIVIL_DAY_S, sum->points++)
		sum->bad += !agrees(tz, t);
	for (tz_at(tz, first, &p); p.until_s < last; tz_at(tz, p.until_s, &p))
		for (d = -1; d <= 1; d++, sum->points++)
			sum->bad += !agrees(tz, p.until_s + d);
}

static void
compare_dir(struct tz_cache *tc, const char *sub, struct tally *sum)
{
	char path[800], name[512];
	struct dirent *e;
	struct stat st;
	DIR *d;

	(void)snprintf(path, sizeof(path), ZONE_DIR "/%s", sub);
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s%s%s", sub,
		    *sub == '\0' ? "" : "/", e->d_name);
		(void)snprintf(path, sizeof(path), ZONE_DIR "/%s", name);
		if (e->d_name[0] == '.' || strcmp(name, "right") == 0 ||
		    strcmp(name, "posix") == 0 || stat(path, &st) == -1)
			continue;
		if (S_ISDIR(st.st_mode))
			compare_dir(tc, name, sum);
		else if (strchr(name, '.') == NULL &&
		    strcmp(name, "leapseconds") != 0 &&
		    strcmp(name, "localtime") != 0)
			compare_zone(tc, name, sum);
	}
	if (d != NULL)
		(void)closedir(d);
}

static void
test_against_libc(struct tz_cache *tc)
{
	struct tally sum = { 0, 0, 0 };

	compare_dir(tc, "", &sum);
	ok(sum.zones > 300, "%d zones of the host load", sum.zones);
	is_int(sum.bad, 0, "%ld instants agree with libc", sum.points);
}

/* A cycle of 400 years on, all is as it was. */
static void
test_cycle(struct tz_cache *tc)
{
	static const char *const names[] = { "America/New_York",
		"Australia/Lord_Howe", "Europe/Dublin", "Antarctica/Troll",
		"Asia/Gaza" };
	int64_t cycle = INT64_C(146097) * CIVIL_DAY_S;
	const struct tz *tz;
	struct tz_period a, b;
	int64_t t;
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		tz = tz_get(tc, names[i], &why);
		t = civil_days(2150, 1, 1) * CIVIL_DAY_S;
		for (; t < INT64_C(16725225600); t += 86400 * 5 + 1801) {
			tz_at(tz, t, &a);
			tz_at(tz, t + 9 * cycle, &b);
			bad += a.offset_s != b.offset_s ||
			    a.from_s + 9 * cycle != b.from_s ||
			    a.until_s + 9 * cycle != b.until_s;
		}
	}
	is_int(bad, 0, "periods repeat after 400 years");
}

static void
test_instant(struct tz_cache *tc)
{
	static const struct {
		const char *zone;
		int civil[6];
		int64_t want;
	} rows[] = {
		{ "America/New_York", { 2021, 3, 14, 1, 59, 59 }, 1615705199 },
		{ "America/New_York", { 2021, 3, 14, 2, 30, 0 }, 1615707000 },
		{ "America/New_York", { 2021, 3, 14, 3, 0, 0 }, 1615705200 },
		{ "America/New_York", { 2021, 11, 7, 1, 30, 0 }, 1636263000 },
		{ "America/New_York", { 2021, 11, 7, 2, 0, 0 }, 1636268400 },
		{ "Pacific/Apia", { 2011, 12, 30, 12, 0, 0 }, 1325282400 },
		{ "Australia/Lord_Howe", { 2024, 10, 6, 2, 15, 0 },
		    1728143100 },
		{ "UTC", { 1, 1, 1, 0, 0, 0 }, INT64_C(-62135596800) },
		{ "+05:30", { 1970, 1, 1, 0, 0, 0 }, -19800 },
	};
	const struct tz *tz;
	struct civil c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		tz = tz_get(tc, rows[i].zone, &why);
		memcpy(&c, rows[i].civil, sizeof(c));
		is_int(tz_instant(tz, civil_to_wall(&c)), rows[i].want,
		    "%s row %d", rows[i].zone, (int)i);
	}
}

static void
test_names(struct tz_cache *tc)
{
	static const char *const bad[] = { "", "/UTC", "../UTC",
		"../../etc/passwd", "Europe/../UTC", "./UTC", "Europe//Berlin",
		"Europe/", "Europe", "America/New York", "UTC+3", "GMT+5",
		"Foo/Bar", "Europe/Londonn", "+24:00", "+5:00", "+0500",
		"+05:60", "tzdata.zi", "zone.tab", "right/UTC", "a;b", "a\nb" };
	const struct tz *tz;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err_clear(&why);
		tz = tz_get(tc, bad[i], &why);
		ok(tz == NULL && strstr(why.text, bad[i]) != NULL,
		    "refused: row %d", (int)i);
		printf("# %s\n", *bad[i] != 'a' ? why.text : "");
	}
	tz = tz_get(tc, "Europe/Berlin", &why);
	ok(tz == tz_get(tc, "Europe/Berlin", &why), "a zone is loaded once");
	is_str(tz_host_name(tc, "Asia/Tokyo"), "Asia/Tokyo", "TZ wins");
	is_str(tz_host_name(tc, ":/usr/share/zoneinfo/Asia/Tokyo"),
	    "Asia/Tokyo", "TZ as a path");
	ok(tz_get(tc, tz_host_name(tc, "no/such"), &why) != NULL,
	    "a host zone is found");
}

static void
format_is(struct tz_cache *tc, const char *zone, int64_t t_us, const char *want)
{
	struct buf b = BUF_INIT;

	tz_format(tz_get(tc, zone, &why), t_us, &b);
	is_str(buf_cstr(&b), want, "format in %s", zone);
	buf_fini(&b);
}

static void
test_format(struct tz_cache *tc)
{
	struct tz_period p;

	format_is(tc, "Asia/Shanghai", INT64_C(1764745200000000),
	    "2025-12-03 15:00:00+08:00");
	format_is(tc, "-03:30", INT64_C(1764745200000001),
	    "2025-12-03 03:30:00.000001-03:30");
	format_is(tc, "UTC", INT64_C(-1), "1969-12-31 23:59:59.999999+00:00");
	format_is(tc, "America/New_York", INT64_C(-3000000000000000),
	    "1874-12-07 13:43:58-04:56:02");
	tz_at(tz_get(tc, "+02:00", &why), 0, &p);
	is_str(p.abbr, "UTC+02:00", "abbreviation of an offset");
	tz_at(tz_get(tc, "+00:00", &why), 0, &p);
	is_str(p.abbr, "UTC", "abbreviation of offset 0");
}

/* Make a file in the current directory, which is one of our own. */
static void
put_file(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "w");

	if (f == NULL)
		return;
	(void)fwrite(data, 1, len, f);
	(void)fclose(f);
}

/* A minimal TZif: one type LMT at 0, no transitions; footer if version 2. */
static size_t
make_tzif(unsigned char *out, char version, const char *footer)
{
	static const unsigned char body[] = { 0, 0, 0, 0, 0, 0, 'L', 'M', 'T',
		0 };
	unsigned char *p = out;
	int blocks = version == 0 ? 1 : 2;

	while (blocks-- > 0) {
		memset(p, 0, 44);
		memcpy(p, "TZif", 4);
		p[4] = (unsigned char)version;
		p[39] = 1; /* typecnt */
		p[43] = 4; /* charcnt */
		memcpy(p + 44, body, sizeof(body));
		p += 44 + sizeof(body);
	}
	if (version != 0)
		p += sprintf((char *)p, "\n%s\n", footer);
	return (size_t)(p - out);
}

static void
footer_is(const char *footer, int64_t t, int32_t want)
{
	unsigned char data[512];
	struct tz_cache *tc = tz_cache_new(".");
	const struct tz *tz;
	struct tz_period p = { 0, 0, 0, false, "" };

	put_file("F", data, make_tzif(data, '3', footer));
	tz = tz_get(tc, "F", &why);
	if (tz != NULL)
		tz_at(tz, t, &p);
	ok(tz != NULL, "footer %s loads", footer);
	is_int(p.offset_s, want, "%s at %lld", footer, (long long)t);
	tz_cache_free(tc);
}

static void
test_footers(void)
{
	int64_t y = civil_days(2200, 1, 1) * CIVIL_DAY_S;

	footer_is("EST5EDT,M3.2.0,M11.1.0", y, -18000);
	footer_is("EST5EDT,M3.2.0,M11.1.0", y + 200 * 86400, -14400);
	footer_is("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", y, -10800);
	footer_is("EST5EDT,M3.2.0,M11.1.0", INT64_MAX, -18000);
	/* DST all the year round (RFC 9636 section 3.3.1). */
	footer_is("XXX3EDT4,0/0,J365/23", y, -14400);
	footer_is("XXX3EDT4,0/0,J365/23", y + 180 * 86400, -14400);
	footer_is("AAA0BBB,J60/0,J300/0", y + 59 * 86400 - 1, 0);
	footer_is("AAA0BBB,J60/0,J300/0", y + 59 * 86400, 3600);
	footer_is("AAA0BBB,59/0,299/0", y + 59 * 86400 - 1, 0);
	footer_is("AAA0BBB,59/0,299/0", y + 59 * 86400, 3600);
	footer_is("IST-2IDT,M3.4.4/50,M10.4.4/50", y, 7200);
	footer_is("AAA0BBB,M1.1.1/-167,M7.1.1/167", y - 86400, 3600);
}

static void
test_damage(void)
{
	unsigned char data[512];
	char name[16];
	struct tz_cache *tc;
	size_t n, cut;
	int bad = 0;

	n = make_tzif(data, '2', "EST5EDT,M3.2.0,M11.1.0");
	put_file("cut", data, 0);
	for (cut = 0; cut < n; cut++) {
		put_file("cut", data, cut);
		tc = tz_cache_new(".");
		bad += tz_get(tc, "cut", &why) != NULL;
		tz_cache_free(tc);
	}
	is_int(bad, 0, "%d truncated files refused", (int)n);
	tc = tz_cache_new(".");
	data[35] = 0xff;
	data[34] = 0xff;
	put_file("counts", data, n);
	n = make_tzif(data, '2', "EST5EDT,M3.2.0");
	put_file("rule", data, n);
	n = make_tzif(data, '2', "EST5EDT");
	put_file("norule", data, n);
	for (n = 0; n < 3; n++) {
		(void)snprintf(name, sizeof(name), "%s",
		    n == 0     ? "counts" :
			n == 1 ? "rule" :
				 "norule");
		ok(tz_get(tc, name, &why) == NULL, "%s", why.text);
	}
	n = make_tzif(data, 0, NULL);
	put_file("v1", data, n);
	ok(tz_get(tc, "v1", &why) != NULL, "version 1 loads");
	bad = symlink("/usr/share/zoneinfo/UTC", "out");
	ok(bad == 0 && tz_get(tc, "out", &why) == NULL, "%s", why.text);
	tz_cache_free(tc);
}

static void
test_made_files(void)
{
	static const char *const made[] = { "F", "cut", "counts", "rule",
		"norule", "v1", "out" };
	char dir[] = "/tmp/t_tz.XXXXXX";
	size_t i;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1) {
		ok(0, "a directory to work in");
		return;
	}
	test_footers();
	test_damage();
	for (i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		(void)unlink(made[i]);
	ok(chdir("/") == 0 && rmdir(dir) == 0, "nothing is left behind");
}

int
main(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);

	test_instant(tc);
	test_names(tc);
	test_format(tc);
	test_cycle(tc);
	test_against_libc(tc);
	test_made_files();
	tz_cache_free(tc);
	return tap_done();
}
