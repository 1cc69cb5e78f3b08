#ifndef CTL_INPUT_H
#define CTL_INPUT_H

#include <stddef.h>

struct json_object;

/*
 * The JSON text in the file at path ("-": standard input), at most 16 MiB.
 * NULL after the reason was told; otherwise json_free it.
 */
struct json_object *input_json(const char *path);

#endif
