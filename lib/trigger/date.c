/*
 * The trigger date: one time, given as text or implied as now.  Tested in
 * t_trigger and t_trigger_spec.
 */
#include "lib/time/civil.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger_int.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

/* Read the time: text in the job's zone, or now. */
static int
read_run_date(struct trigger *t, const struct trigger_args *args)
{
	t->u.date.run_us = args->now_us;
	t->u.date.offset_s = DATETIME_NO_OFFSET;
	if (args->in[IN_RUN_DATE] == NULL)
		return 0;
	return trigger_read_instant(t, args, IN_RUN_DATE, &t->u.date.run_us,
	    &t->u.date.offset_s);
}

static int
read_spec(struct trigger *t, const struct trigger_args *args)
{
	const char *run = args->in[IN_RUN_US], *offset = args->in[IN_OFFSET_S];
	int64_t v = DATETIME_NO_OFFSET;

	if (run == NULL ||
	    num_parse(run, TRIGGER_FIRST_US, TRIGGER_SPEC_MAX_US,
		&t->u.date.run_us) == -1 ||
	    (offset != NULL &&
		num_parse(offset, 1 - CIVIL_DAY_S, CIVIL_DAY_S - 1, &v) == -1))
		return fault_add(args->fs, "trigger", "damaged date");
	t->u.date.offset_s = (int32_t)v;
	return 0;
}

static int
date_make(struct trigger *t, const struct trigger_args *args)
{
	return args->is_spec ? read_spec(t, args) : read_run_date(t, args);
}

static int
date_check(const struct trigger *t, const struct trigger_args *args)
{
	if (t->end_us != TRIGGER_NOT_GIVEN && t->end_us < t->u.date.run_us)
		return fault_add(args->fs, "end_date",
		    "end_date must not lie before run_date");
	if (t->start_us != TRIGGER_NOT_GIVEN && t->start_us > t->u.date.run_us)
		return fault_add(args->fs, "start_date",
		    "start_date must not lie after run_date");
	return 0;
}

static int64_t
date_next(const struct trigger *t, int64_t after_us)
{
	return after_us < t->u.date.run_us ? t->u.date.run_us : TRIGGER_NONE;
}

static int64_t
date_count(const struct trigger *t, int64_t from_us, int64_t to_us)
{
	return from_us <= t->u.date.run_us && t->u.date.run_us <= to_us;
}

static void
date_print(const struct trigger *t, struct buf *out)
{
	int64_t run_us = t->u.date.run_us;
	int64_t t_s = run_us / US_PER_S - (run_us % US_PER_S < 0);
	int off = t->u.date.offset_s, mag;
	struct tz_period p;
	struct civil c;

	tz_at(t->tz, t_s, &p);
	if (off != DATETIME_NO_OFFSET)
		p.offset_s = off;
	civil_from_wall(t_s + p.offset_s, &c);
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d ", c.year, c.month,
	    c.day, c.hour, c.minute, c.second);
	/* A text with an offset keeps it, printed as Python does. */
	if (off == DATETIME_NO_OFFSET) {
		buf_str(out, p.abbr);
	} else if (off == 0) {
		buf_str(out, "UTC");
	} else {
		mag = off < 0 ? -off : off;
		buf_printf(out, "UTC%c%02d:%02d", off < 0 ? '-' : '+',
		    mag / 3600, mag / 60 % 60);
	}
}

static void
date_spec(const struct trigger *t, struct buf *out)
{
	buf_printf(out, ";run_us=%lld", (long long)t->u.date.run_us);
	if (t->u.date.offset_s != DATETIME_NO_OFFSET)
		buf_printf(out, ";offset_s=%d", (int)t->u.date.offset_s);
}

const struct trigger_ops trigger_date_ops = {
	.name = "date",
	.make = date_make,
	.check = date_check,
	.next = date_next,
	.count = date_count,
	.print = date_print,
	.spec = date_spec,
};
