#ifndef CTL_WORKERS_H
#define CTL_WORKERS_H

#include <stdint.h>

/*
 * Counts the processes of this host that consume a queue, by locks on bytes of
 * an empty file next to the store (STORE-consumers), which the kernel releases
 * however a process ends.
 */

/* Consumers of one queue that can be counted. */
#define WORKERS_MAX 256

enum workers_rc {
	WORKERS_OK,
	WORKERS_FULL, /* at least max others consume the queue */
	WORKERS_BUSY, /* other processes are entering all the time */
	WORKERS_ERROR /* the file cannot be opened or locked; see errno */
};

/*
 * Be counted as a consumer of the queue until workers_leave or the end of the
 * process, if fewer than max others are (0: however many there are).
 * WORKERS_OK: *handle is for workers_leave; otherwise it is -1.
 */
enum workers_rc workers_enter(const char *store, const char *queue, int64_t max,
    int *handle);

/* Be counted no more; -1 has no effect. */
void workers_leave(int handle);

#endif
