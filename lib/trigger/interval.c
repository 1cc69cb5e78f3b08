/*
 * The trigger interval: a length, and a grid of slots that begins at the start
 * or when the job is added.  Tested in t_trigger and t_trigger_count.
 */
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger_int.h"

#include "lib/base/ban.h"

#define LENGTH_MAX_US (INT64_C(36525) * 86400 * US_PER_S) /* 100 years */

/* Digits of a fraction that are read: more cannot change the microsecond. */
#define FRACTION_DIGITS 15

static const struct {
	enum trigger_in in;
	int64_t us;
} units[] = {
	{ IN_WEEKS, 604800 * US_PER_S },
	{ IN_DAYS, 86400 * US_PER_S },
	{ IN_HOURS, 3600 * US_PER_S },
	{ IN_MINUTES, 60 * US_PER_S },
	{ IN_SECONDS, US_PER_S },
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/* A length so far: whole microseconds, and the sum of the fractions apart. */
struct length {
	int64_t us;
	double part_us;
};

/*
 * Add the plain decimal number s of units of unit_us: "5", "0.5", ".5".  NULL,
 * or what is wrong with it.
 */
static const char *
add_number(const char *s, int64_t unit_us, struct length *sum)
{
	static const char malformed[] = "must be a number";
	int64_t whole = 0;
	double part = 0, scale = 1;
	int n, digits = 0;

	if (*s == '-')
		return "must not be negative";
	for (; *s >= '0' && *s <= '9'; s++, digits++) {
		whole = whole * 10 + (*s - '0');
		if (whole > LENGTH_MAX_US / unit_us)
			return "must be at most 100 years";
	}
	if (*s == '.') {
		for (s++, n = 0; *s >= '0' && *s <= '9'; s++, n++, digits++) {
			if (n >= FRACTION_DIGITS)
				continue;
			part = part * 10 + (*s - '0');
			scale *= 10;
		}
	}
	if (digits == 0 || *s != '\0')
		return malformed;
	sum->us += whole * unit_us;
	sum->part_us += part / scale * (double)unit_us;
	return NULL;
}

static int
read_length(struct trigger *t, const struct trigger_args *args)
{
	struct length sum = { 0, 0 };
	const char *given = NULL, *wrong, *in;
	bool is_bad = false;
	size_t i;

	for (i = 0; i < UNITS; i++) {
		in = args->in[units[i].in];
		if (in == NULL)
			continue;
		given = trigger_in_name(units[i].in);
		wrong = add_number(in, units[i].us, &sum);
		if (wrong != NULL) {
			fault_add(args->fs, given, "%s", wrong);
			is_bad = true;
		}
	}
	if (is_bad)
		return -1;
	if (given == NULL)
		return fault_add(args->fs, "trigger",
		    "an interval needs "
		    "weeks, days, hours, minutes or seconds");
	/* Rounded once, as Python's timedelta does. */
	t->u.interval.length_us = sum.us + (int64_t)(sum.part_us + 0.5);
	if (t->u.interval.length_us <= 0)
		return fault_add(args->fs, given,
		    "the interval must be longer than 0");
	if (t->u.interval.length_us > LENGTH_MAX_US)
		return fault_add(args->fs, given,
		    "the interval must be at most 100 years");
	return 0;
}

/* The grid is start_us or, if no start was given, run_us. */
static int
read_spec(struct trigger *t, const struct trigger_args *args)
{
	const char *length = args->in[IN_LENGTH_US], *run = args->in[IN_RUN_US];
	int64_t *grid_us = &t->u.interval.grid_us;

	if (length == NULL ||
	    num_parse(length, 1, LENGTH_MAX_US, &t->u.interval.length_us) ==
		-1 ||
	    (*grid_us == TRIGGER_NOT_GIVEN &&
		(run == NULL ||
		    num_parse(run, TRIGGER_FIRST_US, TRIGGER_SPEC_MAX_US,
			grid_us) == -1)))
		return fault_add(args->fs, "trigger", "damaged interval");
	return 0;
}

static int
interval_make(struct trigger *t, const struct trigger_args *args)
{
	int64_t *grid_us = &t->u.interval.grid_us;
	int rc;

	*grid_us = t->start_us;
	rc = args->is_spec ? read_spec(t, args) : read_length(t, args);
	if (rc == 0 && *grid_us == TRIGGER_NOT_GIVEN)
		*grid_us = args->now_us + t->u.interval.length_us;
	return rc;
}

static int
interval_check(const struct trigger *t, const struct trigger_args *args)
{
	if (trigger_next(t, args->now_us - 1) != TRIGGER_NONE)
		return 0;
	if (t->end_us != TRIGGER_NOT_GIVEN)
		return fault_add_never(args->fs, "end_date",
		    "it has no slot at or before end_date");
	return fault_add_never(args->fs, "trigger",
	    "it begins after the year 9999");
}

static int64_t
interval_next(const struct trigger *t, int64_t after_us)
{
	int64_t length_us = t->u.interval.length_us;
	int64_t grid_us = t->u.interval.grid_us;

	if (after_us < grid_us)
		return grid_us;
	if (after_us > TRIGGER_LAST_US)
		return TRIGGER_NONE;
	return grid_us + ((after_us - grid_us) / length_us + 1) * length_us;
}

static int64_t
interval_count(const struct trigger *t, int64_t from_us, int64_t to_us)
{
	int64_t length_us = t->u.interval.length_us;
	int64_t grid_us = t->u.interval.grid_us, before = 0;

	if (to_us < grid_us)
		return 0;
	if (from_us > grid_us)
		before = (from_us - grid_us - 1) / length_us + 1;
	return (to_us - grid_us) / length_us + 1 - before;
}

/* As Python prints a timedelta: "9 days, 3:04:05.000001". */
static void
interval_print(const struct trigger *t, struct buf *out)
{
	int64_t length_us = t->u.interval.length_us;
	long long s = length_us / US_PER_S;
	int us = (int)(length_us % US_PER_S);

	if (s >= 86400)
		buf_printf(out, "%lld day%s, ", s / 86400,
		    s / 86400 == 1 ? "" : "s");
	buf_printf(out, "%lld:%02lld:%02lld", s / 3600 % 24, s / 60 % 60,
	    s % 60);
	if (us != 0)
		buf_printf(out, ".%06d", us);
}

static void
interval_spec(const struct trigger *t, struct buf *out)
{
	buf_printf(out, ";length_us=%lld", (long long)t->u.interval.length_us);
	if (t->start_us == TRIGGER_NOT_GIVEN)
		buf_printf(out, ";run_us=%lld",
		    (long long)t->u.interval.grid_us);
}

const struct trigger_ops trigger_interval_ops = {
	.name = "interval",
	.make = interval_make,
	.check = interval_check,
	.next = interval_next,
	.count = interval_count,
	.print = interval_print,
	.spec = interval_spec,
};
