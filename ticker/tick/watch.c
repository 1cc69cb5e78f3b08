/*
 * Runs that are overdue or last too long: found by when to look at them next,
 * marked in the ledger and reported once.  Tested in tests/ticker/late.bats.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/store/alert.h"
#include "lib/store/policy.h"
#include "ticker/tick/watch.h"
#include "lib/base/ban.h"

#define BATCH 500 /* runs per transaction */

/* The findings, and what is written and told of each. */
static const struct {
	enum policy_finding bit;
	enum alert_kind kind;
	const char *event;
} findings[] = {
	{ POLICY_OVERDUE, ALERT_OVERDUE, "overdue" },
	{ POLICY_OVERLONG, ALERT_TOO_LONG, "too-long" },
};

static enum store_rc
look(struct store *st, struct policy *p, int64_t now_us)
{
	int64_t next_us;
	unsigned found = policy_look(p, now_us, &next_us);
	enum store_rc rc = STORE_OK;

	if ((found & POLICY_OVERDUE) != 0)
		p->overdue_us = now_us;
	if ((found & POLICY_OVERLONG) != 0)
		p->overlong_us = now_us;
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		if ((found & findings[i].bit) == 0 || rc != STORE_OK)
			continue;
		log_event(LOG_LEVEL_WARN, findings[i].event, LOG_KEY_RUN, p->id,
		    "queue", p->queue, "outcome", outcome_names[p->outcome],
		    NULL);
		rc = store_alert_run(st, p->run, findings[i].kind);
	}
	return rc == STORE_OK ? store_policy_checked(st, p, next_us) : rc;
}

/* Look at those of one store. */
static enum store_rc
look_all(struct store *st, int64_t now_us)
{
	struct policy_list l = { NULL, 0, 0 };
	enum store_rc rc = store_begin(st);

	if (rc != STORE_OK)
		return rc;
	rc = store_policy_due(st, now_us, BATCH, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = look(st, &l.v[i], now_us);
	if (rc == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	policy_list_fini(&l);
	return rc;
}

enum store_rc
watch_run(struct sched *s, int64_t *next)
{
	int64_t now_us = clock_get_us(s->clock), n;
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = store_policy_next(at.st, &n);
		if (rc == STORE_OK && n <= now_us) {
			rc = look_all(at.st, now_us);
			if (rc == STORE_OK)
				rc = store_policy_next(at.st, &n);
		}
		if (rc == STORE_OK && n < *next)
			*next = n;
	}
	return rc;
}
