#ifndef CTL_SIBLING_H
#define CTL_SIBLING_H

/*
 * Return the absolute path of the program name of this project: from the
 * directory of the running program (found by /proc/self/exe, else by argv0),
 * from ../folder/ in a build tree, from ../libexec/ if folder is "fcgi", else
 * the path where `make install` puts it, whether or not it exists.  The caller
 * frees it.  NULL: out of memory.
 */
char *sibling_program(const char *argv0, const char *folder, const char *name);

#endif
