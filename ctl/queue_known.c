/*
 * Whether a queue exists, for commands that would wait for a misspelt one
 * forever.  Cheap answers come first: the command is run every minute.  Tested
 * in tests/ctl/consume_bounded.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/queue_known.h"
#include "lib/conf/conf.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

/* Names of queues, borrowed but for those that a walk of the store gave. */
struct names {
	const char **v;
	size_t n;
	char **owned;
	size_t nowned;
	bool is_failed;
};

static void
add(struct names *l, const char *name)
{
	const char **v = realloc(l->v, (l->n + 1) * sizeof(*v));

	if (v == NULL) {
		l->is_failed = true;
		return;
	}
	l->v = v;
	v[l->n++] = name;
}

static void
on_name(void *cookie, const char *name)
{
	struct names *l = cookie;
	char **owned = realloc(l->owned, (l->nowned + 1) * sizeof(*owned));

	if (owned != NULL)
		l->owned = owned;
	if (owned == NULL || (owned[l->nowned] = strdup(name)) == NULL) {
		l->is_failed = true;
		return;
	}
	add(l, owned[l->nowned++]);
}

static void
names_fini(struct names *l)
{
	for (size_t i = 0; i < l->nowned; i++)
		free(l->owned[i]);
	free(l->owned);
	free(l->v);
}

static enum store_rc
has_runs(struct sched *s, const char *queue, bool *out)
{
	const struct sched_runs_opts o = {
		.kind = SCHED_ANY,
		.queue = queue,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.limit = 1,
	};
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc = sched_runs(s, &o, &l, next);

	*out = l.n > 0;
	run_list_fini(&l);
	return rc;
}

/* The error for a queue that was not found among all names. */
static int
fail(const struct ctl *c, const char *queue, struct names *l)
{
	const char *near;

	for (size_t i = 0; i < c->conf->nqueues; i++)
		if (strpbrk(c->conf->queues[i].glob, "*?[\\") == NULL)
			add(l, c->conf->queues[i].glob);
	near = json_suggest(queue, l->v, l->n);
	return ctl_fail(CTL_NO,
	    "%s: no such queue: it has never had a job or a message, and no "
	    "section of the configuration names it%s%s%s",
	    queue, near == NULL ? "" : "; did you mean ",
	    near == NULL ? "" : near, near == NULL ? "" : "?");
}

static int
search(struct ctl *c, const char *queue, const struct queue_list *queues)
{
	struct names l = { .n = 0 };
	bool is_known = false;
	enum store_rc rc;
	int status;

	for (size_t i = 0; i < queues->n; i++) {
		add(&l, queues->v[i].name);
		is_known = is_known || strcmp(queues->v[i].name, queue) == 0;
	}
	rc = is_known ? STORE_OK : has_runs(&c->sched, queue, &is_known);
	if (rc == STORE_OK && !is_known)
		rc = sched_queue_had_jobs(&c->sched, queue, &is_known);
	if (rc == STORE_OK && !is_known)
		rc = sched_queues_consumed(&c->sched, on_name, &l);
	if (rc != STORE_OK || l.is_failed)
		status = ctl_fail_rc(rc == STORE_OK ? STORE_FULL : rc, queue);
	else
		status = is_known ? CTL_OK : fail(c, queue, &l);
	names_fini(&l);
	return status;
}

int
queue_known(struct ctl *c, const char *queue)
{
	struct queue_list queues = { NULL, 0, 0 };
	bool is_consumed = false;
	enum store_rc rc;
	int status;

	if (conf_queue_for(c->conf, queue) != &c->conf->other)
		return CTL_OK;
	rc = sched_queue_is_consumed(&c->sched, queue, &is_consumed);
	if (rc == STORE_OK && is_consumed)
		return CTL_OK;
	if (rc == STORE_OK)
		rc = sched_queues(&c->sched, &queues);
	status =
	    rc == STORE_OK ? search(c, queue, &queues) : ctl_fail_rc(rc, queue);
	queue_list_fini(&queues);
	return status;
}
