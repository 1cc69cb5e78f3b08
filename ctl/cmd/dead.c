/*
 * minutehand dead: lists, shows, replays and purges dead letters.  Tested in
 * tests/ctl/dead.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/dead.h"

#include "lib/base/ban.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000

enum { OPT_JSON, OPT_LIMIT, OPT_CURSOR, OPT_REASONS };
enum { OPT_ALL, OPT_REASON, OPT_YES };

static const struct ctl_option list_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "maximum number (default: 50)" },
	[OPT_CURSOR] = { "cursor", "TEXT", "continue a list" },
	[OPT_REASONS] = { "reasons", NULL,
	    "count the reasons of the first 1000 instead" },
	{ .name = NULL },
};

static const struct ctl_option show_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static const struct ctl_option replay_options[] = {
	[OPT_ALL] = { "all", NULL, "all of the queue" },
	[OPT_REASON] = { "reason", "TEXT", "those of the queue that have it" },
	{ .name = NULL },
};

static const struct ctl_option purge_options[] = {
	[OPT_ALL] = { "all", NULL, "all of the queue" },
	[OPT_REASON] = { "reason", "TEXT", "those of the queue that have it" },
	[OPT_YES] = { "yes", NULL, "confirm the deletion" },
	{ .name = NULL },
};

static void
add_json(const void *row, struct buf *o)
{
	const struct dead *d = row;
	json_out_open(o, NULL, '{');
	json_out_str(o, "id", d->id);
	json_out_str(o, "queue_name", d->queue);
	json_out_str(o, "job_id", d->job_id);
	json_out_str(o, "where", dead_origin_name(d->origin));
	json_out_str(o, "reason", d->reason);
	json_out_int(o, "attempt", d->attempt);
	json_out_time(o, "slot", d->slot_us);
	json_out_time(o, "since", d->since_us);
	json_out_raw(o, "body", d->body);
	json_out_close(o, '}');
}

static void
add_row(const struct ctl *c, const void *row, struct table *t)
{
	const struct dead *d = row;
	struct buf b = BUF_INIT;

	ctl_time(c, d->since_us - d->since_us % CLOCK_US_PER_S, &b);
	table_add(t, buf_cstr(&b));
	table_add(t, d->queue);
	table_add(t, d->job_id);
	table_add(t, dead_origin_name(d->origin));
	table_addf(t, "%" PRId64, d->attempt);
	table_add(t, d->reason);
	table_add(t, d->id);
	buf_fini(&b);
}

static int
print_list(const struct ctl *c, const struct dead_list *l, bool is_json)
{
	static const char *const headings[] = {
		"SINCE",
		"QUEUE",
		"JOB",
		"WHERE",
		"ATTEMPT",
		"REASON",
		"ID",
		NULL,
	};
	static const struct list_out how = { headings, sizeof(l->v[0]),
		add_json, add_row };

	return list_out_print(c, &how, l->v, l->n, is_json);
}

static void
add_reason_json(const void *row, struct buf *o)
{
	const struct dead_reason *r = row;

	json_out_open(o, NULL, '{');
	json_out_int(o, "n", r->n);
	json_out_str(o, "reason", r->reason);
	json_out_close(o, '}');
}

static void
add_reason(const struct ctl *c, const void *row, struct table *t)
{
	const struct dead_reason *r = row;

	(void)c;
	table_addf(t, "%" PRId64, r->n);
	table_add(t, r->reason);
}

/* The queue named; NULL: all. */
static const char *
queue_of(const struct ctl_args *a)
{
	return a->noperands > 0 ? a->operand[0] : NULL;
}

/* List the number of letters by reason; c is open. */
static int
list_reasons(struct ctl *c, const struct ctl_args *a)
{
	static const char *const headings[] = { "N", "REASON", NULL };
	static const struct list_out how = { headings,
		sizeof(struct dead_reason), add_reason_json, add_reason };
	struct dead_reasons l = { NULL, 0, 0 };
	enum store_rc rc = sched_dead_reasons(&c->sched, queue_of(a), &l);
	int status = rc == STORE_OK ?
	    list_out_print(c, &how, l.v, l.n, a->opt[OPT_JSON] != NULL) :
	    ctl_fail_rc(rc, "dead letters");

	dead_reasons_fini(&l);
	return status;
}

/* List a page of letters; c is open. */
static int
list_page(struct ctl *c, const struct ctl_args *a,
    const struct sched_dead_opts *o)
{
	struct dead_list l = { NULL, 0, 0 };
	char next[SCHED_DEAD_CURSOR_MAX];
	enum store_rc rc = sched_dead_list(&c->sched, o, &l, next);
	int status;

	if (rc == STORE_NOTFOUND)
		status =
		    ctl_fail(CTL_DATA, "--cursor: not a cursor of this list");
	else if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "dead letters");
	else
		status = print_list(c, &l, a->opt[OPT_JSON] != NULL);
	/* On standard error: scripts read standard output. */
	if (status == CTL_OK && next[0] != '\0')
		(void)ctl_fail(CTL_OK, "more with --cursor %s", next);
	dead_list_fini(&l);
	return status;
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	static const struct ctl_range range = { 1, LIMIT_MAX };
	struct sched_dead_opts o = { queue_of(a), LIMIT_DEFAULT,
		a->opt[OPT_CURSOR] };
	bool is_page = o.cursor != NULL || a->opt[OPT_LIMIT] != NULL;
	int status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &o.limit);

	if (a->opt[OPT_REASONS] != NULL && is_page)
		return ctl_fail(CTL_USAGE,
		    "--reasons goes without --limit and --cursor");
	if (status == CTL_OK && o.queue != NULL)
		status = ctl_check_name("QUEUE", o.queue);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	return a->opt[OPT_REASONS] != NULL ? list_reasons(c, a) :
					     list_page(c, a, &o);
}

static void
show_text(const char *name, const char *v)
{
	text_field(name, 9, v);
}

static void
show_time(const struct ctl *c, const char *name, int64_t us)
{
	struct buf b = BUF_INIT;

	ctl_time(c, us - us % CLOCK_US_PER_S, &b);
	show_text(name, buf_cstr(&b));
	buf_fini(&b);
}

static void
show(const struct ctl *c, const struct dead *d)
{
	show_text("id", d->id);
	show_text("queue", d->queue);
	show_text("job", d->job_id);
	show_text("where", dead_origin_name(d->origin));
	show_text("reason", d->reason);
	text_line("%-9s %" PRId64, "attempt", d->attempt);
	show_time(c, "slot", d->slot_us);
	show_time(c, "since", d->since_us);
	show_text("body", d->body);
}

/* Check QUEUE and, if given, ID. */
static int
check_names(const struct ctl_args *a)
{
	int status = ctl_check_name("QUEUE", a->operand[0]);

	if (status == CTL_OK && a->noperands > 1)
		status = ctl_check_name("ID", a->operand[1]);
	return status;
}

/* ctl_fail_rc for the letter named, or for all of the queue. */
static int
fail(enum store_rc rc, const struct ctl_args *a)
{
	if (rc == STORE_NOTFOUND && a->noperands > 1)
		return ctl_fail(CTL_NO, "%s has no dead letter %s",
		    a->operand[0], a->operand[1]);
	return ctl_fail_rc(rc, a->operand[0]);
}

static int
run_show(struct ctl *c, const struct ctl_args *a)
{
	struct dead d = { .row = 0 };
	struct buf o = BUF_INIT;
	enum store_rc rc;
	int status = check_names(a);

	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_dead_get(&c->sched, a->operand[0], a->operand[1], &d);
	status = fail(rc, a);
	if (rc == STORE_OK && a->opt[OPT_JSON] != NULL) {
		add_json(&d, &o);
		status = json_out_print(&o);
	} else if (rc == STORE_OK)
		show(c, &d);
	dead_fini(&d);
	return status;
}

/* A replay or purge, and its selection: a reason, one letter or all. */
struct operation {
	enum store_rc (*some)(struct sched *s, const struct sched_dead_pick *p,
	    struct sched_dead_done *out);
	enum store_rc (*op)(struct sched *s, const char *queue, const char *id,
	    int64_t *n);
	const char *done; /* past participle, for messages */
};

static int
work(struct ctl *c, const struct ctl_args *a, const struct operation *w)
{
	const char *id = a->noperands > 1 ? a->operand[1] : NULL;
	const char *reason = a->opt[OPT_REASON];
	const struct sched_dead_pick pick = { .queue = a->operand[0],
		.reason = reason };
	struct sched_dead_done done = { 0, NULL };
	enum store_rc rc;
	int status;

	if ((id != NULL) + (reason != NULL) + (a->opt[OPT_ALL] != NULL) != 1)
		return ctl_fail(CTL_USAGE,
		    "one of ID, --reason and --all is required");
	if ((status = check_names(a)) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = reason != NULL ? w->some(&c->sched, &pick, &done) :
			      w->op(&c->sched, a->operand[0], id, &done.n);
	if (rc == STORE_OK || done.n > 0)
		text_line("%" PRId64 " %s", done.n, w->done);
	return fail(rc, a);
}

static int
run_replay(struct ctl *c, const struct ctl_args *a)
{
	static const struct operation w = { sched_dead_replay_some,
		sched_dead_replay, "replayed" };

	return work(c, a, &w);
}

static int
run_purge(struct ctl *c, const struct ctl_args *a)
{
	static const struct operation w = { sched_dead_purge_some,
		sched_dead_purge, "purged" };

	if (a->opt[OPT_YES] == NULL)
		return ctl_fail(CTL_USAGE,
		    "this deletes dead letters of %s: confirm with --yes",
		    a->operand[0]);
	return work(c, a, &w);
}

const struct ctl_command cmd_dead_list = {
	.name = "dead list",
	.args = "[QUEUE] [--limit N] [--cursor TEXT] [--reasons] [--json]",
	.help = "list dead letters of a queue, or of all queues",
	.options = list_options,
	.max = 1,
	.is_list = true,
	.run = run_list,
};

const struct ctl_command cmd_dead_show = {
	.name = "dead show",
	.args = "QUEUE ID [--json]",
	.help = "show a dead letter",
	.options = show_options,
	.min = 2,
	.max = 2,
	.run = run_show,
};

const struct ctl_command cmd_dead_replay = {
	.name = "dead replay",
	.args = "QUEUE {ID | --reason TEXT | --all}",
	.help = "send a dead letter, those of a reason, or all, again",
	.options = replay_options,
	.min = 1,
	.max = 2,
	.run = run_replay,
};

const struct ctl_command cmd_dead_purge = {
	.name = "dead purge",
	.args = "QUEUE {ID | --reason TEXT | --all} --yes",
	.help = "delete a dead letter, those of a reason, or all",
	.options = purge_options,
	.min = 1,
	.max = 2,
	.run = run_purge,
};
