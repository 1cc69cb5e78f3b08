#ifndef LIB_BASE_NAMES_H
#define LIB_BASE_NAMES_H

/* The index of name among the n words, or -1. */
int names_find(const char *const *words, int n, const char *name);

/*
 * Read a list of them, separated by ",", into *out, a bit for each by its
 * index; n is at most 32.  0, or -1 with *out unchanged if one is none of them.
 */
int names_set(const char *const *words, int n, const char *text, unsigned *out);

#endif
