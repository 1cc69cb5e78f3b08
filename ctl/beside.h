#ifndef CTL_BESIDE_H
#define CTL_BESIDE_H

/*
 * The whole path of another program of this project: beside the running one,
 * in the folder of a build tree that is called folder, or where `make
 * install` puts it.  Owned by the caller; NULL without memory.
 */
char *beside_find(const char *argv0, const char *folder, const char *name);

#endif
