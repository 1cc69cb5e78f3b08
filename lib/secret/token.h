#ifndef LIB_SECRET_TOKEN_H
#define LIB_SECRET_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/record/token.h"

/* "mh_" + id + "_" + 64 hex digits + NUL */
#define TOKEN_TEXT_MAX (3 + TOKEN_ID_LEN + 1 + 64 + 1)

/*
 * Make a token of 256 random bits: its text into text (shown once, kept
 * nowhere), its id and hash into t; name, scopes, queues and times are the
 * caller's.
 */
void token_make(struct token *t, char text[TOKEN_TEXT_MAX]);

/* The id inside a token's text into id; -1 when text has no token's form. */
int token_id(const char *text, char id[TOKEN_ID_LEN + 1]);

/*
 * Decode base64 (RFC 4648) into the cap bytes at out, *n of them; -1 when text is
 * none, or too long.
 */
int token_from_base64(const char *text, char *out, size_t cap, size_t *n);

/* Does text belong to t?  Compared in constant time. */
bool token_matches(const struct token *t, const char *text);

#endif
