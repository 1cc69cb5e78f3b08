/*
 * The audit of a store: versions of jobs and rows of the ledger, read side by
 * side in order of job numbers, and compared by lib/record/audit.c.  Tested in
 * t_clock_reset and tests/ctl/.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/sched/audit_walk.h"
#include "lib/base/fault.h"
#include "lib/base/list.h"
#include "lib/sched/sched.h"
#include "lib/store/audit.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

/* The state of a walk. */
static void
span_fini(struct audit_span *s)
{
	trigger_free((struct trigger *)s->t);
}

LIST_DECL(spans, struct audit_span, span_fini);

struct walk {
	const struct audit_opts *o;
	struct store_audit in;
	struct store_version version; /* the next one, unless is_…_done */
	struct audit_row row;	      /* likewise */
	int64_t row_job;
	bool is_versions_done;
	bool is_rows_done;
	int64_t epoch_us;   /* triggers before then are unknown */
	struct spans spans; /* of the versions of a job */
	enum store_rc rc;   /* of a finding that could not be reported */
};

static enum store_rc
next_version(struct walk *w)
{
	enum store_rc rc = store_audit_version(&w->in, &w->version);

	w->is_versions_done = rc != STORE_OK;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
next_row(struct walk *w)
{
	enum store_rc rc = store_audit_row(&w->in, &w->row_job, &w->row);

	w->is_rows_done = rc != STORE_OK;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Add the current version as a span. */
static enum store_rc
add_span(struct walk *w)
{
	const struct store_version *v = &w->version;
	struct audit_span *s = spans_add(&w->spans);
	struct faults fs = { .n = 0 };

	if (s == NULL)
		return STORE_FULL;
	s->since_us = v->since_us;
	s->until_us = v->until_us;
	if (!v->is_rezoned)
		s->t = trigger_from_spec(v->trigger, w->o->zones, &fs);
	return STORE_OK;
}

/* From when on the job can be compared; its versions have been read. */
static enum store_rc
find_beginning(struct walk *w, int64_t job, int64_t *from_us)
{
	int64_t pruned_us = INT64_MIN;
	enum store_rc rc = store_audit_pruned(&w->in, job, &pruned_us);
	bool is_old = w->spans.n == 0;

	*from_us = w->o->since_us;
	if (pruned_us != INT64_MIN && pruned_us >= *from_us)
		*from_us = pruned_us + 1;
	for (size_t i = 0; i < w->spans.n; i++)
		is_old = is_old || w->spans.v[i].since_us == INT64_MIN;
	if (is_old && w->epoch_us > *from_us)
		*from_us = w->epoch_us;
	return rc;
}

static void
walk_report(void *cookie, const struct audit_finding *f)
{
	struct walk *w = cookie;
	struct store_audit_name name;
	enum store_rc rc;

	if ((rc = store_audit_name(w->in.st, f, &name)) == STORE_OK)
		w->o->report(w->o->cookie,
		    &(const struct audit_report){ f, name.queue, name.job_id,
			name.run_id });
	else
		w->rc = rc;
	free(name.queue);
	free(name.job_id);
	free(name.run_id);
}

/* Compare the job with the lowest number of those left. */
static enum store_rc
walk_job(struct walk *w, struct audit_sum *sum)
{
	struct audit a = { .sum = sum, .report = walk_report, .cookie = w };
	enum store_rc rc = STORE_OK;
	int64_t from_us;

	a.job = w->is_versions_done ||
		(!w->is_rows_done && w->row_job < w->version.job) ?
	    w->row_job :
	    w->version.job;
	while (
	    rc == STORE_OK && !w->is_versions_done && w->version.job == a.job) {
		if ((rc = add_span(w)) == STORE_OK)
			rc = next_version(w);
	}
	if (rc == STORE_OK)
		rc = find_beginning(w, a.job, &from_us);
	if (rc != STORE_OK)
		return rc;
	a.v = w->spans.v;
	a.n = w->spans.n;
	audit_begin(&a, from_us);
	while (rc == STORE_OK && !w->is_rows_done && w->row_job == a.job) {
		audit_row(&a, &w->row);
		rc = next_row(w);
	}
	if (rc == STORE_OK)
		audit_end(&a);
	spans_fini(&w->spans);
	return rc == STORE_OK ? w->rc : rc;
}

enum store_rc
audit_walk(struct store *st, const struct audit_opts *o, struct audit_sum *sum)
{
	struct walk w = { .o = o, .epoch_us = INT64_MIN };
	enum store_rc rc = store_audit_begin(&w.in, st);

	if (rc == STORE_OK)
		rc = store_audit_epoch(&w.in, &w.epoch_us);
	if (rc == STORE_OK)
		rc = next_version(&w);
	if (rc == STORE_OK)
		rc = next_row(&w);
	while (rc == STORE_OK && !(w.is_versions_done && w.is_rows_done))
		rc = walk_job(&w, sum);
	spans_fini(&w.spans);
	store_audit_end(&w.in);
	return rc;
}

enum store_rc
audit_walk_all(struct sched *s, const struct audit_opts *o,
    struct audit_sum *sum)
{
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = audit_walk(at.st, o, sum);
	return rc;
}
