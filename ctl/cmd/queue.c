/*
 * minutehand queue list, peek, pause, resume and clear.  Tested in
 * tests/ctl/ctl.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/queue_known.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/json/json.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

#define PEEK_DEFAULT 20
#define PEEK_MAX 1000

enum { OPT_JSON, OPT_LIMIT };
enum { OPT_YES };

static const struct ctl_option list_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static const struct ctl_option peek_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "maximum number (default: 20)" },
	{ .name = NULL },
};

static const struct ctl_option clear_options[] = {
	[OPT_YES] = { "yes", NULL, "confirm the deletion" },
	{ .name = NULL },
};

static void
add_queue_json(const void *row, struct buf *o)
{
	const struct queue_info *q = row;
	json_out_open(o, NULL, '{');
	json_out_str(o, "queue_name", q->name);
	json_out_bool(o, "paused", q->is_paused);
	json_out_int(o, "jobs", q->jobs);
	json_out_int(o, "ready", q->ready);
	json_out_int(o, "held", q->held);
	json_out_int(o, "dead", q->dead);
	json_out_int(o, "waiting", q->waiting);
	json_out_time(o, "oldest", q->oldest_us);
	json_out_close(o, '}');
}

static void
add_queue(const struct ctl *c, const void *row, struct table *t)
{
	const struct queue_info *q = row;
	const int64_t counts[] = { q->jobs, q->waiting, q->ready, q->held,
		q->dead };
	struct buf b = BUF_INIT;

	table_add(t, q->name);
	table_add(t, q->is_paused ? "paused" : "running");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		table_addf(t, "%" PRId64, counts[i]);
	ctl_time(c, q->oldest_us - q->oldest_us % CLOCK_US_PER_S, &b);
	table_add(t, buf_cstr(&b));
	buf_fini(&b);
}

static int
print_queues(const struct ctl *c, const struct queue_list *l, bool is_json)
{
	static const char *const headings[] = {
		"QUEUE",
		"STATE",
		"JOBS",
		"WAITING",
		"READY",
		"HELD",
		"DEAD",
		"OLDEST",
		NULL,
	};
	static const struct list_out how = { headings, sizeof(l->v[0]),
		add_queue_json, add_queue };

	return list_out_print(c, &how, l->v, l->n, is_json);
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	struct queue_list l = { NULL, 0, 0 };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_queues(&c->sched, &l);
	status = rc == STORE_OK ?
	    print_queues(c, &l, a->opt[OPT_JSON] != NULL) :
	    ctl_fail_rc(rc, "queues");
	queue_list_fini(&l);
	return status;
}

static void
add_message_json(const void *row, struct buf *o)
{
	const struct message *m = row;

	json_out_open(o, NULL, '{');
	json_out_int(o, "id", m->id);
	json_out_str(o, "state", message_state_name(m->state));
	json_out_int(o, "attempt", m->attempt);
	json_out_int(o, "priority", m->priority);
	json_out_time(o, "enqueued_at", m->enqueued_us);
	json_out_time(o, "held_until",
	    m->state == MESSAGE_HELD ? m->until_us : 0);
	json_out_str(o, "reason", m->reason);
	/* A body that is not JSON is shown as text. */
	if (json_check(m->body, strlen(m->body), NULL) == 0)
		json_out_raw(o, "body", m->body);
	else
		json_out_str(o, "body", m->body);
	json_out_close(o, '}');
}

static void
add_message(const struct ctl *c, const void *row, struct table *t)
{
	const struct message *m = row;
	struct buf b = BUF_INIT;

	ctl_time(c, m->enqueued_us - m->enqueued_us % CLOCK_US_PER_S, &b);
	table_addf(t, "%" PRId64, m->id);
	table_add(t, message_state_name(m->state));
	table_addf(t, "%" PRId64, m->attempt);
	table_add(t, buf_cstr(&b));
	table_add(t, m->reason);
	table_add(t, m->body);
	buf_fini(&b);
}

static int
print_messages(const struct ctl *c, const struct message_list *l, bool is_json)
{
	static const char *const headings[] = {
		"ID",
		"STATE",
		"ATTEMPT",
		"ENQUEUED",
		"REASON",
		"BODY",
		NULL,
	};
	static const struct list_out how = { headings, sizeof(l->v[0]),
		add_message_json, add_message };

	return list_out_print(c, &how, l->v, l->n, is_json);
}

/* Open the stores for a command with the first operand QUEUE. */
static int
open_for_queue(struct ctl *c, const struct ctl_args *a)
{
	int status;

	if ((status = ctl_check_name("QUEUE", a->operand[0])) != CTL_OK)
		return status;
	return ctl_open(c);
}

static int
run_peek(struct ctl *c, const struct ctl_args *a)
{
	static const struct ctl_range range = { 1, PEEK_MAX };
	struct message_list l = { NULL, 0, 0 };
	int64_t limit = PEEK_DEFAULT;
	enum store_rc rc;
	int status;

	status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &limit);
	if (status != CTL_OK || (status = open_for_queue(c, a)) != CTL_OK)
		return status;
	rc = sched_peek(&c->sched, a->operand[0], (int)limit, &l);
	status = rc == STORE_OK ?
	    print_messages(c, &l, a->opt[OPT_JSON] != NULL) :
	    ctl_fail_rc(rc, a->operand[0]);
	message_list_fini(&l);
	return status;
}

static int
set_paused(struct ctl *c, const struct ctl_args *a, bool is_paused)
{
	int status;

	if ((status = open_for_queue(c, a)) != CTL_OK)
		return status;
	/* A queue can be paused before it has jobs; then it is known. */
	if (!is_paused && (status = queue_known(c, a->operand[0])) != CTL_OK)
		return status;
	return ctl_fail_rc(sched_queue_set_paused(&c->sched, a->operand[0],
			       is_paused),
	    a->operand[0]);
}

static int
run_pause(struct ctl *c, const struct ctl_args *a)
{
	return set_paused(c, a, true);
}

static int
run_resume(struct ctl *c, const struct ctl_args *a)
{
	int status = set_paused(c, a, false);
	if (status == CTL_OK)
		job_print_queue_warnings(c, a->operand[0]);
	return status;
}

static int
run_clear(struct ctl *c, const struct ctl_args *a)
{
	enum store_rc rc;
	int64_t n = 0;
	struct err why;
	int status;

	if (a->opt[OPT_YES] == NULL)
		return ctl_fail(CTL_USAGE,
		    "this deletes the messages of %s: "
		    "confirm with --yes",
		    a->operand[0]);
	if ((status = open_for_queue(c, a)) != CTL_OK)
		return status;
	if (brokers_clear(ctl_brokers(c), a->operand[0], &why) == -1)
		return ctl_fail(strstr(why.text, ": WRONGTYPE ") != NULL ?
			CTL_NO :
			CTL_DOWN,
		    "%s", why.text);
	rc = sched_message_clear(&c->sched, a->operand[0], &n);
	if (rc == STORE_OK && brokers_has(ctl_brokers(c), a->operand[0]))
		text_line("the queue is empty; %" PRId64
			  " messages were on their way",
		    n);
	else if (rc == STORE_OK)
		text_line("%" PRId64 " messages deleted", n);
	return ctl_fail_rc(rc, a->operand[0]);
}

const struct ctl_command cmd_queue_list = {
	.name = "queue list",
	.args = "[--json]",
	.help = "list queues with their jobs and messages",
	.options = list_options,
	.is_list = true,
	.run = run_list,
};

const struct ctl_command cmd_queue_peek = {
	.name = "queue peek",
	.args = "QUEUE [--limit N] [--json]",
	.help = "show messages without leasing them",
	.options = peek_options,
	.min = 1,
	.max = 1,
	.run = run_peek,
};

const struct ctl_command cmd_queue_pause = {
	.name = "queue pause",
	.args = "QUEUE",
	.help = "stop all jobs of a queue from firing",
	.min = 1,
	.max = 1,
	.run = run_pause,
};

const struct ctl_command cmd_queue_resume = {
	.name = "queue resume",
	.args = "QUEUE",
	.help = "let the jobs of a queue fire again",
	.min = 1,
	.max = 1,
	.run = run_resume,
};

const struct ctl_command cmd_queue_clear = {
	.name = "queue clear",
	.args = "QUEUE --yes",
	.help = "delete all messages of a queue",
	.options = clear_options,
	.min = 1,
	.max = 1,
	.run = run_clear,
};
