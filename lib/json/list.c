/*
 * Lists, and changes to a JSON tree: setting, taking and removing members.
 * Reading members is json.c's.  Tested in t_job_patch and t_message_funboost.
 */
#include "config.h"

#include <json-c/json.h>

#include "lib/json/json.h"
#include "lib/json/list.h"

#include "lib/base/ban.h"

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

/* Make v the member name of o, which then owns v; frees v on failure. */
static int
set(struct json_object *o, const char *name, struct json_object *v)
{
	if (v != NULL && json_object_object_add(o, name, v) == 0)
		return 0;
	json_object_put(v);
	return -1;
}

int
json_set_str(struct json_object *o, const char *name, const char *s)
{
	return set(o, name, json_object_new_string(s));
}

int
json_set_bool(struct json_object *o, const char *name, bool v)
{
	return set(o, name, json_object_new_boolean(v));
}

struct json_object *
json_make_object(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (json_object_object_get_ex(o, name, &v) && v != NULL)
		return json_object_is_type(v, json_type_object) ? v : NULL;
	v = json_object_new_object();
	return set(o, name, v) == 0 ? v : NULL;
}

bool
json_is_number(const struct json_object *o)
{
	return json_object_is_type(o, json_type_int) ||
	    json_object_is_type(o, json_type_double);
}

void
json_remove(struct json_object *o, const char *name)
{
	json_object_object_del(o, name);
}

struct json_object *
json_take(struct json_object *o, const char *name)
{
	struct json_object *v = json_object_get(json_member(o, name));

	json_object_object_del(o, name);
	return v;
}
