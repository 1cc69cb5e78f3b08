/*
 * Parsing JSON with json-c, and typed access to the members of an object, each
 * wrong type a fault.  check.c decides what is valid, only.c which names are.
 * Tested in t_json and t_json_get.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/base/num.h"
#include "lib/base/ban.h"

#define LARGE 1e20

/* Number of members of all objects in o. */
static size_t
count_members(struct json_object *o)
{
	struct json_object_iterator it, end;
	size_t n = 0;

	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			n += count_members(json_object_array_get_idx(o, i));
		return n;
	}
	if (!json_is_object(o))
		return 0;
	it = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	for (; !json_object_iter_equal(&it, &end); n++) {
		n += count_members(json_object_iter_peek_value(&it));
		json_object_iter_next(&it);
	}
	return n;
}

struct json_object *
json_parse(const char *text, size_t len, struct err *why)
{
	struct json_tokener *tok;
	struct json_object *o = NULL;
	enum json_tokener_error e;
	size_t members;

	if (len >= INT_MAX) {
		err_set(why, "too long");
		return NULL;
	}
	if (json_check_members(text, len, &members, why) != 0)
		return NULL;
	tok = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	if (tok == NULL) {
		err_set(why, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tok,
	    JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, (int)len);
	e = json_tokener_get_error(tok);
	/* json-c needs a delimiter to end a bare number. */
	if (e == json_tokener_continue) {
		o = json_tokener_parse_ex(tok, "", 1);
		e = json_tokener_get_error(tok);
	}
	if (e != json_tokener_success)
		err_set(why, "%s at byte %zu", json_tokener_error_desc(e),
		    json_tokener_get_parse_end(tok));
	else if (o == NULL)
		err_set(why, "expected a value other than null");
	json_tokener_free(tok);
	/* json-c keeps the last of members with the same name. */
	if (o != NULL && count_members(o) != members) {
		err_set(why, "an object has a duplicate name");
		json_free(o);
		o = NULL;
	}
	return o;
}

void
json_free(struct json_object *root)
{
	json_object_put(root);
}

const char *
json_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

bool
json_is_object(const struct json_object *o)
{
	return json_object_is_type(o, json_type_object) != 0;
}

struct json_object *
json_member(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (!json_is_object(o))
		return NULL;
	json_object_object_get_ex(o, name, &v);
	return v;
}

bool
json_has(struct json_object *o, const char *name)
{
	return json_is_object(o) && json_object_object_get_ex(o, name, NULL);
}

size_t
json_count(const struct json_object *o)
{
	if (json_object_is_type(o, json_type_array))
		return json_object_array_length(o);
	if (json_is_object(o))
		return (size_t)json_object_object_length(o);
	return 0;
}

/* Is v beyond every type of integers, or infinite? */
static bool
is_large(double v)
{
	return v < -LARGE || v > LARGE;
}

const char *
json_kind(const struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return "true or false";
	case json_type_double:
		/* Beyond every type of integers; 1e400 is infinite. */
		return is_large(json_object_get_double(o)) ?
		    "so large a number" :
		    "a fraction";
	case json_type_int:
		return "a number";
	case json_type_object:
		return "an object";
	case json_type_array:
		return "a list";
	case json_type_string:
		return "a string";
	}
	return "something else";
}

static int
fault_type(struct faults *fs, const char *name, const char *want,
    const struct json_object *v)
{
	return fault_add(fs, name, "must be %s, not %s", want, json_kind(v));
}

static int
string_of(struct json_object *v, const char *name, const char **out,
    struct faults *fs)
{
	const char *s = json_object_get_string(v);

	if (strlen(s) != (size_t)json_object_get_string_len(v))
		return fault_add(fs, name, "must not contain a NUL character");
	*out = s;
	return 0;
}

int
json_get_str(struct json_object *o, const char *name, const char **out,
    struct faults *fs)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_string))
		return fault_type(fs, name, "a string", v);
	return string_of(v, name, out, fs);
}

int
json_get_bool(struct json_object *o, const char *name, bool *out,
    struct faults *fs)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_boolean))
		return fault_type(fs, name, "true or false", v);
	*out = json_object_get_boolean(v) != 0;
	return 0;
}

/* Is v a number?  If so, write its digits without exponent into buf. */
static int
plain_of(struct json_object *v, char *buf, size_t size)
{
	if (!json_object_is_type(v, json_type_int) &&
	    !json_object_is_type(v, json_type_double))
		return -1;
	/* As it was sent: json-c keeps the text of numbers with a fraction. */
	return num_plain(json_object_to_json_string(v), buf, size);
}

int
json_get_int(struct json_object *o, const char *name,
    const struct json_range *range, int64_t *out, struct faults *fs)
{
	struct json_object *v = json_member(o, name);
	char buf[JSON_DIGITS_MAX];
	const char *text = NULL;

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_int) &&
	    !json_object_is_type(v, json_type_double) &&
	    !json_object_is_type(v, json_type_string))
		return fault_type(fs, name, "a whole number", v);
	if (json_object_is_type(v, json_type_double) &&
	    plain_of(v, buf, sizeof(buf)) == 0 && strchr(buf, '.') != NULL)
		return fault_type(fs, name, "a whole number", v);
	if (json_get_text(o, name, buf, &text, fs) != 0)
		return -1;
	if (num_parse_whole(text, range->min, range->max, out) != 0)
		return fault_add(fs, name,
		    "must be a whole number from %" PRId64 " to %" PRId64,
		    range->min, range->max);
	return 0;
}

int
json_get_object(struct json_object *o, const char *name,
    struct json_object **out, struct faults *fs)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_is_object(v))
		return fault_type(fs, name, "an object", v);
	*out = v;
	return 0;
}

int
json_get_array(struct json_object *o, const char *name,
    struct json_object **out, struct faults *fs)
{
	struct json_object *v = json_member(o, name);

	if (v == NULL)
		return 0;
	if (!json_object_is_type(v, json_type_array))
		return fault_type(fs, name, "a list", v);
	*out = v;
	return 0;
}

int
json_get_strings(struct json_object *o, const char *name, const char ***out,
    size_t *n, struct faults *fs)
{
	struct json_object *list = NULL, *v;
	const char **strings;
	size_t count;

	*out = NULL;
	*n = 0;
	if (json_get_array(o, name, &list, fs) != 0)
		return -1;
	count = json_count(list);
	if (count == 0)
		return 0;
	strings = calloc(count, sizeof(*strings));
	if (strings == NULL)
		return fault_add(fs, name, "is too long: out of memory");
	for (size_t i = 0; i < count; i++) {
		v = json_object_array_get_idx(list, i);
		if (json_object_is_type(v, json_type_string) &&
		    string_of(v, name, &strings[i], fs) == 0)
			continue;
		free(strings);
		return fault_type(fs, name, "a list of strings", v);
	}
	*out = strings;
	*n = count;
	return 0;
}

int
json_get_text(struct json_object *o, const char *name,
    char buf[JSON_DIGITS_MAX], const char **out, struct faults *fs)
{
	struct json_object *v = json_member(o, name);

	*out = NULL;
	if (v == NULL)
		return 0;
	if (json_object_is_type(v, json_type_string))
		return string_of(v, name, out, fs);
	if (plain_of(v, buf, JSON_DIGITS_MAX) != 0 || strchr(buf, '.') != NULL)
		return fault_type(fs, name, "a string or a whole number", v);
	*out = buf;
	return 0;
}

#define INSTANT_DECIMALS_MAX 9 /* digits used after the point: nanoseconds */
#define EPOCH_DIGITS_MIN 9     /* from which datetime.h needs no "@" */

int
json_get_instant(struct json_object *o, const char *name,
    char buf[JSON_INSTANT_MAX], const char **out, struct faults *fs)
{
	struct json_object *v = json_member(o, name);
	char plain[64], *point;

	*out = NULL;
	if (v == NULL)
		return 0;
	if (json_object_is_type(v, json_type_string))
		return string_of(v, name, out, fs);
	if (plain_of(v, plain, sizeof(plain)) != 0)
		return fault_type(fs, name,
		    "a string such as \"2030-12-03T15:00:00Z\" or a number "
		    "of epoch seconds",
		    v);
	point = strchr(plain, '.');
	if (point != NULL && strlen(point) > INSTANT_DECIMALS_MAX + 1)
		point[INSTANT_DECIMALS_MAX + 1] = '\0';
	if (strlen(plain) + 2 > JSON_INSTANT_MAX)
		return fault_add(fs, name,
		    "is beyond the year 9999: expected epoch seconds");
	/* A complaint quotes what was sent: no "@" that is not needed. */
	(void)snprintf(buf, JSON_INSTANT_MAX, "%s%s",
	    strcspn(plain + (plain[0] == '-'), ".") < EPOCH_DIGITS_MIN ? "@" :
									 "",
	    plain);
	*out = buf;
	return 0;
}

int
json_each(struct json_object *o, json_visit *fn, void *cookie)
{
	struct json_object_iterator it, end;
	int rc = 0;

	if (!json_is_object(o))
		return 0;
	it = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	while (rc == 0 && !json_object_iter_equal(&it, &end)) {
		rc = fn(cookie, json_object_iter_peek_name(&it),
		    json_object_iter_peek_value(&it));
		json_object_iter_next(&it);
	}
	return rc;
}
