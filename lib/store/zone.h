#ifndef LIB_STORE_ZONE_H
#define LIB_STORE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/job.h"
#include "lib/db/store.h"

/* Rows of the zone table: by which zone data the jobs were computed. */
struct zone_row {
	char *name;
	int64_t stamp;	 /* of the file the jobs follow */
	int64_t target;	 /* of the file a sweep brings them to */
	bool is_pending; /* that sweep is not over */
	int64_t swept;	 /* the last job it has done */
};

/* Free what z owns; empty afterwards. */
void zone_row_fini(struct zone_row *z);

LIST_DECL(zone_list, struct zone_row, zone_row_fini);

/* A job computed by zone data of that stamp was added (open transaction). */
enum store_rc store_zone_note(struct store *st, const char *name,
    int64_t stamp);

/* Add all rows to *out, which is empty. */
enum store_rc store_zone_list(struct store *st, struct zone_list *out);

/* A sweep: begin one for a zone, note how far it is, end it for all zones
 * (open transaction). */
enum store_rc store_zone_target(struct store *st, const char *name,
    int64_t stamp);
enum store_rc store_zone_swept(struct store *st, int64_t job);
enum store_rc store_zone_done(struct store *st);

/*
 * Add up to limit jobs numbered above after: id, names, trigger, state and
 * cursor alone are filled in.
 */
enum store_rc store_zone_jobs(struct store *st, int64_t after, int limit,
    struct job_list *out);

/* The last slot of a job that the ledger has; STORE_NOTFOUND for none. */
enum store_rc store_zone_decided(struct store *st, int64_t job, int64_t *out);

#endif
