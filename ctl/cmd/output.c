/*
 * minutehand output: what the last attempt at a run printed.  Tested in
 * tests/ctl/outcome.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

enum { OPT_QUEUE, OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_QUEUE] = { "queue", "QUEUE",
	    "queue of the run, if several have this id" },
	[OPT_JSON] = { "json", NULL, "answer in JSON, with the attempts" },
	{ .name = NULL },
};

static int
print_json(const struct run *r, const struct run_detail *d)
{
	struct buf o = BUF_INIT, earlier = BUF_INIT;

	run_json(r, &o);
	attempts_json(&d->earlier, &earlier);
	o.is_failed |= earlier.is_failed;
	if (!o.is_failed) {
		o.len--; /* its bracket */
		json_out_raw(&o, "earlier_attempts", buf_cstr(&earlier));
		json_out_str(&o, "output", d->output);
		json_out_raw(&o, "result",
		    d->result == NULL ? "null" : d->result);
		json_out_close(&o, '}');
	}
	buf_fini(&earlier);
	return json_out_print(&o);
}

/* Why there is no output. */
static int
report_none(const struct run *r)
{
	const struct work *w = &r->work;

	if (run_outcome(r) == OUTCOME_UNREPORTED)
		return ctl_fail(CTL_NO,
		    "run %s: its queue's workers report no output", r->id);
	if (w->last.n == 0)
		return ctl_fail(CTL_NO, "run %s: no worker has had it", r->id);
	if (w->last.finished_us == 0)
		return ctl_fail(CTL_NO,
		    "run %s: attempt %" PRId64 " has not ended", r->id,
		    w->last.n);
	return ctl_fail(CTL_NO,
	    "run %s: attempt %" PRId64 " printed nothing, or its worker kept "
	    "no output",
	    r->id, w->last.n);
}

/* The output as it was, but harmless, and its last line ended. */
static int
print_text(const struct run *r, const struct run_detail *d)
{
	size_t n = d->output == NULL ? 0 : strlen(d->output);

	if (n == 0)
		return report_none(r);
	text_block(stdout, d->output);
	if (d->output[n - 1] != '\n')
		text_block(stdout, "\n");
	return CTL_OK;
}

static int
run_output(struct ctl *c, const struct ctl_args *a)
{
	const char *queue = a->opt[OPT_QUEUE];
	struct run_detail d = { .output = NULL };
	struct run r = { .row = 0 };
	enum store_rc rc;
	int status;

	if (queue != NULL &&
	    (status = ctl_check_name("--queue", queue)) != CTL_OK)
		return status;
	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_run_get(&c->sched, queue, a->operand[0], &r);
	if (rc == STORE_OK)
		rc = sched_run_detail(&c->sched, &r, &d);
	if (rc != STORE_OK)
		status = ctl_fail_run(rc, a->operand[0]);
	else if (a->opt[OPT_JSON] != NULL)
		status = print_json(&r, &d);
	else
		status = print_text(&r, &d);
	run_detail_fini(&d);
	run_fini(&r);
	return status;
}

const struct ctl_command cmd_output = {
	.name = "output",
	.args = "[--queue QUEUE] RUN [--json]",
	.help = "print the end of what the last attempt at a run printed",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_output,
};
