#ifndef LIB_STORE_ALERT_H
#define LIB_STORE_ALERT_H

#include <stdbool.h>

#include "lib/record/alert.h"
#include "lib/db/store.h"

/*
 * The outbox of alerts.  Rows are written by the functions of lib/store/ that
 * write their subject, in the same transaction.  Functions that change need an
 * open transaction.
 */

/* Add up to limit alerts that are due at now_us, longest due first. */
enum store_rc store_alert_due(struct store *st, int64_t now_us, int64_t limit,
    struct alert_list *out);

/* Set *out_us to the time of the first due alert; ALERT_NEVER: none. */
enum store_rc store_alert_next(struct store *st, int64_t *out_us);

/*
 * Lease a until until_us, and store a->done; a->attempt is increased.
 * STORE_NOTFOUND: another tick has leased it.
 */
enum store_rc store_alert_take(struct store *st, struct alert *a,
    int64_t until_us);

/* The result of an attempt. */
struct store_alert_end {
	const char *done; /* sections that got it, as a->done */
	int64_t next_us;  /* time of the next attempt, or ALERT_NEVER */
	int64_t now_us;
	const char *reason; /* why it was not sent; NULL: it was */
};

/*
 * Store the result of a, as it was leased; STORE_NOTFOUND: another tick has
 * leased it since.
 */
enum store_rc store_alert_settle(struct store *st, const struct alert *a,
    const struct store_alert_end *end);

/* The subject of an alert: a row of one of these tables. */
enum alert_about { ALERT_RUN, ALERT_KEY, ALERT_ABOUT__MAX };

/* Write an alert, unless there is one of that kind and subject. */
enum store_rc store_alert_add(struct store *st, enum alert_about about,
    int64_t subject, enum alert_kind kind);

/*
 * A message became a dead letter; run is its run, or 0.  Written even if one
 * was sent before.
 */
enum store_rc store_alert_message(struct store *st, int64_t message,
    int64_t run);

/*
 * Called before the state of a row changes: of a run to that of kind, of a job
 * to quarantined.  A run has one alert per kind, unless it was due and is
 * refused or dead again, or reports a failure again; a job has one whenever it
 * is quarantined.  Failures of a job in a row are counted (alert_is_failure),
 * each run once.
 */
enum store_rc store_alert_run(struct store *st, int64_t run,
    enum alert_kind kind);
enum store_rc store_alert_job(struct store *st, int64_t job);

/*
 * A run succeeded at its worker: if its job's last one did not, the alert
 * ALERT_RECOVERED is written; if the owner wants it (store_alert_successes),
 * ALERT_SUCCEEDED as well.
 */
enum store_rc store_alert_success(struct store *st, int64_t run);

/*
 * Runs were handed over to a broker that reports no end: likewise, if those
 * before them were not, and ALERT_SUCCEEDED is not written.
 */
enum store_rc store_alert_sent(struct store *st, const int64_t *runs, size_t n);

/* Is every success to be reported?  Not unless it is set. */
void store_alert_successes(struct store *st, bool are_wanted);

/*
 * Call see for each job whose last runs did not succeed, the most often first.
 * Strings are borrowed until it returns.
 */
struct store_streak {
	const char *queue, *job_id;
	int64_t n;
	int64_t since_us;
};
typedef void store_streak_see(void *cookie, const struct store_streak *s);
enum store_rc store_streak_list(struct store *st, store_streak_see *visit,
    void *cookie);

/* Write the alert that no tick ran for gap_us or more before tick id. */
enum store_rc store_alert_silence(struct store *st, int64_t id, int64_t gap_us);

/*
 * How many alerts a receiver got after since_us, and when the first; note that
 * it gets one, which is remembered for an hour.
 */
#define STORE_ALERT_HOUR_US INT64_C(3600000000)
struct store_alert_sent {
	int64_t n, first_us;
};
enum store_rc store_alert_sent_since(struct store *st, const char *receiver,
    int64_t since_us, struct store_alert_sent *out);
enum store_rc store_alert_note(struct store *st, const char *receiver,
    int64_t id, int64_t now_us);

/*
 * Digests: count a in the open one of a receiver, which is opened if there is
 * none, to be sent at due_us; the number of the open one, 0 for none; close one
 * that is about to be sent.
 */
struct store_digest {
	const char *receiver;
	int64_t due_us;
	int64_t now_us;
};
enum store_rc store_digest_add(struct store *st, const struct store_digest *d,
    const struct alert *a);
enum store_rc store_digest_get(struct store *st, const char *receiver,
    int64_t *id);
enum store_rc store_digest_close(struct store *st, int64_t id);

/*
 * Return whether there is any alert; delete all; delete up to limit that ended
 * before before_us.
 */
enum store_rc store_alert_any(struct store *st, bool *out);
enum store_rc store_alert_forget(struct store *st);
enum store_rc store_alert_prune(struct store *st, int64_t before_us,
    int64_t limit);

#endif
