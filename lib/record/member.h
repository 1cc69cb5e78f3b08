#ifndef LIB_RECORD_MEMBER_H
#define LIB_RECORD_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/*
 * Append a member of a JSON object, with a comma before it: a text, which is
 * null if v is NULL or empty; a time in UTC; a time or a number that is null
 * unless it is there.
 */
void member_text(const char *name, const char *v, struct buf *out);
void member_time(const char *name, int64_t t_us, struct buf *out);
void member_time_if(const char *name, bool is_there, int64_t t_us,
    struct buf *out);
void member_int_if(const char *name, bool is_there, int64_t n, struct buf *out);

#endif
