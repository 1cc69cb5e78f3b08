#ifndef LIB_JSON_JSON_H
#define LIB_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct faults;
struct json_object;

#define JSON_DEPTH_MAX 32

/*
 * Parse len bytes as one strict JSON text: RFC 8259, valid UTF-8, nothing after
 * it, at most JSON_DEPTH_MAX levels, integers from -2^63 to 2^64-1 and no
 * duplicate name in an object, so that no value is changed or lost.  Returns
 * the root, which the caller frees with json_free, or NULL with a one-line
 * reason that names the byte offset in why.
 */
struct json_object *json_parse(const char *text, size_t len, struct err *why);

/* Free a root that json_parse returned; NULL is allowed. */
void json_free(struct json_object *root);

/* As json_parse, without the tree: 0, or -1 with a reason in why. */
int json_check(const char *text, size_t len, struct err *why);

/* As json_check; *members is the number of members of all objects in text. */
int json_check_members(const char *text, size_t len, size_t *members,
    struct err *why);

/* The compact text of o, UTF-8 not escaped; borrowed until o is changed. */
const char *json_text(struct json_object *o);

/* Is o an object?  NULL (JSON's null) is not. */
bool json_is_object(const struct json_object *o);

/* A member of an object, borrowed; NULL if absent or null. */
struct json_object *json_member(struct json_object *o, const char *name);

/* Does o have a member of that name, even if it is null? */
bool json_has(struct json_object *o, const char *name);

/* Number of elements of an array, of members of an object; else 0. */
size_t json_count(const struct json_object *o);

/* The type of o for messages: "a list", "true or false", "null", … */
const char *json_kind(const struct json_object *o);

/*
 * Typed members of an object.  Absent and null leave *out untouched and
 * return 0; a wrong type adds a fault for the member and returns -1.
 * Strings are borrowed as long as the object lives, and hold no NUL.
 */
int json_get_str(struct json_object *o, const char *name, const char **out,
    struct faults *fs);
int json_get_bool(struct json_object *o, const char *name, bool *out,
    struct faults *fs);

/* An integer within min..max; 10.0, 1e1 and numeric strings are accepted. */
struct json_range {
	int64_t min, max;
};
int json_get_int(struct json_object *o, const char *name,
    const struct json_range *range, int64_t *out, struct faults *fs);

/* A member of type object (or array), borrowed. */
int json_get_object(struct json_object *o, const char *name,
    struct json_object **out, struct faults *fs);
int json_get_array(struct json_object *o, const char *name,
    struct json_object **out, struct faults *fs);

/*
 * A list of strings into a new array of *n borrowed strings, which the caller
 * frees with free(3).
 */
int json_get_strings(struct json_object *o, const char *name, const char ***out,
    size_t *n, struct faults *fs);

/*
 * A member that is a string or a whole number, as text: the string itself,
 * or the digits in buf.  *out is NULL for absent and null.
 */
#define JSON_DIGITS_MAX 24
int json_get_text(struct json_object *o, const char *name,
    char buf[JSON_DIGITS_MAX], const char **out, struct faults *fs);

/*
 * A member that is an instant, as text for datetime_parse: the string itself,
 * or a number of epoch seconds as "@SECONDS" in buf.  *out is NULL for absent
 * and null.
 */
#define JSON_INSTANT_MAX 40
int json_get_instant(struct json_object *o, const char *name,
    char buf[JSON_INSTANT_MAX], const char **out, struct faults *fs);

/*
 * Call fn for each member of an object until it returns non-zero, which is
 * then returned; else 0.  value is NULL for null.
 */
typedef int json_visit(void *cookie, const char *name,
    struct json_object *value);
int json_each(struct json_object *o, json_visit *fn, void *cookie);

/*
 * The one of n known names that name is probably a misspelling of: it differs
 * in at most two letters (one if name has three or fewer), or only in case, "_"
 * and "-"; NULL if there is none.
 */
const char *json_suggest(const char *name, const char *const *known, size_t n);

/*
 * As json_only, but an unknown name that resembles no known one is no fault:
 * other is called with it (json_each).
 */
struct json_others {
	json_visit *other;
	void *cookie;
};
int json_only_or(struct json_object *o, const char *const *known, size_t n,
    const struct json_others *others, struct faults *fs);

/*
 * Add a fault for every member of o whose name is not one of the n known ones,
 * with the known name it resembles (json_suggest), if any.  prefix precedes the
 * name in the fault's field ("retry.", "").  0, or -1 if there was a fault.
 */
int json_only(struct json_object *o, const char *prefix,
    const char *const *known, size_t n, struct faults *fs);

#endif
