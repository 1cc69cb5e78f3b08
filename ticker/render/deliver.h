#ifndef TICKER_RENDER_DELIVER_H
#define TICKER_RENDER_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/db/store.h"

struct conf;
struct render;

/*
 * The second step of a tick: runs that are due for an outside target are handed
 * over, looked for where nobody knows, followed to their end, canceled.  What
 * is decided is in ticker/render/step.h; this keeps the requests under way and
 * writes down what becomes of the runs.  Nothing here waits for the network, so
 * that claiming goes on meanwhile.  Any number may work on one store.
 */
struct deliver;

/*
 * Work on the durable store st with the policies of conf and the requests of
 * render, all borrowed.  NULL without memory.
 */
struct deliver *deliver_new(struct store *st, const struct conf *conf,
    struct render *render);

/*
 * Take the answers that came, write what becomes of their runs, and begin
 * what there is to do at now_us: all that leaves is written down, and on the
 * disk, before.  Requests go on in render_wait.  On anything but STORE_OK
 * nothing was changed and nothing begun; the answers are kept for the next
 * call.
 */
enum store_rc deliver_pump(struct deliver *d, int64_t now_us);

/* Begin nothing from now on; what is under way is brought to its end. */
void deliver_drain(struct deliver *d);

/*
 * How many requests are under way: in all, and of those that change something
 * at the target.
 */
size_t deliver_count(const struct deliver *d);
size_t deliver_pending(const struct deliver *d);

/*
 * When there is something to do, seen from now_us, apart from answers that
 * are awaited; DELIVERY_NEVER: not before somebody commits.
 */
enum store_rc deliver_next(struct deliver *d, int64_t now_us, int64_t *out_us);

/*
 * Give up what is under way: creates that may have left are in doubt from
 * now on, which the next tick resolves.  NULL is fine.
 */
void deliver_free(struct deliver *d, int64_t now_us);

#endif
