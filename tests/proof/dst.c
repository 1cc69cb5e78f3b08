/*
 * The proof that cron expressions obey their DST policies: every distinct zone,
 * every transition, minute by minute, against libc.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/proof/compare.h"
#include "tests/proof/pool.h"
#include "tests/proof/zones.h"

/*
 * The proof that cron obeys its DST policies: in every distinct zone, around
 * every transition from 1970 to 2037, some hundred expressions under each
 * policy fire when a walk minute by minute with libc's clock says so.
 */

#define US_PER_S INT64_C(1000000)
#define FROM_S INT64_C(0)
#define UNTIL_S INT64_C(2145916800) /* 2038-01-01 */
#define TRANSITIONS_MAX 1024

struct proof {
	struct zone_list zones;
	int processes;
	int random;    /* expressions at random for each transition */
	int of_zone;   /* transitions of each zone, -1: all */
	size_t sample; /* zones, 0: all */
	uint64_t seed;
	struct tz_cache *cache;
	struct totals sum;
};

/* One zone's work. */
struct zone {
	const char *name;
	struct proof *proof;
	struct pair *fixed;
	struct window w;
	uint64_t seed;
};

/* Expressions at random, aimed at where the clock is before or after. */
static int
compare_random(struct zone *z, struct totals *sum)
{
	struct pair p;
	struct expr_aim aim;
	const struct window_minute *m;
	int i, k, near;

	/* The first minute at or behind the transition. */
	for (near = 0; near < z->w.n - 1; near++)
		if (z->w.m[near].t_s >= z->w.at_s)
			break;
	for (i = 0; i < z->proof->random; i++) {
		k = near - 1 + expr_pick(&z->seed, 60);
		m = &z->w.m[k < z->w.n ? k : near];
		aim.date = &z->w.dates[m->date];
		aim.hour = m->hour;
		aim.minute = m->minute;
		expr_random(&z->seed, &aim, &p.e);
		if (pair_make(&p, z->name, z->w.from_s * US_PER_S,
			z->proof->cache) == -1)
			return -1;
		pair_compare(&p, z->name, &z->w, &z->seed, sum);
		pair_fini(&p);
	}
	return 0;
}

static int
compare_transition(struct zone *z, int64_t at_s, struct totals *sum)
{
	int i;

	window_fill(&z->w, at_s);
	for (i = 0; i < expr_fixed_count(); i++)
		pair_compare(&z->fixed[i], z->name, &z->w, &z->seed, sum);
	sum->transitions++;
	return compare_random(z, sum);
}

static int
make_fixed(struct zone *z)
{
	int i;

	z->fixed = calloc((size_t)expr_fixed_count(), sizeof(*z->fixed));
	for (i = 0; z->fixed != NULL && i < expr_fixed_count(); i++) {
		expr_fixed(i, &z->fixed[i].e);
		if (pair_make(&z->fixed[i], z->name, 0, z->proof->cache) == -1)
			return -1;
	}
	return z->fixed == NULL ? -1 : 0;
}

static int
work(void *cookie, size_t i, void *result)
{
	static struct zone z;
	int64_t at_s[TRANSITIONS_MAX];
	struct proof *proof = cookie;
	struct totals *sum = result;
	int k, n, rc;

	z.name = proof->zones.name[i];
	z.proof = proof;
	z.seed = proof->seed * 1000003 + i;
	window_set_zone(z.name);
	n = window_transitions(FROM_S, UNTIL_S, at_s, TRANSITIONS_MAX);
	rc = make_fixed(&z);
	for (k = 0; rc == 0 && k < n; k++) {
		if (proof->of_zone >= 0 &&
		    expr_pick(&z.seed, n) >= proof->of_zone)
			continue;
		rc = compare_transition(&z, at_s[k], sum);
	}
	for (k = 0; z.fixed != NULL && k < expr_fixed_count(); k++)
		pair_fini(&z.fixed[k]);
	free(z.fixed);
	sum->zones++;
	return rc;
}

static void
take(void *cookie, const void *result)
{
	struct proof *proof = cookie;
	const struct totals *one = result;

	proof->sum.zones += one->zones;
	proof->sum.transitions += one->transitions;
	proof->sum.expressions += one->expressions;
	proof->sum.calendars += one->calendars;
	proof->sum.slots += one->slots;
	proof->sum.asked += one->asked;
	proof->sum.differences += one->differences;
}

/* Leave that many zones, at random. */
static void
draw_zones(struct proof *p)
{
	struct zone_list *z = &p->zones;
	uint64_t seed = p->seed;
	size_t i;

	while (p->sample != 0 && z->n > p->sample) {
		i = (size_t)expr_pick(&seed, (int)z->n);
		free(z->name[i]);
		z->name[i] = z->name[--z->n];
	}
}

static int
read_options(struct proof *p, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "j:r:s:t:z:")) != -1) {
		if (c == '?')
			return -1;
		if (c == 'j')
			p->processes = (int)strtol(optarg, NULL, 10);
		else if (c == 'r')
			p->random = (int)strtol(optarg, NULL, 10);
		else if (c == 's')
			p->seed = strtoull(optarg, NULL, 10);
		else if (c == 't')
			p->of_zone = (int)strtol(optarg, NULL, 10);
		else
			p->sample = strtoul(optarg, NULL, 10);
	}
	if (zones_list(true, &p->zones) == -1)
		return -1;
	draw_zones(p);
	/* Those named are looked at in any case. */
	for (; optind < argc; optind++) {
		char **more =
		    realloc(p->zones.name, (p->zones.n + 1) * sizeof(*more));

		if (more == NULL)
			return -1;
		p->zones.name = more;
		more[p->zones.n++] = strdup(argv[optind]);
	}
	return 0;
}

static int
prove(struct proof *p)
{
	struct pool pool = {
		.processes = p->processes,
		.n = p->zones.n,
		.name = (const char *const *)p->zones.name,
		.work = work,
		.take = take,
		.cookie = p,
	};
	time_t began = time(NULL);
	int rc = pool_run(&pool);

	printf("%" PRIu64 " zones, %" PRIu64 " transitions, %d expressions, "
	       "%d policies: %" PRIu64 " windows (%" PRIu64
	       " of calendarinterval), %" PRIu64 " slots, %" PRIu64
	       " comparisons, %" PRIu64 " differences (%ld s)\n",
	    p->sum.zones, p->sum.transitions, expr_fixed_count() + p->random,
	    WINDOW__MAX, p->sum.expressions, p->sum.calendars, p->sum.slots,
	    p->sum.asked, p->sum.differences, (long)(time(NULL) - began));
	return rc;
}

int
main(int argc, char **argv)
{
	struct proof p = { .processes = 2,
		.random = 120,
		.of_zone = -1,
		.seed = 1 };
	int rc;

	if (read_options(&p, argc, argv) == -1) {
		(void)fputs("usage: dst [-j PROCESSES] [-r RANDOM-EXPRESSIONS] "
			    "[-s SEED] [-t TRANSITIONS-A-ZONE] [-z ZONES] "
			    "[ZONE…]\n",
		    stderr);
		return 64;
	}
	p.cache = tz_cache_new(NULL);
	rc = p.cache == NULL ? -1 : prove(&p);
	tz_cache_free(p.cache);
	zones_fini(&p.zones);
	return rc == -1 || p.sum.asked == 0 || p.sum.differences > 0;
}
