#ifndef LIB_STORE_RUN_H
#define LIB_STORE_RUN_H

#include <stdbool.h>

#include "lib/run.h"
#include "lib/store.h"

/*
 * Insert a ledger row (open transaction).  STORE_CONFLICT when the slot has
 * a row already: it was decided before, and must not be launched again.
 */
enum store_rc store_run_insert(struct store *st, const struct run *r);

/*
 * Lengthen the row that ends the ledger of r->job, so that it also covers
 * r's slots.  STORE_NOTFOUND, with nothing done, unless that row has the
 * state and the reason of r.
 */
enum store_rc store_run_extend(struct store *st, const struct run *r);

struct store_run_filter {
	const char *queue;  /* NULL: all */
	const char *job_id; /* NULL: all */
	int64_t limit;
};

/* Add the newest rows that match, newest first. */
enum store_rc store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out);

#endif
