/*
 * Lists of jobs over both stores.  Each store is read in its own order and the
 * two are merged; a cursor says how far each was read, "next.id,next.id", so
 * that a list continues exactly where it stopped while jobs are added and
 * removed.  Tested in t_sched_list.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/record/grant.h"
#include "lib/conf/conf.h"
#include "lib/base/num.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/base/ban.h"

struct position {
	struct store_job_cursor at[JOB_KIND__MAX];
};

/* Parse "next.id" with "-" for never; what follows, or NULL. */
static const char *
cursor_parse(const char *text, char end, struct store_job_cursor *out)
{
	const char *stop =
	    end == '\0' ? text + strlen(text) : strchr(text, end);
	char part[SCHED_CURSOR_MAX], *dot;

	if (stop == NULL || (size_t)(stop - text) >= sizeof(part))
		return NULL;
	memcpy(part, text, (size_t)(stop - text));
	part[stop - text] = '\0';
	if ((dot = strchr(part, '.')) == NULL)
		return NULL;
	*dot = '\0';
	out->next_run_us = JOB_NEVER;
	if (strcmp(part, "-") != 0 &&
	    num_parse(part, INT64_MIN, INT64_MAX - 1, &out->next_run_us) != 0)
		return NULL;
	if (num_parse(dot + 1, 0, INT64_MAX, &out->id) != 0)
		return NULL;
	return end == '\0' ? stop : stop + 1;
}

static enum store_rc
position_parse(const char *cursor, struct position *pos)
{
	for (int k = 0; k < JOB_KIND__MAX; k++) {
		pos->at[k] = (struct store_job_cursor){ INT64_MIN, 0 };
	}
	if (cursor == NULL || cursor[0] == '\0')
		return STORE_OK;
	cursor = cursor_parse(cursor, ',', &pos->at[JOB_DURABLE]);
	if (cursor != NULL)
		cursor = cursor_parse(cursor, '\0', &pos->at[JOB_MEMORY]);
	return cursor == NULL ? STORE_NOTFOUND : STORE_OK;
}

static void
position_print(const struct position *pos, char out[SCHED_CURSOR_MAX])
{
	const struct store_job_cursor *p = pos->at;
	char next[JOB_KIND__MAX][24];

	for (int k = 0; k < JOB_KIND__MAX; k++) {
		if (p[k].next_run_us == JOB_NEVER)
			(void)snprintf(next[k], sizeof(next[k]), "-");
		else
			(void)snprintf(next[k], sizeof(next[k]), "%lld",
			    (long long)p[k].next_run_us);
	}
	(void)snprintf(out, SCHED_CURSOR_MAX, "%s.%lld,%s.%lld", next[0],
	    (long long)p[0].id, next[1], (long long)p[1].id);
}

/* Add up to limit jobs to out, always the earlier of the two heads. */
static enum store_rc
list_merge(struct job_list from[JOB_KIND__MAX], struct position *pos,
    int64_t limit, struct job_list *out)
{
	size_t i[JOB_KIND__MAX] = { 0 }, had = out->n;
	struct job *j;
	int k;

	while ((int64_t)(out->n - had) < limit) {
		if (i[JOB_DURABLE] == from[JOB_DURABLE].n)
			k = JOB_MEMORY;
		else if (i[JOB_MEMORY] == from[JOB_MEMORY].n)
			k = JOB_DURABLE;
		else
			k = from[JOB_MEMORY].v[i[JOB_MEMORY]].next_run_us <
				from[JOB_DURABLE]
				    .v[i[JOB_DURABLE]]
				    .next_run_us ?
			    JOB_MEMORY :
			    JOB_DURABLE;
		if (i[k] == from[k].n)
			break;
		if ((j = job_list_add(out)) == NULL)
			return STORE_FULL;
		*j = from[k].v[i[k]];
		j->kind = (enum job_kind)k;
		job_init(&from[k].v[i[k]++]);
		pos->at[k] = (struct store_job_cursor){ j->next_run_us, j->id };
	}
	return STORE_OK;
}

enum store_rc
sched_list(struct sched *s, const struct sched_list_opts *o,
    struct job_list *out, char next[SCHED_CURSOR_MAX])
{
	struct job_list from[JOB_KIND__MAX] = { { NULL, 0, 0 } };
	int64_t limit = o->limit == 0 ? s->conf->max_list : o->limit;
	enum store_rc rc;
	struct position pos;
	size_t read = 0;

	next[0] = '\0';
	rc = position_parse(o->cursor, &pos);
	/* One more than requested shows whether there is a next page. */
	SCHED_EACH(at, s, o->kind, rc == STORE_OK) {
		rc = store_job_list(at.st, o->queue, &pos.at[at.kind],
		    limit + 1, &from[at.kind]);
		read += from[at.kind].n;
	}
	if (rc == STORE_OK && o->limit == 0 && (int64_t)read > limit)
		rc = STORE_CONFLICT;
	if (rc == STORE_OK)
		rc = list_merge(from, &pos, limit, out);
	if (rc == STORE_OK && (int64_t)read > limit)
		position_print(&pos, next);
	for (int k = 0; k < JOB_KIND__MAX; k++)
		job_list_fini(&from[k]);
	return rc;
}

enum store_rc
sched_count(struct sched *s, enum job_kind kind, const char *queue,
    int64_t *out)
{
	enum store_rc rc = STORE_OK;
	int64_t n;

	*out = 0;
	SCHED_EACH(at, s, kind, rc == STORE_OK)
		if ((rc = store_job_count(at.st, queue, &n)) == STORE_OK)
			*out += n;
	return rc;
}

/* The number of jobs that the actor may see. */
struct visible {
	const struct grant *grant;
	int64_t n;
};

static void
add_visible(void *arg, const char *queue, int64_t n)
{
	struct visible *count = arg;

	if (grant_queue(count->grant, queue))
		count->n += n;
}

static enum store_rc
count_quarantined(struct sched *s, struct store *st, int64_t *out)
{
	struct visible count = { s->grant, 0 };
	enum store_rc rc;

	if (grant_queue(s->grant, NULL))
		return store_job_count_quarantined(st, out);
	rc = store_job_quarantined_queues(st, add_visible, &count);
	*out = count.n;
	return rc;
}

enum store_rc
sched_quarantined(struct sched *s, int64_t *n, struct job *first)
{
	struct job_list l = { NULL, 0, 0 };
	enum store_rc rc = STORE_OK;
	int64_t more = 0;

	*n = 0;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = count_quarantined(s, at.st, &more);
		*n += more;
		if (rc == STORE_OK && more > 0 && first != NULL && l.n == 0)
			rc = store_job_quarantined(at.st, 1, &l);
	}
	if (rc == STORE_OK && l.n > 0) {
		*first = l.v[0];
		job_init(&l.v[0]);
	}
	job_list_fini(&l);
	return rc;
}
