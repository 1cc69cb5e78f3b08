/*
 * Compares the slots of a trigger with a walk over the minutes of a transition,
 * and sums up the differences.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/proof/compare.h"
#include "tests/proof/expr_int.h"

#define US_PER_S INT64_C(1000000)
#define PROBES 4
#define SHOWN_MAX 20

static const char *const policies[WINDOW__MAX] = {
	[WINDOW_WALL] = "wall",
	[WINDOW_SKIP] = "skip",
	[WINDOW_ONCE] = "once",
	[WINDOW_AUTO] = "auto",
};

/* The fields of a calendarinterval but its time of day; they stand in text. */
static size_t
calendar_fields(const struct expr_calendar *c, char text[3][16],
    struct trigger_field *f)
{
	static const char *const names[] = { "months", "days", "start_date" };
	size_t i;

	(void)snprintf(text[0], sizeof(text[0]), "%d", c->months);
	(void)snprintf(text[1], sizeof(text[1]), "%d", c->days);
	(void)snprintf(text[2], sizeof(text[2]), "%04u-%02u-%02u",
	    (unsigned)c->year % 10000, (unsigned)c->month % 100,
	    (unsigned)c->day % 100);
	for (i = 0; i < 3; i++)
		f[i] = (struct trigger_field){ names[i], text[i] };
	f[i++] = (struct trigger_field){ "on_missing_day",
		c->is_last ? "last" : "skip" };
	return i;
}

int
pair_make(struct pair *p, const char *zone, int64_t now_us,
    struct tz_cache *zones)
{
	const char *kind = p->e.is_calendar ? "calendarinterval" : "cron";
	struct trigger_field f[EXPR__MAX + 6];
	char dates[3][16];
	struct trigger_env env = { zones, zone, now_us, false };
	struct faults fs;
	char text[200];
	size_t n = 1;
	int i;

	f[0].name = "dst";
	for (i = 0; i < EXPR__MAX; i++)
		if (p->e.text[i][0] != '\0') {
			f[n].name = expr_field_name(i);
			f[n++].value = p->e.text[i];
		}
	if (p->e.crontab[0] != '\0') {
		f[n].name = "crontab";
		f[n++].value = p->e.crontab;
	}
	if (p->e.is_calendar)
		n += calendar_fields(&p->e.calendar, dates, f + n);
	for (i = 0; i < WINDOW__MAX; i++) {
		f[0].value = policies[i];
		fs.n = 0;
		p->t[i] = trigger_new(kind, f, n, &env, &fs);
		if (p->t[i] != NULL || strstr(fs.v[0].text, "never") != NULL)
			continue;
		expr_print(&p->e, text);
		printf("refused: %s: %s\n", text, fs.v[0].text);
		return -1;
	}
	return 0;
}

void
pair_fini(struct pair *p)
{
	int i;

	for (i = 0; i < WINDOW__MAX; i++)
		trigger_free(p->t[i]);
}

static int64_t
next(const struct trigger *t, int64_t after_us)
{
	return t == NULL ? TRIGGER_NONE : trigger_next(t, after_us);
}

/* A difference: after this instant we say got, the walk says want. */
struct difference {
	const struct pair *p;
	const char *zone;
	int policy;
	int64_t after_us;
	int64_t got_us;
	int64_t want_us; /* TRIGGER_NONE: none in the window */
};

static void
differs(const struct difference *d, struct totals *sum)
{
	char text[200];

	if (sum->differences++ >= SHOWN_MAX)
		return;
	expr_print(&d->p->e, text);
	printf("differs: %s %s dst=%s after %" PRId64 " us: got %" PRId64
	       ", want %" PRId64 "\n",
	    d->zone, text, policies[d->policy], d->after_us, d->got_us,
	    d->want_us);
	(void)fflush(stdout);
}

/* The first of the n slots after after_us, or TRIGGER_NONE. */
static int64_t
slot_after(const int64_t *slots, int n, int64_t after_us)
{
	int low = 0, high = n, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (slots[mid] * US_PER_S > after_us)
			high = mid;
		else
			low = mid + 1;
	}
	return low < n ? slots[low] * US_PER_S : TRIGGER_NONE;
}

/* Ask at d->after_us and judge the answer. */
static void
ask(struct difference *d, const struct window *w, struct totals *sum)
{
	d->got_us = next(d->p->t[d->policy], d->after_us);
	sum->asked++;
	if (d->got_us == d->want_us ||
	    (d->want_us == TRIGGER_NONE && d->got_us >= w->until_s * US_PER_S))
		return;
	differs(d, sum);
}

/* An instant in the window, most often close to the transition. */
static int64_t
random_instant(const struct window *w, uint64_t *seed)
{
	int64_t s = w->at_s;

	switch (expr_pick(seed, 4)) {
	case 0:
		s = w->from_s + expr_pick(seed, (int)(w->until_s - w->from_s));
		break;
	case 1:
		s += expr_pick(seed, 3) - 1;
		break;
	default:
		s += expr_pick(seed, 4 * 3600) - 2 * 3600;
		break;
	}
	return s * US_PER_S + (expr_pick(seed, 2) == 0 ? 0 : -1);
}

void
pair_compare(const struct pair *p, const char *zone, const struct window *w,
    uint64_t *seed, struct totals *sum)
{
	static int64_t slots[WINDOW_MINUTES_MAX];
	struct difference d = { .p = p, .zone = zone };
	int i, n;

	for (d.policy = 0; d.policy < WINDOW__MAX; d.policy++) {
		n = window_slots(w, &p->e, (enum window_policy)d.policy, slots);
		d.after_us = w->from_s * US_PER_S - 1;
		for (i = 0; i <= n; i++) {
			d.want_us = i < n ? slots[i] * US_PER_S : TRIGGER_NONE;
			ask(&d, w, sum);
			if (d.got_us != d.want_us)
				break;
			d.after_us = d.got_us;
		}
		for (i = 0; i < PROBES; i++) {
			d.after_us = random_instant(w, seed);
			d.want_us = slot_after(slots, n, d.after_us);
			ask(&d, w, sum);
		}
		sum->slots += (uint64_t)n;
		sum->expressions++;
		sum->calendars += p->e.is_calendar;
	}
}
