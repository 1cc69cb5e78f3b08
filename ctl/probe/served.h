#ifndef CTL_PROBE_SERVED_H
#define CTL_PROBE_SERVED_H

#include <stdbool.h>

struct buf;
struct conf;

/* The web server to check. */
struct served_at {
	const char *url;     /* NULL: this host's, at port 80 */
	const char *ca_file; /* to trust there; NULL: the host's */
};

/*
 * Check whether the web server serves the folders of the configuration and the
 * store.  A file with a random name is created there, requested, and removed;
 * existing files are requested as well, and the responses compared with them.
 * 1 with the address of the first served file in *out; 0: none is served; -1:
 * no response, with the reason in *out.
 */
int served_find(const struct conf *c, const struct served_at *at,
    struct buf *out);

/* Does the path of the folder look like web space (public_html, htdocs …)? */
bool served_is_likely(const char *dir);

#endif
