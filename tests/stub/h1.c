/* HTTP/1.1 of the stand-in: one request after another on a connection. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/stub/conn.h"

#include "lib/base/ban.h"

/* The value of a header in the n bytes of a head, owned; "" without. */
static char *
header(const char *head, size_t n, const char *name)
{
	size_t len = strlen(name);
	const char *p = head, *end = head + n;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		if ((size_t)(end - p) <= len ||
		    strncasecmp(p, name, len) != 0 || p[len] != ':')
			continue;
		p += len + 1;
		while (*p == ' ')
			p++;
		return strndup(p, strcspn(p, "\r\n"));
	}
	return strdup("");
}

/* "POST /path?query HTTP/1.1"; false when it is none. */
static bool
read_line(const char *head, struct request *r)
{
	size_t method = strcspn(head, " \r"), n;
	const char *target = head + method + 1;

	if (head[method] != ' ' || method >= sizeof(r->method))
		return false;
	memcpy(r->method, head, method);
	r->method[method] = '\0';
	n = strcspn(target, " \r");
	if (*target != '/' || target[n] != ' ')
		return false;
	r->path = strndup(target, strcspn(target, "? "));
	n = strlen(r->path);
	r->query = target[n] == '?' ?
	    strndup(target + n + 1, strcspn(target + n + 1, " ")) :
	    strdup("");
	return true;
}

/* Take n bytes away from what came. */
static void
consume(struct conn *c, size_t n)
{
	c->in.len -= n;
	memmove(c->in.data, c->in.data + n, c->in.len + 1);
}

/* One request whose head has n bytes; false when not all of it is there. */
static bool
read_one(struct conn *c, size_t n)
{
	struct request r = { .connection = c->id };
	struct reply reply = { 0 };
	char *length = header(c->in.data, n, "Content-Length"), *body;

	r.len = strtoul(length, NULL, 10);
	free(length);
	if (c->in.len < n + r.len)
		return false;
	if (!read_line(c->in.data, &r)) {
		conn_kill(c);
		return false;
	}
	r.auth = header(c->in.data, n, "Authorization");
	r.body = body = strndup(c->in.data + n, r.len);
	consume(c, n + r.len);
	c->is_busy = true;
	api_handle(&c->server->stub, &r, &reply);
	reply_give(c, 0, &reply);
	free(body);
	free(r.path);
	free(r.query);
	free(r.auth);
	return true;
}

void
h1_read(struct conn *c)
{
	const char *end;

	while (!c->is_dead && !c->is_busy && c->in.len > 0 &&
	    (end = strstr(c->in.data, "\r\n\r\n")) != NULL) {
		if (!read_one(c, (size_t)(end - c->in.data) + 4))
			return;
	}
}

void
h1_write(struct conn *c, struct reply *reply)
{
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n",
	    reply->status, reply->body.len);
	buf_str(&b, buf_cstr(&reply->headers));
	buf_str(&b, "\r\n");
	buf_add(&b, buf_cstr(&reply->body), reply->body.len);
	if (reply->act == ACT_HALF) {
		c->is_ended = true;
		b.len -= reply->body.len / 2 + 1;
	}
	buf_add(&c->out, b.data, b.len);
	buf_fini(&b);
	c->is_busy = false;
}
