/* What JSON is taken and refused: RFC 8259 and our limits (lib/json/json.h). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* What RFC 8259 and our limits refuse. */
static const char *const refused[] = {
	"",
	" ",
	"{",
	"[",
	"\"",
	"nul",
	"NULL",
	"True",
	"NaN",
	"[NaN]",
	"[Infinity]",
	"[-Infinity]",
	"[01]",
	"[-01]",
	"[1.]",
	"[.5]",
	"[1e]",
	"[1e+]",
	"[-]",
	"[+1]",
	"[--1]",
	"[1,]",
	"[,1]",
	"[1 2]",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{a:1}",
	"{'a':1}",
	"['a']",
	"[1] x",
	"[1][2]",
	"/**/[1]",
	"[\"\t\"]",
	"[\"\\x\"]",
	"[\"\\u12\"]",
	"[\"\\ud800\"]",
	"[\"\\ud800\\u0041\"]",
	"[\"\\udc00\"]",
	"{\"a\\u0000\":1}",
	"[18446744073709551616]",
	"[-9223372036854775809]",
	"[123456789012345678901234567890123456789]",
	"[\"\xff\"]",
	"[\"\xc0\x80\"]",
	"[\"\xed\xa0\x80\"]",
	"\xef\xbb\xbf[1]",
	"null",
	"[1}",
	"{\"a\":1]",
	"{\"a\":1,\"a\":1}",
	"{\"a\":1,\"\\u0061\":null}",
	"[{\"b\":{\"c\":0,\"a\":1,\"a\":2}}]",
};

/* What is taken, and as what it comes out again. */
static const char *const taken[][2] = {
	{ "{}", "{}" },
	{ " [ ] ", "[]" },
	{ "[1.50,-0.0,1e5,1E-3]", "[1.50,-0.0,1e5,1E-3]" },
	{ "[9223372036854775807,-9223372036854775808]",
	    "[9223372036854775807,-9223372036854775808]" },
	{ "[9223372036854775808,18446744073709551615]",
	    "[9223372036854775808,18446744073709551615]" },
	{ "[\"\\u00e9\\ud83d\\ude80\\/\"]", "[\"é🚀/\"]" },
	{ "[\"a\\u0000b\"]", "[\"a\\u0000b\"]" },
	{ "[true,false,null]", "[true,false,null]" },
	{ "{\"a\":{\"b\":[]}}", "{\"a\":{\"b\":[]}}" },
	{ "[{\"a\":{\"a\":1},\"b\":[{\"a\":2}]},{\"a\":3}]",
	    "[{\"a\":{\"a\":1},\"b\":[{\"a\":2}]},{\"a\":3}]" },
	{ "7", "7" },
	{ "\"x\"", "\"x\"" },
};

static struct json_object *
parse(const char *text)
{
	return json_parse(text, strlen(text), NULL);
}

static void
test_parse(void)
{
	struct json_object *o;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		o = parse(refused[i]);
		ok(o == NULL, "refused, number %zu", i);
		json_free(o);
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		o = parse(taken[i][0]);
		ok(o != NULL, "taken: %s", taken[i][0]);
		is_str(o != NULL ? json_text(o) : "", taken[i][1], "%s",
		    taken[i][1]);
		json_free(o);
	}
}

static void
test_depth(void)
{
	char text[2 * JSON_DEPTH_MAX + 3];
	struct json_object *o;

	for (int n = JSON_DEPTH_MAX; n <= JSON_DEPTH_MAX + 1; n++) {
		memset(text, '[', (size_t)n);
		memset(text + n, ']', (size_t)n);
		text[2 * n] = '\0';
		o = parse(text);
		ok((o != NULL) == (n == JSON_DEPTH_MAX), "%d deep", n);
		json_free(o);
	}
}

static void
test_members(void)
{
	static const struct json_range range = { 0, 9 };
	struct json_object *o = parse(
	    "{\"s\":\"x\",\"n\":null,\"i\":7,"
	    "\"t\":\"8\",\"f\":1.5,\"b\":true,\"big\":10,\"nul\":\"a\\u0000\","
	    "\"l\":[\"a\",\"b\"],\"m\":[1]}");
	struct faults fs = { .n = 0 };
	char digits[JSON_DIGITS_MAX];
	const char *s = "untouched", **v;
	int64_t i = 3;
	bool b = false;
	size_t n;

	ok(json_get_str(o, "none", &s, &fs) == 0 &&
		json_get_str(o, "n", &s, &fs) == 0,
	    "absent and null");
	is_str(s, "untouched", "leave the value");
	ok(json_get_str(o, "s", &s, &fs) == 0, "a string");
	is_str(s, "x", "its value");
	ok(json_get_str(o, "i", &s, &fs) == -1, "a number is no string");
	ok(json_get_str(o, "nul", &s, &fs) == -1, "NUL inside");
	ok(json_get_bool(o, "b", &b, &fs) == 0 && b, "true");
	ok(json_get_int(o, "i", &range, &i, &fs) == 0 && i == 7, "a number");
	ok(json_get_int(o, "t", &range, &i, &fs) == 0 && i == 8, "digits");
	ok(json_get_int(o, "f", &range, &i, &fs) == -1, "a fraction");
	ok(json_get_int(o, "big", &range, &i, &fs) == -1, "out of range");
	is_int(i, 8, "the value stays");
	ok(json_get_text(o, "i", digits, &s, &fs) == 0, "number as text");
	is_str(s, "7", "its digits");
	ok(json_get_strings(o, "l", &v, &n, &fs) == 0 && n == 2, "strings");
	is_str(v[1], "b", "the second");
	free(v);
	ok(json_get_strings(o, "m", &v, &n, &fs) == -1, "numbers are none");
	is_int((long long)fs.n, 5, "a fault for each bad member");
	json_free(o);
}

static void
test_only(void)
{
	static const char *const known[] = { "job_id", "hour", "args" };
	struct json_object *o = parse("{\"job_id\":1,\"jobid\":1,\"our\":1,"
				      "\"entirely\":1,\"HOUR\":1}");
	struct faults fs = { .n = 0 };

	ok(json_only(o, "x.", known, 3, &fs) == -1, "unknown ones");
	is_int((long long)fs.n, 4, "each named");
	is_str(fs.v[0].field, "x.jobid", "with the prefix");
	is_str(fs.v[0].text, "unknown field; did you mean job_id?", "near");
	is_str(fs.v[1].text, "unknown field; did you mean hour?", "near");
	is_str(fs.v[2].text, "unknown field", "nothing near");
	json_free(o);
}

int
main(void)
{
	test_parse();
	test_depth();
	test_members();
	test_only();
	return tap_done();
}
