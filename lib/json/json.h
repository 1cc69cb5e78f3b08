#ifndef LIB_JSON_JSON_H
#define LIB_JSON_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faults;
struct json_object;

#define JSON_DEPTH_MAX 32

/*
 * Parse len bytes as one strict JSON text (RFC 8259, UTF-8 checked, nothing
 * after it, at most JSON_DEPTH_MAX deep, integers from -2^63 to 2^64-1 and no name
 * twice in an object, so that nothing is changed or lost on its way).  NULL with a reason that names the byte offset;
 * otherwise the caller frees the root with json_free.
 */
struct json_object *json_parse(const char *text, size_t len, char *why,
    size_t whylen);

/* Free a root that json_parse gave; NULL is fine. */
void json_free(struct json_object *root);

/*
 * Only the check json_parse starts with: is text one strict JSON text?
 * 0, or -1 with a reason in why.
 */
int json_check(const char *text, size_t len, char *why, size_t whylen);

/* As json_check; *members tells how many members all objects in text have. */
int json_check_members(const char *text, size_t len, size_t *members, char *why,
    size_t whylen);

/* The compact text of o, UTF-8 not escaped; borrowed until o is changed. */
const char *json_text(struct json_object *o);

/* Is o an object?  NULL (JSON's null) is none. */
bool json_is_object(const struct json_object *o);

/* A member of an object, borrowed; NULL when absent or null. */
struct json_object *json_member(struct json_object *o, const char *name);

/* Is there a member of that name, be it null? */
bool json_has(struct json_object *o, const char *name);

/* Number of elements of an array, of members of an object; else 0. */
size_t json_count(const struct json_object *o);

/* What o is, for complaints: "a list", "true or false", "null", … */
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

/* An integer within min..max; 10.0, 1e1 and numeric strings are taken too. */
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
 * The one of n known names that name is a near miss of: it differs in at most
 * two letters (one where it has three or less), or only in case, "_" and "-";
 * or NULL.
 */
const char *json_near(const char *name, const char *const *known, size_t n);

/*
 * As json_only, but a name that is no near miss is no complaint: other is
 * called with it (json_each).
 */
struct json_others {
	json_visit *other;
	void *cookie;
};
int json_known(struct json_object *o, const char *const *known, size_t n,
    const struct json_others *others, struct faults *fs);

/*
 * Complain of every member of o whose name is not one of the n known ones,
 * suggesting a known name that differs in at most two letters.  prefix goes
 * before the name in the complaint ("retry.", "").  0 or -1.
 */
int json_only(struct json_object *o, const char *prefix,
    const char *const *known, size_t n, struct faults *fs);

#endif
