#ifndef LIB_BASE_CMDLINE_H
#define LIB_BASE_CMDLINE_H

#include <getopt.h>

/*
 * The next option of the command line, as getopt_long(3) gives it; '?' for one
 * that is wrong.  Why is then printed on standard error behind the program's
 * name, in getopt's words, but with what was typed made harmless (lib/base/text.h).
 * shorts begins with ":" or "+:".
 */
int cmdline_next(const char *program, int argc, char *const *argv,
    const char *shorts, const struct option *longs);

#endif
