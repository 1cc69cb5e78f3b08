/*
 * The token of a request, from the headers it may stand in.  Pure: whether the
 * store has such a token is auth.c's.
 */

#include "config.h"

#include <string.h>
#include <strings.h>

#include "fcgi/api/credential.h"
#include "fcgi/api/loopback.h"
#include "fcgi/api/request.h"

#include "lib/base/ban.h"

#define USER_MAX 256 /* bytes of the user name in Basic credentials */

/* Apache renames the variable when it rewrites a request. */
static const char *
authorization(const struct request *req)
{
	const char *s = request_var(req, HTTP_VAR_AUTHORIZATION);

	return s[0] != '\0' ? s :
			      request_var(req, HTTP_VAR_REDIRECT_AUTHORIZATION);
}

/* The text after the scheme's name (in any case) and blanks, or NULL. */
static const char *
after_scheme(const char *header, const char *scheme)
{
	size_t n = strlen(scheme);

	if (strncasecmp(header, scheme, n) != 0 ||
	    (header[n] != ' ' && header[n] != '\t'))
		return NULL;
	return header + n + strspn(header + n, " \t");
}

/* Copy the n bytes at s if they have the form of a token. */
static bool
take_token(const char *s, size_t n, char out[TOKEN_TEXT_MAX])
{
	char id[TOKEN_ID_LEN + 1];

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n != TOKEN_TEXT_MAX - 1 || memchr(s, '\0', n) != NULL)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return token_id(out, id) == 0;
}

/* The password of "user:password" in base64. */
static bool
take_password(const char *s, char out[TOKEN_TEXT_MAX])
{
	char plain[USER_MAX + TOKEN_TEXT_MAX];
	const char *colon;
	size_t n = 0;

	if (token_from_base64(s, plain, sizeof(plain), &n) != 0)
		return false;
	colon = memchr(plain, ':', n);
	if (colon == NULL)
		return false;
	return take_token(colon + 1, n - (size_t)(colon + 1 - plain), out);
}

static enum credential_kind
read_basic(const struct request *req, const char *s, char out[TOKEN_TEXT_MAX])
{
	if (!take_password(s, out)) {
		/* Credentials of the web server's own, which it has checked. */
		return strcasecmp(request_var(req, HTTP_VAR_AUTH_TYPE),
			   "Basic") == 0 ?
		    CREDENTIAL_NONE :
		    CREDENTIAL_MALFORMED;
	}
	/* Browsers add it unasked, also to requests of other sites' pages. */
	return loopback_is_own_page(req) ? CREDENTIAL_TOKEN :
					   CREDENTIAL_FOREIGN;
}

static enum credential_kind
read_authorization(const struct request *req, char out[TOKEN_TEXT_MAX])
{
	const char *header = authorization(req), *s;

	if (header[0] == '\0')
		return CREDENTIAL_NONE;
	if ((s = after_scheme(header, "Basic")) != NULL)
		return read_basic(req, s, out);
	s = after_scheme(header, "Bearer");
	return s != NULL && take_token(s, strlen(s), out) ?
	    CREDENTIAL_TOKEN :
	    CREDENTIAL_MALFORMED;
}

void
credential_read(const struct request *req, struct credential *out)
{
	const char *own = request_var(req, HTTP_VAR_TOKEN);
	char text[TOKEN_TEXT_MAX] = "";

	out->text[0] = '\0';
	out->header = "Authorization";
	out->kind = read_authorization(req, out->text);
	if (own[0] == '\0')
		return;
	if (!take_token(own, strlen(own), text)) {
		out->header = "X-Minutehand-Token";
		out->kind = CREDENTIAL_MALFORMED;
	} else if (out->kind == CREDENTIAL_NONE) {
		out->header = "X-Minutehand-Token";
		out->kind = CREDENTIAL_TOKEN;
		memcpy(out->text, text, sizeof(text));
	} else if (out->kind != CREDENTIAL_TOKEN ||
	    strcmp(text, out->text) != 0)
		out->kind = CREDENTIAL_BOTH;
}
