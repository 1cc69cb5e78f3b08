#ifndef TESTS_SWEEP_OLD_H
#define TESTS_SWEEP_OLD_H

#include "tests/sweep/world.h"

/*
 * Stores of the schema version before: made from what there is, and judged
 * after something happened while they were migrated.
 */

/*
 * Make the store in use one of version 1, with the rows that it has and, as a
 * copy that was put there has, without a write-ahead log; note in w how either
 * version looks, and keep it; false: it did not work.
 */
bool old_make(struct world *w);

/*
 * Is the store in use of one version or the other, and all of that?  NULL, or
 * what is wrong.  It is opened as it lies, and left so.
 */
const char *old_judge(const struct world *w);

#endif
