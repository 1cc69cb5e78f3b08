#ifndef CTL_PROBE_H
#define CTL_PROBE_H

#include <stddef.h>

#include "net/http/http.h"

/* Requests to the owner's own web server, to find out how it is set up. */

#define PROBE_BODY_MAX ((size_t)64 * 1024) /* bytes kept of an answer */

/* Members that are NULL are left out. */
struct probe_request {
	const char
	    *base; /* http[s]://HOST[:PORT][/PATH], as the owner gave it */
	const char *path;	    /* below it, beginning with a slash */
	const char *verb;	    /* the method, GET if NULL */
	const char *const *headers; /* "Name: value", then NULL */
	const char *ca_file; /* certificates to trust, the system's if NULL */
};

/* What came back. */
struct probe_answer {
	enum http_trouble trouble; /* HTTP_TROUBLE_NONE: an answer did */
	int status;		   /* 0: none */
	char type[128];		   /* Content-Type */
	char location[512];	   /* where it redirects to, not followed */
	char error[256];	   /* why there is no answer, one line */
	char *body;		   /* len bytes and a NUL, cut; never NULL */
	size_t len;
};

/*
 * Ask once, waiting ten seconds at most; plain http goes to any host, without
 * a proxy, so nothing secret belongs into r->headers of such a request.  0 and
 * *out is for probe_fini, whether there was an answer or not; -1 with one line
 * in out->error: r->base is no address, or nothing can be asked (no libcurl).
 */
int probe_ask(const struct probe_request *r, struct probe_answer *out);

/* Free what *a holds; one that probe_ask failed to fill is fine. */
void probe_fini(struct probe_answer *a);

#endif
