#ifndef TICKER_RENDER_ASK_H
#define TICKER_RENDER_ASK_H

#include "ticker/render/api.h"

struct buf;

/* Private to ticker/render*: how a request is written. */

/*
 * The address of what is asked for, owned by the caller; base may end in /v1
 * or not.  NULL without memory.
 */
char *render_ask_url(const char *base, const struct render_ask *ask);

/* Append the body of the request, which only a create has. */
void render_ask_body(const struct render_ask *ask, struct buf *b);

#endif
