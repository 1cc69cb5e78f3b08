/* The zones of the host, each distinct content once. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "tests/proof/zones.h"

static int
add(struct zone_list *z, const char *name)
{
	char **more = realloc(z->name, (z->n + 1) * sizeof(*more));

	if (more == NULL)
		return -1;
	z->name = more;
	z->name[z->n] = strdup(name);
	return z->name[z->n++] == NULL ? -1 : 0;
}

static bool
is_zone(const char *path)
{
	char magic[4] = "";
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(magic, 1, sizeof(magic), f);
	(void)fclose(f);
	return n == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

/* Add the zones below folder, "" or "America/". */
static int
walk(struct zone_list *z, const char *folder)
{
	char path[1024], name[512];
	const struct dirent *e;
	struct stat st;
	DIR *d;
	int rc = 0;

	(void)snprintf(path, sizeof(path), ZONES_DIR "/%s", folder);
	if ((d = opendir(path)) == NULL) {
		perror(path);
		return -1;
	}
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "posix") == 0 ||
		    strcmp(e->d_name, "right") == 0 ||
		    strcmp(e->d_name, "localtime") == 0)
			continue;
		if (snprintf(name, sizeof(name), "%s%s", folder, e->d_name) >=
		    (int)sizeof(name) - 1)
			continue;
		(void)snprintf(path, sizeof(path), ZONES_DIR "/%s", name);
		if (stat(path, &st) == -1)
			continue;
		if (S_ISDIR(st.st_mode)) {
			(void)snprintf(path, sizeof(path), "%s/", name);
			rc = walk(z, path);
		} else if (is_zone(path))
			rc = add(z, name);
	}
	(void)closedir(d);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
read_zone(const char *name, struct buf *out)
{
	char path[1024], block[4096];
	FILE *f;
	size_t n;

	buf_reset(out);
	(void)snprintf(path, sizeof(path), ZONES_DIR "/%s", name);
	if ((f = fopen(path, "rb")) == NULL)
		return;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(out, block, n);
	(void)fclose(f);
}

/* Keep the first of those with the same content. */
static int
drop_equals(struct zone_list *z)
{
	struct buf *bytes = calloc(z->n, sizeof(*bytes));
	size_t i, j, kept = 0;

	if (bytes == NULL)
		return -1;
	for (i = 0; i < z->n; i++) {
		read_zone(z->name[i], &bytes[kept]);
		for (j = 0; j < kept; j++)
			if (bytes[j].len == bytes[kept].len &&
			    memcmp(bytes[j].data, bytes[kept].data,
				bytes[j].len) == 0)
				break;
		if (j < kept)
			free(z->name[i]);
		else
			z->name[kept++] = z->name[i];
	}
	for (i = 0; i < z->n; i++)
		buf_fini(&bytes[i]);
	free(bytes);
	z->n = kept;
	return 0;
}

int
zones_list(bool is_distinct, struct zone_list *out)
{
	int rc;

	out->name = NULL;
	out->n = 0;
	rc = walk(out, "");
	if (rc == 0 && out->n > 0)
		qsort(out->name, out->n, sizeof(out->name[0]), compare);
	if (rc == 0 && is_distinct)
		rc = drop_equals(out);
	if (rc == -1)
		zones_fini(out);
	return rc;
}

void
zones_fini(struct zone_list *z)
{
	size_t i;

	for (i = 0; i < z->n; i++)
		free(z->name[i]);
	free(z->name);
	z->name = NULL;
	z->n = 0;
}
