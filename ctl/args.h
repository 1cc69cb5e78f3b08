#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdio.h>

#include "ctl/ctl.h"

/*
 * Take argc words (argv[0] is the program) apart by the tables of cmd; argv
 * is put into another order and must outlive *out.  0, or -1 after a line on
 * standard error that says what is wrong.
 */
int args_parse(const struct ctl_command *cmd, int argc, char **argv,
    struct ctl_args *out);

/* Print "usage: …" of one command; with is_long its options too. */
void args_usage(const struct ctl_command *cmd, bool is_long, FILE *f);

/* One line for each command whose name starts with the word (NULL: all). */
void args_list(const struct ctl_command *const *cmds, const char *word,
    FILE *f);

#endif
