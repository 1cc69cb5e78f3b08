#ifndef LIB_TRIGGER_TRIGGER_INT_H
#define LIB_TRIGGER_TRIGGER_INT_H

#include "lib/base/buf.h"
#include "lib/trigger/calendar.h"
#include "lib/trigger/cron_cal.h"
#include "lib/trigger/trigger.h"

/* Private to lib/trigger/. */

#define US_PER_S INT64_C(1000000)

/* 9999-12-31T23:59:59.999999Z: no slot is later. */
#define TRIGGER_LAST_US INT64_C(253402300799999999)

/* Range of times in a spec: the years 1 to 9999 in any zone. */
#define TRIGGER_FIRST_US INT64_C(-62135683200000000)
#define TRIGGER_SPEC_MAX_US (TRIGGER_LAST_US + 36525 * INT64_C(86400000000))

#define TRIGGER_NOT_GIVEN INT64_MIN

enum trigger_dst { DST_AUTO, DST_WALL, DST_SKIP, DST_ONCE, DST__MAX };

/*
 * Input fields, the eight of cron first and in the order of enum cron_field.
 * Those from IN_LENGTH_US on occur only in a spec: the resolved form.
 */
enum trigger_in {
	IN_YEAR,
	IN_MONTH,
	IN_DAY,
	IN_WEEK,
	IN_DAY_OF_WEEK,
	IN_HOUR,
	IN_MINUTE,
	IN_SECOND,
	IN_CRONTAB,
	IN_WEEKS,
	IN_DAYS,
	IN_HOURS,
	IN_MINUTES,
	IN_SECONDS,
	IN_RUN_DATE,
	IN_TIMEZONE,
	IN_START_DATE,
	IN_END_DATE,
	IN_JITTER,
	IN_DST,
	IN_YEARS,
	IN_MONTHS,
	IN_ON_MISSING_DAY,
	IN_CHOICE, /* resolves H and ~; given by programs */
	IN_LENGTH_US,
	IN_RUN_US,
	IN_OFFSET_S,
	IN_START_US,
	IN_END_US,
	IN_ANCHOR, /* first date of a calendarinterval */
	IN__MAX
};

/* The input of a kind's make. */
struct trigger_args {
	const char *in[IN__MAX]; /* NULL: not given */
	int64_t now_us;
	bool is_spec;	/* resolved; was valid when it was stored */
	unsigned takes; /* enum trigger_takes */
	struct faults *fs;
};

#define CRON_NOT_GIVEN UINT16_MAX

struct trigger {
	enum trigger_kind kind;
	enum trigger_dst dst; /* as given */
	const struct tz *tz;
	int64_t start_us; /* TRIGGER_NOT_GIVEN, or inclusive */
	int64_t end_us;	  /* TRIGGER_NOT_GIVEN, or inclusive */
	int64_t jitter_us;
	unsigned notes; /* enum trigger_note and enum crontab_note */
	union {
		struct {
			int64_t run_us;
			int32_t offset_s; /* or DATETIME_NO_OFFSET */
		} date;
		struct {
			int64_t length_us;
			int64_t grid_us; /* start_us, or the first slot */
		} interval;
		struct {
			struct cron set;
			struct buf text; /* normal forms, each ended by a NUL */
			uint16_t at[CRON__MAX]; /* where a field is in text */
			bool is_crontab;	/* text is the line */
		} cron;
		struct {
			struct calendar dates;
			uint16_t unit[4]; /* years to days, as given */
		} calendar;
	} u;
};

/*
 * One kind of trigger.  make reads the fields of its kind into t, whose common
 * part is set: 0, or -1 with faults.  check (may be NULL) then checks the
 * whole of what a client gave: 0, or -1 with a fault if it cannot fire.  seal
 * (may be NULL) prepares a valid trigger for next.  next is trigger_next
 * except for the end and the year 9999; count is the number of slots from
 * from_us to to_us, both included, without a walk.  walls (may be NULL)
 * returns the wall times that slots are made of; the state must live as long
 * as they do.  print appends what stands in the brackets, spec the kind's
 * ";name=value" pairs.  fini (may be NULL) frees what make allocated, also
 * after make failed.
 */
struct slot_set;
struct slot_state;
struct trigger_ops {
	const char *name;
	int (*make)(struct trigger *t, const struct trigger_args *args);
	int (*check)(const struct trigger *t, const struct trigger_args *args);
	void (*seal)(struct trigger *t);
	void (*fini)(struct trigger *t);
	struct slot_set (
	    *walls)(const struct trigger *t, struct slot_state *room);
	int64_t (*next)(const struct trigger *t, int64_t after_us);
	int64_t (
	    *count)(const struct trigger *t, int64_t from_us, int64_t to_us);
	void (*print)(const struct trigger *t, struct buf *out);
	void (*spec)(const struct trigger *t, struct buf *out);
};

extern const struct trigger_ops trigger_date_ops;
extern const struct trigger_ops trigger_interval_ops;
extern const struct trigger_ops trigger_cron_ops;
extern const struct trigger_ops trigger_calendar_ops;

/* The functions of t's kind. */
const struct trigger_ops *trigger_ops_of(const struct trigger *t);

/* The effective rule of t for clock changes: DST_WALL, DST_SKIP or DST_ONCE. */
enum trigger_dst trigger_dst_of(const struct trigger *t);

/* next and count of kinds that have walls. */
int64_t trigger_wall_next(const struct trigger *t, int64_t after_us);
int64_t trigger_wall_count(const struct trigger *t, int64_t from_us,
    int64_t to_us);

/*
 * Read the time in args->in[in], not NULL, in t's zone into *out_us, as
 * datetime_parse; 0, or -1 with a fault for the field.
 */
int trigger_read_instant(const struct trigger *t,
    const struct trigger_args *args, enum trigger_in in, int64_t *out_us,
    int32_t *offset_s);

/* Name of an input field. */
const char *trigger_in_name(enum trigger_in in);

#endif
