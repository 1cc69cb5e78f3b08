#include "config.h"

#include <stdlib.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/delivery.h"
#include "lib/log.h"
#include "lib/stop.h"
#include "lib/store_delivery.h"
#include "ticker/deliver.h"
#include "ticker/remote.h"
#include "ticker/render_api.h"
#include "lib/ban.h"

#define NAP_US (200 * 1000)
#define FINISH_US (60 * CLOCK_US_PER_S)

/* Who has to go is gone within a second. */
#define HURRY_US (CLOCK_US_PER_S / 2)

/* By so much the end is awaited longer than a request may take. */
#define END_SLACK_US (5 * CLOCK_US_PER_S)

static struct store *
store_of(const struct remote *r)
{
	return r->s->stores[JOB_DURABLE];
}

static enum store_rc
remote_open(struct remote *r)
{
	char why[512];

	r->render = render_new(r->s->conf, getenv, why, sizeof(why));
	if (r->render == NULL) {
		log_event(LOG_LEVEL_ERR, "render", LOG_KEY_ERROR, why, NULL);
		return STORE_FULL;
	}
	r->deliver = deliver_new(store_of(r), r->s->conf, r->render);
	return r->deliver == NULL ? STORE_FULL : STORE_OK;
}

/* A store that is busy is no end of the tick: it is tried again soon. */
static enum store_rc
pump(struct remote *r, int64_t *next)
{
	int64_t now = clock_get_us(r->s->clock), n = DELIVERY_NEVER;
	enum store_rc rc = deliver_pump(r->deliver, now);

	if (rc == STORE_BUSY) {
		n = now + NAP_US;
		rc = STORE_OK;
	} else if (rc == STORE_OK)
		rc = deliver_next(r->deliver, now, &n);
	if (n < *next)
		*next = n;
	return rc;
}

enum store_rc
remote_pump(struct remote *r, int64_t *next)
{
	int64_t now = clock_get_us(r->s->clock), n = DELIVERY_NEVER;
	enum store_rc rc;
	bool has_work;

	if (r->deliver != NULL)
		return pump(r, next);
	rc = store_delivery_has_work(store_of(r), now, &has_work);
	if (rc == STORE_OK && has_work)
		return (rc = remote_open(r)) == STORE_OK ? pump(r, next) : rc;
	if (rc == STORE_OK)
		rc = store_delivery_next(store_of(r), now, &n);
	if (n < *next)
		*next = n;
	return rc;
}

bool
remote_nap(struct remote *r, int64_t us)
{
	int64_t until = clock_mono_us() + us;

	if (r->deliver == NULL || render_count(r->render) == 0) {
		clock_wait_us(r->s->clock, us);
		return false;
	}
	render_wait(r->render, until);
	return clock_mono_us() < until;
}

enum store_rc
remote_finish(struct remote *r)
{
	int64_t until = clock_mono_us() + FINISH_US, next = DELIVERY_NEVER;
	enum store_rc rc = STORE_OK;

	while (r->deliver != NULL && rc == STORE_OK &&
	    deliver_count(r->deliver) > 0 && !stop_is_pending() &&
	    clock_mono_us() < until) {
		(void)remote_nap(r, NAP_US);
		rc = pump(r, &next);
	}
	return rc;
}

void
remote_end(struct remote *r)
{
	int64_t began = clock_mono_us(), next = DELIVERY_NEVER, most;

	if (r->deliver != NULL)
		deliver_drain(r->deliver);
	while (r->deliver != NULL && deliver_pending(r->deliver) > 0) {
		most = stop_is_pending() ?
		    HURRY_US :
		    r->s->conf->http_timeout_us + END_SLACK_US;
		if (clock_mono_us() - began > most ||
		    pump(r, &next) != STORE_OK)
			break;
		(void)remote_nap(r, NAP_US);
	}
	deliver_free(r->deliver, clock_get_us(r->s->clock));
	if (r->render != NULL)
		render_free(r->render);
	r->deliver = NULL;
	r->render = NULL;
}
