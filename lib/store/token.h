#ifndef LIB_STORE_TOKEN_H
#define LIB_STORE_TOKEN_H

#include <stdbool.h>

#include "lib/db/store.h"

#define TOKEN_ID_LEN 8	  /* hex digits that name a token */
#define TOKEN_HASH_LEN 32 /* bytes of BLAKE2b */

/* One access token; the secret itself is nowhere in the store. */
struct token {
	char id[TOKEN_ID_LEN + 1];
	unsigned char hash[TOKEN_HASH_LEN];
	char *name;
	unsigned scopes; /* bits of enum token_scope */
	char *queues;	 /* globs joined by commas; "*" = all */
	char *services;	 /* likewise, "" = none; NULL: queues grant them too */
	int64_t created_us;
	int64_t expires_us; /* 0: never */
	int64_t used_us;    /* 0: never yet; kept to the hour */
	int64_t revoked_us; /* 0: it is good */
};

struct token_list {
	struct token *v;
	size_t n;
	size_t cap;
};

/* Free what t, or a list, owns; empty afterwards. */
void token_fini(struct token *t);
void token_list_fini(struct token_list *l);

/*
 * Rows of the token table; changes need an open transaction.  A token that was
 * revoked is no longer one of them: its row is kept for a year, so that who
 * still sends it hears why it is refused.
 */
enum store_rc store_token_insert(struct store *st, const struct token *t);
enum store_rc store_token_get(struct store *st, const char *id,
    struct token *out);
enum store_rc store_token_get_revoked(struct store *st, const char *id,
    struct token *out); /* id, hash and revoked_us alone */
enum store_rc store_token_list(struct store *st, struct token_list *out);
enum store_rc store_token_revoke(struct store *st, const char *id,
    int64_t now_us);
enum store_rc store_token_services(struct store *st, const char *id,
    const char *services);
enum store_rc store_token_used(struct store *st, const char *id,
    int64_t now_us);

#endif
