#ifndef LIB_BASE_STOP_H
#define LIB_BASE_STOP_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;

/*
 * Requests to end: SIGTERM, SIGINT, SIGHUP.  A program blocks them and checks,
 * wherever it can end, whether one is pending; so no handler and no flag is
 * needed.  Masks are inherited: code that starts another program gives it an
 * empty one (posix_spawnattr_setsigmask).
 */

/*
 * Make *set the three signals without those that are ignored: nohup(1) stays
 * in effect.
 */
void stop_set(sigset_t *set);

/* Block them from now on. */
void stop_block(void);

/* Has one of them arrived since?  The result stays true. */
bool stop_is_pending(void);

/*
 * Sleep for up to us microseconds; returns at once if one is pending or
 * arrives.
 */
void stop_sleep_us(int64_t us);

/*
 * poll(2) for up to us microseconds; without limit if negative.  Ends at once,
 * with -1 and EINTR, if one of the three is pending or arrives, or a SIGCHLD
 * that has a handler.  The three must be blocked.
 */
int stop_poll(struct pollfd *fds, nfds_t n, int64_t us);

/* Make *out the host's clock with the sleep above. */
void stop_clock(struct clock *out);

#endif
