#ifndef LIB_TRIGGER_WARN_H
#define LIB_TRIGGER_WARN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/trigger/crontab.h"
#include "lib/trigger/describe.h"

struct trigger;

/* What may surprise the author of a trigger. */

enum warn_code {
	WARN_GAP,	    /* a time of it is skipped that day */
	WARN_FOLD,	    /* a time of it occurs twice that day */
	WARN_RARE,	    /* years lie between two fires */
	WARN_ENDS,	    /* the last fire is near */
	WARN_MISSING_DAY,   /* a day that some months lack is skipped */
	WARN_CADENCE,	    /* finer than the host's cron */
	WARN_PAST,	    /* the date has passed */
	WARN_JITTER,	    /* jitter is truncated: the next fire is nearer */
	WARN_PLAN,	    /* an unknown plan of Render */
	WARN_STEP,	    /* a crontab step larger than its range */
	WARN_READING,	    /* programs disagree: which meaning was used */
	WARN_CHOICE,	    /* H or ~ was resolved for the job */
	WARN_IGNORED_TEXT,  /* text of a crontab line without effect */
	WARN_ZONE,	    /* the zone of the crontab line was used */
	WARN_NO_FILES,	    /* the host has no zone files */
	WARN_RAN,	    /* the only slot was decided before */
	WARN_NO_KEY,	    /* a service at Render without a key */
	WARN_IGNORED,	    /* an unknown member was ignored */
	WARN_IGNORED_FIELD, /* a field of another kind of trigger was ignored */
	WARN_UNKNOWN_QUEUE, /* no worker, section or consumer of the queue */
	WARN_DRIFT,	    /* days of real time drift against the clock */
	WARN_UNEVEN,	    /* a step that does not divide its range */
	WARN_END_DAY,	    /* end_date excludes the whole day */
	WARN__MAX
};

/* Context that a trigger does not have. */
struct warn_env {
	int64_t now_us;
	int64_t cadence_us; /* interval of ticks; 0: unknown */
	int64_t grace_us;   /* misfire grace, or -1: late runs still run */
	int64_t horizon;    /* report an end within this number of fires */
	unsigned notes;	    /* trigger_notes of the trigger that was read */
};

struct warn {
	enum warn_code code;
	struct buf text[DESCRIBE__MAX];
};

#define WARNS_MAX 40 /* warnings kept; more are dropped */

struct warns {
	size_t n;
	struct warn v[WARNS_MAX];
};

/* "gap", "fold", "rare", …: part of the API, never changed. */
const char *warn_code_name(enum warn_code code);

/*
 * Add the warnings for t to *out (zeroed at first), each code at most once
 * except WARN_READING, WARN_IGNORED_TEXT and WARN_IGNORED_FIELD.  Pure.  Free
 * with warns_fini.
 */
void warns_find(const struct trigger *t, const struct warn_env *env,
    struct warns *out);
void warns_fini(struct warns *ws);

/*
 * Add a warning whose text has "%1" and "%2" for a and b (which may be NULL if
 * they do not occur).  Strings are copied.
 */
struct warn_text {
	const char *text[DESCRIBE__MAX];
	const char *a, *b;
};
void warns_add(struct warns *ws, enum warn_code code,
    const struct warn_text *text);

/*
 * Add warnings about steps that do not divide their range; called by
 * warns_find.
 */
void warns_find_steps(const struct trigger *t, struct warns *out);

/*
 * Add warnings about the text of a time that t was made of: a local time that
 * does not exist or occurs twice; an end_date that is a date alone and
 * excludes fires of that day.
 */
void warns_find_instant(const struct trigger *t, const char *field,
    const char *text, struct warns *out);

/*
 * Private to lib/trigger/warn*: add a warning with empty texts (NULL if there
 * are too many); copy *text up to the next "%1" or "%2" into out, and move it
 * behind that (the digit's index, or -1 at the end).
 */
struct warn *warns_begin(struct warns *ws, enum warn_code code);
int warns_copy_text(const char **text, struct buf *out);

/* Append the warnings of *from to *to; *from is empty afterwards. */
void warns_move(struct warns *to, struct warns *from);

/* Add the warning that the unknown member name of a body was ignored. */
void warns_ignored(struct warns *ws, const char *name);

/* Append the list: [{"code":…,"message":…},…]. */
void warns_to_json(const struct warns *ws, enum describe_lang lang,
    struct buf *out);

#endif
