/*
 * After new zone data: cron jobs of changed zones are computed again, in steps.
 * Tested in tests/ticker/rezone.bats.
 */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/store/zone.h"
#include "lib/trigger/count.h"
#include "lib/time/tz.h"
#include "ticker/tick/rezone.h"
#include "lib/base/ban.h"

#define BATCH_JOBS 1000
#define BATCH_US (50 * 1000)

/* Maximum shift of a slot by a change of zone data: two times 26 h. */
#define REACH_US (52 * 3600 * CLOCK_US_PER_S)

struct rezoning {
	struct sched *s;
	struct store *st;
	int64_t after; /* the last job done */
	int64_t moved;
	bool is_done;
};

/*
 * The time of the undecided slot cursor_us by the new zone data.  It is the
 * nearest slot: a change of offset moves a slot by less than half the interval
 * to the next, or slots are so dense that it does not matter.  Slots up to
 * decided_us are excluded: they ran, or have a row with the reason.
 */
static int64_t
slot_moved(const struct trigger *t, int64_t cursor_us, int64_t decided_us)
{
	int64_t low_us = cursor_us - REACH_US, later, earlier;

	if (low_us < decided_us)
		low_us = decided_us;
	later = trigger_next(t, low_us < cursor_us ? cursor_us - 1 : low_us);
	if (low_us >= cursor_us)
		return later;
	earlier = trigger_last(t, low_us + 1, cursor_us - 1);
	if (earlier != TRIGGER_NONE &&
	    (later == TRIGGER_NONE || cursor_us - earlier < later - cursor_us))
		return earlier;
	return later;
}

/* Move a job whose cursor is no longer a slot of its trigger. */
static enum store_rc
rezone_move(struct rezoning *w, const struct job *j, const struct trigger *t)
{
	const struct due_policy p = { .jitter_seed = job_seed(j) };
	const char *zone = tz_name(trigger_zone(t));
	int64_t decided_us = INT64_MIN, slot_us;
	enum store_rc rc;

	rc = store_zone_decided(w->st, j->id, &decided_us);
	if (rc != STORE_OK && rc != STORE_NOTFOUND)
		return rc;
	slot_us = slot_moved(t, j->cursor_us, decided_us);
	/* The last slot may move past the end: it still runs. */
	if (slot_us == TRIGGER_NONE)
		return store_history_rezone(w->st, j->id, zone,
		    j->cursor_us + 1, j->cursor_us + 1);
	rc = store_history_rezone(w->st, j->id, zone, j->cursor_us, slot_us);
	if (rc != STORE_OK)
		return rc;
	w->moved++;
	return store_job_advance(w->st, j->id,
	    j->state == JOB_ACTIVE ? due_at(t, &p, slot_us) : JOB_NEVER,
	    slot_us);
}

static enum store_rc
rezone_job(struct rezoning *w, const struct job *j)
{
	struct faults fs = { .n = 0 };
	enum store_rc rc = STORE_OK;
	struct trigger *t;

	if (j->state == JOB_QUARANTINED || j->cursor_us == JOB_NEVER ||
	    (strncmp(j->trigger, "cron;", 5) != 0 &&
		strncmp(j->trigger, "calendarinterval;", 17) != 0))
		return STORE_OK;
	/* One that cannot be read is quarantined when it falls due. */
	t = trigger_from_spec(j->trigger, w->s->zones, &fs);
	if (t != NULL && trigger_next(t, j->cursor_us - 1) != j->cursor_us)
		rc = rezone_move(w, j, t);
	trigger_free(t);
	return rc;
}

static enum store_rc
rezone_jobs(struct rezoning *w)
{
	struct job_list jobs = { NULL, 0, 0 };
	int64_t began = clock_get_mono_us(w->s->clock);
	enum store_rc rc;
	size_t i;

	rc = store_zone_jobs(w->st, w->after, BATCH_JOBS, &jobs);
	for (i = 0; i < jobs.n && rc == STORE_OK; i++) {
		if (clock_get_mono_us(w->s->clock) - began > BATCH_US)
			break;
		rc = rezone_job(w, &jobs.v[i]);
		w->after = jobs.v[i].id;
	}
	w->is_done = i == jobs.n && jobs.n < BATCH_JOBS;
	job_list_fini(&jobs);
	if (rc == STORE_OK)
		rc = w->is_done ? store_zone_done(w->st) :
				  store_zone_swept(w->st, w->after);
	return rc;
}

/* Start a sweep: record the zone files, and mark all jobs to be examined. */
static enum store_rc
rezone_begin(struct rezoning *w, const struct zone_list *zones)
{
	enum store_rc rc = STORE_OK;
	int64_t stamp;
	size_t i;

	w->after = 0;
	for (i = 0; i < zones->n && rc == STORE_OK; i++) {
		stamp = tz_cache_stamp(w->s->zones, zones->v[i].name);
		if (zones->v[i].is_pending || stamp != zones->v[i].stamp)
			rc = store_zone_target(w->st, zones->v[i].name, stamp);
	}
	return rc;
}

/* One transaction, not flushed: if it is lost, the step is repeated. */
static enum store_rc
rezone_step(struct rezoning *w, const struct zone_list *begin)
{
	enum store_rc rc;

	store_set_durable(w->st, false);
	if ((rc = store_begin(w->st)) == STORE_OK) {
		rc = begin != NULL ? rezone_begin(w, begin) : rezone_jobs(w);
		if (rc == STORE_OK)
			rc = store_commit(w->st);
		else
			store_rollback(w->st);
	}
	store_set_durable(w->st, true);
	return rc;
}

/*
 * Return whether there is anything to do; *is_new: not only a sweep begun
 * before.
 */
static bool
has_changed(struct rezoning *w, const struct zone_list *zones, bool *is_new)
{
	bool is_pending = false;
	const struct zone_row *z;
	int64_t stamp;

	*is_new = false;
	for (size_t i = 0; i < zones->n; i++) {
		z = &zones->v[i];
		stamp = tz_cache_stamp(w->s->zones, z->name);
		*is_new |= stamp != (z->is_pending ? z->target : z->stamp);
		is_pending |= z->is_pending;
		if (z->is_pending)
			w->after = z->swept;
	}
	return is_pending || *is_new;
}

static enum store_rc
rezone_store(struct rezoning *w)
{
	struct zone_list zones = { NULL, 0, 0 };
	enum store_rc rc;
	bool is_new;

	rc = store_zone_list(w->st, &zones);
	if (rc != STORE_OK || !has_changed(w, &zones, &is_new))
		goto out;
	if (is_new)
		rc = rezone_step(w, &zones);
	/* The zones used must not be older than those recorded. */
	tz_cache_refresh(w->s->zones);
	while (rc == STORE_OK && !w->is_done && !stop_is_pending())
		rc = rezone_step(w, NULL);
	log_event(LOG_LEVEL_INFO, "zone-data-changed", LOG_KEY_PATH,
	    store_path(w->st), NULL);
out:
	zone_list_fini(&zones);
	return rc;
}

enum store_rc
rezone(struct sched *s)
{
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = rezone_store(&(struct rezoning){ .s = s, .st = at.st });
	return rc;
}
