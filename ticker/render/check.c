/*
 * Requests about one run: what the lists missed, and cancels. Tested in
 * t_deliver.
 */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

/* Minimum interval between requests about a run, by any tick. */
#define CHECK_INTERVAL_US (60 * CLOCK_US_PER_S)

/* Add a request about a run that has a job; *run is moved into it. */
static enum store_rc
request_begin(struct deliver *d, enum request_kind kind, struct delivery *run,
    int64_t now_us)
{
	int key = deliver_key(d, run->service, now_us);
	struct request *f;

	if (key < 0)
		return STORE_OK;
	if ((f = request_new(d, kind, run->service, key)) == NULL)
		return STORE_FULL;
	f->op = kind == REQUEST_CANCEL ? RENDER_CANCEL : RENDER_GET;
	f->run = *run;
	memset(run, 0, sizeof(*run));
	return STORE_OK;
}

static enum store_rc
check_one(struct deliver *d, struct delivery *run, int64_t now_us)
{
	bool is_overdue = step_is_overdue(run, now_us);
	enum store_rc rc;

	if (is_overdue)
		step_gone(run, "no end was seen within 30 days");
	else
		run->next_us = now_us + CHECK_INTERVAL_US;
	rc = deliver_move(d, run);
	if (rc == STORE_OK && !is_overdue)
		rc = request_begin(d, REQUEST_CHECK, run, now_us);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
check_state(struct deliver *d, enum run_state state, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	int64_t room = deliver_room_to_read(d);
	enum store_rc rc;

	if (room <= 0)
		return STORE_OK;
	rc = store_delivery_in_state(d->st, state, now_us, room, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = check_one(d, &l.v[i], now_us);
	delivery_list_fini(&l);
	return rc;
}

enum store_rc
check_pick(struct deliver *d, int64_t now_us)
{
	enum store_rc rc = check_state(d, RUN_CREATED, now_us);

	return rc == STORE_OK ? check_state(d, RUN_RUNNING, now_us) : rc;
}

/* Store what the target reports of one job: the answer to a check or cancel. */
static enum store_rc
one_apply(struct deliver *d, struct request *f, int64_t now_us, int64_t next_us)
{
	const struct render_answer *a = f->answer;
	struct delivery run = { .run = 0 };
	enum store_rc rc = deliver_again(d, f, &run);

	if (rc == STORE_OK) {
		run.next_us = next_us;
		if (a->class == RENDER_OK && a->njobs == 1 &&
		    strcmp(a->jobs[0].id, run.remote_id) != 0)
			log_event(LOG_LEVEL_WARN, "answer", LOG_KEY_RUN, run.id,
			    LOG_KEY_ERROR, "it names another job", NULL);
		else if (a->class == RENDER_OK && a->njobs == 1)
			(void)step_job(&run, &a->jobs[0], now_us);
		else if (a->op == RENDER_GET && a->status == 404)
			step_gone(&run,
			    "Render does not know the job any more");
		if (a->class == RENDER_OK)
			rc = deliver_limit(d, &run, now_us);
		if (rc == STORE_OK)
			rc = deliver_move(d, &run);
	}
	delivery_fini(&run);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
check_apply(struct deliver *d, struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	int64_t next_us = step_check_us(&f->run, now_us);

	if (a->class != RENDER_OK)
		next_us = now_us +
		    (a->retry_us > CHECK_INTERVAL_US ? a->retry_us :
						       CHECK_INTERVAL_US);
	return one_apply(d, f, now_us, next_us);
}

/* Cancel a run that was not sent; request the cancel of another's job. */
static enum store_rc
cancel_one(struct deliver *d, struct delivery *run, int64_t now_us)
{
	enum store_rc rc;

	if (run->state == RUN_DUE) {
		step_cancel(run);
		rc = deliver_move(d, run);
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	}
	if (deliver_room(d) <= 0 ||
	    request_is_open(d, REQUEST_CANCEL, run->service, run->run))
		return STORE_OK;
	rc =
	    store_delivery_put_off(d->st, run->run, now_us + CHECK_INTERVAL_US);
	return rc == STORE_OK ? request_begin(d, REQUEST_CANCEL, run, now_us) :
				rc;
}

enum store_rc
cancel_pick(struct deliver *d, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc = store_delivery_to_cancel(d->st, now_us, d->conf->max_parallel, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = cancel_one(d, &l.v[i], now_us);
	delivery_list_fini(&l);
	return rc;
}

/*
 * After any answer the run is checked soon, and its cancel is requested again
 * if it still runs.  The cancel of a job that has ended is refused.
 */
enum store_rc
cancel_apply(struct deliver *d, struct request *f, int64_t now_us)
{
	return one_apply(d, f, now_us, now_us + CLOCK_US_PER_S);
}
