/* `minutehand clock reset`: after a clock that was ahead. */
#include "config.h"

#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/print/text.h"
#include "lib/base/clock.h"
#include "lib/sched/clock.h"

#include "lib/base/ban.h"

/* A clock that shows an earlier year is wrong. */
#define US_2024 (INT64_C(1704067200) * CLOCK_US_PER_S)

enum { OPT_DRY_RUN };

static const struct ctl_option options[] = {
	[OPT_DRY_RUN] = { "dry-run", NULL,
	    "print the changes, without making them" },
	{ .name = NULL },
};

static int
run_reset(struct ctl *c, const struct ctl_args *a)
{
	struct sched_clock r = { .is_dry = a->opt[OPT_DRY_RUN] != NULL };
	enum store_rc rc;
	int status;

	if (clock_now_us() < US_2024)
		return ctl_fail(CTL_NO,
		    "the clock of this host is wrong by years: correct it first");
	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	if ((rc = sched_clock_reset(&c->sched, &r)) != STORE_OK)
		return ctl_fail_rc(rc, "clock");
	if (r.ahead_us == 0) {
		text_line("no decision is ahead of the clock");
		return CTL_OK;
	}
	text_line("%lld s ahead%s: %lld jobs, %lld ledger rows, "
		  "%lld held messages brought back; %lld slots ran already",
	    (long long)(r.ahead_us / CLOCK_US_PER_S),
	    r.is_dry ? ", to be brought back" : "", (long long)r.jobs,
	    (long long)r.rows, (long long)r.messages, (long long)r.kept);
	if (r.unread > 0)
		text_line(
		    "%lld jobs wait for the file of their zone: repeat this "
		    "when it can be read",
		    (long long)r.unread);
	if (r.gone > 0)
		text_line("%lld jobs ended by it: add those that are still "
			  "wanted again",
		    (long long)r.gone);
	return CTL_OK;
}

const struct ctl_command cmd_clock_reset = {
	.name = "clock reset",
	.args = "[--dry-run]",
	.help = "undo decisions of a clock that was ahead",
	.options = options,
	.run = run_reset,
};
