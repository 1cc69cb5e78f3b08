/*
 * The keys of Render's API: read from files and variables, and again when a
 * file changes.  Choosing a key for a service is conf.c's.  Tested in t_keys.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/keys.h"
#include "lib/secret/secret.h"

#include "lib/base/ban.h"

struct key {
	struct secret *secret; /* NULL: why */
	struct err why;
	unsigned version;
	struct stat stat; /* of the file, when it was read */
};

struct keys {
	const struct conf *conf;
	size_t n;
	struct key v[];
};

/* Is it still the same state of the file? */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size && a->st_mode == b->st_mode &&
	    a->st_uid == b->st_uid && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void
read_file(struct key *k, const struct conf_render_key *c)
{
	secret_free(k->secret);
	k->version++;
	/* Before reading, so that a change meanwhile is noticed next time. */
	memset(&k->stat, 0, sizeof(k->stat));
	(void)stat(c->file, &k->stat);
	k->secret = secret_read(c->file, &k->why);
	if (k->secret == NULL)
		err_set(&k->why, "render_key \"%.64s\": %s", c->name,
		    k->why.text);
}

static void
read_env(struct key *k, const struct conf_render_key *c, keys_env *env)
{
	const char *value = env(c->env);

	if (value != NULL)
		k->secret = secret_new(value, strlen(value));
	err_set(&k->why, "render_key \"%.64s\": the variable %.128s %s",
	    c->name, c->env, value == NULL ? "is not set" : "is not a key");
}

struct keys *
keys_new(const struct conf *c, keys_env *env)
{
	struct keys *k;

	k = calloc(1, sizeof(*k) + c->nrender_keys * sizeof(k->v[0]));
	if (k == NULL)
		return NULL;
	k->conf = c;
	k->n = c->nrender_keys;
	for (size_t i = 0; i < k->n; i++) {
		if (*c->render_keys[i].file != '\0')
			read_file(&k->v[i], &c->render_keys[i]);
		else
			read_env(&k->v[i], &c->render_keys[i], env);
	}
	return k;
}

void
keys_refresh(struct keys *k)
{
	struct stat sb;

	for (size_t i = 0; i < k->n; i++) {
		const struct conf_render_key *c = &k->conf->render_keys[i];

		if (*c->file == '\0')
			continue;
		memset(&sb, 0, sizeof(sb));
		(void)stat(c->file, &sb);
		if (!is_same(&sb, &k->v[i].stat))
			read_file(&k->v[i], c);
	}
}

struct secret *
keys_get(const struct keys *k, int i, struct err *why)
{
	const struct key *key = &k->v[i];

	if (key->secret == NULL)
		err_set(why, "%s", key->why.text);
	return key->secret;
}

unsigned
keys_version(const struct keys *k, int i)
{
	return k->v[i].version;
}

void
keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n; i++)
		secret_free(k->v[i].secret);
	free(k);
}
