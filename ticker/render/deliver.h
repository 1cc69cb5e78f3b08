#ifndef TICKER_RENDER_DELIVER_H
#define TICKER_RENDER_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/db/store.h"

struct conf;
struct render;

/*
 * The second step of a tick: due runs of an external target are sent, looked up
 * when the answer was lost, followed to their end, and canceled.  The decisions
 * are in ticker/render/step.h; a struct deliver has the requests under way and
 * stores the states of the runs.  No function here waits for the network, so
 * that the tick goes on claiming.  Any number of processes may work on one
 * store.
 */
struct deliver;

/*
 * Create a struct deliver for the durable store st, with the limits of conf and
 * the requests of render; all three are borrowed until deliver_free.  NULL: out
 * of memory, or no random seed.
 */
struct deliver *deliver_new(struct store *st, const struct conf *conf,
    struct render *render);

/*
 * Take the answers that have arrived, store the new states of their runs, and
 * start the requests that are due at now_us.  All is committed in one
 * transaction before the first request is started; the requests go on in
 * render_wait.  On any result but STORE_OK nothing was changed or started, and
 * the answers are kept for the next call.
 */
enum store_rc deliver_pump(struct deliver *d, int64_t now_us);

/* Pick no more work from now on; requests under way are completed. */
void deliver_drain(struct deliver *d);

/*
 * Return the number of requests under way: all, and those that change the
 * target (create, cancel).
 */
size_t deliver_count(const struct deliver *d);
size_t deliver_pending(const struct deliver *d);

/*
 * Set *out_us to the time of the next deliver_pump, seen from now_us, if no
 * answer arrives before; DELIVERY_NEVER: not before the store changes.
 */
enum store_rc deliver_next(struct deliver *d, int64_t now_us, int64_t *out_us);

/*
 * Give up the requests under way and free d.  Runs whose create may have been
 * sent are stored as unknown, and a later tick looks them up.  NULL does
 * nothing.
 */
void deliver_free(struct deliver *d, int64_t now_us);

#endif
