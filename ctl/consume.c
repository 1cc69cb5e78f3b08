/*
 * The commands of minutehand consume: started, and their result made an
 * acknowledgment, a delay or a dead letter.  Tested in tests/ctl/consume.bats.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/consume.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/conf/conf.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

/* What an ended command means for its message. */
struct verdict {
	bool is_ack;
	bool is_free;
	bool is_missing; /* there is no such command */
	int64_t status;	 /* exit status, or 128 + signal */
	struct err reason;
};

static void
judge(const struct worker *w, struct verdict *v)
{
	enum child_end end;

	memset(v, 0, sizeof(*v));
	end = child_end(w->child.status, &v->reason);
	v->status = child_exit_status(w->child.status);
	v->is_ack = end == CHILD_DONE;
	v->is_missing = end == CHILD_MISSING;
	v->is_free = end == CHILD_LATER || v->is_missing || w->is_killed;
	if (w->is_killed)
		err_set(&v->reason, "the consumer was stopped");
	if (!w->is_overlong)
		return;
	/* Whatever it exits with: it was told to end before it had done. */
	v->is_ack = v->is_missing = v->is_free = false;
	err_set(&v->reason, "ran for longer than max_runtime, %g s: stopped",
	    (double)w->msg.max_runtime_us / CLOCK_US_PER_S);
}

/* What the envelope says under key, "" if it says nothing. */
static const char *
envelope_text(struct json_object *body, const char *key)
{
	struct faults fs = { .n = 0 };
	const char *text = "";

	if (json_is_object(body))
		(void)json_get_str(body, key, &text, &fs);
	return text;
}

void
worker_init(struct worker *w)
{
	*w = (struct worker){ .child = { .fd = -1 }, .said = OUTPUT_INIT };
}

static void
release(struct consume *c, struct worker *w)
{
	free(w->msg.body);
	free(w->msg.reason);
	output_fini(&w->said);
	worker_init(w);
	c->nrunning--;
}

/* Remember the first status that is worse than "some were put back". */
static void
note(struct consume *c, int status)
{
	if (c->status <= CTL_NO)
		c->status = status;
}

/* The store could not be told: worth another try? */
static bool
is_passing(const struct worker *w, enum store_rc rc)
{
	return (rc == STORE_BUSY || rc == STORE_FULL) &&
	    clock_mono_us() < w->until_us;
}

/* What happens next to a message that was put back. */
static void
describe_next(const struct consume *c, const struct worker *w,
    const struct verdict *v, struct buf *out)
{
	int64_t own = w->msg.max_attempts;
	int64_t max = own > 0 ?
	    own :
	    conf_queue_for(c->ctl->conf, c->queue)->max_deliveries;

	if (v->is_free)
		buf_str(out, ", not counted");
	else
		buf_printf(out, ", attempt %" PRId64 " of %" PRId64,
		    w->msg.attempt, max);
	if (!v->is_free && w->msg.attempt >= max)
		buf_str(out, "; it is a dead letter now");
	else if (!v->is_free && own > 0)
		buf_str(out, "; it is tried again by its retry_failed");
	else if (c->retry_us == 0)
		buf_str(out, "; it is tried again at once");
	else
		buf_printf(out, "; it is tried again in %g s",
		    (double)c->retry_us / CLOCK_US_PER_S);
}

/*
 * One line for a command that failed, which cron mails.  A message that was put
 * back on request, or as the consumer ends, did not fail.
 */
static void
print_failure(const struct consume *c, const struct worker *w,
    const struct verdict *v)
{
	struct buf next = BUF_INIT;
	struct json_object *body;
	const char *run;

	if (c->is_quiet || w->is_killed || v->is_missing ||
	    (v->is_free && !c->is_verbose))
		return;
	body = json_parse(w->msg.body, strlen(w->msg.body), NULL);
	run = envelope_text(body, "task_id");
	describe_next(c, w, v, &next);
	(void)ctl_fail(0, "%s: message %" PRId64 "%s%s: %s%s", c->queue,
	    w->msg.id, *run == '\0' ? "" : ", run ", run, v->reason.text,
	    buf_cstr(&next));
	buf_fini(&next);
	json_free(body);
}

/* After the store was told: count, and free w. */
static void
finish(struct consume *c, struct worker *w, const struct verdict *v,
    enum store_rc rc, size_t done)
{
	char what[64];

	(void)snprintf(what, sizeof(what), "message %lld",
	    (long long)w->msg.id);
	if (rc != STORE_OK) {
		note(c, ctl_fail_rc(rc, what));
		c->is_stopping = true;
		c->lost++;
	} else if (done == 0) {
		note(c,
		    ctl_fail(CTL_NO,
			"%s: its lease had expired; it may be "
			"delivered again",
			what));
		c->lost++;
	} else if (v->is_ack) {
		c->acked++;
	} else {
		note(c, CTL_NO);
		c->nacked++;
		print_failure(c, w, v);
	}
	release(c, w);
}

static enum store_rc
report_store(struct consume *c, struct worker *w, const struct verdict *v,
    size_t *done)
{
	const char *lease = w->msg.lease;
	const struct sched_leases l = { c->queue, &lease, 1 };
	const struct sched_work work = {
		.status = v->status,
		.output = output_text(&w->said, (size_t)c->keep),
	};
	const struct sched_nack how = {
		.delay_us = w->is_killed || v->is_missing ? 0 : c->retry_us,
		.reason = v->reason.text,
		.is_free = v->is_free,
		.work = work,
	};

	if (v->is_ack)
		return sched_ack(&c->ctl->sched, &l, &work, done);
	return sched_nack(&c->ctl->sched, &l, &how, done);
}

void
worker_settle(struct consume *c, struct worker *w)
{
	struct verdict v;
	enum store_rc rc;
	size_t done = 0;

	judge(w, &v);
	if (v.is_missing && !w->is_killed) {
		if (c->status != CTL_DOWN)
			(void)ctl_fail(0, "%s: %s", c->command[0],
			    v.reason.text);
		c->status = CTL_DOWN;
		c->is_stopping = true;
	}
	rc = report_store(c, w, &v, &done);
	if (rc == STORE_OK || !is_passing(w, rc))
		finish(c, w, &v, rc, done);
}

void
worker_return(struct consume *c, struct worker *w, const char *reason)
{
	struct verdict v = { .is_free = true };
	enum store_rc rc;
	size_t done = 0;

	w->is_killed = true;
	err_set(&v.reason, "%s", reason);
	/* If this fails the lease lapses by itself: nothing is lost. */
	rc = report_store(c, w, &v, &done);
	finish(c, w, &v, rc, done);
}

void
worker_signal(const struct worker *w, int sig)
{
	(void)kill(w->msg.max_runtime_us != 0 ? -w->child.pid : w->child.pid,
	    sig);
}

void
worker_limit(struct worker *w, int64_t now_us)
{
	if (w->stop_us == 0 || now_us < w->stop_us)
		return;
	worker_signal(w, w->is_overlong ? SIGKILL : SIGTERM);
	w->is_overlong = true;
	w->stop_us = now_us + CONSUME_GRACE_US;
}

void
worker_extend(struct consume *c, struct worker *w)
{
	const char *lease = w->msg.lease;
	const struct sched_leases l = { c->queue, &lease, 1 };
	int64_t now = clock_mono_us();
	enum store_rc rc;
	size_t done = 0;

	rc = sched_extend(&c->ctl->sched, &l, c->lease_us, &done);
	if (rc == STORE_OK && done == 1) {
		w->until_us = now + c->lease_us;
		w->extend_us = now + c->lease_us / 2;
	} else if (rc == STORE_OK) {
		/* Someone else may have it now; let the command end. */
		w->extend_us = INT64_MAX;
	} else {
		w->extend_us = now + c->lease_us / 8;
	}
}

extern char **environ;

static char **
make_environment(const struct consume *c, const struct message *m)
{
	struct json_object *body;
	char attempt[24], id[24], **env;

	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, m->attempt);
	(void)snprintf(id, sizeof(id), "%" PRId64, m->id);
	body = json_parse(m->body, strlen(m->body), NULL);
	env = child_env(environ,
	    &(struct child_message){
		.queue = c->queue,
		.message_id = id,
		.attempt = attempt,
		.job_id = envelope_text(body, "job_id"),
		.task_id = envelope_text(body, "task_id"),
		.scheduled_at = envelope_text(body, "scheduled_at"),
	    },
	    c->variables);
	json_free(body);
	return env;
}

int
worker_start(const struct consume *c, struct worker *w)
{
	struct child_opts o = {
		.argv = c->command,
		.env = make_environment(c, &w->msg),
		.out = -1,
		.err = -1,
		/* What it has started is to end with it, if it is too long. */
		.has_group = w->msg.max_runtime_us != 0,
	};
	int e = o.env == NULL ? ENOMEM : 0;

	if (e == 0 && c->keep > 0)
		e = output_open(&w->said, &c->outlets, &o);
	if (e == 0)
		e = child_start(&w->child, &o, w->msg.body,
		    strlen(w->msg.body));
	output_started(&o);
	child_env_free((char **)o.env);
	return e;
}

void
worker_listen(struct consume *c, struct worker *w)
{
	if (w->child.has_ended)
		output_close(&w->said, &c->outlets, (size_t)c->keep);
	else
		output_read(&w->said, &c->outlets, (size_t)c->keep);
}
