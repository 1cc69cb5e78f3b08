#ifndef NET_DL_H
#define NET_DL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Libraries that are loaded when there is something to send, and not with the
 * program: they bring others, which would cost each tick that has nothing to
 * send, and each CGI request, milliseconds and megabytes.
 */

/* A function of the library, and where its address goes in the table. */
struct dl_member {
	const char *name;
	size_t offset;
};

/* Which table of which library. */
struct dl_table {
	const char *soname;
	const char *word; /* the library's name for people */
	const struct dl_member *members;
	size_t n;
	bool is_global; /* another library needs what it has */
};

/*
 * Load t's library, once in the life of the program, and fill in the table at
 * out.  0, or -1 with one line in why.
 */
int dl_open(const struct dl_table *t, void *out, struct err *why);

#endif
