#ifndef TICKER_SIM_SIM_H
#define TICKER_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/sched.h"

struct tz;

/* `ticker simulate`: ticks on a virtual clock, over a copy of the store. */

#define SIM_OUTAGES_MAX 64

/* Options of the command line, unparsed. */
struct sim_opts {
	bool is_asked;
	const char *from; /* NULL: as the store is now */
	const char *to;	  /* NULL: a day later */
	const char *outages[SIM_OUTAGES_MAX];
	int noutages;
	int64_t cadence_us; /* 0: as measured */
	int64_t kill_ppm;   /* of a million ticks so many are killed */
	int64_t seed;
	bool is_json;
	const char *keep; /* NULL: the copy is removed */
};

struct sim_outage {
	int64_t from_us;
	int64_t to_us;
};

/* Times when the store is measured. */
enum sim_size { SIM_BEGIN, SIM_HALF, SIM_END, SIM_SIZE__MAX };

/* A clock that advances when the program sleeps. */
struct sim_clock {
	int64_t now_us;
	int64_t asked;	/* readings since the tick began: its steps */
	int64_t die_at; /* the process ends at this step; 0: never */
};

struct sim {
	const struct sim_opts *o;
	struct conf *conf;     /* its stores are the copies */
	const struct tz *zone; /* of times read and printed */
	struct buf dir;	       /* of the copies */
	struct sched s;
	struct clock clock;
	struct sim_clock at;
	int64_t from_us, to_us, cadence_us;
	struct sim_outage outages[SIM_OUTAGES_MAX];
	uint64_t random;
	int64_t steps; /* of the last tick that was not killed */
	int64_t ticks, killed;
	int64_t bytes[SIM_SIZE__MAX]; /* of the durable store */
	int64_t shown_us;	      /* last progress, by the host's clock */
	bool is_stopped;	      /* by a signal */
};

enum sim_rc {
	SIM_DONE,
	SIM_USAGE,   /* invalid time */
	SIM_DOWN,    /* a copy could not be made or written */
	SIM_REFUSED, /* a zone or the owner of the store is wrong */
	SIM_WRONG,   /* slots lost or twice, or a damaged store: a bug */
	SIM_STOPPED, /* by a signal; the report covers the time so far */
};

/*
 * Simulate as o says, and print the report.  conf is changed: its stores become
 * the copies.  The store that it names is only read.
 */
enum sim_rc simulate(const struct sim_opts *o, struct conf *conf);

/*
 * Copy the stores of m->conf to a temporary folder and set m->conf to the
 * copies; remove that folder, unless it is to be kept.  Not STORE_OK: the
 * reason was printed.
 */
enum store_rc sim_copy(struct sim *m);
void sim_remove(struct sim *m);

/* Make m->clock a virtual clock that shows now_us. */
void sim_clock_init(struct sim *m, int64_t now_us);

/* Simulate from m->from_us to m->to_us; m->s is open before and after. */
enum store_rc sim_go(struct sim *m);

/*
 * Print the report on standard output.  *nwrong: jobs with slots that were lost
 * or decided twice.
 */
enum store_rc sim_report(struct sim *m, int64_t *nwrong);

/* Show progress on a terminal; is_last ends the line. */
void sim_progress(struct sim *m, bool is_last);

#endif
