/*
 * Counts of slots in closed form against walking, over random triggers
 * (lib/trigger/count.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/count.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/*
 * Slots counted and found in a range against a walk through the same range
 * by trigger_next, over random triggers, most ranges near a clock change.
 * t_trigger_count [CASES [SEED]]
 */

#define S_US INT64_C(1000000)
#define DAY_S INT64_C(86400)
#define FROM_S INT64_C(0)	    /* 1970 */
#define UNTIL_S INT64_C(4102444800) /* 2100 */
#define SLOTS_MAX 6000

static struct tz_cache *zones;
static uint64_t seed = 1;

/* A number from 0 to n - 1 (an LCG of Knuth's). */
static int64_t
pick(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int64_t)((seed >> 16) % (uint64_t)n);
}

#define PICK(list) (list)[pick((int64_t)(sizeof(list) / sizeof((list)[0])))]

static const char *const zone_names[] = { "UTC", "America/New_York",
	"Europe/Berlin", "Australia/Lord_Howe", "Asia/Gaza",
	"Africa/Casablanca", "Pacific/Apia", "Pacific/Kwajalein",
	"Antarctica/Troll", "America/St_Johns", "Africa/Monrovia",
	"Asia/Kathmandu", "America/Scoresbysund", "Europe/Dublin", "+05:30" };

static const struct {
	const char *name;
	const char *values[10]; /* NULL: not given */
} fields[] = {
	{ "second", { NULL, NULL, "*", "*", "*/7", "0,30,59", "5" } },
	{ "minute", { NULL, "*", "*/5", "0", "30", "59", "0-29", "1,31" } },
	{ "hour", { NULL, "*", "*", "2", "1-3", "0,23", "*/2", "*/5", "3" } },
	{ "day_of_week", { NULL, NULL, NULL, "sun", "mon-fri", "6", "sat" } },
	{ "week", { NULL, NULL, NULL, NULL, "1", "53", "10-20", "*/2" } },
	{ "day", { NULL, NULL, "last", "31", "29", "2nd sun", "last sun" } },
	{ "month", { NULL, NULL, "3", "10,11", "2", "*/3" } },
	{ "year", { NULL, NULL, NULL, "*/4", "2000-2040", "2038" } },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const char *const lines[] = { "* * * * *", "30 2 * * *",
	"*/15 1-3 * * 0", "0 0 13 * 5", "59 23 31 12 *", "5 4 * 3,10 sun",
	"0 */2 1,15 * *", "0 2 L,15W,L-3,LW * *", "30 1 * * sunL,sat#2",
	"*/20 30 1-2 ? 3,10 1#4 2000-2040", "0 3 13 * 0#1",
	"*/30 0-3 */2 * sun,mon#5" };

/* Around a change of the zone's clock, mostly; else anywhere. */
static int64_t
pick_instant(const char *zone)
{
	const struct tz *tz = tz_get(zones, zone, NULL);
	int64_t t_s = FROM_S + pick(UNTIL_S - FROM_S);
	struct tz_period p;

	tz_at(tz, t_s, &p);
	if (pick(4) != 0 && p.until_s < UNTIL_S)
		t_s = p.until_s + pick(2 * DAY_S) - DAY_S;
	if (pick(4) == 0 && p.until_s < UNTIL_S)
		t_s = p.until_s + pick(7) - 3;
	return t_s * S_US + (pick(3) == 0 ? pick(S_US) : 0);
}

/* The fields of a calendarinterval: a length at a time near the changes. */
static size_t
add_calendar(struct trigger_field *f)
{
	static const char *const units[][2] = { { "days", "1" },
		{ "days", "3" }, { "weeks", "1" }, { "weeks", "2" },
		{ "months", "1" }, { "months", "3" }, { "months", "7" },
		{ "years", "1" } };
	static const char *const firsts[] = { "1969-12-31", "1970-01-28",
		"1975-03-30", "1999-10-31", "2000-02-29", "2010-01-29" };
	static const char *const hours[] = { "0", "1", "2", "3", "23" };
	static const char *const minutes[] = { "0", "30", "59" };
	const char *const *unit = PICK(units);
	size_t n = 0;

	f[n++] = (struct trigger_field){ unit[0], unit[1] };
	if (pick(6) == 0)
		f[n++] = (struct trigger_field){
			strcmp(unit[0], "days") == 0 ? "months" : "days", "5"
		};
	f[n++] = (struct trigger_field){ "hour", PICK(hours) };
	f[n++] = (struct trigger_field){ "minute", PICK(minutes) };
	if (pick(2) == 0)
		f[n++] = (struct trigger_field){ "on_missing_day", "last" };
	f[n++] = (struct trigger_field){ "start_date", PICK(firsts) };
	return n;
}

/* A random trigger; NULL when it cannot fire. */
static struct trigger *
make_random(const char *zone, int64_t now_us, struct buf *spec)
{
	static const char *const policies[] = { "auto", "wall", "skip",
		"once" };
	static const char *const lengths[] = { "1", "0.5", "7", "3600", "86399",
		"0.000003" };
	const struct trigger_env env = { zones, zone, now_us, false };
	static const char *const kinds[] = { "interval", "calendarinterval",
		"cron" };
	struct trigger_field f[FIELDS + 12];
	struct faults fs = { .n = 0 };
	int64_t kind = pick(20);
	struct trigger *t;
	size_t n = 0;

	f[n++] = (struct trigger_field){ "dst", PICK(policies) };
	if (pick(10) == 0)
		f[n++] = (struct trigger_field){ "end_date",
			"2037-03-29T01:30:00.25+00:00" };
	if (pick(10) == 0)
		f[n++] = (struct trigger_field){ "start_date",
			"2001-10-28T00:30:00.5+00:00" };
	if (kind == 0)
		f[n++] = (struct trigger_field){ "seconds", PICK(lengths) };
	else if (kind == 1)
		n += add_calendar(f + n);
	else if (kind < 5)
		f[n++] = (struct trigger_field){ "crontab", PICK(lines) };
	for (size_t i = 0; i < FIELDS && kind >= 5; i++)
		f[n++] = (struct trigger_field){ fields[i].name,
			fields[i].values[pick(10)] };
	t = trigger_new(kinds[kind < 2 ? kind : 2], f, n, &env, &fs);
	buf_reset(spec);
	if (t != NULL)
		trigger_spec(t, spec);
	return t;
}

/* Everything that a range can be asked, by a walk of n slots in v. */
static const char *
differs(const struct trigger *t, int64_t from_us, const int64_t *v, int64_t n)
{
	int64_t last_us = v[n - 1], k = pick(n);

	if (trigger_count(t, from_us, last_us) != n)
		return "count to a slot";
	if (trigger_count(t, from_us, last_us - 1) != n - 1)
		return "count to before a slot";
	if (trigger_count(t, v[k], last_us) != n - k)
		return "count from a slot";
	if (trigger_count(t, v[k] + 1, last_us) != n - k - 1)
		return "count from behind a slot";
	if (trigger_last(t, from_us, last_us) != last_us)
		return "last, at the end";
	if (trigger_last(t, from_us, last_us - 1) !=
	    (n > 1 ? v[n - 2] : TRIGGER_NONE))
		return "last, before the end";
	if (trigger_nth(t, from_us, last_us, k) != v[k])
		return "slot by number";
	if (trigger_nth(t, from_us, last_us, n) != TRIGGER_NONE)
		return "slot beyond the last";
	return NULL;
}

static int64_t
walk(const struct trigger *t, int64_t from_us, int64_t *v, int64_t max)
{
	int64_t n = 0, s = from_us - 1;

	while (n < max && (s = trigger_next(t, s)) != TRIGGER_NONE)
		v[n++] = s;
	return n;
}

static void
check_random(int cases)
{
	static int64_t v[SLOTS_MAX];
	struct buf spec = BUF_INIT;
	int64_t from_us, n, slots = 0;
	int bad = 0, made = 0;
	struct trigger *t;
	const char *zone, *what;

	for (int i = 0; i < cases; i++) {
		zone = PICK(zone_names);
		from_us = pick_instant(zone);
		if ((t = make_random(zone, from_us, &spec)) == NULL)
			continue;
		made++;
		n = walk(t, from_us, v, pick(20) == 0 ? SLOTS_MAX : 60);
		what = n == 0 ? NULL : differs(t, from_us, v, n);
		if (n < 60 && i % 8 == 0 &&
		    trigger_count(t, from_us, INT64_MAX) != n)
			what = "count to the end of time";
		if (what != NULL && bad++ < 10)
			printf("# %s: %s, from %lld, %lld slots\n",
			    buf_cstr(&spec), what, (long long)from_us,
			    (long long)n);
		slots += n;
		trigger_free(t);
	}
	ok(made > cases / 2 && slots > 100 * cases / 2,
	    "%d random triggers, %lld slots walked", made, (long long)slots);
	is_int(bad, 0, "are counted as they are walked");
	buf_fini(&spec);
}

static struct trigger *
make(const char *kind, const char *field, const char *value)
{
	const struct trigger_env env = { zones, "Europe/Berlin", 0, false };
	const struct trigger_field f[] = { { field, value } };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new(kind, f, 1, &env, &fs);

	if (t == NULL) {
		printf("Bail out! %s\n", fs.v[0].text);
		exit(EXIT_FAILURE);
	}
	return t;
}

/* Numbers that can be known without a walk. */
static void
check_known(void)
{
	/* 2026-01-01 to 2027-01-01 in Berlin. */
	const int64_t from = INT64_C(1767222000) * S_US,
		      to = INT64_C(1798758000) * S_US - 1;
	static const struct {
		const char *kind, *field, *value;
		int64_t want;
	} rows[] = {
		{ "cron", "second", "*", INT64_C(365) * 86400 },
		{ "cron", "minute", "*", INT64_C(365) * 1440 },
		{ "cron", "hour", "2", 365 },
		{ "cron", "day_of_week", "mon", 52 },
		{ "cron", "day", "last", 12 },
		{ "cron", "week", "53", 4 },
		{ "cron", "crontab", "0 0 * * *", 365 },
		{ "interval", "seconds", "0.25", INT64_C(365) * 86400 * 4 },
		{ "date", "run_date", "2026-06-01", 1 },
		{ "date", "run_date", "2025-12-31 23:59:59", 0 },
		{ "date", "run_date", "2027-01-01", 0 },
	};
	struct trigger *t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = make(rows[i].kind, rows[i].field, rows[i].value);
		is_int(trigger_count(t, from, to), rows[i].want,
		    "a year of %s %s", rows[i].field, rows[i].value);
		is_int(trigger_count(t, to, from), 0, "none backwards");
		is_int(trigger_last(t, to, from), TRIGGER_NONE, "no last");
		is_int(trigger_nth(t, from, to, -1), TRIGGER_NONE,
		    "none before the first");
		trigger_free(t);
	}
	t = make("cron", "second", "*");
	is_int(trigger_count(t, INT64_MIN, INT64_MAX), INT64_C(253402300800),
	    "all seconds from 1970 to 9999");
	is_int(trigger_last(t, INT64_MIN, INT64_MAX),
	    INT64_C(253402297199) * S_US,
	    "the last of them: 9999 ends early, too");
	is_int(trigger_nth(t, INT64_MIN, INT64_MAX, 0), -3600 * S_US,
	    "the first: 1970 began early in Berlin");
	trigger_free(t);
}

int
main(int argc, char **argv)
{
	int cases = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 2000;

	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	zones = tz_cache_new(NULL);
	check_known();
	check_random(cases);
	tz_cache_free(zones);
	return tap_done();
}
