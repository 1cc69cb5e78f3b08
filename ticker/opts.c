/*
 * Reads the command line of ticker and of ticker simulate. Tested in
 * tests/ticker/opts.bats.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cmdline.h"
#include "lib/base/num.h"
#include "lib/base/text.h"
#include "ticker/opts.h"
#include "ticker/tick/tick.h"
#include "lib/base/ban.h"

#define MILLION 1000000

enum {
	OPT_ONCE = 256,
	OPT_WINDOW,
	OPT_DRY_RUN,
	OPT_FROM,
	OPT_TO,
	OPT_OUTAGE,
	OPT_CADENCE,
	OPT_KILL_RATE,
	OPT_SEED,
	OPT_JSON,
	OPT_KEEP
};

static const struct option tick_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

static const struct option sim_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "to", required_argument, NULL, OPT_TO },
	{ "outage", required_argument, NULL, OPT_OUTAGE },
	{ "cadence", required_argument, NULL, OPT_CADENCE },
	{ "kill-rate", required_argument, NULL, OPT_KILL_RATE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "keep", required_argument, NULL, OPT_KEEP },
	{ NULL, 0, NULL, 0 },
};

static int
refuse(const char *option, const char *value, const char *want)
{
	text_to(stderr, "ticker: --%s %s: %s", option, value, want);
	return -1;
}

/* Read a probability from 0 to 1, in parts per million. */
static int
read_share(const char *text, int64_t *ppm)
{
	char *end;
	double share = strtod(text, &end);

	if (end == text || *end != '\0' || !(share >= 0 && share <= 1))
		return refuse("kill-rate", text, "give a share from 0 to 1");
	*ppm = (int64_t)(share * MILLION + 0.5);
	return 0;
}

static int
read_duration(const char *option, const char *text, int64_t min_us,
    int64_t *out)
{
	int64_t us;

	if (num_parse_duration(text, &us) != 0 || us < min_us)
		return refuse(option, text, "give a duration such as 55s");
	*out = us;
	return 0;
}

static int
read_sim_option(int c, struct sim_opts *o)
{
	switch (c) {
	case OPT_FROM:
		o->from = optarg;
		return 0;
	case OPT_TO:
		o->to = optarg;
		return 0;
	case OPT_OUTAGE:
		if (o->noutages == SIM_OUTAGES_MAX)
			return refuse("outage", optarg, "too many of them");
		o->outages[o->noutages++] = optarg;
		return 0;
	case OPT_CADENCE:
		return read_duration("cadence", optarg, MILLION,
		    &o->cadence_us);
	case OPT_KILL_RATE:
		return read_share(optarg, &o->kill_ppm);
	case OPT_SEED:
		if (num_parse(optarg, 0, INT64_MAX, &o->seed) != 0)
			return refuse("seed", optarg, "give a number");
		return 0;
	case OPT_JSON:
		o->is_json = true;
		return 0;
	case OPT_KEEP:
		o->keep = optarg;
		return 0;
	default:
		return -1;
	}
}

static int
read_option(int c, struct opts *o)
{
	switch (c) {
	case 'c':
		o->conf = optarg;
		return 0;
	case OPT_ONCE:
		o->window_us = 0;
		o->is_once = true;
		return 0;
	case OPT_WINDOW:
		return read_duration("window", optarg, 0, &o->window_us);
	case OPT_DRY_RUN:
		o->is_dry_run = true;
		return 0;
	case 'h':
		o->is_help = true;
		return 0;
	case 'V':
		o->is_version = true;
		return 0;
	default:
		return read_sim_option(c, &o->sim);
	}
}

int
opts_parse(int argc, char *argv[], struct opts *o)
{
	int c;

	*o = (struct opts){ .window_us = TICK_WINDOW_CONF, .sim.seed = 1 };
	o->sim.is_asked = argc > 1 && strcmp(argv[1], "simulate") == 0;
	if (o->sim.is_asked)
		optind = 2;
	while ((c = cmdline_next("ticker", argc, argv, ":c:hV",
		    o->sim.is_asked ? sim_options : tick_options)) != -1) {
		if (read_option(c, o) != 0)
			return -1;
	}
	if (optind < argc) {
		text_to(stderr, "ticker: unexpected argument %s", argv[optind]);
		return -1;
	}
	return 0;
}

void
opts_help(void)
{
	/* clang-format off */
	text_block(stdout,
"usage: ticker [-c FILE] [--once | --window DURATION] [--dry-run]\n"
"       ticker simulate [-c FILE] [--from T] [--to T] [OPTIONS]\n\n"
"Hands over every job that is due.  Start it each minute by cron:\n\n"
"  * * * * * ticker -c /path/to/minutehand.conf\n\n"
"  -c, --config FILE   configuration (else $MINUTEHAND_CONF,\n"
"                      ~/.minutehand/minutehand.conf, the system's)\n"
"  --once              one pass over what is due, then end\n"
"  --window DURATION   stay that long, handing over what falls due\n"
"                      (else `window` of the configuration)\n"
"  --dry-run           print what would be sent, change nothing\n"
"  -h, --help          this text\n"
"  -V, --version       the version\n\n"
"simulate: what would happen from T to T, on a copy of the store:\n\n"
"  --from T            begin there, with nothing overdue (else now, with all)\n"
"  --to T              end there (else a day later)\n"
"  --outage A..B       the host is down meanwhile; may be repeated\n"
"  --cadence DURATION  cron starts a tick that often (else as measured)\n"
"  --kill-rate SHARE   kill so many of the ticks: 0 to 1 (else none)\n"
"  --seed N            kill others of them (else 1)\n"
"  --json              print one JSON object\n"
"  --keep DIR          leave the copy there\n\n"
"Prints nothing when all is well.  Exit status: 0 done, 64 usage,\n"
"69 store cannot be opened or written, 70 bug, 75 store busy or simulation\n"
"interrupted, 78 configuration.\n");
	/* clang-format on */
}
