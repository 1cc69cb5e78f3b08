#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/log.h"
#include "lib/sched.h"
#include "lib/stop.h"
#include "ticker/opts.h"
#include "ticker/tick.h"
#include "lib/ban.h"

/* The slack by which a window outlasts the cadence: cron may be late. */
#define WINDOW_SLACK_US (30 * CLOCK_US_PER_S)
#define WINDOW_MAX_US (3600 * CLOCK_US_PER_S)

static void
set_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	stop_block();
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGPIPE, &sa, NULL);
	/* A file size limit then shows as a failed write, not as our death. */
	(void)sigaction(SIGXFSZ, &sa, NULL);
}

static int
exit_status(enum store_rc rc)
{
	switch (rc) {
	case STORE_OK:
		return EX_OK;
	case STORE_BUSY:
		return EX_TEMPFAIL;
	case STORE_FULL:
	case STORE_NOTFOUND:
		return EX_UNAVAILABLE;
	case STORE_CONFLICT:
	case STORE_LIMIT:
	case STORE_ERROR:
		break;
	}
	return EX_SOFTWARE;
}

/* The window of the command line, else of the configuration, else as long as
 * cron takes to start the next tick. */
static enum store_rc
choose_window(struct sched *s, const struct opts *o, struct tick_opts *t)
{
	struct sched_health h;
	enum store_rc rc;

	t->window_us = o->window_us != OPTS_WINDOW_CONF ? o->window_us :
							  s->conf->window_us;
	t->is_relieved = false;
	if (t->window_us != CONF_WINDOW_AUTO)
		return STORE_OK;
	if ((rc = sched_health(s, clock_get_us(s->clock), &h)) != STORE_OK)
		return rc;
	t->is_relieved = true;
	t->window_us = h.cadence_us + WINDOW_SLACK_US;
	if (t->window_us > WINDOW_MAX_US)
		t->window_us = WINDOW_MAX_US;
	return STORE_OK;
}

static int
run(const struct opts *o, const struct conf *conf)
{
	struct tick_opts t;
	enum store_rc rc;
	struct sched s;
	struct clock clock;
	char why[512];

	rc = sched_open(&s, conf, getenv("TZ"), why, sizeof(why));
	if (rc != STORE_OK) {
		log_event(LOG_LEVEL_ERR, "open", LOG_KEY_ERROR, why, NULL);
		return rc == STORE_BUSY ? EX_TEMPFAIL : EX_UNAVAILABLE;
	}
	s.actor = "ticker";
	stop_clock(&clock);
	s.clock = &clock;
	if (o->is_dry_run)
		rc = tick_show(&s);
	else if ((rc = choose_window(&s, o, &t)) == STORE_OK)
		rc = tick_run(&s, &t);
	sched_close(&s);
	if (rc != STORE_OK)
		log_event(LOG_LEVEL_ERR, "tick", LOG_KEY_ERROR, store_strrc(rc),
		    NULL);
	return exit_status(rc);
}

int
main(int argc, char *argv[])
{
	struct conf *conf;
	struct opts o;
	char why[512], *path;
	int status;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARN, "ticker");
	if (opts_parse(argc, argv, &o) != 0)
		return EX_USAGE;
	if (o.is_help) {
		opts_help();
		return EX_OK;
	}
	if (o.is_version) {
		(void)printf("ticker %s\n", PACKAGE_VERSION);
		return EX_OK;
	}
	set_signals();
	path = conf_find(o.conf, getenv("MINUTEHAND_CONF"), getenv("HOME"));
	conf = path == NULL ? NULL : conf_load(path, why, sizeof(why));
	if (conf == NULL) {
		log_event(LOG_LEVEL_ERR, "configuration", LOG_KEY_ERROR,
		    path == NULL ? "no memory" : why, NULL);
		free(path);
		return EX_CONFIG;
	}
	log_open(conf->log_target, conf->log_level, "ticker");
	status = run(&o, conf);
	conf_free(conf);
	free(path);
	return status;
}
