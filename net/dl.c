/* Loads a library when there is something to send (dlopen). */
#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include "net/dl.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

static int
fail(const struct dl_table *t, struct err *why)
{
	const char *reason = dlerror();

	return err_set(why, "%s cannot be loaded: %s", t->word,
	    reason != NULL ? reason : "no reason given");
}

int
dl_open(const struct dl_table *t, void *out, struct err *why)
{
	int scope = t->is_global ? RTLD_GLOBAL : RTLD_LOCAL;
	void *lib, *f;

	/* Never closed: not every library that it loads can be unloaded. */
	if ((lib = dlopen(t->soname, RTLD_NOW | scope)) == NULL)
		return fail(t, why);
	for (size_t i = 0; i < t->n; i++) {
		if ((f = dlsym(lib, t->members[i].name)) == NULL)
			return fail(t, why);
		/* POSIX: a void * can hold a pointer to a function. */
		memcpy((char *)out + t->members[i].offset, &f, sizeof(f));
	}
	return 0;
}
