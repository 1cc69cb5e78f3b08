/*
 * Messages on their way to brokers: delays, limits of age and attempts
 * (lib/record/outbox.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/record/outbox.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define YEARS (INT64_C(36500) * 86400 * S)

/* With the most random32 one waits longest: what the most is. */
static const struct {
	int64_t base_us, cap_us, attempt, most_us;
} backoffs[] = {
	{ S, 300 * S, 0, S },
	{ S, 300 * S, 1, S },
	{ S, 300 * S, 2, 2 * S },
	{ S, 300 * S, 3, 4 * S },
	{ S, 300 * S, 9, 256 * S },
	{ S, 300 * S, 10, 300 * S },
	{ S, 300 * S, 1000, 300 * S },
	{ 3 * S, 300 * S, 3, 12 * S },
	{ 500 * S, 300 * S, 1, 300 * S },
	{ 300 * S, 300 * S, 5, 300 * S },
	{ 0, 300 * S, 5, 0 },
	{ S, 0, 5, 0 },
	{ 0, 300 * S, INT64_C(1000000000000), 0 },
	{ S, YEARS, 1000, YEARS },
	{ YEARS, YEARS, 1000, YEARS },
};

static void
test_backoff(void)
{
	for (size_t i = 0; i < sizeof(backoffs) / sizeof(backoffs[0]); i++) {
		const struct outbox o = { .retry.base_us = backoffs[i].base_us,
			.retry.cap_us = backoffs[i].cap_us,
			.attempt = backoffs[i].attempt };
		int64_t most = outbox_backoff_us(&o, UINT32_MAX);
		int64_t half = outbox_backoff_us(&o, UINT32_MAX / 2);

		is_int(most, backoffs[i].most_us, "the most, %zu", i);
		is_int(outbox_backoff_us(&o, 0), 0, "the least");
		ok(half >= most / 2 - most / 1000 && half <= most / 2 + 1,
		    "in between");
	}
}

static const struct {
	int64_t max_attempts, max_age_us, attempt, age_us;
	const char *why;
} lives[] = {
	{ 0, 0, 1000000, YEARS, NULL },
	{ 3, 0, 2, YEARS, NULL },
	{ 3, 0, 3, 0, "attempts" },
	{ 3, 0, 4, 0, "attempts" },
	{ 0, 60 * S, 1000, 60 * S - 1, NULL },
	{ 0, 60 * S, 1, 60 * S, "older" },
	{ 3, 60 * S, 2, 59 * S, NULL },
	{ 3, 60 * S, 3, 90 * S, "attempts" },
	/* The clock was set back. */
	{ 0, 60 * S, 1, -5 * S, NULL },
};

static void
test_over(void)
{
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		const struct outbox o = {
			.retry.max_attempts = lives[i].max_attempts,
			.retry.max_age_us = lives[i].max_age_us,
			.attempt = lives[i].attempt,
			.due_us = 1000 * S,
		};
		const char *why =
		    outbox_is_expired(&o, 1000 * S + lives[i].age_us);

		ok(lives[i].why == NULL ?
			why == NULL :
			why != NULL && strstr(why, lives[i].why) != NULL,
		    "over %zu: %s", i, why == NULL ? "no" : why);
	}
}

static void
test_list(void)
{
	struct outbox_list l = { NULL, 0, 0 };
	struct outbox *o;
	int clean = 0;

	for (int i = 0; i < 33; i++) {
		if ((o = outbox_list_add(&l)) == NULL)
			break;
		clean += o->run == 0 && o->id[0] == '\0' && o->queue == NULL;
		o->run = i;
		o->queue = strdup("q");
		o->job_id = strdup("j");
		o->args = strdup("[]");
		o->kwargs = strdup("{}");
		o->reason = strdup("because");
	}
	is_int((long long)l.n, 33, "a list grows");
	is_int(clean, 33, "what is new in it is zeroed");
	is_int(l.v[32].run, 32, "what is in it stays where it is");
	outbox_fini(&l.v[0]);
	ok(l.v[0].queue == NULL && l.v[0].reason == NULL, "empty afterwards");
	outbox_list_fini(&l);
	ok(l.v == NULL && l.n == 0 && l.cap == 0, "so is a list");
	outbox_list_fini(&l);
}

int
main(void)
{
	test_backoff();
	test_over();
	test_list();
	return tap_done();
}
