#ifndef CTL_INPUT_H
#define CTL_INPUT_H

#include <stddef.h>

struct buf;
struct json_object;

/*
 * Append the text of the file at path ("-": standard input), at most 16 MiB,
 * without a byte order mark.  0, or -1 after an error on standard error.
 */
int input_text(const char *path, struct buf *out);

/*
 * Parse the JSON in the file at path ("-": standard input), at most 16 MiB.
 * The caller frees it with json_free; NULL after an error on standard error.
 */
struct json_object *input_json(const char *path);

#endif
