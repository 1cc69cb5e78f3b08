#ifndef LIB_TRIGGER_TRIGGER_H
#define LIB_TRIGGER_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct faults;
struct tz;
struct tz_cache;

/*
 * When a job fires: date, interval, cron or calendarinterval, with the meaning
 * of APScheduler 3 (DESIGN.md lists where we differ and why).  A trigger never
 * changes once made, and nothing here reads a clock.
 */
struct trigger;

enum trigger_kind {
	TRIGGER_DATE,
	TRIGGER_INTERVAL,
	TRIGGER_CRON,
	TRIGGER_CALENDAR,
	TRIGGER__MAX
};

#define TRIGGER_NONE INT64_MAX /* no further slot */

/* One input field as text: {"hour", "*" "/2"}; numbers as their digits. */
struct trigger_field {
	const char *name;
	const char *value;
};

/* What trigger_new accepts in addition. */
enum trigger_takes {
	TRIGGER_TAKES_WORDS = 1 << 0, /* a time may be a word: "tomorrow" */
	TRIGGER_TAKES_NEVER = 1 << 1, /* one that never fires is made, too */
};

/* The context in which a trigger's text is read. */
struct trigger_env {
	struct tz_cache *zones;
	const char *default_zone; /* for a trigger without timezone */
	int64_t now_us;		  /* of a date or interval without a start */
	unsigned takes;		  /* enum trigger_takes */
};

/*
 * What was noted while the input was read, besides enum crontab_note, for the
 * warnings.  It is not stored.
 */
enum trigger_note {
	TRIGGER_NOTE_ZONE = 1 << 24, /* the crontab line's zone was taken */
};

/* "date", "interval", "cron", "calendarinterval". */
const char *trigger_kind_name(enum trigger_kind kind);

/*
 * Is name a field of some kind of trigger (hour, weeks, run_date, crontab,
 * timezone, start_date, end_date, jitter, dst, …)?
 */
bool trigger_is_field(const char *name);

/* Does the field take a time: run_date, start_date, end_date? */
bool trigger_is_instant(const char *name);

/*
 * Make a trigger from n input fields.  kind is a name as trigger_kind_name
 * returns it; fields of the other kinds are ignored, an unknown name is a
 * fault, as is every bad value; all bad fields are reported.  A field whose
 * value is NULL is not given.  A crontab line may begin with CRON_TZ=, which
 * takes precedence over timezone; one of @every makes an interval.  A cron or
 * interval trigger without a slot at or after env->now_us can never fire: a
 * fault that names the reason.  (A date may be past, but not outside
 * start_date and end_date.) NULL with faults; otherwise owned by the caller,
 * free with trigger_free.
 */
struct trigger *trigger_new(const char *kind, const struct trigger_field *f,
    size_t n, const struct trigger_env *env, struct faults *fs);

/*
 * Make a trigger from the text that trigger_spec printed.  It is fully
 * resolved, so no clock and no default zone are needed.  NULL with a fault for
 * "trigger" if the text is damaged or its zone is gone.
 */
struct trigger *trigger_from_spec(const char *spec, struct tz_cache *zones,
    struct faults *fs);

/* Free a trigger; NULL is allowed. */
void trigger_free(struct trigger *t);

/*
 * The first slot strictly after after_us, or TRIGGER_NONE.  The cost is
 * bounded for every expression.  Pure.
 */
int64_t trigger_next(const struct trigger *t, int64_t after_us);

/*
 * The first slot of a job added at now_us: at or after now; a date's time even
 * if it is past (as in APScheduler).
 */
int64_t trigger_first(const struct trigger *t, int64_t now_us);

/* The kind of the trigger. */
enum trigger_kind trigger_kind(const struct trigger *t);

/* Do its slots follow the zone's clock, so that new zone data move them? */
bool trigger_is_wall(const struct trigger *t);

/* Its zone, borrowed as long as the zone cache lives. */
const struct tz *trigger_zone(const struct trigger *t);

/* Jitter in microseconds, 0 without. */
int64_t trigger_jitter_us(const struct trigger *t);

/* start_date and end_date in microseconds; TRIGGER_NONE if not given. */
int64_t trigger_start_us(const struct trigger *t);
int64_t trigger_end_us(const struct trigger *t);

/* The rule for clock changes as given: "auto", "wall", "skip", "once". */
const char *trigger_dst(const struct trigger *t);

/* The notes taken while t was read: enum trigger_note and crontab_note. */
unsigned trigger_notes(const struct trigger *t);

/*
 * The number by which H and ~ in a job's crontab line are resolved, which
 * trigger_new accepts in the field "choice" (for programs).  job_id may be
 * NULL.
 */
int64_t trigger_choice(const char *queue, const char *job_id);

/* The line of a crontab trigger, borrowed from t; NULL for other triggers. */
const char *trigger_crontab(const struct trigger *t);

/*
 * The delay that jitter adds to the slot slot_us of the job with number job:
 * stable, from 0 to the jitter, shorter than the distance to the next slot.
 */
int64_t trigger_delay_us(const struct trigger *t, int64_t job, int64_t slot_us);

/*
 * Append what clients read: "date[2030-12-03 15:00:00 CST]",
 * "interval[1 day, 0:00:10]", "cron[hour='*" "/2', minute='30']",
 * "crontab[0 3 * * 1-5]".
 */
void trigger_print(const struct trigger *t, struct buf *out);

/* Append the storable text: one line, "kind;name=value;…". */
void trigger_spec(const struct trigger *t, struct buf *out);

#endif
