/*
 * Where a token may stand, what a 401 says of one that opens nothing, and how
 * it says so to programs (RFC 6750).
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "lib/base/clock.h"
#include "lib/store/token.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define PATH "/v1/queues"
#define FUNBOOST "/funboost/get_all_queues"
#define INVALID "Bearer realm=\"minutehand\", error=\"invalid_token\""

/* The tokens of the tables below. */
enum { GOOD, OTHER, EXPIRED, REVOKED, UNKNOWN, CUT, LONG, NTOKENS };
static char tokens[NTOKENS][TOKEN_TEXT_MAX + 1];

static void
make_tokens(struct api *a)
{
	struct store *st = a->ctx.sched.stores[JOB_DURABLE];
	char id[TOKEN_ID_LEN + 1];
	struct token t;

	api_token(a, TOKEN_READ, "*", 0, tokens[GOOD]);
	api_token(a, TOKEN_READ, "*", 0, tokens[OTHER]);
	api_token(a, TOKEN_READ, "*", 1000000, tokens[EXPIRED]);
	api_token(a, TOKEN_READ, "*", 0, tokens[REVOKED]);
	token_make(&t, tokens[UNKNOWN]);
	memcpy(tokens[CUT], tokens[GOOD], TOKEN_TEXT_MAX - 2);
	memset(tokens[LONG], '0', TOKEN_TEXT_MAX);
	memcpy(tokens[LONG], tokens[GOOD], TOKEN_TEXT_MAX - 1);
	(void)token_id(tokens[REVOKED], id);
	(void)store_begin(st);
	(void)store_token_revoke(st, id, 2000000);
	(void)store_commit(st);
}

/* "user:token" in base64. */
static void
add_basic(const char *user, const char *token, struct buf *out)
{
	char plain[256], text[400];

	(void)snprintf(plain, sizeof(plain), "%s%s", user, token);
	(void)sodium_bin2base64(text, sizeof(text),
	    (const unsigned char *)plain, strlen(plain),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_str(out, text);
}

/* A header's value: "%N" is a token, "~USER%N" user and token in base64. */
static char *
header(const char *name, const char *form)
{
	struct buf b = BUF_INIT;
	const char *user = strchr(form, '~'), *mark = strchr(form, '%');

	buf_printf(&b, "%s=", name);
	if (mark == NULL)
		buf_str(&b, form);
	else if (user != NULL) {
		char text[64];

		buf_add(&b, form, (size_t)(user - form));
		(void)snprintf(text, sizeof(text), "%.*s",
		    (int)(mark - user - 1), user + 1);
		add_basic(text, tokens[mark[1] - '0'], &b);
		buf_str(&b, mark + 2);
	} else {
		buf_add(&b, form, (size_t)(mark - form));
		buf_str(&b, tokens[mark[1] - '0']);
		buf_str(&b, mark + 2);
	}
	return buf_take(&b);
}

/* clang-format off */
static const struct {
	const char *authorization, *own; /* NULL: not sent */
	int status;
	const char *kind; /* error_data.token */
} cases[] = {
	{ NULL, NULL, 401, "missing" },
	{ "", NULL, 401, "missing" },
	{ "", "", 401, "missing" },
	{ "Bearer %0", NULL, 200, NULL },
	{ "bearer %0", NULL, 200, NULL },
	{ "BEARER\t%0", NULL, 200, NULL },
	{ "Bearer   %0", NULL, 200, NULL },
	{ "Bearer %0 ", NULL, 200, NULL },
	{ "%0", NULL, 401, "malformed" },
	{ "Bearer", NULL, 401, "malformed" },
	{ "Bearer ", NULL, 401, "malformed" },
	{ "Bearer%0", NULL, 401, "malformed" },
	{ "Bearer x%0", NULL, 401, "malformed" },
	{ "Bearer Bearer %0", NULL, 401, "malformed" },
	{ "Bearer %0, Bearer %1", NULL, 401, "malformed" },
	{ "Bearer \"%0\"", NULL, 401, "malformed" },
	{ "Token %0", NULL, 401, "malformed" },
	{ "Digest username=\"x\"", NULL, 401, "malformed" },
	{ "Bearer $TOKEN", NULL, 401, "malformed" },
	{ "Bearer %5", NULL, 401, "malformed" },
	{ "Bearer %6", NULL, 401, "malformed" },
	{ "Bearer %4", NULL, 401, "unknown" },
	{ "Bearer %2", NULL, 401, "expired" },
	{ "Bearer %3", NULL, 401, "revoked" },
	{ "Basic ~x:%0", NULL, 200, NULL },
	{ "basic  ~:%0", NULL, 200, NULL },
	{ "BASIC ~a user@example.org:%0", NULL, 200, NULL },
	{ "Basic ~x:%0 ", NULL, 200, NULL },
	{ "Basic ~x:y:%0", NULL, 401, "malformed" },
	{ "Basic ~%0", NULL, 401, "malformed" },
	{ "Basic ~x:%5", NULL, 401, "malformed" },
	{ "Basic ~x:%4", NULL, 401, "unknown" },
	{ "Basic ~x:%2", NULL, 401, "expired" },
	{ "Basic ~x:%3", NULL, 401, "revoked" },
	{ "Basic x:%0", NULL, 401, "malformed" },
	{ "Basic", NULL, 401, "malformed" },
	{ "Basic ", NULL, 401, "malformed" },
	{ "Basic ====", NULL, 401, "malformed" },
	{ "Basic \xff", NULL, 401, "malformed" },
	{ NULL, "%0", 200, NULL },
	{ NULL, "%0 ", 200, NULL },
	{ "", "%0", 200, NULL },
	{ NULL, "Bearer %0", 401, "malformed" },
	{ NULL, "x", 401, "malformed" },
	{ NULL, "%4", 401, "unknown" },
	{ NULL, "%2", 401, "expired" },
	{ NULL, "%3", 401, "revoked" },
	{ "Bearer %0", "", 200, NULL },
	{ "Bearer %0", "%0", 200, NULL },
	{ "Basic ~x:%0", "%0", 200, NULL },
	{ "Bearer %3", "%3", 401, "revoked" },
	{ "Bearer %0", "%1", 400, NULL },
	{ "Bearer %4", "%0", 400, NULL },
	{ "Bearer x", "%0", 400, NULL },
	{ "Basic ~x:%1", "%0", 400, NULL },
	{ "Bearer %0", "x", 401, "malformed" },
};
/* clang-format on */

/* The forms above, at a native route and at one of funboost. */
static void
test_forms(struct api *a)
{
	static const char *const paths[] = { PATH, FUNBOOST };
	int n = 0;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			char *v[3] = { NULL };
			const struct api_request r = { .path = paths[k],
				.vars = (const char *const *)v };
			size_t at = 0;

			if (cases[i].authorization != NULL)
				v[at++] = header(i % 2 == 0 ?
					"HTTP_AUTHORIZATION" :
					"REDIRECT_HTTP_AUTHORIZATION",
				    cases[i].authorization);
			if (cases[i].own != NULL)
				v[at++] = header("HTTP_X_MINUTEHAND_TOKEN",
				    cases[i].own);
			is_int(api_call(a, &r), cases[i].status, "%s, %s",
			    cases[i].authorization == NULL ?
				"none" :
				cases[i].authorization,
			    cases[i].own == NULL ? "none" : cases[i].own);
			ok(api_flaw(a) == NULL, "in good form");
			if (cases[i].kind != NULL)
				is_str(api_value(a, "error_data.token"),
				    cases[i].kind, "says which");
			if (cases[i].status == 400)
				ok(strstr(api_header(a, "WWW-Authenticate"),
				       "error=\"invalid_request\"") != NULL,
				    "two of them");
			free(v[0]);
			free(v[1]);
			n++;
		}
	printf("# %d headers\n", n);
}

/* The sentences and the challenge. */
static void
test_sentences(struct api *a)
{
	static const struct {
		const char *form, *en, *zh, *challenge;
	} kinds[] = {
		{ "", "Apache needs CGIPassAuth on", "CGIPassAuth",
		    "Bearer realm=\"minutehand\"" },
		{ "Bearer x", "The header Authorization is malformed",
		    "Authorization",
		    INVALID ", error_description=\"the token is malformed\"" },
		{ "Bearer %4", "token is unknown", "未知",
		    INVALID ", error_description=\"the token is unknown\"" },
		{ "Bearer %2", "expired at 1970-01-01T00:00:01Z",
		    "1970-01-01T00:00:01Z 过期",
		    INVALID ", error_description=\"the token is expired\"" },
		{ "Bearer %3", "revoked at 1970-01-01T00:00:02Z", "撤销",
		    INVALID ", error_description=\"the token is revoked\"" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char *var = header("HTTP_AUTHORIZATION", kinds[i].form);
		const char *vars[] = { var, NULL };
		struct api_request r = { .path = PATH, .vars = vars };

		(void)api_call(a, &r);
		ok(strstr(api_value(a, "message"), kinds[i].en) != NULL, "%s",
		    buf_cstr(&a->value));
		is_str(api_header(a, "WWW-Authenticate"), kinds[i].challenge,
		    "its challenge");
		ok(strstr(buf_cstr(&a->head), "Basic") == NULL,
		    "no password is asked for");
		r.path = FUNBOOST;
		(void)api_call(a, &r);
		ok(strstr(api_value(a, "msg"), kinds[i].zh) != NULL, "%s",
		    buf_cstr(&a->value));
		ok(strstr(buf_cstr(&a->head),
		       "\nWWW-Authenticate: Basic realm") != NULL,
		    "but below /funboost");
		free(var);
	}
}

/* A browser adds a password by itself, a token it does not. */
static void
test_pages(struct api *a)
{
	static const struct {
		const char *var;
		int basic;
	} pages[] = {
		{ "HTTP_SEC_FETCH_SITE=same-origin", 200 },
		{ "HTTP_SEC_FETCH_SITE=none", 200 },
		{ "HTTP_SEC_FETCH_SITE=cross-site", 403 },
		{ "HTTP_SEC_FETCH_SITE=same-site", 403 },
		{ "HTTP_ORIGIN=https://jobs.example.org", 200 },
		{ "HTTP_ORIGIN=https://evil.example", 403 },
		{ "HTTP_ORIGIN=null", 403 },
	};
	static const char *const forms[] = { "Basic ~x:%0", "Bearer %0" };

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		for (size_t k = 0; k < 2; k++) {
			char *var = header("HTTP_AUTHORIZATION", forms[k]);
			const char *vars[] = { var, pages[i].var, NULL };
			const struct api_request r = { .path = PATH,
				.vars = vars };

			is_int(api_call(a, &r), k == 0 ? pages[i].basic : 200,
			    "%s, %s", pages[i].var, forms[k]);
			free(var);
		}
}

/* A password the web server checked is none of ours. */
static void
test_server_password(struct api *a)
{
	char *own = header("HTTP_X_MINUTEHAND_TOKEN", "%0");
	const char *vars[] = { "HTTP_AUTHORIZATION=Basic dTpw",
		"AUTH_TYPE=Basic", own, NULL };
	const struct api_request r = { .path = PATH, .vars = vars };

	is_int(api_call(a, &r), 200, "beside a token in its own header");
	vars[2] = NULL;
	is_int(api_call(a, &r), 401, "alone it opens nothing");
	is_str(api_value(a, "error_data.token"), "missing", "as none does");
	free(own);
}

/* 403 for want of a scope. */
static void
test_scope(struct api *a)
{
	const struct api_request r = { .method = "POST",
		.path = "/funboost/pause_scheduler?queue_name=q" };

	a->token = tokens[GOOD];
	is_int(api_call(a, &r), 403, "a reader changes nothing");
	is_str(api_header(a, "WWW-Authenticate"),
	    "Bearer realm=\"minutehand\", error=\"insufficient_scope\", "
	    "scope=\"write\"",
	    "and hears what it needs");
	a->token = NULL;
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	a.token = NULL;
	make_tokens(&a);
	test_forms(&a);
	test_sentences(&a);
	test_pages(&a);
	test_server_password(&a);
	test_scope(&a);
	api_close(&a);
	return tap_done();
}
