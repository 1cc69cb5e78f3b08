/* Secrets from files: owner, mode, bytes (lib/secret/secret.h). */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/secret/secret.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static void
put(const char *path, const char *text, size_t len, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0 ||
	    chmod(path, mode) == -1)
		abort();
}

static void
test_bytes(void)
{
	static const char *const bad[] = { "", "a b", "a\n", "a\r\nX-Y: z",
		"\x7f", "\xc3\xa4" };
	char long_text[SECRET_MAX + 1];
	struct secret *s;
	size_t n = 0;

	s = secret_new("rnd_abc", 7);
	ok(s != NULL && strcmp(secret_bytes(s, &n), "rnd_abc") == 0 && n == 7,
	    "the bytes are kept");
	is_str((const char *)(const void *)s, "***", "and print as stars");
	ok(secret_hold(s) == s, "has two owners");
	secret_free(s);
	is_str(secret_bytes(s, &n), "rnd_abc", "and outlives the first");
	secret_free(s);
	secret_free(NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(secret_new(bad[i], strlen(bad[i])) == NULL, "bad %zu", i);
	ok(secret_new("a\0b", 3) == NULL, "a NUL");
	memset(long_text, 'x', sizeof(long_text));
	s = secret_new(long_text, SECRET_MAX);
	ok(s != NULL, "as long as can be");
	secret_free(s);
	ok(secret_new(long_text, SECRET_MAX + 1) == NULL, "too long");
	secret_wipe(long_text, sizeof(long_text));
	ok(long_text[0] == 0 && long_text[SECRET_MAX] == 0, "wiped");
}

/* A file's text and mode, and the secret in it or a part of the reason. */
static const struct {
	const char *text;
	mode_t mode;
	const char *want, *why;
} files[] = {
	{ "rnd_k", 0600, "rnd_k", NULL },
	{ "rnd_k\n", 0400, "rnd_k", NULL },
	{ " \trnd_k \r\nsecond line\n", 0600, "rnd_k", NULL },
	{ "rnd_k\n", 0700, "rnd_k", NULL },
	{ "rnd_k\n", 0640, NULL, ": mode 0640 lets others at it; chmod 600 " },
	{ "rnd_k\n", 0604, NULL, ": mode 0604" },
	{ "rnd_k\n", 0602, NULL, ": mode 0602" },
	{ "rnd_k\n", 0610, NULL, ": mode 0610" },
	{ "", 0600, NULL, "is not a key" },
	{ "\nrnd_k\n", 0600, NULL, "is not a key" },
	{ "rnd k\n", 0600, NULL, "is not a key" },
	{ "rnd\x01k\n", 0600, NULL, "is not a key" },
};

static void
test_files(const char *dir)
{
	struct err why;
	char path[64], big[SECRET_MAX + 300];
	struct secret *s;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/key", dir);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)unlink(path);
		put(path, files[i].text, strlen(files[i].text), files[i].mode);
		err_clear(&why);
		s = secret_read(path, &why);
		if (files[i].want != NULL)
			ok(s != NULL &&
				strcmp(secret_bytes(s, &n), files[i].want) == 0,
			    "read %zu: %s", i, why.text);
		else
			ok(s == NULL &&
				strstr(why.text, files[i].why) != NULL &&
				strncmp(why.text, path, strlen(path)) == 0 &&
				strstr(why.text, "rnd") == NULL,
			    "refused, without its contents: %s", why.text);
		secret_free(s);
	}
	memset(big, 'x', sizeof(big));
	put(path, big, sizeof(big), 0600);
	ok(secret_read(path, &why) == NULL, "too long: %s", why.text);
	(void)unlink(path);
	ok(secret_read(path, &why) == NULL, "missing: %s", why.text);
	ok(secret_read(dir, &why) == NULL, "a folder: %s", why.text);
	ok(secret_read("/dev/zero", &why) == NULL &&
		strstr(why.text, "not a file") != NULL,
	    "a device: %s", why.text);
}

/* Nobody else's file: who could write it could choose whom we trust. */
static void
test_owner(const char *dir)
{
	struct err why = { "" };
	char path[64];

	if (geteuid() != 0) {
		ok(1, "another's file # SKIP needs root");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	put(path, "rnd_k", 5, 0600);
	ok(chown(path, 12345, (gid_t)-1) == 0 &&
		secret_read(path, &why) == NULL &&
		strstr(why.text, "belongs to user 12345") != NULL,
	    "another's file: %s", why.text);
	(void)unlink(path);
}

/* Another's words, with the secret "abcab" in them or not. */
static void
test_mask(void)
{
	static const struct {
		const char *text;
		size_t skip;
		const char *want;
	} cases[] = {
		{ "", 0, "" },
		{ "abca", 0, "abca" },
		{ "abcab", 0, "*****" },
		{ "is abcabcab?", 0, "is *****cab?" },
		{ "abcababcab", 0, "**********" },
		{ "aabcab", 0, "a*****" },
		{ "cab abcab", 2, "*** ab***" },
		{ "abcab", 5, "abcab" },
		{ "abcab", 99, "abcab" },
	};
	struct secret *s = secret_new("abcab", 5);
	char text[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", cases[i].text);
		secret_mask(s, cases[i].skip, text, strlen(text));
		is_str(text, cases[i].want, "masked: %s", cases[i].text);
	}
	secret_free(s);
}

int
main(void)
{
	char dir[] = "/tmp/t_secret.XXXXXX";
	struct rlimit core = { 1, 1 };

	if (mkdtemp(dir) == NULL)
		return 1;
	test_bytes();
	test_mask();
	test_files(dir);
	test_owner(dir);
	secret_guard_process();
	ok(getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0,
	    "no core dumps");
	(void)rmdir(dir);
	return tap_done();
}
