#ifndef LIB_RECORD_TOKEN_H
#define LIB_RECORD_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record/grant.h"

/* What a token may do; admin may do everything. */
enum token_scope {
	TOKEN_READ = 1,
	TOKEN_WRITE = 2,
	TOKEN_CONSUME = 4,
	TOKEN_ADMIN = 8
};

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

/* May t do all of need (bits of enum token_scope)? */
bool token_allows(const struct token *t, unsigned need);

/* What t may touch; borrows from it. */
struct grant token_grant(const struct token *t);

/* "read,write" to bits and back; parse: -1 on an unknown word or none. */
int token_scopes_parse(const char *text, unsigned *out);
void token_scopes_print(unsigned scopes, char *out, size_t outlen);

#endif
