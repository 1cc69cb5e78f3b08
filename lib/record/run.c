/*
 * Runs, the rows of the ledger, as records: their states and ids.  A run's row
 * in the store is lib/store/run.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/hash.h"
#include "lib/base/list.h"
#include "lib/record/member.h"
#include "lib/record/run.h"
#include "lib/base/names.h"
#include "lib/base/ban.h"

const char *const run_state_names[RUN_STATE__MAX] = {
	[RUN_SENT] = "sent",
	[RUN_MISSED] = "missed",
	[RUN_COALESCED] = "coalesced",
	[RUN_PAUSED] = "paused",
	[RUN_OVERLAP] = "overlap",
	[RUN_DUE] = "due",
	[RUN_SENDING] = "sending",
	[RUN_UNKNOWN] = "unknown",
	[RUN_CREATED] = "created",
	[RUN_RUNNING] = "running",
	[RUN_SUCCEEDED] = "succeeded",
	[RUN_FAILED] = "failed",
	[RUN_CANCELED] = "canceled",
	[RUN_REFUSED] = "refused",
	[RUN_DEAD] = "dead",
};

const char *
run_state_name(enum run_state s)
{
	return run_state_names[s];
}

int
run_state_parse(const char *name, enum run_state *out)
{
	int i = names_find(run_state_names, RUN_STATE__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum run_state)i;
	return 0;
}

int
run_states_parse(const char *text, unsigned *out)
{
	return names_set(run_state_names, RUN_STATE__MAX, text, out);
}

static bool
contains(const char *s, const char *text)
{
	size_t n = strlen(text);

	for (; s != NULL && *s != '\0'; s++)
		if (strncasecmp(s, text, n) == 0)
			return true;
	return false;
}

bool
run_has_text(const struct run *r, const char *text)
{
	return contains(r->job_id, text) || contains(r->reason, text) ||
	    contains(r->work.last.error, text);
}

enum outcome
run_outcome(const struct run *r)
{
	static const enum outcome by_state[RUN_STATE__MAX] = {
		[RUN_SENT] = OUTCOME_UNREPORTED,
		[RUN_DUE] = OUTCOME_QUEUED,
		[RUN_SENDING] = OUTCOME_QUEUED,
		[RUN_UNKNOWN] = OUTCOME_QUEUED,
		[RUN_CREATED] = OUTCOME_QUEUED,
		[RUN_RUNNING] = OUTCOME_RUNNING,
		[RUN_SUCCEEDED] = OUTCOME_SUCCEEDED,
		[RUN_FAILED] = OUTCOME_FAILED,
		[RUN_CANCELED] = OUTCOME_CANCELED,
		[RUN_REFUSED] = OUTCOME_FAILED,
		[RUN_DEAD] = OUTCOME_DEAD,
	};

	return r->work.outcome != OUTCOME_NONE ? r->work.outcome :
						 by_state[r->state];
}

bool
run_state_is_final(enum run_state s)
{
	switch (s) {
	case RUN_DUE:
	case RUN_SENDING:
	case RUN_UNKNOWN:
	case RUN_CREATED:
	case RUN_RUNNING:
		return false;
	case RUN_SENT:
	case RUN_MISSED:
	case RUN_COALESCED:
	case RUN_PAUSED:
	case RUN_OVERLAP:
	case RUN_SUCCEEDED:
	case RUN_FAILED:
	case RUN_CANCELED:
	case RUN_REFUSED:
	case RUN_DEAD:
	case RUN_STATE__MAX:
		break;
	}
	return true;
}

/*
 * RFC 9562 section 5.7: 48 bits of milliseconds, then random bits around
 * version and variant; 74 random bits per millisecond make ids unique.
 * getentropy fails for up to 256 bytes only on a kernel without it.
 */
void
run_make_id(int64_t now_us, char out[RUN_ID_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	uint64_t ms = (uint64_t)(now_us / 1000);
	unsigned char u[16];
	char *p = out;

	if (getentropy(u + 6, sizeof(u) - 6) != 0)
		abort();
	for (int i = 0; i < 6; i++)
		u[i] = (unsigned char)(ms >> (40 - 8 * i));
	u[6] = (unsigned char)(0x70 | (u[6] & 0x0f));
	u[8] = (unsigned char)(0x80 | (u[8] & 0x3f));
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[u[i] >> 4];
		*p++ = hex[u[i] & 0x0f];
	}
	*p = '\0';
}

int64_t
run_once_key(const char *queue, const char *job_id, int64_t slot_us)
{
	uint64_t h = hash_text(hash_text(HASH_INIT, queue), job_id);
	uint64_t v = (uint64_t)slot_us;
	unsigned char slot[8];

	/* The same bytes on every host: the lowest first. */
	for (size_t i = 0; i < sizeof(slot); i++, v >>= 8)
		slot[i] = v & 0xff;
	h = hash_bytes(h, slot, sizeof(slot));
	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	return (int64_t)((h ^ h >> 33) >> 1);
}

void
attempt_json(const struct attempt *a, struct buf *out)
{
	member_time_if("started_at", a->started_us != 0, a->started_us, out);
	member_time_if("finished_at", a->finished_us != 0, a->finished_us, out);
	member_int_if("duration_ms", a->started_us != 0 && a->finished_us != 0,
	    (a->finished_us - a->started_us) / 1000, out);
	member_int_if("status", a->status != WORK_NO_STATUS, a->status, out);
	member_text("worker", a->worker, out);
	member_text("error", a->error, out);
}

void
attempts_json(const struct attempt_list *l, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < l->n; i++) {
		buf_printf(out, "%s{\"attempt\":%lld", i > 0 ? "," : "",
		    (long long)l->v[i].n);
		attempt_json(&l->v[i], out);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
run_json(const struct run *r, struct buf *out)
{
	enum outcome o = run_outcome(r);

	buf_str(out, "{\"id\":");
	buf_json(out, r->id);
	member_text("queue_name", r->queue, out);
	member_text("job_id", r->job_id, out);
	member_time("slot", r->slot_us, out);
	member_time("last_slot", r->last_us, out);
	member_int_if("count", true, r->count, out);
	member_text("state", run_state_name(r->state), out);
	member_text("reason", r->reason, out);
	member_time("decided_at", r->decided_us, out);
	member_text("outcome", o == OUTCOME_NONE ? NULL : outcome_names[o],
	    out);
	member_int_if("attempts", true, r->work.last.n, out);
	attempt_json(&r->work.last, out);
	if (o == OUTCOME_RUNNING && r->work.percent != WORK_NO_PERCENT)
		member_int_if("percent", true, r->work.percent, out);
	if (o == OUTCOME_RUNNING && r->work.progress != NULL)
		member_text("progress", r->work.progress, out);
	buf_char(out, '}');
}

void
run_fini(struct run *r)
{
	free(r->queue);
	free(r->job_id);
	free(r->reason);
	attempt_fini(&r->work.last);
	free(r->work.progress);
	memset(r, 0, sizeof(*r));
}
