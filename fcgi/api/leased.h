#ifndef FCGI_API_LEASED_H
#define FCGI_API_LEASED_H

struct ctx;

/* Messages leased to the current client: ctx->leased, until the response is
 * sent. */

/* Empty the list: the response was sent, or a request begins. */
void leased_forget(struct ctx *ctx);

/*
 * The client has disconnected: put them back into their queue at once, without
 * counting the delivery.
 */
void leased_give_back(struct ctx *ctx);

#endif
