/*
 * Dead letters: list, show, replay and purge.  Tested in t_api_dead and
 * t_api_dead_any.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/sched/dead.h"

#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "lib/record/member.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define IDS_MAX 1000 /* dead letters per request */

static void
add_dead(const struct dead *d, struct buf *out)
{
	buf_str(out, "{\"id\":");
	buf_json(out, d->id);
	member_text("queue_name", d->queue, out);
	member_text("job_id", d->job_id, out);
	member_text("where", dead_origin_name(d->origin), out);
	member_text("reason", d->reason, out);
	buf_printf(out, ",\"attempt\":%" PRId64, d->attempt);
	if (d->slot_us == 0)
		member_text("slot", NULL, out);
	else
		member_time("slot", d->slot_us, out);
	member_time("since", d->since_us, out);
	buf_printf(out, ",\"body\":%s}", d->body);
}

/* The queue named; NULL: every queue that the token may use. */
static const char *
queue_of(const struct request *req)
{
	return req->path.queue[0] == '\0' ? NULL : req->path.queue;
}

/* As input_path, with an optional queue. */
static int
enter(const struct ctx *ctx, const struct request *req, struct response *res)
{
	if (queue_of(req) != NULL)
		return input_path(ctx, req, res);
	if (res->faults.n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

static int
read_page(const struct ctx *ctx, const struct request *req,
    struct sched_dead_opts *o, struct response *res)
{
	static const struct json_range page = { 1, 1000 };

	o->queue = queue_of(req);
	(void)input_int(req, "limit", &page, &o->limit, res);
	(void)request_param(req, "cursor", &o->cursor, &res->faults);
	return enter(ctx, req, res);
}

static void
add_reasons(const struct dead_reasons *l, struct buf *out)
{
	buf_str(out, ",\"reasons\":[");
	for (size_t i = 0; i < l->n; i++) {
		buf_printf(out, "%s{\"n\":%" PRId64, i > 0 ? "," : "",
		    l->v[i].n);
		member_text("reason", l->v[i].reason, out);
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

void
h_dead_list(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sched_dead_opts o = { .limit = 100 };
	struct dead_list l = { NULL, 0, 0 };
	struct dead_reasons why = { NULL, 0, 0 };
	char next[SCHED_DEAD_CURSOR_MAX];
	enum store_rc rc;

	if (read_page(ctx, req, &o, res) != 0)
		return;
	rc = sched_dead_list(&ctx->sched, &o, &l, next);
	if (rc == STORE_NOTFOUND) {
		fault_add(&res->faults, "cursor",
		    "is not a cursor of this list");
		response_bad_input(res);
	} else if (response_store(res, rc) &&
	    response_store(res,
		sched_dead_reasons(&ctx->sched, o.queue, &why))) {
		buf_str(res->data, "{\"dead\":[");
		for (size_t i = 0; i < l.n; i++) {
			if (i > 0)
				buf_char(res->data, ',');
			add_dead(&l.v[i], res->data);
		}
		buf_char(res->data, ']');
		add_reasons(&why, res->data);
		member_text("next_cursor", next, res->data);
		buf_char(res->data, '}');
	}
	dead_reasons_fini(&why);
	dead_list_fini(&l);
}

/* Several queues have a dead letter with that id. */
static void
refuse_many(struct response *res, const char *id)
{
	fault_add(&res->faults, "queue_name",
	    "is required: several queues have a dead letter %s", id);
	response_error(res, 409, MSG_BAD_INPUT, NULL);
}

/* As response_store, for the message named in the path. */
static bool
is_found(const struct request *req, struct response *res, enum store_rc rc)
{
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_DEAD_MISSING, req->path.message);
	else if (rc == STORE_LIMIT)
		refuse_many(res, req->path.message);
	else
		return response_store(res, rc);
	return false;
}

void
h_dead_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct dead d = { .row = 0 };

	if (enter(ctx, req, res) != 0)
		return;
	if (is_found(req, res,
		sched_dead_get(&ctx->sched, queue_of(req), req->path.message,
		    &d)))
		add_dead(&d, res->data);
	dead_fini(&d);
}

void
h_dead_forget(struct ctx *ctx, const struct request *req, struct response *res)
{
	const char *ids[1] = { req->path.message };
	const struct sched_dead_pick p = { queue_of(req), ids, 1, NULL };
	struct sched_dead_done done;

	if (enter(ctx, req, res) == 0 &&
	    is_found(req, res, sched_dead_purge_some(&ctx->sched, &p, &done)))
		buf_printf(res->data, "{\"purged\":%" PRId64 "}", done.n);
}

/* The message named in the path; without one, all of the queue. */
static const char *
which(const struct request *req)
{
	return req->path.message[0] == '\0' ? NULL : req->path.message;
}

/*
 * As input_path; where the path means all of the queue, refuse unknown
 * parameters, which may be misspelt filters.
 */
static int
read_which(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	for (size_t i = 0; i < req->nparams && which(req) == NULL; i++)
		if (strcmp(req->params[i].name, "queue_name") != 0)
			fault_add(&res->faults, req->params[i].name,
			    "is unknown; a message is named by the "
			    "path, without which the route changes all of the queue");
	return input_path(ctx, req, res);
}

void
h_dead_replay(struct ctx *ctx, const struct request *req, struct response *res)
{
	int64_t n = 0;

	if (read_which(ctx, req, res) == 0 &&
	    is_found(req, res,
		sched_dead_replay(&ctx->sched, req->path.queue, which(req),
		    &n)))
		buf_printf(res->data, "{\"replayed\":%" PRId64 "}", n);
}

void
h_dead_purge(struct ctx *ctx, const struct request *req, struct response *res)
{
	int64_t n = 0;

	if (read_which(ctx, req, res) == 0 &&
	    is_found(req, res,
		sched_dead_purge(&ctx->sched, req->path.queue, which(req), &n)))
		buf_printf(res->data, "{\"purged\":%" PRId64 "}", n);
}

/* A replay or purge, and its selection. */
struct some {
	enum store_rc (*op)(struct sched *s, const struct sched_dead_pick *p,
	    struct sched_dead_done *out);
	const char *done; /* the member with the count in the answer */
	struct sched_dead_pick pick;
};

/* Read the selection: by "ids", by "reason", or "all". */
static int
read_some(const struct request *req, struct some *w, struct faults *fs)
{
	static const char *const fields[] = { "ids", "reason", "all" };
	struct sched_dead_pick *p = &w->pick;
	bool is_all = false;

	p->queue = queue_of(req);
	json_only(req->json, "", fields, 3, fs);
	(void)json_get_bool(req->json, "all", &is_all, fs);
	(void)json_get_str(req->json, "reason", &p->reason, fs);
	if (json_get_strings(req->json, "ids", &p->ids, &p->n, fs) != 0 ||
	    fs->n > 0)
		return -1;
	if (is_all + (p->n > 0) + (p->reason != NULL) != 1)
		return fault_add(fs, "ids",
		    "is required, or a reason, or all: true, and only one of them");
	if (p->n == 0 && p->queue == NULL)
		return fault_add(fs, "queue_name", "is required");
	if (p->n > IDS_MAX)
		return fault_add(fs, "ids", "are more than %d", IDS_MAX);
	return 0;
}

/* One named letter that fails fails the request. */
static void
refuse_some(struct response *res, enum store_rc rc, const char *id)
{
	if (rc == STORE_LIMIT) {
		refuse_many(res, id);
		return;
	}
	if (id != NULL)
		fault_add(&res->faults, "ids",
		    "has %s, which is not a dead letter; nothing was changed",
		    id);
	response_error(res, 404, MSG_DEAD_MISSING, id == NULL ? "" : id);
}

static void
do_some(struct ctx *ctx, const struct request *req, struct some *w,
    struct response *res)
{
	struct sched_dead_done done = { 0, NULL };
	enum store_rc rc;

	if (read_some(req, w, &res->faults) != 0)
		response_bad_input(res);
	else if (enter(ctx, req, res) == 0) {
		rc = w->op(&ctx->sched, &w->pick, &done);
		if (rc == STORE_NOTFOUND || rc == STORE_LIMIT)
			refuse_some(res, rc, done.id);
		else if (response_store(res, rc))
			buf_printf(res->data, "{\"%s\":%" PRId64 "}", w->done,
			    done.n);
	}
	free((void *)w->pick.ids);
}

void
h_dead_replay_some(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct some w = { .op = sched_dead_replay_some, .done = "replayed" };

	do_some(ctx, req, &w, res);
}

void
h_dead_purge_some(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct some w = { .op = sched_dead_purge_some, .done = "purged" };

	do_some(ctx, req, &w, res);
}
