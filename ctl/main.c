/*
 * minutehand: reads the options before the subcommand, finds the subcommand and
 * runs it.  Tested in tests/ctl/ctl.bats.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/args.h"
#include "ctl/ctl.h"
#include "lib/base/cmdline.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

/*
 * Open closed standard descriptors, so that no file gets one; writing to them
 * still fails.
 */
static void
open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

static void
usage(FILE *f)
{
	text_block(f,
	    "usage: minutehand [-c FILE] COMMAND …\n"
	    "       minutehand COMMAND --help\n"
	    "       minutehand --version\n\ncommands:\n");
	args_list(ctl_commands, NULL, f);
}

/* Find the command that argv starts with, and the number of its words. */
static const struct ctl_command *
find_command(int argc, char **argv, int *nwords)
{
	const struct ctl_command *const *p;
	size_t n = strlen(argv[0]);

	for (p = ctl_commands; *p != NULL; p++) {
		const char *name = (*p)->name;

		if (strncmp(name, argv[0], n) != 0)
			continue;
		*nwords = name[n] == ' ' ? 2 : 1;
		if (name[n] == '\0' ||
		    (name[n] == ' ' && argc > 1 &&
			strcmp(name + n + 1, argv[1]) == 0))
			return *p;
	}
	return NULL;
}

/* Return whether --help is among the words before any "--". */
static bool
wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

/* argv[0] is the first word of a command that does not exist. */
static int
unknown(int argc, char **argv)
{
	size_t n = strlen(argv[0]);

	for (size_t i = 0; ctl_commands[i] != NULL; i++) {
		if (strncmp(ctl_commands[i]->name, argv[0], n) != 0 ||
		    ctl_commands[i]->name[n] != ' ')
			continue;
		args_list(ctl_commands, argv[0],
		    wants_help(argc, argv) ? stdout : stderr);
		return wants_help(argc, argv) ? CTL_OK : CTL_USAGE;
	}
	return ctl_fail(CTL_USAGE,
	    "no such command: \"%s\"; see "
	    "minutehand --help",
	    argv[0]);
}

/* Run the command that argv starts with. */
static int
run_command(struct ctl *c, int argc, char **argv)
{
	const struct ctl_command *cmd;
	struct ctl_args a;
	int nwords = 1, status;

	if ((cmd = find_command(argc, argv, &nwords)) == NULL)
		return unknown(argc, argv);
	if (wants_help(argc - nwords, argv + nwords)) {
		args_usage(cmd, true, stdout);
		return CTL_OK;
	}
	/* argv[0] of the command is the program's name. */
	argv[nwords - 1] = (char *)(uintptr_t) "minutehand";
	if (args_parse(cmd, argc - nwords + 1, argv + nwords - 1, &a) == -1) {
		args_usage(cmd, false, stderr);
		return CTL_USAGE;
	}
	status = cmd->run(c, &a);
	ctl_close(c);
	return status;
}

/* Options before the command, then the command itself; an exit status. */
static int
run(struct ctl *c, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int ch;

	while ((ch = cmdline_next("minutehand", argc, argv, "+:c:h", longs)) !=
	    -1) {
		switch (ch) {
		case 'c':
			c->conf_path = optarg;
			break;
		case 'h':
			usage(stdout);
			return CTL_OK;
		case 'V':
			text_to(stdout, "minutehand %s", PACKAGE_VERSION);
			return CTL_OK;
		default:
			usage(stderr);
			return CTL_USAGE;
		}
	}
	if (optind == argc) {
		usage(stderr);
		return CTL_USAGE;
	}
	return run_command(c, argc - optind, argv + optind);
}

int
main(int argc, char **argv)
{
	struct ctl c = { .argv0 = argv[0] };
	int status;

	open_standard();
	/* An exceeded file size limit is reported by write(2). */
	(void)signal(SIGXFSZ, SIG_IGN);
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_WARN, "minutehand");
	status = run(&c, argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return ctl_fail(CTL_DOWN, "standard output cannot be written");
	return status;
}
