/*
 * The stored text of triggers: read and written again, and damaged
 * (lib/trigger/trigger.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/*
 * What triggers are stored as, and what is asked of them
 * (lib/trigger/trigger.h).  Specs stand in stores: what was written once must
 * be read for ever.
 */

#define S_US INT64_C(1000000)
#define NOW_US (INT64_C(1893456000) * S_US) /* date -ud 2030-01-01 +%s */

static struct tz_cache *zones;

static struct trigger *
from_spec(const char *spec, struct faults *fs)
{
	fs->n = 0;
	return trigger_from_spec(spec, zones, fs);
}

/* Read, written again: the same text.  What it prints, and what is in it. */
static const struct {
	const char *spec, *print;
	enum trigger_kind kind;
	int jitter_s;
	const char *dst, *crontab; /* NULL: none */
	int64_t start_s, end_s;	   /* after 2030; -1: none */
} good[] = {
	{ "date;timezone=UTC;run_us=1893456000000000",
	    "date[2030-01-01 00:00:00 UTC]", TRIGGER_DATE, 0, "auto", NULL, -1,
	    -1 },
	{ "date;timezone=Asia/Tokyo;run_us=1893456000000000",
	    "date[2030-01-01 09:00:00 JST]", TRIGGER_DATE, 0, "auto", NULL, -1,
	    -1 },
	{ "date;timezone=Asia/Tokyo;run_us=1893456000000000;offset_s=-12600",
	    "date[2029-12-31 20:30:00 UTC-03:30]", TRIGGER_DATE, 0, "auto",
	    NULL, -1, -1 },
	{ "date;timezone=UTC;run_us=1893456000000000;offset_s=0;jitter=86400",
	    "date[2030-01-01 00:00:00 UTC]", TRIGGER_DATE, 86400, "auto", NULL,
	    -1, -1 },
	{ "interval;timezone=UTC;length_us=1;run_us=1893456000000001",
	    "interval[0:00:00.000001]", TRIGGER_INTERVAL, 0, "auto", NULL, -1,
	    -1 },
	{ "interval;timezone=UTC;length_us=90000000000"
	  ";start_us=1893456001000000;end_us=1893542401000000;jitter=5",
	    "interval[1 day, 1:00:00]", TRIGGER_INTERVAL, 5, "auto", NULL, 1,
	    86401 },
	{ "interval;timezone=+05:30;length_us=3155760000000000"
	  ";run_us=1893456000000000",
	    "interval[36525 days, 0:00:00]", TRIGGER_INTERVAL, 0, "auto", NULL,
	    -1, -1 },
	{ "cron;timezone=Europe/Berlin;hour=2;minute=30",
	    "cron[hour='2', minute='30']", TRIGGER_CRON, 0, "auto", NULL, -1,
	    -1 },
	{ "cron;timezone=UTC;year=2030-2040/2;month=jan-jun;day=last,1st mon;"
	  "week=53;day_of_week=mon;hour=*/2;minute=0;second=7"
	  ";start_us=1893456000000000;jitter=1;dst=skip",
	    "cron[year='2030-2040/2', month='jan-jun', day='last,1st mon', "
	    "week='53', day_of_week='mon', hour='*/2', minute='0', "
	    "second='7']",
	    TRIGGER_CRON, 1, "skip", NULL, 0, -1 },
	{ "cron;timezone=UTC;crontab=0 3 * * 1-5;dst=once",
	    "crontab[0 3 * * 1-5]", TRIGGER_CRON, 0, "once", "0 3 * * 1-5", -1,
	    -1 },
	{ "cron;timezone=UTC;crontab=@daily;dst=wall", "crontab[@daily]",
	    TRIGGER_CRON, 0, "wall", "@daily", -1, -1 },
	{ "cron;timezone=UTC;crontab=0 0 9 * * friL 2030-2040/2",
	    "crontab[0 0 9 * * friL 2030-2040/2]", TRIGGER_CRON, 0, "auto",
	    "0 0 9 * * friL 2030-2040/2", -1, -1 },
	{ "cron;timezone=UTC;crontab=30 7 9-16/2 L-3,15W,LW,L * mon-fri,sat#2",
	    "crontab[30 7 9-16/2 L-3,15W,LW,L * mon-fri,sat#2]", TRIGGER_CRON,
	    0, "auto", "30 7 9-16/2 L-3,15W,LW,L * mon-fri,sat#2", -1, -1 },
	{ "calendarinterval;timezone=Europe/Berlin;weeks=2;hour=9"
	  ";anchor=2026-12-01",
	    "calendarinterval[weeks=2, time='09:00:00', "
	    "start_date='2026-12-01']",
	    TRIGGER_CALENDAR, 0, "auto", NULL, -1, -1 },
	{ "calendarinterval;timezone=UTC;years=1;months=2;weeks=3;days=4;hour=5"
	  ";minute=6;second=7;on_missing_day=last;anchor=2030-01-01"
	  ";start_us=1893456000000000;end_us=1893542401000000;jitter=1;dst=wall",
	    "calendarinterval[years=1, months=2, weeks=3, days=4, "
	    "time='05:06:07', start_date='2030-01-01', on_missing_day='last']",
	    TRIGGER_CALENDAR, 1, "wall", NULL, 0, 86401 },
	/* One that can never fire was right once: the zone's data changed. */
	{ "cron;timezone=UTC;month=2;day=30", "cron[month='2', day='30']",
	    TRIGGER_CRON, 0, "auto", NULL, -1, -1 },
};

static int64_t
bound(int64_t s)
{
	return s < 0 ? TRIGGER_NONE : NOW_US + s * S_US;
}

static void
check_good(void)
{
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	struct trigger *t;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		t = from_spec(good[i].spec, &fs);
		ok(t != NULL, "read: %s", good[i].spec);
		if (t == NULL)
			continue;
		buf_reset(&b);
		trigger_spec(t, &b);
		is_str(buf_cstr(&b), good[i].spec, "and written as it was");
		buf_reset(&b);
		trigger_print(t, &b);
		is_str(buf_cstr(&b), good[i].print, "shown to clients");
		is_int(trigger_kind(t), good[i].kind, "its kind");
		is_int(trigger_jitter_us(t), good[i].jitter_s * S_US,
		    "its jitter");
		is_str(trigger_dst(t), good[i].dst, "its rule");
		is_str(trigger_crontab(t) == NULL ? "-" : trigger_crontab(t),
		    good[i].crontab == NULL ? "-" : good[i].crontab,
		    "its crontab line");
		ok(trigger_start_us(t) == bound(good[i].start_s) &&
			trigger_end_us(t) == bound(good[i].end_s),
		    "its bounds");
		trigger_free(t);
	}
	buf_fini(&b);
}

/* One thing damaged in each; a fault about the trigger, whatever it is. */
static const char *const damaged[] = {
	"",
	"date",
	"date;",
	"Date;timezone=UTC;run_us=0",
	"dates;timezone=UTC;run_us=0",
	"date;run_us=0",
	"date;timezone=UTC",
	"date;timezone=;run_us=0",
	"date;timezone=Mars/Base;run_us=0",
	"date;timezone=../UTC;run_us=0",
	"date;timezone=UTC;run_us",
	"calendarinterval;timezone=UTC;weeks=2",
	"calendarinterval;timezone=UTC;anchor=2026-12-01",
	"calendarinterval;timezone=UTC;weeks=0;anchor=2026-12-01",
	"calendarinterval;timezone=UTC;weeks=-1;anchor=2026-12-01",
	"calendarinterval;timezone=UTC;weeks=2;anchor=2026-02-29",
	"calendarinterval;timezone=UTC;weeks=2;anchor=2026-12-01x",
	"calendarinterval;timezone=UTC;weeks=2;anchor=0-1-1",
	"calendarinterval;timezone=UTC;weeks=2;hour=24;anchor=2026-12-01",
	"calendarinterval;timezone=UTC;months=9999;anchor=2026-12-01",
	"calendarinterval;timezone=UTC;on_missing_day=x;anchor=2026-12-01",
	"date;timezone=UTC;run_us=",
	"date;timezone=UTC;run_us=x",
	"date;timezone=UTC;run_us=1.5",
	"date;timezone=UTC;run_us=0;",
	"date;timezone=UTC;run_us=0;nonsense=1",
	"date;timezone=UTC;run_us=-62135683200000001",
	"date;timezone=UTC;run_us=9223372036854775807",
	"date;timezone=UTC;run_us=9223372036854775808",
	"date;timezone=UTC;run_us=0;offset_s=86400",
	"date;timezone=UTC;run_us=0;offset_s=-86400",
	"date;timezone=UTC;run_us=0;jitter=-1",
	"date;timezone=UTC;run_us=0;jitter=86401",
	"date;timezone=UTC;run_us=0;dst=never",
	"date;timezone=UTC;run_us=0;start_us=x",
	"date;timezone=UTC;run_us=0;end_us=9223372036854775807",
	"interval;timezone=UTC",
	"interval;timezone=UTC;length_us=1",
	"interval;timezone=UTC;run_us=0",
	"interval;timezone=UTC;length_us=0;run_us=0",
	"interval;timezone=UTC;length_us=-1;run_us=0",
	"interval;timezone=UTC;length_us=3155760000000001;run_us=0",
	"cron;timezone=UTC",
	"cron;timezone=UTC;hour=24",
	"cron;timezone=UTC;hour=",
	"cron;timezone=UTC;hour=3;crontab=0 3 * * *",
	"cron;timezone=UTC;crontab=0 3 * *",
};

static void
check_damaged(void)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;

	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		t = from_spec(damaged[i], &fs);
		ok(t == NULL, "damaged: '%s'", damaged[i]);
		trigger_free(t);
		is_int((long long)fs.n, 1, "one fault");
		is_str(fs.v[0].field, "trigger", "of the trigger");
		ok(strncmp(fs.v[0].text, "cannot be read from \"", 21) == 0,
		    "that shows what was read: %s", fs.v[0].text);
	}
	trigger_free(NULL);
}

/*
 * Delays in microseconds, by an independent splitmix64 in python3: of the
 * job's number, xored with the slot, modulo the room there is and one.  The
 * interval is a minute, and a delay never reaches the next slot.
 */
static const struct {
	int64_t job, slot_us;
	int jitter_s;
	int64_t want;
} delays[] = {
	{ 1, INT64_C(1893456000000000), 30, 6600134 },
	{ 2, INT64_C(1893456000000000), 30, 26422408 },
	{ 1, INT64_C(1893456060000000), 30, 28466415 },
	{ -1, INT64_C(1893456000000000), 30, 16087753 },
	{ 7, INT64_C(1893456000000000), 60, 41916518 },
	{ 7, INT64_C(1893456000000000), 86400, 41916518 },
	{ 7, INT64_C(1893456000000000), 1, 858626 },
};

static void
check_delays(void)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;
	char spec[128];
	int64_t d, most = 0, least = INT64_MAX;

	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		(void)snprintf(spec, sizeof(spec),
		    "interval;timezone=UTC;length_us=60000000"
		    ";run_us=1893456000000000;jitter=%d",
		    delays[i].jitter_s);
		t = from_spec(spec, &fs);
		is_int(trigger_delay_us(t, delays[i].job, delays[i].slot_us),
		    delays[i].want, "delay of job %lld, jitter %d",
		    (long long)delays[i].job, delays[i].jitter_s);
		trigger_free(t);
	}
	t = from_spec("interval;timezone=UTC;length_us=10000000"
		      ";run_us=1893456000000000;jitter=60",
	    &fs);
	for (int64_t s = NOW_US; s < NOW_US + 20000 * S_US; s += 10 * S_US) {
		d = trigger_delay_us(t, 99, s);
		most = d > most ? d : most;
		least = d < least ? d : least;
	}
	ok(least >= 0 && most < 10 * S_US,
	    "a jitter above the interval stays below the next slot");
	ok(least < S_US && most > 9 * S_US, "and uses the room there is");
	trigger_free(t);
	t = from_spec("date;timezone=UTC;run_us=1893456000000000", &fs);
	is_int(trigger_delay_us(t, 1, NOW_US), 0, "no jitter, no delay");
	trigger_free(t);
}

/* first is at or after now, but for a date; next is strictly after. */
static void
check_first(void)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;

	t = from_spec("date;timezone=UTC;run_us=1893456000000000", &fs);
	is_int(trigger_first(t, NOW_US + 1), NOW_US, "a date may be past");
	is_int(trigger_next(t, NOW_US - 1), NOW_US, "the slot after");
	ok(trigger_next(t, NOW_US) == TRIGGER_NONE, "none after itself");
	trigger_free(t);
	t = from_spec("interval;timezone=UTC;length_us=60000000"
		      ";start_us=1893456000000000;end_us=1893456060000000",
	    &fs);
	is_int(trigger_first(t, NOW_US), NOW_US, "at now");
	is_int(trigger_first(t, NOW_US + 1), NOW_US + 60 * S_US, "after now");
	is_int(trigger_first(t, INT64_MIN + 1), NOW_US, "from long before");
	is_int(trigger_next(t, NOW_US), NOW_US + 60 * S_US,
	    "the end is inclusive");
	ok(trigger_next(t, NOW_US + 60 * S_US) == TRIGGER_NONE,
	    "none behind it");
	ok(trigger_next(t, INT64_MAX) == TRIGGER_NONE, "nor at the far end");
	trigger_free(t);
}

/* Zones are held by the cache; a spec needs no clock and no default. */
static void
check_zone(void)
{
	struct faults fs = { .n = 0 };
	struct trigger *t = from_spec("cron;timezone=Asia/Tokyo;hour=0", &fs);

	ok(trigger_zone(t) == tz_get(zones, "Asia/Tokyo", NULL),
	    "the zone is the cache's own");
	is_int(trigger_first(t, NOW_US), NOW_US + 15 * 3600 * S_US,
	    "midnight in Tokyo is 15:00 UTC");
	trigger_free(t);
	is_str(trigger_kind_name(TRIGGER_DATE), "date", "name of a kind");
	is_str(trigger_kind_name(TRIGGER_INTERVAL), "interval", "another");
	is_str(trigger_kind_name(TRIGGER_CRON), "cron", "and the third");
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	check_good();
	check_damaged();
	check_delays();
	check_first();
	check_zone();
	tz_cache_free(zones);
	return tap_done();
}
