/*
 * Signatures of Standard Webhooks.  Sending is net/'s.  Tested in
 * t_sink_webhook.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/secret/secret.h"
#include "lib/secret/webhook.h"

#include "lib/base/ban.h"

#define PREFIX "whsec_"
#define KEY_MIN 24 /* bytes, by the specification */
#define KEY_MAX 64

/* Decode the secret into key; the number of bytes, or 0. */
static size_t
read_key(const struct secret *secret, unsigned char key[KEY_MAX])
{
	const char *text, *end;
	size_t len, n = 0;

	text = secret_bytes(secret, &len);
	if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	text += strlen(PREFIX);
	if (sodium_base642bin(key, KEY_MAX, text, strlen(text), NULL, &n, &end,
		sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *end != '\0' || n < KEY_MIN)
		return 0;
	return n;
}

int
webhook_sign(const struct webhook *w, const struct secret *secret,
    struct buf *out, struct err *why)
{
	char text[sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES,
	    sodium_base64_VARIANT_ORIGINAL)];
	unsigned char key[KEY_MAX], mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	struct buf head = BUF_INIT;
	size_t n = sodium_init() < 0 ? 0 : read_key(secret, key);

	if (n == 0)
		return err_set(why,
		    "the secret must be whsec_ and %d to %d bytes in base64",
		    KEY_MIN, KEY_MAX);
	buf_printf(&head, "%s.%" PRId64 ".", w->id, w->timestamp_s);
	(void)crypto_auth_hmacsha256_init(&state, key, n);
	(void)crypto_auth_hmacsha256_update(&state,
	    (const unsigned char *)buf_cstr(&head), head.len);
	(void)crypto_auth_hmacsha256_update(&state,
	    (const unsigned char *)w->body, strlen(w->body));
	(void)crypto_auth_hmacsha256_final(&state, mac);
	(void)sodium_bin2base64(text, sizeof(text), mac, sizeof(mac),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_printf(out, "v1,%s", text);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(&state, sizeof(state));
	buf_fini(&head);
	return 0;
}
