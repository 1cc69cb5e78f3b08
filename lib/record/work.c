/*
 * The work of runs as a record: outcomes by name, and attempts.  Its rows in
 * the store are lib/store/work.c.  Tested in t_store_work.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/names.h"
#include "lib/record/work.h"
#include "lib/base/ban.h"

const char *const outcome_names[OUTCOME__MAX] = {
	[OUTCOME_NONE] = "none",
	[OUTCOME_QUEUED] = "queued",
	[OUTCOME_RUNNING] = "running",
	[OUTCOME_SUCCEEDED] = "succeeded",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_DEAD] = "dead",
	[OUTCOME_EXPIRED] = "expired",
	[OUTCOME_CANCELED] = "canceled",
	[OUTCOME_UNREPORTED] = "unreported",
};

int
outcome_parse(const char *name, enum outcome *out)
{
	int i = names_find(outcome_names, OUTCOME__MAX, name);

	if (i <= OUTCOME_NONE)
		return -1;
	*out = (enum outcome)i;
	return 0;
}

bool
outcome_is_bad(enum outcome o)
{
	return (OUTCOMES_BAD >> o & 1) != 0;
}

int
outcomes_parse(const char *text, unsigned *out)
{
	unsigned set;

	/* None is the lack of one. */
	if (names_set(outcome_names, OUTCOME__MAX, text, &set) != 0 ||
	    (set & 1U << OUTCOME_NONE) != 0)
		return -1;
	*out = set;
	return 0;
}

void
outcomes_print(unsigned outcomes, char out[OUTCOMES_LEN])
{
	size_t n = 0;

	out[0] = '\0';
	for (int o = 0; o < OUTCOME__MAX; o++) {
		if ((outcomes >> o & 1) != 0)
			n += (size_t)snprintf(out + n, OUTCOMES_LEN - n, "%s,",
			    outcome_names[o]);
	}
}

void
attempt_fini(struct attempt *a)
{
	free(a->worker);
	free(a->error);
	memset(a, 0, sizeof(*a));
}

void
run_detail_fini(struct run_detail *d)
{
	attempt_list_fini(&d->earlier);
	free(d->result);
	free(d->output);
	memset(d, 0, sizeof(*d));
}
