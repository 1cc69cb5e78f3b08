#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "ticker/http_lib.h"

#include "lib/ban.h"

#define MEMBER(name) \
	{ \
		"curl_" #name, offsetof(struct http_lib, name) \
	}

static const struct member {
	const char *name;
	size_t offset;
} members[] = {
	MEMBER(global_init),
	MEMBER(global_cleanup),
	MEMBER(easy_init),
	MEMBER(easy_cleanup),
	MEMBER(easy_setopt),
	MEMBER(easy_getinfo),
	MEMBER(easy_strerror),
	MEMBER(multi_init),
	MEMBER(multi_cleanup),
	MEMBER(multi_setopt),
	MEMBER(multi_add_handle),
	MEMBER(multi_remove_handle),
	MEMBER(multi_perform),
	MEMBER(multi_poll),
	MEMBER(multi_info_read),
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

_Static_assert(sizeof(struct http_lib) == NMEMBERS * sizeof(void (*)(void)),
    "each member is in the table");

static int
fail(char *why, size_t whylen)
{
	const char *reason = dlerror();

	(void)snprintf(why, whylen, "libcurl cannot be loaded: %s",
	    reason != NULL ? reason : "no reason given");
	return -1;
}

int
http_lib_open(struct http_lib *l, char *why, size_t whylen)
{
	void *lib, *f;

	/* Never closed: what it loads does not like to be unloaded. */
	if ((lib = dlopen(LIBCURL_SONAME, RTLD_NOW | RTLD_LOCAL)) == NULL)
		return fail(why, whylen);
	for (size_t i = 0; i < NMEMBERS; i++) {
		if ((f = dlsym(lib, members[i].name)) == NULL)
			return fail(why, whylen);
		/* POSIX: a pointer to a function fits into a void *. */
		memcpy((char *)l + members[i].offset, &f, sizeof(f));
	}
	if (l->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)snprintf(why, whylen, "libcurl cannot be set up");
		return -1;
	}
	return 0;
}

void
http_lib_close(struct http_lib *l)
{
	l->global_cleanup();
}
