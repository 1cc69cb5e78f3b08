/*
 * Does the web server serve our files?  Its settings are not ours to read, so
 * it is asked: for each file under every address that the folder's path could
 * have.  Used by init and doctor; tested in served.bats.
 */
#include "config.h"

#define _XOPEN_SOURCE 700 /* mkstemp(3) */

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/probe/probe.h"
#include "ctl/probe/served.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

#define HERE "http://localhost"
#define COMPARED 64	/* bytes of a file compared with the answer */
#define FILES_MAX 32	/* files per folder; the program's have fewer */
#define PREFIXES_MAX 24 /* candidate URLs per folder */
#define MARK "minutehand-probe-XXXXXX"

/* A file of the folder, and its first bytes. */
struct sample {
	char *name;
	char head[COMPARED];
	size_t len;
};

struct search {
	const char *origin_end; /* in base: after HOST[:PORT] */
	const char *base;	/* base as given, or HERE */
	const char *ca_file;
	struct sample files[FILES_MAX];
	size_t nfiles;
	char *prefixes[PREFIXES_MAX];
	size_t nprefixes;
	bool is_answered;
	struct buf *out;
};

static void
add_prefix(struct search *s, struct buf *b)
{
	char *prefix = buf_take(b);

	for (size_t i = 0; prefix != NULL && i < s->nprefixes; i++) {
		if (strcmp(s->prefixes[i], prefix) == 0) {
			free(prefix);
			return;
		}
	}
	if (prefix != NULL && s->nprefixes < PREFIXES_MAX)
		s->prefixes[s->nprefixes++] = prefix;
	else
		free(prefix);
}

/* Append a path, encoded for a URL. */
static void
add_path(const char *path, struct buf *out)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789/._~-";

	for (; *path != '\0'; path++) {
		if (strchr(plain, *path) != NULL)
			buf_char(out, *path);
		else
			buf_printf(out, "%%%02X", (unsigned char)*path);
	}
}

/*
 * Make candidate paths: "/a/b/c" may be served as "", "/c", "/b/c" …, below
 * the host's root and below the path of the given URL; public_html as /~user.
 */
static void
make_prefixes(struct search *s, const char *dir)
{
	const char *tail = dir + strlen(dir);
	size_t below = strlen(s->origin_end);
	const char *home = strstr(dir, "/public_html");
	const struct passwd *pw = getpwuid(geteuid());
	struct buf b = BUF_INIT;

	while (below > 0 && s->origin_end[below - 1] == '/')
		below--;
	for (;;) {
		add_path(tail, &b);
		add_prefix(s, &b);
		buf_add(&b, s->origin_end, below);
		add_path(tail, &b);
		add_prefix(s, &b);
		if (tail == dir)
			break;
		do {
			tail--;
		} while (tail > dir && *tail != '/');
	}
	if (home == NULL || pw == NULL)
		return;
	buf_printf(&b, "/~%s", pw->pw_name);
	add_path(home + strlen("/public_html"), &b);
	add_prefix(s, &b);
}

/* Add a file of the folder; an empty one cannot be recognized. */
static void
add_sample(struct search *s, int dir, const char *name)
{
	struct sample *f = &s->files[s->nfiles];
	struct stat sb;
	ssize_t n = -1;
	int fd;

	if (s->nfiles == FILES_MAX)
		return;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (fd == -1)
		return;
	if (fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode))
		n = read(fd, f->head, sizeof(f->head));
	(void)close(fd);
	if (n <= 0 || (f->name = strdup(name)) == NULL)
		return;
	f->len = (size_t)n;
	s->nfiles++;
}

static void
add_samples(struct search *s, const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	/*
	 * Closing another descriptor drops SQLite's locks, but no store is open
	 * yet.
	 */
	while (d != NULL && (e = readdir(d)) != NULL)
		add_sample(s, dirfd(d), e->d_name);
	if (d != NULL)
		(void)closedir(d);
}

/*
 * Request a candidate URL.  1: the answer is the file; 0: it is not; -1: no
 * answer.
 */
static int
ask(struct search *s, const char *prefix, const struct sample *f)
{
	struct buf origin = BUF_INIT, path = BUF_INIT;
	struct probe_request r = { .ca_file = s->ca_file };
	struct probe_answer a;
	int rc = -1;

	buf_add(&origin, s->base, (size_t)(s->origin_end - s->base));
	buf_printf(&path, "%s/", prefix);
	add_path(f->name, &path);
	r.base = buf_cstr(&origin);
	r.path = buf_cstr(&path);
	if (probe_ask(&r, &a) == 0 && a.trouble == HTTP_TROUBLE_NONE)
		rc = a.status / 100 == 2 && a.len >= f->len &&
		    memcmp(a.body, f->head, f->len) == 0;
	if (rc == -1 && s->out->len == 0)
		buf_printf(s->out, "%s: %s", r.base, a.error.text);
	if (rc == 1) {
		buf_reset(s->out);
		buf_printf(s->out, "%s%s", r.base, r.path);
	}
	probe_fini(&a);
	buf_fini(&origin);
	buf_fini(&path);
	return rc;
}

static int
ask_all(struct search *s)
{
	int rc = 0;

	for (size_t i = 0; i < s->nprefixes && rc == 0; i++) {
		for (size_t k = 0; k < s->nfiles && rc == 0; k++)
			rc = ask(s, s->prefixes[i], &s->files[k]);
	}
	return rc;
}

static void
search_fini(struct search *s)
{
	for (size_t i = 0; i < s->nprefixes; i++)
		free(s->prefixes[i]);
	for (size_t i = 0; i < s->nfiles; i++)
		free(s->files[i].name);
}

/* Create a file that no cache can have; return its path, or NULL. */
static char *
put_mark(const char *dir)
{
	struct buf b = BUF_INIT;
	char *path, *name;
	bool is_put;
	int fd;

	buf_printf(&b, "%s/" MARK, dir);
	if ((path = buf_take(&b)) == NULL)
		return NULL;
	if ((fd = mkstemp(path)) == -1) {
		free(path);
		return NULL;
	}
	/*
	 * An empty file, on a full disk, cannot be recognized and is left out.
	 */
	name = strrchr(path, '/') + 1;
	is_put = fchmod(fd, 0644) == 0 &&
	    write(fd, name, strlen(name)) == (ssize_t)strlen(name);
	(void)close(fd);
	if (is_put)
		return path;
	(void)unlink(path);
	free(path);
	return NULL;
}

/* Search one folder. */
static int
find_in(const char *dir, const struct served_at *at, struct buf *out)
{
	struct search s = { .base = at->url == NULL ? HERE : at->url,
		.ca_file = at->ca_file,
		.out = out };
	const char *host = strstr(s.base, "://");
	char *mark;
	int rc;

	host = host == NULL ? s.base : host + 3;
	s.origin_end = host + strcspn(host, "/");
	mark = put_mark(dir);
	add_samples(&s, dir);
	make_prefixes(&s, dir);
	rc = ask_all(&s);
	if (mark != NULL)
		(void)unlink(mark);
	free(mark);
	search_fini(&s);
	return rc;
}

static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strndup(path, (size_t)(slash - path));
}

int
served_find(const struct conf *c, const struct served_at *at, struct buf *out)
{
	char *conf = folder_of(c->path), *store = folder_of(c->store);
	int rc = -1;

	if (conf != NULL && store != NULL) {
		rc = find_in(conf, at, out);
		if (rc == 0 && strcmp(conf, store) != 0)
			rc = find_in(store, at, out);
	} else
		buf_str(out, "out of memory");
	free(conf);
	free(store);
	return rc;
}

bool
served_is_likely(const char *dir)
{
	static const char *const names[] = { "public_html", "www", "htdocs",
		"httpdocs", "html", "wwwroot", "web", "webroot", "public" };

	for (; (dir = strchr(dir, '/')) != NULL;) {
		size_t n = strcspn(++dir, "/");

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (strlen(names[i]) == n &&
			    strncmp(dir, names[i], n) == 0)
				return true;
		}
	}
	return false;
}
