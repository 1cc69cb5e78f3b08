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
#include "fcgi/api/member.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define IDS_MAX 1000 /* letters of one request */

static void
add_dead(const struct dead *d, struct buf *out)
{
	buf_str(out, "{\"id\":");
	buf_json(out, d->id);
	member_text("queue_name", d->queue, out);
	member_text("job_id", d->job_id, out);
	member_text("where", dead_place_name(d->place), out);
	member_text("reason", d->reason, out);
	buf_printf(out, ",\"attempt\":%" PRId64, d->attempt);
	if (d->slot_us == 0)
		member_text("slot", NULL, out);
	else
		member_time("slot", d->slot_us, out);
	member_time("since", d->since_us, out);
	buf_printf(out, ",\"body\":%s}", d->body);
}

static int
read_page(const struct ctx *ctx, const struct request *req,
    struct sched_dead_opts *o, struct response *res)
{
	static const struct json_range page = { 1, 1000 };

	o->queue = req->path.queue;
	(void)input_int(req, "limit", &page, &o->limit, res);
	(void)request_param(req, "cursor", &o->cursor, &res->faults);
	return input_path(ctx, req, res);
}

void
h_dead_list(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sched_dead_opts o = { .limit = 100 };
	struct dead_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;

	if (read_page(ctx, req, &o, res) != 0)
		return;
	rc = sched_dead_list(&ctx->sched, &o, &l, next);
	if (rc == STORE_NOTFOUND) {
		fault_add(&res->faults, "cursor",
		    "is not one that a list gave");
		response_bad_input(res);
	} else if (response_store(res, rc)) {
		buf_str(res->data, "{\"dead\":[");
		for (size_t i = 0; i < l.n; i++) {
			if (i > 0)
				buf_char(res->data, ',');
			add_dead(&l.v[i], res->data);
		}
		buf_char(res->data, ']');
		member_text("next_cursor", next, res->data);
		buf_char(res->data, '}');
	}
	dead_list_fini(&l);
}

/* As response_store, for an answer about the message of the path. */
static bool
is_found(const struct request *req, struct response *res, enum store_rc rc)
{
	if (rc != STORE_NOTFOUND)
		return response_store(res, rc);
	response_error(res, 404, MSG_DEAD_MISSING, req->path.message);
	return false;
}

void
h_dead_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct dead d = { .row = 0 };

	if (input_path(ctx, req, res) != 0)
		return;
	if (is_found(req, res,
		sched_dead_get(&ctx->sched, req->path.queue, req->path.message,
		    &d)))
		add_dead(&d, res->data);
	dead_fini(&d);
}

/* The message of the path or, where it has none, all of the queue. */
static const char *
which(const struct request *req)
{
	return req->path.message[0] == '\0' ? NULL : req->path.message;
}

/*
 * As input_path; but where the path means all of the queue, a parameter that
 * was to narrow that must not be ignored.
 */
static int
read_which(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	for (size_t i = 0; i < req->nparams && which(req) == NULL; i++)
		if (strcmp(req->params[i].name, "queue_name") != 0)
			fault_add(&res->faults, req->params[i].name,
			    "is not known here; a message is named by the "
			    "path, without it all of the queue is meant");
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

/* Replay or purge, and the letters it is done to. */
struct some {
	enum store_rc (*op)(struct sched *s, const char *queue, const char *id,
	    int64_t *n);
	const char *done; /* the answer's word for it */
	const char **ids;
	size_t n; /* 0: all of the queue */
};

/* Fill ids and n: "ids", or all where that is said. */
static int
read_some(const struct request *req, struct some *w, struct faults *fs)
{
	static const char *const fields[] = { "ids", "all" };
	bool is_all = false;

	json_only(req->json, "", fields, 2, fs);
	(void)json_get_bool(req->json, "all", &is_all, fs);
	if (json_get_strings(req->json, "ids", &w->ids, &w->n, fs) != 0 ||
	    fs->n > 0)
		return -1;
	if (is_all == (w->n > 0))
		return fault_add(fs, "ids",
		    "is required, or all: true, and not both");
	if (w->n > IDS_MAX)
		return fault_add(fs, "ids", "are more than %d", IDS_MAX);
	return 0;
}

/* The letters one by one; those that are not there are left out. */
static enum store_rc
do_each(struct ctx *ctx, const char *queue, const struct some *w, int64_t *done)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < w->n && rc == STORE_OK; i++) {
		int64_t one = 0;

		rc = w->op(&ctx->sched, queue, w->ids[i], &one);
		*done += one;
		if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	return rc == STORE_OK && *done == 0 ? STORE_NOTFOUND : rc;
}

static void
do_some(struct ctx *ctx, const struct request *req, struct some *w,
    struct response *res)
{
	const char *queue = req->path.queue;
	enum store_rc rc;
	int64_t done = 0;

	if (read_some(req, w, &res->faults) != 0)
		response_bad_input(res);
	else if (input_path(ctx, req, res) == 0) {
		rc = w->n == 0 ? w->op(&ctx->sched, queue, NULL, &done) :
				 do_each(ctx, queue, w, &done);
		if (rc == STORE_NOTFOUND)
			response_error(res, 404, MSG_DEAD_MISSING,
			    w->n > 0 ? w->ids[0] : "");
		else if (response_store(res, rc))
			buf_printf(res->data, "{\"%s\":%" PRId64 "}", w->done,
			    done);
	}
	free((void *)w->ids);
}

void
h_dead_replay_some(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct some w = { sched_dead_replay, "replayed", NULL, 0 };

	do_some(ctx, req, &w, res);
}

void
h_dead_purge_some(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct some w = { sched_dead_purge, "purged", NULL, 0 };

	do_some(ctx, req, &w, res);
}
