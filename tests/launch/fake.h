#ifndef TESTS_LAUNCH_FAKE_H
#define TESTS_LAUNCH_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ticker/render/api.h"

/*
 * A Render of our own behind the functions of ticker/render/api.h, for
 * programs that link this instead: no network, time as it is told, and every
 * fault on demand.
 */
enum fake_fault {
	FAKE_OK,
	FAKE_LOST_TAKEN, /* taken; no answer, known after the time-out */
	FAKE_CUT_TAKEN,	 /* taken; the connection is cut before the answer */
	FAKE_CUT,	 /* cut, and not taken */
	FAKE_500_TAKEN,
	FAKE_500,
	FAKE_503_TAKEN, /* by a gateway, behind which it was taken */
	FAKE_503,
	FAKE_429,
	FAKE_400,
	FAKE_401,    /* the key is not accepted */
	FAKE_403,    /* nor for this service */
	FAKE_UNSENT, /* no connection */
	FAKE_OTHER,  /* not taken; the answer names the newest job there is */
	FAKE_OTHER_TAKEN, /* taken; it names the job before */
	FAKE__MAX
};

#define FAKE_TEXT 64
#define FAKE_DEATH 9 /* the exit status of who died by die_per_mille */

struct fake_job {
	char service[FAKE_TEXT];
	char command[FAKE_TEXT];
	int64_t created_us, visible_us, starts_us, ends_us;
	enum render_status end;
	struct render_reason reason;
};

/* May lie in memory that several processes share.  Zero is a good start but
 * for the members above the line. */
struct fake_world {
	int64_t now_us;
	int64_t latency_us;    /* of a request */
	int64_t timeout_us;    /* when a lost answer is given up */
	int64_t starts_in_us;  /* after its creation a job runs … */
	int64_t runs_us;       /* … for so long */
	int64_t hidden_max_us; /* a new job is not listed for up to so long */
	int per_mille[FAKE__MAX]; /* of the creates; the rest is OK */
	int die_per_mille; /* of the creates: our own death, before or after */
	uint64_t seed;
	size_t cap; /* of jobs */
	/* --- */
	enum fake_fault script[32]; /* the next creates, then per_mille */
	size_t nscript, at_script;
	int fail_lists; /* so many lists from now on are refused by a 500 */
	bool has_other; /* an answer about one job names the next one */
	bool has_no_key;
	unsigned key_version;
	int64_t creates_left; /* by the rate; 0: no limit */
	int64_t asked[RENDER_OP__MAX];
	int64_t given[FAKE__MAX];
	int64_t most_under_way;
	int64_t second, reads, most_reads; /* lists and events in one second */
	size_t njobs;
	struct fake_job jobs[]; /* cap of them */
};

/* A ticker's side of w (borrowed); render_free ends it. */
struct render *fake_render(struct fake_world *w);

/* When the next answer of r comes; INT64_MAX: none is awaited. */
int64_t fake_next_us(const struct render *r);

/* The id of job i, as Render gives it. */
void fake_id(size_t i, char out[RENDER_ID_MAX]);

/* A number from 0 to n - 1. */
uint32_t fake_random(struct fake_world *w, uint32_t n);

#endif
