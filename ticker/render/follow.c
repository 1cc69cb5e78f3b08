/*
 * Follows the jobs of a service to their end: a list while some do not run yet,
 * then the events. Tested in t_deliver.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

#define S CLOCK_US_PER_S

/* Lease of a service for one poll. */
#define LEASE_US (90 * S)

/*
 * Overlap of the events requested by two polls: events may be late, and clocks
 * differ.
 */
#define OVERLAP_US (120 * S)

#define PAGES_MAX 100
#define FAILED_US (15 * S)

/*
 * Interval and number of polls of a service without open runs, for reasons that
 * arrive late.
 */
#define IDLE_US (30 * S)
#define IDLE_MAX 2

/* The list first, while runs are not running yet; then always the events. */
static void
follow_list(struct request *f, const struct follow_open *open)
{
	f->op = RENDER_EVENTS;
	f->since_us = f->follow.seen_us - OVERLAP_US;
	if (open->waiting_us != 0) {
		f->op = RENDER_LIST;
		f->since_us = open->waiting_us - STEP_SKEW_US;
	}
}

/* Start to poll a service; next->service is moved into the request. */
static enum store_rc
follow_begin(struct deliver *d, struct follow *next, int64_t now_us)
{
	struct follow_open open = { 0, 0, 0 };
	enum store_rc rc;
	struct request *f;
	int key = deliver_key(d, next->service, now_us);

	rc =
	    store_follow_claim(d->st, next->service, now_us, now_us + LEASE_US);
	if (rc == STORE_OK)
		rc = store_follow_open(d->st, next->service, &open);
	if (rc == STORE_OK && open.n == 0 && next->idle >= IDLE_MAX)
		return store_follow_drop(d->st, next->service);
	if (rc != STORE_OK || key < 0 ||
	    request_is_open(d, REQUEST_FOLLOW, next->service, 0) ||
	    render_ready(d->render, key, RENDER_LIST, now_us) > now_us)
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	if ((f = request_new(d, REQUEST_FOLLOW, next->service, key)) == NULL)
		return STORE_FULL;
	f->follow = *next;
	next->service = NULL;
	follow_list(f, &open);
	return STORE_OK;
}

enum store_rc
follow_pick(struct deliver *d, int64_t now_us)
{
	struct follow next = { NULL, 0, 0 };
	enum store_rc rc = STORE_OK;

	for (int64_t n = deliver_room_to_read(d); n > 0 && rc == STORE_OK;
	     n--) {
		rc = store_follow_due(d->st, now_us, &next);
		if (rc == STORE_OK)
			rc = follow_begin(d, &next, now_us);
		free(next.service);
		next.service = NULL;
	}
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Store the state of a listed job, if a run has it. */
static enum store_rc
follow_job(struct deliver *d, const struct render_job *j, int64_t now_us)
{
	struct delivery run = { .run = 0 };
	bool is_new = false;
	enum store_rc rc;

	rc = store_delivery_of_remote(d->st, j->id, &run);
	if (rc == STORE_OK)
		is_new = step_listed(&run, j, now_us) ||
		    (j->status == RENDER_RUNNING &&
			step_is_too_long(&run, now_us));
	if (is_new)
		rc = deliver_limit(d, &run, now_us);
	if (is_new && rc == STORE_OK)
		rc = deliver_move(d, &run);
	delivery_fini(&run);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
follow_event(struct deliver *d, const struct render_event *e, int64_t now_us)
{
	struct delivery run = { .run = 0 };
	enum store_rc rc;

	rc = store_delivery_of_remote(d->st, e->job, &run);
	if (rc == STORE_OK && step_event(&run, e)) {
		rc = deliver_limit(d, &run, now_us);
		if (rc == STORE_OK)
			rc = deliver_move(d, &run);
	}
	delivery_fini(&run);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
follow_page(struct deliver *d, struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < a->njobs && rc == STORE_OK; i++)
		rc = follow_job(d, &a->jobs[i], now_us);
	for (size_t i = 0; i < a->nevents && rc == STORE_OK; i++)
		rc = follow_event(d, &a->events[i], now_us);
	return rc;
}

/* A poll is complete: schedule the next one. */
static enum store_rc
follow_end(struct deliver *d, struct request *f, int64_t now_us)
{
	struct follow_open open = { 0, 0, 0 };
	enum store_rc rc;

	if ((rc = store_follow_open(d->st, f->service, &open)) != STORE_OK)
		return rc;
	f->follow.seen_us = f->began_us;
	if (open.n == 0) {
		f->follow.idle++;
		return store_follow_done(d->st, &f->follow, now_us + IDLE_US);
	}
	f->follow.idle = 0;
	return store_follow_done(d->st, &f->follow,
	    now_us + step_poll_us(now_us - open.youngest_us));
}

static enum store_rc
follow_fail(struct deliver *d, struct request *f, int64_t now_us)
{
	int64_t wait = f->answer->retry_us;

	log_event(LOG_LEVEL_INFO, "follow", "service", f->service,
	    LOG_KEY_ERROR, f->answer->message, NULL);
	return store_follow_done(d->st, &f->follow,
	    now_us + (wait > FAILED_US ? wait : FAILED_US));
}

enum store_rc
follow_apply(struct deliver *d, struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	enum store_rc rc;
	char *cursor = NULL;

	if (a->class != RENDER_OK)
		return follow_fail(d, f, now_us);
	if ((rc = follow_page(d, f, now_us)) != STORE_OK)
		return rc;
	if (!a->is_last && ++f->pages < PAGES_MAX) {
		if ((cursor = strdup(a->cursor)) == NULL)
			return STORE_FULL;
	} else if (a->op == RENDER_LIST) {
		f->op = RENDER_EVENTS;
		f->since_us = f->follow.seen_us - OVERLAP_US;
		f->pages = 0;
	} else
		return follow_end(d, f, now_us);
	free(f->cursor);
	f->cursor = cursor;
	f->end = REQUEST_AGAIN;
	return STORE_OK;
}
