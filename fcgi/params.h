#ifndef FCGI_PARAMS_H
#define FCGI_PARAMS_H

#include "fcgi/http.h"

/*
 * Add the parameters of a query string or form body to the request.  The
 * text is decoded where it stands and must outlive the request.  What is
 * wrong with one is kept beside it, and matters once it is asked for.
 * Beyond HTTP_PARAMS_MAX they are dropped.
 */
void params_add_form(struct request *req, char *text);

/* Add the members of req->json, an object, in the same way. */
void params_add_json(struct request *req);

#endif
