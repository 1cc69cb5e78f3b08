/*
 * minutehand status: is everything all right, what failed, what is late, what
 * comes next, on one screen.  Tested in tests/ctl/status.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/report/overview.h"

#include "lib/base/ban.h"

#define WIDTH 16 /* of the names of fields */

enum { OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static void
print_verdict(const struct overview *o)
{
	static const char *const words[] = {
		[VERDICT_FINE] = "Everything is all right.",
		[VERDICT_LOOK] = "Something needs a look.",
		[VERDICT_TROUBLE] = "Something is wrong.",
		[VERDICT_ASLEEP] = "The ticker does not run: no job fires.",
	};

	text_line("%s", words[o->verdict]);
}

/* Print what needs the owner, with the time since when. */
static void
print_attention(const struct ctl *c, const struct overview *o)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < o->attention.n; i++) {
		const struct attention *a = &o->attention.v[i];

		buf_reset(&b);
		attention_words(a, &b);
		if (a->since_us != 0) {
			buf_str(&b, ", since ");
			ctl_time(c, a->since_us, &b);
		}
		text_line("  %s", buf_cstr(&b));
		if (a->run != NULL)
			text_line("    minutehand output %s", a->run);
	}
	if (o->attention_more > 0)
		text_line("  and %" PRId64 " more", o->attention_more);
	buf_fini(&b);
}

/* Print the ticker, the jobs, and the runs of the last 24 hours. */
static void
print_facts(const struct ctl *c, const struct overview *o)
{
	struct buf b = BUF_INIT;

	ctl_time(c, o->health.last_tick_us, &b);
	text_line("%-*s %s", WIDTH, "last tick", buf_cstr(&b));
	text_line("%-*s %" PRId64 ", %" PRId64 " paused", WIDTH, "jobs",
	    o->jobs, o->paused);
	buf_reset(&b);
	for (int i = 0; i < SUMS__MAX; i++)
		if (o->day.all.n[i] > 0)
			buf_printf(&b, "%s%" PRId64 " %s",
			    b.len > 0 ? ", " : "", o->day.all.n[i],
			    sums_name(i));
	text_line("%-*s %s", WIDTH, "last 24 hours",
	    b.len > 0 ? buf_cstr(&b) : "no runs");
	buf_fini(&b);
}

static void
print_next(const struct ctl *c, const struct overview *o)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < o->next.n; i++) {
		buf_reset(&b);
		ctl_time(c, o->next.v[i].next_run_us, &b);
		text_line("%-*s %s  %s %s", WIDTH, i == 0 ? "next" : "",
		    buf_cstr(&b), o->next.v[i].queue, o->next.v[i].job_id);
	}
	if (o->next.n == 0)
		text_line("%-*s %s", WIDTH, "next", "nothing");
	buf_fini(&b);
}

static int
run_status(struct ctl *c, const struct ctl_args *a)
{
	struct overview o = { .now_us = 0 };
	struct buf b = BUF_INIT;
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = overview_read(&c->sched, clock_now_us(), &o);
	if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "status");
	else if (a->opt[OPT_JSON] != NULL) {
		overview_json(&o, &b);
		status = json_out_print(&b);
	} else {
		print_verdict(&o);
		print_attention(c, &o);
		print_facts(c, &o);
		print_next(c, &o);
	}
	if (status == CTL_OK && o.verdict != VERDICT_FINE)
		status = CTL_NO;
	overview_fini(&o);
	return status;
}

const struct ctl_command cmd_status = {
	.name = "status",
	.args = "[--json]",
	.help = "is everything all right? what failed, is late, comes next",
	.options = options,
	.is_list = true,
	.run = run_status,
};
