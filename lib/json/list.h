#ifndef LIB_JSON_LIST_H
#define LIB_JSON_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* Is o a list?  NULL (JSON's null) is none.  json_count tells its length. */
bool json_is_list(const struct json_object *o);

/* Element i of a list, borrowed; NULL for null and past the end. */
struct json_object *json_item(struct json_object *o, size_t i);

/* Give the object o the string s as its member; 0, or -1 without memory. */
int json_set_str(struct json_object *o, const char *name, const char *s);

/* Give the object o the member true or false; 0, or -1 without memory. */
int json_set_bool(struct json_object *o, const char *name, bool v);

/* The object that is the member name of o, made where there is none or null;
 * NULL without memory, or where it is something else. */
struct json_object *json_make_object(struct json_object *o, const char *name);

/* Is o a number, whole or a fraction? */
bool json_is_number(const struct json_object *o);

/* Remove the member of that name, if there is one. */
void json_remove(struct json_object *o, const char *name);

/* The same, but give it to the caller: NULL if there is none, or it is null. */
struct json_object *json_take(struct json_object *o, const char *name);

#endif
