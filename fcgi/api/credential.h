#ifndef FCGI_API_CREDENTIAL_H
#define FCGI_API_CREDENTIAL_H

#include "lib/secret/token.h"

struct request;

/* The kinds of credentials of a request. */
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
 * token as password and any user) and X-Minutehand-Token, for servers that do
 * not pass Authorization to programs.  The store is not read.
 */
void credential_read(const struct request *req, struct credential *out);

#endif
