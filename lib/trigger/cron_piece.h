#ifndef LIB_TRIGGER_CRON_PIECE_H
#define LIB_TRIGGER_CRON_PIECE_H

#include "lib/base/buf.h"
#include "lib/trigger/cron_cal.h"

struct faults;

/* Private to lib/trigger/cron_field.c and lib/trigger/crontab.c: one piece of a comma list. */

#define PIECE_WORD_SIZE 16

/* What a field may hold. */
struct cron_def {
	const char *name;
	int min;
	int max;
	const char *const *names; /* of min, min + 1, …; NULL-ended */
	const char *noun;	  /* what a name names */
};

struct piece {
	const struct cron_def *def;
	struct cron *c;	  /* takes the values */
	struct buf *norm; /* takes the normal form */
	struct faults *fs;
	const char *blame; /* the field that faults name */
	const char *text;
	const char *end;
	const char *at;	  /* what is still to be read */
	const char *next; /* the next piece, NULL: none */
	enum cron_field f;
	bool is_sunday_0; /* day of week 0 and 7 are Sunday */
};

/* What trying one form of a piece came to; a refusal has added its fault. */
enum piece_rc { PIECE_REFUSED = -1, PIECE_OTHER = 0, PIECE_TAKEN = 1 };

/*
 * End the piece that begins at p->text at its comma or at end, spaces around
 * the comma left out, and set p->next.
 */
void piece_cut(struct piece *p, const char *end);

/* Step over c if it is next. */
bool piece_char(struct piece *p, char c);

/* Step over digits; too large a number becomes one no field has. */
bool piece_number(struct piece *p, int *out);

/* Step over letters and copy them, cut to PIECE_WORD_SIZE, as typed. */
bool piece_word(struct piece *p, char *out);
bool piece_is_alpha(char c);

/* Index of word in names, any case; -1 when it is not there. */
int piece_name_index(const char *const *names, const char *word);

/* Step over "/n" up to the end: 0 with n, or 0 when absent; -1 malformed. */
int piece_step(struct piece *p, int *step);

/* Add a, a + step … b to the set. */
enum piece_rc piece_add(struct piece *p, int a, int b, int step);

/* The reasons for a refusal, in APScheduler's words; always a refusal. */
enum piece_rc piece_unrecognized(struct piece *p);
enum piece_rc piece_zero_step(struct piece *p);
enum piece_rc piece_reversed(struct piece *p, int a, int b);
enum piece_rc piece_big_step(struct piece *p, int step, int range);
enum piece_rc piece_bad_name(struct piece *p, const char *word);

/* PIECE_TAKEN when the field has a and b, else a refusal. */
enum piece_rc piece_check_bounds(struct piece *p, int a, int b);

#endif
