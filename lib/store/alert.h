#ifndef LIB_STORE_ALERT_H
#define LIB_STORE_ALERT_H

#include <stdbool.h>

#include "lib/record/alert.h"
#include "lib/db/store.h"

/*
 * The outbox of alerts.  Its rows are written by the functions of lib/store/
 * that write what they are about, in the same transaction.  Calls that change
 * need an open one.
 */

/* Add up to limit that are due at now_us, longest due first. */
enum store_rc store_alert_due(struct store *st, int64_t now_us, int64_t limit,
    struct alert_list *out);

/* When the first is due; ALERT_NEVER. */
enum store_rc store_alert_next(struct store *st, int64_t *out_us);

/*
 * Take a: a->attempt goes on, and nobody else takes it before until_us.
 * STORE_NOTFOUND: somebody was faster.
 */
enum store_rc store_alert_take(struct store *st, struct alert *a,
    int64_t until_us);

/* What came of it. */
struct store_alert_end {
	const char *done; /* who has been told, as a->done */
	int64_t next_us;  /* when to try again, or ALERT_NEVER */
	int64_t now_us;
	const char *reason; /* why it was not told; NULL: it was */
};

/* Settle a, as it was taken; STORE_NOTFOUND: somebody took it since. */
enum store_rc store_alert_settle(struct store *st, const struct alert *a,
    const struct store_alert_end *end);

/* What an alert is about: a row of one of these tables. */
enum alert_about { ALERT_RUN, ALERT_MESSAGE, ALERT_KEY, ALERT_ABOUT__MAX };

/* Write an alert, unless one of that kind was written before. */
enum store_rc store_alert_add(struct store *st, enum alert_about about,
    int64_t subject, enum alert_kind kind);

/* Write it again, although that was told before. */
enum store_rc store_alert_renew(struct store *st, enum alert_about about,
    int64_t subject, enum alert_kind kind);

/*
 * Before the state of a row is changed: of a run, to what kind says; of a job,
 * to quarantined.  A run is told once for each kind, but a run that was due is
 * refused or dead anew; a job is told whenever it becomes so.
 */
enum store_rc store_alert_run(struct store *st, int64_t run,
    enum alert_kind kind);
enum store_rc store_alert_job(struct store *st, int64_t job);

/* Note that before the tick numbered id there was none for gap_us or more. */
enum store_rc store_alert_silence(struct store *st, int64_t id, int64_t gap_us);

/* Is there any?  Forget all; and up to limit that are over since then. */
enum store_rc store_alert_any(struct store *st, bool *out);
enum store_rc store_alert_forget(struct store *st);
enum store_rc store_alert_prune(struct store *st, int64_t before_us,
    int64_t limit);

#endif
