#ifndef LIB_JSON_LIST_H
#define LIB_JSON_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* Is o a list?  NULL (JSON's null) is not.  Its length is json_count. */
bool json_is_list(const struct json_object *o);

/* Element i of a list, borrowed; NULL for null and past the end. */
struct json_object *json_item(struct json_object *o, size_t i);

/*
 * Set the member name of the object o to a copy of s; 0, or -1 without memory.
 */
int json_set_str(struct json_object *o, const char *name, const char *s);

/* Set the member name of the object o to v; 0, or -1 without memory. */
int json_set_bool(struct json_object *o, const char *name, bool v);

/*
 * The object that is the member name of o, created if it is absent or null;
 * borrowed.  NULL without memory, or if the member has another type.
 */
struct json_object *json_make_object(struct json_object *o, const char *name);

/* Is o a number, an integer or a fraction? */
bool json_is_number(const struct json_object *o);

/* Remove the member of that name, if any. */
void json_remove(struct json_object *o, const char *name);

/*
 * Remove the member and return it, owned by the caller (json_free); NULL if it
 * was absent or null.
 */
struct json_object *json_take(struct json_object *o, const char *name);

#endif
