#ifndef CTL_SIBLING_H
#define CTL_SIBLING_H

/*
 * The whole path of another program of this project: beside the running one,
 * in the folder of a build tree that is called folder, or where `make
 * install` puts it.  Owned by the caller; NULL without memory.
 */
char *sibling_program(const char *argv0, const char *folder, const char *name);

#endif
