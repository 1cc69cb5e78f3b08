/* Which route a path names, wherever the server cuts it (fcgi/api/route.h). */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"

#include "fcgi/api/request.h"
#include "fcgi/api/route.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static unsigned
find(struct request *req, const char *method, const char *script,
    const char *info)
{
	static char vars[3][400];
	char *env[] = { vars[0], vars[1], vars[2], NULL };
	enum http_shape shape;

	snprintf(vars[0], sizeof(vars[0]), "REQUEST_METHOD=%s", method);
	snprintf(vars[1], sizeof(vars[1]), "SCRIPT_NAME=%s", script);
	snprintf(vars[2], sizeof(vars[2]), "PATH_INFO=%s", info);
	request_init(req, env, 0);
	return route_find(req, &shape);
}

/* Where the server may cut the path, and which route it names. */
static void
test_paths(void)
{
	static const struct {
		const char *script, *info, *pattern;
	} cases[] = {
		{ "/x.fcgi", "/funboost/publish", "/funboost/publish" },
		{ "/funboost", "/publish", "/funboost/publish" },
		{ "/funboost/publish", "", "/funboost/publish" },
		{ "", "/funboost/publish", "/funboost/publish" },
		{ "/a/b", "/v1/queues/q/ack", "/v1/queues/{queue}/ack" },
		{ "/v1", "/queues/q/ack", "/v1/queues/{queue}/ack" },
		{ "/x.fcgi", "/funboost/publish/", "/funboost/publish" },
		{ "/funboost", "/publish/", "/funboost/publish" },
		{ "/funboost/publish", "/", "/funboost/publish" },
		{ "/x.fcgi", "/funboost/publish//", NULL },
		{ "/x.fcgi", "/v1/queues/q/ack/", "/v1/queues/{queue}/ack" },
		{ "/x.fcgi", "/funboost/publishx", NULL },
		{ "/x.fcgi", "/v1/queues//ack", NULL },
		{ "/x.fcgi", "/v1/queues/a/b/ack", NULL },
		{ "/funboost/none", "", NULL },
	};
	struct request req;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned known =
		    find(&req, "POST", cases[i].script, cases[i].info);

		ok((known != 0) == (cases[i].pattern != NULL), "%s + %s",
		    cases[i].script, cases[i].info);
		if (cases[i].pattern != NULL)
			is_str(req.route != NULL ? req.route->pattern : "",
			    cases[i].pattern, "its route");
	}
}

static void
test_segments(void)
{
	struct request req;
	char path[400];

	find(&req, "POST", "", "/v1/timing_jobs/队 列/a%41/run");
	is_str(req.path.queue, "队 列", "the queue");
	is_str(req.path.job, "a%41", "the job, not decoded again");
	snprintf(path, sizeof(path), "/v1/queues/%0256d/ack", 0);
	is_int(find(&req, "POST", "", path), 0, "a name too long");
	snprintf(path, sizeof(path), "/v1/queues/%0255d/ack", 0);
	ok(find(&req, "POST", "", path) != 0, "the longest name");
}

/* What other routes would make of a path is not left in the request. */
static void
test_leftovers(void)
{
	static const struct {
		const char *method, *path, *pattern, *message;
	} cases[] = {
		{ "POST", "/v1/queues/q/dead/replay",
		    "/v1/queues/{queue}/dead/replay", "" },
		{ "POST", "/v1/queues/q/dead/replay/replay",
		    "/v1/queues/{queue}/dead/{message}/replay", "replay" },
		{ "GET", "/v1/queues/q/dead/replay",
		    "/v1/queues/{queue}/dead/{message}", "replay" },
		{ "DELETE", "/v1/queues/q/dead", "/v1/queues/{queue}/dead",
		    "" },
		{ "DELETE", "/v1/queues/q/dead/m",
		    "/v1/queues/{queue}/dead/{message}", "m" },
	};
	struct request req;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)find(&req, cases[i].method, "", cases[i].path);
		is_str(req.route == NULL ? "none" : req.route->pattern,
		    cases[i].pattern, "%s %s", cases[i].method, cases[i].path);
		is_str(req.path.queue, "q", "its queue");
		is_str(req.path.message, cases[i].message, "its message");
	}
	ok(find(&req, "DELETE", "", "/v1/queues/q/dead/") == 0,
	    "an empty name is not all of them");
}

static void
test_methods(void)
{
	struct buf b = BUF_INIT;
	struct request req;

	ok(find(&req, "PUT", "", "/healthz") == HTTP_GET, "what it knows");
	ok(req.route == NULL, "but not this");
	ok(find(&req, "HEAD", "", "/healthz") != 0 && req.route != NULL,
	    "HEAD as GET");
	ok(find(&req, "GET", "/x.fcgi", "") != 0 && req.route != NULL &&
		req.route->is_storeless,
	    "the index");
	route_methods(HTTP_GET | HTTP_POST, &b);
	is_str(buf_cstr(&b), "GET, HEAD, POST, OPTIONS", "names");
	buf_fini(&b);
}

/* The table itself: each route complete, none twice. */
static void
test_table(void)
{
	const struct route *r, *s;
	size_t twice = 0, bare = 0;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		bare += r->handler == NULL || r->help == NULL;
		for (size_t k = 0; k < i; k++) {
			s = route_at(k);
			twice += s->method == r->method &&
			    strcmp(s->pattern, r->pattern) == 0;
		}
	}
	is_int((long long)twice, 0, "none twice");
	is_int((long long)bare, 0, "all complete");
}

int
main(void)
{
	test_paths();
	test_segments();
	test_leftovers();
	test_methods();
	test_table();
	return tap_done();
}
