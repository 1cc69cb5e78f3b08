/*
 * Messages as workers of funboost parse them, byte for byte
 * (lib/job/message_funboost.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/json/json.h"
#include "lib/job/message_funboost.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* What workers of funboost parse: byte for byte (queues.md, 1). */

#define ID "01a1fee0-548b-78d5-b60f-44942d7905f6"
#define OURS_IN(when_) \
	"\"task_id\":\"" ID "\",\"publish_time\":1795277477.0036," \
	"\"publish_time_format\":\"" when_ "\"}}"
#define OURS OURS_IN("2026-11-22 00:11:17")

static struct tz_cache *zones;
static char *xyz[] = { (char[]){ "x" }, (char[]){ "y" },
	(char[]){ "\xc3\xa9" } };
static const struct conf_list names = { xyz, 3 };
static const struct conf_list no_names = { NULL, 0 };

static struct message_funboost
sample(const char *args, const char *kwargs, int64_t priority)
{
	return (struct message_funboost){
		.task_id = ID,
		.args = args,
		.kwargs = kwargs,
		.names = &names,
		.priority = priority,
		.publish_us = INT64_C(1795277477003600),
		.zone = tz_get(zones, "Asia/Shanghai", NULL),
	};
}

static const struct {
	const char *what, *args, *kwargs;
	int64_t priority;
	const char *want;
} cases[] = {
	{ "nothing", NULL, NULL, 0, "{\"extra\":{" OURS },
	{ "empty", "[]", "{}", 0, "{\"extra\":{" OURS },
	{ "names", NULL, "{\"x\":10,\"y\":20}", 0,
	    "{\"x\":10,\"y\":20,\"extra\":{" OURS },
	{ "places", "[10,\"b\",null]", NULL, 0,
	    "{\"x\":10,\"y\":\"b\",\"\xc3\xa9\":null,\"extra\":{" OURS },
	{ "both", "[10]", "{\"y\":[1,{}]}", 0,
	    "{\"x\":10,\"y\":[1,{}],\"extra\":{" OURS },
	{ "a clash: the place wins", "[10]", "{\"x\":1,\"y\":2}", 0,
	    "{\"x\":10,\"y\":2,\"extra\":{" OURS },
	{ "a clash with null", "[null]", "{\"x\":1}", 0,
	    "{\"x\":null,\"extra\":{" OURS },
	{ "unicode and escapes", "[\"\xe6\x8a\xa5\\n\"]",
	    "{\"\xd0\xb6\\\"\":\"\xf0\x9f\x95\x90\"}", 0,
	    "{\"x\":\"\xe6\x8a\xa5\\n\",\"\xd0\xb6\\\"\":"
	    "\"\xf0\x9f\x95\x90\",\"extra\":{" OURS },
	{ "extra is merged", NULL, "{\"x\":1,\"extra\":{\"a\":1,\"b\":null}}",
	    0, "{\"x\":1,\"extra\":{\"a\":1,\"b\":null," OURS },
	{ "extra alone", "[]", "{\"extra\":{\"a\":1}}", 0,
	    "{\"extra\":{\"a\":1," OURS },
	{ "an empty one", NULL, "{\"extra\":{}}", 0, "{\"extra\":{" OURS },
	{ "ours win", NULL,
	    "{\"extra\":{\"task_id\":\"t\",\"a\":1,\"publish_time\":2,"
	    "\"publish_time_format\":\"n\"}}",
	    0, "{\"extra\":{\"a\":1," OURS },
	{ "an extra further down is a value", "[1]",
	    "{\"y\":{\"extra\":{\"a\":1}}}", 0,
	    "{\"x\":1,\"y\":{\"extra\":{\"a\":1}},\"extra\":{" OURS },
	{ "priority", NULL, "{\"x\":1}", 5,
	    "{\"x\":1,\"extra\":{\"other_extra_params\":{\"priroty\":5}," OURS },
	{ "with others", NULL,
	    "{\"extra\":{\"a\":1,\"other_extra_params\":{\"eta\":9}}}", 5,
	    "{\"extra\":{\"a\":1,\"other_extra_params\":{\"eta\":9,"
	    "\"priroty\":5}," OURS },
	{ "with none", NULL, "{\"extra\":{\"other_extra_params\":{}}}", 5,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":5}," OURS },
	{ "the client's wins", NULL,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":2}}}", 5,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":2}," OURS },
	{ "and stays", NULL,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":2,\"z\":1}}}", 0,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":2,\"z\":1}," OURS },
	{ "params that are none stay", NULL,
	    "{\"extra\":{\"other_extra_params\":7}}", 5,
	    "{\"extra\":{\"other_extra_params\":7," OURS },
	{ "null is as good as none", NULL,
	    "{\"extra\":{\"other_extra_params\":null}}", 5,
	    "{\"extra\":{\"other_extra_params\":{\"priroty\":5}," OURS },
	{ "null without a priority", NULL,
	    "{\"extra\":{\"other_extra_params\":null}}", 0,
	    "{\"extra\":{\"other_extra_params\":null," OURS },
	{ "less than none", "[1]", NULL, -5, "{\"x\":1,\"extra\":{" OURS },
};

/* A body is JSON in which no member stands twice. */
static bool
is_sound(const char *text)
{
	return json_check(text, strlen(text), NULL) == 0;
}

static void
test_cases(void)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct message_funboost m =
		    sample(cases[i].args, cases[i].kwargs, cases[i].priority);

		buf_reset(&b);
		is_int(message_funboost(&m, &b), 0, "%s", cases[i].what);
		is_str(buf_cstr(&b), cases[i].want, "what it looks like");
		ok(is_sound(buf_cstr(&b)), "it is JSON");
	}
	buf_fini(&b);
}

/* Kwargs that go as they stand, and through the parser: the same bytes. */
static void
test_fast(void)
{
	static const char *const kwargs[] = {
		NULL,
		"{}",
		"{\"a\":1}",
		"{\"a\":1.50,\"b\":1e3,\"c\":-0.0,\"d\":9007199254740993,"
		"\"e\":true,\"f\":null}",
		"{\"a\":\"/\xe6\x8a\xa5\\\"\\\\\\n\\u0001\"}",
		"{\"a\":[[],{},{\"b\":[1,2]}],\"\":\"\"}",
	};
	struct buf fast = BUF_INIT, slow = BUF_INIT;

	for (size_t i = 0; i < sizeof(kwargs) / sizeof(kwargs[0]); i++) {
		struct message_funboost m = sample("[]", kwargs[i], 0);

		buf_reset(&fast);
		buf_reset(&slow);
		is_int(message_funboost(&m, &fast), 0, "as it stands");
		/* Not what json_text gives: it must be looked at. */
		m.args = "[ ]";
		is_int(message_funboost(&m, &slow), 0, "taken apart");
		is_str(buf_cstr(&slow), buf_cstr(&fast), "the same");
		ok(is_sound(buf_cstr(&fast)), "it is JSON");
	}
	buf_fini(&fast);
	buf_fini(&slow);
}

/* What nobody can make a message of; nothing is appended. */
static void
test_refused(void)
{
	static const struct {
		const char *what, *args, *kwargs;
		const struct conf_list *names;
	} refused[] = {
		{ "more args than names", "[1,2,3,4]", NULL, &names },
		{ "no names", "[1]", NULL, &no_names },
		{ "no list of names", "[1]", NULL, NULL },
		{ "no JSON", "[1", NULL, &names },
		{ "no JSON in kwargs", "[1]", "{", &names },
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct message_funboost m =
		    sample(refused[i].args, refused[i].kwargs, 0);

		m.names = refused[i].names;
		is_int(message_funboost(&m, &b), -1, "%s", refused[i].what);
		is_int((long long)b.len, 0, "nothing is said");
	}
	buf_fini(&b);
}

/* Instants: four decimals, and seconds in the zone without its offset. */
static const struct {
	int64_t us;
	const char *zone, *want;
} instants[] = {
	{ 0, "UTC",
	    "\"publish_time\":0.0000,\"publish_time_format\":"
	    "\"1970-01-01 00:00:00\"}}" },
	{ INT64_C(1795277477000099), "UTC",
	    "\"publish_time\":1795277477.0000,\"publish_time_format\":"
	    "\"2026-11-21 16:11:17\"}}" },
	{ INT64_C(1795277477999999), "Europe/Berlin",
	    "\"publish_time\":1795277477.9999,\"publish_time_format\":"
	    "\"2026-11-21 17:11:17\"}}" },
	{ INT64_C(1795277477012345), "-03:30",
	    "\"publish_time\":1795277477.0123,\"publish_time_format\":"
	    "\"2026-11-21 12:41:17\"}}" },
};

static void
test_instants(void)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(instants) / sizeof(instants[0]); i++) {
		struct message_funboost m = sample(NULL, NULL, 0);
		const char *at;

		m.publish_us = instants[i].us;
		m.zone = tz_get(zones, instants[i].zone, NULL);
		buf_reset(&b);
		(void)message_funboost(&m, &b);
		at = strstr(buf_cstr(&b), "\"publish_time\"");
		is_str(at == NULL ? "" : at, instants[i].want, "in %s",
		    instants[i].zone);
	}
	buf_fini(&b);
}

static void
test_priority(void)
{
#define IN(params_) "{\"extra\":{\"other_extra_params\":" params_ "}}"
	static const struct {
		const char *kwargs;
		int64_t priority, want;
	} levels[] = {
		{ NULL, 0, 0 },
		{ NULL, 7, 7 },
		{ "{}", 7, 7 },
		{ "{\"priroty\":3}", 7, 7 },
		{ "{\"extra\":{\"priroty\":3}}", 7, 7 },
		{ IN("{\"priority\":3}"), 7, 7 },
		{ IN("{\"priroty\":3}"), 7, 3 },
		{ IN("{\"priroty\":0}"), 7, 0 },
		{ IN("{\"priroty\":3}"), 0, 3 },
		{ IN("{\"priroty\":\"3\"}"), 7, 3 },
		{ IN("{\"priroty\":-1}"), 7, 7 },
		{ IN("{\"priroty\":1e99}"), 7, 7 },
		{ IN("[\"priroty\"]"), 7, 7 },
		{ "{\"extra\":\"priroty\"", 7, 7 },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		is_int(message_funboost_priority(levels[i].kwargs,
			   levels[i].priority),
		    levels[i].want, "priority of %s",
		    levels[i].kwargs == NULL ? "nothing" : levels[i].kwargs);
}

int
main(void)
{
	if ((zones = tz_cache_new(NULL)) == NULL)
		return EXIT_FAILURE;
	test_cases();
	test_fast();
	test_refused();
	test_instants();
	test_priority();
	tz_cache_free(zones);
	return tap_done();
}
