#ifndef CTL_INPUT_H
#define CTL_INPUT_H

#include <stddef.h>

struct json_object;

/*
 * Parse the JSON in the file at path ("-": standard input), at most 16 MiB.
 * The caller frees it with json_free; NULL after an error on standard error.
 */
struct json_object *input_json(const char *path);

#endif
