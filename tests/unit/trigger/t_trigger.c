/*
 * Triggers: printed, refused, their slots, jitter, extremes
 * (lib/trigger/trigger.h).
 */
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define NOW_US INT64_C(1790000000000000) /* 2026-09-21T14:13:20Z */
#define S_US INT64_C(1000000)

static struct tz_cache *zones;
static struct faults fs;

/* "kind name=value|name=value…" as a trigger. */
static struct trigger *
make(const char *text)
{
	struct trigger_env env = { zones, "Asia/Shanghai", NOW_US, false };
	struct trigger_field f[16];
	char copy[512], *p, *next;
	struct trigger *t;
	size_t n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	p = strchr(copy, ' ');
	if (p != NULL)
		*p++ = '\0';
	for (; p != NULL; p = next) {
		next = strchr(p, '|');
		if (next != NULL)
			*next++ = '\0';
		f[n].name = p;
		p = strchr(p, '=');
		*p++ = '\0';
		f[n++].value = p;
	}
	fs.n = 0;
	t = trigger_new(copy, f, n, &env, &fs);
	return t;
}

static int64_t
utc(const char *text)
{
	int64_t us = 0;

	(void)datetime_parse(text, tz_get(zones, "UTC", NULL), &us, NULL);
	return us;
}

/* It prints as want, and again so, with the same slots, out of its spec. */
static void
prints(const char *text, const char *want)
{
	struct trigger *t = make(text), *u;
	struct buf a = BUF_INIT, b = BUF_INIT, c = BUF_INIT;
	int64_t at = NOW_US - 1;
	int i, bad = 0;

	ok(t != NULL, "%s", text);
	if (t == NULL) {
		printf("# %s: %s\n", fs.v[0].field, fs.v[0].text);
		return;
	}
	trigger_print(t, &a);
	is_str(buf_cstr(&a), want, "printed");
	trigger_spec(t, &b);
	u = trigger_from_spec(buf_cstr(&b), zones, &fs);
	ok(u != NULL, "spec %s", buf_cstr(&b));
	buf_reset(&a);
	trigger_print(u, &a);
	trigger_spec(u, &c);
	ok(strcmp(buf_cstr(&a), want) == 0 &&
		strcmp(buf_cstr(&b), buf_cstr(&c)) == 0 &&
		trigger_zone(t) == trigger_zone(u) &&
		trigger_kind(t) == trigger_kind(u) &&
		trigger_jitter_us(t) == trigger_jitter_us(u),
	    "the same again");
	for (i = 0; i < 20 && at != TRIGGER_NONE; i++) {
		bad += trigger_next(t, at) != trigger_next(u, at);
		at = trigger_next(t, at);
	}
	is_int(bad, 0, "with the same slots");
	buf_fini(&a);
	buf_fini(&b);
	buf_fini(&c);
	trigger_free(t);
	trigger_free(u);
}

static void
test_print(void)
{
	prints("date run_date=2030-12-03 15:00:00",
	    "date[2030-12-03 15:00:00 CST]");
	prints("date run_date=2030-12-03 15:00:00+02:00",
	    "date[2030-12-03 15:00:00 UTC+02:00]");
	prints("date run_date=2030-12-03T15:00Z",
	    "date[2030-12-03 15:00:00 UTC]");
	prints("date run_date=2009-07-06|timezone=Europe/Berlin",
	    "date[2009-07-06 00:00:00 CEST]");
	prints("date timezone=+05:30", "date[2026-09-21 19:43:20 UTC+05:30]");
	prints("interval seconds=10", "interval[0:00:10]");
	prints("interval days=1", "interval[1 day, 0:00:00]");
	prints("interval weeks=1|days=2|hours=3|minutes=4|seconds=5",
	    "interval[9 days, 3:04:05]");
	prints("interval seconds=0.25|start_date=2026-01-01 00:00:00.5",
	    "interval[0:00:00.250000]");
	prints("interval days=0.3333333333333333|jitter=5",
	    "interval[8:00:00]");
	prints("cron minute=30|hour=*/2|end_date=2027-01-01",
	    "cron[hour='*/2', minute='30']");
	prints("cron day= Last , 1ST Mon|month=JAN-jun|dst=skip",
	    "cron[month='jan-jun', day='last,1st mon']");
	prints("cron year=2030-2040/2|week=53|day_of_week=mon|second=07",
	    "cron[year='2030-2040/2', week='53', day_of_week='mon', "
	    "second='7']");
	prints("cron crontab=0 3 * * 1-5", "crontab[0 3 * * 1-5]");
	prints("cron crontab=@Daily|dst=wall|timezone=UTC", "crontab[@daily]");
}

static void
refused(const char *text, const char *field, const char *part)
{
	struct trigger *t = make(text);

	ok(t == NULL && fs.n > 0, "refused: %s", text);
	is_str(fs.n > 0 ? fs.v[0].field : "", field, "its field");
	ok(fs.n > 0 && strstr(fs.v[0].text, part) != NULL, "%s",
	    fs.n > 0 ? fs.v[0].text : "no fault");
	trigger_free(t);
}

static void
test_faults(void)
{
	struct trigger *t;

	refused("often", "trigger", "No trigger by the name \"often\"");
	refused("cron", "trigger", "at least one of");
	refused("cron hours=5", "trigger", "at least one of");
	refused("cron hour=5|foo=1", "foo", "unknown field");
	refused("cron hour=5|run_us=1", "run_us", "unknown field");
	refused("cron hour=25", "hour", "higher than the maximum");
	refused("cron hour=5|timezone=Mars/Base", "timezone", "Mars/Base");
	refused("cron hour=5|timezone=", "timezone", "not the name");
	refused("cron hour=5|dst=never", "dst", "auto, wall, skip, once");
	refused("cron hour=5|jitter=-1", "jitter", "0 to 86400");
	refused("cron hour=5|jitter=86401", "jitter", "0 to 86400");
	refused("cron hour=5|start_date=soon", "start_date", "Invalid date");
	refused("cron crontab=0 3 * * *|hour=5", "crontab", "together");
	refused("cron crontab=0 3 30 2 *", "crontab", "never fire");
	refused("cron month=2|day=30", "day", "never fire");
	refused("cron year=2000", "year", "never fire");
	refused("cron year=2027|month=2|day=29", "year", "never fire");
	refused("cron week=1|month=4-9", "week", "never fire");
	refused("cron day=2nd mon|day_of_week=tue", "day", "never fire");
	refused("cron hour=5|end_date=2020-01-01", "end_date", "never fire");
	refused("cron month=3|day=2nd sun|hour=2|minute=30|dst=skip"
		"|timezone=America/New_York",
	    "hour", "never fire");
	refused("interval", "trigger", "needs");
	refused("interval seconds=0", "seconds", "longer than 0");
	refused("interval minutes=0.0000000001", "minutes", "longer than 0");
	refused("interval hours=-1", "hours", "negative");
	refused("interval hours=1e5", "hours", "number");
	refused("interval hours=.", "hours", "number");
	refused("interval days=36526", "days", "100 years");
	refused("interval weeks=99999999999999999999", "weeks", "100 years");
	refused("interval days=36525|seconds=1", "seconds", "100 years");
	refused("interval hours=1|end_date=2020-01-01", "end_date", "never");
	refused("date run_date=2030-02-30", "run_date", "out of range");
	refused("date run_date=2030-01-02|end_date=2030-01-01", "end_date",
	    "before run_date");
	refused("date run_date=2030-01-02|start_date=2031-01-01", "start_date",
	    "after run_date");
	t = make("cron hour=25|minute=x|timezone=no|jitter=a|dst=b|zz=1");
	ok(t == NULL && fs.n == 6, "all bad fields at once");
	t = make("date hour=25|seconds=-1|crontab=x");
	ok(t != NULL && fs.n == 0, "fields of other kinds are ignored");
	trigger_free(t);
	ok(trigger_is_field("crontab") && trigger_is_field("dst") &&
		!trigger_is_field("run_us") && !trigger_is_field("zz"),
	    "names of fields");
}

/* The first slots after from, all times in UTC as text. */
static void
fires(const char *text, const char *from, const char *const *want)
{
	struct trigger *t = make(text);
	int64_t at = utc(from);
	struct buf b = BUF_INIT;
	int i;

	for (i = 0; t != NULL && want[i] != NULL; i++) {
		at = trigger_next(t, at);
		buf_reset(&b);
		if (at == TRIGGER_NONE)
			buf_str(&b, "none");
		else
			datetime_rfc3339(at, &b);
		is_str(buf_cstr(&b), want[i], "%s: slot %d", text, i + 1);
	}
	ok(t != NULL, "%s", text);
	buf_fini(&b);
	trigger_free(t);
}

#define FIRES(text, from, ...) \
	fires(text, from, (const char *const[]){ __VA_ARGS__, NULL })

static void
test_slots(void)
{
	FIRES("cron hour=15|timezone=UTC", "2026-12-01T15:00:00Z",
	    "2026-12-02T15:00:00Z");
	FIRES("cron hour=15|timezone=UTC", "2026-12-01T14:59:59.999999Z",
	    "2026-12-01T15:00:00Z");
	FIRES("cron day_of_week=mon|timezone=UTC", "2026-12-01",
	    "2026-12-07T00:00:00Z", "2026-12-14T00:00:00Z");
	FIRES("cron crontab=0 0 13 * 5|timezone=UTC", "2027-08-01",
	    "2027-08-06T00:00:00Z", "2027-08-13T00:00:00Z",
	    "2027-08-20T00:00:00Z", "2027-08-27T00:00:00Z",
	    "2027-09-03T00:00:00Z", "2027-09-10T00:00:00Z",
	    "2027-09-13T00:00:00Z");
	FIRES("cron month=2|day=5th mon|timezone=UTC", "2026-01-01",
	    "2044-02-29T00:00:00Z", "2072-02-29T00:00:00Z",
	    "2112-02-29T00:00:00Z");
	FIRES("cron year=2400-2500|week=53|month=1|day=1|timezone=UTC",
	    "2026-01-01", "2405-01-01T00:00:00Z", "2410-01-01T00:00:00Z",
	    "2416-01-01T00:00:00Z");
	FIRES("cron year=2027,9999|month=12|day=31|timezone=UTC", "2026-01-01",
	    "2027-12-31T00:00:00Z", "9999-12-31T00:00:00Z", "none");
	FIRES("cron hour=*|timezone=UTC|start_date=2026-12-01 10:00:00.5"
	      "|end_date=2026-12-01 12:00",
	    "2026-01-01", "2026-12-01T11:00:00Z", "2026-12-01T12:00:00Z",
	    "none");
	FIRES("cron hour=2|minute=30|timezone=Europe/Berlin",
	    "2027-03-27T12:00Z", "2027-03-28T01:00:00Z",
	    "2027-03-29T00:30:00Z");
	FIRES("interval hours=1|start_date=2026-12-01 00:00:00.25"
	      "|timezone=UTC|end_date=2026-12-01 02:30",
	    "2026-01-01", "2026-12-01T00:00:00.250000Z",
	    "2026-12-01T01:00:00.250000Z", "2026-12-01T02:00:00.250000Z",
	    "none");
	FIRES("interval minutes=10", "2026-09-21T14:13:20Z",
	    "2026-09-21T14:23:20Z", "2026-09-21T14:33:20Z");
	FIRES("date run_date=2026-12-01|timezone=UTC", "2026-01-01",
	    "2026-12-01T00:00:00Z", "none");
}

/* A delay is stable, at most the jitter, and keeps the slots in order. */
static void
test_jitter(void)
{
	struct trigger *t = make("cron minute=*|jitter=3600|timezone=UTC");
	int64_t at = NOW_US, next, d, max = 0;
	int job, bad = 0;

	for (job = 0; job < 2000; job++, at = next) {
		next = trigger_next(t, at);
		d = trigger_delay_us(t, 7, at);
		bad += d < 0 || (job > 0 && at + d >= next) ||
		    d != trigger_delay_us(t, 7, at);
		max = d > max ? d : max;
	}
	is_int(bad, 0, "delays stay below the next slot");
	ok(max > 50 * S_US, "and use the room");
	ok(trigger_delay_us(t, 1, at) != trigger_delay_us(t, 2, at),
	    "jobs differ");
	trigger_free(t);
	t = make("date run_date=2030-01-01|jitter=10");
	for (job = 0; job < 1000; job++) {
		d = trigger_delay_us(t, job, utc("2029-12-31T16:00Z"));
		bad += d < 0 || d > 10 * S_US;
	}
	is_int(bad, 0, "the last slot has the whole jitter");
	trigger_free(t);
	t = make("cron minute=*");
	is_int(trigger_delay_us(t, 1, NOW_US), 0, "no jitter, no delay");
	trigger_free(t);
	t = make("date run_date=2009-07-06");
	ok(trigger_first(t, NOW_US) < NOW_US, "a past date is given once");
	is_int(trigger_next(t, NOW_US), TRIGGER_NONE, "and never again");
	trigger_free(t);
}

static void
test_damaged_specs(void)
{
	static const char *const bad[] = { "", "cron", "cron;", "cron;hour",
		"cron;hour=5", "cron;timezone=UTC", "cron;timezone=UTC;hour=25",
		"cron;timezone=No/Zone;hour=5", "date;timezone=UTC",
		"date;timezone=UTC;run_us=x", "weekly;timezone=UTC",
		"date;timezone=UTC;run_us=99999999999999999999",
		"date;timezone=UTC;run_us=9223372036854775807",
		"date;timezone=UTC;run_us=0;offset_s=86400",
		"interval;timezone=UTC;length_us=0;start_us=0",
		"interval;timezone=UTC;length_us=1",
		"interval;timezone=UTC;length_us=1;start_us=-9223372036854775807",
		"cron;timezone=UTC;hour=5;jitter=x", "cron;timezone=UTC;a=b" };
	struct trigger *t;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fs.n = 0;
		t = trigger_from_spec(bad[i], zones, &fs);
		ok(t == NULL && fs.n == 1 &&
			strcmp(fs.v[0].field, "trigger") == 0,
		    "damaged: %s", bad[i]);
		trigger_free(t);
	}
}

/* Ends of time do no harm. */
static void
test_extremes(void)
{
	static const char *const specs[] = {
		"cron;timezone=America/New_York;hour=2",
		"interval;timezone=UTC;length_us=1;start_us=0",
		"date;timezone=UTC;run_us=0"
	};
	struct trigger *t;
	size_t i;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		t = trigger_from_spec(specs[i], zones, &fs);
		ok(t != NULL && trigger_next(t, INT64_MIN) < 86400 * S_US,
		    "%s from the beginning", specs[i]);
		is_int(trigger_next(t, INT64_MAX), TRIGGER_NONE, "the end");
		is_int(trigger_next(t, INT64_MAX - 1), TRIGGER_NONE, "almost");
		trigger_free(t);
	}
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	test_print();
	test_faults();
	test_slots();
	test_jitter();
	test_damaged_specs();
	test_extremes();
	tz_cache_free(zones);
	return tap_done();
}
