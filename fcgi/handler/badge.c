/*
 * /v1/badge: a picture of how a job's last run ended, without a token, for jobs
 * that show one.  Tested in t_api_badge.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/hash.h"
#include "lib/report/badge.h"

#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define SUFFIX ".svg"
#define MAX_AGE_S 60

/* Does the client have this version? */
static bool
is_known(const struct request *req, const char *etag)
{
	const char *known = request_var(req, HTTP_VAR_IF_NONE_MATCH);

	return strcmp(known, "*") == 0 || strstr(known, etag) != NULL;
}

static void
answer(const struct request *req, const char *job_id, enum outcome o,
    struct response *res)
{
	badge_svg(job_id, o, res->data);
	res->type = "image/svg+xml";
	res->max_age_s = MAX_AGE_S;
	(void)snprintf(res->etag, sizeof(res->etag), "\"%016" PRIx64 "\"",
	    hash_bytes(HASH_INIT, (const unsigned char *)res->data->data,
		res->data->len));
	if (is_known(req, res->etag))
		res->status = 304;
}

void
h_badge(struct ctx *ctx, const struct request *req, struct response *res)
{
	char job_id[JOB_NAME_MAX + 1];
	size_t n = strlen(req->path.job);
	enum store_rc rc = STORE_NOTFOUND;
	enum outcome o = OUTCOME_NONE;

	(void)snprintf(job_id, sizeof(job_id), "%s", req->path.job);
	if (n > strlen(SUFFIX) &&
	    strcmp(job_id + n - strlen(SUFFIX), SUFFIX) == 0) {
		job_id[n - strlen(SUFFIX)] = '\0';
		rc = badge_read(&ctx->sched, req->path.queue, job_id, &o);
	}
	/* Whether it exists or shows none. */
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_NO_ROUTE, NULL);
	else if (response_store(res, rc))
		answer(req, job_id, o, res);
}
