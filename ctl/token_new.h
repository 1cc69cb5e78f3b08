#ifndef CTL_TOKEN_NEW_H
#define CTL_TOKEN_NEW_H

#include "ctl/ctl.h"
#include "lib/secret/token.h"

/*
 * Make a token with the name, scopes, queues and times of t, store it with an
 * audit row in one transaction; its text into text.  t's id and hash are set.
 */
enum store_rc token_new(struct ctl *c, struct token *t,
    char text[TOKEN_TEXT_MAX]);

#endif
