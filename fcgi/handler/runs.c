/*
 * The ledger: lists of runs, one run, its replay, and why a job ran or did not.
 * Tested in t_api_runs.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/sched/sched.h"
#include "lib/sched/render.h"
#include "lib/secret/token.h"
#include "lib/sched/why_words.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "lib/record/member.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/result.h"

#include "lib/base/ban.h"

/* Read states, or that of problems: *is_problem. */
static void
read_states(const struct request *req, struct sched_runs_opts *o,
    struct faults *fs)
{
	const char *word, *flag;

	if (request_param(req, "problem", &flag, fs) == 0 && flag != NULL &&
	    flag[0] != '\0' && strcmp(flag, "0") != 0) {
		o->is_problem = true;
		if (strcmp(flag, "1") != 0)
			fault_add(fs, "problem", "must be 1 or 0");
	}
	if (request_param(req, "state", &word, fs) != 0 || word == NULL ||
	    word[0] == '\0')
		return;
	if (run_states_parse(word, &o->states) != 0)
		fault_add(fs, "state",
		    "must be " RUN_STATE_NAMES "; several are comma-separated");
	else if (o->is_problem)
		fault_add(fs, "state", "excludes problem");
}

/* Read the order, and the text that is searched for. */
static void
read_order(const struct request *req, struct sched_runs_opts *o,
    struct faults *fs)
{
	const char *word;

	if (request_param(req, "order", &word, fs) == 0 && word != NULL &&
	    word[0] != '\0') {
		o->is_oldest_first = strcmp(word, "asc") == 0;
		if (!o->is_oldest_first && strcmp(word, "desc") != 0)
			fault_add(fs, "order", "must be asc or desc");
	}
	if (request_param(req, "q", &o->text, fs) == 0 && o->text != NULL &&
	    o->text[0] == '\0')
		o->text = NULL;
}

static void
read_outcomes(const struct request *req, unsigned *out, struct faults *fs)
{
	const char *word;

	if (request_param(req, "outcome", &word, fs) != 0 || word == NULL ||
	    word[0] == '\0')
		return;
	if (outcomes_parse(word, out) != 0)
		fault_add(fs, "outcome",
		    "must be " OUTCOME_NAMES "; several are comma-separated");
}

void
read_name(const struct request *req, const char *field, const char **out,
    struct faults *fs)
{
	if (request_param(req, field, out, fs) != 0 || *out == NULL)
		return;
	if ((*out)[0] == '\0')
		*out = NULL;
	else
		(void)job_check_name(field, *out, fs);
}

static int
read_filter(const struct ctx *ctx, const struct request *req,
    struct sched_runs_opts *o, struct response *res)
{
	static const struct json_range page = { 1, 1000 };
	struct faults *fs = &res->faults;
	struct input in;

	read_name(req, "job_id", &o->job_id, fs);
	read_states(req, o, fs);
	read_order(req, o, fs);
	read_outcomes(req, &o->outcomes, fs);
	o->kind = SCHED_ANY;
	input_kind(req, &o->kind, fs);
	input_time(ctx, req, "from", &o->from_us, fs);
	input_time(ctx, req, "to", &o->to_us, fs);
	(void)input_int(req, "limit", &page, &o->limit, res);
	(void)request_param(req, "cursor", &o->cursor, fs);
	if (input_queue(ctx, req, INPUT_QUEUE_OPTIONAL, &in, res) != 0)
		return -1;
	o->queue = in.queue;
	if (o->job_id == NULL || o->queue != NULL)
		return 0;
	fault_add(fs, "queue_name", "is required with job_id");
	response_bad_input(res);
	return -1;
}

void
h_runs(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sched_runs_opts o = {
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.limit = 100,
	};
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;

	if (read_filter(ctx, req, &o, res) != 0)
		return;
	rc = sched_runs(&ctx->sched, &o, &l, next);
	if (rc == STORE_NOTFOUND) {
		fault_add(&res->faults, "cursor",
		    "is not a cursor of this list");
		response_bad_input(res);
	} else if (response_store(res, rc)) {
		buf_str(res->data, "{\"runs\":[");
		for (size_t i = 0; i < l.n; i++) {
			if (i > 0)
				buf_char(res->data, ',');
			run_json(&l.v[i], res->data);
		}
		buf_char(res->data, ']');
		member_text("next_cursor", next, res->data);
		buf_char(res->data, '}');
	}
	run_list_fini(&l);
}

/* The queue of the run in the path, if the answer must have it; NULL: any. */
static int
read_queue(const struct request *req, const char **out, struct response *res)
{
	if (request_param(req, "queue_name", out, &res->faults) == 0 &&
	    *out != NULL && (*out)[0] == '\0')
		*out = NULL;
	if (res->faults.n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

bool
run_is_found(const char *id, struct response *res, enum store_rc rc)
{
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_RUN_MISSING, id);
	else if (rc == STORE_LIMIT) {
		fault_add(&res->faults, "queue_name",
		    "is required: several queues have a run of this id");
		response_error(res, 409, MSG_BAD_INPUT, NULL);
	} else
		return response_store(res, rc);
	return false;
}

/*
 * A single run, with its earlier attempts, its output, and its result: as
 * reported, or as its worker has stored it in Redis.
 */
static void
add_run_detail(struct ctx *ctx, const struct run *r, const struct run_detail *d,
    struct buf *out)
{
	const struct result_of of = { .queue = r->queue, .task_id = r->id };

	run_json(r, out);
	if (out->is_failed)
		return;
	out->len--;
	buf_str(out, ",\"earlier_attempts\":");
	attempts_json(&d->earlier, out);
	member_text("output", d->output, out);
	buf_str(out, ",\"result\":");
	if (d->result != NULL)
		buf_str(out, d->result);
	else if (r->state == RUN_SENT)
		(void)result_read(ctx, &of, out, NULL);
	else
		buf_str(out, "null");
	buf_char(out, '}');
}

void
h_run_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct run_detail d = { .output = NULL };
	struct run r = { .row = 0 };
	const char *queue = NULL;

	if (read_queue(req, &queue, res) == 0 &&
	    run_is_found(req->path.run, res,
		sched_run_get(&ctx->sched, queue, req->path.run, &r)) &&
	    response_store(res, sched_run_detail(&ctx->sched, &r, &d)))
		add_run_detail(ctx, &r, &d, res->data);
	run_detail_fini(&d);
	run_fini(&r);
}

void
h_run_replay(struct ctx *ctx, const struct request *req, struct response *res)
{
	char run_id[RUN_ID_LEN + 1];
	const char *queue = NULL;
	enum store_rc rc;

	if (read_queue(req, &queue, res) != 0)
		return;
	rc = sched_replay(&ctx->sched, queue, req->path.run, run_id);
	if (rc == STORE_CONFLICT)
		response_error(res, 409, MSG_RUN_NO_PARAMS, req->path.run);
	else if (run_is_found(req->path.run, res, rc)) {
		buf_str(res->data, "{\"run_id\":");
		buf_json(res->data, run_id);
		buf_char(res->data, '}');
		if (auth_may(ctx, TOKEN_READ))
			sched_render_warns(&ctx->sched, run_id, &res->warns);
	}
}

static void
answer_why(const struct request *req, const struct why *w, struct response *res)
{
	struct buf words = BUF_INIT;

	why_describe(w, req->lang == LANG_ZH ? DESCRIBE_ZH : DESCRIBE_EN,
	    &words);
	buf_printf(res->data,
	    "{\"answer\":\"%s\",\"message\":", why_name(w->out.answer));
	buf_json(res->data, buf_cstr(&words));
	res->data->is_failed |= words.is_failed;
	buf_str(res->data, ",\"facts\":");
	why_facts(w, res->data);
	buf_char(res->data, '}');
	buf_fini(&words);
}

void
h_why(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct why w = { .queue = NULL };
	const char *at = NULL, *bad = NULL;
	char room[INPUT_INSTANT_MAX];
	struct input in;
	enum store_rc rc;

	if (request_param(req, "at", &at, &res->faults) == 0 && at == NULL)
		fault_add(&res->faults, "at", "is required: a time");
	if (input_job(ctx, req, &in, res) != 0)
		return;
	w.queue = in.queue;
	w.job_id = in.job_id;
	w.kind = in.kind;
	at = input_instant(at, room);
	rc = sched_why(&ctx->sched, &w, at, clock_now_us(), &bad);
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_JOB_MISSING, in.job_id);
	else if (rc == STORE_CONFLICT) {
		fault_add_instant(&res->faults, "at", at, bad);
		response_bad_input(res);
	} else if (response_store(res, rc))
		answer_why(req, &w, res);
	sched_why_fini(&w);
}
