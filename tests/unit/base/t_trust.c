/*
 * Which users could have written a file (lib/base/trust.h): kinds by modes, the
 * path to it, and other types of files.  Owners and programs are in
 * tests/ctl/trust.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/base/trust.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static const char *const kinds[TRUST__MAX] = {
	[TRUST_NONE] = "nothing",
	[TRUST_CONF] = "conf",
	[TRUST_DATA] = "data",
	[TRUST_SECRET] = "secret",
	[TRUST_PROGRAM] = "program",
	[TRUST_ARGUMENT] = "word",
	[TRUST_STORE] = "store",
	[TRUST_FOLDER] = "folder",
};

/* What each mode of a file of ours is to each kind: . trusted, g with
 * group_writable, - never. */
/* clang-format off */
static const struct {
	mode_t mode;
	const char *want; /* by kind */
} modes[] = {
	{ 0600, "........" },
	{ 0644, "...-...." },
	{ 0640, "...-...." },
	{ 0604, "...-...." },
	{ 0700, "........" },
	{ 0755, "...-...." },
	{ 0660, ".gg-g.gg" },
	{ 0620, ".gg-g.gg" },
	{ 0666, ".-------" },
	{ 0602, ".-------" },
	{ 0777, ".-------" },
	{ 0664, ".gg-g.gg" },
};
/* clang-format on */

static bool
is_trusted(enum trust_kind kind, const char *path, bool is_shared)
{
	struct trust t = { .is_shared = is_shared };
	enum trust_rc rc = trust_check(&t, kind, path);

	if (rc == TRUST_REFUSED || (t.by_group && !is_shared))
		ok(strstr(t.why, "chmod ") != NULL &&
			strchr(t.why, '\n') == NULL,
		    "%s: one line with a command: %s", kinds[kind], t.why);
	return rc == TRUST_OK && (is_shared || !t.by_group);
}

static void
check_modes(void)
{
	const char *path = folder_put("file", "x", 1);
	int n = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		(void)chmod(path, modes[i].mode);
		for (int k = TRUST_CONF; k < TRUST__MAX; k++, n += 2) {
			char want = modes[i].want[k];

			is_int(is_trusted((enum trust_kind)k, path, false),
			    want == '.', "%s, %04o", kinds[k],
			    (unsigned)modes[i].mode);
			is_int(is_trusted((enum trust_kind)k, path, true),
			    want != '-', "%s, %04o, shared", kinds[k],
			    (unsigned)modes[i].mode);
		}
	}
	(void)chmod(path, 0600);
	printf("# %d kinds by mode\n", n);
}

/* The folder as good as the file, where what is beside it is believed. */
static void
check_folder(void)
{
	const char *path = folder_put("file", "x", 1);

	for (int k = TRUST_CONF; k < TRUST__MAX; k++) {
		const bool is_one = k == TRUST_CONF || k == TRUST_STORE;

		(void)chmod(folder, 0720);
		is_int(is_trusted((enum trust_kind)k, path, false), !is_one,
		    "%s in a folder of the group", kinds[k]);
		(void)chmod(folder, 0702);
		is_int(is_trusted((enum trust_kind)k, path, false), false,
		    "%s in a folder of everybody", kinds[k]);
		is_int(is_trusted((enum trust_kind)k, path, true), false,
		    "%s, whatever the group may", kinds[k]);
		(void)chmod(folder, 0700);
	}
}

static void
absent(const char *path, int want)
{
	struct trust t = { .is_shared = false };
	int fd = 0;

	errno = 0;
	is_int(trust_open(&t, TRUST_CONF, path, &fd), TRUST_ABSENT, "%s: %s",
	    path, t.why);
	is_int(errno, want, "%s", strerror(want));
	is_int(fd, -1, "nothing is open");
}

static void
check_ways(void)
{
	static char text[5000];
	struct trust t = { .is_shared = false };
	char byte = 0;
	int fd = -1;

	(void)folder_put("file", "x", 1);
	(void)folder_run("mkdir -p", "a/b");
	(void)folder_run("ln -s ../../file", "a/b/link");
	(void)folder_run("ln -s loop", "loop");
	(void)folder_run("ln -s /dev/null", "null");
	is_int(trust_open(&t, TRUST_CONF, folder_path("a/./b//../b/link"), &fd),
	    TRUST_OK, "by dots, slashes and a link: %s", t.why);
	ok(read(fd, &byte, 1) == 1 && byte == 'x', "what it leads to is open");
	(void)close(fd);
	is_int(trust_check(&t, TRUST_CONF, folder_path("null")), TRUST_OK,
	    "a device of root's");
	absent(folder_path("missing"), ENOENT);
	absent(folder_path("a/missing/file"), ENOENT);
	absent(folder_path("file/x"), ENOTDIR);
	absent(folder_path("loop"), ELOOP);
	memset(text, 'a', sizeof(text) - 1);
	absent(text, ENAMETOOLONG);
	(void)folder_run("chmod 777", "a/b");
	is_int(trust_check(&t, TRUST_DATA, folder_path("a/b/link")),
	    TRUST_REFUSED, "a link that others can move: %s", t.why);
	(void)folder_run("chmod 1777", "a/b");
	is_int(trust_check(&t, TRUST_DATA, folder_path("a/b/link")), TRUST_OK,
	    "in a sticky folder only its owner can");
	ok(chdir(folder) == 0 &&
		trust_check(&t, TRUST_CONF, "file") == TRUST_OK,
	    "a relative path");
}

int
main(void)
{
	folder_init("t_trust");
	check_modes();
	check_folder();
	check_ways();
	folder_fini();
	return tap_done();
}
