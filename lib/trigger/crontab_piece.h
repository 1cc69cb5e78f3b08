#ifndef LIB_TRIGGER_CRONTAB_PIECE_H
#define LIB_TRIGGER_CRONTAB_PIECE_H

#include "lib/trigger/cron_piece.h"
#include "lib/trigger/crontab.h"

/* Private to lib/crontab*.c: one field of a line, piece by piece. */

struct crontab_field {
	struct piece p;
	struct crontab *ct;
	int shift;    /* to the number that crontab(5) has for it */
	int n;	      /* which piece of the list */
	bool is_long; /* of a line with seconds or year */
};

/*
 * Read [text, end), which has no blanks, as the field of f->p.def and
 * f->p.f, add its values to the set and its normal form to p.norm: 0, or -1
 * with a fault.  A list of ranges that are all empty adds nothing to either.
 */
int crontab_field_parse(struct crontab_field *f, const char *text,
    const char *end);

#endif
