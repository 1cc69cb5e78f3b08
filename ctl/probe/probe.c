/*
 * One request to a web server, by net/http, with the reason kept apart from
 * the answer.  ctl/doctor/web.c interprets the answer.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/probe/probe.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/url.h"
#include "net/http/field.h"

#include "lib/base/ban.h"

#define PATIENCE_US (10 * CLOCK_US_PER_S)

/* Join base and path with one slash; 0, or -1: out of memory. */
static int
join(const struct probe_request *r, struct buf *url)
{
	size_t n = strlen(r->base);

	while (n > 0 && r->base[n - 1] == '/')
		n--;
	buf_add(url, r->base, n);
	buf_str(url, r->path);
	return url->is_failed ? -1 : 0;
}

static void
take(struct http_result *r, struct probe_answer *out)
{
	out->trouble = r->trouble;
	out->status = r->status;
	err_set(&out->error, "%s", r->error);
	(void)http_field_text(r->headers, "Content-Type", out->type,
	    sizeof(out->type));
	(void)http_field_text(r->headers, "Location", out->location,
	    sizeof(out->location));
	out->len = r->len;
	out->body = malloc(r->len + 1);
	if (out->body == NULL) {
		out->len = 0;
		return;
	}
	memcpy(out->body, r->body, r->len);
	out->body[r->len] = '\0';
}

static int
ask(const struct probe_request *r, const char *url, struct probe_answer *out)
{
	const struct http_opts o = {
		.ca_file = r->ca_file,
		.connect_us = PATIENCE_US,
		.total_us = PATIENCE_US,
		.max_body = PROBE_BODY_MAX,
		.drops_rest = true,
		.allows_plain = true,
	};
	const struct http_request q = {
		.method = HTTP_GET,
		.verb = r->verb,
		.url = url,
		.headers = r->headers,
	};
	struct http *h = http_new(&o, &out->error);
	struct http_result *res = NULL;
	int rc = -1;

	if (h == NULL)
		return -1;
	if (http_start(h, &q, &out->error) == 0) {
		while ((res = http_result(h)) == NULL)
			http_wait(h, clock_mono_us() + PATIENCE_US);
		take(res, out);
		rc = out->body == NULL ? -1 : 0;
	}
	http_result_free(res);
	http_free(h);
	return rc;
}

int
probe_ask(const struct probe_request *r, struct probe_answer *out)
{
	const char *bad = url_check_plain(r->base);
	struct buf url = BUF_INIT;
	int rc = -1;

	memset(out, 0, sizeof(*out));
	if (bad != NULL)
		err_set(&out->error, "%s", bad);
	else if (join(r, &url) == -1)
		err_set(&out->error, "out of memory");
	else
		rc = ask(r, buf_cstr(&url), out);
	buf_fini(&url);
	return rc;
}

void
probe_fini(struct probe_answer *a)
{
	free(a->body);
	a->body = NULL;
	a->len = 0;
}
