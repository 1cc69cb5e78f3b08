/*
 * The virtual clock of a simulation: it moves when a tick sleeps, and may end
 * the tick at any step.
 */
#include "config.h"

#include <unistd.h>

#include "ticker/sim/sim.h"
#include "lib/base/ban.h"

/* A killed tick ends when it reads the clock, which it does at every step. */
static void
step(struct sim_clock *c)
{
	if (++c->asked == c->die_at)
		_exit(0);
}

static int64_t
sim_now(void *arg)
{
	struct sim_clock *c = arg;

	step(c);
	return c->now_us;
}

/* Each call advances by a microsecond, so that loops bounded by time end. */
static int64_t
sim_mono(void *arg)
{
	struct sim_clock *c = arg;

	step(c);
	return c->now_us + c->asked;
}

static void
sim_sleep(void *arg, int64_t us)
{
	struct sim_clock *c = arg;

	step(c);
	c->now_us += us;
}

void
sim_clock_init(struct sim *m, int64_t now_us)
{
	m->at = (struct sim_clock){ .now_us = now_us };
	m->clock = (struct clock){ .now_us = sim_now,
		.mono_us = sim_mono,
		.sleep_us = sim_sleep,
		.arg = &m->at };
}
