/*
 * Cron expressions around clock changes against an independent reading, minute
 * by minute.
 */
#include <stdlib.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/*
 * trigger_next against a walk over every minute with libc's localtime_r, in
 * the days around changes of nasty zones, for all four values of dst.
 */
#define DAYS 3
#define MINUTES (2 * DAYS * 1440)
#define EXPRS ((int)(sizeof(exprs) / sizeof(exprs[0])))
#define WINDOWS ((int)(sizeof(windows) / sizeof(windows[0])))

static const struct {
	const char *zone;
	int year, month, day;
} windows[] = {
	{ "America/New_York", 2021, 3, 14 },
	{ "America/New_York", 2021, 11, 7 },
	{ "America/New_York", 2150, 3, 8 },
	{ "Australia/Lord_Howe", 2024, 10, 6 },
	{ "Australia/Lord_Howe", 2600, 4, 6 },
	{ "Pacific/Apia", 2011, 12, 30 },
	{ "Pacific/Kwajalein", 1993, 8, 21 },
	{ "America/Caracas", 2007, 12, 9 },
	{ "America/Caracas", 2016, 5, 1 },
	{ "Africa/Casablanca", 2024, 3, 10 },
	{ "Africa/Casablanca", 2024, 4, 14 },
	{ "Antarctica/Troll", 2024, 3, 31 },
	{ "Antarctica/Troll", 2024, 10, 27 },
	{ "America/Sao_Paulo", 2018, 2, 18 },
	{ "America/Sao_Paulo", 2018, 11, 4 },
	{ "Africa/Cairo", 2014, 7, 31 },
	{ "Asia/Gaza", 2011, 8, 1 },
	{ "Asia/Pyongyang", 2018, 5, 4 },
	{ "Pacific/Chatham", 2024, 4, 7 },
	{ "Europe/Dublin", 2024, 10, 27 },
	{ "Asia/Kathmandu", 1986, 1, 1 },
	{ "America/Scoresbysund", 2024, 3, 31 },
	{ "America/Havana", 2012, 4, 1 },
	{ "Asia/Choibalsan", 2015, 3, 28 },
	{ "America/Goose_Bay", 2010, 11, 7 },
	{ "Antarctica/Casey", 2018, 3, 11 },
};

/* hour, minute, day, day of week; NULL: not given */
static const struct {
	const char *hour, *minute, *day, *dow;
	bool is_wide;
} exprs[] = {
	{ NULL, "*", NULL, NULL, true },
	{ NULL, "*/7", NULL, NULL, true },
	{ NULL, "0", NULL, NULL, true },
	{ NULL, "30", NULL, NULL, true },
	{ NULL, "59", NULL, NULL, true },
	{ "*/2", "30", NULL, NULL, true },
	{ "*/3", "0,15", NULL, NULL, true },
	{ "0-11", "20", NULL, NULL, true },
	{ "0-10", "20", NULL, NULL, false },
	{ "0", "0", NULL, NULL, false },
	{ "0", "30", NULL, NULL, false },
	{ "0", "*/10", NULL, NULL, false },
	{ "1", "0", NULL, NULL, false },
	{ "1", "30", NULL, NULL, false },
	{ "1", "59", NULL, NULL, false },
	{ "1,2", "*/20", NULL, NULL, false },
	{ "2", "0", NULL, NULL, false },
	{ "2", "1", NULL, NULL, false },
	{ "2", "15", NULL, NULL, false },
	{ "2", "30", NULL, NULL, false },
	{ "2", "*", NULL, NULL, false },
	{ "2,3", "0,30", NULL, NULL, false },
	{ "3", "0", NULL, NULL, false },
	{ "3", "30", NULL, NULL, false },
	{ "3", "45", NULL, NULL, false },
	{ "23", "30", NULL, NULL, false },
	{ "23", "*/5", NULL, NULL, false },
	{ "22-23", "0-59/13", NULL, NULL, false },
	{ "9", "0", NULL, NULL, false },
	{ "0,12", "0", NULL, NULL, false },
	{ "2", "30", "last", NULL, false },
	{ "0", "0", "1", NULL, false },
	{ "12", "0", "30", NULL, false },
	{ "*", "15", "30", NULL, true },
	{ "2", "30", NULL, "6", false },
	{ "0", "15", NULL, "5,6", false },
	{ "1", "45", "7-14", "6", false },
	{ "*", "*/30", "*/2", NULL, true },
	{ "3", "*/30", "29-31", NULL, false },
	{ "0-5", "5", NULL, "4", false },
};

static const char *const policies[] = { "wall", "skip", "once", "auto" };

static struct {
	int64_t start_s;	/* a whole minute */
	int64_t wall[MINUTES];	/* minutes of local time */
	bool is_again[MINUTES]; /* an earlier minute showed the same */
	bool is_slot[MINUTES];
} win;

/* Independent reading of "*", "*" "/n", "a", "a-b", "a-b/n", lists. */
static bool
in_field(const char *s, int v, int min, int max)
{
	int a, b, step;
	char *end;

	if (s == NULL)
		return true;
	for (; *s != '\0'; s += *s == ',') {
		a = min;
		b = max;
		step = 1;
		if (*s == '*') {
			s++;
		} else {
			a = b = (int)strtol(s, &end, 10);
			s = end;
			if (*s == '-') {
				b = (int)strtol(s + 1, &end, 10);
				s = end;
			}
		}
		if (*s == '/') {
			step = (int)strtol(s + 1, &end, 10);
			s = end;
		}
		if (v >= a && v <= b && (v - a) % step == 0)
			return true;
	}
	return false;
}

static bool
matches(int e, int64_t wall_min)
{
	struct civil c;
	int last;

	civil_from_wall(wall_min * 60, &c);
	last = civil_month_days(c.year, c.month);
	if (exprs[e].day != NULL && strcmp(exprs[e].day, "last") == 0) {
		if (c.day != last)
			return false;
	} else if (!in_field(exprs[e].day, c.day, 1, 31)) {
		return false;
	}
	return in_field(exprs[e].hour, c.hour, 0, 23) &&
	    in_field(exprs[e].minute, c.minute, 0, 59) &&
	    in_field(exprs[e].dow,
		civil_weekday(civil_days(c.year, c.month, c.day)), 0, 6);
}

static void
load_window(int w)
{
	struct tm tm;
	time_t t;
	int i, j;

	setenv("TZ", windows[w].zone, 1);
	tzset();
	win.start_s = civil_days(windows[w].year, windows[w].month,
			  windows[w].day - DAYS) *
	    CIVIL_DAY_S;
	for (i = 0; i < MINUTES; i++) {
		t = (time_t)(win.start_s + i * 60);
		localtime_r(&t, &tm);
		win.wall[i] = (t + tm.tm_gmtoff) / 60;
		win.is_again[i] = false;
		for (j = i > 1500 ? i - 1500 : 0; j < i; j++)
			win.is_again[i] |= win.wall[j] == win.wall[i];
	}
}

/* Does no minute of the window show this local time? */
static bool
is_missing(int64_t wall)
{
	int i;

	for (i = 0; i < MINUTES; i++)
		if (win.wall[i] == wall)
			return false;
	return true;
}

/* What triggers.md says, minute by minute. */
static void
find_slots(int e, const char *policy)
{
	bool is_wall = strcmp(policy, "wall") == 0 ||
	    (strcmp(policy, "auto") == 0 && exprs[e].is_wide);
	bool is_once = !is_wall && strcmp(policy, "skip") != 0;
	int64_t m;
	int i;

	for (i = 0; i < MINUTES; i++) {
		win.is_slot[i] =
		    matches(e, win.wall[i]) && (is_wall || !win.is_again[i]);
		if (i == 0 || !is_once)
			continue;
		for (m = win.wall[i - 1] + 1; m < win.wall[i]; m++)
			if (matches(e, m) && is_missing(m))
				win.is_slot[i] = true;
	}
}

static struct trigger *
make(struct tz_cache *zones, const char *zone, int e, const char *policy)
{
	struct trigger_env env = { zones, zone, 0, false };
	struct trigger_field f[5];
	struct faults fs = { .n = 0 };
	struct trigger *t;
	size_t n = 0;

	f[n++] = (struct trigger_field){ "dst", policy };
	f[n++] = (struct trigger_field){ "minute", exprs[e].minute };
	f[n++] = (struct trigger_field){ "hour", exprs[e].hour };
	f[n++] = (struct trigger_field){ "day", exprs[e].day };
	f[n++] = (struct trigger_field){ "day_of_week", exprs[e].dow };
	t = trigger_new("cron", f, n, &env, &fs);
	if (t == NULL)
		printf("# %s: %s\n", fs.v[0].field, fs.v[0].text);
	return t;
}

/* Ask at every tenth minute, and at every slot and just before it. */
static int
count_wrong(const struct trigger *t, long *asked)
{
	int64_t want_us = INT64_MAX, at_us, got_us;
	int i, bad = 0;

	/* The first day and a half is needed to know repeats; leave it. */
	for (i = MINUTES - 1; i > 2160; i--) {
		at_us = (win.start_s + i * 60) * INT64_C(1000000);
		got_us = i % 10 == 0 || win.is_slot[i] ?
		    trigger_next(t, at_us) :
		    want_us;
		*asked += 1;
		if (want_us != INT64_MAX)
			bad += got_us != want_us;
		else
			bad +=
			    got_us < at_us + (MINUTES - i) * INT64_C(60000000);
		if (!win.is_slot[i])
			continue;
		bad += trigger_next(t, at_us - 1) != at_us;
		want_us = at_us;
	}
	return bad;
}

static void
test_window(struct tz_cache *zones, int w)
{
	struct trigger *t;
	int e, p, bad, sum = 0;
	long asked = 0;

	load_window(w);
	for (e = 0; e < EXPRS; e++) {
		for (p = 0; p < 4; p++) {
			t = make(zones, windows[w].zone, e, policies[p]);
			find_slots(e, policies[p]);
			bad = t == NULL ? 1 : count_wrong(t, &asked);
			if (bad > 0)
				printf("# %s: expression %d, dst=%s: %d\n",
				    windows[w].zone, e, policies[p], bad);
			sum += bad;
			trigger_free(t);
		}
	}
	is_int(sum, 0, "%s %d-%d-%d: %ld questions", windows[w].zone,
	    windows[w].year, windows[w].month, windows[w].day, asked);
}

int
main(void)
{
	struct tz_cache *zones = tz_cache_new(NULL);
	int w;

	for (w = 0; w < WINDOWS; w++)
		test_window(zones, w);
	tz_cache_free(zones);
	return tap_done();
}
