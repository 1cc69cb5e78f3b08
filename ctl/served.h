#ifndef CTL_SERVED_H
#define CTL_SERVED_H

#include <stdbool.h>

struct buf;
struct conf;

/* The web server that is asked. */
struct served_at {
	const char *url;     /* NULL: this host's, at port 80 */
	const char *ca_file; /* to trust there; NULL: the host's */
};

/*
 * Does the web server give away what
 * lies in the folders of the configuration and the store?  A file with a name
 * nobody knows is put there, asked for, and removed; so are the files that are
 * there, and answers compared with them.  1 with the address of the first one
 * that is served in *out; 0: none is; -1: nothing answers, the reason in *out.
 */
int served_find(const struct conf *c, const struct served_at *at,
    struct buf *out);

/* Does the path of the folder look like web space (public_html, htdocs …)? */
bool served_is_likely(const char *dir);

#endif
