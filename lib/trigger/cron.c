/*
 * The trigger cron: from fields or a crontab line to sets of values, and why
 * one can never fire.  Reading fields is cron_field.c, searching cron_cal.c
 * and slot.c.  Tested in t_trigger and t_vectors.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/trigger/cron_field.h"
#include "lib/trigger/crontab.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/slot.h"

#include "lib/base/ban.h"

static int64_t
set_next(const void *set, int64_t wall_s)
{
	return cron_wall_next(set, wall_s);
}

static int64_t
set_count(const void *set, int64_t from_s, int64_t until_s)
{
	return cron_wall_count(set, from_s, until_s);
}

static struct slot_set
cron_walls(const struct trigger *t, struct slot_state *room)
{
	(void)room;
	return (struct slot_set){ &t->u.cron.set, set_next, set_count };
}

static void
settle(struct trigger *t)
{
	trigger_slot_settle(&t->u.cron.set, t->tz, trigger_dst_of(t));
}

static int
make_crontab(struct trigger *t, const struct trigger_args *args)
{
	struct crontab ct = { .set = &t->u.cron.set, .norm = &t->u.cron.text };
	int64_t choice = 0;
	int i, rc;

	for (i = 0; i < CRON__MAX; i++)
		if (args->in[i] != NULL)
			return fault_add(args->fs, "crontab",
			    "crontab and "
			    "%s cannot be given together",
			    trigger_in_name((enum trigger_in)i));
	t->u.cron.is_crontab = true;
	if (args->in[IN_CHOICE] != NULL &&
	    num_parse(args->in[IN_CHOICE], 0, INT64_MAX, &choice) == -1)
		return fault_add(args->fs, "trigger", "damaged choice");
	ct.choice = (uint64_t)choice;
	rc = crontab_parse(args->in[IN_CRONTAB], &ct, args->fs);
	t->notes |= ct.notes;
	return rc;
}

/*
 * A field not given: those less significant than the least significant one
 * given have their minimum, the others any value (APScheduler, CronTrigger).
 */
static void
set_default(struct cron *c, int f, int least)
{
	if (f == CRON_WEEK || f == CRON_DOW || f < least)
		cron_fill(c, (enum cron_field)f);
	else
		c->bits[f] = f == CRON_MONTH || f == CRON_DAY ? 2 : 1;
	if (f == CRON_HOUR)
		c->is_hour_wide = f < least;
}

static int
make_fields(struct trigger *t, const struct trigger_args *args)
{
	struct cron *c = &t->u.cron.set;
	struct buf *text = &t->u.cron.text;
	int f, least = -1, rc = 0;

	for (f = 0; f < CRON__MAX; f++) {
		t->u.cron.at[f] = CRON_NOT_GIVEN;
		if (args->in[f] == NULL)
			continue;
		least = f;
		if (text->len < CRON_NOT_GIVEN)
			t->u.cron.at[f] = (uint16_t)text->len;
		else
			rc = fault_add(args->fs, "trigger", "is too long");
		if (cron_field_parse((enum cron_field)f, args->in[f], c, text,
			args->fs) == -1)
			rc = -1;
		buf_char(text, '\0');
	}
	if (least == -1)
		return fault_add(args->fs, "trigger",
		    "a cron trigger needs "
		    "at least one of year, month, day, week, day_of_week, "
		    "hour, minute, second, or crontab");
	for (f = 0; f < CRON__MAX; f++)
		if (args->in[f] == NULL)
			set_default(c, f, least);
	return rc;
}

static int
cron_make(struct trigger *t, const struct trigger_args *args)
{
	int rc;

	if (args->in[IN_CRONTAB] != NULL)
		rc = make_crontab(t, args);
	else
		rc = make_fields(t, args);
	if (rc == 0 && t->u.cron.text.is_failed)
		rc = fault_add(args->fs, "trigger", "out of memory");
	if (rc == 0)
		settle(t);
	return rc;
}

static void
cron_seal(struct trigger *t)
{
	cron_prune(&t->u.cron.set);
}

static void
cron_fini_trigger(struct trigger *t)
{
	cron_fini(&t->u.cron.set);
	buf_fini(&t->u.cron.text);
}

/* Would t fire if field f allowed every value? */
static bool
fires_without(const struct trigger *t, int f, int64_t after_us)
{
	struct trigger v = *t; /* owns nothing: never freed */

	if (f == CRON_YEAR)
		v.u.cron.set.years = NULL;
	else
		cron_fill(&v.u.cron.set, (enum cron_field)f);
	settle(&v);
	return trigger_next(&v, after_us) != TRIGGER_NONE;
}

/* Report which field prevents a trigger from firing, in the order given. */
static int
cron_check(const struct trigger *t, const struct trigger_args *args)
{
	static const struct {
		int f;
		const char *reason;
	} rows[] = {
		{ CRON_YEAR, "no matching time remains in these years" },
		{ CRON_HOUR, "the zone's clock skips this time every time" },
		{ CRON_DAY, "no matching month has such a day" },
		{ CRON_WEEK, "no matching day is in these weeks" },
		{ CRON_DOW, "no matching day is such a weekday" },
	};
	int64_t after_us = args->now_us - 1;
	struct trigger v = *t;
	const char *name;
	size_t i;

	if (trigger_next(t, after_us) != TRIGGER_NONE)
		return 0;
	v.end_us = TRIGGER_NOT_GIVEN;
	if (trigger_next(&v, after_us) != TRIGGER_NONE)
		return fault_add_never(args->fs, "end_date",
		    "it has no slot at or before end_date");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!fires_without(&v, rows[i].f, after_us))
			continue;
		name = cron_field_name((enum cron_field)rows[i].f);
		if (t->u.cron.is_crontab)
			name = "crontab";
		return fault_add_never(args->fs, name, rows[i].reason);
	}
	return fault_add_never(args->fs, "trigger",
	    "its fields exclude each other");
}

static void
cron_print(const struct trigger *t, struct buf *out)
{
	const char *text = buf_cstr(&t->u.cron.text), *comma = "";
	int f;

	if (t->u.cron.is_crontab) {
		buf_str(out, text);
		return;
	}
	for (f = 0; f < CRON__MAX; f++) {
		if (t->u.cron.at[f] == CRON_NOT_GIVEN)
			continue;
		buf_printf(out, "%s%s='%s'", comma,
		    cron_field_name((enum cron_field)f),
		    text + t->u.cron.at[f]);
		comma = ", ";
	}
}

static void
cron_spec(const struct trigger *t, struct buf *out)
{
	const char *text = buf_cstr(&t->u.cron.text);
	int f;

	if (t->u.cron.is_crontab) {
		buf_printf(out, ";crontab=%s", text);
		return;
	}
	for (f = 0; f < CRON__MAX; f++)
		if (t->u.cron.at[f] != CRON_NOT_GIVEN)
			buf_printf(out, ";%s=%s",
			    cron_field_name((enum cron_field)f),
			    text + t->u.cron.at[f]);
}

const struct trigger_ops trigger_cron_ops = {
	.name = "cron",
	.make = cron_make,
	.check = cron_check,
	.seal = cron_seal,
	.fini = cron_fini_trigger,
	.walls = cron_walls,
	.next = trigger_wall_next,
	.count = trigger_wall_count,
	.print = cron_print,
	.spec = cron_spec,
};
