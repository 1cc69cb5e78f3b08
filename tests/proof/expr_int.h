#ifndef TESTS_PROOF_EXPR_INT_H
#define TESTS_PROOF_EXPR_INT_H

struct expr;

/* Between expr.c, which reads, and expr_list.c, which makes. */

/* Name of a field in lib/trigger.h. */
const char *expr_field_name(int f);

/* Add what text, a list of pieces, means to field f. */
void expr_read(struct expr *e, int f, const char *text);

/* Fill the sets from the texts, or from the crontab line. */
void expr_finish(struct expr *e);
void expr_finish_crontab(struct expr *e);

#endif
