/*
 * Reads a JSON file, or standard input, that was given to a command.  Tested in
 * tests/ctl/ctl.bats.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/input.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

#define INPUT_MAX (16u * 1024 * 1024)

/* Append all input from fd; 0, or -1 with a message printed. */
static int
read_all(int fd, const char *path, struct buf *b)
{
	char block[16384];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			(void)ctl_fail(0, "%s: %s", path, strerror(errno));
			return -1;
		}
		buf_add(b, block, (size_t)n);
		if (b->is_failed || b->len > INPUT_MAX) {
			(void)ctl_fail(0, "%s: too large", path);
			return -1;
		}
	}
	return 0;
}

int
input_text(const char *path, struct buf *out)
{
	struct buf b = BUF_INIT;
	int fd = STDIN_FILENO, rc;
	size_t skip;

	if (strcmp(path, "-") != 0 &&
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1) {
		(void)ctl_fail(0, "%s: %s", path, strerror(errno));
		return -1;
	}
	rc = read_all(fd, path, &b);
	skip = utf8_mark(buf_cstr(&b), b.len);
	if (rc == 0)
		buf_add(out, buf_cstr(&b) + skip, b.len - skip);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	buf_fini(&b);
	return rc;
}

struct json_object *
input_json(const char *path)
{
	struct buf b = BUF_INIT;
	struct json_object *o = NULL;
	struct err why = { "" };

	if (input_text(path, &b) == 0) {
		o = json_parse(buf_cstr(&b), b.len, &why);
		if (o == NULL)
			(void)ctl_fail(0, "%s: %s", path, why.text);
	}
	buf_fini(&b);
	return o;
}
