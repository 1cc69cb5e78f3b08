#ifndef CTL_TOKEN_NEW_H
#define CTL_TOKEN_NEW_H

#include "ctl/ctl.h"
#include "lib/secret/token.h"

/*
 * Create a token with the name, scopes, queues and times of t, and store it
 * with an audit row in one transaction.  Set t's id and hash, and write the
 * secret text of the token, which is not stored, into text.  STORE_CONFLICT:
 * no unused id was found; on any result but STORE_OK nothing is stored.
 */
enum store_rc token_new(struct ctl *c, struct token *t,
    char text[TOKEN_TEXT_MAX]);

#endif
