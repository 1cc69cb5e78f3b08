#ifndef LIB_TRIGGER_WARN_H
#define LIB_TRIGGER_WARN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/trigger/crontab.h"
#include "lib/trigger/describe.h"

struct trigger;

/* What may surprise whoever made a trigger. */

enum warn_code {
	WARN_GAP,	   /* a time of it is skipped when the clock changes */
	WARN_FOLD,	   /* a time of it comes twice when the clock changes */
	WARN_RARE,	   /* years pass between two fires */
	WARN_ENDS,	   /* the last fire is near */
	WARN_MISSING_DAY,  /* a day that some months lack is skipped */
	WARN_CADENCE,	   /* finer than the host's cron */
	WARN_PAST,	   /* the date is past */
	WARN_JITTER,	   /* jitter is cut: the next fire is nearer */
	WARN_PLAN,	   /* a plan of Render's that we do not know */
	WARN_STEP,	   /* a crontab step larger than its range */
	WARN_READING,	   /* programs disagree: which reading was taken */
	WARN_CHOICE,	   /* H or ~ was chosen for the job */
	WARN_IGNORED_TEXT, /* text of a crontab line without effect */
	WARN_ZONE,	   /* the crontab line's zone was taken */
	WARN_NO_FILES,	   /* the host has no zone files */
	WARN_RAN,	   /* the one slot was decided before */
	WARN_NO_KEY,	   /* a service at Render without a key */
	WARN_RUNTIME,	   /* a limit that nothing holds */
	WARN_IGNORED,	   /* an unknown member was ignored */
	WARN_IGNORED_FIELD, /* a field of another kind of trigger was */
	WARN_UNKNOWN_QUEUE, /* no worker, no section, no consumer is known */
	WARN_DRIFT,	    /* days in real time move against the clock */
	WARN_UNEVEN,	    /* a step that does not divide its range */
	WARN_END_DAY,	    /* end_date leaves the whole day out */
	WARN__MAX
};

/* What the caller knows that a trigger does not. */
struct warn_env {
	int64_t now_us;
	int64_t cadence_us; /* between two looks at the jobs; 0: unknown */
	int64_t grace_us;   /* misfire grace, or -1: late runs still run */
	int64_t horizon;    /* an end within so many fires is told */
	unsigned notes;	    /* trigger_notes of the trigger as it was read */
};

struct warn {
	enum warn_code code;
	struct buf text[WORDS__MAX];
};

#define WARNS_MAX 40 /* further ones are dropped */

struct warns {
	size_t n;
	struct warn v[WARNS_MAX];
};

/* "gap", "fold", "rare", …: these never change. */
const char *warn_code_name(enum warn_code code);

/*
 * Add the warnings for t to *out (zeroed at first), each code once at most
 * but for WARN_READING and WARN_IGNORED_TEXT.  Pure.  Free with warns_fini.
 */
void warns_find(const struct trigger *t, const struct warn_env *env,
    struct warns *out);
void warns_fini(struct warns *ws);

/*
 * Add a warning whose text has "%1" and "%2" for a and b (which may be NULL
 * where they do not occur).
 */
struct warn_text {
	const char *text[WORDS__MAX];
	const char *a, *b;
};
void warns_add(struct warns *ws, enum warn_code code,
    const struct warn_text *text);

/* Add whether a step of t begins anew before it is full; by warns_find. */
void warns_find_steps(const struct trigger *t, struct warns *out);

/*
 * Add what may surprise about the text of an instant that t was made of: a
 * local time that does not exist, or comes twice; an end_date that is a date
 * alone and leaves fires of its day out.
 */
void warns_find_instant(const struct trigger *t, const char *field,
    const char *text, struct warns *out);

/* Move those of *from behind those of *to; *from is empty afterwards. */
void warns_move(struct warns *to, struct warns *from);

/* Add that the member of a body called name is not known and was ignored. */
void warns_ignored(struct warns *ws, const char *name);

/* Append the list: [{"code":…,"message":…},…]. */
void warns_to_json(const struct warns *ws, enum describe_lang lang,
    struct buf *out);

#endif
