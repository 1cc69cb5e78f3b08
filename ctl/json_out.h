#ifndef CTL_JSON_OUT_H
#define CTL_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * Append JSON to a buffer.  key is NULL for an element of a list and for the
 * outermost value.  Commas are inserted as needed.
 */

/* Begin an object or a list: bracket is '{' or '['; end it: '}' or ']'. */
void json_out_open(struct buf *b, const char *key, char bracket);
void json_out_close(struct buf *b, char bracket);

/* A string, null if v is NULL; bytes that are not UTF-8 are copied. */
void json_out_str(struct buf *b, const char *key, const char *v);

/* An integer. */
void json_out_int(struct buf *b, const char *key, int64_t v);

/* true or false. */
void json_out_bool(struct buf *b, const char *key, bool v);

/* An instant as RFC 3339 in UTC, null for 0 and JOB_NEVER. */
void json_out_time(struct buf *b, const char *key, int64_t t_us);

/* A value that is JSON already. */
void json_out_raw(struct buf *b, const char *key, const char *json);

/* Print b as a line and free it; CTL_OK, or CTL_BUG after an error. */
int json_out_print(struct buf *b);

#endif
