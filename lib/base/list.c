/*
 * Growth of arrays: capacity doubles, from 16 elements.  Tested with every
 * list that uses it, and without memory in tests/unit/oom/.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/list.h"
#include "lib/base/ban.h"

void *
list_reserve(void *v, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 16 : *cap * 2;

	if (n < *cap)
		return v;
	if ((v = realloc(v, more * size)) != NULL)
		*cap = more;
	return v;
}
