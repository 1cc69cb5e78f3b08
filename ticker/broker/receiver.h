#ifndef TICKER_BROKER_RECEIVER_H
#define TICKER_BROKER_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/conf/conf.h"
#include "lib/record/alert.h"
#include "lib/sched/sched.h"

/* What a receiver of alerts gets: which, and by itself or in a digest. */

/* Is the alert for it? */
bool receiver_wants(const struct conf *c, const struct conf_alert *to,
    const struct alert *al);

/*
 * Set *due_us to 0 if it may get the alert now, else to when the digest is to
 * be sent that counts it: in quiet hours, beyond max_per_hour, or while an
 * earlier digest waits.  A digest itself is held back by quiet hours alone.  In
 * the open transaction on st.
 */
enum store_rc receiver_due(struct sched *s, struct store *st,
    const struct conf_alert *to, const struct alert *al, int64_t *due_us);

/*
 * Count the alert in the digest of the receiver, to be sent at due_us; note
 * that it gets the alert by itself, and close the digest that it is.
 */
enum store_rc receiver_hold(struct sched *s, struct store *st,
    const struct conf_alert *to, const struct alert *al, int64_t due_us);
enum store_rc receiver_note(struct sched *s, struct store *st,
    const struct conf_alert *to, const struct alert *al);

/* Set the time of an alert that is put into words, in the zone of its job. */
void receiver_set_when(struct sched *s, struct alert *al);

/*
 * An attempt has failed: the time of the next one, not before wait_us from now,
 * or ALERT_NEVER after the last; log it.
 */
int64_t receiver_retry_us(const struct alert *al, int64_t now_us,
    int64_t wait_us);
void receiver_log(const struct conf_alert *to, const struct alert *al,
    bool is_last, const char *why);

#endif
