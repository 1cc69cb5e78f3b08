/*
 * minutehand render watch: polls the store until a one-off job has ended.
 * Tested in tests/render/ctl.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/render.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/render.h"

#include "lib/base/ban.h"

/* Interval between reads of the store, each as costly as reading a file. */
#define POLL_US 200000

enum { OPT_TIMEOUT };

static const struct ctl_option options[] = {
	[OPT_TIMEOUT] = { "timeout", "DURATION",
	    "longest wait, then exit 3 (default: no limit)" },
	{ .name = NULL },
};

/* Print a line if the state or reason has changed. */
static void
print_change(const struct ctl *c, const struct delivery *d, FILE *out,
    struct buf *last)
{
	struct buf line = BUF_INIT, now = BUF_INIT;

	buf_printf(&line, "%s (%s", delivery_status(d),
	    run_state_name(d->state));
	if (d->reason != NULL)
		buf_printf(&line, ": %s", d->reason);
	buf_char(&line, ')');
	if (out != NULL && strcmp(buf_cstr(&line), buf_cstr(last)) != 0) {
		ctl_time(c, clock_now_us(), &now);
		text_to(out, "%s %s", buf_cstr(&now), buf_cstr(&line));
		(void)fflush(out);
	}
	buf_reset(last);
	buf_str(last, buf_cstr(&line));
	buf_fini(&line);
	buf_fini(&now);
}

/* Read the run once; an exit status, or -1 if it has not ended. */
static int
poll_run(struct ctl *c, const char *id, FILE *out, struct buf *last)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc = sched_render_get(&c->sched, NULL, id, &d);
	int status = -1;

	if (rc == STORE_OK) {
		print_change(c, &d, out, last);
		if (!delivery_is_open(&d))
			status = d.state == RUN_SUCCEEDED ? CTL_OK : CTL_NO;
	} else if (rc != STORE_BUSY)
		status = render_fail(rc, id);
	delivery_fini(&d);
	return status;
}

/* Report if no ticker runs: the run would not be sent. */
static void
report_ticks(struct ctl *c)
{
	struct sched_health h;
	struct buf since = BUF_INIT;

	if (sched_health(&c->sched, clock_now_us(), &h) != STORE_OK)
		return;
	if (h.last_tick_us == 0)
		(void)ctl_fail(CTL_OK,
		    "no tick has ever run, and only a tick hands a job over: "
		    "is ticker in your crontab?");
	else if (h.is_late) {
		ctl_time(c, h.last_tick_us, &since);
		(void)ctl_fail(CTL_OK,
		    "no tick since %s, and only a tick hands a job over: is "
		    "ticker in your crontab?",
		    buf_cstr(&since));
	}
	buf_fini(&since);
}

int
render_watch(struct ctl *c, const char *id, const struct render_watch *how)
{
	int64_t began = clock_mono_us();
	struct buf last = BUF_INIT;
	int status = poll_run(c, id, how->out, &last);

	if (status == -1)
		report_ticks(c);
	while (status == -1 && clock_mono_us() - began < how->timeout_us) {
		clock_sleep_us(POLL_US);
		status = poll_run(c, id, how->out, &last);
	}
	if (status == -1)
		status = ctl_fail(CTL_TIMEOUT, "%s: has not ended yet", id);
	else if (status == CTL_NO && how->out == NULL)
		(void)ctl_fail(CTL_NO, "%s: %s", id, buf_cstr(&last));
	buf_fini(&last);
	return status;
}

static int
run_watch(struct ctl *c, const struct ctl_args *a)
{
	struct render_watch how = { INT64_MAX, stdout };
	int status;

	status = ctl_opt_duration(a, OPT_TIMEOUT, "timeout", &how.timeout_us);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	return render_watch(c, a->operand[0], &how);
}

const struct ctl_command cmd_render_watch = {
	.name = "render watch",
	.args = "JOB [--timeout DURATION]",
	.help = "wait until a one-off job has ended; exit 0 if it succeeded",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_watch,
};
