/*
 * The main of a fuzz target without a fuzzer: runs it once on each file of the
 * corpus, as a test.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/buf.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/tap.h"

/*
 * A fuzz target as a test, without a fuzzer: what is in the corpus once made
 * trouble or reaches code of its own.  Arguments are files; without any, the
 * files of $top_srcdir/tests/corpus/NAME, this program being fuzz_NAME.
 */

static int
run_file(const char *path)
{
	struct buf b = BUF_INIT;
	char block[4096];
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		printf("# %s: %s\n", path, strerror(errno));
		return -1;
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&b, block, n);
	(void)fclose(f);
	/* Should it abort, this was the one. */
	if (getenv("FUZZ_VERBOSE") != NULL)
		(void)fprintf(stderr, "%s\n", path);
	/* A block of its own size: the sanitizers see one byte too far. */
	if (b.len > 0)
		b.data = realloc(b.data, b.len);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
	free(b.data);
	return 0;
}

static int
run_folder(const char *folder)
{
	char path[1536];
	const struct dirent *e;
	DIR *d = opendir(folder);
	int n = 0;

	if (d == NULL) {
		printf("# %s: %s\n", folder, strerror(errno));
		return -1;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (run_file(path) == -1)
			break;
		n++;
	}
	(void)closedir(d);
	return e == NULL ? n : -1;
}

int
main(int argc, char **argv)
{
	const char *src = getenv("top_srcdir"), *name;
	char folder[1024];
	int i, n;

	for (i = 1; i < argc; i++)
		ok(run_file(argv[i]) == 0, "%s", argv[i]);
	if (argc > 1)
		return tap_done();
	name = strrchr(argv[0], '_');
	(void)snprintf(folder, sizeof(folder), "%s/tests/corpus/%s",
	    src == NULL ? "." : src, name == NULL ? argv[0] : name + 1);
	n = run_folder(folder);
	ok(n > 0, "%d files of tests/corpus/%s", n,
	    name == NULL ? argv[0] : name + 1);
	return tap_done();
}
