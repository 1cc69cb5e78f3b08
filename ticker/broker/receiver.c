/*
 * What a receiver of alerts gets, and when: its events, queues and switches,
 * quiet hours, the limit of an hour, attempts.  Tested in
 * tests/ticker/digest.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/log.h"
#include "lib/record/job.h"
#include "lib/store/alert.h"
#include "lib/time/tz.h"
#include "lib/trigger/trigger.h"
#include "ticker/broker/receiver.h"
#include "lib/base/ban.h"

/* Are the alerts of the job, or else of its queue, switched on? */
static bool
is_switched_on(const struct conf *c, const struct alert *al)
{
	if (al->queue == NULL)
		return true;
	return al->alerts != JOB_ALERTS_QUEUE ?
	    al->alerts != 0 :
	    conf_queue_for(c, al->queue)->alerts == CONF_ALERTS_SENT;
}

bool
receiver_wants(const struct conf *c, const struct conf_alert *to,
    const struct alert *al)
{
	const struct alert_wish wish = { to->kinds, to->after };

	if (al->kind == ALERT_DIGEST)
		return al->receiver != NULL &&
		    strcmp(al->receiver, to->name) == 0;
	return alert_is_wanted(al, &wish) && is_switched_on(c, al) &&
	    (al->queue == NULL || conf_list_matches(&to->queues, al->queue));
}

/* When the limit of an hour allows one more; 0: now. */
static enum store_rc
rate_due(struct sched *s, const struct conf_alert *to, int64_t now_us,
    int64_t *due_us)
{
	int64_t n = 0, first_us = INT64_MAX;
	enum store_rc rc = STORE_OK;

	/* Both stores: it is one receiver. */
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		struct store_alert_sent sent = { 0, 0 };

		rc = store_alert_sent_since(at.st, to->name,
		    now_us - STORE_ALERT_HOUR_US, &sent);
		n += sent.n;
		if (sent.n > 0 && sent.first_us < first_us)
			first_us = sent.first_us;
	}
	*due_us = n < to->max_per_hour ? 0 : first_us + STORE_ALERT_HOUR_US;
	return rc;
}

enum store_rc
receiver_due(struct sched *s, struct store *st, const struct conf_alert *to,
    const struct alert *al, int64_t *due_us)
{
	int64_t now_us = clock_get_us(s->clock), quiet_us, id = 0;
	const struct tz *tz = sched_tz(s);
	enum store_rc rc = STORE_OK;

	*due_us = quiet_end_us(&to->hours, tz, now_us);
	if (*due_us != 0 || al->kind == ALERT_DIGEST ||
	    (to->max_per_hour == 0 && *to->quiet == '\0'))
		return STORE_OK;
	if (to->max_per_hour > 0)
		rc = rate_due(s, to, now_us, due_us);
	if (rc == STORE_OK && *due_us == 0) {
		rc = store_digest_get(st, to->name, &id);
		if (id != 0)
			*due_us = now_us;
		return rc;
	}
	quiet_us = quiet_end_us(&to->hours, tz, *due_us);
	if (quiet_us != 0)
		*due_us = quiet_us;
	return rc;
}

enum store_rc
receiver_hold(struct sched *s, struct store *st, const struct conf_alert *to,
    const struct alert *al, int64_t due_us)
{
	return store_digest_add(st,
	    &(const struct store_digest){ to->name, due_us,
		clock_get_us(s->clock) },
	    al);
}

enum store_rc
receiver_note(struct sched *s, struct store *st, const struct conf_alert *to,
    const struct alert *al)
{
	enum store_rc rc = STORE_OK;

	if (al->kind == ALERT_DIGEST)
		rc = store_digest_close(st, al->subject);
	return rc == STORE_OK && to->max_per_hour > 0 ?
	    store_alert_note(st, to->name, al->id, clock_get_us(s->clock)) :
	    rc;
}

void
receiver_set_when(struct sched *s, struct alert *al)
{
	struct faults fs = { .n = 0 };
	struct buf when = BUF_INIT;
	struct trigger *t = al->trigger == NULL ?
	    NULL :
	    trigger_from_spec(al->trigger, s->zones, &fs);
	const struct tz *tz = t == NULL ? sched_tz(s) : trigger_zone(t);

	if (al->about_us != 0) {
		tz_format(tz, al->about_us - al->about_us % CLOCK_US_PER_S,
		    &when);
		al->when = buf_take(&when);
		al->zone = strdup(tz_name(tz));
	}
	trigger_free(t);
}

void
receiver_log(const struct conf_alert *to, const struct alert *al, bool is_last,
    const char *why)
{
	char attempt[24];

	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, al->attempt);
	log_event(is_last ? LOG_LEVEL_ERR : LOG_LEVEL_WARN,
	    is_last ? "alert-given-up" : "alert-failed", "alert", to->name,
	    "id", al->name, "attempt", attempt, LOG_KEY_ERROR, why, NULL);
}

/* A random number, so that hosts do not retry at the same time. */
static uint64_t
random_of(const struct alert *al, int64_t now_us)
{
	return ((uint64_t)now_us ^ (uint64_t)getpid() << 20 ^
		   (uint64_t)al->id) *
	    UINT64_C(0x9e3779b97f4a7c15) >>
	    16;
}

int64_t
receiver_retry_us(const struct alert *al, int64_t now_us, int64_t wait_us)
{
	int64_t us = alert_delay_us(al->attempt, random_of(al, now_us));

	if (us < 0)
		return ALERT_NEVER;
	return now_us + (us > wait_us ? us : wait_us);
}
