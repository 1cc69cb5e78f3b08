#ifndef FCGI_API_UNKNOWN_H
#define FCGI_API_UNKNOWN_H

#include "fcgi/api/http.h"

/*
 * Look at the names of the parameters of a request for a route of the clients
 * of old, whose server ignored what it did not know: one that is a near miss
 * of a known name is a fault, any other a warning in res.  Faults are the
 * handler's to answer, with its own.  Below /v1 such a miss is answered: -1,
 * else 0.  Bodies of JSON routes are their readers' to judge.
 */
int unknown_check(const struct request *req, struct response *res);

/* json_visit: the member called name is ignored, with a warning in cookie, a
 * struct warns. */
int unknown_ignore(void *cookie, const char *name, struct json_object *value);

#endif
