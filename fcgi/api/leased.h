#ifndef FCGI_API_LEASED_H
#define FCGI_API_LEASED_H

struct ctx;

/* Messages on their way to a consumer: ctx->leased, until it has the answer. */

/* They have arrived, or there are none yet. */
void leased_forget(struct ctx *ctx);

/*
 * Their consumer has gone: they go back into their queue at once, and the
 * delivery does not count.
 */
void leased_give_back(struct ctx *ctx);

#endif
