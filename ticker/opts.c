#include "config.h"

#include <getopt.h>
#include <stdio.h>

#include "lib/num.h"
#include "ticker/opts.h"
#include "lib/ban.h"

enum { OPT_ONCE = 256, OPT_WINDOW, OPT_DRY_RUN };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "window", required_argument, NULL, OPT_WINDOW },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int
opts_parse(int argc, char *argv[], struct opts *o)
{
	int c;

	*o = (struct opts){ .window_us = OPTS_WINDOW_CONF };
	while (
	    (c = getopt_long(argc, argv, "c:hV", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->conf = optarg;
			break;
		case OPT_ONCE:
			o->window_us = 0;
			break;
		case OPT_WINDOW:
			if (num_parse_duration(optarg, &o->window_us) != 0) {
				(void)fprintf(stderr,
				    "ticker: --window %s: "
				    "give a duration such as 55s\n",
				    optarg);
				return -1;
			}
			break;
		case OPT_DRY_RUN:
			o->is_dry_run = true;
			break;
		case 'h':
			o->is_help = true;
			break;
		case 'V':
			o->is_version = true;
			break;
		default:
			return -1;
		}
	}
	if (optind < argc) {
		(void)fprintf(stderr, "ticker: unexpected argument %s\n",
		    argv[optind]);
		return -1;
	}
	return 0;
}

void
opts_help(void)
{
	(void)fputs(
	    "usage: ticker [-c FILE] [--once | --window DURATION] "
	    "[--dry-run]\n\n"
	    "Hands over every job that is due.  Start it each minute by "
	    "cron:\n\n"
	    "  * * * * * ticker -c /path/to/minutehand.conf\n\n"
	    "  -c, --config FILE   configuration (else $MINUTEHAND_CONF,\n"
	    "                      ~/.minutehand/minutehand.conf, the "
	    "system's)\n"
	    "  --once              one pass over what is due, then end\n"
	    "  --window DURATION   stay that long, handing over what falls "
	    "due\n"
	    "                      (else `window` of the configuration)\n"
	    "  --dry-run           print what would be sent, change nothing\n"
	    "  -h, --help          this text\n"
	    "  -V, --version       the version\n\n"
	    "Prints nothing when all is well.  Exit status: 0 done, "
	    "64 usage,\n"
	    "69 store cannot be opened or written, 70 bug, 75 store busy, "
	    "78 configuration.\n",
	    stdout);
}
