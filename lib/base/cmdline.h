#ifndef LIB_BASE_CMDLINE_H
#define LIB_BASE_CMDLINE_H

#include <getopt.h>

/*
 * The next option of the command line, as getopt_long(3) returns it; '?' for a
 * wrong one.  The reason is then printed on standard error after the program's
 * name, in getopt's wording, with the typed text made harmless
 * (lib/base/text.h).  shorts begins with ":" or "+:".
 */
int cmdline_next(const char *program, int argc, char *const *argv,
    const char *shorts, const struct option *longs);

#endif
