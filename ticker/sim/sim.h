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

/* What was asked for; texts are those of the command line. */
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

/* When the store is measured. */
enum sim_size { SIM_BEGIN, SIM_HALF, SIM_END, SIM_SIZE__MAX };

/* A clock that moves when somebody sleeps. */
struct sim_clock {
	int64_t now_us;
	int64_t asked;	/* how often since the tick began: its steps */
	int64_t die_at; /* the process ends at this step; 0: never */
};

struct sim {
	const struct sim_opts *o;
	struct conf *conf;     /* its stores are the copies */
	const struct tz *zone; /* instants are read and shown in */
	struct buf dir;	       /* where those are */
	struct sched s;
	struct clock clock;
	struct sim_clock at;
	int64_t from_us, to_us, cadence_us;
	struct sim_outage outages[SIM_OUTAGES_MAX];
	uint64_t random;
	int64_t steps; /* of the last tick that lived */
	int64_t ticks, killed;
	int64_t bytes[SIM_SIZE__MAX]; /* of the durable store */
	int64_t shown_us;	      /* progress, on the host's clock */
	bool is_stopped;	      /* by a signal */
};

enum sim_rc {
	SIM_DONE,
	SIM_USAGE,   /* an instant cannot be read */
	SIM_DOWN,    /* no copy could be made, or written to */
	SIM_REFUSED, /* a zone or the owner of the store is wrong */
	SIM_WRONG,   /* slots lost or twice, or a damaged store: a bug */
	SIM_STOPPED, /* by a signal; what was done so far is told */
};

/*
 * Do what o asks for, and print it.  conf is changed: its stores become the
 * copies.  The store it names is read, and nothing else is done to it.
 */
enum sim_rc simulate(const struct sim_opts *o, struct conf *conf);

/*
 * Copy the stores of m->conf into a folder of their own and let m->conf name
 * the copies; remove the folder, unless it is to be kept.  Not STORE_OK: the
 * reason was reported.
 */
enum store_rc sim_copy(struct sim *m);
void sim_remove(struct sim *m);

/* Make m->clock a virtual one that stands at now_us. */
void sim_clock_init(struct sim *m, int64_t now_us);

/* Go from m->from_us to m->to_us; m->s is open, and is again afterwards. */
enum store_rc sim_go(struct sim *m);

/*
 * Print what happened, on standard output.  *nwrong: jobs with slots that
 * were lost or decided twice.
 */
enum store_rc sim_report(struct sim *m, int64_t *nwrong);

/* Show on a terminal how far it is; end with is_last. */
void sim_progress(struct sim *m, bool is_last);

#endif
