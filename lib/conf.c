#include "config.h"

#define _XOPEN_SOURCE 700 /* realpath(3) */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/conf_parse.h"
#include "lib/conf_table.h"

#include "lib/ban.h"

#define FILE_NAME "minutehand.conf"
#define SIZE_MAX_BYTES (1024 * 1024)
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
 * The whole path of a file whose folder must exist, so that every name of
 * one configuration gives the same stores.  NULL with errno set.
 */
static char *
whole_path(const char *path)
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

/* FNV-1a, 64 bits: short, and the same for ever. */
static uint64_t
stable_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

/* Where jobs of kind "memory" live if nothing is said; NULL: no memory. */
static char *
default_memory_store(const char *store)
{
	struct buf b = BUF_INIT;
	struct stat sb;

	if (stat(RAM_DIR, &sb) == -1 || !S_ISDIR(sb.st_mode))
		return strdup("");
	buf_printf(&b, "%s/minutehand-%lu/%016" PRIx64 ".db", RAM_DIR,
	    (unsigned long)getuid(), stable_hash(store));
	return buf_take(&b);
}

/* Make *path relative to the file's folder; "" and whole paths stay. */
static int
settle_path(const char *file, char **path)
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

/* Do two paths lead to one file, be it there or still to be made? */
static bool
is_one_file(const char *a, const char *b)
{
	char *whole_a, *whole_b;
	struct stat sa, sb;
	bool is_one;

	if (stat(a, &sa) == 0 && stat(b, &sb) == 0)
		return sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
	whole_a = whole_path(a);
	whole_b = whole_path(b);
	is_one = strcmp(whole_a != NULL ? whole_a : a,
		     whole_b != NULL ? whole_b : b) == 0;
	free(whole_a);
	free(whole_b);
	return is_one;
}

/* After reading: paths made whole, and the default that hangs on another. */
static int
settle(struct conf *c, char *why, size_t whylen)
{
	if (settle_path(c->path, &c->store) != 0 ||
	    (c->memory_store == NULL &&
		(c->memory_store = default_memory_store(c->store)) == NULL) ||
	    settle_path(c->path, &c->memory_store) != 0 ||
	    settle_path(c->path, &c->zoneinfo) != 0) {
		(void)snprintf(why, whylen, "%s: out of memory", c->path);
		return -1;
	}
	if (*c->memory_store == '\0' || !is_one_file(c->memory_store, c->store))
		return 0;
	(void)snprintf(why, whylen,
	    "%s: option \"memory_store\": is the same file as store, %s",
	    c->path, c->store);
	return -1;
}

/* Settings with the defaults of the table, paths not yet settled. */
static struct conf *
make_conf(const char *path, char *why, size_t whylen)
{
	const struct conf_option *o;
	struct conf *c;

	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    (c->path = whole_path(path)) == NULL) {
		(void)snprintf(why, whylen, "%s: %s", path, strerror(errno));
		conf_free(c);
		return NULL;
	}
	for (o = conf_options; o->name != NULL; o++) {
		if (o->fallback == NULL)
			continue;
		if (conf_option_set(o, o->fallback, c, why, whylen) == -1) {
			conf_free(c);
			return NULL;
		}
	}
	return c;
}

/* Append what fd gives to b; -1 with a reason. */
static int
read_all(int fd, struct buf *b, char *why, size_t whylen)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		if (b->len + (size_t)n > SIZE_MAX_BYTES) {
			(void)snprintf(why, whylen, "larger than 1 MiB");
			return -1;
		}
		buf_add(b, block, (size_t)n);
	}
	if (n == 0 && !b->is_failed)
		return 0;
	(void)snprintf(why, whylen, "%s",
	    n == -1 ? strerror(errno) : "out of memory");
	return -1;
}

/*
 * The contents of a file: only of a regular one or /dev/null, as the parser
 * ends the program when a read fails, and a pipe could block for ever.
 */
static int
read_file(const char *path, struct buf *b, char *why, size_t whylen)
{
	struct stat sb;
	int fd, rc = -1;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1) {
		(void)snprintf(why, whylen, "%s", strerror(errno));
		return -1;
	}
	if (fstat(fd, &sb) == -1)
		(void)snprintf(why, whylen, "%s", strerror(errno));
	else if (!S_ISREG(sb.st_mode) && !S_ISCHR(sb.st_mode))
		(void)snprintf(why, whylen, "not a file");
	else
		rc = read_all(fd, b, why, whylen);
	(void)close(fd);
	return rc;
}

/* The parser takes text up to the first NUL: refuse to lose the rest. */
static int
check_nul(const struct buf *b, char *why, size_t whylen)
{
	int line = 1;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\0') {
			(void)snprintf(why, whylen, "line %d: a NUL byte",
			    line);
			return -1;
		}
		if (b->data[i] == '\n')
			line++;
	}
	return 0;
}

static void
free_queue(struct conf_queue *q)
{
	for (size_t i = 0; i < q->nparams; i++)
		free(q->params[i]);
	free(q->params);
	free(q->glob);
}

/* Append one option, commented out, each line behind indent. */
static void
print_option(const struct conf_option *o, const char *indent, struct buf *out)
{
	const char *value = o->shown != NULL ? o->shown : o->fallback;
	const char *p = o->help;
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, "\n");
		buf_printf(out, "#%s %.*s\n", indent, (int)n, p);
		if (p[n] == '\0')
			break;
	}
	if (o->type == CONF_INT || o->type == CONF_DURATION ||
	    o->type == CONF_CHOICE) {
		buf_printf(out, "#%s Takes ", indent);
		conf_option_range(o, out);
		buf_str(out, ".\n");
	}
	if (o->type <= CONF_PATH)
		buf_printf(out, "#%s%s = \"%s\"\n", indent, o->name, value);
	else
		buf_printf(out, "#%s%s = %s\n", indent, o->name, value);
}

struct conf *
conf_new(const char *path, char *why, size_t whylen)
{
	struct conf *c;

	if ((c = make_conf(path, why, whylen)) == NULL)
		return NULL;
	if (settle(c, why, whylen) == -1) {
		conf_free(c);
		return NULL;
	}
	return c;
}

struct conf *
conf_load(const char *path, char *why, size_t whylen)
{
	struct buf b = BUF_INIT;
	struct conf *c;
	char reason[256] = "";

	if ((c = make_conf(path, why, whylen)) == NULL)
		return NULL;
	if (read_file(c->path, &b, reason, sizeof(reason)) == -1 ||
	    check_nul(&b, reason, sizeof(reason)) == -1) {
		(void)snprintf(why, whylen, "%s: %s", c->path, reason);
		goto err;
	}
	if (conf_parse(c, buf_cstr(&b), why, whylen) == -1 ||
	    settle(c, why, whylen) == -1)
		goto err;
	buf_fini(&b);
	return c;
err:
	buf_fini(&b);
	conf_free(c);
	return NULL;
}

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nqueues; i++)
		free_queue(&c->queues[i]);
	free(c->queues);
	free(c->path);
	free(c->store);
	free(c->memory_store);
	free(c->timezone);
	free(c->zoneinfo);
	free(c);
}

char *
conf_find(const char *explicit, const char *env, const char *home)
{
	struct stat sb;
	char *path;

	if (explicit != NULL)
		return strdup(explicit);
	if (env != NULL && *env != '\0')
		return strdup(env);
	if (home != NULL && *home != '\0') {
		path = join(home, ".minutehand/" FILE_NAME);
		if (path == NULL || stat(path, &sb) == 0)
			return path;
		free(path);
	}
	return strdup(SYSCONFDIR "/" FILE_NAME);
}

const struct conf_queue *
conf_queue_for(const struct conf *c, const char *queue)
{
	for (size_t i = 0; i < c->nqueues; i++) {
		if (fnmatch(c->queues[i].glob, queue, 0) == 0)
			return &c->queues[i];
	}
	return NULL;
}

void
conf_print_example(struct buf *out)
{
	const struct conf_option *o;

	buf_str(out,
	    "# minutehand.conf: see minutehand.conf(5).  Everything "
	    "here has a default, which is\n# what stands behind the sign of "
	    "comment.  Durations: 90 (seconds), 500ms, 5m, 2h, 7d.\n");
	for (o = conf_options; o->name != NULL; o++) {
		buf_char(out, '\n');
		print_option(o, "", out);
	}
	buf_str(out,
	    "\n# Settings of the queues whose name matches the glob; "
	    "the first match counts.\n#queue \"reports-*\" {\n");
	for (o = conf_queue_options; o->name != NULL; o++)
		print_option(o, "\t", out);
	buf_str(out, "#}\n");
}
