#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/table.h"
#include "lib/buf.h"

#include "lib/ban.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000

enum { OPT_JSON, OPT_LIMIT };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "so many at most (default: 50)" },
	{ .name = NULL },
};

static void
add_json(const struct run *r, struct buf *o)
{
	json_out_open(o, NULL, '{');
	json_out_str(o, "run_id", r->id);
	json_out_str(o, "queue_name", r->queue);
	json_out_str(o, "job_id", r->job_id);
	json_out_time(o, "slot", r->slot_us);
	json_out_time(o, "last_slot", r->last_us);
	json_out_int(o, "count", r->count);
	json_out_str(o, "outcome", run_state_name(r->state));
	json_out_str(o, "reason", r->reason);
	json_out_time(o, "decided_at", r->decided_us);
	json_out_close(o, '}');
}

static void
add_row(const struct ctl *c, const struct run *r, struct table *t)
{
	struct buf b = BUF_INIT;

	ctl_time(c, r->slot_us, &b);
	table_add(t, buf_cstr(&b));
	table_add(t, r->queue);
	table_add(t, r->job_id);
	table_add(t, run_state_name(r->state));
	table_addf(t, "%" PRId64, r->count);
	table_add(t, r->reason);
	table_add(t, r->id);
	buf_fini(&b);
}

static int
print_runs(const struct ctl *c, const struct run_list *l, bool is_json)
{
	static const char *const headings[] = {
		"SLOT",
		"QUEUE",
		"JOB",
		"OUTCOME",
		"COUNT",
		"REASON",
		"RUN",
	};
	struct buf o = BUF_INIT;
	struct table t;
	int rc;

	if (is_json) {
		json_out_open(&o, NULL, '[');
		for (size_t i = 0; i < l->n; i++)
			add_json(&l->v[i], &o);
		json_out_close(&o, ']');
		return json_out_print(&o);
	}
	table_init(&t, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < l->n; i++)
		add_row(c, &l->v[i], &t);
	rc = table_print(&t, stdout);
	table_fini(&t);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

static int
run_runs(struct ctl *c, const struct ctl_args *a)
{
	static const struct ctl_range range = { 1, LIMIT_MAX };
	const char *queue = a->noperands > 0 ? a->operand[0] : NULL;
	const char *job = a->noperands > 1 ? a->operand[1] : NULL;
	struct run_list l = { NULL, 0, 0 };
	int64_t limit = LIMIT_DEFAULT;
	enum store_rc rc;
	int status;

	status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &limit);
	if (status == CTL_OK && queue != NULL)
		status = ctl_check_name("QUEUE", queue);
	if (status == CTL_OK && job != NULL)
		status = ctl_check_name("JOB", job);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_runs(&c->sched, queue, job, limit, &l);
	status = rc == STORE_OK ? print_runs(c, &l, a->opt[OPT_JSON] != NULL) :
				  ctl_fail_rc(rc, "runs");
	run_list_fini(&l);
	return status;
}

const struct ctl_command cmd_runs = {
	.name = "runs",
	.args = "[QUEUE [JOB]] [--limit N] [--json]",
	.help = "the ledger: what became of each slot, newest first",
	.options = options,
	.max = 2,
	.run = run_runs,
};
