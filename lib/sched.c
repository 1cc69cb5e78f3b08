#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/sched.h"
#include "lib/sched_int.h"
#include "lib/store_log.h"
#include "lib/tz.h"
#include "lib/ban.h"

#define CADENCE_DEFAULT_US (60 * CLOCK_US_PER_S)
#define LATE_SLACK_US (30 * CLOCK_US_PER_S)

/*
 * The folder of the memory store, which anyone may have made first in a
 * world-writable place: it must be ours and nobody else's to write.
 */
static int
memory_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct stat sb;
	char *dir;
	int rc = -1;

	if (slash == NULL || slash == path)
		return 0;
	if ((dir = strndup(path, (size_t)(slash - path))) == NULL)
		return -1;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		log_event(LOG_LEVEL_ERR, "memory-store", LOG_KEY_PATH, dir,
		    LOG_KEY_ERROR, strerror(errno), NULL);
	else if (lstat(dir, &sb) != 0 || !S_ISDIR(sb.st_mode) ||
	    sb.st_uid != geteuid() || (sb.st_mode & 022) != 0)
		log_event(LOG_LEVEL_ERR, "memory-store", LOG_KEY_PATH, dir,
		    LOG_KEY_ERROR,
		    "not a folder that belongs to this user alone", NULL);
	else
		rc = 0;
	free(dir);
	return rc;
}

static enum store_rc
memory_open(struct sched *s, bool is_create)
{
	const char *path = s->conf->memory_store;
	struct store_opts o = {
		.path = path,
		.busy_us = s->conf->busy_us,
		.is_create = is_create,
		.is_unsynced = true,
	};
	enum store_rc rc;
	char why[512];

	if (path[0] == '\0')
		return STORE_NOTFOUND;
	if (is_create ? memory_folder(path) != 0 : access(path, F_OK) != 0)
		return is_create ? STORE_FULL : STORE_NOTFOUND;
	s->stores[JOB_MEMORY] = store_open(&o, &rc, why, sizeof(why));
	if (s->stores[JOB_MEMORY] == NULL)
		log_event(LOG_LEVEL_ERR, "memory-store", LOG_KEY_ERROR, why,
		    NULL);
	return rc;
}

struct store *
sched_store(struct sched *s, enum job_kind kind)
{
	/* Another program may have made the memory store meanwhile. */
	if (kind == JOB_MEMORY && s->stores[kind] == NULL)
		(void)memory_open(s, false);
	return s->stores[kind];
}

enum store_rc
sched_store_make(struct sched *s, enum job_kind kind, struct store **out)
{
	enum store_rc rc = STORE_OK;

	if (sched_store(s, kind) == NULL)
		rc = memory_open(s, true);
	*out = s->stores[kind];
	return *out != NULL ? STORE_OK : rc == STORE_OK ? STORE_ERROR : rc;
}

enum store_rc
sched_open(struct sched *s, const struct conf *conf, const char *env_tz,
    char *why, size_t whylen)
{
	struct store_opts o = {
		.path = conf->store,
		.busy_us = conf->busy_us,
	};
	enum store_rc rc;

	memset(s, 0, sizeof(*s));
	s->conf = conf;
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
		.at_us = clock_now_us(),
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
