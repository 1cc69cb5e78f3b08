#ifndef FCGI_API_CREDENTIAL_H
#define FCGI_API_CREDENTIAL_H

#include "lib/secret/token.h"

struct request;

/* What a request brings to say who asks. */
enum credential_kind {
	CREDENTIAL_NONE,
	CREDENTIAL_TOKEN, /* text has the form of a token */
	CREDENTIAL_MALFORMED,
	CREDENTIAL_BOTH,   /* two headers with different tokens */
	CREDENTIAL_FOREIGN /* Basic, put in by a browser for another site */
};

struct credential {
	enum credential_kind kind;
	const char *header; /* the one it stands in, or "" */
	char text[TOKEN_TEXT_MAX];
};

/*
 * Read Authorization (RFC 6750 "Bearer TOKEN", or RFC 7617 "Basic" with the
 * token as password, whatever the user) and X-Minutehand-Token, which servers
 * that keep Authorization for themselves hand over.  The store is not asked.
 */
void credential_read(const struct request *req, struct credential *out);

#endif
