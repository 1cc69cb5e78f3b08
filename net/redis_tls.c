#include "config.h"

#include <arpa/inet.h>

#include <stdbool.h>
#include <stdio.h>

#include <hiredis/hiredis.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "net/dl.h"
#include "net/redis_tls.h"

#include "lib/ban.h"

/* OpenSSL and hiredis' part for it, loaded when needed. */
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
};
#define NTLS (sizeof(tls_members) / sizeof(tls_members[0]))

_Static_assert(sizeof(struct tls_lib) == NTLS * sizeof(void (*)(void)),
    "each member is in the table");

static const struct dl_member redis_members[] = {
	{ "redisInitiateSSL", offsetof(struct redis_tls_lib, initiate) },
};

static int
load(struct tls_lib *l, struct redis_tls_lib *r, char *why, size_t whylen)
{
	static const struct dl_table tls = { LIBSSL_SONAME, "OpenSSL",
		tls_members, NTLS, false };
	static const struct dl_table redis = { LIBHIREDIS_SSL_SONAME,
		"hiredis_ssl", redis_members, 1, false };

	return dl_open(&tls, l, why, whylen) == 0 ?
	    dl_open(&redis, r, why, whylen) :
	    -1;
}

static bool
is_address(const char *host)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, host, bytes) == 1 ||
	    inet_pton(AF_INET6, host, bytes) == 1;
}

/* For whom the certificate must be. */
static bool
set_name(const struct tls_lib *l, SSL *ssl, const char *host)
{
	if (is_address(host))
		return l->set_ip(l->get_param(ssl), host) == 1;
	return l->set_host(ssl, host) == 1 &&
	    l->ssl_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME,
		TLSEXT_NAMETYPE_host_name, (void *)host) == 1;
}

/* A side of TLS that trusts nobody without a certificate. */
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

int
redis_tls_start(redisContext *c, const char *host, const char *ca_file,
    char *why, size_t whylen)
{
	struct redis_tls_lib r;
	struct tls_lib l;
	SSL *ssl;

	if (load(&l, &r, why, whylen) == -1)
		return -1;
	if ((ssl = make(&l, host, ca_file)) == NULL) {
		(void)snprintf(why, whylen, "TLS: ca_file cannot be read");
		return -1;
	}
	/* From here on it is the connection's. */
	if (r.initiate(c, ssl) == REDIS_OK)
		return 0;
	(void)snprintf(why, whylen, "TLS: %s", c->errstr);
	l.ssl_free(ssl);
	return -1;
}
