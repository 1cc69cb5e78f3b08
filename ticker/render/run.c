/*
 * Writes a run's next state, its limit of time, and what else a state entails.
 * Tested in t_deliver.
 */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/store/alert.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

/* Delay of the first poll after a create. */
#define FOLLOW_SOON_US (5 * CLOCK_US_PER_S)

enum store_rc
deliver_move(struct deliver *d, struct delivery *run)
{
	enum store_rc rc = store_delivery_move(d->st, run);

	if (rc == STORE_OK && !delivery_is_open(run) &&
	    run->state != RUN_SUCCEEDED && run->state != RUN_CANCELED)
		log_event(LOG_LEVEL_WARN, "run", LOG_KEY_RUN, run->id, "state",
		    run_state_name(run->state), "service", run->service,
		    LOG_KEY_ERROR, run->reason == NULL ? "" : run->reason,
		    NULL);
	return rc;
}

enum store_rc
deliver_limit(struct deliver *d, struct delivery *run, int64_t now_us)
{
	enum store_rc rc = STORE_OK;
	bool is_open = delivery_is_open(run);

	if (!step_is_too_long(run, now_us))
		return STORE_OK;
	step_too_long(run, now_us);
	if (is_open) {
		rc = store_delivery_cancel(d->st, run->run, now_us);
		run->next_us = step_check_us(run, now_us);
	}
	log_event(LOG_LEVEL_WARN, "too-long", LOG_KEY_RUN, run->id, "service",
	    run->service, NULL);
	return rc == STORE_OK ?
	    store_alert_add(d->st, ALERT_RUN, run->run, ALERT_TOO_LONG) :
	    rc;
}

enum store_rc
deliver_again(struct deliver *d, const struct request *f, struct delivery *out)
{
	enum store_rc rc = store_delivery_get(d->st, f->run.id, out);

	return rc == STORE_OK && out->version != f->run.version ?
	    STORE_NOTFOUND :
	    rc;
}

enum store_rc
deliver_foreign(struct deliver *d, const struct delivery *run,
    const struct render_job *j, struct err *why)
{
	struct delivery owner = { .run = 0 };
	struct buf command = BUF_INIT;
	enum store_rc rc;

	err_clear(why);
	rc = store_delivery_of_remote(d->st, j->id, &owner);
	delivery_command(run, &command);
	if (rc == STORE_OK && owner.run != run->run)
		err_set(why,
		    "Render's answer names %s, which is the job of run %s",
		    j->id, owner.id);
	else if (!command.is_failed &&
	    !step_is_echo(run, buf_cstr(&command), j))
		err_set(why,
		    "Render's answer names %s, which has another command or "
		    "service",
		    j->id);
	delivery_fini(&owner);
	buf_fini(&command);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
deliver_follow(struct deliver *d, const struct delivery *run, int64_t now_us)
{
	if (!delivery_is_open(run))
		return STORE_OK;
	return store_follow_add(d->st, run->service, now_us + FOLLOW_SOON_US,
	    run->sent_us - STEP_SKEW_US);
}
