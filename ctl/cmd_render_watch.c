#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/render.h"
#include "ctl/text.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/sched_render.h"

#include "lib/ban.h"

/* Between two looks at the store, which costs a file's worth of memory. */
#define LOOK_US 200000

enum { OPT_TIMEOUT };

static const struct ctl_option options[] = {
	[OPT_TIMEOUT] = { "timeout", "DURATION",
	    "give up after that, with 3 (default: never)" },
	{ .name = NULL },
};

/* One line, if it says anything new. */
static void
tell(const struct ctl *c, const struct delivery *d, struct buf *last)
{
	struct buf line = BUF_INIT, now = BUF_INIT;

	buf_printf(&line, "%s (%s", delivery_status(d),
	    run_state_name(d->state));
	if (d->reason != NULL)
		buf_printf(&line, ": %s", d->reason);
	buf_char(&line, ')');
	if (strcmp(buf_cstr(&line), buf_cstr(last)) != 0) {
		ctl_time(c, clock_now_us(), &now);
		text_line("%s %s", buf_cstr(&now), buf_cstr(&line));
		(void)fflush(stdout);
		buf_reset(last);
		buf_str(last, buf_cstr(&line));
	}
	buf_fini(&line);
	buf_fini(&now);
}

/* One look: an exit status, or -1 while it is not over. */
static int
look(struct ctl *c, const char *id, struct buf *last)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc = sched_render_get(&c->sched, NULL, id, &d);
	int status = -1;

	if (rc == STORE_OK) {
		tell(c, &d, last);
		if (!delivery_is_open(&d))
			status = d.state == RUN_SUCCEEDED ? CTL_OK : CTL_NO;
	} else if (rc != STORE_BUSY)
		status = render_fail(rc, id);
	delivery_fini(&d);
	return status;
}

static int
run_watch(struct ctl *c, const struct ctl_args *a)
{
	int64_t timeout_us = INT64_MAX, began = clock_mono_us();
	struct buf last = BUF_INIT;
	int status;

	status = ctl_opt_duration(a, OPT_TIMEOUT, "timeout", &timeout_us);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	while ((status = look(c, a->operand[0], &last)) == -1 &&
	    clock_mono_us() - began < timeout_us)
		clock_sleep_us(LOOK_US);
	buf_fini(&last);
	return status == -1 ?
	    ctl_fail(CTL_TIMEOUT, "%s: not over yet", a->operand[0]) :
	    status;
}

const struct ctl_command cmd_render_watch = {
	.name = "render watch",
	.args = "JOB [--timeout DURATION]",
	.help = "wait for the end of a one-off job; 0 if it succeeded",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_watch,
};
