#ifndef LIB_SECRET_WEBHOOK_H
#define LIB_SECRET_WEBHOOK_H

#include <stdint.h>

struct buf;
struct err;
struct secret;

/* A message of Standard Webhooks (standardwebhooks.com) to be signed. */
struct webhook {
	const char *id;	     /* the same in every attempt */
	int64_t timestamp_s; /* of this attempt */
	const char *body;
};

/*
 * Append the value of the header webhook-signature for w: "v1," and the
 * HMAC-SHA256 of "id.timestamp.body" in base64.  The secret is "whsec_" and 24
 * to 64 bytes in base64.  0, or -1 with one line in why that does not show the
 * secret.
 */
int webhook_sign(const struct webhook *w, const struct secret *secret,
    struct buf *out, struct err *why);

#endif
