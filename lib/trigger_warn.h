#ifndef LIB_TRIGGER_WARN_H
#define LIB_TRIGGER_WARN_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/trigger_words.h"

struct trigger;

/* What may surprise whoever made a trigger. */

enum warn_code {
	WARN_GAP,     /* a time of it is skipped when the clock changes */
	WARN_FOLD,    /* a time of it comes twice when the clock changes */
	WARN_RARE,    /* years pass between two fires */
	WARN_ENDS,    /* the last fire is near */
	WARN_CADENCE, /* finer than the host's cron */
	WARN_PAST,    /* the date is past */
	WARN_JITTER,  /* jitter is cut: the next fire is nearer */
	WARN_PLAN,    /* a plan of Render's that we do not know */
	WARN__MAX
};

/* What the caller knows that a trigger does not. */
struct warn_env {
	int64_t now_us;
	int64_t cadence_us; /* between two looks at the jobs; 0: unknown */
	int64_t grace_us;   /* misfire grace, or -1: late runs still run */
	int64_t horizon;    /* an end within so many fires is told */
};

struct warn {
	enum warn_code code;
	struct buf text[WORDS__MAX];
};

struct warns {
	size_t n;
	struct warn v[WARN__MAX];
};

/* "gap", "fold", "rare", …: these never change. */
const char *warn_code_name(enum warn_code code);

/* The warnings for t, each once at most.  Pure.  Free with warns_fini. */
void warns_find(const struct trigger *t, const struct warn_env *env,
    struct warns *out);
void warns_fini(struct warns *ws);

#endif
