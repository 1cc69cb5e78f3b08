#ifndef LIB_BASE_LIST_H
#define LIB_BASE_LIST_H

#include <stddef.h>

/*
 * Make room for one more element of size bytes behind the n of the array v,
 * which has room for *cap.  The array, moved perhaps, or NULL without memory;
 * then v is as it was.
 */
void *list_room(void *v, size_t n, size_t *cap, size_t size);

#endif
