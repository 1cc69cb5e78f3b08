#ifndef LIB_STORE_AUDIT_H
#define LIB_STORE_AUDIT_H

#include <stdbool.h>

#include "lib/record/audit.h"
#include "lib/db/store.h"

struct stmt;

/* The rows that an audit reads, by number of the job, from one snapshot. */
struct store_audit {
	struct store *st;
	struct stmt *versions;
	struct stmt *rows;
};

/*
 * Begin a snapshot of the store; writers of a WAL go on.  End it after any
 * result.
 */
enum store_rc store_audit_begin(struct store_audit *a, struct store *st);
void store_audit_end(struct store_audit *a);

/* A trigger that a job has, or had. */
struct store_version {
	int64_t job;
	const char *trigger; /* borrowed until the next one is read */
	int64_t since_us;    /* INT64_MIN: not known */
	int64_t until_us;
	bool is_rezoned; /* computed by zone data that was replaced */
};

/* Read the next version; STORE_NOTFOUND after the last. */
enum store_rc store_audit_version(struct store_audit *a,
    struct store_version *out);

/*
 * Read the next row of the ledger, by job and slot; STORE_NOTFOUND after the
 * last.
 */
enum store_rc store_audit_row(struct store_audit *a, int64_t *job,
    struct audit_row *out);

/*
 * Read the last slot of a job that was pruned; the time before which triggers
 * are not known, in a store that was of version 1.  *out is unchanged if there
 * is none.
 */
enum store_rc store_audit_pruned(struct store_audit *a, int64_t job,
    int64_t *out);
enum store_rc store_audit_epoch(struct store_audit *a, int64_t *out);

/*
 * The names of a finding's job and run; the caller frees them; run_id may be
 * NULL.
 */
struct store_audit_name {
	char *queue;
	char *job_id;
	char *run_id;
};
enum store_rc store_audit_name(struct store *st, const struct audit_finding *f,
    struct store_audit_name *out);

#endif
