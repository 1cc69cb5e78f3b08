/*
 * Time triggers.
 *
 *   trigger fires         a line for each expression and zone: name, ns per
 *                         next fire, ns per parse (bench/trigger.py prints
 *                         the same of others)
 *   trigger worst N       look for the worst: N random expressions
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define US_PER_S INT64_C(1000000)
#define NOW_US INT64_C(1772323200000000) /* 2026-03-01 */
#define ROUNDS 5
#define STEPS 20000
#define FIELDS_MAX 12

static int64_t
now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static struct trigger *
make_crontab(struct tz_cache *zones, const char *line, const char *zone)
{
	const struct trigger_field f = { "crontab", line };
	const struct trigger_env env = { zones, zone, NOW_US, false };
	struct faults fs = { .n = 0 };

	return trigger_new("cron", &f, 1, &env, &fs);
}

/* The best of some rounds over the next STEPS fires, from 2026 on. */
static double
time_next(const struct trigger *t)
{
	int64_t best = INT64_MAX, began, us, took;
	int i, n;

	for (i = 0; i < ROUNDS; i++) {
		us = NOW_US;
		began = now_ns();
		for (n = 0; n < STEPS; n++) {
			us = trigger_next(t, us);
			if (us == TRIGGER_NONE)
				us = NOW_US;
		}
		took = now_ns() - began;
		best = took < best ? took : best;
	}
	return (double)best / STEPS;
}

static double
time_parse(struct tz_cache *zones, const char *spec)
{
	struct faults fs = { .n = 0 };
	int64_t best = INT64_MAX, began, took;
	int i, n;

	for (i = 0; i < ROUNDS; i++) {
		began = now_ns();
		for (n = 0; n < STEPS; n++)
			trigger_free(trigger_from_spec(spec, zones, &fs));
		took = now_ns() - began;
		best = took < best ? took : best;
	}
	return (double)best / STEPS;
}

static int
fires(struct tz_cache *zones)
{
	static const char *const lines[] = { "30 15 * * *", "0 */2 * * *",
		"0 9 * * mon-fri", "59 23 29 feb *", "*/5 * * * *" };
	static const char *const places[] = { "UTC", "America/New_York" };
	struct buf spec = BUF_INIT;
	struct trigger *t;
	size_t i, k;

	for (k = 0; k < COUNT(places); k++) {
		for (i = 0; i < COUNT(lines); i++) {
			t = make_crontab(zones, lines[i], places[k]);
			if (t == NULL)
				return 1;
			buf_reset(&spec);
			trigger_spec(t, &spec);
			(void)printf("%s|%s|%.0f|%.0f\n", lines[i], places[k],
			    time_next(t), time_parse(zones, buf_cstr(&spec)));
			trigger_free(t);
		}
	}
	buf_fini(&spec);
	return 0;
}

/* xorshift64: the same expressions in each run. */
struct dice {
	uint64_t s;
};

static int
roll(struct dice *d, int n)
{
	d->s ^= d->s << 13;
	d->s ^= d->s >> 7;
	d->s ^= d->s << 17;
	return (int)(d->s % (uint64_t)n);
}

static const struct {
	const char *name;
	int min, max;
} ranges[] = {
	{ "year", 1970, 9999 },
	{ "month", 1, 12 },
	{ "day", 1, 31 },
	{ "week", 1, 53 },
	{ "day_of_week", 0, 6 },
	{ "hour", 0, 23 },
	{ "minute", 0, 59 },
	{ "second", 0, 59 },
};
enum { YEAR, MONTH, DAY, HOUR = 5, MINUTE };

/* One piece of field f: a number, a range, steps, a weekday by position. */
static void
add_piece(struct dice *d, int f, struct buf *out)
{
	static const char *const nth[] = { "1st mon", "2nd sun", "3rd wed",
		"5th sat", "last sun", "last fri", "last" };
	int a = ranges[f].min + roll(d, ranges[f].max - ranges[f].min + 1);
	int b = a + roll(d, ranges[f].max - a + 1);

	if (f == YEAR && roll(d, 2) == 0) {
		a = 2000 + roll(d, 100);
		b = a + roll(d, 200);
	}
	switch (roll(d, f == DAY ? 6 : 4)) {
	case 0:
		buf_printf(out, "%d", a);
		break;
	case 1:
		buf_printf(out, "%d-%d", a, b);
		break;
	case 2:
		buf_printf(out, "*/%d",
		    1 + roll(d, ranges[f].max - ranges[f].min));
		break;
	case 3:
		buf_printf(out, b > a ? "%d-%d/%d" : "%d", a, b,
		    1 + roll(d, b > a ? b - a : 1));
		break;
	default:
		buf_str(out, nth[roll(d, (int)COUNT(nth))]);
	}
}

static void
add_field(struct dice *d, int f, struct buf *out)
{
	int n = 1 + roll(d, roll(d, 4) == 0 ? 5 : 1);

	while (n-- > 0) {
		add_piece(d, f, out);
		if (n > 0)
			buf_char(out, ',');
	}
}

/* Half of them are made to lie in gaps: at one time early in the day. */
static struct trigger *
make_random(struct dice *d, struct tz_cache *zones)
{
	static const char *const places[] = { "UTC", "America/New_York",
		"Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe",
		"Africa/Casablanca", "Asia/Tehran", "Pacific/Apia",
		"America/Havana", "Asia/Beirut", "Antarctica/Troll",
		"Africa/Cairo", "America/Santiago", "Asia/Gaza" };
	static const char *const rules[] = { "auto", "wall", "skip", "once" };
	const struct trigger_env env = { zones, "UTC", 0, false };
	struct trigger_field f[FIELDS_MAX];
	struct buf text[FIELDS_MAX];
	struct faults fs = { .n = 0 };
	struct trigger *t;
	bool is_early = roll(d, 2) == 0;
	size_t n = 0, i;

	for (i = 0; i < COUNT(ranges); i++) {
		bool is_fixed =
		    is_early && ((int)i == HOUR || (int)i == MINUTE);

		if ((is_early && i > MINUTE) ||
		    (!is_fixed && roll(d, i == YEAR ? 3 : 2) != 0))
			continue;
		buf_init(&text[n]);
		if (is_fixed)
			buf_printf(&text[n], "%d",
			    (int)i == HOUR ? roll(d, 4) : 15 * roll(d, 4));
		else
			add_field(d, (int)i, &text[n]);
		f[n].name = ranges[i].name;
		f[n].value = buf_cstr(&text[n]);
		n++;
	}
	f[n] = (struct trigger_field){ "timezone",
		places[roll(d, (int)COUNT(places))] };
	f[n + 1] = (struct trigger_field){ "dst",
		rules[is_early ? 1 + roll(d, 2) : roll(d, 4)] };
	t = trigger_new("cron", f, n + 2, &env, &fs);
	for (i = 0; i < n; i++)
		buf_fini(&text[i]);
	return t;
}

/* The best of three, so that the machine's other work does not count. */
static int64_t
time_once(const struct trigger *t, int64_t after_us)
{
	int64_t best = INT64_MAX, began, took;
	int i;

	for (i = 0; i < 3; i++) {
		began = now_ns();
		(void)trigger_next(t, after_us);
		took = now_ns() - began;
		best = took < best ? took : best;
	}
	return best;
}

static int
worst(struct tz_cache *zones, int64_t n)
{
	struct dice d = { UINT64_C(88172645463325252) };
	int64_t i, at, took, calls = 0, sum = 0, most = 0;
	struct buf spec = BUF_INIT;
	struct trigger *t;
	int k;

	for (i = 0; i < n; i++) {
		if ((t = make_random(&d, zones)) == NULL)
			continue;
		for (k = 0; k < 10; k++, calls++) {
			at = roll(&d, 1 << 30) *
			    (roll(&d, 3) == 0 ? INT64_C(230) : INT64_C(4));
			took = time_once(t, at * US_PER_S);
			sum += took;
			if (took <= most)
				continue;
			most = took;
			buf_reset(&spec);
			trigger_spec(t, &spec);
			(void)printf("%" PRId64 " ns after %" PRId64 ": %s\n",
			    took, at, buf_cstr(&spec));
		}
		trigger_free(t);
	}
	buf_fini(&spec);
	(void)printf("%" PRId64 " calls, mean %" PRId64 " ns, worst %" PRId64
		     " ns\n",
	    calls, calls > 0 ? sum / calls : 0, most);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct tz_cache *zones = tz_cache_new(NULL);
	int64_t n = 0;
	int status = 64;

	if (zones == NULL)
		return 70;
	if (argc == 2 && strcmp(argv[1], "fires") == 0)
		status = fires(zones);
	else if (argc == 3 && strcmp(argv[1], "worst") == 0 &&
	    num_parse(argv[2], 1, 1000000000, &n) == 0)
		status = worst(zones, n);
	else
		(void)fputs("usage: trigger fires | trigger worst N\n", stderr);
	tz_cache_free(zones);
	return status;
}
