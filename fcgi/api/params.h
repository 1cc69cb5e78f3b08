#ifndef FCGI_API_PARAMS_H
#define FCGI_API_PARAMS_H

#include "fcgi/api/http.h"

/*
 * Add the parameters of a query string or form body to the request.  The
 * text is decoded where it stands and must outlive the request.  What is
 * wrong with a value is kept beside it, and matters once it is asked for.
 * More than HTTP_PARAMS_MAX, or a name that cannot be read, are a fault for
 * "parameters": 0 or -1.
 */
int params_add_form(struct request *req, char *text, struct faults *fs);

/* Add the members of req->json, an object, in the same way. */
int params_add_json(struct request *req, struct faults *fs);

#endif
