#ifndef LIB_BASE_WORD_H
#define LIB_BASE_WORD_H

/* The place of name among the n words, or -1. */
int word_find(const char *const *words, int n, const char *name);

#endif
