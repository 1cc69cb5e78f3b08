/*
 * The host's zone, however its owner set it: links, chains of links, copies, a
 * stale /etc/timezone; and what there is without any zone files.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>

#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

#define ZONES "/usr/share/zoneinfo"
#define CHINA ZONES "/Asia/Shanghai"

/* What stands in the folder: "name>target" links, "name<file" copies, and
 * "name=text" is written. */
static const struct {
	const char *made[4];
	const char *env_tz, *want;
} cases[] = {
	{ { "localtime>" CHINA }, NULL, "Asia/Shanghai" },
	{ { "localtime>/usr/share//zoneinfo//Asia//Shanghai" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime>/usr/share/./zoneinfo/Asia/./Shanghai" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime>" ZONES "/../zoneinfo/Asia/Shanghai" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime>" ZONES "/posix/Asia/Shanghai" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime>" ZONES "/right/Asia/Shanghai" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime>" ZONES "/PRC" }, NULL, "PRC" },
	{ { "localtime>one", "one>two", "two>" CHINA }, NULL, "Asia/Shanghai" },
	{ { "localtime>one", "one<" CHINA }, NULL, "Asia/Shanghai" },
	{ { "localtime>one", "one>two", "two<" CHINA }, NULL, "Asia/Shanghai" },
	{ { "localtime<" CHINA }, NULL, "Asia/Shanghai" },
	{ { "localtime<" CHINA, "timezone=PRC\n" }, NULL, "PRC" },
	{ { "localtime<" CHINA, "timezone=# set by x\n\n  PRC # here\n" }, NULL,
	    "PRC" },
	{ { "localtime<" CHINA, "timezone=Europe/Berlin\n" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime<" CHINA, "timezone=No/Where\n" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime<" CHINA, "timezone=../../etc/passwd\n" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime<" CHINA, "timezone=" }, NULL, "Asia/Shanghai" },
	{ { "localtime<" ZONES "/America/New_York" }, NULL,
	    "America/New_York" },
	{ { "localtime<" ZONES "/Etc/GMT+5", "timezone=UTC" }, NULL,
	    "Etc/GMT+5" },
	{ { "localtime<" ZONES "/Europe/Berlin", "timezone=Europe/Vienna\n" },
	    NULL, "Europe/Berlin" },
	{ { "localtime>" CHINA, "timezone=Europe/Berlin\n" }, NULL,
	    "Asia/Shanghai" },
	{ { "localtime<custom" }, NULL, "host" },
	{ { "localtime<custom", "timezone=Asia/Shanghai" }, NULL, "host" },
	{ { "timezone=Asia/Shanghai\n" }, NULL, "Asia/Shanghai" },
	{ { "timezone=# nothing\n" }, NULL, "UTC" },
	{ { NULL }, NULL, "UTC" },
	{ { "localtime>nowhere" }, NULL, "UTC" },
	{ { "localtime>localtime" }, NULL, "UTC" },
	{ { "localtime=no zone at all" }, NULL, "UTC" },
	{ { "localtime>" CHINA }, "Europe/Berlin", "Europe/Berlin" },
	{ { "localtime>" CHINA }, ":Europe/Berlin", "Europe/Berlin" },
	{ { "localtime>" CHINA }, ":" ZONES "//Europe/Berlin",
	    "Europe/Berlin" },
	{ { "localtime>" CHINA }, "", "UTC" },
	{ { "localtime>" CHINA }, "No/Where", "Asia/Shanghai" },
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

/* Rules of nobody: minus five and a half, and an hour more in summer. */
static void
put_custom(void)
{
	static const char footer[] = "\nXYZ5:30ABC,M4.1.0,M9.2.0\n";
	unsigned char data[256] = { 'T', 'Z', 'i', 'f', '2' };
	size_t n = 44;

	data[39] = 1;
	data[43] = 4;
	n += 6 + 4; /* one type at 0 s, and its name */
	memcpy(data + 50, "XYZ", 4);
	memcpy(data + n, data, n);
	/* Its offset: -19800 s. */
	memcpy(data + n + 44, "\xff\xff\xb2\xa8", 4);
	memcpy(data + 44, "\xff\xff\xb2\xa8", 4);
	n *= 2;
	memcpy(data + n, footer, sizeof(footer) - 1);
	(void)folder_put("custom", data, n + sizeof(footer) - 1);
}

static void
copy(const char *from, const char *to)
{
	static char data[1 << 16];
	char path[PATH_MAX];
	FILE *f;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "%s%s%s",
	    from[0] == '/' ? "" : folder, from[0] == '/' ? "" : "/", from);
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(data, 1, sizeof(data), f);
		(void)fclose(f);
	}
	(void)folder_put(to, data, n);
}

static void
make(const char *what)
{
	size_t n = strcspn(what, "<>=");
	char name[32];

	(void)snprintf(name, sizeof(name), "%.*s", (int)n, what);
	if (what[n] == '>' && symlink(what + n + 1, folder_path(name)) != 0)
		ok(false, "the link %s", what);
	if (what[n] == '>')
		return;
	if (what[n] == '<')
		copy(what + n + 1, name);
	else
		(void)folder_put(name, what + n + 1, strlen(what + n + 1));
}

static void
test_host(size_t i)
{
	static const char *const all[] = { "localtime", "timezone", "one",
		"two" };
	struct tz_cache *tc = tz_cache_new(NULL);
	const char *got;

	for (size_t k = 0; k < 4 && cases[i].made[k] != NULL; k++)
		make(cases[i].made[k]);
	tz_cache_set_etc(tc, folder);
	got = tz_host_name(tc, cases[i].env_tz);
	is_str(got, cases[i].want, "%s %s: %s",
	    cases[i].made[0] == NULL ? "nothing" : cases[i].made[0],
	    cases[i].made[1] == NULL ? "" : cases[i].made[1],
	    cases[i].env_tz == NULL ? "" : cases[i].env_tz);
	for (size_t k = 0; k < 4; k++)
		(void)unlink(folder_path(all[k]));
	tz_cache_free(tc);
}

/* The file itself: its rules, and a stamp that tells when it changes. */
static void
test_file(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct tz_period p;
	const struct tz *tz;
	int64_t stamp;

	tz_cache_set_etc(tc, folder);
	make("localtime<custom");
	tz = tz_get(tc, TZ_HOST, NULL);
	ok(tz != NULL, "the zone called host");
	/* 2030-07-01, and half a year on. */
	tz_at(tz, INT64_C(1909094400), &p);
	is_int(p.offset_s, -16200, "summer");
	tz_at(tz, INT64_C(1909094400) + 184 * 86400, &p);
	is_int(p.offset_s, -19800, "winter");
	stamp = tz_stamp(tz);
	ok(stamp != 0 && stamp == tz_cache_stamp(tc, TZ_HOST), "its stamp");
	(void)unlink(folder_path("localtime"));
	make("localtime<" CHINA);
	ok(tz_cache_stamp(tc, TZ_HOST) != stamp, "is another");
	tz_cache_refresh(tc);
	tz_at(tz, INT64_C(1909094400), &p);
	is_int(p.offset_s, 28800, "and it is read again");
	(void)unlink(folder_path("localtime"));
	tz_cache_free(tc);
}

/* Zones that need no file. */
static const struct {
	const char *name;
	int32_t offset_s;
	const char *abbr;
} fixed[] = {
	{ "UTC", 0, "UTC" },
	{ "Etc/UTC", 0, "UTC" },
	{ "Zulu", 0, "UTC" },
	{ "Universal", 0, "UTC" },
	{ "Etc/UCT", 0, "UTC" },
	{ "GMT", 0, "GMT" },
	{ "GMT0", 0, "GMT" },
	{ "Etc/GMT", 0, "GMT" },
	{ "Etc/Greenwich", 0, "GMT" },
	{ "Etc/GMT+5", -18000, "-05" },
	{ "Etc/GMT+12", -43200, "-12" },
	{ "Etc/GMT-14", 50400, "+14" },
	{ "+08:00", 28800, "UTC+08:00" },
	{ "-03:30", -12600, "UTC-03:30" },
	{ "+00:00", 0, "UTC" },
};

/* Each is, by the zones of tc, as written above. */
static void
check_fixed(struct tz_cache *tc)
{
	struct tz_period p;
	const struct tz *tz;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		tz = tz_get(tc, fixed[i].name, NULL);
		if (tz == NULL) {
			ok(false, "%s", fixed[i].name);
			continue;
		}
		tz_at(tz, 0, &p);
		ok(p.offset_s == fixed[i].offset_s &&
			strcmp(p.abbr, fixed[i].abbr) == 0,
		    "%s: %d %s", fixed[i].name, p.offset_s, p.abbr);
	}
}

/* A jail: what needs no files works, the rest says what is wrong, for now. */
static void
test_no_files(void)
{
	static const char *const none[] = { "no/such/folder", "empty" };
	struct tz_cache *tc = tz_cache_new(NULL);

	ok(tz_has_files(tc), "this host has files");
	tz_cache_free(tc);
	(void)mkdir(folder_path("empty"), 0700);
	for (size_t k = 0; k < 2; k++) {
		struct faults fs = { .n = 0 };

		tc = tz_cache_new(folder_path(none[k]));
		ok(!tz_has_files(tc), "%s has no files", none[k]);
		check_fixed(tc);
		ok(tz_get(tc, "Etc/GMT+13", NULL) == NULL &&
			tz_get(tc, "Etc/GMT-15", NULL) == NULL &&
			tz_get(tc, "Etc/GMT+05", NULL) == NULL,
		    "no more than there are");
		ok(trigger_from_spec("cron;timezone=Asia/Shanghai;hour=1", tc,
		       &fs) == NULL &&
			fs.is_transient,
		    "the host is to blame: %s", fs.v[0].text);
		tz_cache_free(tc);
	}
}

/* Descriptors that run out are no fault of the job. */
static void
test_descriptors(void)
{
	struct tz_cache *tc = tz_cache_new(NULL);
	struct faults fs = { .n = 0 };
	struct rlimit was, none;
	struct trigger *t;

	(void)getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	(void)setrlimit(RLIMIT_NOFILE, &none);
	t = trigger_from_spec("cron;timezone=Asia/Tokyo;hour=1", tc, &fs);
	(void)setrlimit(RLIMIT_NOFILE, &was);
	ok(t == NULL && fs.is_transient, "%s", fs.v[0].text);
	tz_cache_free(tc);
}

int
main(void)
{
	folder_init("t_tz_host");
	put_custom();
	for (size_t i = 0; i < NCASES; i++)
		test_host(i);
	printf("# %zu ways to set a host's zone\n", NCASES);
	test_file();
	test_no_files();
	test_descriptors();
	folder_fini();
	return tap_done();
}
