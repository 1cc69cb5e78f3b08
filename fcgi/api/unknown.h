#ifndef FCGI_API_UNKNOWN_H
#define FCGI_API_UNKNOWN_H

#include "fcgi/api/http.h"

/*
 * Check the names of parameters.  Below /funboost, whose original server
 * ignored unknown ones, a name that is similar to a known one is a fault in
 * res->faults, which the handler answers with its own; any other is a warning
 * in res.  Below /v1 a similar name is a 400 at once: -1; else 0.  Bodies of
 * JSON routes are checked by their readers.
 */
int unknown_check(const struct request *req, struct response *res);

/* A callback of json_visit: ignore the member name, and add a warning to
 * cookie, a struct warns. */
int unknown_ignore(void *cookie, const char *name, struct json_object *value);

#endif
