#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdio.h>

#include "ctl/ctl.h"

/*
 * Parse argc arguments (argv[0] is the program) by the tables of cmd; argv is
 * reordered and must outlive *out.  0, or -1 after an error on standard error.
 */
int args_parse(const struct ctl_command *cmd, int argc, char **argv,
    struct ctl_args *out);

/* Return the command that argv starts with, and the number of its words; NULL:
 * none. */
const struct ctl_command *args_find(int argc, char *const *argv, int *nwords);

/* The option that every command with is_list has. */
extern const struct ctl_option args_watch;

/* Print "usage: …" of one command; with is_long also its options. */
void args_usage(const struct ctl_command *cmd, bool is_long, FILE *f);

/*
 * One line for each command whose name starts with the word; NULL: all, by
 * purpose.
 */
void args_list(const char *word, FILE *f);

#endif
