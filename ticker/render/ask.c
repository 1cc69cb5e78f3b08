/*
 * Writes the URL and the body of a request to Render. Tested in
 * tests/render/http.bats.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "ticker/render/ask.h"

#include "lib/base/ban.h"

/* Paths of the operations, after /services/ID. */
static const struct endpoint {
	const char *path;
	bool needs_job; /* /JOB follows, then tail */
	const char *tail;
} endpoints[RENDER_OP__MAX] = {
	[RENDER_CREATE] = { "/jobs", false, "" },
	[RENDER_LIST] = { "/jobs", false, "" },
	[RENDER_EVENTS] = { "/events", false, "" },
	[RENDER_GET] = { "/jobs", true, "" },
	[RENDER_CANCEL] = { "/jobs", true, "/cancel" },
};

/* Append text percent-encoded for a path or query (RFC 3986 section 2.3). */
static void
add_encoded(struct buf *b, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-_~.";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			buf_char(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
	}
}

/* Append the base URL of a key, with or without "/v1" or slashes at its end. */
static void
add_base(struct buf *b, const char *base)
{
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	buf_add(b, base, n);
	if (n < 3 || memcmp(base + n - 3, "/v1", 3) != 0)
		buf_str(b, "/v1");
}

static void
add_param(struct buf *b, const char *name, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	buf_printf(b, "&%s=", name);
	add_encoded(b, value);
}

static void
add_query(struct buf *b, const struct render_ask *ask)
{
	bool is_list = ask->op == RENDER_LIST;
	struct buf time = BUF_INIT;

	buf_printf(b, "?limit=%d", RENDER_PAGE);
	if (!is_list)
		add_param(b, "type", "job_run_ended");
	if (ask->after_us != RENDER_NO_TIME)
		datetime_rfc3339(ask->after_us, &time);
	add_param(b, is_list ? "createdAfter" : "startTime", buf_cstr(&time));
	add_param(b, "status", ask->status);
	add_param(b, "cursor", ask->cursor);
	buf_fini(&time);
}

char *
render_ask_url(const char *base, const struct render_ask *ask)
{
	const struct endpoint *at = &endpoints[ask->op];
	struct buf b = BUF_INIT;

	add_base(&b, base);
	buf_str(&b, "/services/");
	add_encoded(&b, ask->service);
	buf_str(&b, at->path);
	if (at->needs_job) {
		buf_char(&b, '/');
		add_encoded(&b, ask->job);
	}
	buf_str(&b, at->tail);
	if (ask->op == RENDER_LIST || ask->op == RENDER_EVENTS)
		add_query(&b, ask);
	return buf_take(&b);
}

void
render_ask_body(const struct render_ask *ask, struct buf *b)
{
	if (ask->op != RENDER_CREATE)
		return;
	buf_str(b, "{\"startCommand\":");
	buf_json(b, ask->command);
	if (ask->plan != NULL && *ask->plan != '\0') {
		buf_str(b, ",\"planId\":");
		buf_json(b, ask->plan);
	}
	buf_char(b, '}');
}
