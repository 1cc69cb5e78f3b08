#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/table.h"
#include "ctl/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/dead.h"

#include "lib/base/ban.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000

enum { OPT_JSON, OPT_LIMIT, OPT_CURSOR };
enum { OPT_ALL, OPT_YES };

static const struct ctl_option list_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "so many at most (default: 50)" },
	[OPT_CURSOR] = { "cursor", "TEXT", "go on where a list stopped" },
	{ .name = NULL },
};

static const struct ctl_option show_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static const struct ctl_option replay_options[] = {
	[OPT_ALL] = { "all", NULL, "all of the queue" },
	{ .name = NULL },
};

static const struct ctl_option purge_options[] = {
	[OPT_ALL] = { "all", NULL, "all of the queue" },
	[OPT_YES] = { "yes", NULL, "I know that they will be lost" },
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

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	static const struct ctl_range range = { 1, LIMIT_MAX };
	struct sched_dead_opts o = { a->operand[0], LIMIT_DEFAULT,
		a->opt[OPT_CURSOR] };
	struct dead_list l = { NULL, 0, 0 };
	char next[SCHED_DEAD_CURSOR_MAX];
	enum store_rc rc;
	int status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &o.limit);

	if (status == CTL_OK)
		status = ctl_check_name("QUEUE", o.queue);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_dead_list(&c->sched, &o, &l, next);
	if (rc == STORE_NOTFOUND)
		status = ctl_fail(CTL_DATA, "--cursor: not one that was told");
	else if (rc != STORE_OK)
		status = ctl_fail_rc(rc, o.queue);
	else
		status = print_list(c, &l, a->opt[OPT_JSON] != NULL);
	/* Not among what a script reads. */
	if (status == CTL_OK && next[0] != '\0')
		(void)ctl_fail(CTL_OK, "more with --cursor %s", next);
	dead_list_fini(&l);
	return status;
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

/* QUEUE and, where it is given, ID. */
static int
check_names(const struct ctl_args *a)
{
	int status = ctl_check_name("QUEUE", a->operand[0]);

	if (status == CTL_OK && a->noperands > 1)
		status = ctl_check_name("ID", a->operand[1]);
	return status;
}

/* ctl_fail_rc for the letter of the operands, or for all of the queue. */
static int
fail(enum store_rc rc, const struct ctl_args *a)
{
	if (rc == STORE_NOTFOUND)
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

/* Replay or purge, as op does it, and say how many were DONE. */
static int
work(struct ctl *c, const struct ctl_args *a,
    enum store_rc (*op)(struct sched *, const char *, const char *, int64_t *),
    const char *done)
{
	const char *id = a->noperands > 1 ? a->operand[1] : NULL;
	enum store_rc rc;
	int64_t n = 0;
	int status;

	if ((id == NULL) == (a->opt[OPT_ALL] == NULL))
		return ctl_fail(CTL_USAGE, "say either ID or --all");
	if ((status = check_names(a)) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = op(&c->sched, a->operand[0], id, &n);
	if (rc == STORE_OK || n > 0)
		text_line("%" PRId64 " %s", n, done);
	return fail(rc, a);
}

static int
run_replay(struct ctl *c, const struct ctl_args *a)
{
	return work(c, a, sched_dead_replay, "replayed");
}

static int
run_purge(struct ctl *c, const struct ctl_args *a)
{
	if (a->opt[OPT_YES] == NULL)
		return ctl_fail(CTL_USAGE,
		    "dead letters of %s will be lost: say --yes",
		    a->operand[0]);
	return work(c, a, sched_dead_purge, "purged");
}

const struct ctl_command cmd_dead_list = {
	.name = "dead list",
	.args = "QUEUE [--limit N] [--cursor TEXT] [--json]",
	.help = "list messages of a queue that were given up",
	.options = list_options,
	.min = 1,
	.max = 1,
	.run = run_list,
};

const struct ctl_command cmd_dead_show = {
	.name = "dead show",
	.args = "QUEUE ID [--json]",
	.help = "tell all about one",
	.options = show_options,
	.min = 2,
	.max = 2,
	.run = run_show,
};

const struct ctl_command cmd_dead_replay = {
	.name = "dead replay",
	.args = "QUEUE {ID | --all}",
	.help = "try one, or all, as if for the first time",
	.options = replay_options,
	.min = 1,
	.max = 2,
	.run = run_replay,
};

const struct ctl_command cmd_dead_purge = {
	.name = "dead purge",
	.args = "QUEUE {ID | --all} --yes",
	.help = "forget one, or all",
	.options = purge_options,
	.min = 1,
	.max = 2,
	.run = run_purge,
};
