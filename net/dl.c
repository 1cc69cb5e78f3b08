/* Loads a library when there is something to send (dlopen). */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "net/dl.h"

#include "lib/base/ban.h"

static int
fail(const struct dl_table *t, char *why, size_t whylen)
{
	const char *reason = dlerror();

	(void)snprintf(why, whylen, "%s cannot be loaded: %s", t->word,
	    reason != NULL ? reason : "no reason given");
	return -1;
}

int
dl_open(const struct dl_table *t, void *out, char *why, size_t whylen)
{
	int scope = t->is_global ? RTLD_GLOBAL : RTLD_LOCAL;
	void *lib, *f;

	/* Never closed: what it loads does not like to be unloaded. */
	if ((lib = dlopen(t->soname, RTLD_NOW | scope)) == NULL)
		return fail(t, why, whylen);
	for (size_t i = 0; i < t->n; i++) {
		if ((f = dlsym(lib, t->members[i].name)) == NULL)
			return fail(t, why, whylen);
		/* POSIX: a pointer to a function fits into a void *. */
		memcpy((char *)out + t->members[i].offset, &f, sizeof(f));
	}
	return 0;
}
