#include "config.h"

#include <json-c/json.h>

#include "lib/json_list.h"

#include "lib/ban.h"

bool
json_is_list(const struct json_object *o)
{
	return json_object_is_type(o, json_type_array) != 0;
}

struct json_object *
json_item(struct json_object *o, size_t i)
{
	return json_is_list(o) ? json_object_array_get_idx(o, i) : NULL;
}

bool
json_is_number(const struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}
