/*
 * Alerts as records: their kinds, which states of runs raise one, and the
 * delays between deliveries.  The store writes an alert with the change of
 * state; the ticker delivers it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record/alert.h"
#include "lib/base/backoff.h"
#include "lib/base/list.h"
#include "lib/base/names.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define BASE_US (10 * S)  /* delay after the first */
#define CAP_US (3600 * S) /* longest delay */
#define ATTEMPTS_MAX 32	  /* deliveries of one alert: about a day */

const char *const alert_kind_names[ALERT_KIND__MAX] = {
	[ALERT_FAILED] = "failed",
	[ALERT_REFUSED] = "refused",
	[ALERT_UNKNOWN] = "unknown",
	[ALERT_MISSED] = "missed",
	[ALERT_DEAD] = "dead",
	[ALERT_QUARANTINED] = "quarantined",
	[ALERT_NO_TICK] = "no_tick",
	[ALERT_TOO_LONG] = "too_long",
	[ALERT_DENIED] = "denied",
	[ALERT_OVERDUE] = "overdue",
	[ALERT_RECOVERED] = "recovered",
	[ALERT_SUCCEEDED] = "succeeded",
	[ALERT_DIGEST] = "digest",
};

void
alert_fini(struct alert *a)
{
	free(a->done);
	free(a->body);
	free(a->trigger);
	free(a->kinds);
	free(a->queue);
	free(a->job_id);
	free(a->receiver);
	free(a->when);
	free(a->zone);
	memset(a, 0, sizeof(*a));
}

enum alert_kind
alert_of_run(enum run_state s, bool is_open)
{
	switch (s) {
	case RUN_MISSED:
		return ALERT_MISSED;
	case RUN_FAILED:
		return ALERT_FAILED;
	case RUN_REFUSED:
		return ALERT_REFUSED;
	case RUN_DEAD:
		return ALERT_DEAD;
	case RUN_UNKNOWN:
		return is_open ? ALERT_KIND__MAX : ALERT_UNKNOWN;
	case RUN_SENT:
	case RUN_COALESCED:
	case RUN_PAUSED:
	case RUN_OVERLAP:
	case RUN_DUE:
	case RUN_SENDING:
	case RUN_CREATED:
	case RUN_RUNNING:
	case RUN_SUCCEEDED:
	case RUN_CANCELED:
	case RUN_STATE__MAX:
		break;
	}
	return ALERT_KIND__MAX;
}

const char *
alert_kind_name(enum alert_kind k)
{
	return alert_kind_names[k];
}

int
alert_kind_parse(const char *name, enum alert_kind *out)
{
	int i = names_find(alert_kind_names, ALERT_KIND__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum alert_kind)i;
	return 0;
}

#define BIT(k) (1U << (k))

bool
alert_is_failure(enum alert_kind k)
{
	static const unsigned failures = BIT(ALERT_FAILED) |
	    BIT(ALERT_REFUSED) | BIT(ALERT_UNKNOWN) | BIT(ALERT_DEAD);

	return (failures & BIT(k)) != 0;
}

bool
alert_is_trouble(enum alert_kind k)
{
	return alert_is_failure(k) || k == ALERT_OVERDUE;
}

/* Was any of the troubles that are over reported to the receiver? */
static bool
was_reported(const struct alert *a, const struct alert_wish *w)
{
	const char *p = a->kinds == NULL ? "" : a->kinds;
	char name[16];

	for (int k = 0; k < ALERT_KIND__MAX; k++) {
		(void)snprintf(name, sizeof(name), ",%s,", alert_kind_names[k]);
		if ((w->kinds & BIT(k)) != 0 && strstr(p, name) != NULL &&
		    (a->streak >= w->after ||
			!alert_is_failure((enum alert_kind)k)))
			return true;
	}
	return false;
}

bool
alert_is_wanted(const struct alert *a, const struct alert_wish *w)
{
	if ((w->kinds & BIT(a->kind)) == 0)
		return false;
	if (a->kind == ALERT_RECOVERED)
		return was_reported(a, w);
	return a->streak == 0 || a->streak >= w->after;
}

int64_t
alert_delay_us(int64_t attempt, uint64_t random)
{
	int64_t us = backoff_max_us(BASE_US, CAP_US, attempt);

	if (attempt >= ATTEMPTS_MAX)
		return -1;
	return us - (int64_t)(random % (uint64_t)(us / 2 + 1));
}
