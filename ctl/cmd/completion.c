/*
 * minutehand completion: the lines that make a shell complete its command
 * lines, by `minutehand complete`.  Tested in tests/ctl/completion.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

/* Where nothing is offered, both complete names of files. */
static const char bash[] =
    "_minutehand() {\n"
    "\tlocal IFS=$'\\n' word\n"
    "\tCOMPREPLY=()\n"
    "\twhile read -r word; do\n"
    "\t\tCOMPREPLY+=(\"$(printf %q \"$word\")\")\n"
    "\tdone < <(\"$1\" complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
    "2>/dev/null)\n"
    "}\n"
    "complete -o default -F _minutehand minutehand\n";
static const char zsh[] =
    "#compdef minutehand\n"
    "_minutehand() {\n"
    "\tlocal -a found\n"
    "\tfound=(\"${(@f)$(\"$words[1]\" complete "
    "\"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n"
    "\tif [[ -n $found ]]; then compadd -a found; else _files; fi\n"
    "}\n"
    "compdef _minutehand minutehand\n";

static int
run_completion(struct ctl *c, const struct ctl_args *a)
{
	const char *shell = a->operand[0];

	(void)c;
	if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0)
		return ctl_fail(CTL_USAGE,
		    "SHELL: bash or zsh is needed, not \"%s\"", shell);
	text_block(stdout, strcmp(shell, "bash") == 0 ? bash : zsh);
	return CTL_OK;
}

const struct ctl_command cmd_completion = {
	.name = "completion",
	.args = "SHELL",
	.help = "print the completion of bash or zsh, for its start-up file",
	.min = 1,
	.max = 1,
	.run = run_completion,
};
