/* The stand-in's routes: creates, lists, shows, cancels jobs as Render does. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "tests/stub/stub.h"

#include "lib/base/ban.h"

#define HUGE_BYTES ((size_t)20 * 1024 * 1024)

/* What a path under /v1/services/ asks for. */
struct target {
	enum kind kind;
	const char *service;
	const char *job; /* or NULL */
	bool is_events;
};

/* Cut the path at its slashes; false when there is nothing there. */
static bool
read_target(struct request *r, struct target *t)
{
	static const char prefix[] = "/v1/services/";
	bool is_post = strcmp(r->method, "POST") == 0;
	char *what, *tail = NULL;

	memset(t, 0, sizeof(*t));
	t->kind = is_post ? KIND_WRITE : KIND_READ;
	if (strncmp(r->path, prefix, sizeof(prefix) - 1) != 0)
		return false;
	t->service = r->path + sizeof(prefix) - 1;
	if ((what = strchr(t->service, '/')) == NULL)
		return false;
	*what++ = '\0';
	if (strcmp(what, "events") == 0) {
		t->is_events = true;
		return !is_post;
	}
	if (strcmp(what, "jobs") == 0) {
		t->kind = is_post ? KIND_CREATE : KIND_READ;
		return true;
	}
	if (strncmp(what, "jobs/", 5) != 0)
		return false;
	t->job = what + 5;
	if ((tail = strchr(t->job, '/')) != NULL)
		*tail++ = '\0';
	return is_post ? tail != NULL && strcmp(tail, "cancel") == 0 :
			 tail == NULL;
}

static void
say(struct stub *s, const struct request *r, int status, const char *message,
    struct reply *out)
{
	buf_reset(&out->body);
	out->status = status;
	if (s->set.json == 0) {
		buf_printf(&out->body, "<html>\n<h1>%s</h1>\n%s</html>\n",
		    message, s->set.echo_key != 0 ? r->auth : "");
		return;
	}
	buf_str(&out->body, "{\"id\":\"req-1\",\"message\":\"");
	buf_str(&out->body, message);
	if (s->set.echo_key != 0)
		buf_printf(&out->body, ", sent with %s", r->auth);
	buf_str(&out->body, "\"}");
}

static void
create(struct stub *s, const struct request *r, const char *service,
    struct reply *out)
{
	const char *command = NULL, *plan = "plan-srv-006";
	struct faults fs = { 0 };
	struct json_object *o;

	o = json_parse(r->body, r->len, NULL);
	(void)json_get_str(o, "startCommand", &command, &fs);
	(void)json_get_str(o, "planId", &plan, &fs);
	if (o == NULL || command == NULL || *command == '\0' || fs.n > 0)
		say(s, r, 400, "invalid JSON or command", out);
	else {
		out->status = 201;
		jobs_print(s, jobs_add(s, service, command, plan), &out->body);
	}
	json_free(o);
}

/* What would happen if all went well. */
static void
obey(struct stub *s, struct request *r, const struct target *t,
    struct reply *out)
{
	int64_t job = -1;

	if (strncmp(t->service, "srv-", 4) != 0 &&
	    strncmp(t->service, "crn-", 4) != 0) {
		say(s, r, 404, "not found: service", out);
		return;
	}
	if (t->job != NULL && (job = jobs_find(s, t->service, t->job)) == -1) {
		say(s, r, 404, "not found: job", out);
		return;
	}
	out->status = 200;
	if (t->is_events)
		jobs_events(s, r, t->service, &out->body);
	else if (t->kind == KIND_CREATE)
		create(s, r, t->service, out);
	else if (t->job == NULL)
		jobs_list(s, r, t->service, &out->body);
	else {
		if (t->kind == KIND_WRITE)
			jobs_cancel(s, job);
		jobs_print(s, job, &out->body);
	}
}

static void
add_retry_after(struct stub *s, struct reply *out)
{
	if (s->set.retry_after >= 0)
		buf_printf(&out->headers, "Retry-After: %.0f\r\n",
		    s->set.retry_after);
}

/* The newest job, or the one before, as if it were the one asked for. */
static void
name_other(struct stub *s, const struct request *r, enum kind kind,
    enum mishap f, struct reply *out)
{
	int64_t i = (int64_t)s->jobs.n - (f == FAULT_OTHER_AFTER ? 2 : 1);

	if (i < 0) {
		say(s, r, 500, "no other job yet", out);
		return;
	}
	buf_reset(&out->body);
	out->status = kind == KIND_CREATE ? 201 : 200;
	jobs_print(s, i, &out->body);
}

/* The faults that have a status of their own. */
static void
spoil(struct stub *s, const struct request *r, enum kind kind, enum mishap f,
    struct reply *out)
{
	static const struct {
		enum mishap fault;
		int status;
		const char *message;
	} errors[] = {
		{ FAULT_400, 400,
		    "free tier plans are not supported for jobs" },
		{ FAULT_401, 401, "Unauthorized" },
		{ FAULT_403, 403, "not permitted for this key" },
		{ FAULT_404, 404, "not found" },
		{ FAULT_429, 429, "rate limit exceeded" },
		{ FAULT_500, 500, "internal server error" },
		{ FAULT_500_AFTER, 500, "internal server error" },
		{ FAULT_503, 503, "service unavailable" },
		{ FAULT_503_AFTER, 503, "service unavailable" },
		{ FAULT_REDIRECT, 307, "moved" },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].fault == f)
			say(s, r, errors[i].status, errors[i].message, out);
	}
	if (out->status == 429 || out->status == 503)
		add_retry_after(s, out);
	if (f == FAULT_REDIRECT)
		buf_printf(&out->headers, "Location: %s\r\n", r->path);
	if (f == FAULT_GARBAGE || f == FAULT_EMPTY || f == FAULT_HUGE)
		buf_reset(&out->body);
	if (f == FAULT_GARBAGE)
		buf_str(&out->body, "{\"id\":\"job-\\u0000\",[}\xff");
	while (f == FAULT_HUGE && out->body.len < HUGE_BYTES)
		buf_str(&out->body, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
	if (f == FAULT_OTHER_BEFORE || f == FAULT_OTHER_AFTER)
		name_other(s, r, kind, f, out);
	if (f == FAULT_LOST || f == FAULT_LOST_BEFORE)
		out->act = ACT_LOSE;
	if (f == FAULT_CUT_BEFORE || f == FAULT_CUT_AFTER)
		out->act = ACT_CUT;
	if (f == FAULT_CUT_WITHIN)
		out->act = ACT_HALF;
}

static void
record(struct stub *s, const struct request *r, const char *path, enum mishap f,
    const struct reply *out)
{
	struct buf b = BUF_INIT;

	s->statuses[out->status]++;
	s->faults[f]++;
	if (s->log == NULL)
		return;
	buf_printf(&b,
	    "{\"t\":%.6f,\"connection\":%lld,\"method\":\"%s\","
	    "\"path\":",
	    (double)stub_now(s) / 1e6, (long long)r->connection, r->method);
	buf_json(&b, path);
	buf_str(&b, ",\"query\":");
	buf_json(&b, r->query);
	buf_printf(&b,
	    ",\"fault\":\"%s\",\"status\":%d,\"sent\":", fault_name(f),
	    out->status);
	buf_add(&b, r->len > 0 ? r->body : "null", r->len > 0 ? r->len : 4);
	buf_str(&b, "}\n");
	(void)fputs(buf_cstr(&b), s->log);
	buf_fini(&b);
}

static bool
is_key_right(const struct stub *s, const struct request *r)
{
	static const char bearer[] = "Bearer ";

	return s->set.key[0] == '\0' ||
	    (strncmp(r->auth, bearer, sizeof(bearer) - 1) == 0 &&
		strcmp(r->auth + sizeof(bearer) - 1, s->set.key) == 0);
}

void
api_handle(struct stub *s, struct request *r, struct reply *out)
{
	char *path = strdup(r->path);
	enum mishap f = FAULT_NONE;
	struct target t;
	bool is_there;

	if (strncmp(r->path, "/_stub/", 7) == 0) {
		control_handle(s, r, out);
		free(path);
		return;
	}
	s->requests++;
	out->is_delayed = true;
	is_there = read_target(r, &t);
	s->ops[t.kind]++;
	if (!fault_rate(s, t.kind, out)) {
		say(s, r, 429, "rate limit exceeded", out);
		add_retry_after(s, out);
	} else if (!is_key_right(s, r))
		say(s, r, 401, "Unauthorized", out);
	else {
		f = fault_pick(s, t.kind);
		if (!is_there)
			say(s, r, 404, "not found", out);
		else if (f == FAULT_NONE || f >= FAULT_BEFORE__END)
			obey(s, r, &t, out);
		spoil(s, r, t.kind, f, out);
	}
	record(s, r, path, f, out);
	free(path);
}
