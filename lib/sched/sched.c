/*
 * Opening and closing the stores, the default zone, audit rows, and the health
 * of the ticker.  Tested in t_clock and t_sched_queue.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/trigger/grace.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "lib/sched/sched_int.h"
#include "lib/store/alert.h"
#include "lib/store/log.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

#define CADENCE_DEFAULT_US (60 * CLOCK_US_PER_S)
/* A tick that has not ended by then may have been killed. */
#define BUSY_US (60 * CLOCK_US_PER_S)
#define LATE_SLACK_US (30 * CLOCK_US_PER_S)
#define AHEAD_MIN_US (60 * CLOCK_US_PER_S) /* NTP corrects smaller ones */

const char *
sched_zone(const struct sched *s, const char *env_tz, struct err *why)
{
	const char *name = s->conf->timezone;
	struct buf where = BUF_INIT;
	struct faults fs = { .n = 0 };
	struct err reason;

	if (name[0] == '\0')
		return tz_host_name(s->zones, env_tz);
	errno = 0;
	if (tz_get(s->zones, name, &reason) != NULL)
		return name;
	/* A host without zone files can still run jobs in UTC. */
	fault_note_errno(&fs, errno);
	if (fs.is_transient && errno != ENOMEM) {
		log_event(LOG_LEVEL_WARN, "zone", LOG_KEY_ERROR, reason.text,
		    NULL);
		return name;
	}
	conf_where(s->conf, "timezone", &where);
	err_set(why, "%s: %s", buf_cstr(&where), reason.text);
	buf_fini(&where);
	return NULL;
}

const struct tz *
sched_tz(struct sched *s)
{
	const struct tz *tz;

	tz = tz_get(s->zones, s->default_zone, NULL);
	return tz != NULL ? tz : tz_get(s->zones, "UTC", NULL);
}

enum store_rc
sched_open(struct sched *s, const struct conf *conf, const char *env_tz,
    struct err *why)
{
	struct store_opts o = {
		.path = conf->store,
		.busy_us = conf->busy_us,
		.is_unsynced = conf->is_scratch,
		.is_shared = conf->group_writable == CONF_ON,
	};
	enum store_rc rc;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->clock = &clock_host;
	s->actor = "owner";
	s->zones =
	    tz_cache_new(conf->zoneinfo[0] == '\0' ? NULL : conf->zoneinfo);
	if (s->zones == NULL) {
		err_set(why, "no memory");
		return STORE_FULL;
	}
	s->default_zone = sched_zone(s, env_tz, why);
	if (s->default_zone == NULL) {
		sched_close(s);
		return errno == ENOMEM ? STORE_FULL : STORE_CONFIG;
	}
	s->stores[JOB_DURABLE] = store_open(&o, &rc, why);
	if (s->stores[JOB_DURABLE] == NULL)
		sched_close(s);
	else {
		sched_set_alerts(s, s->stores[JOB_DURABLE]);
		(void)sched_store(s, JOB_MEMORY);
	}
	return rc;
}

void
sched_set_alerts(const struct sched *s, struct store *st)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < s->conf->nalerts; i++)
		kinds |= s->conf->alerts[i].kinds;
	store_alert_successes(st, (kinds & 1U << ALERT_SUCCEEDED) != 0);
}

void
sched_close(struct sched *s)
{
	for (int i = 0; i < JOB_KIND__MAX; i++) {
		store_close(s->stores[i]);
		s->stores[i] = NULL;
	}
	tz_cache_free(s->zones);
	s->zones = NULL;
}

enum store_rc
sched_end(struct store *st, enum store_rc rc)
{
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	/*
	 * A conflicting row may be of another process that has yet to flush
	 * it: reporting it promises that it is durable.
	 */
	if (rc == STORE_CONFLICT && store_settle(st) != STORE_OK)
		return STORE_FULL;
	return rc;
}

enum store_rc
sched_audit(struct sched *s, struct store *st, const char *action,
    const char *queue, const char *job_id)
{
	struct store_audit a = {
		.at_us = clock_get_us(s->clock),
		.actor = s->actor,
		.action = action,
		.queue = queue,
		.job_id = job_id,
	};

	return store_audit_add(st, &a);
}

/* The last ticks that were not cron's. */
static enum store_rc
health_kinds(struct store *st, struct sched_health *out)
{
	enum store_rc rc;

	rc = store_tick_of_kind(st, TICK_BY_HAND, &out->by_hand_us);
	if (rc == STORE_OK)
		rc = store_tick_of_kind(st, TICK_BY_URL, &out->by_url_us);
	return rc == STORE_OK ?
	    store_tick_of_kind(st, TICK_ON_REQUEST, &out->on_request_us) :
	    rc;
}

/* Are decisions ahead of the clock? */
static enum store_rc
health_ahead(struct store *st, int64_t now_us, struct sched_health *out)
{
	int64_t mark_us;
	enum store_rc rc = store_mark(st, &mark_us);

	if (rc == STORE_OK && mark_us - now_us >= AHEAD_MIN_US)
		out->ahead_us = mark_us - now_us;
	return rc == STORE_OK ? health_kinds(st, out) : rc;
}

enum store_rc
sched_health(struct sched *s, int64_t now_us, struct sched_health *out)
{
	struct store *st = s->stores[JOB_DURABLE];
	struct store_pace pace = { CADENCE_DEFAULT_US, -1 };
	struct store_tick t = { .id = 0 };
	enum store_rc rc;
	int64_t last_us;

	*out = (struct sched_health){
		.last_tick_age_us = -1,
		.cadence_us = CADENCE_DEFAULT_US,
		.gap_us = -1,
		.is_late = true,
	};
	if ((rc = health_ahead(st, now_us, out)) != STORE_OK)
		return rc;
	rc = store_tick_last(st, &t);
	if (rc == STORE_NOTFOUND)
		return STORE_OK;
	if (rc != STORE_OK)
		return rc;
	rc = store_tick_pace(st, &pace);
	if (rc != STORE_OK && rc != STORE_NOTFOUND)
		return rc;
	out->gap_us = pace.gap_us;
	/* cron runs at most every minute: a smaller gap is that of a loop. */
	if (pace.cadence_us > CADENCE_DEFAULT_US)
		out->cadence_us = pace.cadence_us;
	last_us = t.ended_us > t.started_us ? t.ended_us : t.started_us;
	out->last_tick_us = t.started_us;
	out->last_tick_age_us = now_us > last_us ? now_us - last_us : 0;
	out->is_late = out->ahead_us > 0 ||
	    out->last_tick_age_us > 2 * out->cadence_us + LATE_SLACK_US;
	return STORE_OK;
}

int64_t
sched_cadence(struct sched *s, int64_t now_us)
{
	struct sched_health h;

	if (sched_health(s, now_us, &h) != STORE_OK)
		return 0;
	if (h.gap_us < 0)
		return s->conf->window_us == 0 ? CADENCE_DEFAULT_US : 0;
	return h.gap_us >= GRACE_GAP_MIN_US ? h.cadence_us : 0;
}

enum store_rc
sched_ticking(struct sched *s, int64_t now_us, struct sched_ticking *out)
{
	struct store_tick t = { .id = 0 };
	enum store_rc rc = store_tick_newest_any(s->stores[JOB_DURABLE], &t);
	int64_t next_us;

	*out = (struct sched_ticking){
		.started_us = t.started_us,
		.is_busy = t.started_us != 0 && t.ended_us == 0 &&
		    t.started_us <= now_us && t.until_us > now_us &&
		    now_us - t.started_us < BUSY_US,
		.next_us = JOB_NEVER,
	};
	if (rc == STORE_OK || rc == STORE_NOTFOUND)
		rc = store_tick_of_kind(s->stores[JOB_DURABLE], TICK_BY_URL,
		    &out->by_url_us);
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = store_job_next(at.st, &next_us);
		if (rc == STORE_OK && next_us < out->next_us)
			out->next_us = next_us;
	}
	return rc;
}
