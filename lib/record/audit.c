/*
 * Compares a job's ledger with the slots of its triggers, in one pass over
 * rows and slots in order.  Reading the store is lib/sched/audit_walk.c's.
 * Dates are matched one by one, because a date runs regardless of earlier
 * decisions: one moved to a time that a range covers still runs.  All
 * other triggers form one series of slots.
 */
#include "config.h"

#include "lib/record/audit.h"
#include "lib/trigger/count.h"
#include "lib/base/ban.h"

static const char *const kind_names[AUDIT_KIND__MAX] = {
	[AUDIT_GAP] = "gap",
	[AUDIT_DOUBLE] = "double",
	[AUDIT_UNEXPLAINED] = "unexplained",
};

const char *
audit_kind_name(enum audit_kind k)
{
	return kind_names[k];
}

/* Is the trigger a date?  See the top. */
static bool
is_date(const struct audit_span *s)
{
	return s->t != NULL && trigger_kind(s->t) == TRIGGER_DATE;
}

/* The slot of a date that must have a row, else TRIGGER_NONE. */
static int64_t
date_due(const struct audit *a, const struct audit_span *s)
{
	int64_t slot_us;

	if (!is_date(s))
		return TRIGGER_NONE;
	slot_us = trigger_first(s->t, 0);
	return slot_us >= a->from_us && slot_us >= s->since_us &&
		slot_us < s->until_us ?
	    slot_us :
	    TRIGGER_NONE;
}

/* Are the slots at that time unknown? */
static bool
is_unknown(const struct audit *a, int64_t at_us)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].t == NULL && a->v[i].since_us <= at_us &&
		    at_us < a->v[i].until_us)
			return true;
	}
	return false;
}

/* Clip *from_us to *to_us to a span; false if nothing is left. */
static bool
span_clip(const struct audit_span *s, int64_t *from_us, int64_t *to_us)
{
	if (s->t == NULL || is_date(s))
		return false;
	if (*from_us < s->since_us)
		*from_us = s->since_us;
	if (*to_us >= s->until_us)
		*to_us = s->until_us - 1;
	return *from_us <= *to_us;
}

/* The first slot at or after at_us, or TRIGGER_NONE. */
static int64_t
line_next(const struct audit *a, int64_t at_us)
{
	int64_t first_us = TRIGGER_NONE, slot_us, from_us, to_us;

	for (size_t i = 0; i < a->n; i++) {
		from_us = at_us;
		to_us = TRIGGER_NONE - 1;
		if (!span_clip(&a->v[i], &from_us, &to_us))
			continue;
		slot_us = trigger_next(a->v[i].t, from_us - 1);
		if (slot_us <= to_us && slot_us < first_us)
			first_us = slot_us;
	}
	return first_us;
}

/* The newest slot from from_us to to_us, or INT64_MIN. */
static int64_t
line_last(const struct audit *a, int64_t from_us, int64_t to_us)
{
	int64_t last_us = INT64_MIN, slot_us, low_us, high_us;

	for (size_t i = 0; i < a->n; i++) {
		low_us = from_us;
		high_us = to_us;
		if (!span_clip(&a->v[i], &low_us, &high_us))
			continue;
		slot_us = trigger_last(a->v[i].t, low_us, high_us);
		if (slot_us != TRIGGER_NONE && slot_us > last_us)
			last_us = slot_us;
	}
	return last_us;
}

/*
 * The end of the part from from_us on in which the same spans apply; *n is
 * their number, *one the index of one of them.
 */
static int64_t
piece_end(const struct audit *a, int64_t from_us, int64_t to_us, size_t *n,
    size_t *one)
{
	const struct audit_span *s;

	*n = 0;
	for (size_t i = 0; i < a->n; i++) {
		s = &a->v[i];
		if (s->t == NULL || is_date(s) || s->until_us <= from_us)
			continue;
		if (s->since_us > from_us) {
			if (to_us >= s->since_us)
				to_us = s->since_us - 1;
			continue;
		}
		if (to_us >= s->until_us)
			to_us = s->until_us - 1;
		*one = i;
		++*n;
	}
	return to_us;
}

/*
 * The number of slots from from_us to to_us; a slot that spans share counts
 * once.
 */
static int64_t
line_count(const struct audit *a, int64_t from_us, int64_t to_us)
{
	int64_t n = 0, end_us, slot_us;
	size_t spans, one = 0;

	for (; from_us <= to_us; from_us = end_us + 1) {
		end_us = piece_end(a, from_us, to_us, &spans, &one);
		if (spans == 1)
			n += trigger_count(a->v[one].t, from_us, end_us);
		if (spans > 1) {
			slot_us = line_next(a, from_us);
			for (; slot_us <= end_us;
			     slot_us = line_next(a, slot_us + 1))
				n++;
		}
		if (end_us == INT64_MAX)
			break;
	}
	return n;
}

static void
report(struct audit *a, const struct audit_finding *f)
{
	a->sum->findings[f->kind]++;
	a->report(a->cookie, f);
}

static void
report_row(struct audit *a, enum audit_kind kind, const struct audit_row *r,
    int64_t want)
{
	const struct audit_finding f = {
		.kind = kind,
		.job = a->job,
		.row = r->row,
		.first_us = r->slot_us,
		.last_us = r->last_us,
		.count = r->count,
		.want = want,
	};

	report(a, &f);
}

/* Report the slots from at_us on and before until_us: they have no row. */
static void
report_gap(struct audit *a, int64_t until_us)
{
	int64_t first_us = line_next(a, a->at_us);
	struct audit_finding f = { .kind = AUDIT_GAP, .job = a->job };

	if (first_us >= until_us)
		return;
	f.first_us = first_us;
	f.last_us = line_last(a, first_us, until_us - 1);
	f.count = f.want = line_count(a, first_us, until_us - 1);
	report(a, &f);
}

/* The dates that a row stands for. */
struct dates {
	int64_t n;     /* that no other trigger shares */
	bool is_first; /* one of them begins the row */
	bool is_last;  /* one of them ends the row */
};

static void
match_dates(struct audit *a, const struct audit_row *r, struct dates *out)
{
	int64_t at_us;

	*out = (struct dates){ 0, false, false };
	for (size_t i = 0; i < a->n; i++) {
		if (!is_date(&a->v[i]))
			continue;
		at_us = date_due(a, &a->v[i]);
		if (at_us < r->slot_us || at_us > r->last_us)
			continue;
		a->v[i].is_matched = true;
		if (line_next(a, at_us) != at_us)
			out->n++;
		out->is_first = out->is_first || at_us == r->slot_us;
		out->is_last = out->is_last || at_us == r->last_us;
	}
}

/* Mark everything up to us as compared. */
static void
advance_past(struct audit *a, int64_t us)
{
	if (us >= a->at_us)
		a->at_us = us < INT64_MAX ? us + 1 : us;
}

/*
 * Compare a row that begins with a slot that had none yet.  A date within a
 * range has a row of its own or is one of those it counts.
 */
static void
compare(struct audit *a, const struct audit_row *r, const struct dates *d)
{
	bool is_whole = true;
	int64_t want = 1;

	if (r->last_us != r->slot_us) {
		want = line_count(a, r->slot_us, r->last_us);
		is_whole = d->is_last || line_next(a, r->last_us) == r->last_us;
	}
	if (r->count >= want && r->count <= want + d->n && is_whole)
		a->sum->slots += r->count;
	else
		report_row(a, AUDIT_UNEXPLAINED, r, want);
	advance_past(a, r->last_us);
}

/* Judge a row that begins with no slot, or with one that has a row. */
static void
judge(struct audit *a, const struct audit_row *r, const struct dates *d)
{
	enum audit_kind kind =
	    r->slot_us < a->at_us ? AUDIT_DOUBLE : AUDIT_UNEXPLAINED;

	if (r->is_extra)
		a->sum->extras++;
	else if (d->is_first && r->count == 1)
		a->sum->slots++;
	else {
		report_row(a, kind, r, line_count(a, r->slot_us, r->last_us));
		/* A range is one fault: its slots are not missing as well. */
		if (r->last_us > r->slot_us)
			advance_past(a, r->last_us);
	}
}

void
audit_begin(struct audit *a, int64_t from_us)
{
	a->from_us = a->at_us = from_us;
	a->sum->jobs++;
}

void
audit_row(struct audit *a, const struct audit_row *r)
{
	bool is_slot = false;
	struct dates d;

	match_dates(a, r, &d);
	a->sum->rows++;
	if (r->slot_us >= a->at_us) {
		report_gap(a, r->slot_us);
		a->at_us = r->slot_us;
		/* A run by hand, too, takes the row of a slot at its time. */
		is_slot = line_next(a, r->slot_us) == r->slot_us ||
		    (d.is_first && r->count > 1);
	}
	if (r->slot_us < a->from_us || is_unknown(a, r->slot_us) ||
	    is_unknown(a, r->last_us)) {
		a->sum->skipped++;
		advance_past(a, r->last_us);
	} else if (is_slot)
		compare(a, r, &d);
	else
		judge(a, r, &d);
}

/* Report the dates without a row. */
static void
report_dates(struct audit *a)
{
	struct audit_finding f = {
		.kind = AUDIT_GAP,
		.job = a->job,
		.count = 1,
		.want = 1,
	};

	for (size_t i = 0; i < a->n; i++) {
		f.first_us = f.last_us = date_due(a, &a->v[i]);
		if (f.first_us != TRIGGER_NONE && !a->v[i].is_matched)
			report(a, &f);
	}
}

void
audit_end(struct audit *a)
{
	report_gap(a, TRIGGER_NONE);
	report_dates(a);
}
