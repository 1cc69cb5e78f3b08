#ifndef LIB_SECRET_TOKEN_H
#define LIB_SECRET_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/record/token.h"

/* "mh_" + id + "_" + 64 hex digits + NUL */
#define TOKEN_TEXT_MAX (3 + TOKEN_ID_LEN + 1 + 64 + 1)

/*
 * Make a token of 256 random bits: its text into text (shown once, stored
 * nowhere), its id and hash into t; name, scopes, queues and times are set by
 * the caller.
 */
void token_make(struct token *t, char text[TOKEN_TEXT_MAX]);

/*
 * Copy the id in a token's text into id; 0, or -1 if text does not have the
 * form of a token.
 */
int token_id(const char *text, char id[TOKEN_ID_LEN + 1]);

/*
 * Decode base64 (RFC 4648) into the cap bytes at out; *n is their number.  0,
 * or -1 if text is not base64 or too long.
 */
int token_from_base64(const char *text, char *out, size_t cap, size_t *n);

/* Is text the token t?  Compared in constant time. */
bool token_matches(const struct token *t, const char *text);

#endif
