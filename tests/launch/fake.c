/*
 * A Render in memory behind the functions of ticker/render/api.h: no network,
 * virtual time, every fault on demand.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/launch/fake.h"
#include "lib/base/err.h"

#define ASKS_MAX 512

struct asked {
	int64_t at_us;
	struct render_answer *answer;
};

struct render {
	struct fake_world *w;
	struct asked v[ASKS_MAX];
	size_t n;
};

struct render *
fake_render(struct fake_world *w)
{
	struct render *r = calloc(1, sizeof(*r));

	r->w = w;
	return r;
}

void
render_free(struct render *r)
{
	for (size_t i = 0; i < r->n; i++)
		render_answer_free(r->v[i].answer);
	free(r);
}

void
fake_id(size_t i, char out[RENDER_ID_MAX])
{
	(void)snprintf(out, RENDER_ID_MAX, "job-%020zu", i);
}

/* xorshift64*: the same faults each time. */
uint32_t
fake_random(struct fake_world *w, uint32_t n)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return (uint32_t)((w->seed * UINT64_C(2685821657736338717)) >> 33) % n;
}

void
render_answer_free(struct render_answer *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->njobs; i++)
		free(a->jobs[i].command);
	free(a->jobs);
	free(a->events);
	free(a);
}

static enum render_status
status_of(const struct fake_job *j, int64_t now_us)
{
	return now_us >= j->ends_us ? j->end :
	    now_us >= j->starts_us  ? RENDER_RUNNING :
				      RENDER_PENDING;
}

static void
tell_job(const struct fake_world *w, size_t i, struct render_job *out)
{
	const struct fake_job *j = &w->jobs[i];

	fake_id(i, out->id);
	(void)snprintf(out->service, sizeof(out->service), "%s", j->service);
	out->command = strdup(j->command);
	out->status = status_of(j, w->now_us);
	out->created_us = j->created_us;
	out->started_us =
	    j->starts_us <= w->now_us ? j->starts_us : RENDER_NO_TIME;
	out->finished_us =
	    j->ends_us <= w->now_us ? j->ends_us : RENDER_NO_TIME;
}

/* A job comes into being. */
static size_t
take(struct fake_world *w, const struct render_ask *ask)
{
	struct fake_job *j = &w->jobs[w->njobs];

	if (w->njobs == w->cap)
		abort();
	(void)snprintf(j->service, sizeof(j->service), "%s", ask->service);
	(void)snprintf(j->command, sizeof(j->command), "%s", ask->command);
	j->created_us = w->now_us;
	j->visible_us = w->now_us;
	if (w->hidden_max_us > 0)
		j->visible_us += fake_random(w, (uint32_t)w->hidden_max_us);
	j->starts_us = w->now_us + w->starts_in_us;
	j->ends_us = j->starts_us + w->runs_us;
	j->end = RENDER_SUCCEEDED;
	return w->njobs++;
}

static enum fake_fault
next_fault(struct fake_world *w)
{
	uint32_t random32 = fake_random(w, 1000);

	if (w->at_script < w->nscript)
		return w->script[w->at_script++];
	for (int i = 0; i < FAKE__MAX; i++) {
		if (random32 < (uint32_t)w->per_mille[i])
			return (enum fake_fault)i;
		random32 -= (uint32_t)w->per_mille[i];
	}
	return FAKE_OK;
}

static const struct {
	enum render_class class;
	int status;
	bool is_taken;
	bool is_sent;
	const char *message;
} faults[FAKE__MAX] = {
	[FAKE_OK] = { RENDER_OK, 201, true, true, "" },
	[FAKE_LOST_TAKEN] = { RENDER_UNKNOWN, 0, true, true, "timed out" },
	[FAKE_CUT_TAKEN] = { RENDER_UNKNOWN, 0, true, true, "cut" },
	[FAKE_CUT] = { RENDER_UNKNOWN, 0, false, true, "cut" },
	[FAKE_500_TAKEN] = { RENDER_UNKNOWN, 500, true, true, "HTTP 500" },
	[FAKE_500] = { RENDER_UNKNOWN, 500, false, true, "HTTP 500" },
	[FAKE_503_TAKEN] = { RENDER_LATER, 503, true, true, "HTTP 503" },
	[FAKE_503] = { RENDER_LATER, 503, false, true, "HTTP 503" },
	[FAKE_429] = { RENDER_LATER, 429, false, true, "HTTP 429" },
	[FAKE_400] = { RENDER_REFUSED, 400, false, true, "HTTP 400: bad" },
	[FAKE_401] = { RENDER_DENIED, 401, false, true, "HTTP 401: wrong" },
	[FAKE_403] = { RENDER_DENIED, 403, false, true, "HTTP 403: not here" },
	[FAKE_UNSENT] = { RENDER_LATER, 0, false, false, "refused" },
	[FAKE_OTHER] = { RENDER_OK, 201, false, true, "" },
	[FAKE_OTHER_TAKEN] = { RENDER_OK, 201, true, true, "" },
};

static void
answer_create(struct render *r, const struct render_ask *ask, struct asked *out)
{
	struct fake_world *w = r->w;
	struct render_answer *a = out->answer;
	enum fake_fault f;
	size_t i = w->njobs > 0 ? w->njobs - 1 : 0;
	bool is_death = fake_random(w, 1000) < (uint32_t)w->die_per_mille;

	if (is_death && fake_random(w, 2) == 0)
		_exit(FAKE_DEATH);
	f = next_fault(w);
	w->given[f]++;
	a->class = faults[f].class;
	a->status = faults[f].status;
	a->is_sent = faults[f].is_sent;
	(void)snprintf(a->message, sizeof(a->message), "%s", faults[f].message);
	if (f == FAKE_429)
		a->retry_us = 2000000;
	if (faults[f].is_taken && f == FAKE_OTHER_TAKEN)
		(void)take(w, ask);
	else if (faults[f].is_taken)
		i = take(w, ask);
	if (is_death)
		_exit(FAKE_DEATH);
	if (f == FAKE_LOST_TAKEN)
		out->at_us = w->now_us + w->timeout_us;
	if (faults[f].class == RENDER_OK && w->njobs > i) {
		a->jobs = calloc(1, sizeof(*a->jobs));
		a->njobs = 1;
		tell_job(w, i, a->jobs);
	}
}

/* Newest first; the cursor is the number of the last one told. */
static void
answer_list(struct fake_world *w, const struct render_ask *ask,
    struct render_answer *a)
{
	size_t i = w->njobs;
	const struct fake_job *j;

	if (ask->cursor != NULL)
		i = (size_t)strtoull(ask->cursor, NULL, 10);
	a->jobs = calloc(RENDER_PAGE, sizeof(*a->jobs));
	a->is_last = true;
	while (i-- > 0) {
		j = &w->jobs[i];
		if (j->created_us < ask->after_us)
			break;
		if (j->visible_us > w->now_us ||
		    strcmp(j->service, ask->service) != 0)
			continue;
		if (a->njobs == RENDER_PAGE) {
			a->is_last = false;
			(void)snprintf(a->cursor, sizeof(a->cursor), "%zu",
			    i + 1);
			break;
		}
		tell_job(w, i, &a->jobs[a->njobs++]);
	}
}

static void
answer_events(struct fake_world *w, const struct render_ask *ask,
    struct render_answer *a)
{
	struct render_event *e;

	a->is_last = true;
	a->events = calloc(w->njobs + 1, sizeof(*a->events));
	for (size_t i = 0; i < w->njobs; i++) {
		if (w->jobs[i].ends_us > w->now_us ||
		    w->jobs[i].ends_us < ask->after_us ||
		    strcmp(w->jobs[i].service, ask->service) != 0)
			continue;
		e = &a->events[a->nevents++];
		fake_id(i, e->job);
		e->at_us = w->jobs[i].ends_us;
		e->status = w->jobs[i].end;
		e->reason = w->jobs[i].reason;
	}
}

static void
answer_one(struct fake_world *w, const struct render_ask *ask,
    struct render_answer *a)
{
	size_t i = (size_t)strtoull(ask->job + strlen("job-"), NULL, 10);

	if (i >= w->njobs) {
		a->class = RENDER_REFUSED;
		a->status = 404;
		return;
	}
	if (ask->op == RENDER_CANCEL && w->jobs[i].ends_us > w->now_us) {
		w->jobs[i].ends_us = w->now_us;
		w->jobs[i].end = RENDER_CANCELED;
	} else if (ask->op == RENDER_CANCEL) {
		a->class = RENDER_REFUSED;
		a->status = 400;
		return;
	}
	a->jobs = calloc(1, sizeof(*a->jobs));
	a->njobs = 1;
	tell_job(w, w->has_other ? (i + 1) % w->njobs : i, a->jobs);
}

static void
count_read(struct fake_world *w)
{
	if (w->now_us / 1000000 != w->second)
		w->reads = 0;
	w->second = w->now_us / 1000000;
	if (++w->reads > w->most_reads)
		w->most_reads = w->reads;
}

int
render_start(struct render *r, int key, const struct render_ask *ask,
    struct err *why)
{
	struct fake_world *w = r->w;
	struct asked *to = &r->v[r->n];

	(void)key;
	(void)why;
	if (r->n == ASKS_MAX)
		abort();
	to->answer = calloc(1, sizeof(*to->answer));
	to->answer->cookie = ask->cookie;
	to->answer->op = ask->op;
	to->answer->status = 200;
	to->answer->is_sent = true;
	to->at_us = w->now_us + w->latency_us;
	w->asked[ask->op]++;
	if (ask->op == RENDER_LIST || ask->op == RENDER_EVENTS)
		count_read(w);
	if ((ask->op == RENDER_LIST || ask->op == RENDER_EVENTS) &&
	    w->fail_lists > 0) {
		w->fail_lists--;
		to->answer->class = RENDER_UNKNOWN;
	} else if (ask->op == RENDER_CREATE)
		answer_create(r, ask, to);
	else if (ask->op == RENDER_LIST)
		answer_list(w, ask, to->answer);
	else if (ask->op == RENDER_EVENTS)
		answer_events(w, ask, to->answer);
	else
		answer_one(w, ask, to->answer);
	r->n++;
	if ((int64_t)r->n > w->most_under_way)
		w->most_under_way = (int64_t)r->n;
	return 0;
}

int64_t
fake_next_us(const struct render *r)
{
	int64_t at = INT64_MAX;

	for (size_t i = 0; i < r->n; i++)
		at = r->v[i].at_us < at ? r->v[i].at_us : at;
	return at;
}

struct render_answer *
render_next(struct render *r, int64_t now_us)
{
	struct render_answer *a;

	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i].at_us > now_us)
			continue;
		a = r->v[i].answer;
		r->v[i] = r->v[--r->n];
		return a;
	}
	return NULL;
}

void
render_refresh(struct render *r)
{
	(void)r;
}

int
render_key(const struct render *r, const char *service, struct err *why)
{
	(void)service;
	if (!r->w->has_no_key)
		return 0;
	return err_set(why, "no key");
}

unsigned
render_key_version(const struct render *r, int key)
{
	(void)key;
	return r->w->key_version;
}

int64_t
render_ready(const struct render *r, int key, enum render_op op, int64_t now_us)
{
	(void)r;
	(void)key;
	(void)op;
	return now_us;
}

int64_t
render_left(const struct render *r, int key, enum render_op op, int64_t now_us)
{
	(void)key;
	(void)op;
	(void)now_us;
	return r->w->creates_left > 0 ? r->w->creates_left : INT64_MAX;
}
