/*
 * Looks up runs in doubt in Render's list of jobs, by command and time. Tested
 * in t_deliver.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/store/delivery.h"
#include "ticker/render/deliver_int.h"
#include "ticker/render/step.h"
#include "lib/base/ban.h"

#define LOOKUP_ROWS_MAX 10000
#define PAGES_MAX 1000

static int
by_fingerprint(const void *a, const void *b)
{
	int64_t x = ((const struct lookup_entry *)a)->fingerprint;
	int64_t y = ((const struct lookup_entry *)b)->fingerprint;

	return (x > y) - (x < y);
}

/* Build the index of a lookup's runs by command. */
static enum store_rc
lookup_sort(struct request *f)
{
	struct buf command = BUF_INIT;
	bool is_failed = false;

	f->found = calloc(f->rows.n, sizeof(*f->found));
	f->foreign = calloc(f->rows.n, sizeof(*f->foreign));
	f->index = calloc(f->rows.n, sizeof(*f->index));
	if (f->found == NULL || f->foreign == NULL || f->index == NULL)
		return STORE_FULL;
	for (size_t i = 0; i < f->rows.n; i++) {
		buf_reset(&command);
		delivery_command(&f->rows.v[i], &command);
		is_failed = is_failed || command.is_failed;
		f->index[i].row = i;
		f->index[i].fingerprint =
		    delivery_fingerprint_of(f->service, buf_cstr(&command));
	}
	buf_fini(&command);
	qsort(f->index, f->rows.n, sizeof(*f->index), by_fingerprint);
	return is_failed ? STORE_FULL : STORE_OK;
}

/* Start a lookup of a service for all its unknown runs among rows. */
static enum store_rc
lookup_begin(struct deliver *d, const char *service, struct delivery_list *rows,
    int64_t now_us)
{
	int key = deliver_key(d, service, now_us);
	struct request *f;
	struct delivery *to;

	if (key < 0)
		return STORE_OK;
	if ((f = request_new(d, REQUEST_LOOKUP, service, key)) == NULL)
		return STORE_FULL;
	f->op = RENDER_LIST;
	f->since_us = INT64_MAX;
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->v[i].service == NULL ||
		    strcmp(rows->v[i].service, f->service) != 0)
			continue;
		if ((to = delivery_list_add(&f->rows)) == NULL)
			return STORE_FULL;
		*to = rows->v[i];
		memset(&rows->v[i], 0, sizeof(rows->v[i]));
		if (to->sent_us - STEP_SKEW_US < f->since_us)
			f->since_us = to->sent_us - STEP_SKEW_US;
	}
	return lookup_sort(f);
}

enum store_rc
lookup_pick(struct deliver *d, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	enum store_rc rc;
	int64_t room = deliver_room_to_read(d);
	const char *service;

	if (room <= 0)
		return STORE_OK;
	rc = store_delivery_in_state(d->st, RUN_UNKNOWN, now_us,
	    LOOKUP_ROWS_MAX, &l);
	for (size_t i = 0; i < l.n && room > 0 && rc == STORE_OK; i++) {
		service = l.v[i].service;
		if (service == NULL ||
		    request_is_open(d, REQUEST_LOOKUP, service, 0))
			continue;
		room--;
		rc = lookup_begin(d, service, &l, now_us);
	}
	delivery_list_fini(&l);
	return rc;
}

/*
 * Set *out to whether no run has the target's job.  If a run has it whose
 * command differs, Render contradicts itself: foreign, of FOREIGN_MAX bytes, is
 * set to the reason.
 */
static enum store_rc
is_free(struct deliver *d, const struct render_job *j, bool *out, char *foreign)
{
	struct delivery other = { .run = 0 };
	enum store_rc rc;

	rc = store_delivery_of_remote(d->st, j->id, &other);
	*out = rc == STORE_NOTFOUND;
	if (rc == STORE_OK &&
	    delivery_fingerprint(&other) !=
		delivery_fingerprint_of(other.service, j->command))
		(void)snprintf(foreign, FOREIGN_MAX,
		    "Render lists it as %s, which is the job of run %s", j->id,
		    other.id);
	delivery_fini(&other);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Record for run i the oldest unassigned job that matches it. */
static enum store_rc
match_run(struct deliver *d, struct request *f, size_t i,
    const struct render_job *j)
{
	struct render_job *best = &f->found[i];
	struct buf command = BUF_INIT;
	enum store_rc rc;
	bool is_ours, is_failed;

	delivery_command(&f->rows.v[i], &command);
	is_failed = command.is_failed;
	is_ours = step_is_match(&f->rows.v[i], buf_cstr(&command), j);
	buf_fini(&command);
	if (is_failed)
		return STORE_FULL;
	if (!is_ours ||
	    (best->id[0] != '\0' && best->created_us < j->created_us))
		return STORE_OK;
	rc = is_free(d, j, &is_ours, f->foreign[i]);
	if (rc == STORE_OK && is_ours) {
		*best = *j;
		best->command = NULL;
	}
	return rc;
}

/* Match a job with the runs that have its command. */
static enum store_rc
match_job(struct deliver *d, struct request *f, const struct render_job *j)
{
	const struct lookup_entry key = {
		.fingerprint = delivery_fingerprint_of(f->service,
		    j->command == NULL ? "" : j->command),
	};
	const struct lookup_entry *s, *end = f->index + f->rows.n;
	enum store_rc rc = STORE_OK;

	s = bsearch(&key, f->index, f->rows.n, sizeof(*s), by_fingerprint);
	if (s == NULL)
		return STORE_OK;
	while (s > f->index && s[-1].fingerprint == key.fingerprint)
		s--;
	for (; s < end && s->fingerprint == key.fingerprint && rc == STORE_OK;
	     s++)
		rc = match_run(d, f, s->row, j);
	return rc;
}

static enum store_rc
match_page(struct deliver *d, struct request *f)
{
	const struct render_answer *a = f->answer;
	enum store_rc rc = STORE_OK;

	f->is_partial = f->is_partial || a->nbad > 0;
	for (size_t k = 0; k < a->njobs && rc == STORE_OK; k++)
		rc = match_job(d, f, &a->jobs[k]);
	return rc;
}

/* Store the result of a complete lookup for one run. */
static enum store_rc
lookup_end_run(struct deliver *d, struct request *f, size_t i, int64_t now_us)
{
	struct delivery *run = &f->rows.v[i], again = { .run = 0 };
	enum store_rc rc;

	/* Its owner may have canceled it meanwhile. */
	rc = store_delivery_get(d->st, run->id, &again);
	if (rc != STORE_OK || again.version != run->version) {
		delivery_fini(&again);
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	}
	if (f->found[i].id[0] != '\0')
		step_found(&again, &f->found[i], now_us);
	else if (f->foreign[i][0] != '\0')
		step_foreign(&again, f->foreign[i]);
	else if (f->is_partial)
		step_lookup_failed(&again, now_us, 0);
	else
		step_not_found(&again, f->began_us, now_us, d->conf->settle_us);
	rc = deliver_move(d, &again);
	if (rc == STORE_OK && again.remote_id != NULL)
		rc = deliver_follow(d, &again, now_us);
	delivery_fini(&again);
	/* STORE_CONFLICT: another run got the job; look up again. */
	return rc == STORE_NOTFOUND || rc == STORE_CONFLICT ? STORE_OK : rc;
}

static enum store_rc
lookup_end(struct deliver *d, struct request *f, int64_t now_us)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < f->rows.n && rc == STORE_OK; i++)
		rc = lookup_end_run(d, f, i, now_us);
	return rc;
}

/* The lookup failed: the runs stay unknown until one succeeds. */
static enum store_rc
lookup_fail(struct deliver *d, struct request *f, int64_t now_us)
{
	enum store_rc rc = STORE_OK;

	log_event(LOG_LEVEL_INFO, "look", "service", f->service, LOG_KEY_ERROR,
	    f->answer->message, NULL);
	for (size_t i = 0; i < f->rows.n && rc == STORE_OK; i++) {
		step_lookup_failed(&f->rows.v[i], now_us, f->answer->retry_us);
		rc = deliver_move(d, &f->rows.v[i]);
		if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	return rc;
}

enum store_rc
lookup_apply(struct deliver *d, struct request *f, int64_t now_us)
{
	const struct render_answer *a = f->answer;
	enum store_rc rc;
	char *cursor;

	if (a->class != RENDER_OK)
		return lookup_fail(d, f, now_us);
	if ((rc = match_page(d, f)) != STORE_OK)
		return rc;
	if (a->is_last)
		return lookup_end(d, f, now_us);
	if (++f->pages >= PAGES_MAX) {
		f->is_partial = true;
		return lookup_end(d, f, now_us);
	}
	if ((cursor = strdup(a->cursor)) == NULL)
		return STORE_FULL;
	free(f->cursor);
	f->cursor = cursor;
	f->end = REQUEST_AGAIN;
	return STORE_OK;
}
