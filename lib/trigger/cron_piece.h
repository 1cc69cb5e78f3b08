#ifndef LIB_TRIGGER_CRON_PIECE_H
#define LIB_TRIGGER_CRON_PIECE_H

#include "lib/base/buf.h"
#include "lib/trigger/cron_cal.h"

struct faults;

/*
 * Private to cron_field.c and crontab*.c in lib/trigger/: one piece of a
 * comma-separated list.
 */

#define PIECE_WORD_SIZE 16

/* The values a field can have. */
struct cron_def {
	const char *name;
	int min;
	int max;
	const char *const *names; /* of min, min + 1, …; ends with NULL */
	const char *noun;	  /* what the names denote: "month" */
};

struct piece {
	const struct cron_def *def;
	struct cron *c;	  /* receives the values */
	struct buf *norm; /* receives the normal form */
	struct faults *fs;
	const char *blame; /* name of the field in faults */
	const char *text;
	const char *end;
	const char *at;	  /* what remains to be read */
	const char *next; /* the next piece, NULL: none */
	enum cron_field f;
	bool is_sunday_0; /* day of week: 0 and 7 are Sunday */
};

/* A range that ends before it begins, as typed; step 0 or 1: every value. */
struct piece_back {
	int a;
	int b;
	int step;
	bool is_named;
};

/*
 * Append to the list in out what is meant by it, without such a range:
 * 22-23,0-5 around the end of the field, a year from the lower one on; nothing
 * if a or b is none of the field's values, or if there is no space.
 */
#define PIECE_BACK_SIZE 64
void piece_forward(const struct piece *p, const struct piece_back *back,
    char out[PIECE_BACK_SIZE]);

/* The result of trying one form of a piece; a refusal has added its fault. */
enum piece_rc { PIECE_REFUSED = -1, PIECE_OTHER = 0, PIECE_TAKEN = 1 };

/*
 * End the piece that begins at p->text at its comma or at end, without the
 * spaces around the comma, and set p->next.
 */
void piece_cut(struct piece *p, const char *end);

/* Skip c if it is next; was it? */
bool piece_char(struct piece *p, char c);

/* Read digits; a number that is too large becomes one no field has. */
bool piece_number(struct piece *p, int *out);

/* Read letters as typed, truncated to PIECE_WORD_SIZE. */
bool piece_word(struct piece *p, char *out);
bool piece_is_alpha(char c);

/* Index of word in names, case-insensitive; -1 if it is not there. */
int piece_name_index(const char *const *names, const char *word);

/*
 * Read "/n" up to the end: 0 with n, or with n = 0 if absent; -1 if malformed.
 */
int piece_step(struct piece *p, int *step);

/* Add a, a + step, … b to the set. */
enum piece_rc piece_add(struct piece *p, int a, int b, int step);

/* Add the fault, in APScheduler's wording; always return PIECE_REFUSED. */
enum piece_rc piece_unrecognized(struct piece *p);
enum piece_rc piece_zero_step(struct piece *p);
enum piece_rc piece_reversed(struct piece *p, const struct piece_back *back);
enum piece_rc piece_big_step(struct piece *p, int step, int range);
enum piece_rc piece_bad_name(struct piece *p, const char *word);

/* PIECE_TAKEN if a and b are within the field's bounds, else a refusal. */
enum piece_rc piece_check_bounds(struct piece *p, int a, int b);

#endif
