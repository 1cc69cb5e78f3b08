/*
 * Access tokens: making them, and checking what a client sent.  What a token
 * allows is lib/record/token.c.  Tested in t_token.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/secret/token.h"

#include "lib/base/ban.h"

#define PREFIX "mh_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define SECRET_BYTES 32
#define SECRET_AT (PREFIX_LEN + TOKEN_ID_LEN + 1)

_Static_assert(TOKEN_HASH_LEN >= crypto_generichash_BYTES_MIN &&
	TOKEN_HASH_LEN <= crypto_generichash_BYTES_MAX,
    "BLAKE2b can have that length");

/*
 * BLAKE2b of the whole text.  256 random bits cannot be guessed, so no slow
 * password hash is needed.
 */
static void
hash_text(const char *text, unsigned char hash[TOKEN_HASH_LEN])
{
	(void)crypto_generichash(hash, TOKEN_HASH_LEN,
	    (const unsigned char *)text, strlen(text), NULL, 0);
}

static bool
is_hex(const char *s, size_t n)
{
	return strspn(s, "0123456789abcdef") >= n;
}

void
token_make(struct token *t, char text[TOKEN_TEXT_MAX])
{
	unsigned char id[TOKEN_ID_LEN / 2], secret[SECRET_BYTES];
	char hex[SECRET_BYTES * 2 + 1];
	int n;

	/* Without a source of randomness there is no safe way to continue. */
	if (sodium_init() < 0)
		abort();
	randombytes_buf(id, sizeof(id));
	randombytes_buf(secret, sizeof(secret));
	(void)sodium_bin2hex(t->id, sizeof(t->id), id, sizeof(id));
	(void)sodium_bin2hex(hex, sizeof(hex), secret, sizeof(secret));
	n = snprintf(text, TOKEN_TEXT_MAX, PREFIX "%s_%s", t->id, hex);
	assert(n == TOKEN_TEXT_MAX - 1);
	(void)n;
	hash_text(text, t->hash);
	sodium_memzero(secret, sizeof(secret));
	sodium_memzero(hex, sizeof(hex));
}

int
token_id(const char *text, char id[TOKEN_ID_LEN + 1])
{
	if (strnlen(text, TOKEN_TEXT_MAX) != TOKEN_TEXT_MAX - 1 ||
	    strncmp(text, PREFIX, PREFIX_LEN) != 0 ||
	    !is_hex(text + PREFIX_LEN, TOKEN_ID_LEN) ||
	    text[SECRET_AT - 1] != '_' ||
	    !is_hex(text + SECRET_AT, SECRET_BYTES * 2))
		return -1;
	memcpy(id, text + PREFIX_LEN, TOKEN_ID_LEN);
	id[TOKEN_ID_LEN] = '\0';
	return 0;
}

int
token_from_base64(const char *text, char *out, size_t cap, size_t *n)
{
	return sodium_base642bin((unsigned char *)out, cap, text, strlen(text),
	    " \t", n, NULL, sodium_base64_VARIANT_ORIGINAL);
}

bool
token_matches(const struct token *t, const char *text)
{
	unsigned char hash[TOKEN_HASH_LEN];
	char id[TOKEN_ID_LEN + 1];

	if (token_id(text, id) == -1)
		return false;
	hash_text(text, hash);
	return sodium_memcmp(hash, t->hash, sizeof(hash)) == 0;
}
