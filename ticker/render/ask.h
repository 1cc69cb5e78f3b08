#ifndef TICKER_RENDER_ASK_H
#define TICKER_RENDER_ASK_H

#include "ticker/render/api.h"

struct buf;

/* Private to ticker/render/: URL and body of a request. */

/*
 * Return the URL of a request, which the caller frees.  base is the key's
 * base_url, with or without "/v1" at its end.  NULL: out of memory.
 */
char *render_ask_url(const char *base, const struct render_ask *ask);

/* Append the JSON body of a create to b; other requests have none. */
void render_ask_body(const struct render_ask *ask, struct buf *b);

#endif
