/* HTTP/2 of the stand-in, by nghttp2. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/stub/conn.h"

#include "lib/base/ban.h"

#define HEADERS_MAX 16

/* A request and what is sent to it. */
struct stream {
	struct request r;
	struct buf body;
	struct reply reply;
	size_t sent; /* of the reply's body */
};

static void
stream_free(struct stream *st)
{
	free(st->r.path);
	free(st->r.query);
	free(st->r.auth);
	buf_fini(&st->body);
	buf_fini(&st->reply.headers);
	buf_fini(&st->reply.body);
	free(st);
}

static int
on_begin(nghttp2_session *session, const nghttp2_frame *f, void *cookie)
{
	struct stream *st = calloc(1, sizeof(*st));
	struct conn *c = cookie;

	if (st == NULL)
		abort();
	st->r.connection = c->id;
	st->r.query = strdup("");
	st->r.auth = strdup("");
	return nghttp2_session_set_stream_user_data(session, f->hd.stream_id,
	    st);
}

static void
set(char **to, const char *from)
{
	free(*to);
	*to = strdup(from);
}

static int
on_header(nghttp2_session *session, const nghttp2_frame *f, const uint8_t *name,
    size_t namelen, const uint8_t *value, size_t len, uint8_t flags,
    void *cookie)
{
	struct stream *st =
	    nghttp2_session_get_stream_user_data(session, f->hd.stream_id);
	const char *n = (const char *)name, *v = (const char *)value;
	char *query;

	(void)namelen;
	(void)len;
	(void)flags;
	(void)cookie;
	if (st == NULL)
		return 0;
	if (strcmp(n, ":method") == 0)
		(void)snprintf(st->r.method, sizeof(st->r.method), "%s", v);
	else if (strcmp(n, "authorization") == 0)
		set(&st->r.auth, v);
	else if (strcmp(n, ":path") == 0) {
		set(&st->r.path, v);
		if ((query = strchr(st->r.path, '?')) != NULL) {
			set(&st->r.query, query + 1);
			*query = '\0';
		}
	}
	return 0;
}

static int
on_data(nghttp2_session *session, uint8_t flags, int32_t id,
    const uint8_t *data, size_t len, void *cookie)
{
	struct stream *st = nghttp2_session_get_stream_user_data(session, id);

	(void)flags;
	(void)cookie;
	if (st != NULL)
		buf_add(&st->body, data, len);
	return 0;
}

static int
on_frame(nghttp2_session *session, const nghttp2_frame *f, void *cookie)
{
	struct stream *st =
	    nghttp2_session_get_stream_user_data(session, f->hd.stream_id);
	struct conn *c = cookie;
	struct reply reply = { 0 };

	if ((f->hd.type != NGHTTP2_HEADERS && f->hd.type != NGHTTP2_DATA) ||
	    (f->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0 || st == NULL ||
	    st->r.path == NULL)
		return 0;
	st->r.body = buf_cstr(&st->body);
	st->r.len = st->body.len;
	api_handle(&c->server->stub, &st->r, &reply);
	reply_give(c, f->hd.stream_id, &reply);
	return 0;
}

static int
on_close(nghttp2_session *session, int32_t id, uint32_t code, void *cookie)
{
	struct stream *st = nghttp2_session_get_stream_user_data(session, id);

	(void)code;
	reply_forget(cookie, id);
	if (st != NULL)
		stream_free(st);
	(void)nghttp2_session_set_stream_user_data(session, id, NULL);
	return 0;
}

static ssize_t
on_source(nghttp2_session *session, int32_t id, uint8_t *to, size_t n,
    uint32_t *flags, nghttp2_data_source *source, void *cookie)
{
	struct stream *st = source->ptr;
	size_t left = st->reply.body.len - st->sent;

	(void)session;
	(void)id;
	(void)cookie;
	n = n < left ? n : left;
	memcpy(to, buf_cstr(&st->reply.body) + st->sent, n);
	st->sent += n;
	if (n == 0 && st->reply.act == ACT_HALF)
		return NGHTTP2_ERR_DEFERRED;
	if (n == left && st->reply.act != ACT_HALF)
		*flags |= NGHTTP2_DATA_FLAG_EOF;
	return (ssize_t)n;
}

void
h2_drain(struct conn *c)
{
	const uint8_t *p;
	ssize_t n;

	while ((n = nghttp2_session_mem_send(c->h2, &p)) > 0)
		buf_add(&c->out, p, (size_t)n);
	if (n < 0)
		conn_kill(c);
}

int
h2_start(struct conn *c)
{
	static const nghttp2_settings_entry settings[] = {
		{ NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100 },
	};
	nghttp2_session_callbacks *cb;

	if (nghttp2_session_callbacks_new(&cb) != 0)
		return -1;
	nghttp2_session_callbacks_set_on_begin_headers_callback(cb, on_begin);
	nghttp2_session_callbacks_set_on_header_callback(cb, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(cb, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(cb, on_close);
	(void)nghttp2_session_server_new(&c->h2, cb, c);
	nghttp2_session_callbacks_del(cb);
	return c->h2 == NULL ?
	    -1 :
	    nghttp2_submit_settings(c->h2, NGHTTP2_FLAG_NONE, settings, 1);
}

void
h2_read(struct conn *c)
{
	ssize_t n = nghttp2_session_mem_recv(c->h2,
	    (const uint8_t *)buf_cstr(&c->in), c->in.len);

	buf_reset(&c->in);
	if (n < 0)
		conn_kill(c);
}

static void
add(nghttp2_nv *nv, char *name, const char *value, size_t len)
{
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	*nv = (nghttp2_nv){ (uint8_t *)name, (uint8_t *)(uintptr_t)value,
		strlen(name), len, NGHTTP2_NV_FLAG_NONE };
}

/* The headers of a reply, whose text is cut up; how many. */
static size_t
make_headers(struct reply *reply, char status[3], nghttp2_nv nv[HEADERS_MAX])
{
	static char status_name[] = ":status", type_name[] = "content-type";
	static const char json[] = "application/json";
	char *p = reply->headers.data;
	size_t n = 0, len;

	for (int i = 2, v = reply->status; i >= 0; i--, v /= 10)
		status[i] = (char)('0' + v % 10);
	add(&nv[n++], status_name, status, 3);
	add(&nv[n++], type_name, json, strlen(json));
	while (p != NULL && *p != '\0' && n < HEADERS_MAX) {
		char *value = strstr(p, ": ");

		*value = '\0';
		value += 2;
		len = strcspn(value, "\r");
		add(&nv[n++], p, value, len);
		p = value + len + 2;
	}
	return n;
}

void
h2_write(struct conn *c, int32_t id, struct reply *reply)
{
	struct stream *st = nghttp2_session_get_stream_user_data(c->h2, id);
	nghttp2_data_provider source = { { 0 }, on_source };
	nghttp2_nv nv[HEADERS_MAX];
	char status[3];
	size_t n;

	if (st == NULL)
		return;
	st->reply = *reply;
	*reply = (struct reply){ 0 };
	if (st->reply.act == ACT_HALF) {
		c->is_ended = true;
		st->reply.body.len /= 2;
	}
	source.source.ptr = st;
	n = make_headers(&st->reply, status, nv);
	if (nghttp2_submit_response(c->h2, id, nv, n, &source) != 0)
		conn_kill(c);
}
