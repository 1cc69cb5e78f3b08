#ifndef TESTS_LAUNCH_COUNT_H
#define TESTS_LAUNCH_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/run.h"

struct far;
struct store;

/* What is in the ledger and what is there, compared. */
struct counts {
	int64_t launched;
	int64_t states[RUN_STATE__MAX];
	int64_t doubles; /* launched more often than there are runs of it */
	int64_t orphans; /* jobs that no run knows of */
	int64_t wrong;	 /* runs whose job is not there, or another's */
	int64_t open;	 /* runs that are not over */
	int64_t silent;	 /* runs that did not succeed, without a reason */
};

/* Compare the runs of tasks 0 to n - 1 with what was launched. */
void count_all(struct store *st, struct far *f, int64_t n, struct counts *c);

/* Is all as it must be? */
bool count_is_good(const struct counts *c);

void count_print(const struct counts *c);

#endif
