/*
 * Loading the configuration: defaults, the file, absolute paths, cross-checks.
 * parse.c reads the text, table.c and its siblings have the options, trust.c
 * checks files.  Tested in t_conf.
 */
#include "config.h"

#define _XOPEN_SOURCE 700 /* realpath(3) */

#include <sys/stat.h>

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/hash.h"
#include "lib/conf/conf.h"
#include "lib/conf/parse.h"
#include "lib/conf/table.h"
#include "lib/conf/text.h"
#include "lib/base/trust.h"

#include "lib/base/ban.h"

#define FILE_NAME "minutehand.conf"
#define RAM_DIR "/dev/shm"

/* "DIR/NAME", owned by the caller; NULL without memory. */
static char *
join(const char *dir, const char *name)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/%s", dir, name);
	return buf_take(&b);
}

/*
 * The absolute path of a file whose folder must exist, so that every name of
 * one configuration yields the same stores.  NULL with errno set.
 */
static char *
absolute_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir, *real, *out;

	dir = slash == NULL ?
	    strdup(".") :
	    strndup(path, slash == path ? 1 : (size_t)(slash - path));
	if (dir == NULL)
		return NULL;
	real = realpath(dir, NULL);
	free(dir);
	if (real == NULL)
		return NULL;
	out = join(strcmp(real, "/") == 0 ? "" : real,
	    slash == NULL ? path : slash + 1);
	free(real);
	if (out == NULL)
		errno = ENOMEM;
	return out;
}

/* The default memory store of a store; NULL: no memory. */
static char *
default_memory_store(const char *store)
{
	struct buf b = BUF_INIT;
	struct stat sb;
	uid_t owner = geteuid();

	if (stat(RAM_DIR, &sb) == -1 || !S_ISDIR(sb.st_mode))
		return strdup("");
	/*
	 * One folder for every user, or two users would have two sets of jobs.
	 */
	if (stat(store, &sb) == 0)
		owner = sb.st_uid;
	buf_printf(&b, "%s/minutehand-%lu/%016" PRIx64 ".db", RAM_DIR,
	    (unsigned long)owner, hash_bytes(HASH_INIT, store, strlen(store)));
	return buf_take(&b);
}

/* Make *path relative to the file's folder; "" and absolute paths stay. */
static int
resolve_path(const char *file, char **path)
{
	char *dir, *whole;

	if (**path == '/' || **path == '\0')
		return 0;
	dir = strndup(file, (size_t)(strrchr(file, '/') - file));
	if (dir == NULL)
		return -1;
	whole = join(dir, *path);
	free(dir);
	if (whole == NULL)
		return -1;
	free(*path);
	*path = whole;
	return 0;
}

/* Do two paths lead to one file, whether it exists or not? */
static bool
is_one_file(const char *a, const char *b)
{
	char *whole_a, *whole_b;
	struct stat sa, sb;
	bool is_one;

	if (stat(a, &sa) == 0 && stat(b, &sb) == 0)
		return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
	whole_a = absolute_path(a);
	whole_b = absolute_path(b);
	is_one = strcmp(whole_a != NULL ? whole_a : a,
		     whole_b != NULL ? whole_b : b) == 0;
	free(whole_a);
	free(whole_b);
	return is_one;
}

/* The same for all paths among the options of base. */
static int
resolve_paths(const char *file, const struct conf_option *o, void *base)
{
	for (; o->name != NULL; o++) {
		char **path = (char **)(void *)((char *)base + o->offset);

		if (o->type == CONF_PATH && *path != NULL &&
		    resolve_path(file, path) == -1)
			return -1;
	}
	return 0;
}

/* The same for all sections of a kind. */
static int
resolve_sections(struct conf *c, const struct conf_section *sec)
{
	char *v, *end;

	for (v = conf_section_array(c, sec, &end); v != end; v += sec->size) {
		if (resolve_paths(c->path, sec->options, v) == -1)
			return -1;
	}
	return 0;
}

/* Make paths absolute, and set defaults that depend on other options. */
static int
resolve_all(struct conf *c)
{
	const struct conf_section *sec;

	if (resolve_paths(c->path, conf_options, c) == -1 ||
	    (c->memory_store == NULL &&
		(c->memory_store = default_memory_store(c->store)) == NULL))
		return -1;
	for (sec = conf_sections; sec->name != NULL; sec++) {
		if (resolve_sections(c, sec) == -1)
			return -1;
	}
	return 0;
}

static int
resolve(struct conf *c, struct err *why)
{
	struct buf where = BUF_INIT;

	if (resolve_all(c) == -1)
		return err_set(why, "%s: out of memory", c->path);
	if (conf_resolve_queues(c, why) == -1 ||
	    conf_resolve_alerts(c, why) == -1)
		return -1;
	if (*c->memory_store == '\0' || !is_one_file(c->memory_store, c->store))
		return 0;
	conf_where(c, "memory_store", &where);
	err_set(why, "%s: is the same file as store, %s", buf_cstr(&where),
	    c->store);
	buf_fini(&where);
	return -1;
}

/* Settings with the defaults of the tables, paths not yet absolute. */
static struct conf *
make_conf(const char *path, struct err *why)
{
	struct conf *c;

	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    (c->path = absolute_path(path)) == NULL) {
		err_set(why, "%s: %s", path, strerror(errno));
		conf_free(c);
		return NULL;
	}
	if (conf_option_defaults(conf_options, c, why) == -1) {
		conf_free(c);
		return NULL;
	}
	return c;
}

struct conf *
conf_new(const char *path, struct err *why)
{
	struct conf *c;

	if ((c = make_conf(path, why)) == NULL)
		return NULL;
	if (resolve(c, why) == -1) {
		conf_free(c);
		return NULL;
	}
	return c;
}

struct conf *
conf_load(const char *path, struct err *why)
{
	struct buf b = BUF_INIT;
	struct trust t = { .is_shared = false };
	struct conf *c;
	int e;

	errno = 0;
	if ((c = make_conf(path, why)) == NULL)
		return NULL;
	if (conf_read_file(c->path, &t, &b, why) == -1 ||
	    conf_parse(c, buf_cstr(&b), why) == -1 || resolve(c, why) == -1)
		goto err;
	if (t.by_group && c->group_writable != CONF_ON) {
		err_set(why, "%s", t.why);
		goto err;
	}
	if (conf_check_files(c, why) == -1)
		goto err;
	buf_fini(&b);
	return c;
err:
	/* A lack of descriptors is transient: it is not the file's fault. */
	e = errno;
	buf_fini(&b);
	conf_free(c);
	errno = e;
	return NULL;
}

static void
free_sections(struct conf *c, const struct conf_section *sec)
{
	char *v, *end;

	for (v = conf_section_array(c, sec, &end); v != end; v += sec->size) {
		conf_option_free(sec->options, v);
		free(*(char **)(void *)v);
	}
	free(conf_section_array(c, sec, &end));
}

void
conf_free(struct conf *c)
{
	const struct conf_section *sec;

	if (c == NULL)
		return;
	for (sec = conf_sections; sec->name != NULL; sec++)
		free_sections(c, sec);
	conf_option_free(conf_options, c);
	conf_option_free(conf_queue_options, &c->other);
	free(c->lines);
	free(c->path);
	free(c);
}

char *
conf_find(const char *explicit, const char *env, const char *home)
{
	char space[4096], *path;
	struct passwd pw, *found = NULL;
	struct stat sb;

	if (explicit != NULL)
		return strdup(explicit);
	if (env != NULL && *env != '\0')
		return strdup(env);
	/* suEXEC and some cron daemons start programs without HOME. */
	if ((home == NULL || *home == '\0') &&
	    getpwuid_r(geteuid(), &pw, space, sizeof(space), &found) == 0 &&
	    found != NULL)
		home = pw.pw_dir;
	if (home != NULL && *home != '\0') {
		path = join(home, ".minutehand/" FILE_NAME);
		if (path == NULL || stat(path, &sb) == 0)
			return path;
		free(path);
	}
	return strdup(SYSCONFDIR "/" FILE_NAME);
}

bool
conf_list_matches(const struct conf_list *globs, const char *name)
{
	for (size_t i = 0; i < globs->n; i++)
		if (fnmatch(globs->v[i], name, 0) == 0)
			return true;
	return globs->n == 0;
}

int
conf_render_key_for(const struct conf *c, const char *service)
{
	for (size_t i = 0; i < c->nrender_keys; i++)
		if (conf_list_matches(&c->render_keys[i].services, service))
			return (int)i;
	return -1;
}

const struct conf_render_service *
conf_render_service_for(const struct conf *c, const char *service)
{
	for (size_t i = 0; i < c->nrender_services; i++) {
		if (fnmatch(c->render_services[i].glob, service, 0) == 0)
			return &c->render_services[i];
	}
	return NULL;
}
