/*
 * minutehand runs --follow: prints runs as they come and change, until a signal
 * ends it.  Tested in tests/ctl/follow.bats.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/cmd/runs.h"
#include "ctl/ctl.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/report/follow.h"

#include "lib/base/ban.h"

#define POLL_US (CLOCK_US_PER_S / 2)

struct printer {
	const struct ctl *c;
	bool is_json;
};

static void
print_json(const struct run *r)
{
	struct buf b = BUF_INIT;

	run_json(r, &b);
	text_json(stdout, buf_cstr(&b), b.len);
	text_line("%s", "");
	buf_fini(&b);
}

/* "SLOT  QUEUE JOB  STATE  OUTCOME  RUN  REASON", two blanks between. */
static void
print_line(const struct ctl *c, const struct run *r)
{
	const struct attempt *a = &r->work.last;
	const char *why = a->error != NULL ? a->error : r->reason;
	enum outcome o = run_outcome(r);
	struct buf b = BUF_INIT;

	ctl_time(c, r->slot_us, &b);
	buf_printf(&b, "  %s %s  %s  %s", r->queue,
	    r->job_id[0] == '\0' ? "-" : r->job_id, run_state_name(r->state),
	    o == OUTCOME_NONE ? "-" : outcome_names[o]);
	if (a->started_us != 0 && a->finished_us >= a->started_us)
		buf_printf(&b, "  %.1f s",
		    (double)(a->finished_us - a->started_us) / 1e6);
	text_line("%s  %s%s%s", buf_cstr(&b), r->id, why == NULL ? "" : "  ",
	    why == NULL ? "" : why);
	buf_fini(&b);
}

static void
on_run(void *cookie, const struct run *r)
{
	const struct printer *p = cookie;

	if (p->is_json)
		print_json(r);
	else
		print_line(p->c, r);
	(void)fflush(stdout);
}

int
runs_follow(struct ctl *c, const struct sched_runs_opts *o, bool is_json)
{
	struct printer p = { c, is_json };
	struct follow f;
	enum store_rc rc;

	stop_block();
	rc = follow_start(&c->sched, o, &f, on_run, &p);
	while ((rc == STORE_OK || rc == STORE_BUSY) && !stop_is_pending() &&
	    ferror(stdout) == 0) {
		stop_sleep_us(POLL_US);
		rc = follow_poll(&c->sched, &f, on_run, &p);
	}
	follow_fini(&f);
	return rc == STORE_OK || rc == STORE_BUSY ? CTL_OK :
						    ctl_fail_rc(rc, "runs");
}
