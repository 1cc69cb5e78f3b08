/*
 * minutehand audit: findings of an audit of the ledger as a table or as JSON.
 * The audit itself is in lib/sched/audit_walk.c.  Tested in
 * tests/ctl/audit.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/audit.h"
#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/sched/audit_walk.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

/*
 * Maximum rows of a table, which is kept in memory until it is printed; the
 * rest is printed as a number.
 */
#define TABLE_MAX 1000

enum { OPT_SINCE, OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_SINCE] = { "since", "TIME",
	    "only slots from TIME on (default: all)" },
	[OPT_JSON] = { "json", NULL, "print a line of JSON per finding" },
	{ .name = NULL },
};

struct report {
	struct ctl *c;
	struct table t;
	int64_t untold;
};

static void
report_json(void *cookie, const struct audit_report *n)
{
	struct buf o = BUF_INIT;

	(void)cookie;
	json_out_open(&o, NULL, '{');
	json_out_str(&o, "finding", audit_kind_name(n->f->kind));
	json_out_str(&o, "queue_name", n->queue);
	json_out_str(&o, "job_id", n->job_id);
	json_out_time(&o, "slot", n->f->first_us);
	json_out_time(&o, "last_slot", n->f->last_us);
	json_out_int(&o, "count", n->f->count);
	json_out_int(&o, "slots", n->f->want);
	json_out_str(&o, "run_id", n->run_id);
	json_out_close(&o, '}');
	(void)json_out_print(&o);
}

static void
report_row(void *cookie, const struct audit_report *n)
{
	struct report *r = cookie;
	struct buf b = BUF_INIT;

	if (r->t.n >= TABLE_MAX * r->t.ncols) {
		r->untold++;
		return;
	}
	table_add(&r->t, audit_kind_name(n->f->kind));
	table_add(&r->t, n->queue);
	table_add(&r->t, n->job_id);
	ctl_time(r->c, n->f->first_us, &b);
	table_add(&r->t, buf_cstr(&b));
	buf_reset(&b);
	ctl_time(r->c, n->f->last_us, &b);
	table_add(&r->t, buf_cstr(&b));
	table_addf(&r->t, "%" PRId64, n->f->count);
	table_addf(&r->t, "%" PRId64, n->f->want);
	table_add(&r->t, n->run_id);
	buf_fini(&b);
}

static void
sum_json(const struct audit_sum *s)
{
	struct buf o = BUF_INIT;

	json_out_open(&o, NULL, '{');
	json_out_int(&o, "jobs", s->jobs);
	json_out_int(&o, "rows", s->rows);
	json_out_int(&o, "slots", s->slots);
	for (int k = 0; k < AUDIT_KIND__MAX; k++)
		json_out_int(&o, audit_kind_name((enum audit_kind)k),
		    s->findings[k]);
	json_out_int(&o, "by_hand", s->extras);
	json_out_int(&o, "not_compared", s->skipped);
	json_out_close(&o, '}');
	(void)json_out_print(&o);
}

static void
sum_text(const struct audit_sum *s, int64_t untold)
{
	if (untold > 0)
		text_line("and %" PRId64 " more; --json has them all", untold);
	text_part(stdout,
	    "audit: %" PRId64 " jobs, %" PRId64 " rows, %" PRId64 " slots",
	    s->jobs, s->rows, s->slots);
	for (int k = 0; k < AUDIT_KIND__MAX; k++)
		text_part(stdout, "%s %s %" PRId64, k == 0 ? ":" : ",",
		    audit_kind_name((enum audit_kind)k), s->findings[k]);
	if (s->extras > 0)
		text_part(stdout, "; run by hand %" PRId64, s->extras);
	if (s->skipped > 0)
		text_part(stdout, "; rows not compared %" PRId64, s->skipped);
	text_line("%s", "");
}

int
ctl_audit(struct ctl *c, const struct ctl_audit *a)
{
	static const char *const headings[] = { "FINDING", "QUEUE", "JOB",
		"FIRST", "LAST", "COUNT", "SLOTS", "RUN" };
	struct report r = { .c = c };
	const struct audit_opts o = {
		.zones = c->sched.zones,
		.since_us = a->since_us,
		.report = a->is_json ? report_json : report_row,
		.cookie = &r,
	};
	struct audit_sum sum = { .jobs = 0 };
	int status = CTL_OK;
	enum store_rc rc;

	table_init(&r.t, headings, sizeof(headings) / sizeof(headings[0]));
	rc = audit_walk_all(&c->sched, &o, &sum);
	if (table_print(&r.t, stdout) != 0)
		status = ctl_fail(CTL_BUG, "out of memory");
	table_fini(&r.t);
	if (rc != STORE_OK)
		return ctl_fail_rc(rc, "audit");
	if (a->is_json)
		sum_json(&sum);
	else
		sum_text(&sum, r.untold);
	for (int k = 0; k < AUDIT_KIND__MAX && status == CTL_OK; k++)
		status = sum.findings[k] > 0 ? CTL_NO : CTL_OK;
	return status;
}

static int
run_audit(struct ctl *c, const struct ctl_args *a)
{
	struct ctl_audit ask = {
		.since_us = INT64_MIN,
		.is_json = a->opt[OPT_JSON] != NULL,
	};
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	status = ctl_opt_time(c, "since", a->opt[OPT_SINCE], &ask.since_us);
	return status == CTL_OK ? ctl_audit(c, &ask) : status;
}

const struct ctl_command cmd_audit = {
	.name = "audit",
	.args = "[--since TIME] [--json]",
	.help = "compare all past slots with the ledger",
	.options = options,
	.run = run_audit,
};
