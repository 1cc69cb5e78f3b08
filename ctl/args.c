/*
 * The command line of a subcommand: options and operands by its table, usage
 * and lists of commands.  Tested in tests/ctl/usage.bats.
 */
#include "config.h"

#include <string.h>

#include "ctl/args.h"
#include "lib/base/cmdline.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

#define FIRST_VALUE 256 /* above every short option */
#define WATCH_VALUE (FIRST_VALUE + CTL_OPTIONS_MAX)

/* For an instant as an operand, "-2h" (datetime.h): no option is a digit. */
#define DIGITS "0::1::2::3::4::5::6::7::8::9::"

const struct ctl_option args_watch = { "watch", NULL,
	"print it again every 2 s, until a signal" };

const struct ctl_command *
args_find(int argc, char *const *argv, int *nwords)
{
	const struct ctl_command *const *p = ctl_commands;
	size_t n = argc == 0 ? 0 : strlen(argv[0]);

	for (; argc > 0 && *p != NULL; p++) {
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

/* Fill the options of cmd in the form of getopt_long(3). */
static void
fill_longs(const struct ctl_command *cmd, struct option *longs)
{
	const struct ctl_option *o = cmd->options;
	int i;

	for (i = 0; o != NULL && o[i].name != NULL && i < CTL_OPTIONS_MAX;
	     i++) {
		longs[i].name = o[i].name;
		longs[i].has_arg =
		    o[i].arg == NULL ? no_argument : required_argument;
		longs[i].flag = NULL;
		longs[i].val = FIRST_VALUE + i;
	}
	if (cmd->is_list)
		longs[i++] = (struct option){ args_watch.name, no_argument,
			NULL, WATCH_VALUE };
	memset(&longs[i], 0, sizeof(longs[i]));
}

/*
 * Cut off "-- COMMAND …"; return the number of words left, -1 without a
 * command.
 */
static int
cut_command(int argc, char **argv, struct ctl_args *out)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0 && i + 1 < argc) {
			out->command = argv + i + 1;
			argv[i] = NULL;
			return i;
		}
	}
	text_to(stderr, "minutehand: \"-- COMMAND\" is required");
	return -1;
}

/* Operands that begin with a dash and a digit, in the order typed. */
struct dashed {
	char *v[CTL_OPTIONS_MAX];
	int n;
};

/* Set the operands: those after the options, then the dashed ones. */
static void
set_operands(int argc, char **argv, const struct dashed *d,
    struct ctl_args *out)
{
	/* The words that are overwritten have been read. */
	out->operand = argv + optind - d->n;
	out->noperands = argc - optind + d->n;
	for (int i = optind; i < argc; i++)
		argv[i - d->n] = argv[i];
	for (int i = 0; i < d->n; i++)
		argv[argc - d->n + i] = d->v[i];
}

int
args_parse(const struct ctl_command *cmd, int argc, char **argv,
    struct ctl_args *out)
{
	struct option longs[CTL_OPTIONS_MAX + 2];
	const char *shorts = cmd->has_instant ? ":" DIGITS : ":";
	struct dashed d = { .n = 0 };
	int ch;

	memset(out, 0, sizeof(*out));
	if (cmd->has_command && (argc = cut_command(argc, argv, out)) == -1)
		return -1;
	fill_longs(cmd, longs);
	/* 0 resets getopt_long, which main has used before. */
	optind = 0;
	while ((ch = cmdline_next("minutehand", argc, argv, shorts, longs)) !=
	    -1) {
		if (ch >= '0' && ch <= '9' && d.n < CTL_OPTIONS_MAX) {
			d.v[d.n++] = argv[optind - 1];
			continue;
		}
		if (ch < FIRST_VALUE)
			return -1;
		if (ch == WATCH_VALUE) {
			out->is_watched = true;
			continue;
		}
		out->opt[ch - FIRST_VALUE] = optarg == NULL ? "" : optarg;
	}
	set_operands(argc, argv, &d, out);
	if (out->noperands >= cmd->min && out->noperands <= cmd->max)
		return 0;
	text_to(stderr, "minutehand: too %s arguments",
	    out->noperands < cmd->min ? "few" : "many");
	return -1;
}

static void
option_usage(const struct ctl_option *o, FILE *f)
{
	const char *arg = o->arg == NULL ? "" : o->arg;
	size_t n = strlen("  --") + strlen(o->name) + (*arg == '\0' ? 0 : 1) +
	    strlen(arg);

	text_to(f, "  --%s%s%s%*s%s", o->name, *arg == '\0' ? "" : " ", arg,
	    n < 26 ? (int)(26 - n) : 1, "", o->help);
}

void
args_usage(const struct ctl_command *cmd, bool is_long, FILE *f)
{
	const struct ctl_option *o;

	text_to(f, "usage: minutehand [-c FILE] %s%s%s", cmd->name,
	    *cmd->args == '\0' ? "" : " ", cmd->args);
	if (!is_long)
		return;
	text_to(f, "%s", "");
	text_to(f, "%s", cmd->help);
	if (cmd->options != NULL)
		text_block(f, "\noptions:\n");
	for (o = cmd->options; o != NULL && o->name != NULL; o++)
		option_usage(o, f);
	if (cmd->is_list)
		option_usage(&args_watch, f);
}

/* Return whether the command's name starts with the word, or is it. */
static bool
has_word(const struct ctl_command *cmd, const char *word)
{
	size_t n = strlen(word);

	return strncmp(cmd->name, word, n) == 0 &&
	    (cmd->name[n] == ' ' || cmd->name[n] == '\0');
}

void
args_list(const char *word, FILE *f)
{
	const struct ctl_purpose *p = ctl_purposes;

	for (size_t i = 0; ctl_commands[i] != NULL; i++) {
		const struct ctl_command *cmd = ctl_commands[i];

		if (word == NULL && cmd == p->first) {
			text_to(f, "%s", "");
			text_to(f, "%s:", p++->title);
		}
		if (word == NULL || has_word(cmd, word))
			text_to(f, "  %-14s %s", cmd->name, cmd->help);
	}
}
