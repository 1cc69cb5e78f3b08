/*
 * Picks runs that are due, within the limits of key and service, and has Render
 * create their jobs. Tested in t_deliver.
 */
#include "config.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

/* Time by which a lease outlasts the longest request. */
#define LEASE_SLACK_US (30 * CLOCK_US_PER_S)

/*
 * Rows read in addition, because of runs with equal fingerprints only one is
 * taken.
 */
#define READ_MORE 64
#define EXPIRE_MAX 1000

#define NO_LIMIT INT64_MAX

/*
 * Maximum unknown runs of a service to which more are sent: each must be looked
 * up among all others.
 */
#define UNKNOWN_MAX 100

/* Limits of one pass. */
struct picking {
	struct deliver *d;
	int64_t now_us;
	int64_t room;	 /* requests left in total */
	int64_t *rate;	 /* by key: requests left of its rate limit */
	int64_t *active; /* by key: runs that count for max_concurrent */
	enum store_rc rc;
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void
add_active(void *arg, const char *service, int64_t n)
{
	struct picking *p = arg;
	int key = conf_render_key_for(p->d->conf, service);

	if (key >= 0)
		p->active[key] += n;
}

/* Return whether a key has a limit, so that runs must be counted. */
static bool
has_key_limit(const struct conf *c)
{
	for (size_t i = 0; i < c->nrender_keys; i++) {
		if (c->render_keys[i].max_concurrent > 0)
			return true;
	}
	return false;
}

/* The number of further runs that the limits of service and key permit. */
static int64_t
room_at(struct picking *p, const char *service, int key)
{
	const struct conf *c = p->d->conf;
	const struct conf_render_service *s =
	    conf_render_service_for(c, service);
	int64_t room = NO_LIMIT, n = 0, max;

	if ((max = c->render_keys[key].max_concurrent) > 0)
		room = max - p->active[key];
	if (s != NULL && s->max_concurrent > 0) {
		p->rc = store_delivery_away_count(p->d->st, service, &n);
		room = least(room, s->max_concurrent - n);
	}
	return room;
}

/* Send one run. */
static enum store_rc
pick_one(struct picking *p, struct delivery *run, int key)
{
	int64_t lease_us = p->d->conf->http_timeout_us + LEASE_SLACK_US;
	struct request *f;
	enum store_rc rc;

	step_send(run, p->now_us, lease_us);
	rc = deliver_move(p->d, run);
	if (rc == STORE_NOTFOUND)
		return STORE_OK;
	if (rc != STORE_OK)
		return rc;
	p->active[key]++;
	if ((f = request_new(p->d, REQUEST_SEND, run->service, key)) == NULL)
		return STORE_FULL;
	f->op = RENDER_CREATE;
	f->run = *run;
	memset(run, 0, sizeof(*run));
	p->room--;
	if (p->rate[key] != NO_LIMIT)
		p->rate[key]--;
	return STORE_OK;
}

/* Send up to room runs of a service, oldest first, one per fingerprint. */
static enum store_rc
pick_some(struct picking *p, const char *service, int key, int64_t room)
{
	struct delivery_list l = { NULL, 0, 0 };
	int64_t *fingerprints;
	size_t nfingerprints = 0, k;
	enum store_rc rc;

	rc = store_delivery_due(p->d->st, service, p->now_us, room + READ_MORE,
	    &l);
	fingerprints = calloc(l.n + 1, sizeof(*fingerprints));
	if (fingerprints == NULL)
		rc = STORE_FULL;
	for (size_t i = 0; i < l.n && room > 0 && rc == STORE_OK; i++) {
		fingerprints[nfingerprints] = delivery_fingerprint(&l.v[i]);
		for (k = 0; fingerprints[k] != fingerprints[nfingerprints]; k++)
			;
		if (k < nfingerprints)
			continue;
		nfingerprints++;
		room--;
		rc = pick_one(p, &l.v[i], key);
	}
	free(fingerprints);
	delivery_list_fini(&l);
	return rc;
}

/* Send one run to try a key that was not accepted; the others wait. */
static enum store_rc
pick_to_try(struct picking *p, const char *service, int key, const char *why)
{
	enum store_rc rc;

	hold_try(p->d, key, service, p->now_us);
	rc = pick_some(p, service, key, 1);
	return rc == STORE_OK ?
	    store_delivery_wait(p->d->st, service, p->now_us, why) :
	    rc;
}

static enum store_rc
pick_service(struct picking *p, const char *service)
{
	struct err wrong = { "" };
	const char *why = wrong.text;
	int key = render_key(p->d->render, service, &wrong);
	enum hold_state hold = HOLD_HELD;
	int64_t room, may, unknown;
	enum store_rc rc;

	if (key >= 0)
		hold = hold_find_state(p->d, key, service, p->now_us, &why);
	else
		err_set(&wrong, "waiting: %s", wrong.text);
	if (hold == HOLD_TRY && p->rate[key] > 0)
		return pick_to_try(p, service, key, why);
	if (hold != HOLD_NONE)
		return store_delivery_wait(p->d->st, service, p->now_us, why);
	rc = store_delivery_doubt_count(p->d->st, service, &unknown);
	if (rc == STORE_OK && unknown >= UNKNOWN_MAX)
		rc = store_delivery_wait(p->d->st, service, p->now_us,
		    "waiting: too many runs are in doubt there");
	if (rc != STORE_OK || unknown >= UNKNOWN_MAX)
		return rc;
	room = room_at(p, service, key);
	may = least(room, least(p->room, p->rate[key]));
	rc = p->rc;
	if (may == room && room < 0)
		may = room = 0;
	if (rc == STORE_OK && may > 0)
		rc = pick_some(p, service, key, may);
	if (rc == STORE_OK && may == room)
		rc = store_delivery_wait(p->d->st, service, p->now_us,
		    "waiting: concurrency");
	return rc;
}

/*
 * Send the runs of all services with due ones, starting after the service
 * served last, so that none starves.
 */
static enum store_rc
pick_services(struct picking *p)
{
	char *from = p->d->after, *at = strdup(from), *service = NULL;
	bool is_wrapped = from[0] == '\0';
	enum store_rc rc = at == NULL ? STORE_FULL : STORE_OK;

	while (rc == STORE_OK && p->room > 0) {
		rc = store_delivery_due_service(p->d->st, at, &service);
		if (rc == STORE_NOTFOUND && !is_wrapped) {
			is_wrapped = true;
			at[0] = '\0';
			rc = STORE_OK;
			continue;
		}
		if (rc != STORE_OK)
			break;
		free(at);
		at = service;
		rc = pick_service(p, service);
		if (is_wrapped && from[0] != '\0' && strcmp(at, from) >= 0)
			break;
	}
	if (at != NULL && p->room <= 0) {
		free(p->d->after);
		p->d->after = at;
		at = NULL;
	}
	free(at);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
send_pick(struct deliver *d, int64_t now_us)
{
	size_t nkeys = d->conf->nrender_keys;
	struct picking p = { .d = d, .now_us = now_us, .rc = STORE_OK };
	enum store_rc rc = STORE_FULL;

	p.room = deliver_room(d);
	p.rate = calloc(nkeys + 1, sizeof(*p.rate));
	p.active = calloc(nkeys + 1, sizeof(*p.active));
	if (p.rate == NULL || p.active == NULL)
		goto out;
	for (size_t i = 0; i < nkeys; i++)
		p.rate[i] =
		    render_left(d->render, (int)i, RENDER_CREATE, now_us);
	rc = has_key_limit(d->conf) ?
	    store_delivery_away_services(d->st, add_active, &p) :
	    STORE_OK;
	if (rc == STORE_OK)
		rc = pick_services(&p);
out:
	free(p.rate);
	free(p.active);
	return rc;
}

/*
 * The run was changed after the lease expired.  That its job was created is
 * still useful, unless it is being sent again.
 */
static bool
is_late_news(const struct render_answer *a, const struct delivery *run)
{
	return a->class == RENDER_OK && a->njobs == 1 &&
	    run->remote_id == NULL &&
	    (run->state == RUN_UNKNOWN || run->state == RUN_DUE);
}

/* Apply the answer; one that names another run's job is not an answer. */
static enum store_rc
take_answer(struct deliver *d, const struct request *f, struct delivery *run,
    int64_t now_us)
{
	const struct render_answer *a = f->answer;
	struct err why = { "" };
	const char *held = NULL;
	enum store_rc rc = STORE_OK;

	if (a->class == RENDER_OK && a->njobs == 1)
		rc = deliver_foreign(d, run, &a->jobs[0], &why);
	if (rc != STORE_OK)
		return rc;
	if (why.text[0] != '\0')
		step_foreign(run, why.text);
	else if (a->class == RENDER_DENIED &&
	    hold_find_state(d, f->key, f->service, now_us, &held) != HOLD_NONE)
		step_denied(run, now_us, held);
	else
		step_answer(run, a, now_us, backoff_rand32(&d->rand_state));
	return STORE_OK;
}

enum store_rc
send_apply(struct deliver *d, struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	struct delivery run = { .run = 0 };
	enum store_rc rc;

	rc = store_delivery_get(d->st, f->run.id, &run);
	if (rc == STORE_OK && run.version != f->run.version &&
	    !is_late_news(a, &run))
		rc = STORE_NOTFOUND;
	if (rc == STORE_OK) {
		if (a == &f->unsent)
			step_unsent(&run, now_us, a->message);
		else
			rc = take_answer(d, f, &run, now_us);
		if (rc == STORE_OK)
			rc = deliver_move(d, &run);
	}
	if (rc == STORE_OK && run.state != RUN_DUE && run.state != RUN_UNKNOWN)
		rc = deliver_follow(d, &run, now_us);
	delivery_fini(&run);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Runs that have waited for too long, before any of them is sent. */
static enum store_rc
expire_due(struct deliver *d, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc = store_delivery_expired(d->st, now_us, EXPIRE_MAX, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		step_expire(&l.v[i], now_us);
		rc = deliver_move(d, &l.v[i]);
		if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	delivery_list_fini(&l);
	return rc;
}

enum store_rc
send_expire(struct deliver *d, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc =
	    store_delivery_in_state(d->st, RUN_SENDING, now_us, EXPIRE_MAX, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		/* A request of this process will be answered or time out. */
		if (request_is_open(d, REQUEST_SEND, l.v[i].service,
			l.v[i].run))
			continue;
		step_lost(&l.v[i], now_us);
		rc = deliver_move(d, &l.v[i]);
		if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	delivery_list_fini(&l);
	return rc == STORE_OK ? expire_due(d, now_us) : rc;
}
