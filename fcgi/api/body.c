/*
 * Reads the body of a request: what is announced must come, in time, and what
 * was cut is refused.  A body of unknown length must not be taken for none
 * (Apache hands the chunks of one to CGI programs decoded, without a length).
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"

#include "fcgi/api/body.h"
#include "fcgi/server/client.h"

#include "lib/base/ban.h"

#define CHUNK 65536 /* bytes per read */
/* Maximum bytes read of a body that is too large, to answer it at all. */
#define DRAIN_MAX (INT64_C(16) * HTTP_BODY_MAX)

struct reading {
	struct client *client;
	struct buf *out;
	int64_t announced; /* CONTENT_LENGTH; -1: not set */
	int64_t got;
	int64_t idle_us;
	int64_t until_us;
};

const struct body_limits body_usual = { 10 * CLOCK_US_PER_S,
	60 * CLOCK_US_PER_S };

/*
 * Without CONTENT_LENGTH, HTTP/1.1 announces a body by its transfer coding (RFC
 * 9112 section 6.3); HTTP/2 and later have none.  A content type alone may be
 * left of a coding that the web server removed.
 */
static bool
may_follow(const struct request *req)
{
	return request_var(req, HTTP_VAR_TRANSFER_ENCODING)[0] != '\0' ||
	    request_var(req, HTTP_VAR_CONTENT_TYPE)[0] != '\0' ||
	    strncmp(request_var(req, HTTP_VAR_SERVER_PROTOCOL), "HTTP/1.", 7) !=
	    0;
}

/* The number of bytes to read next; 0: the body is complete. */
static size_t
wanted(const struct reading *r)
{
	if (r->client->is_framed || r->announced < 0 ||
	    r->announced - r->got > CHUNK)
		return CHUNK;
	return (size_t)(r->announced - r->got);
}

/* Read up to n bytes; drop them if the body is too large already. */
static enum client_read
read_some(struct reading *r, size_t n)
{
	int64_t left_us = r->until_us - clock_mono_us();
	char waste[8192], *to = waste;
	enum client_read rc;

	if (left_us <= 0)
		return CLIENT_SLOW;
	if (left_us > r->idle_us)
		left_us = r->idle_us;
	if (r->got > HTTP_BODY_MAX || r->announced > HTTP_BODY_MAX) {
		if (n > sizeof(waste))
			n = sizeof(waste);
	} else {
		if (buf_reserve(r->out, n + 1) != 0)
			return CLIENT_CUT;
		to = r->out->data + r->out->len;
	}
	rc = client_read(r->client, to, &n, left_us);
	if (rc != CLIENT_DATA)
		return rc;
	r->got += (int64_t)n;
	if (to != waste) {
		r->out->len += n;
		r->out->data[r->out->len] = '\0';
	}
	return rc;
}

static enum client_read
read_all(struct reading *r)
{
	enum client_read rc;
	size_t n;

	while ((n = wanted(r)) > 0 && r->got < DRAIN_MAX)
		if ((rc = read_some(r, n)) != CLIENT_DATA)
			return rc;
	return CLIENT_END;
}

/* Compare the length of a complete body with the one announced. */
static enum request_rc
judge(const struct reading *r, struct faults *fs)
{
	/* CGI does not report a body that was cut short. */
	if (r->announced < 0) {
		if (r->client->is_framed || client_is_there(r->client))
			return REQUEST_OK;
		fault_add(fs, "body", "is truncated");
	} else if (r->got < r->announced)
		fault_add(fs, "body",
		    "ends after %" PRId64 " of %" PRId64 " bytes", r->got,
		    r->announced);
	else if (r->got > r->announced)
		fault_add(fs, "body", "is longer than its Content-Length");
	else
		return REQUEST_OK;
	return REQUEST_BAD;
}

/* Read CONTENT_LENGTH; nginx sets it empty if there is no body. */
static enum request_rc
read_length(const struct request *req, int64_t *out, struct faults *fs)
{
	const char *length = request_var(req, HTTP_VAR_CONTENT_LENGTH);

	*out = -1;
	if (strspn(length, "0123456789") != strlen(length)) {
		fault_add(fs, "Content-Length", "is not a number");
		return REQUEST_BAD;
	}
	if (length[0] != '\0' && num_parse(length, 0, INT64_MAX, out) != 0)
		return REQUEST_TOO_LARGE;
	return REQUEST_OK;
}

static enum request_rc
finish(const struct reading *r, enum client_read read, struct faults *fs)
{
	switch (read) {
	case CLIENT_SLOW:
		return REQUEST_SLOW;
	case CLIENT_STOP:
		return REQUEST_STOP;
	case CLIENT_CUT:
		fault_add(fs, "body", "is truncated after %" PRId64 " bytes",
		    r->got);
		return REQUEST_BAD;
	case CLIENT_DATA:
	case CLIENT_END:
		break;
	}
	if (r->got > HTTP_BODY_MAX || r->announced > HTTP_BODY_MAX)
		return REQUEST_TOO_LARGE;
	return judge(r, fs);
}

enum request_rc
body_read_within(const struct body_limits *limits, const struct request *req,
    struct client *client, struct buf *body, struct faults *fs)
{
	struct reading r = { .client = client,
		.out = body,
		.idle_us = limits->idle_us };
	enum request_rc rc;

	buf_reset(body);
	if ((rc = read_length(req, &r.announced, fs)) != REQUEST_OK)
		return rc;
	if (r.announced < 0 && !client->is_framed && !may_follow(req))
		return REQUEST_OK;
	r.until_us = clock_mono_us() + limits->total_us;
	return finish(&r, read_all(&r), fs);
}

enum request_rc
body_read(const struct request *req, struct client *client, struct buf *body,
    struct faults *fs)
{
	return body_read_within(&body_usual, req, client, body, fs);
}
