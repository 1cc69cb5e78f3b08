/*
 * The input that most routes share: names, job_store_kind, numbers and times.
 * Tested in t_api_input.
 */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/base/num.h"
#include "lib/sched/sched.h"
#include "lib/time/tz.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

static void
read_name(const struct request *req, const char *name, const char **out,
    struct faults *fs)
{
	if (request_param(req, name, out, fs) != 0)
		return;
	if (*out == NULL)
		fault_add(fs, name, "is required");
	else
		job_check_name(name, *out, fs);
}

static void
read_optional_queue(const struct request *req, enum input_queue how,
    const char **out, struct faults *fs)
{
	if (request_param(req, "queue_name", out, fs) != 0 || *out == NULL)
		return;
	if ((*out)[0] != '\0')
		job_check_name("queue_name", *out, fs);
	else if (how == INPUT_QUEUE_OPTIONAL)
		*out = NULL;
	else
		fault_add(fs, "queue_name",
		    "is empty; leave it out for all queues");
}

void
input_kind(const struct request *req, enum job_kind *out, struct faults *fs)
{
	const char *word = NULL;

	if (req->path.kind[0] != '\0')
		word = req->path.kind;
	else if (request_param(req, "job_store_kind", &word, fs) != 0)
		return;
	if (word == NULL || word[0] == '\0')
		return;
	if (strcmp(word, "all") == 0)
		*out = SCHED_ANY;
	else if (job_kind_parse(word, out) != 0)
		fault_add(fs, "job_store_kind",
		    "must be redis, sqlite, memory or all");
}

/* Return whether queue_name is given and not empty. */
static bool
has_queue(const struct request *req)
{
	for (size_t i = 0; i < req->nparams; i++) {
		const struct http_param *p = &req->params[i];

		if (strcmp(p->name, "queue_name") == 0 && p->value != NULL &&
		    p->value[0] != '\0')
			return true;
	}
	return false;
}

/*
 * On a route where a missing queue_name means all queues, refuse a misspelt
 * name and a missing value.  If the body names a queue, unknown members are
 * ignored, as on all other routes.
 */
static void
refuse_accidents(const struct request *req, struct faults *fs)
{
	bool is_named = has_queue(req);

	if (req->nparams == 0 &&
	    request_var(req, HTTP_VAR_CONTENT_TYPE)[0] != '\0')
		fault_add(fs, "queue_name",
		    "is not in the body; send no Content-Type for all "
		    "queues");
	for (size_t i = 0; i < req->nparams; i++) {
		const struct http_param *p = &req->params[i];

		if (strcmp(p->name, "queue_name") == 0) {
			if (p->value == NULL && p->why == NULL)
				fault_add(fs, p->name,
				    "is null; leave it out for all queues");
		} else if ((!is_named || i < req->nquery) &&
		    strcmp(p->name, "job_store_kind") != 0)
			fault_add(fs,
			    p->name[0] != '\0' ? p->name : "parameters",
			    "is unknown; this route knows queue_name and "
			    "job_store_kind");
	}
}

/* A name that a route takes, and the member it is copied to. */
struct name {
	enum route_name bit;
	const char *name;
	size_t offset; /* in struct http_path */
};
static const struct name names[] = {
	{ ROUTE_QUEUE, "queue_name", offsetof(struct http_path, queue) },
	{ ROUTE_JOB, "job_id", offsetof(struct http_path, job) },
	{ ROUTE_RUN, "run_id", offsetof(struct http_path, run) },
	{ ROUTE_MESSAGE, "id", offsetof(struct http_path, message) },
	{ ROUTE_KIND, "job_store_kind", offsetof(struct http_path, kind) },
	{ ROUTE_ANY_QUEUE, "queue_name", offsetof(struct http_path, queue) },
};

/* Return whether it is absent or empty, and may be. */
static bool
may_lack(const struct name *n, const char *text)
{
	return (n->bit & (ROUTE_KIND | ROUTE_ANY_QUEUE)) != 0 &&
	    (text == NULL || text[0] == '\0');
}

/*
 * Copy the name from the parameters, or from the body, where the member is then
 * deleted.
 */
static void
take_one(struct request *req, const struct name *n, struct faults *fs)
{
	const char *text = NULL, *member = NULL, *name = n->name;
	char *to = (char *)&req->path + n->offset;

	if (request_param(req, name, &text, fs) != 0)
		return;
	if (req->route->input == ROUTE_INPUT_JSON &&
	    json_get_str(req->json, name, &member, fs) != 0)
		return;
	if (text != NULL && member != NULL)
		fault_add(fs, name, "was given twice");
	else if (text == NULL && (text = member) == NULL && !may_lack(n, text))
		fault_add(fs, name, "is required");
	else if (!may_lack(n, text) && job_check_name(name, text, fs) == 0)
		(void)snprintf(to, JOB_NAME_MAX + 1, "%s", text);
	if (member != NULL)
		json_remove(req->json, name);
}

/* Replace the body by the member that the route takes. */
static void
take_member(struct request *req, struct faults *fs)
{
	const char *name = req->route->member;
	struct json_object *body = req->json, *member = NULL;

	if (json_only(body, "", &name, 1, fs) != 0 ||
	    json_get_object(body, name, &member, fs) != 0)
		return;
	if (member == NULL) {
		fault_add(fs, name, "is required: an object");
		return;
	}
	req->json = json_take(body, name);
	json_free(body);
}

int
input_names(struct request *req, struct response *res)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((req->route->names & names[i].bit) != 0)
			take_one(req, &names[i], &res->faults);
	if (req->route->member != NULL)
		take_member(req, &res->faults);
	if (res->faults.n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

const char *
input_near_name(const struct request *req, const char *name)
{
	const char *known[sizeof(names) / sizeof(names[0])] = { NULL };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((req->route->names & names[i].bit) == 0)
			continue;
		if (strcmp(names[i].name, name) == 0)
			return names[i].name;
		known[n++] = names[i].name;
	}
	return json_suggest(name, known, n);
}

void
input_same_names(const struct request *req, struct faults *fs)
{
	for (size_t i = 0; i < req->nparams; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
			const struct http_param *p = &req->params[i];
			const char *had =
			    (const char *)&req->path + names[k].offset;

			if (had[0] != '\0' && p->value != NULL &&
			    (req->route->names & names[k].bit) == 0 &&
			    strcmp(p->name, names[k].name) == 0 &&
			    strcmp(p->value, had) != 0)
				fault_add(fs, p->name,
				    "differs from the name in the path");
		}
}

int
input_queue(const struct ctx *ctx, const struct request *req,
    enum input_queue how, struct input *in, struct response *res)
{
	*in = (struct input){ .kind = JOB_DURABLE };
	input_kind(req, &in->kind, &res->faults);
	if (req->path.queue[0] != '\0') {
		in->queue = req->path.queue;
		return input_path(ctx, req, res);
	}
	if (how == INPUT_QUEUE_REQUIRED)
		read_name(req, "queue_name", &in->queue, &res->faults);
	else
		read_optional_queue(req, how, &in->queue, &res->faults);
	if (how == INPUT_QUEUE_EXPLICIT)
		refuse_accidents(req, &res->faults);
	if (res->faults.n == 0)
		return auth_queue(ctx, in->queue, res);
	response_bad_input(res);
	return -1;
}

int
input_job(const struct ctx *ctx, const struct request *req, struct input *in,
    struct response *res)
{
	*in = (struct input){ .kind = JOB_DURABLE };
	input_kind(req, &in->kind, &res->faults);
	if (req->path.job[0] != '\0') {
		in->queue = req->path.queue;
		in->job_id = req->path.job;
		return input_path(ctx, req, res);
	}
	read_name(req, "job_id", &in->job_id, &res->faults);
	read_name(req, "queue_name", &in->queue, &res->faults);
	if (res->faults.n == 0)
		return auth_queue(ctx, in->queue, res);
	response_bad_input(res);
	return -1;
}

int
input_int(const struct request *req, const char *name,
    const struct json_range *range, int64_t *out, struct response *res)
{
	const char *text;

	if (request_param(req, name, &text, &res->faults) != 0)
		return -1;
	if (text == NULL || text[0] == '\0' ||
	    num_parse_whole(text, range->min, range->max, out) == 0)
		return 0;
	return fault_add(&res->faults, name,
	    "must be a whole number from %" PRId64 " to %" PRId64, range->min,
	    range->max);
}

/*
 * Decoding turns an unescaped "+" of a UTC offset in a query into a blank:
 * "T15:00:00 01:00".  No valid time has a blank there, so restore it.
 */
const char *
input_instant(const char *text, char room[INPUT_INSTANT_MAX])
{
	const char *colon = strchr(text, ':');
	const char *blank = colon == NULL ? NULL : strchr(colon, ' ');

	if (blank == NULL || strlen(text) >= INPUT_INSTANT_MAX)
		return text;
	(void)snprintf(room, INPUT_INSTANT_MAX, "%.*s+%s", (int)(blank - text),
	    text, blank + 1);
	return room;
}

void
input_time(const struct ctx *ctx, const struct request *req, const char *name,
    int64_t *out_us, struct faults *fs)
{
	const char *text, *bad;
	const struct tz *tz;
	struct err why;
	char room[INPUT_INSTANT_MAX];

	if (request_param(req, name, &text, fs) != 0 || text == NULL ||
	    text[0] == '\0')
		return;
	text = input_instant(text, room);
	tz = tz_get(ctx->sched.zones, ctx->sched.default_zone, &why);
	if (tz == NULL) {
		fault_add(fs, name, "%s", why.text);
		return;
	}
	bad = datetime_parse(text, tz, out_us, NULL);
	if (bad != NULL)
		fault_add_instant(fs, name, text, bad);
}

int
input_path(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	job_check_name("queue", req->path.queue, &res->faults);
	if (req->path.job[0] != '\0')
		job_check_name("job", req->path.job, &res->faults);
	if (req->path.message[0] != '\0')
		job_check_name("message", req->path.message, &res->faults);
	if (res->faults.n == 0)
		return auth_queue(ctx, req->path.queue, res);
	response_bad_input(res);
	return -1;
}

const struct job_registration *
input_registration(struct ctx *ctx, const char *queue,
    struct job_registration *k)
{
	return queue == NULL || !auth_may_queue(ctx, queue) ?
	    NULL :
	    brokers_registration(ctx_brokers(ctx), queue, k);
}
