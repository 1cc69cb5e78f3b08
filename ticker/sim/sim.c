/*
 * ticker simulate: reads what is asked, runs the ticks, prints the report.
 * Tested in tests/ticker/simulate.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/store/sim.h"
#include "lib/base/text.h"
#include "lib/time/tz.h"
#include "ticker/sim/sim.h"
#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)

static int
read_instant(const struct sim *m, const char *option, const char *text,
    int64_t *out)
{
	const struct datetime_relative words = { m->zone, clock_now_us() };
	const char *bad = datetime_parse_relative(text, &words, out, NULL);

	if (bad == NULL)
		return 0;
	text_to(stderr, "ticker: %s: %s, not \"%s\"", option, bad, text);
	return -1;
}

/* Read an outage, "A..B". */
static int
read_outage(const struct sim *m, const char *text, struct sim_outage *out)
{
	const char *dots = strstr(text, "..");
	char *from;
	int rc = -1;

	if (dots == NULL ||
	    (from = strndup(text, (size_t)(dots - text))) == NULL) {
		text_to(stderr, "ticker: --outage %s: give it as A..B", text);
		return -1;
	}
	if (read_instant(m, "--outage", from, &out->from_us) == 0)
		rc = read_instant(m, "--outage", dots + 2, &out->to_us);
	free(from);
	if (rc == 0 && out->to_us <= out->from_us) {
		text_to(stderr, "ticker: --outage %s: ends before it begins",
		    text);
		rc = -1;
	}
	return rc;
}

/* Read all times of the command line. */
static int
read_times(struct sim *m)
{
	m->from_us = clock_now_us();
	if (m->o->from != NULL &&
	    read_instant(m, "--from", m->o->from, &m->from_us) != 0)
		return -1;
	m->to_us = m->from_us + DAY_US;
	if (m->o->to != NULL &&
	    read_instant(m, "--to", m->o->to, &m->to_us) != 0)
		return -1;
	if (m->to_us <= m->from_us) {
		text_to(stderr, "ticker: --to lies before --from");
		return -1;
	}
	for (int i = 0; i < m->o->noutages; i++) {
		if (read_outage(m, m->o->outages[i], &m->outages[i]) != 0)
			return -1;
	}
	return 0;
}

/* Find the zone in which times are read and printed, as for jobs. */
static int
find_zone(struct sim *m, struct tz_cache *zones)
{
	const struct sched s = { .conf = m->conf, .zones = zones };
	struct err why = { "" };
	const char *name = sched_zone(&s, getenv("TZ"), &why);

	if (name != NULL && (m->zone = tz_get(zones, name, &why)) != NULL)
		return 0;
	text_to(stderr, "ticker: %s", why.text);
	return -1;
}

/* A kept copy stays. */
static enum store_rc
clean(struct sim *m)
{
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (m->s.stores[k] != NULL)
			rc = store_sim_end(m->s.stores[k]);
	}
	return rc;
}

static enum sim_rc
run(struct sim *m)
{
	enum store_rc rc;
	int64_t wrong = 0;

	if ((rc = sim_copy(m)) != STORE_OK)
		return rc == STORE_CONFIG ? SIM_REFUSED : SIM_DOWN;
	sim_clock_init(m, m->from_us);
	rc = sim_go(m);
	if (rc == STORE_OK)
		rc = sim_report(m, &wrong);
	if (rc == STORE_OK && m->o->keep != NULL)
		rc = clean(m);
	sched_close(&m->s);
	if (rc != STORE_OK) {
		log_event(LOG_LEVEL_ERR, "simulate", LOG_KEY_ERROR,
		    store_strrc(rc), NULL);
		return rc == STORE_ERROR ? SIM_WRONG : SIM_DOWN;
	}
	if (wrong > 0)
		return SIM_WRONG;
	return m->is_stopped ? SIM_STOPPED : SIM_DONE;
}

enum sim_rc
simulate(const struct sim_opts *o, struct conf *conf)
{
	struct sim m = { .o = o, .conf = conf, .cadence_us = o->cadence_us };
	struct tz_cache *zones;
	enum sim_rc rc = SIM_USAGE;

	/* Events of the copy do not belong to this host's log. */
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "ticker simulate");
	zones = tz_cache_new(conf->zoneinfo[0] == '\0' ? NULL : conf->zoneinfo);
	if (zones == NULL)
		return SIM_DOWN;
	if (find_zone(&m, zones) != 0)
		rc = SIM_REFUSED;
	else if (read_times(&m) == 0)
		rc = run(&m);
	sim_remove(&m);
	tz_cache_free(zones);
	return rc;
}
