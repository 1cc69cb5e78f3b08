/*
 * TLS to Redis, by OpenSSL and hiredis' part for it, loaded when needed. Tested
 * in tests/broker/redis_tls.bats.
 */
#include "config.h"

#include <arpa/inet.h>

#include <poll.h>
#include <stdbool.h>

#include "net/redis/tls.h" /* before hiredis.h, which needs it */

#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/dl.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

/* OpenSSL and the TLS part of hiredis, loaded when needed. */
struct tls_lib {
	__typeof__(TLS_client_method) *client_method;
	__typeof__(SSL_CTX_new) *ctx_new;
	__typeof__(SSL_CTX_free) *ctx_free;
	__typeof__(SSL_CTX_set_verify) *ctx_set_verify;
	__typeof__(SSL_CTX_set_default_verify_paths) *ctx_default_paths;
	__typeof__(SSL_CTX_load_verify_locations) *ctx_load;
	__typeof__(SSL_new) *ssl_new;
	__typeof__(SSL_free) *ssl_free;
	__typeof__(SSL_ctrl) *ssl_ctrl;
	__typeof__(SSL_set1_host) *set_host;
	__typeof__(SSL_get0_param) *get_param;
	__typeof__(X509_VERIFY_PARAM_set1_ip_asc) *set_ip;
	__typeof__(SSL_do_handshake) *handshake;
	__typeof__(SSL_get_error) *get_error;
	__typeof__(SSL_get_verify_result) *verify_result;
	__typeof__(X509_verify_cert_error_string) *verify_text;
	__typeof__(ERR_clear_error) *clear;
	__typeof__(ERR_get_error) *last;
	__typeof__(ERR_reason_error_string) *reason;
};

struct redis_tls_lib {
	__typeof__(redisInitiateSSL) *initiate;
};

#define MEMBER(symbol, member) \
	{ \
		symbol, offsetof(struct tls_lib, member) \
	}

static const struct dl_member tls_members[] = {
	MEMBER("TLS_client_method", client_method),
	MEMBER("SSL_CTX_new", ctx_new),
	MEMBER("SSL_CTX_free", ctx_free),
	MEMBER("SSL_CTX_set_verify", ctx_set_verify),
	MEMBER("SSL_CTX_set_default_verify_paths", ctx_default_paths),
	MEMBER("SSL_CTX_load_verify_locations", ctx_load),
	MEMBER("SSL_new", ssl_new),
	MEMBER("SSL_free", ssl_free),
	MEMBER("SSL_ctrl", ssl_ctrl),
	MEMBER("SSL_set1_host", set_host),
	MEMBER("SSL_get0_param", get_param),
	MEMBER("X509_VERIFY_PARAM_set1_ip_asc", set_ip),
	MEMBER("SSL_do_handshake", handshake),
	MEMBER("SSL_get_error", get_error),
	MEMBER("SSL_get_verify_result", verify_result),
	MEMBER("X509_verify_cert_error_string", verify_text),
	MEMBER("ERR_clear_error", clear),
	MEMBER("ERR_get_error", last),
	MEMBER("ERR_reason_error_string", reason),
};
#define NTLS (sizeof(tls_members) / sizeof(tls_members[0]))

_Static_assert(sizeof(struct tls_lib) == NTLS * sizeof(void (*)(void)),
    "each member is in the table");

static const struct dl_member redis_members[] = {
	{ "redisInitiateSSL", offsetof(struct redis_tls_lib, initiate) },
};

static int
load(struct tls_lib *l, struct redis_tls_lib *r, struct err *why)
{
	static const struct dl_table tls = { LIBSSL_SONAME, "OpenSSL",
		tls_members, NTLS, false };
	static const struct dl_table redis = { LIBHIREDIS_SSL_SONAME,
		"hiredis_ssl", redis_members, 1, false };

	return dl_open(&tls, l, why) == 0 ? dl_open(&redis, r, why) : -1;
}

static bool
is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 ||
	    inet_pton(AF_INET6, host, bytes) == 1;
}

/* Set the name that the certificate must have. */
static bool
set_name(const struct tls_lib *l, SSL *ssl, const char *host)
{
	if (is_address(host))
		return l->set_ip(l->get_param(ssl), host) == 1;
	return l->set_host(ssl, host) == 1 &&
	    l->ssl_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
		TLSEXT_NAMETYPE_host_name, (void *)host) == 1;
}

/* Make a TLS client that verifies the server's certificate. */
static SSL *
make(const struct tls_lib *l, const char *host, const char *ca_file)
{
	SSL_CTX *ctx = l->ctx_new(l->client_method());
	SSL *ssl = NULL;
	int is_loaded;

	if (ctx == NULL)
		return NULL;
	l->ctx_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	is_loaded = *ca_file == '\0' ? l->ctx_default_paths(ctx) :
				       l->ctx_load(ctx, ca_file, NULL);
	if (is_loaded == 1)
		ssl = l->ssl_new(ctx);
	if (ssl != NULL && !set_name(l, ssl, host)) {
		l->ssl_free(ssl);
		ssl = NULL;
	}
	l->ctx_free(ctx);
	return ssl;
}

/* Set why the handshake failed: the certificate, or OpenSSL's last error. */
static void
explain(const struct tls_lib *l, SSL *ssl, struct err *why)
{
	long verdict = l->verify_result(ssl);
	unsigned long e = l->last();
	const char *text = e == 0 ? NULL : l->reason(e);

	if (verdict != X509_V_OK)
		text = l->verify_text(verdict);
	err_set(why, "TLS: %s%s",
	    verdict != X509_V_OK ? "certificate verify failed: " : "",
	    text != NULL ? text : "the server ended the connection");
}

/* Done here, because hiredis does not report why it fails. */
static int
shake_hands(const struct tls_lib *l, SSL *ssl, const struct redis_tls *t,
    struct err *why)
{
	int rc;

	for (;;) {
		l->clear();
		if ((rc = l->handshake(ssl)) == 1)
			return 0;
		rc = l->get_error(ssl, rc);
		if (rc != SSL_ERROR_WANT_READ && rc != SSL_ERROR_WANT_WRITE) {
			explain(l, ssl, why);
			return -1;
		}
		if (t->await(t->cookie,
			rc == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT,
			why) == -1)
			return -1;
	}
}

int
redis_tls_start(redisContext *c, const struct redis_tls *t, struct err *why)
{
	struct redis_tls_lib r;
	struct tls_lib l;
	SSL *ssl;

	if (load(&l, &r, why) == -1)
		return -1;
	if ((ssl = make(&l, t->host, t->ca_file)) == NULL)
		return err_set(why, "TLS: cannot read ca_file %s", t->ca_file);
	/* The connection owns it from here on. */
	if (r.initiate(c, ssl) == REDIS_OK)
		return shake_hands(&l, ssl, t, why);
	explain(&l, ssl, why);
	l.ssl_free(ssl);
	return -1;
}
