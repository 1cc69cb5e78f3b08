/*
 * Members of JSON read by type, and the reasons for bad JSON (lib/json/json.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "tests/unit/tap.h"

/* What is said of bad JSON, and members read by type (lib/json/json.h). */

static struct json_object *
parse(const char *text)
{
	return json_parse(text, strlen(text), NULL);
}

/* The reason names the offset of the byte, from 0. */
static const struct {
	const char *text, *want;
} reasons[] = {
	{ "", "unexpected end of the text at byte 0" },
	{ "  ", "unexpected end of the text at byte 2" },
	{ "[1", "unexpected end of the text at byte 2" },
	{ "[1,", "unexpected end of the text at byte 3" },
	{ "{\"a\":1", "unexpected end of the text at byte 6" },
	{ "[1 2]", "expected a comma at byte 3" },
	{ "{\"a\" 1}", "expected a colon at byte 5" },
	{ "{a:1}", "expected a name in quotes at byte 1" },
	{ "{\"a\":1,}", "expected a name in quotes at byte 7" },
	{ "[1,]", "unexpected character at byte 3" },
	{ "nul", "unexpected character at byte 0" },
	{ "[x]", "unexpected character at byte 1" },
	{ "[01]", "a number with a leading zero at byte 2" },
	{ "[1.]", "expected a digit at byte 3" },
	{ "[1e+]", "expected a digit at byte 4" },
	{ "[-]", "expected a digit at byte 2" },
	{ "[18446744073709551616]",
	    "a number larger than 64 bits (send it as a string) at byte 1" },
	{ "[\"\n\"]", "a control character in a string at byte 2" },
	{ "[\"\\x\"]", "an invalid escape at byte 3" },
	{ "[\"\\u12\"]", "an invalid \\u escape at byte 6" },
	{ "[\"\\ud800\"]", "an unpaired surrogate at byte 8" },
	{ "[\"\\udc00\"]", "an unpaired surrogate at byte 8" },
	{ "[\"\\ud800\\n\"]", "an unpaired surrogate at byte 9" },
	{ "{\"a\\u0000\":1}", "a NUL in a name at byte 9" },
	{ "[\"\xff\"]", "bytes that are not UTF-8 at byte 2" },
	{ "[\"a", "an unterminated string at byte 3" },
	{ "1 2", "unexpected data after the JSON text at byte 2" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[0",
	    "nested too deeply at byte 32" },
};

static void
check_reasons(void)
{
	struct json_object *o;
	struct err why;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		err_clear(&why);
		o = json_parse(reasons[i].text, strlen(reasons[i].text), &why);
		ok(o == NULL, "no JSON: row %zu", i);
		is_str(why.text, reasons[i].want, "it says where and what");
		err_clear(&why);
		is_int(json_check(reasons[i].text, strlen(reasons[i].text),
			   &why),
		    -1, "the check alone");
		is_str(why.text, reasons[i].want, "says the same");
		json_free(o);
	}
	is_int(json_check("null", 4, &why), 0, "null is a JSON text");
	ok(json_parse("null", 4, &why) == NULL, "but no root: it says nothing");
	is_int(json_check("[1]x", 3, &why), 0, "only so many bytes are read");
	json_free(NULL);
}

static const char body[] =
    "{\"str\":\"text\",\"empty\":\"\",\"nul\":\"a\\u0000b\",\"null\":null,"
    "\"int\":7,\"neg\":-8,\"digits\":\"9\",\"bad\":\"9x\",\"frac\":1.5,"
    "\"exp\":1e2,\"true\":true,\"false\":false,\"list\":[\"a\",\"b\"],"
    "\"none\":[],\"mixed\":[\"a\",1],\"nullist\":[null],"
    "\"nuls\":[\"a\\u0000\"],\"obj\":{\"k\":1},"
    "\"max\":9223372036854775807,\"min\":-9223372036854775808}";

/* What each getter makes of each member: 0, or the fault's text. */
static const struct {
	const char *name;
	const char *str, *integer, *truth, *object, *list;
} members[] = {
	{ "str", NULL, "must be a whole number from -9 to 9",
	    "must be true or false, not a string",
	    "must be an object, not a string", "must be a list, not a string" },
	{ "empty", NULL, "must be a whole number from -9 to 9",
	    "must be true or false, not a string",
	    "must be an object, not a string", "must be a list, not a string" },
	{ "nul", "must not contain a NUL character",
	    "must not contain a NUL character",
	    "must be true or false, not a string",
	    "must be an object, not a string", "must be a list, not a string" },
	{ "null", NULL, NULL, NULL, NULL, NULL },
	{ "absent", NULL, NULL, NULL, NULL, NULL },
	{ "int", "must be a string, not a number", NULL,
	    "must be true or false, not a number",
	    "must be an object, not a number", "must be a list, not a number" },
	{ "digits", NULL, NULL, "must be true or false, not a string",
	    "must be an object, not a string", "must be a list, not a string" },
	{ "frac", "must be a string, not a fraction",
	    "must be a whole number, not a fraction",
	    "must be true or false, not a fraction",
	    "must be an object, not a fraction",
	    "must be a list, not a fraction" },
	{ "exp", "must be a string, not a fraction",
	    "must be a whole number from -9 to 9",
	    "must be true or false, not a fraction",
	    "must be an object, not a fraction",
	    "must be a list, not a fraction" },
	{ "true", "must be a string, not true or false",
	    "must be a whole number, not true or false", NULL,
	    "must be an object, not true or false",
	    "must be a list, not true or false" },
	{ "list", "must be a string, not a list",
	    "must be a whole number, not a list",
	    "must be true or false, not a list",
	    "must be an object, not a list", NULL },
	{ "obj", "must be a string, not an object",
	    "must be a whole number, not an object",
	    "must be true or false, not an object", NULL,
	    "must be a list, not an object" },
};

/* rc and the fault agree with want, and the fault names the member. */
static void
judge(int rc, struct faults *fs, const char *name, const char *want)
{
	is_int(rc, want == NULL ? 0 : -1, "its result");
	is_str(fs->n == 0 ? "good" : fs->v[0].text,
	    want == NULL ? "good" : want, "%s: what is said", name);
	ok(fs->n == 0 || strcmp(fs->v[0].field, name) == 0, "of the member %s",
	    name);
	fs->n = 0;
}

static void
check_types(void)
{
	static const struct json_range range = { -9, 9 };
	struct json_object *o = parse(body), *v, *was;
	struct faults fs = { .n = 0 };
	const char *s, mark[] = "mark";
	int64_t i;
	bool b;

	for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++) {
		const char *name = members[k].name;

		s = mark;
		i = 4711;
		b = true;
		judge(json_get_str(o, name, &s, &fs), &fs, name,
		    members[k].str);
		judge(json_get_int(o, name, &range, &i, &fs), &fs, name,
		    members[k].integer);
		judge(json_get_bool(o, name, &b, &fs), &fs, name,
		    members[k].truth);
		v = was = o;
		judge(json_get_object(o, name, &v, &fs), &fs, name,
		    members[k].object);
		judge(json_get_array(o, name, &was, &fs), &fs, name,
		    members[k].list);
		if (members[k].str != NULL || !json_has(o, name))
			ok(s == mark, "%s: a string stays untouched", name);
		if (members[k].integer != NULL || !json_has(o, name))
			is_int(i, 4711, "%s: a number stays untouched", name);
		if (members[k].object != NULL || !json_has(o, name))
			ok(v == o, "%s: an object stays untouched", name);
	}
	json_free(o);
}

/* The ends of a range, as numbers and as digits. */
static void
check_ranges(void)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int want;
	} rows[] = {
		{ "{\"v\":5}", 5, 5, 0 },
		{ "{\"v\":4}", 5, 5, -1 },
		{ "{\"v\":6}", 5, 5, -1 },
		{ "{\"v\":\"5\"}", 5, 5, 0 },
		{ "{\"v\":\"+5\"}", 5, 5, 0 },
		{ "{\"v\":\" 5\"}", 5, 5, -1 },
		{ "{\"v\":\"\"}", 5, 5, -1 },
		{ "{\"v\":-0}", 0, 0, 0 },
		{ "{\"v\":9223372036854775807}", INT64_MAX, INT64_MAX, 0 },
		{ "{\"v\":-9223372036854775808}", INT64_MIN, INT64_MIN, 0 },
		{ "{\"v\":\"9223372036854775808\"}", 0, INT64_MAX, -1 },
		{ "{\"v\":18446744073709551615}", 0, INT64_MAX, -1 },
		{ "{\"v\":10.0}", 10, 10, 0 },
		{ "{\"v\":1e1}", 10, 10, 0 },
		{ "{\"v\":\"1.0E1\"}", 10, 10, 0 },
		{ "{\"v\":10.5}", 10, 11, -1 },
		{ "{\"v\":1e30}", 0, INT64_MAX, -1 },
	};
	struct faults fs = { .n = 0 };
	struct json_object *o;
	int64_t v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct json_range range = { rows[i].min, rows[i].max };

		o = parse(rows[i].text);
		v = 4711;
		is_int(json_get_int(o, "v", &range, &v, &fs), rows[i].want,
		    "%s within %lld and %lld", rows[i].text,
		    (long long)rows[i].min, (long long)rows[i].max);
		is_int(v, rows[i].want == 0 ? rows[i].min : 4711,
		    "its value, or none");
		json_free(o);
	}
}

static void
check_strings(void)
{
	static const struct {
		const char *name, *want; /* joined by +, or the fault */
		int rc;
	} rows[] = {
		{ "list", "a+b+", 0 },
		{ "none", "", 0 },
		{ "null", "", 0 },
		{ "absent", "", 0 },
		{ "mixed", "must be a list of strings, not a number", -1 },
		{ "nullist", "must be a list of strings, not null", -1 },
		{ "nuls", "must not contain a NUL character", -1 },
		{ "str", "must be a list, not a string", -1 },
	};
	struct json_object *o = parse(body);
	struct faults fs = { .n = 0 };
	char got[256];
	const char **v;
	size_t n;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fs.n = got[0] = 0;
		is_int(json_get_strings(o, rows[i].name, &v, &n, &fs),
		    rows[i].rc, "strings of %s", rows[i].name);
		for (size_t k = 0, at = 0; k < n; k++)
			at += (size_t)snprintf(got + at, sizeof(got) - at,
			    "%s+", v[k]);
		is_str(fs.n > 0 ? fs.v[0].text : got, rows[i].want,
		    "%s: what they are", rows[i].name);
		ok(rows[i].rc == 0 || (v == NULL && n == 0),
		    "there is nothing to free after a fault");
		free(v);
	}
	json_free(o);
}

static void
check_text(void)
{
	static const struct {
		const char *name, *want; /* NULL: none */
		int rc;
	} rows[] = {
		{ "str", "text", 0 },
		{ "empty", "", 0 },
		{ "int", "7", 0 },
		{ "neg", "-8", 0 },
		{ "max", "9223372036854775807", 0 },
		{ "min", "-9223372036854775808", 0 },
		{ "null", NULL, 0 },
		{ "absent", NULL, 0 },
		{ "frac", NULL, -1 },
		{ "true", NULL, -1 },
		{ "nul", NULL, -1 },
	};
	struct json_object *o = parse(body);
	struct faults fs = { .n = 0 };
	char digits[JSON_DIGITS_MAX];
	const char *s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s = "left over";
		is_int(json_get_text(o, rows[i].name, digits, &s, &fs),
		    rows[i].rc, "%s as text", rows[i].name);
		is_str(s == NULL ? "none" : s,
		    rows[i].want == NULL ? "none" : rows[i].want, "its text");
	}
	json_free(o);
}

static void
check_shape(void)
{
	static const struct {
		const char *text, *kind;
		size_t n;
		bool is_object, is_list, is_number;
	} rows[] = {
		{ "{}", "an object", 0, true, false, false },
		{ "{\"a\":1,\"b\":null}", "an object", 2, true, false, false },
		{ "[]", "a list", 0, false, true, false },
		{ "[null,2]", "a list", 2, false, true, false },
		{ "7", "a number", 0, false, false, true },
		{ "7.5", "a fraction", 0, false, false, true },
		{ "\"7\"", "a string", 0, false, false, false },
		{ "true", "true or false", 0, false, false, false },
	};
	struct json_object *o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		o = parse(rows[i].text);
		is_str(json_kind(o), rows[i].kind, "%s is", rows[i].text);
		is_int((long long)json_count(o), (long long)rows[i].n,
		    "%s: its count", rows[i].text);
		ok(json_is_object(o) == rows[i].is_object &&
			json_is_list(o) == rows[i].is_list &&
			json_is_number(o) == rows[i].is_number,
		    "%s: object, list, number", rows[i].text);
		ok(rows[i].is_object || json_member(o, "a") == NULL,
		    "only objects have members");
		ok(rows[i].is_list || json_item(o, 0) == NULL,
		    "only lists have elements");
		json_free(o);
	}
	is_str(json_kind(NULL), "null", "NULL is null");
	ok(!json_is_object(NULL) && !json_is_list(NULL) &&
		!json_is_number(NULL) && json_count(NULL) == 0 &&
		json_item(NULL, 0) == NULL && !json_has(NULL, "a"),
	    "and nothing else");
	o = parse("[1,null]");
	ok(json_item(o, 0) != NULL && json_item(o, 1) == NULL &&
		json_item(o, 2) == NULL,
	    "no element for null, none past the end");
	json_free(o);
	o = parse("{\"a\":null}");
	ok(json_has(o, "a") && json_member(o, "a") == NULL && !json_has(o, "b"),
	    "a member that is null is there, and has no value");
	json_free(o);
}

/* Ends at the third member. */
static int
visit(void *cookie, const char *name, struct json_object *value)
{
	int *n = cookie;

	if (strcmp(name, "null") == 0)
		ok(value == NULL, "null is NULL to a visitor");
	return ++*n == 4 ? 42 : 0;
}

static void
check_each(void)
{
	struct json_object *o = parse(body), *list = parse("[1]");
	int n = 0;

	is_int(json_each(o, visit, &n), 42, "a visit that ends is told");
	is_int(n, 4, "and no more is visited");
	is_int(json_each(list, visit, &n), 0, "a list has no members");
	is_int(json_each(NULL, visit, &n), 0, "nor has null");
	is_int(n, 4, "none was visited");
	json_free(o);
	json_free(list);
}

int
main(void)
{
	check_reasons();
	check_types();
	check_ranges();
	check_strings();
	check_text();
	check_shape();
	check_each();
	return tap_done();
}
