#ifndef LIB_STORE_ZONE_H
#define LIB_STORE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/job.h"
#include "lib/db/store.h"

/* Rows of the zone table: the zone data by which jobs were computed. */
struct zone_row {
	char *name;
	int64_t stamp;	 /* of the file the jobs are computed by */
	int64_t target;	 /* of the file of the current sweep */
	bool is_pending; /* that sweep has not finished */
	int64_t swept;	 /* the last job it has done */
};

/* Free the members of z; it is empty afterwards. */
void zone_row_fini(struct zone_row *z);

LIST_DECL(zone_list, struct zone_row, zone_row_fini);

/* A job computed by zone data of that stamp was added (open transaction). */
enum store_rc store_zone_note(struct store *st, const char *name,
    int64_t stamp);

/* Add all rows to *out, which is empty. */
enum store_rc store_zone_list(struct store *st, struct zone_list *out);

/*
 * A sweep: begin it for a zone, store its progress, end it for all zones (open
 * transaction).
 */
enum store_rc store_zone_target(struct store *st, const char *name,
    int64_t stamp);
enum store_rc store_zone_swept(struct store *st, int64_t job);
enum store_rc store_zone_done(struct store *st);

/*
 * Add up to limit jobs numbered above after, with id, names, trigger, state and
 * cursor only.
 */
enum store_rc store_zone_jobs(struct store *st, int64_t after, int limit,
    struct job_list *out);

/* Read the last slot of a job in the ledger; STORE_NOTFOUND: none. */
enum store_rc store_zone_decided(struct store *st, int64_t job, int64_t *out);

#endif
