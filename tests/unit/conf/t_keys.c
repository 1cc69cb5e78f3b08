/*
 * Keys from files and variables, read again when they change (lib/conf/keys.h).
 */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/keys.h"
#include "lib/secret/secret.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static void
put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0 ||
	    chmod(path, mode) == -1)
		abort();
}

static char *
fake_env(const char *name)
{
	static char good[] = "rnd_env", odd[] = "rnd env";

	if (strcmp(name, "GOOD") == 0)
		return good;
	return strcmp(name, "ODD") == 0 ? odd : NULL;
}

/* Key i as it is, or "-" with a reason that has part. */
static const char *
look(struct keys *k, int i, const char *part)
{
	struct err why = { "" };
	const struct secret *s;
	size_t n;

	keys_refresh(k);
	if ((s = keys_get(k, i, &why)) != NULL)
		return secret_bytes(s, &n);
	return strstr(why.text, part) != NULL ? "-" : "another reason";
}

static struct conf *
load(const char *dir)
{
	struct err why = { "" };
	char path[128];
	struct conf *c;

	(void)snprintf(path, sizeof(path), "%s/m.conf", dir);
	put(path,
	    "render_key a {\n file = a.key\n}\n"
	    "render_key b {\n env = GOOD\n}\n"
	    "render_key c {\n env = ODD\n}\n"
	    "render_key d {\n env = NONE\n}\n",
	    0600);
	if ((c = conf_load(path, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		exit(1);
	}
	(void)unlink(path);
	return c;
}

static void
test_rotation(struct keys *k, const char *path)
{
	char other[128];
	struct secret *held;
	size_t n;

	is_str(look(k, 0, "a.key: No such file"), "-", "no file yet");
	put(path, "rnd_one\n", 0600);
	is_str(look(k, 0, ""), "rnd_one", "a file appears");
	held = secret_hold(keys_get(k, 0, NULL));
	put(path, "rnd_two\n", 0600);
	is_str(look(k, 0, ""), "rnd_two", "it is written anew");
	is_str(secret_bytes(held, &n), "rnd_one", "who holds the old one may");
	secret_free(held);
	(void)snprintf(other, sizeof(other), "%s.new", path);
	put(other, "rnd_sam\n", 0600);
	(void)rename(other, path);
	is_str(look(k, 0, ""), "rnd_sam", "it is replaced");
	(void)chmod(path, 0644);
	is_str(look(k, 0, "mode 0644"), "-", "it is opened to others");
	(void)chmod(path, 0600);
	is_str(look(k, 0, ""), "rnd_sam", "and closed");
	(void)unlink(path);
	is_str(look(k, 0, "render_key \"a\""), "-", "it is gone");
}

int
main(void)
{
	char dir[] = "/tmp/t_keys.XXXXXX", path[64];
	struct conf *c;
	struct keys *k;

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/a.key", dir);
	c = load(dir);
	k = keys_new(c, fake_env);
	ok(k != NULL, "keys");
	test_rotation(k, path);
	is_str(look(k, 1, ""), "rnd_env", "a variable");
	is_str(look(k, 2, "ODD is not a key"), "-", "one that is no key");
	is_str(look(k, 3, "NONE is not set"), "-", "one that is not set");
	keys_free(k);
	keys_free(NULL);
	conf_free(c);
	(void)rmdir(dir);
	return tap_done();
}
