/*
 * An access token as it is stored, its scopes and its grant.  Making and
 * checking the secret is lib/secret/token.c.  Tested in t_token and t_grant.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record/token.h"

#include "lib/base/ban.h"

static const struct {
	const char *name;
	unsigned bit;
} scopes[] = {
	{ "read", TOKEN_READ },
	{ "write", TOKEN_WRITE },
	{ "consume", TOKEN_CONSUME },
	{ "admin", TOKEN_ADMIN },
};
#define NSCOPES (sizeof(scopes) / sizeof(scopes[0]))

void
token_fini(struct token *t)
{
	free(t->name);
	free(t->queues);
	free(t->services);
	memset(t, 0, sizeof(*t));
}

bool
token_allows(const struct token *t, unsigned need)
{
	return (t->scopes & TOKEN_ADMIN) != 0 || (t->scopes & need) == need;
}

struct grant
token_grant(const struct token *t)
{
	return (struct grant){ t->queues, t->services };
}

/* The bit of the scope name of n bytes at name; 0: no such scope. */
static unsigned
scope_bit(const char *name, size_t n)
{
	for (size_t i = 0; i < NSCOPES; i++) {
		if (strlen(scopes[i].name) == n &&
		    memcmp(scopes[i].name, name, n) == 0)
			return scopes[i].bit;
	}
	return 0;
}

int
token_scopes_parse(const char *text, unsigned *out)
{
	const char *p = text;
	unsigned bit, bits = 0;
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, ",");
		if ((bit = scope_bit(p, n)) == 0)
			return -1;
		bits |= bit;
		if (p[n] == '\0')
			break;
	}
	*out = bits;
	return 0;
}

void
token_scopes_print(unsigned bits, char *out, size_t outlen)
{
	size_t at = 0;
	int n;

	if (outlen > 0)
		*out = '\0';
	for (size_t i = 0; i < NSCOPES; i++) {
		if ((bits & scopes[i].bit) == 0)
			continue;
		n = snprintf(out + at, outlen - at, "%s%s", at == 0 ? "" : ",",
		    scopes[i].name);
		if (n < 0 || (size_t)n >= outlen - at) {
			if (at < outlen)
				out[at] = '\0';
			return;
		}
		at += (size_t)n;
	}
}
