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

int
names_set(const char *const *words, int n, const char *text, unsigned *out)
{
	unsigned set = 0;
	size_t len;
	int i;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		for (i = 0; i < n; i++)
			if (words[i] != NULL && strlen(words[i]) == len &&
			    memcmp(words[i], text, len) == 0)
				break;
		if (i == n)
			return -1;
		set |= 1U << i;
		if (text[len] == '\0')
			break;
	}
	*out = set;
	return 0;
}
