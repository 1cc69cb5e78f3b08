/*
 * minutehand why: explains why a job ran, or did not run, at a time.  The
 * reasoning is in lib/sched/.  Tested in tests/ctl/runs.bats.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/why_words.h"

#include "lib/base/ban.h"

enum { OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON, with the facts" },
	{ .name = NULL },
};

static int
print_why(const struct why *w, bool is_json)
{
	struct buf words = BUF_INIT, facts = BUF_INIT, o = BUF_INIT;
	int status = CTL_OK;

	why_describe(w, DESCRIBE_EN, &words);
	if (is_json) {
		why_facts(w, &facts);
		json_out_open(&o, NULL, '{');
		json_out_str(&o, "answer", why_name(w->out.answer));
		json_out_str(&o, "message", buf_cstr(&words));
		json_out_raw(&o, "facts", buf_cstr(&facts));
		json_out_close(&o, '}');
		status = json_out_print(&o);
	} else
		text_line("%s", buf_cstr(&words));
	buf_fini(&words);
	buf_fini(&facts);
	return status;
}

static int
run_why(struct ctl *c, const struct ctl_args *a)
{
	struct why w = { .queue = a->operand[0],
		.job_id = a->operand[1],
		.kind = SCHED_ANY,
		.takes_words = true };
	const char *bad = NULL;
	enum store_rc rc;
	int status;

	status = ctl_check_name("QUEUE", w.queue);
	if (status == CTL_OK)
		status = ctl_check_name("JOB", w.job_id);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_why(&c->sched, &w, a->operand[2], clock_now_us(), &bad);
	if (rc == STORE_CONFLICT)
		status = ctl_fail(CTL_DATA, "AT: %s, not \"%s\"", bad,
		    a->operand[2]);
	else if (rc == STORE_NOTFOUND)
		status = ctl_fail(CTL_NO,
		    "no such job: %s/%s, and no runs of it", w.queue, w.job_id);
	else if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "why");
	else
		status = print_why(&w, a->opt[OPT_JSON] != NULL);
	sched_why_fini(&w);
	return status;
}

const struct ctl_command cmd_why = {
	.name = "why",
	.args = "QUEUE JOB AT [--json]",
	.help = "explain why a job ran, did not run or will run at a time",
	.options = options,
	.min = 3,
	.max = 3,
	.has_instant = true,
	.run = run_why,
};
