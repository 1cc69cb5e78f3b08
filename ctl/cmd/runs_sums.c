/*
 * minutehand runs --sums: runs counted over time, by how they ended.  Tested in
 * tests/ctl/sums.bats.
 */
#include "config.h"

#include <inttypes.h>

#include "ctl/cmd/runs.h"
#include "ctl/ctl.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/report/sums.h"

#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)

static void
add_line(const char *at, const struct sums_bucket *b, const struct sums *m,
    struct table *t)
{
	table_add(t, at);
	for (int i = 0; i < SUMS__MAX; i++)
		if (m->all.n[i] > 0)
			table_addf(t, "%" PRId64, b->n[i]);
}

/* A column for every outcome that occurs; the last line has the sums. */
static int
print_table(const struct ctl *c, const struct sums *m)
{
	const char *headings[SUMS__MAX + 1] = { "FROM" };
	struct buf at = BUF_INIT;
	struct table t;
	size_t n = 1;
	int rc;

	for (int i = 0; i < SUMS__MAX; i++)
		if (m->all.n[i] > 0)
			headings[n++] = sums_name(i);
	if (n == 1)
		return CTL_OK;
	table_init(&t, headings, n);
	for (size_t i = 0; i < m->nbuckets; i++) {
		buf_reset(&at);
		ctl_time(c, m->from_us + (int64_t)i * m->bucket_us, &at);
		add_line(buf_cstr(&at), &m->bucket[i], m, &t);
	}
	add_line("all", &m->all, m, &t);
	rc = table_print(&t, stdout);
	table_fini(&t);
	buf_fini(&at);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

int
runs_print_sums(struct ctl *c, const struct sched_runs_opts *o,
    int64_t bucket_us, bool is_json)
{
	struct sums_opts all = {
		.kind = SCHED_ANY,
		.queue = o->queue,
		.job_id = o->job_id,
		.from_us = o->from_us,
		.to_us = o->to_us == INT64_MAX ? clock_now_us() : o->to_us,
		.bucket_us = bucket_us,
	};
	struct buf b = BUF_INIT;
	enum store_rc rc;
	struct sums m = { 0 };

	if (all.from_us == INT64_MIN) {
		all.from_us = all.to_us - DAY_US;
		all.from_us -= all.from_us % bucket_us;
	}
	if (all.to_us <= all.from_us)
		return ctl_fail(CTL_DATA, "--to: must be after --from");
	if (sums_buckets(&all) > SUMS_BUCKETS_MAX)
		return ctl_fail(CTL_USAGE,
		    "--bucket: is too short: there would be more than %d",
		    SUMS_BUCKETS_MAX);
	rc = sums_read(&c->sched, &all, &m);
	if (rc != STORE_OK)
		return ctl_fail_rc(rc, "runs");
	if (!is_json)
		return print_table(c, &m);
	sums_json(&m, all.to_us, &b);
	return json_out_print(&b);
}
