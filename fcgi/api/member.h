#ifndef FCGI_API_MEMBER_H
#define FCGI_API_MEMBER_H

#include <stdint.h>

struct buf;

/*
 * Members of objects in answers, each with a comma before it: a text, null
 * when it is NULL or empty; an instant in UTC.
 */
void member_text(const char *name, const char *v, struct buf *out);
void member_time(const char *name, int64_t t_us, struct buf *out);

#endif
