/*
 * ticker: one tick per start, from options and configuration to the exit
 * status.
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "lib/base/stop.h"
#include "lib/base/text.h"
#include "ticker/opts.h"
#include "ticker/sim/sim.h"
#include "ticker/tick/tick.h"
#include "lib/base/ban.h"

static void
set_signals(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };

	stop_block();
	(void)sigemptyset(&sa.sa_mask);
	(void)sigaction(SIGPIPE, &sa, NULL);
	/* An exceeded file size limit is reported by write(2). */
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
	case STORE_CONFIG:
		return EX_CONFIG;
	case STORE_CONFLICT:
	case STORE_LIMIT:
	case STORE_DENIED:
	case STORE_ERROR:
		break;
	}
	return EX_SOFTWARE;
}

static int
run_simulation(const struct opts *o, struct conf *conf)
{
	switch (simulate(&o->sim, conf)) {
	case SIM_DONE:
		return EX_OK;
	case SIM_USAGE:
		return EX_USAGE;
	case SIM_DOWN:
		return EX_UNAVAILABLE;
	case SIM_REFUSED:
		return EX_CONFIG;
	case SIM_STOPPED:
		return EX_TEMPFAIL;
	case SIM_WRONG:
		break;
	}
	return EX_SOFTWARE;
}

static int
run(const struct opts *o, const struct conf *conf)
{
	/* Cron gives no terminal: with one, the owner has started this tick. */
	struct tick_opts t = {
		.is_remote = true,
		.kind = o->is_once && isatty(STDIN_FILENO) ? TICK_BY_HAND :
							     TICK_BY_CRON,
	};
	enum store_rc rc;
	struct sched s;
	struct clock clock;
	struct err why;

	rc = sched_open(&s, conf, getenv("TZ"), &why);
	if (rc != STORE_OK) {
		log_event(LOG_LEVEL_ERR, "open", LOG_KEY_ERROR, why.text, NULL);
		return rc == STORE_ERROR ? EX_UNAVAILABLE : exit_status(rc);
	}
	s.actor = "ticker";
	stop_clock(&clock);
	s.clock = &clock;
	if (o->is_dry_run)
		rc = tick_show(&s);
	else if ((rc = tick_choose_window(&s, o->window_us, &t)) == STORE_OK)
		rc = tick_run(&s, &t);
	sched_close(&s);
	if (rc != STORE_OK)
		log_event(LOG_LEVEL_ERR, "tick", LOG_KEY_ERROR, store_strrc(rc),
		    NULL);
	return exit_status(rc);
}

/* Flush standard output; the exit status. */
static int
end_output(int status)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	log_event(LOG_LEVEL_ERR, "output", LOG_KEY_ERROR, strerror(errno),
	    NULL);
	return status == EX_OK ? EX_UNAVAILABLE : status;
}

int
main(int argc, char *argv[])
{
	struct conf *conf;
	struct opts o;
	struct err why;
	char *path;
	int status;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARN, "ticker");
	if (opts_parse(argc, argv, &o) != 0)
		return EX_USAGE;
	if (o.is_help) {
		opts_help();
		return end_output(EX_OK);
	}
	if (o.is_version) {
		text_to(stdout, "ticker %s", PACKAGE_VERSION);
		return end_output(EX_OK);
	}
	set_signals();
	path = conf_find(o.conf, getenv("MINUTEHAND_CONF"), getenv("HOME"));
	conf = path == NULL ? NULL : conf_load(path, &why);
	if (conf == NULL) {
		status = errno == EMFILE || errno == ENFILE ? EX_UNAVAILABLE :
							      EX_CONFIG;
		log_event(LOG_LEVEL_ERR, "configuration", LOG_KEY_ERROR,
		    path == NULL ? "no memory" : why.text, NULL);
		free(path);
		return status;
	}
	log_open(conf->log_target, conf->log_level, "ticker");
	status = o.sim.is_asked ? run_simulation(&o, conf) : run(&o, conf);
	conf_free(conf);
	free(path);
	return end_output(status);
}
