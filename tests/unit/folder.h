#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder of a test's own, and files in it.  One per program. */
static char folder[200];

static inline void
folder_init(const char *program)
{
	const char *tmp = getenv("TMPDIR");

	/* What others may write is refused. */
	(void)umask(022);
	(void)snprintf(folder, sizeof(folder), "%s/%s.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp, program);
	if (mkdtemp(folder) == NULL) {
		printf("Bail out! no folder %s\n", folder);
		exit(EXIT_FAILURE);
	}
}

/* The path of base in the folder; good for the next seven calls. */
static inline const char *
folder_path(const char *base)
{
	static char paths[8][300];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, base);
	return path;
}

/* Write n bytes into the file base of the folder; its path. */
static inline const char *
folder_put(const char *base, const void *data, size_t n)
{
	const char *path = folder_path(base);
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(data, 1, n, f) != n || fclose(f) != 0) {
		printf("Bail out! cannot write %s\n", path);
		exit(EXIT_FAILURE);
	}
	return path;
}

/* Up to size bytes of the file at path; how many, or -1 without a file. */
static inline long
folder_read(const char *path, void *out, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return -1;
	n = fread(out, 1, size, f);
	(void)fclose(f);
	return (long)n;
}

/* Run a command on a file of the folder; is its status 0? */
static inline int
folder_run(const char *command, const char *base)
{
	char cmd[600];

	(void)snprintf(cmd, sizeof(cmd), "%s '%s/%s'", command, folder, base);
	return system(cmd) == 0;
}

static inline void
folder_fini(void)
{
	if (!folder_run("rm -rf", ""))
		printf("# %s is left behind\n", folder);
}

/* Logged complaints are not what is tested, and must not clutter. */
static inline void
folder_quiet(void)
{
	if (freopen("/dev/null", "w", stderr) == NULL)
		exit(EXIT_FAILURE);
}

#endif
