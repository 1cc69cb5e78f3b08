#ifndef TESTS_PROOF_EXPR_INT_H
#define TESTS_PROOF_EXPR_INT_H

#include <stdint.h>

struct expr;

/* Between expr.c, which reads, and expr_list.c, which makes. */

/* Name of a field in lib/trigger/trigger.h. */
const char *expr_field_name(int f);

/* Add what text, a list of pieces, means to field f. */
void expr_read(struct expr *e, int f, const char *text);

/* Fill the sets from the texts, or from the crontab line. */
void expr_finish(struct expr *e);
void expr_finish_crontab(struct expr *e);

/* Days since 1970 of a date, and back. */
int64_t expr_day(int year, int month, int day);
void expr_date_of(int64_t n, int *year, int *month, int *day);
int expr_month_days(int year, int month);

#endif
