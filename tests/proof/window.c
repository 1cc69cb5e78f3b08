/*
 * The days around a transition, minute by minute, as libc's localtime_r shows
 * them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/proof/window.h"

/* Two changes within an hour do not happen. */
#define STEP_S 3600

void
window_set_zone(const char *name)
{
	char tz[256];

	(void)snprintf(tz, sizeof(tz), ":%s", name);
	(void)setenv("TZ", tz, 1);
	tzset();
}

static void
local(int64_t t_s, struct tm *out)
{
	time_t t = t_s;

	if (localtime_r(&t, out) == NULL)
		abort();
}

static bool
is_same(const struct tm *a, const struct tm *b)
{
	return a->tm_gmtoff == b->tm_gmtoff && a->tm_isdst == b->tm_isdst;
}

int
window_transitions(int64_t from_s, int64_t until_s, int64_t *out, int max)
{
	struct tm a, b, c;
	int64_t t_s, low_s, high_s, mid_s;
	int n = 0;

	local(from_s, &a);
	for (t_s = from_s + STEP_S; t_s <= until_s; t_s += STEP_S, a = b) {
		local(t_s, &b);
		if (is_same(&a, &b))
			continue;
		low_s = t_s - STEP_S;
		high_s = t_s;
		while (high_s - low_s > 1) {
			mid_s = low_s + (high_s - low_s) / 2;
			local(mid_s, &c);
			if (is_same(&a, &c))
				low_s = mid_s;
			else
				high_s = mid_s;
		}
		if (n < max)
			out[n++] = high_s;
	}
	return n;
}

/* Index of the date of tm, entered if new. */
static int
find_date(struct window *w, int64_t wall_s, const struct tm *tm)
{
	int64_t day_s = wall_s - tm->tm_hour * 3600 - tm->tm_min * 60;
	struct expr_date *d;
	struct tm next;
	char week[4];
	time_t t;
	int i;

	for (i = w->ndates - 1; i >= 0; i--)
		if (w->date_wall_s[i] == day_s)
			return i;
	if (w->ndates == WINDOW_DATES_MAX)
		abort();
	d = &w->dates[w->ndates];
	w->date_wall_s[w->ndates] = day_s;
	d->year = tm->tm_year + 1900;
	d->month = tm->tm_mon + 1;
	d->day = tm->tm_mday;
	d->dow = (tm->tm_wday + 6) % 7;
	(void)strftime(week, sizeof(week), "%V", tm);
	d->week = (int)strtol(week, NULL, 10);
	/* The last of the month is the day before the next one's first. */
	for (t = day_s;; t += 86400) {
		(void)gmtime_r(&t, &next);
		if (next.tm_mon != tm->tm_mon)
			break;
		d->month_days = next.tm_mday;
	}
	return w->ndates++;
}

static struct window_minute *
add_minute(struct window *w, int64_t t_s, int64_t wall_s, const struct tm *tm)
{
	struct window_minute *m = &w->m[w->n];

	if (w->n == WINDOW_MINUTES_MAX)
		abort();
	m->t_s = t_s;
	m->wall_s = wall_s;
	m->date = find_date(w, wall_s, tm);
	m->hour = tm->tm_hour;
	m->minute = tm->tm_min;
	m->is_gap = false;
	m->is_again = false;
	w->n++;
	return m;
}

/* The civil minutes that the clock jumps over at t_s. */
static void
add_gap(struct window *w, int64_t t_s, int64_t from_off, int64_t to_off)
{
	time_t wall = t_s + from_off;
	struct tm tm;

	for (wall += (60 - wall % 60) % 60; wall < t_s + to_off; wall += 60) {
		(void)gmtime_r(&wall, &tm);
		add_minute(w, t_s, wall, &tm)->is_gap = true;
	}
}

/*
 * Take out of the gaps what exists elsewhere (two changes close together),
 * and mark what occurs a second time.
 */
static void
judge_minutes(struct window *w)
{
	static signed char seen[4 * WINDOW_MINUTES_MAX];
	int64_t first_s = w->m[0].wall_s - 86400 * 2;
	int i, n = 0;

	memset(seen, 0, sizeof(seen));
#define SEEN(m) (seen[((m).wall_s - first_s) / 60])
	for (i = 0; i < w->n; i++) {
		if (w->m[i].is_gap)
			continue;
		w->m[i].is_again = SEEN(w->m[i]) != 0;
		SEEN(w->m[i]) = 1;
	}
	for (i = 0; i < w->n; i++)
		if (!w->m[i].is_gap || SEEN(w->m[i]) == 0)
			w->m[n++] = w->m[i];
#undef SEEN
	w->n = n;
}

/* Keep what is to be compared, and cut it into runs. */
static void
make_runs(struct window *w)
{
	const struct window_minute *m, *before;
	int i, n = 0;

	for (i = 0; i < w->n; i++)
		if (w->m[i].t_s >= w->from_s && w->m[i].t_s < w->until_s)
			w->m[n++] = w->m[i];
	w->n = n;
	w->runs = 0;
	for (i = 0; i < w->n; i++) {
		m = &w->m[i];
		before = m - 1;
		if (i == 0 || m->date != before->date ||
		    m->hour != before->hour) {
			if (w->runs == WINDOW_RUNS_MAX)
				abort();
			w->run[w->runs].first = i;
			w->run[w->runs++].n = 0;
		}
		w->run[w->runs - 1].n++;
	}
}

void
window_fill(struct window *w, int64_t at_s)
{
	int64_t t_s = at_s - WINDOW_S - WINDOW_MARGIN_S, s;
	struct tm a, b;

	w->at_s = at_s;
	w->from_s = at_s - WINDOW_S;
	w->until_s = at_s + WINDOW_S;
	w->n = w->ndates = 0;
	for (local(t_s, &a); t_s < w->until_s + WINDOW_MARGIN_S; a = b) {
		if (a.tm_sec == 0)
			add_minute(w, t_s, t_s + a.tm_gmtoff, &a);
		s = t_s;
		t_s += 60 - a.tm_sec;
		local(t_s, &b);
		if (b.tm_gmtoff == a.tm_gmtoff)
			continue;
		/* A change on the way: find its second, go on from there. */
		do
			local(++s, &b);
		while (b.tm_gmtoff == a.tm_gmtoff);
		add_gap(w, s, a.tm_gmtoff, b.tm_gmtoff);
		t_s = s;
	}
	judge_minutes(w);
	make_runs(w);
}

/* Does policy let the minute fire, given that the expression matches it? */
static bool
fires(const struct window_minute *m, enum window_policy policy)
{
	switch (policy) {
	case WINDOW_WALL:
		return !m->is_gap;
	case WINDOW_SKIP:
		return !m->is_gap && !m->is_again;
	case WINDOW_ONCE:
		return m->is_gap || !m->is_again;
	case WINDOW_AUTO:
	case WINDOW__MAX:
		break;
	}
	abort();
}

int
window_slots(const struct window *w, const struct expr *e,
    enum window_policy policy, int64_t *slots)
{
	const struct window_minute *m;
	bool has[WINDOW_DATES_MAX];
	int i, r, n = 0;

	if (policy == WINDOW_AUTO)
		policy = e->is_wide ? WINDOW_WALL : WINDOW_ONCE;
	for (i = 0; i < w->ndates; i++)
		has[i] = expr_has_date(e, &w->dates[i]);
	for (r = 0; r < w->runs; r++) {
		m = &w->m[w->run[r].first];
		if (!has[m->date] || (e->mask[EXPR_HOUR] >> m->hour & 1) == 0)
			continue;
		for (i = 0; i < w->run[r].n; i++, m++)
			if ((e->mask[EXPR_MINUTE] >> m->minute & 1) != 0 &&
			    fires(m, policy) &&
			    (n == 0 || slots[n - 1] != m->t_s))
				slots[n++] = m->t_s;
	}
	return n;
}
