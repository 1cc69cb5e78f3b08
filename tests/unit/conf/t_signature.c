/*
 * Registrations of funboost workers: whole, in parts, broken
 * (lib/conf/signature.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/signature.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* What a worker writes of itself into Redis, as funboost 40 does. */
static const char registration[] =
    "{\"queue_name\": \"q\", \"broker_kind\": \"REDIS_PRIORITY\","
    " \"broker_exclusive_config\": {\"x-max-priority\": 5, \"other\": null},"
    " \"should_check_publish_func_params\": true, \"concurrent_num\": 50,"
    " \"auto_generate_info\": {\"where_to_instantiate\": \"a.py:3\","
    " \"final_func_input_params_info\": {\"func_name\": \"f\\u00e9\","
    " \"func_position\": \"<function f>\", \"is_manual_func_input_params\":"
    " false, \"all_arg_name_list\": [\"x\", \"y\", \"\xe6\x8a\xa5\"],"
    " \"must_arg_name_list\": [\"x\"], \"optional_arg_name_list\":"
    " [\"y\", \"\xe6\x8a\xa5\"]}}}";

static void
list_is(const struct conf_list *l, const char *want, const char *what)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < l->n; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : ",", l->v[i]);
	is_str(buf_cstr(&b), want, "%s", what);
	buf_fini(&b);
}

static void
test_whole(void)
{
	struct signature s = { .is_known = false };
	struct err why = { "" };

	is_int(signature_parse(registration, strlen(registration), &s, &why), 0,
	    "read: %s", why.text);
	ok(s.is_known, "it is known");
	is_str(s.func_name, "f\xc3\xa9", "the function");
	is_str(s.broker_kind, "REDIS_PRIORITY", "the kind of broker");
	ok(s.is_checked, "names are to be checked");
	list_is(&s.all, "x,y,\xe6\x8a\xa5", "all names, in order");
	list_is(&s.must, "x", "those that must be");
	list_is(&s.optional, "y,\xe6\x8a\xa5", "those that may be");
	is_int(s.max_priority, 5, "x-max-priority");
	signature_fini(&s);
	ok(!s.is_known && s.func_name == NULL && s.all.n == 0 &&
		s.all.v == NULL,
	    "empty afterwards");
	signature_fini(&s);
}

/* Whatever is missing or odd is left empty. */
static const struct {
	const char *text;
	const char *broker, *func, *all;
	bool is_checked;
	int64_t max_priority;
} parts[] = {
	{ "{}", NULL, NULL, "", false, 0 },
	{ "{\"broker_kind\":\"REDIS\"}", "REDIS", NULL, "", false, 0 },
	{ "{\"broker_kind\":7,\"should_check_publish_func_params\":\"x\","
	  "\"broker_exclusive_config\":[],\"auto_generate_info\":null}",
	    NULL, NULL, "", false, 0 },
	{ "{\"should_check_publish_func_params\":false}", NULL, NULL, "", false,
	    0 },
	{ "{\"broker_exclusive_config\":{\"x-max-priority\":null}}", NULL, NULL,
	    "", false, 0 },
	{ "{\"broker_exclusive_config\":{\"x-max-priority\":255}}", NULL, NULL,
	    "", false, 255 },
	{ "{\"broker_exclusive_config\":{\"x-max-priority\":256}}", NULL, NULL,
	    "", false, 0 },
	{ "{\"broker_exclusive_config\":{\"x-max-priority\":-1}}", NULL, NULL,
	    "", false, 0 },
	{ "{\"broker_exclusive_config\":{\"x-max-priority\":\"5\"}}", NULL,
	    NULL, "", false, 5 },
	{ "{\"auto_generate_info\":{\"final_func_input_params_info\":"
	  "{\"func_name\":\"f\",\"all_arg_name_list\":[]}}}",
	    NULL, "f", "", false, 0 },
	{ "{\"auto_generate_info\":{\"final_func_input_params_info\":"
	  "{\"all_arg_name_list\":[\"x\",7]}}}",
	    NULL, NULL, "", false, 0 },
	{ "{\"auto_generate_info\":{\"final_func_input_params_info\":"
	  "{\"all_arg_name_list\":\"x\"}}}",
	    NULL, NULL, "", false, 0 },
	{ "{\"auto_generate_info\":{\"final_func_input_params_info\":7}}", NULL,
	    NULL, "", false, 0 },
};

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
test_parts(void)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct signature s = { .is_known = false };
		struct err why = { "" };

		ok(signature_parse(parts[i].text, strlen(parts[i].text), &s,
		       &why) == 0 &&
			s.is_known,
		    "part %zu: %s", i, why.text);
		ok(is_same(s.broker_kind, parts[i].broker) &&
			is_same(s.func_name, parts[i].func) &&
			s.is_checked == parts[i].is_checked &&
			s.max_priority == parts[i].max_priority,
		    "what there is");
		list_is(&s.all, parts[i].all, "and the names");
		signature_fini(&s);
	}
}

static void
test_broken(void)
{
	static const char *const texts[] = { "", "{", "no", "{\"a\":1}}",
		"{\"a\":\"\xff\"}" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct signature s = { .is_known = false };
		struct err why = { "" };

		ok(signature_parse(texts[i], strlen(texts[i]), &s, &why) ==
			    -1 &&
			!s.is_known,
		    "broken %zu", i);
		ok(strncmp(why.text, "its registration cannot be read: ", 33) ==
			    0 &&
			strchr(why.text, '\n') == NULL,
		    "why: %s", why.text);
		signature_fini(&s);
	}
}

/* Cut off anywhere, or no object at all: an answer, and no crash. */
static void
test_damage(void)
{
	struct signature s = { .is_known = false };
	int good = 0;

	for (size_t n = 0; n < strlen(registration); n++) {
		good += signature_parse(registration, n, &s, NULL) == 0;
		signature_fini(&s);
	}
	is_int(good, 0, "none of it is a whole");
	for (int i = 0; i < 3; i++) {
		static const char *const odd[] = { "[]", "7", "\"x\"" };

		(void)signature_parse(odd[i], strlen(odd[i]), &s, NULL);
		ok(s.all.n == 0 && s.broker_kind == NULL, "%s: nothing in it",
		    odd[i]);
		signature_fini(&s);
	}
}

int
main(void)
{
	test_whole();
	test_parts();
	test_broken();
	test_damage();
	return tap_done();
}
