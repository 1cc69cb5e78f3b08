#ifndef LIB_TRIGGER_CRONTAB_PIECE_H
#define LIB_TRIGGER_CRONTAB_PIECE_H

#include "lib/trigger/cron_piece.h"
#include "lib/trigger/crontab.h"

/* Private to lib/trigger/crontab*.c: one field of a line, piece by piece. */

struct crontab_field {
	struct piece p;
	struct crontab *ct;
	int shift;    /* to the numbers of crontab(5) */
	int n;	      /* index of the piece in the list */
	bool is_long; /* the line has seconds or a year */
	/* How the reversed ranges of each field are written forward. */
	char forward[CRON__MAX][PIECE_BACK_SIZE];
};

/*
 * Read [text, end), which has no blanks, as the field of f->p.def and f->p.f;
 * add its values to the set and its normal form to p.norm.  0, or -1 with a
 * fault.  A list of only empty ranges adds nothing to either.
 */
int crontab_field_parse(struct crontab_field *f, const char *text,
    const char *end);

#endif
