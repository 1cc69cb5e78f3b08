#ifndef LIB_STORE_AUDIT_H
#define LIB_STORE_AUDIT_H

#include <stdbool.h>

#include "lib/record/audit.h"
#include "lib/db/store.h"

struct stmt;

/* What an audit reads, by number of the job, of one instant's store. */
struct store_audit {
	struct store *st;
	struct stmt *versions;
	struct stmt *rows;
};

/* Hold the store as it is now, for reading; writers of a write-ahead log go
 * on.  End it in any case. */
enum store_rc store_audit_begin(struct store_audit *a, struct store *st);
void store_audit_end(struct store_audit *a);

/* A trigger that a job has, or had. */
struct store_version {
	int64_t job;
	const char *trigger; /* borrowed until the next one is read */
	int64_t since_us;    /* INT64_MIN: not known */
	int64_t until_us;
	bool is_rezoned; /* computed by zone data there is no more */
};

/* The next version; STORE_NOTFOUND after the last. */
enum store_rc store_audit_version(struct store_audit *a,
    struct store_version *out);

/* The next row of a job's ledger, of each job by slot; STORE_NOTFOUND. */
enum store_rc store_audit_row(struct store_audit *a, int64_t *job,
    struct audit_row *out);

/*
 * The last slot of a job that retention took; the instant before which nobody
 * knows the triggers, in a store that was of version 1.  *out stays without.
 */
enum store_rc store_audit_pruned(struct store_audit *a, int64_t job,
    int64_t *out);
enum store_rc store_audit_epoch(struct store_audit *a, int64_t *out);

/* Whom a finding is about; texts owned by the caller, run_id NULL for none. */
struct store_audit_name {
	char *queue;
	char *job_id;
	char *run_id;
};
enum store_rc store_audit_name(struct store *st, const struct audit_finding *f,
    struct store_audit_name *out);

#endif
