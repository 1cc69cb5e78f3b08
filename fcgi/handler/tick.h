#ifndef FCGI_HANDLER_TICK_H
#define FCGI_HANDLER_TICK_H

#include <stdbool.h>

struct ctx;

/* Does the configuration ask for ticks after answers?  The store is open. */
bool tick_is_on_request(const struct ctx *ctx);

/*
 * After an answer was taken: run a tick of a second if tick_on_request asks for
 * it and none was for a cadence.
 */
void tick_after_answer(struct ctx *ctx);

#endif
