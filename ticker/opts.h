#ifndef TICKER_OPTS_H
#define TICKER_OPTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ticker/sim/sim.h"

/* What ticker was asked for on its command line. */
struct opts {
	const char *conf;  /* -c FILE, or NULL */
	int64_t window_us; /* --window, 0 for --once */
	bool is_once;	   /* --once */
	bool is_dry_run;
	struct sim_opts sim;
	bool is_help;
	bool is_version;
};

/* Read the command line; 0, or -1 after a message on standard error. */
int opts_parse(int argc, char *argv[], struct opts *o);

/* Print what --help shows on standard output. */
void opts_help(void);

#endif
