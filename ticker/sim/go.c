/*
 * Runs the ticks of a simulation one after another, through outages and kills.
 * Tested in tests/ticker/simulate.bats.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/sched/due_job.h"
#include "lib/base/stop.h"
#include "lib/store/sim.h"
#include "ticker/sim/sim.h"
#include "ticker/tick/tick.h"
#include "lib/base/ban.h"

/* exit status of a killed tick that failed before: this plus its rc */
#define CHILD_RC 100
#define STEPS_MIN 4

/* splitmix64 (Steele, Lea, Flood 2014): a sequence per seed. */
static uint64_t
sim_rand64(struct sim *m)
{
	uint64_t z = m->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static enum store_rc
sim_open(struct sim *m)
{
	struct err why;
	enum store_rc rc;

	/* The configuration's zone is in use now. */
	rc = sched_open(&m->s, m->conf, NULL, &why);
	m->s.actor = "ticker";
	m->s.clock = &m->clock;
	if (rc != STORE_OK)
		log_event(LOG_LEVEL_ERR, "open", LOG_KEY_ERROR, why.text, NULL);
	return rc;
}

/* Run a tick until another takes over or the host goes down, at until_us. */
static enum store_rc
sim_tick(struct sim *m, int64_t until_us)
{
	struct tick_opts o = { .nap_us = INT64_MAX };
	enum store_rc rc;

	m->at.asked = 0;
	rc = tick_choose_window(&m->s, TICK_WINDOW_CONF, &o);
	if (o.window_us > until_us - m->at.now_us)
		o.window_us = until_us - m->at.now_us;
	return rc == STORE_OK ? tick_run(&m->s, &o) : rc;
}

/*
 * Run a tick that is killed: a process that ends at some step, with its
 * transaction open.
 */
static enum store_rc
sim_tick_killed(struct sim *m, int64_t until_us)
{
	int64_t steps = m->steps < STEPS_MIN ? STEPS_MIN : m->steps;
	int status = 0;
	enum store_rc rc;
	pid_t pid;

	m->at.die_at = 1 + (int64_t)(sim_rand64(m) % (uint64_t)steps);
	sched_close(&m->s);
	if ((pid = fork()) == 0) {
		rc = sim_open(m);
		if (rc == STORE_OK)
			rc = sim_tick(m, until_us);
		_exit(rc == STORE_OK ? 0 : CHILD_RC + (int)rc);
	}
	m->at.die_at = 0;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	rc = sim_open(m);
	if (pid < 0)
		return STORE_FULL;
	if (!WIFEXITED(status))
		return STORE_ERROR;
	if (WEXITSTATUS(status) >= CHILD_RC)
		return (enum store_rc)(WEXITSTATUS(status) - CHILD_RC);
	m->killed++;
	return rc;
}

/* The time of the first tick at or after t while cron and the host are up. */
static int64_t
sim_next(const struct sim *m, int64_t t)
{
	int64_t up;

	do {
		up = t += (m->cadence_us - t % m->cadence_us) % m->cadence_us;
		for (int i = 0; i < m->o->noutages; i++) {
			if (up >= m->outages[i].from_us &&
			    up < m->outages[i].to_us)
				up = m->outages[i].to_us;
		}
	} while (up != t && (t = up) < m->to_us);
	return t;
}

/* The time until which a tick that starts at t may run. */
static int64_t
sim_until(const struct sim *m, int64_t t)
{
	int64_t until = sim_next(m, t + 1);

	for (int i = 0; i < m->o->noutages; i++) {
		if (m->outages[i].from_us > t && m->outages[i].from_us < until)
			until = m->outages[i].from_us;
	}
	return until < m->to_us ? until : m->to_us;
}

static enum store_rc
sim_count(struct sim *m, enum store_rc (*what)(struct store *))
{
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (m->s.stores[k] != NULL)
			rc = what(m->s.stores[k]);
	}
	return rc;
}

/* Measure the store and its log on the disk. */
static void
sim_measure(struct sim *m)
{
	bool is_half = m->at.now_us < m->from_us + (m->to_us - m->from_us) / 2;
	struct buf log = BUF_INIT;
	struct stat sb;
	int64_t bytes = 0;

	buf_printf(&log, "%s-wal", m->conf->store);
	if (stat(m->conf->store, &sb) == 0)
		bytes += sb.st_size;
	if (!log.is_failed && stat(buf_cstr(&log), &sb) == 0)
		bytes += sb.st_size;
	buf_fini(&log);
	if (m->bytes[SIM_BEGIN] == 0)
		m->bytes[SIM_BEGIN] = bytes;
	if (is_half)
		m->bytes[SIM_HALF] = bytes;
	m->bytes[SIM_END] = bytes;
}

static enum store_rc
sim_step(struct sim *m, int64_t t)
{
	bool is_killed = m->o->kill_ppm > 0 &&
	    (int64_t)(sim_rand64(m) % 1000000) < m->o->kill_ppm;
	enum store_rc rc;

	m->at.now_us = t;
	m->ticks++;
	if (is_killed)
		rc = sim_tick_killed(m, sim_until(m, t));
	else
		rc = sim_tick(m, sim_until(m, t));
	if (!is_killed)
		m->steps = m->at.asked;
	return rc == STORE_OK ? sim_count(m, store_sim_consume) : rc;
}

enum store_rc
sim_go(struct sim *m)
{
	struct sched_health h = { .cadence_us = 0 };
	enum store_rc rc;

	if ((rc = sim_open(m)) == STORE_OK && m->cadence_us == 0) {
		rc = sched_health(&m->s, m->from_us, &h);
		m->cadence_us = h.cadence_us;
	}
	if (rc != STORE_OK)
		return rc;
	if (m->o->from != NULL)
		rc = sched_skip(&m->s, m->from_us, "before the simulation");
	if (rc == STORE_OK)
		rc = sim_count(m, store_sim_begin);
	sim_measure(m);
	m->random = (uint64_t)m->o->seed;
	for (int64_t t = sim_next(m, m->from_us);
	     rc == STORE_OK && t < m->to_us && !m->is_stopped;
	     t = sim_next(m, t + 1)) {
		rc = sim_step(m, t);
		sim_measure(m);
		m->is_stopped = stop_is_pending();
		sim_progress(m, false);
	}
	sim_progress(m, true);
	return rc;
}
