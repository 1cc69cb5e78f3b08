/*
 * Handing over to Render, seen from the tick: takes answers, decides by step.c,
 * begins requests after the commit.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

/* Minimum interval between polls, which are not urgent. */
#define FOLLOW_PACE_US (CLOCK_US_PER_S / 5)

/* Delay before work that could not be started is tried again. */
#define AGAIN_US CLOCK_US_PER_S

typedef enum store_rc request_pick(struct deliver *d, int64_t now_us);
typedef enum store_rc request_apply(struct deliver *d, struct request *f,
    int64_t now_us);

/* In order of priority: sending first, because a late run costs most. */
static request_pick *const picks[] = { send_pick, lookup_pick, cancel_pick,
	follow_pick, check_pick };

static request_apply *const applies[REQUEST__MAX] = {
	[REQUEST_SEND] = send_apply,
	[REQUEST_LOOKUP] = lookup_apply,
	[REQUEST_FOLLOW] = follow_apply,
	[REQUEST_CHECK] = check_apply,
	[REQUEST_CANCEL] = cancel_apply,
};

struct deliver *
deliver_new(struct store *st, const struct conf *conf, struct render *render)
{
	struct deliver *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->st = st;
	d->conf = conf;
	d->render = render;
	if ((d->after = strdup("")) == NULL ||
	    getentropy(&d->rand_state, sizeof(d->rand_state)) != 0) {
		free(d->after);
		free(d);
		return NULL;
	}
	return d;
}

/* Move each answer to its request; return whether there is any. */
static bool
take_answers(struct deliver *d, int64_t now_us)
{
	struct render_answer *a;
	bool has_some = false;

	while ((a = render_next(d->render, now_us)) != NULL)
		((struct request *)a->cookie)->answer = a;
	for (size_t i = 0; i < d->n; i++)
		has_some = has_some || d->v[i]->answer != NULL;
	return has_some;
}

/* Apply the answers, then pick new requests. */
static enum store_rc
write_all(struct deliver *d, int64_t now_us)
{
	enum store_rc rc = hold_load(d);
	size_t n = d->n;

	for (size_t i = 0; i < n && rc == STORE_OK; i++) {
		d->v[i]->end = REQUEST_WAITS;
		if (d->v[i]->answer == NULL)
			continue;
		d->v[i]->end = REQUEST_DONE;
		rc = hold_update(d, d->v[i], now_us);
		if (rc == STORE_OK)
			rc = applies[d->v[i]->kind](d, d->v[i], now_us);
	}
	if (rc == STORE_OK)
		rc = send_expire(d, now_us);
	for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		if (rc == STORE_OK && !d->is_draining)
			rc = picks[i](d, now_us);
	}
	return rc;
}

/*
 * Free the requests that are done or, if nothing was committed, the new ones.
 */
static void
free_done(struct deliver *d, bool is_written)
{
	struct request *f;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		f = d->v[i];
		if (is_written ? f->end == REQUEST_DONE : f->is_new)
			request_done(f);
		else
			d->v[n++] = f;
	}
	d->n = n;
}

/* Return whether a request may start at now_us; polls are spread. */
static bool
is_next(struct deliver *d, struct request *f, int64_t now_us)
{
	if (f->kind != REQUEST_FOLLOW)
		return true;
	if (now_us < d->read_us + FOLLOW_PACE_US && now_us >= d->read_us)
		return false;
	d->read_us = now_us;
	return true;
}

/* Start a request that is committed. */
static void
begin(struct deliver *d, struct request *f, int64_t now_us)
{
	struct buf command = BUF_INIT;
	struct render_ask ask = {
		.op = f->op,
		.service = f->service,
		.job = f->run.remote_id,
		.plan = f->run.plan,
		.after_us = f->since_us,
		.cursor = f->cursor,
		.cookie = f,
	};
	struct render_answer *a = &f->unsent;
	struct err why = { "" };

	if (f->kind == REQUEST_SEND) {
		delivery_command(&f->run, &command);
		ask.command = buf_cstr(&command);
	}
	if (f->began_us == 0)
		f->began_us = now_us;
	f->is_ready = false;
	if (command.is_failed ||
	    render_start(d->render, f->key, &ask, &why) != 0) {
		utf8_clean(why.text, strlen(why.text), a->message,
		    sizeof(a->message));
		a->class = RENDER_LATER;
		a->op = f->op;
		f->answer = a;
	}
	buf_fini(&command);
}

/* Make committed requests ready, and start those that may start. */
static void
begin_all(struct deliver *d, int64_t now_us)
{
	struct request *f;

	for (size_t i = 0; i < d->n; i++) {
		f = d->v[i];
		if (f->is_new || f->end == REQUEST_AGAIN) {
			if (f->answer != &f->unsent)
				render_answer_free(f->answer);
			f->answer = NULL;
			f->is_new = false;
			f->is_ready = true;
			f->end = REQUEST_WAITS;
		}
		if (f->is_ready && is_next(d, f, now_us))
			begin(d, f, now_us);
	}
}

enum store_rc
deliver_pump(struct deliver *d, int64_t now_us)
{
	bool has_work = take_answers(d, now_us);
	enum store_rc rc = STORE_OK;

	if (!has_work && !d->is_draining)
		rc = store_delivery_has_work(d->st, now_us, &has_work);
	if (rc == STORE_OK && !has_work)
		begin_all(d, now_us);
	if (rc != STORE_OK || !has_work)
		return rc;
	render_refresh(d->render);
	if ((rc = store_begin(d->st)) != STORE_OK)
		return rc;
	rc = write_all(d, now_us);
	if (rc == STORE_OK)
		rc = store_commit(d->st);
	else
		store_rollback(d->st);
	free_done(d, rc == STORE_OK);
	if (rc == STORE_OK)
		begin_all(d, now_us);
	return rc;
}

void
deliver_drain(struct deliver *d)
{
	d->is_draining = true;
}

size_t
deliver_count(const struct deliver *d)
{
	return d->n;
}

size_t
deliver_pending(const struct deliver *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += !deliver_is_read(d->v[i]);
	return n;
}

enum store_rc
deliver_next(struct deliver *d, int64_t now_us, int64_t *out_us)
{
	bool has_work = false;
	enum store_rc rc;

	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i]->answer != NULL) {
			*out_us = now_us;
			return STORE_OK;
		}
	}
	if ((rc = store_delivery_next(d->st, now_us, out_us)) == STORE_OK)
		rc = store_delivery_has_work(d->st, now_us, &has_work);
	/*
	 * Work is held back by a rate limit, a concurrency limit or a missing
	 * key.
	 */
	if (has_work && *out_us > now_us + AGAIN_US)
		*out_us = now_us + AGAIN_US;
	for (size_t i = 0; i < d->n; i++) {
		if (d->v[i]->is_ready && *out_us > now_us + FOLLOW_PACE_US)
			*out_us = now_us + FOLLOW_PACE_US;
	}
	return rc;
}

/* Store the runs that are being sent as unknown. */
static enum store_rc
give_up(struct deliver *d, int64_t now_us)
{
	enum store_rc rc = STORE_OK;
	struct delivery run;

	for (size_t i = 0; i < d->n && rc == STORE_OK; i++) {
		if (d->v[i]->kind != REQUEST_SEND)
			continue;
		memset(&run, 0, sizeof(run));
		rc = deliver_again(d, d->v[i], &run);
		if (rc == STORE_OK) {
			step_lost(&run, now_us);
			rc = deliver_move(d, &run);
		}
		delivery_fini(&run);
		if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	return rc;
}

void
deliver_free(struct deliver *d, int64_t now_us)
{
	if (d == NULL)
		return;
	/* If this fails, the end of the leases has the same effect later. */
	if (deliver_pending(d) > 0 && store_begin(d->st) == STORE_OK) {
		if (give_up(d, now_us) == STORE_OK)
			(void)store_commit(d->st);
		else
			store_rollback(d->st);
	}
	for (size_t i = 0; i < d->n; i++)
		request_done(d->v[i]);
	hold_free(d);
	free(d->v);
	free(d->after);
	free(d);
}
