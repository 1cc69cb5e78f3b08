/*
 * Looking up a name in a table of names.  Tested with every enumeration that
 * has names.
 */
#include "config.h"

#include <string.h>

#include "lib/base/names.h"
#include "lib/base/ban.h"

int
names_find(const char *const *words, int n, const char *name)
{
	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], name) == 0)
			return i;
	}
	return -1;
}
