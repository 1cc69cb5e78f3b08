#ifndef LIB_STORE_TOKEN_H
#define LIB_STORE_TOKEN_H

#include "lib/db/store.h"
#include "lib/record/token.h"

/*
 * Rows of the token table; changes need an open transaction.  A revoked token
 * is not listed or found: its row is kept for a year, so that a client that
 * still sends it gets the reason.
 */
enum store_rc store_token_insert(struct store *st, const struct token *t);
enum store_rc store_token_get(struct store *st, const char *id,
    struct token *out);
enum store_rc store_token_get_revoked(struct store *st, const char *id,
    struct token *out); /* id, hash and revoked_us only */
enum store_rc store_token_list(struct store *st, struct token_list *out);
enum store_rc store_token_revoke(struct store *st, const char *id,
    int64_t now_us);
enum store_rc store_token_services(struct store *st, const char *id,
    const char *services);
enum store_rc store_token_used(struct store *st, const char *id,
    int64_t now_us);

#endif
