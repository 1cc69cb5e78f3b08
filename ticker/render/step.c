/*
 * What becomes of a run on its way to Render, decided from what was learned.
 * Pure.
 */
#include "config.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/backoff.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define H (3600 * S)

/* Render ends a job after 30 days; half a day is added for delays. */
#define OVERDUE_US (30 * 24 * H + 12 * H)

#define CHECK_MIN_US (600 * S)
#define CHECK_MAX_US (6 * H)
#define POLL_MIN_US (5 * S)
#define POLL_MAX_US (25 * S)
#define LOOKUP_AGAIN_US (5 * S)
#define REASON_US (30 * S)

/* The reason until an event has a more exact one. */
#define FAILED_TEXT "failed at Render"

static void set_reason(struct delivery *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
set_reason(struct delivery *d, const char *fmt, ...)
{
	char text[RENDER_MESSAGE_MAX + 256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	free(d->reason);
	/* Without memory the run has no reason. */
	d->reason = strdup(text);
}

static void
close_as(struct delivery *d, enum run_state state)
{
	d->state = state;
	d->next_us = DELIVERY_NEVER;
}

static int64_t
clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

void
step_send(struct delivery *d, int64_t now_us, int64_t lease_us)
{
	d->state = RUN_SENDING;
	d->attempt++;
	d->is_waiting = false;
	d->next_us = now_us + lease_us;
	d->sent_us = now_us;
	set_reason(d, "attempt %lld", (long long)d->attempt);
}

/*
 * Due again at at_us, unless it was canceled or its retry policy is exhausted.
 */
static void
try_again(struct delivery *d, int64_t now_us, int64_t at_us, const char *why)
{
	if (d->cancel_us != 0) {
		step_cancel(d);
		return;
	}
	if (d->retry.max_attempts > 0 && d->attempt >= d->retry.max_attempts) {
		close_as(d, RUN_DEAD);
		set_reason(d, "given up after %lld attempts: %s",
		    (long long)d->attempt, why);
		return;
	}
	if (d->retry.max_age_us > 0 &&
	    now_us - d->due_us > d->retry.max_age_us) {
		close_as(d, RUN_DEAD);
		set_reason(d, "given up after %lld s: %s",
		    (long long)((now_us - d->due_us) / S), why);
		return;
	}
	d->state = RUN_DUE;
	d->next_us = at_us;
	set_reason(d, "attempt %lld: %s", (long long)d->attempt, why);
}

static void
set_unknown(struct delivery *d, int64_t now_us, const char *why)
{
	d->state = RUN_UNKNOWN;
	d->doubt_us = now_us;
	d->lookups = 0;
	d->next_us = now_us + S;
	set_reason(d, "attempt %lld: %s", (long long)d->attempt, why);
}

/* 429, 503, or not sent. */
static void
answer_later(struct delivery *d, const struct render_answer *a, int64_t now_us,
    uint32_t random32)
{
	int64_t wait =
	    backoff_us(d->retry.base_us, d->retry.cap_us, d->attempt, random32);

	if (a->retry_us > wait)
		wait = a->retry_us;
	if (a->is_sent && a->status != 429) {
		/*
		 * A 503 may come from a gateway although the job was created:
		 * look it up before sending again, and once more when a new job
		 * must be listed.
		 */
		set_unknown(d, now_us, a->message);
		d->lookups = STEP_LOOKUPS - 1;
		d->next_us = now_us + wait;
		return;
	}
	d->sent_us = 0;
	try_again(d, now_us, now_us + wait, a->message);
}

void
step_answer(struct delivery *d, const struct render_answer *a, int64_t now_us,
    uint32_t random32)
{
	switch (a->class) {
	case RENDER_OK:
		if (a->njobs == 1)
			step_found(d, &a->jobs[0], now_us);
		else
			set_unknown(d, now_us, "an answer without a job");
		return;
	case RENDER_REFUSED:
		close_as(d, RUN_REFUSED);
		set_reason(d, "%s", a->message);
		return;
	case RENDER_LATER:
		answer_later(d, a, now_us, random32);
		return;
	case RENDER_DENIED:
		step_denied(d, now_us, a->message);
		return;
	case RENDER_UNKNOWN:
	case RENDER_CLASS__MAX:
		break;
	}
	set_unknown(d, now_us, a->message);
}

/* The text without white space at its ends, and its length. */
static const char *
trim(const char *text, size_t *len)
{
	static const char white[] = " \t\r\n";

	text += strspn(text, white);
	*len = strlen(text);
	while (*len > 0 && strchr(white, text[*len - 1]) != NULL)
		--*len;
	return text;
}

bool
step_is_echo(const struct delivery *d, const char *command,
    const struct render_job *j)
{
	const char *ours, *theirs;
	size_t n, k;

	if (j->service[0] != '\0' && strcmp(j->service, d->service) != 0)
		return false;
	if (j->command == NULL)
		return true;
	ours = trim(command, &n);
	theirs = trim(j->command, &k);
	return n == k && memcmp(ours, theirs, n) == 0;
}

void
step_foreign(struct delivery *d, const char *why)
{
	close_as(d, RUN_UNKNOWN);
	d->is_waiting = false;
	set_reason(d, "%s; not sent again", why);
}

void
step_unsent(struct delivery *d, int64_t now_us, const char *why)
{
	d->sent_us = 0;
	d->attempt--;
	try_again(d, now_us, now_us + S, why);
}

void
step_denied(struct delivery *d, int64_t now_us, const char *why)
{
	d->sent_us = 0;
	d->attempt--;
	try_again(d, now_us, now_us, why);
	if (d->state != RUN_DUE)
		return;
	d->is_waiting = true;
	set_reason(d, "%s", why);
}

void
step_expire(struct delivery *d, int64_t now_us)
{
	static const char waiting[] = "waiting: ";
	const char *why =
	    d->reason == NULL ? "no tick has handed it over" : d->reason;
	char text[RENDER_MESSAGE_MAX + 64];

	if (d->cancel_us != 0) {
		step_cancel(d);
		return;
	}
	if (strncmp(why, waiting, sizeof(waiting) - 1) == 0)
		why += sizeof(waiting) - 1;
	(void)snprintf(text, sizeof(text), "given up after %lld s: %s",
	    (long long)((now_us - d->due_us) / S), why);
	close_as(d, RUN_DEAD);
	d->is_waiting = false;
	set_reason(d, "%s", text);
}

void
step_lost(struct delivery *d, int64_t now_us)
{
	set_unknown(d, now_us, "the tick that sent it ended before the answer");
}

bool
step_is_match(const struct delivery *d, const char *command,
    const struct render_job *j)
{
	return j->command != NULL && strcmp(j->command, command) == 0 &&
	    (j->created_us == RENDER_NO_TIME ||
		j->created_us >= d->sent_us - STEP_SKEW_US);
}

static int64_t
time_or_0(int64_t t_us)
{
	return t_us == RENDER_NO_TIME ? 0 : t_us;
}

void
step_found(struct delivery *d, const struct render_job *j, int64_t now_us)
{
	char *id = strdup(j->id);

	/* Without memory its id is lost: look it up again. */
	if (id == NULL) {
		set_unknown(d, now_us, "no memory");
		return;
	}
	free(d->remote_id);
	d->remote_id = id;
	d->state = RUN_CREATED;
	d->created_us = time_or_0(j->created_us);
	if (d->created_us == 0)
		d->created_us = d->sent_us;
	d->next_us = step_check_us(d, now_us);
	d->is_waiting = false;
	free(d->reason);
	d->reason = NULL;
	(void)step_job(d, j, now_us);
}

void
step_not_found(struct delivery *d, int64_t began_us, int64_t now_us,
    int64_t settle_us)
{
	int64_t settled_us = d->doubt_us + settle_us;

	d->lookups++;
	if (d->lookups < STEP_LOOKUPS || began_us < settled_us) {
		/* Soon, later, and once more when a new job must be listed. */
		d->next_us =
		    d->lookups == 1 ? d->doubt_us + settle_us / 4 : settled_us;
		if (d->next_us <= now_us)
			d->next_us = now_us + S;
		return;
	}
	if (d->cancel_us == 0 && d->on_ambiguous == DELIVERY_AMBIGUOUS_SKIP) {
		close_as(d, RUN_UNKNOWN);
		set_reason(d,
		    "not found at Render in %lld looks; not sent again, for "
		    "on_ambiguous is skip",
		    (long long)d->lookups);
		return;
	}
	/*
	 * The attempt is decided.  The next has its own time, which limits the
	 * jobs to be listed.
	 */
	d->lookups = 0;
	d->sent_us = 0;
	d->doubt_us = 0;
	try_again(d, now_us, now_us, "not found at Render");
}

void
step_lookup_failed(struct delivery *d, int64_t now_us, int64_t retry_us)
{
	d->next_us =
	    now_us + (retry_us > LOOKUP_AGAIN_US ? retry_us : LOOKUP_AGAIN_US);
}

/* The state of a status, or the present one if the status is not known. */
static enum run_state
state_of(const struct delivery *d, enum render_status s)
{
	switch (s) {
	case RENDER_RUNNING:
		return RUN_RUNNING;
	case RENDER_SUCCEEDED:
		return RUN_SUCCEEDED;
	case RENDER_FAILED:
		return RUN_FAILED;
	case RENDER_CANCELED:
		return RUN_CANCELED;
	case RENDER_OPEN:
	case RENDER_PENDING:
	case RENDER_STATUS__MAX:
		break;
	}
	return d->state;
}

/*
 * It has ended: drop the reason of an earlier state, but not that of a cancel.
 */
static void
drop_reason(struct delivery *d)
{
	if (d->state == RUN_CANCELED)
		return;
	free(d->reason);
	d->reason = NULL;
}

bool
step_job(struct delivery *d, const struct render_job *j, int64_t now_us)
{
	enum run_state was = d->state;

	if (!delivery_is_open(d))
		return false;
	d->state = state_of(d, j->status);
	if (d->state == was)
		return false;
	if (d->started_us == 0)
		d->started_us = time_or_0(j->started_us);
	if (!run_state_is_final(d->state)) {
		d->next_us = step_check_us(d, now_us);
		return true;
	}
	close_as(d, d->state);
	d->finished_us = time_or_0(j->finished_us);
	drop_reason(d);
	if (d->state == RUN_FAILED)
		set_reason(d, FAILED_TEXT);
	return true;
}

bool
step_listed(struct delivery *d, const struct render_job *j, int64_t now_us)
{
	if (j->status != RENDER_FAILED || !delivery_is_open(d))
		return step_job(d, j, now_us);
	if (d->next_us <= now_us + REASON_US)
		return false;
	if (d->started_us == 0)
		d->started_us = time_or_0(j->started_us);
	d->next_us = now_us + REASON_US;
	return true;
}

/* The flags of a reason, the most specific first. */
static const struct {
	size_t flag; /* offset of a bool */
	const char *word, *more;
} reasons[] = {
	{ offsetof(struct render_reason, is_oom), "oomKilled",
	    ": out of memory" },
	{ offsetof(struct render_reason, is_evicted), "evicted", "" },
	{ offsetof(struct render_reason, is_timed_out), "timed out", "" },
	{ offsetof(struct render_reason, is_unhealthy), "unhealthy",
	    ": it failed its health check" },
	{ offsetof(struct render_reason, is_early), "earlyExit",
	    ": early exit" },
};

/*
 * Print the flags that are set into out, the first with its meaning; return
 * whether the reason is known.
 */
static bool
print_reason(const struct render_reason *r, char *out, size_t n)
{
	size_t len = 0;
	bool is_set;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		memcpy(&is_set, (const char *)r + reasons[i].flag,
		    sizeof(is_set));
		if (is_set && len < n)
			len += (size_t)snprintf(out + len, n - len, "%s%s%s",
			    len == 0 ? "" : ", ", reasons[i].word,
			    len == 0 ? reasons[i].more : "");
	}
	if (len > 0)
		return true;
	(void)snprintf(out, n, "%s",
	    r->has_exit_code ? "nonZeroExit" : FAILED_TEXT);
	return r->has_exit_code || r->why[0] != '\0';
}

/* Set the reason of a failure; false: the event has none. */
static bool
set_event_reason(struct delivery *d, const struct render_reason *r)
{
	char word[160], time[48] = "", code[32] = "";
	bool is_plain = !r->is_oom && r->has_exit_code;
	bool is_any = print_reason(r, word, sizeof(word));

	if (r->timed_out_s != 0 && !r->is_oom && !r->is_evicted) {
		is_any = true;
		(void)snprintf(word, sizeof(word), "timed out");
		(void)snprintf(time, sizeof(time), " after %lld s",
		    (long long)r->timed_out_s);
	}
	if (!is_any)
		return false;
	if (is_plain)
		(void)snprintf(code, sizeof(code), "%s exit code %d",
		    strcmp(word, "nonZeroExit") == 0 ? ":" : ",", r->exit_code);
	set_reason(d, "%s%s%s%s%s", word, time, code,
	    r->why[0] != '\0' ? ": " : "", r->why);
	return true;
}

/* A list had the failure before the event, which now has the reason. */
static bool
event_late(struct delivery *d, const struct render_event *e)
{
	if (d->state != RUN_FAILED || d->reason == NULL ||
	    strcmp(d->reason, FAILED_TEXT) != 0)
		return false;
	return set_event_reason(d, &e->reason);
}

bool
step_event(struct delivery *d, const struct render_event *e)
{
	enum run_state state = state_of(d, e->status);

	if (!delivery_is_open(d))
		return event_late(d, e);
	/* An unknown kind of end: the job will be requested. */
	if (!run_state_is_final(state))
		return false;
	close_as(d, state);
	d->finished_us = time_or_0(e->at_us);
	drop_reason(d);
	if (!set_event_reason(d, &e->reason) && state == RUN_FAILED)
		set_reason(d, FAILED_TEXT);
	return true;
}

void
step_gone(struct delivery *d, const char *why)
{
	close_as(d, RUN_UNKNOWN);
	set_reason(d, "%s", why);
}

bool
step_is_overdue(const struct delivery *d, int64_t now_us)
{
	return now_us - d->created_us > OVERDUE_US;
}

/* The time its max_runtime ends; DELIVERY_NEVER. */
static int64_t
limit_us(const struct delivery *d)
{
	int64_t began = d->started_us != 0 ? d->started_us : d->created_us;

	return d->state != RUN_RUNNING || d->max_runtime_us == 0 ||
		d->cancel_us != 0 ?
	    DELIVERY_NEVER :
	    began + d->max_runtime_us;
}

bool
step_is_too_long(const struct delivery *d, int64_t now_us)
{
	if (delivery_is_open(d))
		return now_us >= limit_us(d);
	return d->max_runtime_us != 0 && d->cancel_us == 0 &&
	    d->started_us != 0 &&
	    d->finished_us - d->started_us > d->max_runtime_us;
}

void
step_too_long(struct delivery *d, int64_t now_us)
{
	long long max_s = (long long)(d->max_runtime_us / S);

	if (delivery_is_open(d)) {
		d->cancel_us = now_us;
		set_reason(d,
		    "ran for longer than max_runtime, %lld s: canceled", max_s);
	} else if (d->reason == NULL)
		set_reason(d, "ran for %lld s, longer than max_runtime, %lld s",
		    (long long)((d->finished_us - d->started_us) / S), max_s);
}

int64_t
step_check_us(const struct delivery *d, int64_t now_us)
{
	int64_t at = now_us +
	    clamp((now_us - d->created_us) / 2, CHECK_MIN_US, CHECK_MAX_US);

	return at < limit_us(d) ? at : limit_us(d);
}

void
step_cancel(struct delivery *d)
{
	close_as(d, RUN_CANCELED);
	d->is_waiting = false;
	set_reason(d, "canceled before it left");
}

int64_t
step_poll_us(int64_t age_us)
{
	return clamp(age_us / 4, POLL_MIN_US, POLL_MAX_US);
}
