/*
 * Messages leased and acknowledged in batches of 100, with their runs' work:
 * published first, then timed.  Prints how many a second.
 *
 *   lease CONFIGURATION MESSAGES
 */
#include "config.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/num.h"
#include "lib/conf/conf.h"
#include "lib/sched/sched.h"
#include "lib/base/ban.h"

#define QUEUE "bench"
#define BATCH 100

static int
publish(struct sched *s, int64_t n)
{
	const struct sched_publish p = { .queue = QUEUE,
		.kwargs = "{\"n\":1}" };
	char id[RUN_ID_LEN + 1];

	for (int64_t i = 0; i < n; i++) {
		if (sched_publish(s, &p, id) != STORE_OK)
			return -1;
	}
	return 0;
}

/* One batch; how many there were, or -1. */
static int64_t
take(struct sched *s)
{
	const struct sched_lease want = { .queue = QUEUE,
		.worker = "bench",
		.max = BATCH,
		.lease_us = 60 * CLOCK_US_PER_S };
	const struct sched_work work = { .status = WORK_NO_STATUS };
	struct message_list l = { NULL, 0, 0 };
	const char *leases[BATCH];
	size_t done = 0;

	if (sched_lease(s, &want, &l) != STORE_OK)
		return -1;
	for (size_t i = 0; i < l.n; i++)
		leases[i] = l.v[i].lease;
	if (l.n > 0 &&
	    sched_ack(s, &(struct sched_leases){ QUEUE, leases, l.n }, &work,
		&done) != STORE_OK)
		return -1;
	message_list_fini(&l);
	return (int64_t)done;
}

int
main(int argc, char *argv[])
{
	struct err why = { "" };
	int64_t n, began, got, sum = 0;
	struct conf *conf;
	struct sched s;

	if (argc != 3 || num_parse(argv[2], 1, 10000000, &n) != 0)
		return 64;
	if ((conf = conf_load(argv[1], &why)) == NULL ||
	    sched_open(&s, conf, NULL, &why) != STORE_OK) {
		(void)fprintf(stderr, "lease: %s\n", why.text);
		return 1;
	}
	s.actor = "bench";
	if (publish(&s, n) != 0)
		return 1;
	began = clock_mono_us();
	while ((got = take(&s)) > 0)
		sum += got;
	(void)printf("%.0f\n",
	    (double)sum * 1e6 / (double)(clock_mono_us() - began));
	return sum == n ? 0 : 1;
}
