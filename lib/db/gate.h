#ifndef LIB_DB_GATE_H
#define LIB_DB_GATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A gate for the writers of one store.  SQLite's own wait is a poll with
 * sleeps: with many writers most of the time is slept away.  Writers that
 * pass here first are woken the moment the one before is done.
 *
 * It only saves work.  Whoever cannot have it (no such file, a stopped
 * holder) goes on without, and SQLite's lock decides as ever.  It is a robust
 * mutex in a file beside the store (pthread_mutexattr_setrobust, POSIX), so a
 * killed holder gives it up.
 */
struct gate;

/*
 * The gate kept in the file path, which is made with owner, group and mode of
 * the file beside, if that is there and not NULL; NULL when there can be none.
 */
struct gate *gate_open(const char *path, const char *store_path);

/* Give back the turn if held, and free. */
void gate_close(struct gate *t);

/*
 * Wait up to wait_us for the turn.  A turn that was not to be had in time is
 * taken for a leftover of a machine that lost power: its file is removed, and
 * this process goes without from here on.  t may be NULL: returns at once.
 */
void gate_enter(struct gate *t, int64_t wait_us);

/* Give back the turn if it is held.  t may be NULL. */
void gate_leave(struct gate *t);

#endif
