#ifndef LIB_BASE_STOP_H
#define LIB_BASE_STOP_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;

/*
 * Being asked to end: SIGTERM, SIGINT, SIGHUP.  A program blocks them and
 * asks, wherever it can leave, whether one is pending; so no handler and no
 * flag is needed.  Whoever starts another program gives it an empty mask
 * (posix_spawnattr_setsigmask), for masks are inherited.
 */

/* The three, without those that are ignored: what nohup(1) began stays so. */
void stop_set(sigset_t *set);

/* Block them from here on. */
void stop_block(void);

/* Was one of them sent since?  It stays so. */
bool stop_is_pending(void);

/* Sleep up to us microseconds; returns at once when one is pending. */
void stop_sleep_us(int64_t us);

/*
 * poll(2) for up to us microseconds; negative: without end.  One of the three
 * that is pending, or comes, ends it at once: -1 with EINTR.  They must have
 * been blocked.
 */
int stop_poll(struct pollfd *fds, nfds_t n, int64_t us);

/* Make *out the host's clock with that sleep. */
void stop_clock(struct clock *out);

#endif
