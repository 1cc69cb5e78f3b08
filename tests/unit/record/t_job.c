/*
 * Jobs in memory, their names, and what their parameters may be
 * (lib/record/job.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "tests/unit/tap.h"

/* Jobs in memory, their names, and what their parameters may be. */

static void
check_lists(void)
{
	struct job_list l = { NULL, 0, 0 };
	struct job *j;
	bool is_fresh = true;

	for (int i = 0; i < 100; i++) {
		if ((j = job_list_add(&l)) == NULL)
			exit(EXIT_FAILURE);
		is_fresh = is_fresh && j->queue == NULL &&
		    j->misfire_grace_us == JOB_NO_GRACE && j->coalesce &&
		    j->max_instances == 1 && j->state == JOB_ACTIVE &&
		    j->next_run_us == JOB_NEVER && j->cursor_us == JOB_NEVER;
		j->queue = strdup("q");
		j->max_instances = i;
	}
	ok(is_fresh, "each job of a list has the default policies");
	ok(l.n == 100 && l.v[0].max_instances == 0 &&
		l.v[99].max_instances == 99,
	    "a list keeps its order as it grows");
	job_list_fini(&l);
	ok(l.v == NULL && l.n == 0 && l.cap == 0, "a freed list is empty");
	job_list_fini(&l);
	ok(job_list_add(&l) != NULL, "and may be used again");
	job_fini(&l.v[0]);
	job_fini(&l.v[0]);
	ok(l.v[0].queue == NULL && l.v[0].coalesce,
	    "a freed job is an empty one with the default policies");
	job_list_fini(&l);
}

static const struct {
	const char *name;
	int state; /* -1: no such word */
} states[] = {
	{ "active", JOB_ACTIVE },
	{ "paused", JOB_PAUSED },
	{ "quarantined", JOB_QUARANTINED },
	{ "Active", -1 },
	{ "active ", -1 },
	{ "actives", -1 },
	{ "", -1 },
};

static const struct {
	const char *name;
	int kind;
} kinds[] = {
	{ "redis", JOB_DURABLE },
	{ "sqlite", JOB_DURABLE },
	{ "memory", JOB_MEMORY },
	{ "Redis", -1 },
	{ "mem", -1 },
	{ "", -1 },
};

static void
check_words(void)
{
	enum job_state s;
	enum job_kind k;
	int rc;

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		s = JOB_STATE__MAX;
		rc = job_state_parse(states[i].name, &s);
		is_int(rc == 0 ? (int)s : -1, states[i].state, "state '%s'",
		    states[i].name);
		ok(rc == 0 || s == JOB_STATE__MAX, "else nothing is changed");
		if (rc == 0)
			is_str(job_state_name(s), states[i].name, "and back");
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		k = JOB_KIND__MAX;
		rc = job_kind_parse(kinds[i].name, &k);
		is_int(rc == 0 ? (int)k : -1, kinds[i].kind, "kind '%s'",
		    kinds[i].name);
		ok(rc == 0 || k == JOB_KIND__MAX, "else nothing is changed");
	}
}

static int64_t
seed(const char *queue, const char *job_id)
{
	const struct job j = { .queue = (char *)(uintptr_t)queue,
		.job_id = (char *)(uintptr_t)job_id };

	return job_seed(&j);
}

/*
 * The seed decides the jitter of stored jobs, so it may never change: FNV-1a
 * of "queue\0job_id\0", shifted by one, computed with python3.
 */
static void
check_seed(void)
{
	is_int(seed("q", "j"), INT64_C(6161878682313535847), "of q/j");
	is_int(seed("", ""), INT64_C(295342033910216694), "of nothing");
	is_int(seed("\xe6\x8a\xa5", "daily"), INT64_C(8873204963607401095),
	    "of UTF-8");
	ok(seed("ab", "c") != seed("a", "bc"), "the names are told apart");
	ok(seed("a", "b") >= 0 && seed("zz", "yy") >= 0, "never negative");
}

/* 255 bytes fit, 256 do not; bytes count, not letters. */
static void
check_names(void)
{
	static const struct {
		const char *what, *unit;
		int times;
		const char *want; /* NULL: good */
	} names[] = {
		{ "one byte", "a", 1, NULL },
		{ "none", "a", 0, "must not be empty" },
		{ "255 bytes", "a", 255, NULL },
		{ "256 bytes", "a", 256,
		    "is 256 bytes long; at most 255 are allowed" },
		{ "85 letters of three bytes", "\xe6\x8a\xa5", 85, NULL },
		{ "86 of them", "\xe6\x8a\xa5", 86,
		    "is 258 bytes long; at most 255 are allowed" },
		{ "a space", " ", 1, NULL },
		{ "a slash", "/", 1, NULL },
		{ "a newline", "\n", 1,
		    "must be UTF-8 without control characters" },
		{ "DEL", "\x7f", 1,
		    "must be UTF-8 without control characters" },
		{ "Latin-1", "\xe9", 1,
		    "must be UTF-8 without control characters" },
	};
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	int rc;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		fs.n = 0;
		buf_reset(&b);
		for (int n = 0; n < names[i].times; n++)
			buf_str(&b, names[i].unit);
		rc = job_check_name("job_id", buf_cstr(&b), &fs);
		is_int(rc, names[i].want == NULL ? 0 : -1, "a name of %s",
		    names[i].what);
		is_str(fs.n == 0 ? "good" : fs.v[0].text,
		    names[i].want == NULL ? "good" : names[i].want,
		    "a name of %s: what is said", names[i].what);
		ok(fs.n == 0 || strcmp(fs.v[0].field, "job_id") == 0,
		    "of the field it is");
	}
	buf_fini(&b);
}

/* A queue whose target takes x and y; another of which nothing is known. */
static struct conf *
sample_conf(void)
{
	static char x[] = "x", y[] = "y", glob[] = "known-*";
	static char *params[] = { x, y };
	static struct conf_queue q = { .glob = glob, .params = { params, 2 } };
	static struct conf c = { .queues = &q, .nqueues = 1 };

	return &c;
}

static const struct {
	const char *what, *queue, *args, *kwargs;
	const char *want; /* "field: text", or NULL */
} params[] = {
	{ "none at all", "known-1", NULL, NULL, NULL },
	{ "as many as are taken", "known-1", "[1,2]", NULL, NULL },
	{ "one more", "known-1", "[1,2,3]", NULL,
	    "args: 3 parameters given, the target accepts 2" },
	{ "more of an unknown target", "other", "[1,2,3]", NULL, NULL },
	{ "more without a queue", NULL, "[1,2,3]", NULL, NULL },
	{ "known names", "known-1", NULL, "{\"x\":1,\"y\":2}", NULL },
	{ "an unknown name", "known-1", NULL, "{\"x\":1,\"z\":2}",
	    "kwargs: the target of this queue takes no parameter \"z\"" },
	{ "names tell case", "known-1", NULL, "{\"X\":1}",
	    "kwargs: the target of this queue takes no parameter \"X\"" },
	{ "extra is always there", "known-1", NULL, "{\"extra\":{}}", NULL },
	{ "any name of an unknown target", "other", NULL, "{\"z\":1}", NULL },
	{ "what makes a consumer unpickle", "other", NULL,
	    "{\"extra\":{\"can_not_json_serializable_keys\":[]}}",
	    "kwargs: extra.can_not_json_serializable_keys is refused: it would "
	    "make the consumer execute what the request carries" },
	{ "the same in a list", "other", NULL,
	    "{\"extra\":{\"a\":[1,[{\"can_not_json_serializable_keys\":0}]]}}",
	    "kwargs: extra.can_not_json_serializable_keys is refused: it would "
	    "make the consumer execute what the request carries" },
	{ "the same deeper down", "other", NULL,
	    "{\"extra\":{\"a\":{\"can_not_json_serializable_keys\":null}}}",
	    "kwargs: extra.can_not_json_serializable_keys is refused: it would "
	    "make the consumer execute what the request carries" },
	{ "that word outside of extra", "other", NULL,
	    "{\"can_not_json_serializable_keys\":[]}", NULL },
	{ "that word as a value", "other", NULL,
	    "{\"extra\":{\"k\":\"can_not_json_serializable_keys\"}}", NULL },
};

static void
check_params(void)
{
	char got[512];
	struct job_params p;
	struct faults fs = { .n = 0 };
	int rc;

	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		p = (struct job_params){ .queue = params[i].queue,
			.kwargs_field = "kwargs" };
		if (params[i].args != NULL)
			p.args = json_parse(params[i].args,
			    strlen(params[i].args), NULL);
		if (params[i].kwargs != NULL)
			p.kwargs = json_parse(params[i].kwargs,
			    strlen(params[i].kwargs), NULL);
		fs.n = 0;
		rc = job_check_params(sample_conf(), &p, &fs);
		is_int(rc, params[i].want == NULL ? 0 : -1, "parameters: %s",
		    params[i].what);
		(void)snprintf(got, sizeof(got), "%s: %s", fs.v[0].field,
		    fs.v[0].text);
		is_str(fs.n == 0 ? "good" : got,
		    params[i].want == NULL ? "good" : params[i].want,
		    "%s: what is said", params[i].what);
		json_free(p.args);
		json_free(p.kwargs);
	}
}

/* ["xx…"], so many bytes long as JSON. */
static struct json_object *
list_of(size_t bytes)
{
	struct json_object *o;
	char *text = malloc(bytes);

	if (text == NULL)
		exit(EXIT_FAILURE);
	memset(text, 'x', bytes);
	memcpy(text, "[\"", 2);
	memcpy(text + bytes - 2, "\"]", 2);
	o = json_parse(text, bytes, NULL);
	free(text);
	return o;
}

/* Together at most 65,536 bytes as JSON. */
static void
check_size(void)
{
	static const struct {
		size_t args, kwargs;
		int want;
	} sizes[] = {
		{ JOB_ARGS_MAX - 1, 0, 0 },
		{ JOB_ARGS_MAX, 0, 0 },
		{ JOB_ARGS_MAX + 1, 0, -1 },
		{ JOB_ARGS_MAX - 7, 7, 0 },
		{ JOB_ARGS_MAX - 6, 7, -1 },
	};
	struct job_params p = { .kwargs_field = "kwargs" };
	struct faults fs = { .n = 0 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p.args = list_of(sizes[i].args);
		p.kwargs = sizes[i].kwargs == 0 ?
		    NULL :
		    json_parse("{\"k\":1}", 7, NULL);
		fs.n = 0;
		is_int(job_check_params(sample_conf(), &p, &fs), sizes[i].want,
		    "%zu bytes of args, %zu of kwargs", sizes[i].args,
		    sizes[i].kwargs);
		ok(fs.n == (size_t)-sizes[i].want &&
			(fs.n == 0 || strcmp(fs.v[0].field, "args") == 0),
		    "a fault names the field when it is too much");
		json_free(p.args);
		json_free(p.kwargs);
	}
}

int
main(void)
{
	check_lists();
	check_words();
	check_seed();
	check_names();
	check_params();
	check_size();
	return tap_done();
}
