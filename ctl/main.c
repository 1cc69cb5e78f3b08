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
#include "ctl/complete.h"
#include "ctl/ctl.h"
#include "ctl/watch.h"
#include "lib/base/buf.h"
#include "lib/base/cmdline.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

#define COMMANDS_MAX 128 /* of those that may have been meant */

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
	    "       minutehand help COMMAND, or COMMAND --help\n"
	    "       minutehand --version\n");
	args_list(NULL, f);
}

/* Return whether --help or -h is among the words before any "--". */
static bool
wants_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

/* The command that the words may have meant, or NULL. */
static const char *
meant(int argc, char **argv)
{
	const char *names[COMMANDS_MAX], *near;
	struct buf words = BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < COMMANDS_MAX && ctl_commands[i] != NULL; i++)
		names[n++] = ctl_commands[i]->name;
	buf_str(&words, argv[0]);
	near = json_suggest(buf_cstr(&words), names, n);
	if (near == NULL && argc > 1) {
		buf_printf(&words, " %s", argv[1]);
		near = json_suggest(buf_cstr(&words), names, n);
	}
	buf_fini(&words);
	return near;
}

/*
 * argv[0] is the first word of a command that does not exist; is_help: help is
 * asked for.
 */
static int
unknown(int argc, char **argv, bool is_help)
{
	const char *near = meant(argc, argv);
	size_t n = strlen(argv[0]);

	for (size_t i = 0; ctl_commands[i] != NULL; i++) {
		if (strncmp(ctl_commands[i]->name, argv[0], n) != 0 ||
		    ctl_commands[i]->name[n] != ' ')
			continue;
		args_list(argv[0], is_help ? stdout : stderr);
		if (!is_help && near != NULL)
			text_to(stderr, "minutehand: did you mean \"%s\"?",
			    near);
		return is_help ? CTL_OK : CTL_USAGE;
	}
	return ctl_fail(CTL_USAGE, "no such command: \"%s\"; %s%s%s%s", argv[0],
	    near == NULL ? "" : "did you mean \"", near == NULL ? "" : near,
	    near == NULL ? "" : "\"? ", "see minutehand --help");
}

/* Print the help of the command that argv names, of all without a name. */
static int
help(int argc, char **argv)
{
	const struct ctl_command *cmd;
	int nwords;

	if (argc == 0 || argv[0][0] == '-') {
		usage(stdout);
		return CTL_OK;
	}
	if ((cmd = args_find(argc, argv, &nwords)) == NULL)
		return unknown(argc, argv, true);
	args_usage(cmd, true, stdout);
	return CTL_OK;
}

/* Run the command that argv starts with. */
static int
run_command(struct ctl *c, int argc, char **argv)
{
	const struct ctl_command *cmd;
	struct ctl_args a;
	int nwords = 1, status;

	if (strcmp(argv[0], "help") == 0)
		return help(argc - 1, argv + 1);
	if (strcmp(argv[0], "complete") == 0)
		return complete(c, argc - 1, argv + 1);
	if ((cmd = args_find(argc, argv, &nwords)) == NULL)
		return unknown(argc, argv, wants_help(argc, argv));
	if (wants_help(argc - nwords, argv + nwords))
		return help(argc, argv);
	if (cmd->pass != NULL)
		return cmd->pass(c, argv + nwords);
	/* argv[0] of the command is the program's name. */
	argv[nwords - 1] = (char *)(uintptr_t) "minutehand";
	if (args_parse(cmd, argc - nwords + 1, argv + nwords - 1, &a) == -1) {
		args_usage(cmd, false, stderr);
		return CTL_USAGE;
	}
	if (a.is_watched)
		return watch(c, cmd, &a);
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
