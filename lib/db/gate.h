#ifndef LIB_DB_GATE_H
#define LIB_DB_GATE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A queue of the writers of one store.  SQLite waits by polling with sleeps, so
 * that with many writers most of the time is lost in sleep.  Here the next
 * writer is woken when the previous one is done.
 *
 *
 * It is an optimization only: a writer that cannot use it (no such file, a
 * stopped holder) continues without it, and SQLite's lock decides.  It is a
 * robust mutex in a file next to the store (pthread_mutexattr_setrobust,
 * POSIX), which is released if its holder is killed.
 */
struct gate;

/*
 * Open the gate in the file path, which is created with owner, group and mode
 * of the file store_path if that exists and is not NULL.  NULL: no gate can be
 * used. Close with gate_close.
 */
struct gate *gate_open(const char *path, const char *store_path);

/* Leave the gate if entered, and free it. */
void gate_close(struct gate *t);

/*
 * Wait up to wait_us to enter.  A gate that cannot be entered in time is taken
 * for a leftover of a power failure: its file is removed, and this process goes
 * on without one.  NULL does nothing.
 */
void gate_enter(struct gate *t, int64_t wait_us);

/* Leave the gate if entered.  NULL does nothing. */
void gate_leave(struct gate *t);

#endif
