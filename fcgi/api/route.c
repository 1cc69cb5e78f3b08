#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/base/utf8.h"

#include "fcgi/handler/handlers.h"
#include "fcgi/api/request.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost"
#define NATIVE_PREFIX "/v1"
#define PATH_MAX_LEN 1024

/* clang-format off */
#define COMPAT(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = FUNBOOST p, .scope = TOKEN_##s, \
	  .handler = h, .help = t }
#define COMPAT_JSON(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = FUNBOOST p, .scope = TOKEN_##s, \
	  .input = ROUTE_INPUT_JSON, .handler = h, .help = t }
#define NATIVE(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, \
	  .shape = HTTP_SHAPE_NATIVE, .handler = h, .help = t }
#define NATIVE_JSON(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, \
	  .input = ROUTE_INPUT_JSON, .shape = HTTP_SHAPE_NATIVE, .handler = h, \
	  .help = t }
#define NAMED(m, p, s, n, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, .names = n, \
	  .shape = HTTP_SHAPE_NATIVE, .handler = h, .help = t }
#define NAMED_JSON(m, p, s, n, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, .names = n, \
	  .input = ROUTE_INPUT_JSON, .shape = HTTP_SHAPE_NATIVE, .handler = h, \
	  .help = t }
#define QUEUE_JOB (ROUTE_QUEUE | ROUTE_JOB | ROUTE_KIND)
#define RENDER(m, p, s, i, h, t) \
	{ .method = HTTP_##m, .pattern = "/v1/services/{service}/jobs" p, \
	  .scope = TOKEN_##s, .input = ROUTE_INPUT_##i, \
	  .shape = HTTP_SHAPE_RENDER, .handler = h, .help = t }

static const struct route routes[] = {
	COMPAT_JSON(POST, "/add_timing_job", WRITE, h_job_add,
	    "add a job, or replace it"),
	COMPAT(GET, "/get_timing_jobs", READ, h_job_list,
	    "list jobs by next run"),
	COMPAT(GET, "/get_timing_job", READ, h_job_get,
	    "show one job"),
	COMPAT(DELETE, "/delete_timing_job", WRITE, h_job_delete,
	    "delete a job"),
	COMPAT(DELETE, "/delete_all_timing_jobs", WRITE, h_job_delete_all,
	    "delete the jobs of a queue, or all"),
	COMPAT(POST, "/pause_timing_job", WRITE, h_job_pause,
	    "pause a job"),
	COMPAT(POST, "/resume_timing_job", WRITE, h_job_resume,
	    "resume a job"),
	COMPAT(GET, "/get_scheduler_status", READ, h_scheduler_status,
	    "is a queue's switch on?"),
	COMPAT(POST, "/pause_scheduler", WRITE, h_scheduler_pause,
	    "switch a queue off"),
	COMPAT(POST, "/resume_scheduler", WRITE, h_scheduler_resume,
	    "switch a queue on"),
	COMPAT_JSON(POST, "/publish", WRITE, h_publish,
	    "put a message into a queue now"),
	COMPAT(GET, "/get_result", READ, h_result_get,
	    "what a worker left as the result of a message"),
	COMPAT(GET, "/get_msg_count", READ, h_msg_count,
	    "count the messages of a queue"),
	COMPAT(POST, "/clear_queue", WRITE, h_queue_clear,
	    "delete the messages of a queue"),
	COMPAT(GET, "/get_all_queues", READ, h_queue_names,
	    "names of the queues"),
	COMPAT(GET, "/get_queues_config", READ, h_queue_configs,
	    "configuration of the queues"),
	COMPAT(GET, "/get_one_queue_config", READ, h_queue_config,
	    "configuration of one queue"),
	NATIVE_JSON(POST, "/v1/preview", READ, h_preview,
	    "when a trigger would fire, in words and times"),
	NATIVE(GET, "/v1/jobs", READ, h_job_page,
	    "list jobs by next run"),
	NATIVE_JSON(POST, "/v1/jobs", WRITE, h_job_add,
	    "add a job, or replace it"),
	NAMED(GET, "/v1/job", READ, QUEUE_JOB, h_job_get,
	    "show one job"),
	{ .method = HTTP_PATCH, .pattern = "/v1/job", .scope = TOKEN_WRITE,
	  .input = ROUTE_INPUT_JSON, .names = QUEUE_JOB, .member = "set",
	  .shape = HTTP_SHAPE_NATIVE, .handler = h_job_patch,
	  .help = "change what is given of a job" },
	NAMED(DELETE, "/v1/job", WRITE, QUEUE_JOB, h_job_delete,
	    "delete a job"),
	NAMED(POST, "/v1/job/run", WRITE, QUEUE_JOB, h_job_run,
	    "run a job now, in addition to its schedule"),
	NAMED(POST, "/v1/job/pause", WRITE, QUEUE_JOB, h_job_pause,
	    "pause a job"),
	NAMED(POST, "/v1/job/resume", WRITE, QUEUE_JOB, h_job_resume,
	    "resume a job"),
	NATIVE(GET, "/v1/queues", READ, h_queues,
	    "depth and age of the queues"),
	NAMED(POST, "/v1/queue/pause", WRITE, ROUTE_QUEUE, h_scheduler_pause,
	    "switch a queue off"),
	NAMED(POST, "/v1/queue/resume", WRITE, ROUTE_QUEUE, h_scheduler_resume,
	    "switch a queue on"),
	NAMED(GET, "/v1/messages", READ, ROUTE_QUEUE, h_messages,
	    "look at messages of a queue"),
	NAMED_JSON(POST, "/v1/lease", CONSUME, ROUTE_QUEUE, h_lease,
	    "lease messages of a queue"),
	NAMED_JSON(POST, "/v1/ack", CONSUME, ROUTE_QUEUE, h_ack,
	    "messages are done"),
	NAMED_JSON(POST, "/v1/nack", CONSUME, ROUTE_QUEUE, h_nack,
	    "give messages back"),
	NAMED_JSON(POST, "/v1/extend", CONSUME, ROUTE_QUEUE, h_extend,
	    "keep messages for longer"),
	NAMED(GET, "/v1/dead", READ, ROUTE_QUEUE, h_dead_list,
	    "list messages of a queue that were given up"),
	NAMED_JSON(POST, "/v1/dead/replay", WRITE, ROUTE_QUEUE,
	    h_dead_replay_some, "try some, or all, again"),
	NAMED_JSON(POST, "/v1/dead/purge", WRITE, ROUTE_QUEUE,
	    h_dead_purge_some, "forget some, or all"),
	NAMED(GET, "/v1/dead/letter", READ, ROUTE_QUEUE | ROUTE_MESSAGE,
	    h_dead_get, "show one"),
	NAMED(DELETE, "/v1/dead/letter", WRITE, ROUTE_QUEUE | ROUTE_MESSAGE,
	    h_dead_purge, "forget one"),
	NATIVE(GET, "/v1/fires", READ, h_fires,
	    "when all jobs will fire, in order"),
	NATIVE(GET, "/v1/runs", READ, h_runs,
	    "what became of slots, newest first"),
	NAMED(GET, "/v1/run", READ, ROUTE_RUN, h_run_get,
	    "show one run"),
	NAMED(POST, "/v1/run/replay", WRITE, ROUTE_RUN, h_run_replay,
	    "hand a run over once more"),
	NATIVE(GET, "/v1/why", READ, h_why,
	    "why a job ran or did not"),
	RENDER(POST, "", WRITE, JSON, h_render_create,
	    "run a one-off job at Render"),
	RENDER(GET, "", READ, PARAMS, h_render_list,
	    "list one-off jobs, newest first"),
	RENDER(GET, "/{job}", READ, PARAMS, h_render_get,
	    "show a one-off job"),
	RENDER(POST, "/{job}/cancel", WRITE, PARAMS, h_render_cancel,
	    "cancel a one-off job"),
	/* What stands above, with names in its path. */
	NATIVE(GET, "/v1/queues/{queue}/messages", READ, h_messages,
	    "as GET /v1/messages"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/lease", CONSUME, h_lease,
	    "as POST /v1/lease"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/ack", CONSUME, h_ack,
	    "as POST /v1/ack"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/nack", CONSUME, h_nack,
	    "as POST /v1/nack"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/extend", CONSUME, h_extend,
	    "as POST /v1/extend"),
	NATIVE(GET, "/v1/queues/{queue}/dead", READ, h_dead_list,
	    "as GET /v1/dead"),
	NATIVE(DELETE, "/v1/queues/{queue}/dead", WRITE, h_dead_purge,
	    "as POST /v1/dead/purge, of all"),
	NATIVE(POST, "/v1/queues/{queue}/dead/replay", WRITE, h_dead_replay,
	    "as POST /v1/dead/replay, of all"),
	NATIVE(GET, "/v1/queues/{queue}/dead/{message}", READ, h_dead_get,
	    "as GET /v1/dead/letter"),
	NATIVE(DELETE, "/v1/queues/{queue}/dead/{message}", WRITE, h_dead_purge,
	    "as DELETE /v1/dead/letter"),
	NATIVE(POST, "/v1/queues/{queue}/dead/{message}/replay", WRITE,
	    h_dead_replay, "as POST /v1/dead/replay, of one"),
	NATIVE(GET, "/v1/timing_jobs/{queue}/{job}", READ, h_job_get,
	    "as GET /v1/job"),
	NATIVE_JSON(PATCH, "/v1/timing_jobs/{queue}/{job}", WRITE, h_job_patch,
	    "as PATCH /v1/job, set alone"),
	NATIVE(POST, "/v1/timing_jobs/{queue}/{job}/run", WRITE, h_job_run,
	    "as POST /v1/job/run"),
	NATIVE(GET, "/v1/runs/{run}", READ, h_run_get,
	    "as GET /v1/run"),
	NATIVE(POST, "/v1/runs/{run}/replay", WRITE, h_run_replay,
	    "as POST /v1/run/replay"),
	NATIVE(GET, "/metrics", READ, h_metrics,
	    "numbers for Prometheus"),
	{ .method = HTTP_GET, .pattern = "/healthz", .shape = HTTP_SHAPE_NATIVE,
	  .handler = h_health, .not_ready = h_health_not_ready,
	  .help = "is the ticker alive?" },
	{ .method = HTTP_GET, .pattern = "/", .shape = HTTP_SHAPE_NATIVE,
	  .is_storeless = true, .handler = h_index, .help = "this list" },
};
/* clang-format on */
#define NROUTES (sizeof(routes) / sizeof(routes[0]))

const struct route *
route_at(size_t i)
{
	return i < NROUTES ? &routes[i] : NULL;
}

/* Where a placeholder's name goes. */
/* clang-format off */
#define PLACEHOLDER(member) \
	{ #member, "{" #member "}", sizeof("{" #member "}") - 1, \
	  offsetof(struct http_path, member) }
/* clang-format on */
static const struct {
	const char *name;
	const char *mark; /* as it stands in a pattern */
	size_t len;	  /* of mark */
	size_t offset;	  /* in struct http_path */
} placeholders[] = {
	PLACEHOLDER(queue),
	PLACEHOLDER(service),
	PLACEHOLDER(job),
	PLACEHOLDER(run),
	PLACEHOLDER(message),
};
#define NPLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

/*
 * Copy the segment of n bytes at s to where the placeholder that begins at
 * *pattern goes, and move *pattern behind it.  Names that are empty or too
 * long match nothing.
 */
static bool
take_segment(const char **pattern, const char *s, size_t n,
    struct http_path *out)
{
	size_t i = 0;
	char *to;

	while (i < NPLACEHOLDERS &&
	    strncmp(*pattern, placeholders[i].mark, placeholders[i].len) != 0)
		i++;
	if (i == NPLACEHOLDERS || n == 0 || n > JOB_NAME_MAX)
		return false;
	*pattern += placeholders[i].len;
	to = (char *)out + placeholders[i].offset;
	memcpy(to, s, n);
	to[n] = '\0';
	return true;
}

/* Servers hand PATH_INFO over decoded, so there is nothing to decode. */
static bool
matches(const char *pattern, const char *path, struct http_path *out)
{
	for (size_t i = 0; i < NPLACEHOLDERS; i++)
		((char *)out)[placeholders[i].offset] = '\0';
	out->kind[0] = '\0';
	while (*pattern != '\0') {
		size_t n;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		n = strcspn(path, "/");
		if (!take_segment(&pattern, path, n, out))
			return false;
		path += n;
	}
	return *path == '\0';
}

/* The methods path knows; req->route is the one for the request's. */
static unsigned
find_exact(struct request *req, const char *path, enum http_shape *shape)
{
	struct http_path names;
	unsigned known = 0;

	for (size_t i = 0; i < NROUTES; i++) {
		if (!matches(routes[i].pattern, path, &names))
			continue;
		known |= (unsigned)routes[i].method;
		*shape = routes[i].shape;
		if (routes[i].method != req->method)
			continue;
		req->route = &routes[i];
		req->path = names;
	}
	return known;
}

/* Is the pattern that of r and one name behind it? */
static bool
is_member_of(const char *pattern, const struct route *r)
{
	size_t n = strlen(r->pattern);

	if (strncmp(pattern, r->pattern, n) != 0 ||
	    strncmp(pattern + n, "/{", 2) != 0)
		return false;
	return strchr(pattern + n, '}')[1] == '\0';
}

/* Does a route change one thing that r, without its name, does to all? */
static bool
changes_all(const struct route *r)
{
	for (size_t i = 0; i < NROUTES; i++)
		if (routes[i].method == r->method &&
		    is_member_of(routes[i].pattern, r))
			return r->method != HTTP_GET;
	return false;
}

/*
 * As find_exact; a slash at the end is the same route.  Not so where a name
 * may have got lost behind it, and all would be changed in place of one.
 */
static unsigned
find_path(struct request *req, const char *path, enum http_shape *shape)
{
	unsigned known = find_exact(req, path, shape);
	size_t n = strlen(path);
	char bare[PATH_MAX_LEN];

	if (known != 0 || n < 2 || path[n - 1] != '/')
		return known;
	(void)snprintf(bare, sizeof(bare), "%.*s", (int)(n - 1), path);
	known = find_exact(req, bare, shape);
	if (req->route == NULL || !changes_all(req->route))
		return known;
	req->route = NULL;
	return 0;
}

/* Does path begin as some route does?  Then it is not our own address. */
static bool
begins_like_route(const char *path)
{
	for (size_t i = 0; i < NROUTES; i++) {
		size_t n = 1 + strcspn(routes[i].pattern + 1, "/");

		if (n > 1 && strncmp(path, routes[i].pattern, n) == 0 &&
		    (path[n] == '/' || path[n] == '\0'))
			return true;
	}
	return false;
}

/* Is path the prefix or something below it? */
static bool
is_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* How errors look there: a dialect's clients expect its own form of them. */
static enum http_shape
shape_below(const char *path)
{
	return is_below(path, NATIVE_PREFIX "/services") ? HTTP_SHAPE_RENDER :
	    is_below(path, NATIVE_PREFIX)		 ? HTTP_SHAPE_NATIVE :
							   HTTP_SHAPE_ENVELOPE;
}

/*
 * PATH_INFO is the path below the program; where a server maps /funboost
 * itself to us, or gives the whole path as SCRIPT_NAME, both together are.
 */
unsigned
route_find(struct request *req, enum http_shape *shape)
{
	const char *script = request_var(req, HTTP_VAR_SCRIPT_NAME);
	const char *info = request_var(req, HTTP_VAR_PATH_INFO);
	char whole[PATH_MAX_LEN];
	unsigned known = 0;
	bool is_root = info[0] == '\0' || strcmp(info, "/") == 0;

	*shape = shape_below(info);
	req->is_funboost = is_below(info, FUNBOOST);
	if ((size_t)snprintf(whole, sizeof(whole), "%s%s", script, info) >=
	    sizeof(whole))
		return 0;
	if (!req->is_funboost && *shape == HTTP_SHAPE_ENVELOPE) {
		req->is_funboost = is_below(whole, FUNBOOST);
		*shape = shape_below(whole);
	}
	if (!is_root)
		known = find_path(req, info, shape);
	if (known == 0)
		known = find_path(req, whole, shape);
	if (known == 0 && is_root && !begins_like_route(whole))
		known = find_path(req, "/", shape);
	return known;
}

int
route_check_text(const struct request *req, struct faults *fs)
{
	const char *info = request_var(req, HTTP_VAR_PATH_INFO);
	int rc = 0;

	for (size_t i = 0; i < NPLACEHOLDERS; i++) {
		const char *name =
		    (const char *)&req->path + placeholders[i].offset;

		if (!utf8_is_valid(name, strlen(name)))
			rc = fault_add(fs, placeholders[i].name,
			    "must be UTF-8");
	}
	if (rc == 0 && !utf8_is_valid(info, strlen(info)))
		rc = fault_add(fs, "path", "must be UTF-8");
	return rc;
}

void
route_methods(unsigned methods, struct buf *out)
{
	if ((methods & HTTP_GET) != 0)
		buf_str(out, "GET, HEAD, ");
	if ((methods & HTTP_POST) != 0)
		buf_str(out, "POST, ");
	if ((methods & HTTP_DELETE) != 0)
		buf_str(out, "DELETE, ");
	if ((methods & HTTP_PATCH) != 0)
		buf_str(out, "PATCH, ");
	buf_str(out, "OPTIONS");
}

const char *
route_method_name(enum http_method m)
{
	return m == HTTP_GET ? "GET" :
	    m == HTTP_POST   ? "POST" :
	    m == HTTP_PATCH  ? "PATCH" :
			       "DELETE";
}

void
route_print(struct buf *out)
{
	for (size_t i = 0; i < NROUTES; i++)
		buf_printf(out, "  %-6s  %-34s  %s\n",
		    route_method_name(routes[i].method), routes[i].pattern,
		    routes[i].help);
}
