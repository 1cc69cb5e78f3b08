/*
 * A ledger against the slots of its trigger: gaps, doubles, rows without a slot
 * (lib/record/audit.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/record/audit.h"
#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

/* A ledger beside the slots of triggers; times are seconds. */

#define S_US INT64_C(1000000)
#define SPANS_MAX 4
#define ROWS_MAX 8
#define END 9999999 /* a span that never ended */

/* Spans by letter: m each 60 s, t each 20 s, u each 70 s, d a date at 130, e
 * a date at 120; ? is one that nobody knows. */
struct span {
	char t;
	int64_t since, until;
};

struct row {
	int64_t slot, last, count; /* last 0: one slot; count 0: by hand */
};

static const struct sample {
	const char *what;
	int64_t from;
	struct span spans[SPANS_MAX];
	struct row rows[ROWS_MAX];
	const char *want; /* findings, then "ok slots extras skipped" */
} samples[] = {
	{ "nothing at all", 0, { { 0 } }, { { 0 } }, "ok 0 0 0" },
	{ "a job before its first slot", 0, { { 'm', 60, 60 } }, { { 0 } },
	    "ok 0 0 0" },
	{ "a row a slot", 0, { { 'm', 60, 180 } },
	    { { 60, 0, 1 }, { 120, 0, 1 } }, "ok 2 0 0" },
	{ "rows and ranges", 0, { { 'm', 60, 600 } },
	    { { 60, 240, 4 }, { 300, 0, 1 }, { 360, 540, 4 } }, "ok 9 0 0" },
	{ "the first is missing", 0, { { 'm', 60, 180 } }, { { 120, 0, 1 } },
	    "gap 60-60x1 ok 1 0 0" },
	{ "the last is missing", 0, { { 'm', 60, 180 } }, { { 60, 0, 1 } },
	    "gap 120-120x1 ok 1 0 0" },
	{ "some in between are", 0, { { 'm', 60, 600 } },
	    { { 60, 0, 1 }, { 300, 540, 5 } }, "gap 120-240x3 ok 6 0 0" },
	{ "all are", 0, { { 'm', 60, 600 } }, { { 0 } },
	    "gap 60-540x9 ok 0 0 0" },
	{ "a range that counts too few", 0, { { 'm', 60, 600 } },
	    { { 60, 540, 8 } }, "unexplained 60-540x8/9 ok 0 0 0" },
	{ "a range that counts too many", 0, { { 'm', 60, 600 } },
	    { { 60, 540, 10 } }, "unexplained 60-540x10/9 ok 0 0 0" },
	{ "a range that ends with no slot", 0, { { 'm', 60, 600 } },
	    { { 60, 541, 9 } }, "unexplained 60-541x9/9 ok 0 0 0" },
	{ "a range that begins with none", 0, { { 'm', 60, 240 } },
	    { { 50, 180, 3 } }, "unexplained 50-180x3/3 ok 0 0 0" },
	{ "a row that is no slot", 0, { { 'm', 60, 180 } },
	    { { 60, 0, 1 }, { 61, 0, 1 }, { 120, 0, 1 } },
	    "unexplained 61-61x1/0 ok 2 0 0" },
	{ "a row before the first, and behind the last", 0,
	    { { 'm', 60, 120 } }, { { 30, 0, 1 }, { 60, 0, 1 }, { 120, 0, 1 } },
	    "unexplained 30-30x1/0 unexplained 120-120x1/0 ok 1 0 0" },
	{ "rows of no job", 0, { { 0 } }, { { 30, 0, 1 }, { 60, 90, 2 } },
	    "unexplained 30-30x1/0 unexplained 60-90x2/0 ok 0 0 0" },
	{ "a row within a range", 0, { { 'm', 60, 240 } },
	    { { 60, 180, 3 }, { 120, 0, 1 } }, "double 120-120x1/1 ok 3 0 0" },
	{ "ranges that overlap", 0, { { 'm', 60, 360 } },
	    { { 60, 180, 3 }, { 120, 300, 4 } },
	    "double 120-300x4/4 ok 3 0 0" },
	{ "a run by hand", 0, { { 'm', 60, 180 } },
	    { { 60, 0, 1 }, { 100, 0, 0 }, { 120, 0, 1 } }, "ok 2 1 0" },
	{ "one within a range", 0, { { 'm', 60, 180 } },
	    { { 60, 120, 2 }, { 100, 0, 0 } }, "ok 2 1 0" },
	{ "one at the instant of a slot takes its place", 0,
	    { { 'm', 60, 180 } }, { { 60, 0, 0 }, { 120, 0, 1 } }, "ok 2 0 0" },
	{ "one hides no gap", 0, { { 'm', 60, 240 } },
	    { { 60, 0, 1 }, { 130, 0, 0 }, { 180, 0, 1 } },
	    "gap 120-120x1 ok 2 1 0" },
	{ "a trigger that was changed", 0,
	    { { 'm', 60, 181 }, { 'u', 210, 300 } },
	    { { 60, 180, 3 }, { 210, 280, 2 } }, "ok 5 0 0" },
	{ "a range across the change", 0,
	    { { 'm', 60, 181 }, { 'u', 210, 300 } }, { { 60, 280, 5 } },
	    "ok 5 0 0" },
	{ "a gap across it", 0, { { 'm', 60, 181 }, { 'u', 210, 300 } },
	    { { 60, 0, 1 }, { 280, 0, 1 } }, "gap 120-210x3 ok 2 0 0" },
	{ "slots that two triggers have at a time count once", 0,
	    { { 'm', 60, 241 }, { 't', 120, 300 } }, { { 60, 280, 10 } },
	    "ok 10 0 0" },
	{ "the old trigger's slots are over", 0,
	    { { 'm', 60, 121 }, { 'u', 210, 300 } },
	    { { 60, 120, 2 }, { 180, 0, 1 }, { 210, 280, 2 } },
	    "unexplained 180-180x1/0 ok 4 0 0" },
	{ "a date", 0, { { 'd', 130, END } }, { { 130, 0, 1 } }, "ok 1 0 0" },
	{ "a date without its row", 0, { { 'd', 130, END } }, { { 0 } },
	    "gap 130-130x1 ok 0 0 0" },
	{ "a date that is to come", 0, { { 'd', 130, 130 } }, { { 0 } },
	    "ok 0 0 0" },
	{ "a date set anew to where a range was", 0,
	    { { 'm', 60, 241 }, { 'd', 130, END } },
	    { { 60, 240, 4 }, { 130, 0, 1 } }, "ok 5 0 0" },
	{ "a range that stands for it is enough", 0,
	    { { 'm', 60, 241 }, { 'd', 130, END } }, { { 60, 240, 4 } },
	    "ok 4 0 0" },
	{ "even where it is one of the range's slots", 0,
	    { { 'm', 60, 241 }, { 'e', 120, END } },
	    { { 60, 240, 4 }, { 120, 0, 1 } }, "ok 5 0 0" },
	{ "a range that begins with it", 0,
	    { { 'd', 130, END }, { 'm', 180, 301 } }, { { 130, 300, 4 } },
	    "ok 4 0 0" },
	{ "a range that ends with it", 0,
	    { { 'm', 60, 121 }, { 'd', 130, END } }, { { 60, 130, 3 } },
	    "ok 3 0 0" },
	{ "a date at a slot that ran", 0,
	    { { 'm', 60, 241 }, { 'e', 120, END } },
	    { { 60, 0, 1 }, { 120, 0, 1 }, { 180, 240, 2 } }, "ok 4 0 0" },
	{ "before the beginning nothing is compared", 150, { { 'm', 60, 240 } },
	    { { 61, 0, 1 }, { 180, 0, 1 } }, "ok 1 0 1" },
	{ "nor in a range that it lies in", 150, { { 'm', 60, 300 } },
	    { { 60, 180, 7 }, { 240, 0, 1 } }, "ok 1 0 1" },
	{ "behind it all is", 150, { { 'm', 60, 300 } }, { { 240, 0, 1 } },
	    "gap 180-180x1 ok 1 0 0" },
	{ "slots nobody knows", 0, { { '?', 60, 200 }, { 'm', 240, 360 } },
	    { { 61, 0, 1 }, { 150, 0, 1 }, { 240, 300, 2 } }, "ok 2 0 2" },
	{ "what is known beside them", 0,
	    { { 'm', 60, 181 }, { '?', 200, 300 }, { 'm', 300, 480 } },
	    { { 60, 0, 1 }, { 250, 0, 1 }, { 360, 420, 2 } },
	    "gap 120-180x2 gap 300-300x1 ok 3 0 1" },
	{ "damaged rows", 0, { { 'm', 60, 240 } },
	    { { 60, 0, 3 }, { 120, 90, 1 }, { 180, 0, 1 } },
	    "unexplained 60-60x3/1 unexplained 120-90x1/0 gap 120-120x1 "
	    "ok 1 0 0" },
};

static struct tz_cache *zones;

static struct trigger *
make(char letter)
{
	static const struct {
		char letter;
		const char *spec;
	} specs[] = {
		{ 'm', "interval;timezone=UTC;length_us=60000000;run_us=0" },
		{ 't', "interval;timezone=UTC;length_us=20000000;run_us=0" },
		{ 'u', "interval;timezone=UTC;length_us=70000000;run_us=0" },
		{ 'd', "date;timezone=UTC;run_us=130000000" },
		{ 'e', "date;timezone=UTC;run_us=120000000" },
	};
	struct faults fs = { .n = 0 };

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		if (specs[i].letter == letter)
			return trigger_from_spec(specs[i].spec, zones, &fs);
	}
	return NULL;
}

static void
show(void *cookie, const struct audit_finding *f)
{
	struct buf *out = cookie;

	buf_printf(out, "%s %lld-%lldx%lld", audit_kind_name(f->kind),
	    (long long)(f->first_us / S_US), (long long)(f->last_us / S_US),
	    (long long)f->count);
	if (f->kind != AUDIT_GAP)
		buf_printf(out, "/%lld", (long long)f->want);
	buf_char(out, ' ');
}

static void
check_sample(const struct sample *s)
{
	struct audit_span v[SPANS_MAX];
	struct audit_sum sum = { .jobs = 0 };
	struct buf got = BUF_INIT;
	struct audit a = { .v = v,
		.sum = &sum,
		.report = show,
		.cookie = &got };

	for (; a.n < SPANS_MAX && s->spans[a.n].t != 0; a.n++)
		v[a.n] = (struct audit_span){
			.t = make(s->spans[a.n].t),
			.since_us = s->spans[a.n].since * S_US,
			.until_us = s->spans[a.n].until == END ?
			    INT64_MAX :
			    s->spans[a.n].until * S_US,
		};
	audit_begin(&a, s->from * S_US);
	for (const struct row *r = s->rows; r->slot != 0; r++)
		audit_row(&a,
		    &(const struct audit_row){
			.row = r - s->rows + 1,
			.slot_us = r->slot * S_US,
			.last_us = (r->last == 0 ? r->slot : r->last) * S_US,
			.count = r->count == 0 ? 1 : r->count,
			.is_extra = r->count == 0,
		    });
	audit_end(&a);
	buf_printf(&got, "ok %lld %lld %lld", (long long)sum.slots,
	    (long long)sum.extras, (long long)sum.skipped);
	is_str(buf_cstr(&got), s->want, "%s", s->what);
	for (size_t i = 0; i < a.n; i++)
		trigger_free((struct trigger *)v[i].t);
	buf_fini(&got);
}

/* A year of seconds in one row, and one slot less: nothing is walked. */
static void
check_long(void)
{
	const int64_t year = INT64_C(365) * 86400;
	struct faults fs = { .n = 0 };
	struct trigger *t =
	    trigger_from_spec("cron;timezone=Europe/Berlin;second=*", zones,
		&fs);
	struct audit_span v = { t, 0, (year + 1) * S_US, false };
	struct audit_sum sum = { .jobs = 0 };
	struct buf got = BUF_INIT;
	struct audit a = { 1, &v, 1, &sum, show, &got, 0, 0 };
	struct audit_row r = { 1, 0, year * S_US, year + 1, false };

	audit_begin(&a, 0);
	audit_row(&a, &r);
	audit_end(&a);
	is_int(sum.slots, year + 1, "a year of seconds");
	r.count--;
	audit_begin(&a, 0);
	audit_row(&a, &r);
	audit_end(&a);
	is_int(sum.findings[AUDIT_UNEXPLAINED], 1, "one of them is missed");
	r = (struct audit_row){ 1, INT64_MIN, INT64_MAX, INT64_MAX, false };
	audit_begin(&a, INT64_MIN);
	audit_row(&a, &r);
	audit_end(&a);
	is_int(sum.findings[AUDIT_UNEXPLAINED], 2, "a row of all time");
	buf_fini(&got);
	trigger_free(t);
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	check_long();
	tz_cache_free(zones);
	return tap_done();
}
