#ifndef LIB_BASE_NAMES_H
#define LIB_BASE_NAMES_H

/* The index of name among the n words, or -1. */
int names_find(const char *const *words, int n, const char *name);

#endif
