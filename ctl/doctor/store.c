/*
 * minutehand doctor: the journal, integrity and SQLite version of the store,
 * the clock, ticks and jobs.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/trigger/grace.h"
#include "lib/store/job.h"

#include "lib/base/ban.h"

#define US_2024 (INT64_C(1704067200) * CLOCK_US_PER_S)
#define US_2100 (INT64_C(4102444800) * CLOCK_US_PER_S)
#define US_PER_MINUTE (60 * CLOCK_US_PER_S)
/* Offset of the SQLite version in the file header (sqlite.org/fileformat2). */
#define VERSION_AT 96

void
doctor_journal(struct doctor *d, struct finding *f)
{
	const char *mode = store_journal(d->ctl->sched.stores[JOB_DURABLE]);

	if (strcmp(mode, "wal") == 0) {
		doctor_report(f, DOCTOR_OK,
		    "write-ahead log, local file system");
		return;
	}
	doctor_report(f, DOCTOR_WARN,
	    "journal mode %s: the store is on a "
	    "network file system",
	    mode);
	doctor_advise(f,
	    "safe if its locks work, but slower; set store in %s "
	    "to a local file",
	    d->ctl->conf->path);
}

void
doctor_integrity(struct doctor *d, struct finding *f)
{
	struct err why = { "" };
	enum store_rc rc;

	rc = store_check(d->ctl->sched.stores[JOB_DURABLE], &why);
	if (rc == STORE_OK) {
		doctor_report(f, DOCTOR_OK,
		    "quick_check found nothing, schema "
		    "version %d",
		    store_schema_version());
		return;
	}
	if (rc == STORE_BUSY) {
		doctor_report(f, DOCTOR_WARN, "the store is busy");
		doctor_advise(f, "run doctor again");
		return;
	}
	doctor_report(f, DOCTOR_FAIL, "damaged: %s", why.text);
	doctor_advise(f,
	    "keep a copy of the folder, then bring the last "
	    "backup back");
}

/*
 * Called before the store is opened: closing any descriptor of a file drops the
 * locks that SQLite has on it in the same process.
 */
void
doctor_sqlite(struct doctor *d, struct finding *f)
{
	unsigned char v[4];
	unsigned long n;
	int fd;
	ssize_t got;

	if ((fd = open(d->ctl->conf->store, O_RDONLY | O_CLOEXEC)) == -1) {
		doctor_report(f, DOCTOR_WARN, "%s", strerror(errno));
		return;
	}
	got = pread(fd, v, sizeof(v), VERSION_AT);
	n = (unsigned long)v[0] << 24 | (unsigned long)v[1] << 16 |
	    (unsigned long)v[2] << 8 | v[3];
	(void)close(fd);
	if (got != sizeof(v) || n == 0) {
		doctor_report(f, DOCTOR_OK, "not written yet");
		return;
	}
	doctor_report(f, n < 3037000 ? DOCTOR_WARN : DOCTOR_OK,
	    "last written by SQLite %lu.%lu.%lu", n / 1000000, n / 1000 % 1000,
	    n % 1000);
}

void
doctor_clock(struct doctor *d, struct finding *f)
{
	int64_t now = clock_now_us();
	struct sched_health h;

	doctor_report(f, DOCTOR_OK, "plausible");
	if (now < US_2024 || now > US_2100) {
		doctor_report(f, DOCTOR_FAIL,
		    "the clock of this host is wrong "
		    "by years");
		doctor_advise(f, "correct it, for example by NTP");
	}
	if (sched_health(&d->ctl->sched, now, &h) == STORE_OK &&
	    h.ahead_us > 0) {
		doctor_report(f, DOCTOR_FAIL,
		    "jobs were decided up to %lld s in the future, and do not "
		    "run before that",
		    (long long)(h.ahead_us / CLOCK_US_PER_S));
		doctor_advise(f,
		    "if the clock is right now: minutehand clock reset; if "
		    "it was set back, correct it, for example by NTP");
	}
}

/* Report if no ticker runs for a while between one tick and the next. */
static void
report_gap(struct doctor *d, const struct sched_health *h, struct finding *f)
{
	int64_t grace_us = grace_effective(0, h->gap_us), n = 0;

	doctor_report(f, DOCTOR_WARN,
	    "a tick%s every %lld s, and no ticker runs for %lld s in between",
	    h->by_url_us == h->last_tick_us ? " by URL" : "",
	    (long long)(h->cadence_us / CLOCK_US_PER_S),
	    (long long)(h->gap_us / CLOCK_US_PER_S));
	(void)store_job_count_grace(d->ctl->sched.stores[JOB_DURABLE], grace_us,
	    &n);
	doctor_advise(f,
	    "jobs that fall due then run late; window = auto lets ticks wait until "
	    "the next one, if the host allows it. A misfire_grace_time below %lld s "
	    "counts as that: %lld job(s)",
	    (long long)(grace_us / CLOCK_US_PER_S), (long long)n);
}

void
doctor_ticker(struct doctor *d, struct finding *f)
{
	struct sched_health h;
	enum store_rc rc;

	rc = sched_health(&d->ctl->sched, clock_now_us(), &h);
	if (rc != STORE_OK) {
		doctor_report(f, DOCTOR_FAIL, "%s", store_strrc(rc));
		return;
	}
	if (h.last_tick_us == 0) {
		doctor_report(f, DOCTOR_FAIL,
		    h.on_request_us != 0 ?
			"nothing starts ticks regularly; they only ran after requests (tick_on_request)" :
			h.by_hand_us == 0 ?
			"the ticker has never run" :
			"cron has never run the ticker; it was only started by hand");
		doctor_advise(f,
		    "put the line that minutehand init prints "
		    "into your crontab (crontab -e) and wait a minute");
		return;
	}
	doctor_report(f, h.is_late ? DOCTOR_FAIL : DOCTOR_OK,
	    "last tick %lld s "
	    "ago%s, one every %lld s",
	    (long long)(h.last_tick_age_us / CLOCK_US_PER_S),
	    h.by_url_us == h.last_tick_us ? " by URL" : "",
	    (long long)(h.cadence_us / CLOCK_US_PER_S));
	if (h.is_late)
		doctor_advise(f,
		    h.by_url_us == h.last_tick_us ?
			"ticks by URL are late: check whether what requests "
			"/v1/tick runs, and what it gets" :
			"the ticker is late: check whether cron runs, its "
			"mail, and crontab -l");
	else if (h.gap_us >= GRACE_GAP_MIN_US)
		report_gap(d, &h, f);
}

void
doctor_jobs(struct doctor *d, struct finding *f)
{
	struct sched *s = &d->ctl->sched;
	int64_t all, n;
	struct job j;

	job_init(&j);
	if (sched_count(s, SCHED_ANY, NULL, &all) != STORE_OK ||
	    sched_quarantined(s, &n, &j) != STORE_OK)
		doctor_report(f, DOCTOR_FAIL, "they cannot be counted");
	else if (n == 0)
		doctor_report(f, DOCTOR_OK, "%lld, none in quarantine",
		    (long long)all);
	else {
		doctor_report(f, DOCTOR_WARN,
		    "%lld of %lld in quarantine, the first is %s %s: %s",
		    (long long)n, (long long)all, j.queue, j.job_id,
		    j.reason == NULL ? "" : j.reason);
		doctor_advise(f,
		    "minutehand job list shows them; correct them with job set or "
		    "job add --replace, or, if the host was at fault, job resume");
	}
	job_fini(&j);
}
