/*
 * minutehand doctor: the time zone of the host, of the configuration and of
 * jobs, and versions.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/store/job.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define HALF_YEAR_S (INT64_C(183) * 86400)

/* Return whether the environment's TZ differs from the zone in use. */
static bool
is_tz_ignored(const struct sched *s, const char *env_tz)
{
	const char *name = env_tz, *end;

	if (env_tz == NULL || *s->conf->timezone != '\0')
		return false;
	name += *name == ':';
	/* An empty one is UTC (POSIX, XBD 8.3). */
	if (*name == '\0')
		return false;
	if (*name != '/')
		return tz_get(s->zones, name, NULL) == NULL;
	/* The path of a zone file ends with the zone's name. */
	end = strstr(name, s->default_zone);
	return end == NULL || strcmp(end, s->default_zone) != 0;
}

/*
 * The difference of local time at t_s by libc and by tz, in seconds; 0: none.
 */
static long
libc_differs(const struct tz *tz, int64_t t_s, long *libc_s)
{
	time_t t = (time_t)t_s;
	struct tz_period p;
	struct tm tm;

	tzset();
	if (localtime_r(&t, &tm) == NULL)
		return 0;
	tz_at(tz, t_s, &p);
	*libc_s = tm.tm_gmtoff;
	return tm.tm_gmtoff - p.offset_s;
}

/*
 * Check that the host's zone is read as libc reads it, in summer and in winter.
 */
static bool
is_as_libc(struct doctor *d, const struct tz *tz, struct finding *f)
{
	int64_t now_s = clock_now_us() / CLOCK_US_PER_S;
	long libc_s = 0, off;

	off = libc_differs(tz, now_s, &libc_s);
	if (off == 0)
		off = libc_differs(tz, now_s + HALF_YEAR_S, &libc_s);
	if (off == 0)
		return true;
	doctor_report(f, DOCTOR_FAIL,
	    "%s is assumed as the host's zone, but the host's clock differs "
	    "from it by %ld s, now or in half a year",
	    d->ctl->sched.default_zone, off);
	doctor_advise(f,
	    "set timezone in %s, to a name such as Asia/Shanghai: jobs that "
	    "name no zone run by %s now",
	    d->ctl->conf->path, d->ctl->sched.default_zone);
	return false;
}

/* Count jobs with another zone: jobs keep the zone they were added with. */
static void
count_others(struct doctor *d, struct finding *f)
{
	struct sched *s = &d->ctl->sched;
	int64_t n = 0, sum = 0;

	SCHED_EACH(at, s, SCHED_ANY, true)
		if (store_job_count_other_zone(at.st, s->default_zone, &n) ==
		    STORE_OK)
			sum += n;
	if (sum == 0)
		return;
	doctor_report(f, DOCTOR_OK, "%s%s; %lld job(s) in another zone",
	    s->default_zone,
	    *d->ctl->conf->timezone == '\0' ? " (the host's)" : "",
	    (long long)sum);
	doctor_advise(f,
	    "minutehand job list shows the zone of each; job set --all-of "
	    "QUEUE --timezone %s moves those of a queue",
	    s->default_zone);
}

static void
report_ignored(struct doctor *d, const char *env_tz, struct finding *f)
{
	doctor_report(f, DOCTOR_WARN,
	    "TZ is \"%s\", which names no zone of this host: %s is used "
	    "instead",
	    env_tz, d->ctl->sched.default_zone);
	doctor_advise(f, "set timezone in %s, to a name such as Asia/Shanghai",
	    d->ctl->conf->path);
}

/* Return whether local times differ in any month of the next year. */
static bool
is_other_zone(const struct tz *a, const struct tz *b)
{
	int64_t t_s = clock_now_us() / CLOCK_US_PER_S;
	struct tz_period p, q;

	for (int i = 0; i < 13; i++, t_s += HALF_YEAR_S / 6) {
		tz_at(a, t_s, &p);
		tz_at(b, t_s, &q);
		if (p.offset_s != q.offset_s)
			return true;
	}
	return false;
}

/*
 * Return whether TZ is set in this shell only, and not for programs started by
 * cron and the web server: jobs without a zone would be added with different
 * ones.
 */
static bool
is_shells_own(struct doctor *d, const struct tz *tz, struct finding *f)
{
	struct sched *s = &d->ctl->sched;
	const char *env_tz = getenv("TZ"), *cron, *words;
	char own[128] = "";
	const struct tz *there;
	bool has_tz = doctor_crontab_tz(d, own, sizeof(own));

	cron = tz_host_name(s->zones, has_tz ? own : NULL);
	there = tz_get(s->zones, cron, NULL);
	if (there == NULL || !is_other_zone(tz, there))
		return false;
	words = has_tz ? "by the TZ of its crontab" : "which has no TZ";
	doctor_report(f, DOCTOR_WARN,
	    "%s here, by %s%s; the ticker, started by cron, has %s, %s",
	    s->default_zone,
	    env_tz == NULL ? "the host" : "the TZ of this shell alone: ",
	    env_tz == NULL ? "" : env_tz, cron, words);
	doctor_advise(f,
	    "set timezone in %s, to %s or %s: jobs added here and by HTTP get "
	    "different zones now",
	    d->ctl->conf->path, s->default_zone, cron);
	return true;
}

void
doctor_zone(struct doctor *d, struct finding *f)
{
	const struct sched *s = &d->ctl->sched;
	const char *env_tz = getenv("TZ");
	bool is_host = *d->ctl->conf->timezone == '\0';
	const struct tz *tz;
	struct err why = { "" };

	tz = tz_get(s->zones, s->default_zone, &why);
	if (tz == NULL)
		doctor_report(f, DOCTOR_FAIL, "%s", why.text);
	else if (!tz_has_files(s->zones))
		doctor_report(f, DOCTOR_WARN,
		    "%s; this host has no time zone files: only UTC and "
		    "offsets such as +08:00 work",
		    s->default_zone);
	if (tz == NULL || !tz_has_files(s->zones)) {
		doctor_advise(f,
		    "install the zone files (tzdata), or set timezone in %s "
		    "to UTC or an offset; jobs in other zones wait meanwhile",
		    d->ctl->conf->path);
		return;
	}
	if (is_host && !is_as_libc(d, tz, f))
		return;
	if (is_tz_ignored(s, env_tz)) {
		report_ignored(d, env_tz, f);
		return;
	}
	if (is_host && is_shells_own(d, tz, f))
		return;
	doctor_report(f, DOCTOR_OK, "%s%s", s->default_zone,
	    is_host ? " (the host's)" : "");
	count_others(d, f);
}

void
doctor_versions(struct doctor *d, struct finding *f)
{
	(void)d;
	doctor_report(f, DOCTOR_OK, "minutehand %s, store schema %d",
	    PACKAGE_VERSION, store_schema_version());
}
