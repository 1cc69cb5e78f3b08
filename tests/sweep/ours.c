/*
 * Audits the sweep's stores by the product's audit, in addition to the judge.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/sched/audit_walk.h"
#include "tests/sweep/ours.h"
#include "lib/base/ban.h"

static void
ours_report(void *cookie, const struct audit_report *n)
{
	struct ours *out = cookie;

	out->findings[n->f->kind]++;
	if (out->why[0] == '\0')
		(void)snprintf(out->why, sizeof(out->why),
		    "%s: %s of %lld, slots %lld, from %lld to %lld",
		    n->job_id == NULL ? "no job" : n->job_id,
		    audit_kind_name(n->f->kind), (long long)n->f->count,
		    (long long)n->f->want, (long long)n->f->first_us,
		    (long long)n->f->last_us);
}

void
ours_audit(struct sched *s, struct tz_cache *zones, struct ours *out)
{
	const struct audit_opts o = { zones, INT64_MIN, ours_report, out };
	struct audit_sum sum = { .jobs = 0 };

	memset(out, 0, sizeof(*out));
	if (audit_walk_all(s, &o, &sum) == STORE_OK)
		return;
	out->findings[AUDIT_UNEXPLAINED]++;
	(void)snprintf(out->why, sizeof(out->why), "it fails");
}
