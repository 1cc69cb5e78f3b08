/*
 * minutehand render list: the one-off jobs of a service.  Tested in
 * tests/render/ctl.bats.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/job/render_job.h"
#include "lib/job/render_target.h"
#include "lib/sched/render.h"

#include "lib/base/ban.h"

#define LIMIT_MAX 10000

enum { OPT_JSON, OPT_STATUS, OPT_LIMIT, OPT_CURSOR };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer as Render's API does" },
	[OPT_STATUS] = { "status", "LIST",
	    "pending,running,succeeded,failed,canceled" },
	[OPT_LIMIT] = { "limit", "N", "maximum number (default: 20)" },
	[OPT_CURSOR] = { "cursor", "TEXT", "continue a list" },
	{ .name = NULL },
};

static int
print_table(const struct ctl *c, const struct delivery_list *l, size_t n)
{
	static const char *const headings[] = { "ID", "COMMAND", "STATUS",
		"CREATED" };
	struct buf b = BUF_INIT;
	struct table t;
	int rc;

	table_init(&t, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < n; i++) {
		table_add(&t, l->v[i].id);
		table_add(&t, l->v[i].command);
		table_add(&t, delivery_status(&l->v[i]));
		buf_reset(&b);
		ctl_time(c, l->v[i].decided_us, &b);
		table_add(&t, buf_cstr(&b));
	}
	rc = table_print(&t, stdout);
	table_fini(&t);
	buf_fini(&b);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

/* Print up to the limit; l has one more if there are more. */
static int
print_list(const struct ctl *c, const struct ctl_args *a, int64_t limit,
    const struct delivery_list *l)
{
	size_t n = l->n < (size_t)limit ? l->n : (size_t)limit;
	struct buf b = BUF_INIT;
	int status;

	if (a->opt[OPT_JSON] != NULL) {
		render_jobs_json(l, n, &b);
		return json_out_print(&b);
	}
	status = print_table(c, l, n);
	if (l->n > n) {
		render_cursor_print(&l->v[n - 1], &b);
		(void)ctl_fail(CTL_OK, "more with --cursor %s", buf_cstr(&b));
	}
	buf_fini(&b);
	return status;
}

/* Read the filter, without the store; set is memory for the statuses. */
static int
read_filter(const struct ctl_args *a, struct buf *set, int64_t *limit,
    struct store_delivery_filter *f)
{
	static const struct ctl_range range = { 1, LIMIT_MAX };
	const char *status = a->opt[OPT_STATUS], *cursor = a->opt[OPT_CURSOR];
	struct faults fs = { .n = 0 };

	if (render_check_service(f->service, &fs) != 0)
		return ctl_fail_faults(&fs, "");
	if (status != NULL && status[0] == '\0')
		status = NULL;
	if (status != NULL && render_statuses_add(status, set) != 0)
		return ctl_fail(CTL_USAGE,
		    "--status: words of pending, running, succeeded, failed, "
		    "canceled are needed, not \"%s\"",
		    status);
	if (status != NULL)
		f->statuses = buf_cstr(set);
	if (cursor != NULL && cursor[0] != '\0' &&
	    render_cursor_parse(cursor, &f->below) != 0)
		return ctl_fail(CTL_DATA,
		    "--cursor: not a cursor of this list");
	return ctl_opt_int(a, OPT_LIMIT, "limit", &range, limit);
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	struct store_delivery_filter f = STORE_DELIVERY_ALL;
	struct delivery_list l = { NULL, 0, 0 };
	struct buf set = BUF_INIT;
	int64_t limit = RENDER_PAGE_DEFAULT;
	enum store_rc rc;
	int status;

	f.service = a->operand[0];
	status = read_filter(a, &set, &limit, &f);
	if (status == CTL_OK)
		status = ctl_open(c);
	if (status == CTL_OK) {
		f.limit = limit + 1;
		rc = sched_render_list(&c->sched, &f, &l);
		status = rc == STORE_OK ? print_list(c, a, limit, &l) :
					  ctl_fail_rc(rc, f.service);
	}
	delivery_list_fini(&l);
	buf_fini(&set);
	return status;
}

const struct ctl_command cmd_render_list = {
	.name = "render list",
	.args = "SERVICE [OPTIONS]",
	.help = "list the one-off jobs of a service, newest first",
	.options = options,
	.min = 1,
	.max = 1,
	.is_list = true,
	.run = run_list,
};
