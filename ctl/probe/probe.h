#ifndef CTL_PROBE_PROBE_H
#define CTL_PROBE_PROBE_H

#include <stddef.h>

#include "net/http/http.h"
#include "lib/base/err.h"

/* Requests to the owner's web server, to check its settings. */

#define PROBE_BODY_MAX ((size_t)64 * 1024) /* bytes kept of a response */

/* Members that are NULL are left out. */
struct probe_request {
	const char
	    *base; /* http[s]://HOST[:PORT][/PATH], as the owner gave it */
	const char *path;	    /* below it, beginning with a slash */
	const char *verb;	    /* the method, GET if NULL */
	const char *const *headers; /* "Name: value", then NULL */
	const char *ca_file; /* certificates to trust, the system's if NULL */
};

/* The response. */
struct probe_answer {
	enum http_trouble trouble; /* HTTP_TROUBLE_NONE: there is one */
	int status;		   /* 0: none */
	char type[128];		   /* Content-Type */
	char location[512];	   /* where it redirects to, not followed */
	struct err error;	   /* why there is none, one line */
	char *body;		   /* len bytes and a NUL, cut; never NULL */
	size_t len;
};

/*
 * Send one request, with a timeout of ten seconds; plain http is allowed to any
 * host, without a proxy, so r->headers of such a request must not be secret.  0
 * and *out must be freed with probe_fini, with or without a response; -1 with
 * one line in out->error: r->base is not a URL, or libcurl is missing.
 */
int probe_ask(const struct probe_request *r, struct probe_answer *out);

/* Free *a, also after probe_ask failed. */
void probe_fini(struct probe_answer *a);

#endif
