#ifndef LIB_BASE_LIST_H
#define LIB_BASE_LIST_H

#include <stddef.h>

/*
 * Make room for one more element of size bytes after the n of the array v,
 * whose capacity is *cap.  Returns the array, which may have moved and remains
 * the caller's, or NULL without memory; then v is unchanged.
 */
void *list_reserve(void *v, size_t n, size_t *cap, size_t size);

#endif
