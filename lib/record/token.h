#ifndef LIB_RECORD_TOKEN_H
#define LIB_RECORD_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/grant.h"

/* What a token may do; admin includes everything. */
enum token_scope {
	TOKEN_READ = 1,
	TOKEN_WRITE = 2,
	TOKEN_CONSUME = 4,
	TOKEN_ADMIN = 8
};

#define TOKEN_ID_LEN 8	  /* hex digits that name a token */
#define TOKEN_HASH_LEN 32 /* bytes of BLAKE2b */

/* One access token.  The secret itself is not stored, only its hash. */
struct token {
	char id[TOKEN_ID_LEN + 1];
	unsigned char hash[TOKEN_HASH_LEN];
	char *name;
	unsigned scopes; /* bits of enum token_scope */
	char *queues;	 /* comma-separated globs; "*" = all */
	char *services;	 /* likewise, "" = none; NULL: queues apply */
	int64_t created_us;
	int64_t expires_us; /* 0: never */
	int64_t used_us;    /* 0: never; accurate to the hour */
	int64_t revoked_us; /* 0: valid */
};

/* Free what t owns; empty afterwards. */
void token_fini(struct token *t);

LIST_DECL(token_list, struct token, token_fini);

/* Does t allow all of need (bits of enum token_scope)? */
bool token_allows(const struct token *t, unsigned need);

/* What t grants; borrows from t. */
struct grant token_grant(const struct token *t);

/*
 * "read,write" to bits and back; parse: -1 for an unknown name or an empty
 * list.
 */
int token_scopes_parse(const char *text, unsigned *out);
void token_scopes_print(unsigned scopes, char *out, size_t outlen);

#endif
