#ifndef FCGI_API_PARAMS_H
#define FCGI_API_PARAMS_H

#include "fcgi/api/http.h"

/*
 * Append the parameters of text, a query string or a body of type
 * application/x-www-form-urlencoded, to req->params.  The text is decoded in
 * place and must outlive the request.  A value that cannot be decoded is not a
 * fault here: the reason is kept with it, and request_param reports it when
 * that parameter is read.  Return 0, or -1 with a fault for "parameters": more
 * than HTTP_PARAMS_MAX, or a name that cannot be decoded.
 */
int params_add_form(struct request *req, char *text, struct faults *fs);

/* Append the members of req->json, an object, in the same way. */
int params_add_json(struct request *req, struct faults *fs);

#endif
