#ifndef TESTS_SWEEP_FAKE_H
#define TESTS_SWEEP_FAKE_H

#include <stdbool.h>
#include <stdint.h>

struct clock;

/*
 * The sweep's own clock, random bytes and kind of file system, the last two in
 * the place of the system's: what is repeated with one seed goes the same way.
 */

/* The clock that is made by fake_set_clock stands still at that instant. */
void fake_clock(int64_t now_us);
void fake_set_clock(struct clock *out);

/* Random bytes follow from the seed. */
void fake_entropy(uint64_t seed);

/* Are all files on a network file system? */
void fake_network(bool is_network);

#endif
