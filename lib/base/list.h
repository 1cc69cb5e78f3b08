#ifndef LIB_BASE_LIST_H
#define LIB_BASE_LIST_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/*
 * Make room for one more element of size bytes after the n of the array v,
 * whose capacity is *cap.  Returns the array, which may have moved and remains
 * the caller's, or NULL without memory; then v is unchanged.
 */
void *list_reserve(void *v, size_t n, size_t *cap, size_t size);

/*
 * A list of structs: LIST_DECL(name, type, fini) declares struct name with
 *
 *	type *name_add(struct name *l);	    room for one more at the end, zeroed
 *					    and owned by the list; NULL without
 *					    memory
 *	void name_fini(struct name *l);	    fini for each, then the memory;
 *					    empty afterwards
 */
#define LIST_DECL(name, type, fini) LIST_DECL_INIT(name, type, LIST_ZERO, fini)
#define LIST_ZERO(p) memset((p), 0, sizeof(*(p)))

/* The same, but init makes what is added. */
#define LIST_DECL_INIT(name, type, init, fini) \
	struct name { \
		type *v; \
		size_t n; \
		size_t cap; \
	}; \
\
	static inline type *name##_add(struct name *l) \
	{ \
		type *v = list_reserve(l->v, l->n, &l->cap, sizeof(*v)); \
\
		if (v == NULL) \
			return NULL; \
		l->v = v; \
		v += l->n++; \
		init(v); \
		return v; \
	} \
\
	static inline void name##_fini(struct name *l) \
	{ \
		for (size_t i = 0; i < l->n; i++) \
			fini(&l->v[i]); \
		free(l->v); \
		memset(l, 0, sizeof(*l)); \
	} \
\
	struct name

#endif
