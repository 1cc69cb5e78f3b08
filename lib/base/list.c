#include "config.h"

#include <stdlib.h>

#include "lib/base/list.h"
#include "lib/base/ban.h"

void *
list_room(void *v, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 16 : *cap * 2;

	if (n < *cap)
		return v;
	if ((v = realloc(v, more * size)) != NULL)
		*cap = more;
	return v;
}
