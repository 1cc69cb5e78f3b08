#ifndef FCGI_API_MEMBER_H
#define FCGI_API_MEMBER_H

#include <stdint.h>

struct buf;

/*
 * Append a member of an object, with a comma before it: a text, which is null
 * if v is NULL or empty; a time in UTC.
 */
void member_text(const char *name, const char *v, struct buf *out);
void member_time(const char *name, int64_t t_us, struct buf *out);

#endif
