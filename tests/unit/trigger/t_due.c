/* Which slots run, are missed, dropped, coalesced (lib/trigger/due.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#define S_US INT64_C(1000000)
#define BASE_US INT64_C(1790000000000000) /* slot 0 of every trigger here */
#define BASE_TEXT "2026-09-21T14:13:20+00:00"

/* Times below are seconds after the base; a slot each minute. */
static const struct sample {
	const char *what;
	int64_t grace_s; /* -1: none */
	bool coalesce;
	int64_t max_catchup;
	int64_t cursor_s;
	int64_t now_s;
	const char *want; /* as show() prints */
} samples[] = {
	{ "nothing is due", -1, true, 100, 60, 59,
	    "missed - dropped - coalesced - fires [] next 60" },
	{ "due to the microsecond", -1, true, 100, 60, 60,
	    "missed - dropped - coalesced - fires [60] next 120" },
	{ "one slot, a little late", -1, true, 100, 60, 95,
	    "missed - dropped - coalesced - fires [60] next 120" },
	{ "two slots, the later one stands for both", -1, true, 100, 60, 120,
	    "missed - dropped - coalesced 60..60 x1 fires [120] next 180" },
	{ "a long outage becomes one run", -1, true, 100, 60, 3605,
	    "missed - dropped - coalesced 60..3540 x59 fires [3600] "
	    "next 3660" },
	{ "coalescing, the newest is within the grace", 30, true, 100, 60, 330,
	    "missed - dropped - coalesced 60..240 x4 fires [300] next 360" },
	{ "as late as the grace allows", 30, true, 100, 60, 90,
	    "missed - dropped - coalesced - fires [60] next 120" },
	{ "one second later than that", 30, true, 100, 60, 91,
	    "missed 60..60 x1 dropped - coalesced - fires [] next 120" },
	{ "coalescing, even the newest is too late", 30, true, 100, 60, 335,
	    "missed 60..300 x5 dropped - coalesced - fires [] next 360" },
	{ "no grace at all, on time", 0, true, 100, 60, 60,
	    "missed - dropped - coalesced - fires [60] next 120" },
	{ "no grace at all, late", 0, true, 100, 60, 61,
	    "missed 60..60 x1 dropped - coalesced - fires [] next 120" },
	{ "catching up, oldest first", -1, false, 100, 60, 250,
	    "missed - dropped - coalesced - fires [60 120 180 240] "
	    "next 300" },
	{ "catching up, exactly max_catchup", -1, false, 4, 60, 250,
	    "missed - dropped - coalesced - fires [60 120 180 240] "
	    "next 300" },
	{ "catching up, one too many", -1, false, 3, 60, 250,
	    "missed - dropped 60..60 x1 coalesced - fires [120 180 240] "
	    "next 300" },
	{ "catching up, many too many", -1, false, 3, 60, 605,
	    "missed - dropped 60..420 x7 coalesced - fires [480 540 600] "
	    "next 660" },
	{ "catching up with one run", -1, false, 1, 60, 250,
	    "missed - dropped 60..180 x3 coalesced - fires [240] next 300" },
	{ "catching up within a grace", 100, false, 100, 60, 250,
	    "missed 60..120 x2 dropped - coalesced - fires [180 240] "
	    "next 300" },
	{ "grace first, then max_catchup", 200, false, 2, 60, 430,
	    "missed 60..180 x3 dropped 240..300 x2 coalesced - "
	    "fires [360 420] next 480" },
	{ "all beyond the grace", 5, false, 100, 60, 290,
	    "missed 60..240 x4 dropped - coalesced - fires [] next 300" },
	{ "max_catchup of a damaged row", -1, false, 0, 60, 250,
	    "missed - dropped 60..180 x3 coalesced - fires [240] next 300" },
	{ "a negative one", -1, false, -7, 60, 130,
	    "missed - dropped 60..60 x1 coalesced - fires [120] next 180" },
	{ "a clock set back behind the cursor", -1, true, 100, 600, 60,
	    "missed - dropped - coalesced - fires [] next 600" },
};

#define RANDOM_SLOTS 90000 /* a day of seconds, and more */

static struct tz_cache *zones;

static struct trigger *
make(const struct trigger_field *f, size_t n)
{
	const struct trigger_env env = { zones, "UTC", BASE_US, false };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new("interval", f, n, &env, &fs);

	if (t == NULL) {
		printf("Bail out! %s: %s\n", fs.v[0].field, fs.v[0].text);
		exit(EXIT_FAILURE);
	}
	return t;
}

static long long
seconds(int64_t us)
{
	return (us - BASE_US) / S_US;
}

static void
show_range(struct buf *out, const char *name, const struct due_range *r)
{
	if (r->count == 0)
		buf_printf(out, "%s - ", name);
	else
		buf_printf(out, "%s %lld..%lld x%lld ", name,
		    seconds(r->first_us), seconds(r->last_us),
		    (long long)r->count);
}

static void
show(struct buf *out, const struct due_plan *plan)
{
	show_range(out, "missed", &plan->missed);
	show_range(out, "dropped", &plan->dropped);
	show_range(out, "coalesced", &plan->coalesced);
	buf_str(out, "fires [");
	for (size_t i = 0; i < plan->nfires; i++)
		buf_printf(out, "%s%lld", i == 0 ? "" : " ",
		    seconds(plan->fires[i]));
	if (plan->cursor_us == TRIGGER_NONE)
		buf_str(out, "] never again");
	else
		buf_printf(out, "] next %lld", seconds(plan->cursor_us));
}

static void
check_sample(const struct trigger *t, const struct sample *s)
{
	const struct due_policy p = {
		.misfire_grace_us = s->grace_s < 0 ? -1 : s->grace_s * S_US,
		.coalesce = s->coalesce,
		.max_catchup = s->max_catchup,
	};
	struct buf got = BUF_INIT;
	struct due_plan plan;
	int rc;

	rc = due_plan(t, &p, BASE_US + s->cursor_s * S_US,
	    BASE_US + s->now_s * S_US, &plan);
	is_int(rc, 0, "planned: %s", s->what);
	show(&got, &plan);
	is_str(buf_cstr(&got), s->want, "%s", s->what);
	is_int(plan.next_run_us, plan.cursor_us,
	    "without jitter the next run is the slot");
	due_plan_fini(&plan);
	ok(plan.fires == NULL && plan.nfires == 0, "finished");
	buf_fini(&got);
}

/* The last slots of a trigger that ends. */
static void
check_end(void)
{
	const struct trigger_field f[] = { { "seconds", "60" },
		{ "start_date", BASE_TEXT },
		{ "end_date", "2026-09-21T14:16:20+00:00" } };
	const struct due_policy p = { .misfire_grace_us = -1,
		.max_catchup = 10 };
	struct trigger *t = make(f, sizeof(f) / sizeof(f[0]));
	struct buf got = BUF_INIT;
	struct due_plan plan;

	(void)due_plan(t, &p, BASE_US + 60 * S_US, BASE_US + 9999 * S_US,
	    &plan);
	show(&got, &plan);
	is_str(buf_cstr(&got),
	    "missed - dropped - coalesced - "
	    "fires [60 120 180] never again",
	    "a trigger that ends");
	ok(plan.next_run_us == TRIGGER_NONE, "has no next run");
	due_plan_fini(&plan);
	(void)due_plan(t, &p, TRIGGER_NONE, BASE_US, &plan);
	ok(plan.nfires == 0 && plan.cursor_us == TRIGGER_NONE,
	    "a job past its end has nothing due");
	due_plan_fini(&plan);
	buf_fini(&got);
	trigger_free(t);
}

/* Every slot is delayed by 0 to jitter, the same each time, in order. */
static void
check_jitter(void)
{
	const struct trigger_field f[] = { { "seconds", "60" },
		{ "start_date", BASE_TEXT }, { "jitter", "50" } };
	const struct due_policy p = { -1, false, 1000, 4711 };
	const struct due_policy other = { -1, false, 1000, 4712 };
	struct trigger *t = make(f, sizeof(f) / sizeof(f[0]));
	int64_t slot, at, before = INT64_MIN;
	int out = 0, back = 0, unsteady = 0, differ = 0;
	struct due_plan plan;

	for (int i = 0; i < 500; i++) {
		slot = BASE_US + i * 60 * S_US;
		at = due_at(t, &p, slot);
		out += at < slot || at > slot + 50 * S_US;
		back += at <= before;
		unsteady += at != due_at(t, &p, slot);
		differ += at != due_at(t, &other, slot);
		before = at;
	}
	is_int(out, 0, "no delay is beyond the jitter");
	is_int(back, 0, "delays keep the order of the slots");
	is_int(unsteady, 0, "a slot's delay does not change");
	ok(differ > 450, "two jobs are delayed differently");
	slot = BASE_US + 60 * S_US;
	at = due_at(t, &p, slot);
	(void)due_plan(t, &p, slot, at - 1, &plan);
	ok(plan.nfires == 0 && plan.cursor_us == slot && plan.next_run_us == at,
	    "a delayed slot waits for its delay");
	due_plan_fini(&plan);
	(void)due_plan(t, &p, slot, at, &plan);
	ok(plan.nfires == 1 && plan.fires[0] == slot,
	    "then it fires, under its own name");
	is_int(plan.next_run_us, due_at(t, &p, slot + 60 * S_US),
	    "the next run has its own delay");
	due_plan_fini(&plan);
	is_int(due_at(t, &p, TRIGGER_NONE), TRIGGER_NONE, "never stays never");
	trigger_free(t);
}

static void
range_add(struct due_range *r, int64_t slot_us)
{
	if (r->count++ == 0)
		r->first_us = slot_us;
	r->last_us = slot_us;
}

/* The rules of lib/trigger/due.h word by word, slot after slot. */
static void
plan_walking(const struct trigger *t, const struct due_policy *p,
    int64_t cursor_us, int64_t now_us, struct due_plan *out)
{
	static int64_t due[RANDOM_SLOTS];
	int64_t slot = cursor_us, grace = p->misfire_grace_us;
	size_t n = 0, from = 0;
	bool is_late;

	memset(out, 0, sizeof(*out));
	for (; due_at(t, p, slot) <= now_us; slot = trigger_next(t, slot))
		due[n++] = slot;
	out->cursor_us = slot;
	out->next_run_us = due_at(t, p, slot);
	for (; from < n; from++) {
		is_late = grace >= 0 &&
		    now_us -
			    due_at(t, p, p->coalesce ? due[n - 1] : due[from]) >
			grace;
		if (is_late)
			range_add(&out->missed, due[from]);
		else if (p->coalesce && from < n - 1)
			range_add(&out->coalesced, due[from]);
		else if ((int64_t)(n - from) > p->max_catchup)
			range_add(&out->dropped, due[from]);
		else
			break;
	}
	out->fires = due + from;
	out->nfires = n - from;
}

static bool
is_same_plan(const struct due_plan *a, const struct due_plan *b)
{
	return memcmp(&a->missed, &b->missed, sizeof(a->missed)) == 0 &&
	    memcmp(&a->dropped, &b->dropped, sizeof(a->dropped)) == 0 &&
	    memcmp(&a->coalesced, &b->coalesced, sizeof(a->coalesced)) == 0 &&
	    a->nfires == b->nfires && a->cursor_us == b->cursor_us &&
	    a->next_run_us == b->next_run_us &&
	    (a->nfires == 0 ||
		memcmp(a->fires, b->fires, a->nfires * sizeof(a->fires[0])) ==
		    0);
}

/* Random policies and times, on triggers that cross a clock change. */
static void
check_random(void)
{
	static const struct trigger_field f[][2] = {
		{ { "second", "*" }, { "dst", "once" } },
		{ { "minute", "*/7" }, { "jitter", "600" } },
		{ { "hour", "1-3" }, { "minute", "*/20" } },
		{ { "hour", "2" }, { "jitter", "3600" } },
		{ { "minute", "5" }, { "end_date", "2026-03-29 12:00" } },
	};
	/* 2026-03-28 in Berlin: the clock changes a day later. */
	const int64_t base = INT64_C(1774652400) * S_US;
	struct trigger_env env = { zones, "Europe/Berlin", base, false };
	struct faults fs = { .n = 0 };
	struct due_plan plan, want;
	struct due_policy p;
	int64_t cursor, now;
	struct trigger *t;
	int bad = 0;

	srand(7);
	for (int i = 0; i < 2000; i++) {
		t = trigger_new("cron", f[i % 5], 2, &env, &fs);
		cursor = trigger_next(t, base + rand() % 170000 * S_US);
		if (cursor == TRIGGER_NONE) {
			trigger_free(t);
			continue;
		}
		now = cursor + (rand() % RANDOM_SLOTS - 60) * S_US + rand() % 3;
		p = (struct due_policy){ (rand() % 3000 - 600) * S_US,
			rand() % 3 == 0, 1 + rand() % 50, rand() };
		p.misfire_grace_us =
		    p.misfire_grace_us < 0 ? -1 : p.misfire_grace_us;
		plan_walking(t, &p, cursor, now, &want);
		(void)due_plan(t, &p, cursor, now, &plan);
		bad += !is_same_plan(&plan, &want);
		due_plan_fini(&plan);
		trigger_free(t);
	}
	is_int(bad, 0, "plans are what a walk from slot to slot gives");
}

/* What no walk could end: ten years of seconds. */
static void
check_long(void)
{
	const struct trigger_env env = { zones, "America/New_York", BASE_US,
		false };
	const struct trigger_field f[] = { { "second", "*" } };
	const int64_t years_us = INT64_C(3652) * 86400 * S_US;
	struct due_policy p = { 100 * S_US, false, 10, 0 };
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_new("cron", f, 1, &env, &fs);
	struct due_plan plan;

	(void)due_plan(t, &p, BASE_US, BASE_US + years_us, &plan);
	is_int(plan.missed.count, years_us / S_US - 100, "ten years missed");
	is_int(plan.dropped.count, 91, "but what the grace allows,");
	is_int((long long)plan.nfires, 10, "of which the newest run");
	is_int(plan.fires[9], BASE_US + years_us, "up to now");
	due_plan_fini(&plan);
	p = (struct due_policy){ -1, true, 1, 0 };
	(void)due_plan(t, &p, BASE_US, BASE_US + years_us, &plan);
	is_int(plan.coalesced.count, years_us / S_US, "or they are coalesced");
	due_plan_fini(&plan);
	trigger_free(t);
}

static void
check_count(const struct trigger *t)
{
	struct due_range r;

	due_count(t, BASE_US + 60 * S_US, BASE_US + 180 * S_US, &r);
	ok(r.count == 3 && r.first_us == BASE_US + 60 * S_US &&
		r.last_us == BASE_US + 180 * S_US,
	    "both ends are counted");
	due_count(t, BASE_US + 60 * S_US, BASE_US + 59 * S_US, &r);
	is_int(r.count, 0, "none before the cursor");
	due_count(t, TRIGGER_NONE, BASE_US, &r);
	is_int(r.count, 0, "none of a job past its end");
}

int
main(void)
{
	const struct trigger_field f[] = { { "seconds", "60" },
		{ "start_date", BASE_TEXT } };
	struct trigger *t;

	zones = tz_cache_new(NULL);
	t = make(f, sizeof(f) / sizeof(f[0]));
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(t, &samples[i]);
	check_end();
	check_jitter();
	check_count(t);
	check_random();
	check_long();
	trigger_free(t);
	tz_cache_free(zones);
	return tap_done();
}
