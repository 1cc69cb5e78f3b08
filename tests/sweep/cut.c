/*
 * What a power cut leaves of files: what was flushed, and any part of what was
 * not.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sweep/cut.h"
#include "tests/sweep/vfs.h"
#include "lib/base/ban.h"

#define FILES_MAX 16
#define SECTOR 512

/* A file's bytes. */
struct image {
	unsigned char *v;
	size_t n, cap;
};

/* A change since the last flush; data NULL: made n bytes long. */
struct change {
	size_t at, n;
	unsigned char *data;
};

struct cut_file {
	char *path;
	bool is_there;	/* the name exists */
	bool was_there; /* and did when the folder was flushed */
	struct image flushed;
	struct change *v;
	size_t n, cap;
};

/* How much of the changes stays. */
enum keep { KEEP_NONE, KEEP_HALF, KEEP_MOST, KEEP_FIRST, KEEP__MAX };

static struct {
	struct cut_file v[FILES_MAX];
	size_t n;
} files;

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
image_size(struct image *m, size_t n)
{
	if (n > m->cap) {
		m->cap = n * 2;
		m->v = must(realloc(m->v, m->cap));
	}
	if (n > m->n)
		memset(m->v + m->n, 0, n - m->n);
	m->n = n;
}

static void
image_put(struct image *m, const unsigned char *p, size_t n, size_t at)
{
	if (at + n > m->n)
		image_size(m, at + n);
	memcpy(m->v + at, p, n);
}

static void
image_read(struct image *m, const char *path)
{
	struct stat sb;
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fstat(fd, &sb) == 0 && sb.st_size > 0) {
		image_size(m, (size_t)sb.st_size);
		n = read(fd, m->v, m->n);
	}
	if (n != (ssize_t)m->n)
		abort();
	(void)close(fd);
}

static void
image_write(const struct image *m, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, m->v, m->n) != (ssize_t)m->n)
		abort();
	(void)close(fd);
}

struct cut_file *
cut_open(const char *path)
{
	struct cut_file *f;

	for (size_t i = 0; i < files.n; i++) {
		if (strcmp(files.v[i].path, path) == 0)
			return &files.v[i];
	}
	if (files.n == FILES_MAX)
		return NULL;
	f = &files.v[files.n++];
	f->path = must(strdup(path));
	f->is_there = f->was_there = access(path, F_OK) == 0;
	image_read(&f->flushed, path);
	return f;
}

static void
cut_add(struct cut_file *f, const struct change *c)
{
	if (f->n == f->cap) {
		f->cap = f->cap * 2 + 16;
		f->v = must(realloc(f->v, f->cap * sizeof(f->v[0])));
	}
	f->v[f->n++] = *c;
}

void
cut_write(struct cut_file *f, const void *p, size_t n, int64_t at)
{
	struct change c = { (size_t)at, n, must(malloc(n + 1)) };

	memcpy(c.data, p, n);
	cut_add(f, &c);
}

void
cut_truncate(struct cut_file *f, int64_t n)
{
	cut_add(f, &(struct change){ 0, (size_t)n, NULL });
}

void
cut_created(struct cut_file *f)
{
	f->is_there = true;
	/* What an older file of that name held is not its. */
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].data);
	f->n = 0;
	f->flushed.n = 0;
}

static void
folder_sync(void)
{
	for (size_t i = 0; i < files.n; i++)
		files.v[i].was_there = files.v[i].is_there;
}

void
cut_deleted(const char *path, bool is_flushed)
{
	struct cut_file *f = cut_open(path);

	if (f != NULL)
		f->is_there = false;
	if (is_flushed)
		folder_sync();
}

/* Put the sectors of a change that are kept into the image. */
static void
change_put(const struct change *c, unsigned percent, struct image *m,
    uint64_t *random)
{
	size_t n;

	if (c->data == NULL) {
		if (vfs_random(random) % 100 < percent)
			image_size(m, c->n);
		return;
	}
	for (size_t i = 0; i < c->n; i += n) {
		n = SECTOR - (c->at + i) % SECTOR;
		if (n > c->n - i)
			n = c->n - i;
		if (vfs_random(random) % 100 < percent)
			image_put(m, c->data + i, n, c->at + i);
	}
}

static void
changes_put(struct cut_file *f, enum keep keep, uint64_t *random)
{
	static const unsigned percents[KEEP__MAX] = { 0, 50, 90, 100 };
	size_t end = f->n;

	if (keep == KEEP_FIRST)
		end = (size_t)(vfs_random(random) % (f->n + 1));
	for (size_t i = 0; i < f->n; i++) {
		if (i < end)
			change_put(&f->v[i], percents[keep], &f->flushed,
			    random);
		free(f->v[i].data);
	}
	f->n = 0;
}

void
cut_sync(struct cut_file *f, bool is_folder)
{
	for (size_t i = 0; i < f->n; i++) {
		change_put(&f->v[i], 100, &f->flushed, &(uint64_t){ 1 });
		free(f->v[i].data);
	}
	f->n = 0;
	if (is_folder)
		folder_sync();
}

void
cut_sync_failed(struct cut_file *f, uint64_t *random)
{
	changes_put(f, (enum keep)(vfs_random(random) % KEEP__MAX), random);
}

void
cut_apply(uint64_t *random)
{
	enum keep keep = (enum keep)(vfs_random(random) % KEEP__MAX);
	struct cut_file *f;
	bool is_there;

	for (f = files.v; f < files.v + files.n; f++) {
		is_there = f->is_there;
		if (f->is_there != f->was_there)
			is_there = vfs_random(random) % 2 == 0;
		changes_put(f, keep, random);
		if (is_there)
			image_write(&f->flushed, f->path);
		else
			(void)unlink(f->path);
	}
}
