/*
 * The part of a tick that waits for others: Render and brokers, over one poll.
 */
#include "config.h"

#include <poll.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/record/delivery.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/store/delivery.h"
#include "lib/store/outbox.h"
#include "ticker/render/deliver.h"
#include "ticker/broker/alert.h"
#include "ticker/broker/push.h"
#include "ticker/tick/remote.h"
#include "ticker/render/api.h"
#include "lib/base/ban.h"

#define NAP_US (200 * 1000)
#define SHORT_NAP_US 1000 /* before work that need not wait */
#define END_NAP_US (50 * 1000)
#define FINISH_US (60 * CLOCK_US_PER_S)
/* at the end of a tick, for alerts being sent */
#define ALERTS_US (10 * CLOCK_US_PER_S)

/* Maximum duration of the end after SIGTERM. */
#define HURRY_US (CLOCK_US_PER_S / 2)

/* Time by which the end is awaited longer than a request may take. */
#define END_SLACK_US (10 * CLOCK_US_PER_S)

static struct store *
store_of(const struct remote *r)
{
	return r->s->stores[JOB_DURABLE];
}

static enum store_rc
remote_open(struct remote *r)
{
	struct err why;

	r->render = render_new(r->s->conf, getenv, &why);
	if (r->render == NULL) {
		log_event(LOG_LEVEL_ERR, "render", LOG_KEY_ERROR, why.text,
		    NULL);
		return STORE_FULL;
	}
	r->deliver = deliver_new(store_of(r), r->s->conf, r->render);
	return r->deliver == NULL ? STORE_FULL : STORE_OK;
}

/* A busy store does not end the tick: it is tried again soon. */
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

/* Send runs to Render. */
static enum store_rc
pump_deliver(struct remote *r, int64_t *next)
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

static enum store_rc
open_push(struct remote *r)
{
	enum store_rc rc;

	/* It changes the environment: not while other threads run. */
	if (r->deliver == NULL && r->s->conf->nrender_keys > 0 &&
	    (rc = remote_open(r)) != STORE_OK)
		return rc;
	if (r->push == NULL && (r->push = push_new(r->s)) == NULL)
		return STORE_FULL;
	return STORE_OK;
}

/* Send messages to brokers. */
static enum store_rc
pump_push(struct remote *r, int64_t *next)
{
	enum store_rc rc = STORE_OK;
	bool has_work = r->push != NULL;

	SCHED_EACH(at, r->s, SCHED_ANY, rc == STORE_OK && !has_work)
		rc = store_outbox_any(at.st, &has_work);
	if (rc != STORE_OK || (r->push == NULL && (!has_work || r->is_ending)))
		return rc;
	return (rc = open_push(r)) == STORE_OK ? push_pump(r->push, next) : rc;
}

/* Send alerts. */
static enum store_rc
pump_alerts(struct remote *r, int64_t *next)
{
	enum store_rc rc;

	if (r->push == NULL || push_count_alerts(r->push) == 0) {
		if (!alerts_are_due(r->s, next))
			return STORE_OK;
		if ((rc = open_push(r)) != STORE_OK)
			return rc;
	}
	push_alerts(r->push, next);
	return STORE_OK;
}

enum store_rc
remote_pump(struct remote *r, int64_t *next)
{
	enum store_rc rc = pump_deliver(r, next);

	if (rc == STORE_OK)
		rc = pump_push(r, next);
	return rc == STORE_OK ? pump_alerts(r, next) : rc;
}

static size_t
count_requests(const struct remote *r)
{
	return r->deliver == NULL ? 0 : render_count(r->render);
}

static size_t
count_batches(const struct remote *r)
{
	return r->push == NULL ? 0 : push_count(r->push);
}

static size_t
count_alerts(const struct remote *r)
{
	return r->push == NULL ? 0 : push_count_alerts(r->push);
}

bool
remote_nap(struct remote *r, int64_t us)
{
	bool has_senders = count_batches(r) + count_alerts(r) > 0;
	int64_t until = clock_mono_us() + us;
	struct pollfd p = { .events = POLLIN };

	if (count_requests(r) > 0) {
		render_watch(r->render, has_senders ? push_fd(r->push) : -1);
		render_wait(r->render, until);
		return clock_mono_us() < until;
	}
	if (has_senders) {
		p.fd = push_fd(r->push);
		return poll(&p, 1, (int)((us + 999) / 1000)) != 0;
	}
	clock_wait_us(r->s->clock, us);
	return false;
}

/* Return whether anything is being sent. */
static bool
is_busy(const struct remote *r)
{
	return (r->deliver != NULL && deliver_count(r->deliver) > 0) ||
	    count_batches(r) > 0;
}

enum store_rc
remote_finish(struct remote *r)
{
	int64_t until = clock_mono_us() + FINISH_US, next, nap = SHORT_NAP_US;
	enum store_rc rc = STORE_OK;

	while (rc == STORE_OK && is_busy(r) && !stop_is_pending() &&
	    clock_mono_us() < until) {
		next = DELIVERY_NEVER;
		(void)remote_nap(r, nap);
		rc = remote_pump(r, &next);
		nap = next <= clock_get_us(r->s->clock) ? SHORT_NAP_US : NAP_US;
	}
	return rc;
}

/* The maximum duration of what is being sent. */
static int64_t
most_us(const struct remote *r)
{
	const struct conf *c = r->s->conf;
	int64_t most = c->http_timeout_us;

	for (int k = 0; k < CONF_SERVER__MAX; k++) {
		enum conf_server kind = (enum conf_server)k;

		for (size_t i = 0; i < conf_server_count(c, kind); i++) {
			int64_t us = conf_server_timeout_us(c, kind, (int)i);

			most = us > most ? us : most;
		}
	}
	return most + END_SLACK_US;
}

/* Return whether requests under way may change a target. */
static bool
is_pending(const struct remote *r)
{
	return (r->deliver != NULL && deliver_pending(r->deliver) > 0) ||
	    count_batches(r) > 0;
}

/* Send the alerts that the end of the tick has caused, too. */
static void
end_alerts(struct remote *r)
{
	int64_t until = clock_mono_us() + ALERTS_US, next = DELIVERY_NEVER;
	bool is_stopped = false;

	alerts_forget(r->s);
	if (!stop_is_pending() && pump_alerts(r, &next) != STORE_OK)
		return;
	while (count_alerts(r) > 0 && clock_mono_us() < until) {
		if (stop_is_pending() && !is_stopped) {
			push_stop(r->push);
			until = clock_mono_us() + HURRY_US;
			is_stopped = true;
		}
		(void)remote_nap(r, END_NAP_US);
		push_alerts(r->push, &next);
	}
}

void
remote_end(struct remote *r)
{
	int64_t began = clock_mono_us(), next = DELIVERY_NEVER, most;

	r->is_ending = true;
	if (r->deliver != NULL)
		deliver_drain(r->deliver);
	if (r->push != NULL)
		push_drain(r->push);
	while (is_pending(r)) {
		most = stop_is_pending() ? HURRY_US : most_us(r);
		if (r->push != NULL && stop_is_pending())
			push_stop(r->push);
		if (clock_mono_us() - began > most ||
		    remote_pump(r, &next) != STORE_OK)
			break;
		if (is_pending(r))
			(void)remote_nap(r, END_NAP_US);
	}
	end_alerts(r);
	push_free(r->push);
	deliver_free(r->deliver, clock_get_us(r->s->clock));
	if (r->render != NULL)
		render_free(r->render);
	r->push = NULL;
	r->deliver = NULL;
	r->render = NULL;
}
