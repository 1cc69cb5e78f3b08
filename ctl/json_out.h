#ifndef CTL_JSON_OUT_H
#define CTL_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * JSON under construction, written to the end of a buffer.  key is NULL for
 * an element of a list and for the outermost value.  Commas are put where
 * they belong.
 */

/* Begin an object or a list: bracket is '{' or '['; end it: '}' or ']'. */
void json_out_open(struct buf *b, const char *key, char bracket);
void json_out_close(struct buf *b, char bracket);

/* Text, null when v is NULL; what is no UTF-8 passes unchanged. */
void json_out_str(struct buf *b, const char *key, const char *v);

/* A whole number. */
void json_out_int(struct buf *b, const char *key, int64_t v);

/* true or false. */
void json_out_bool(struct buf *b, const char *key, bool v);

/* An instant as RFC 3339 in UTC, null for 0 and JOB_NEVER. */
void json_out_time(struct buf *b, const char *key, int64_t t_us);

/* JSON that stands already. */
void json_out_raw(struct buf *b, const char *key, const char *json);

/* Print b as a line and free what it owns; CTL_OK, or CTL_BUG told. */
int json_out_print(struct buf *b);

#endif
