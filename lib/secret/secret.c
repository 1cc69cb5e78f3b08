/*
 * Secrets in memory and in files, by libsodium's guarded allocations.  Tokens
 * are token.c, signatures webhook.c.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/base/err.h"
#include "lib/secret/secret.h"
#include "lib/base/trust.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

/* LeakSanitizer must be able to inspect the process. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

#define ALIGN 16

struct secret {
	char shown[8]; /* first: a secret printed as a string shows this */
	unsigned owners;
	size_t len;
	char bytes[];
};

/* Printable ASCII without blanks: nothing that ends a header line. */
static bool
is_printable(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	}
	return n > 0 && n <= SECRET_MAX;
}

struct secret *
secret_new(const char *bytes, size_t len)
{
	struct secret *s;
	size_t size = sizeof(*s) + len + 1;

	if (!is_printable(bytes, len) || sodium_init() == -1)
		return NULL;
	/*
	 * Guarded, locked, left out of core dumps; it ends at the end of a
	 * page.
	 */
	if ((s = sodium_malloc((size + ALIGN - 1) / ALIGN * ALIGN)) == NULL)
		return NULL;
	memcpy(s->shown, "***", sizeof("***"));
	s->owners = 1;
	s->len = len;
	memcpy(s->bytes, bytes, len);
	s->bytes[len] = '\0';
	return s;
}

struct secret *
secret_hold(struct secret *s)
{
	s->owners++;
	return s;
}

void
secret_free(struct secret *s)
{
	if (s != NULL && --s->owners == 0)
		sodium_free(s);
}

const char *
secret_bytes(const struct secret *s, size_t *len)
{
	*len = s->len;
	return s->bytes;
}

/* The first line of n bytes of text, without surrounding blanks. */
static struct secret *
from_line(const char *text, size_t n)
{
	size_t mark = utf8_mark(text, n);
	const char *end;

	text += mark;
	n -= mark;
	if ((end = memchr(text, '\n', n)) != NULL)
		n = (size_t)(end - text);
	while (n > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", text[n - 1]) != NULL)
		n--;
	return secret_new(text, n);
}

/* Open the file if no other user can read it; -1 with the reason. */
static int
open_own(const char *path, struct err *why)
{
	struct trust t = { .is_shared = false };
	struct stat sb;
	int fd;

	switch (trust_open(&t, TRUST_SECRET, path, &fd)) {
	case TRUST_ABSENT:
		return err_set(why, "%s: %s", path, strerror(errno));
	case TRUST_REFUSED:
		return err_set(why, "%s", t.why);
	case TRUST_OK:
		break;
	}
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode))
		return fd;
	err_set(why, "%s: not a file", path);
	(void)close(fd);
	return -1;
}

struct secret *
secret_read(const char *path, struct err *why)
{
	char text[SECRET_MAX + 256];
	struct secret *s = NULL;
	ssize_t n;
	int fd;

	if ((fd = open_own(path, why)) == -1)
		return NULL;
	if ((n = read(fd, text, sizeof(text))) == -1) {
		err_set(why, "%s: %s", path, strerror(errno));
		goto out;
	}
	if ((s = from_line(text, (size_t)n)) == NULL)
		err_set(why,
		    "%s: the first line is not a key of 1 to %d printable "
		    "characters without blanks",
		    path, SECRET_MAX);
	secret_wipe(text, sizeof(text));
out:
	(void)close(fd);
	return s;
}

void
secret_mask(const struct secret *s, size_t skip, char *text, size_t n)
{
	size_t len = s->len > skip ? s->len - skip : 0;
	const char *bytes = s->bytes + s->len - len;
	char *at = text, *end = text + n;

	while (len > 0 &&
	    (at = memchr(at, *bytes, (size_t)(end - at))) != NULL &&
	    (size_t)(end - at) >= len) {
		if (memcmp(at, bytes, len) == 0)
			memset(at, '*', len);
		at++;
	}
}

void
secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}

void
secret_guard_process(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef PR_SET_DUMPABLE
	if (!IS_SANITIZED)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool
secret_is(const struct secret *s, const char *text)
{
	unsigned char a[crypto_generichash_BYTES], b[crypto_generichash_BYTES];

	/* Hashes are of one length, whatever the texts are. */
	(void)crypto_generichash(a, sizeof(a), (const unsigned char *)s->bytes,
	    s->len, NULL, 0);
	(void)crypto_generichash(b, sizeof(b), (const unsigned char *)text,
	    strlen(text), NULL, 0);
	return sodium_memcmp(a, b, sizeof(a)) == 0;
}
