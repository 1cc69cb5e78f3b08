#ifndef NET_DL_H
#define NET_DL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Libraries that are loaded when there is something to send: loading them with
 * the program would cost every idle tick and every CGI request milliseconds and
 * megabytes.
 */

/* A function of the library, and the offset of its pointer in the table. */
struct dl_member {
	const char *name;
	size_t offset;
};

/* A table of functions of a library. */
struct dl_table {
	const char *soname;
	const char *word; /* the library's name in messages */
	const struct dl_member *members;
	size_t n;
	bool is_global; /* its symbols are needed by another library */
};

/*
 * Load t's library, once per process, and fill in the table at out.  0, or -1
 * with one line in why.
 */
int dl_open(const struct dl_table *t, void *out, struct err *why);

#endif
