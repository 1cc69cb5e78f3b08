#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/sched.h"
#include "lib/sched_int.h"
#include "lib/store_log.h"
#include "lib/tz.h"
#include "lib/ban.h"

#define CADENCE_DEFAULT_US (60 * CLOCK_US_PER_S)
#define LATE_SLACK_US (30 * CLOCK_US_PER_S)

enum store_rc
sched_open(struct sched *s, const struct conf *conf, const char *env_tz,
    char *why, size_t whylen)
{
	struct store_opts o = {
		.path = conf->store,
		.busy_us = conf->busy_us,
		.is_unsynced = conf->is_scratch,
	};
	enum store_rc rc;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->clock = &clock_host;
	s->actor = "owner";
	s->zones =
	    tz_cache_new(conf->zoneinfo[0] == '\0' ? NULL : conf->zoneinfo);
	if (s->zones == NULL) {
		(void)snprintf(why, whylen, "no memory");
		return STORE_FULL;
	}
	s->default_zone = conf->timezone[0] != '\0' ?
	    conf->timezone :
	    tz_host_name(s->zones, env_tz);
	s->stores[JOB_DURABLE] = store_open(&o, &rc, why, whylen);
	if (s->stores[JOB_DURABLE] == NULL)
		sched_close(s);
	else
		(void)sched_store(s, JOB_MEMORY);
	return rc;
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

enum store_rc
sched_health(struct sched *s, int64_t now_us, struct sched_health *out)
{
	struct store *st = s->stores[JOB_DURABLE];
	struct store_tick t = { .id = 0 };
	enum store_rc rc;
	int64_t seen;

	*out = (struct sched_health){
		.last_tick_age_us = -1,
		.cadence_us = CADENCE_DEFAULT_US,
		.is_late = true,
	};
	rc = store_tick_last(st, &t);
	if (rc == STORE_NOTFOUND)
		return STORE_OK;
	if (rc != STORE_OK)
		return rc;
	rc = store_tick_cadence(st, &out->cadence_us);
	if (rc != STORE_OK && rc != STORE_NOTFOUND)
		return rc;
	/* cron cannot do better than a minute: less is somebody's loop. */
	if (out->cadence_us < CADENCE_DEFAULT_US)
		out->cadence_us = CADENCE_DEFAULT_US;
	seen = t.ended_us > t.started_us ? t.ended_us : t.started_us;
	out->last_tick_us = t.started_us;
	out->last_tick_age_us = now_us > seen ? now_us - seen : 0;
	out->is_late =
	    out->last_tick_age_us > 2 * out->cadence_us + LATE_SLACK_US;
	return STORE_OK;
}

int64_t
sched_cadence(struct sched *s, int64_t now_us)
{
	struct sched_health h;

	if (sched_health(s, now_us, &h) != STORE_OK ||
	    (s->conf->window_us != 0 && h.cadence_us <= CADENCE_DEFAULT_US))
		return 0;
	return h.cadence_us;
}
