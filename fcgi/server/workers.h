#ifndef FCGI_SERVER_WORKERS_H
#define FCGI_SERVER_WORKERS_H

#define WORKERS_MAX 256 /* processes; more than any small host can use */

/*
 * Run n copies of this process, each of which calls run(arg) and ends with its
 * result, until SIGTERM, SIGINT or SIGHUP, which must have been blocked
 * (stop_block).  A copy that exits is started again; one that exited within a
 * second of its start, a second later.  At the end all get SIGTERM, and
 * SIGKILL if they have not exited after 25 s (a long poll takes at most 20).
 * A copy gets SIGTERM when this process dies.  n is 1 to WORKERS_MAX.
 *
 * Returns 0 in this process after a signal, -1 if no process can be created at
 * the start.  Does not return in the copies.
 */
int workers_run(int n, int (*run)(void *arg), void *arg);

#endif
