#ifndef LIB_TRIGGER_WARN_H
#define LIB_TRIGGER_WARN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/crontab.h"
#include "lib/trigger_words.h"

struct trigger;

/* What may surprise whoever made a trigger. */

enum warn_code {
	WARN_GAP,	   /* a time of it is skipped when the clock changes */
	WARN_FOLD,	   /* a time of it comes twice when the clock changes */
	WARN_RARE,	   /* years pass between two fires */
	WARN_ENDS,	   /* the last fire is near */
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

/* One a code, but for the notes on a crontab line. */
#define WARNS_MAX (WARN__MAX + CRONTAB_NOTES)

struct warns {
	size_t n;
	struct warn v[WARNS_MAX];
};

/* "gap", "fold", "rare", …: these never change. */
const char *warn_code_name(enum warn_code code);

/* The warnings for t, each code once at most but for WARN_READING.  Pure.  Free with warns_fini. */
void warns_find(const struct trigger *t, const struct warn_env *env,
    struct warns *out);
void warns_fini(struct warns *ws);

#endif
