/*
 * FastCGI connections and records (FastCGI specification 1.0, sections 3 to
 * 5): one request at a time, nothing multiplexed.  Tested with records spoken
 * by hand in tests/http/fastcgi.bats.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"

#include "fcgi/server/fastcgi.h"

#include "lib/base/ban.h"

#define HEADER_LEN 8
#define BEGIN_LEN 8
/* bytes of a record; a multiple of 8 needs no padding */
#define CONTENT_MAX 65528
#define OUT_KEEP 262144 /* bytes; a larger buffer is freed */

#define IDLE_US (10 * CLOCK_US_PER_S) /* without a byte */
#define HEAD_US (60 * CLOCK_US_PER_S) /* until the head is complete */
#define SEND_US (60 * CLOCK_US_PER_S) /* without a byte being taken */
#define LAST_US CLOCK_US_PER_S	      /* after SIGTERM, and after the answer */

enum record {
	BEGIN_REQUEST = 1,
	ABORT_REQUEST = 2,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	GET_VALUES = 9,
	GET_VALUES_RESULT = 10,
	UNKNOWN_TYPE = 11
};

enum { ROLE_RESPONDER = 1, FLAG_KEEP_CONN = 1 };

/* The protocolStatus of END_REQUEST. */
enum { REQUEST_COMPLETE = 0, CANT_MPX_CONN = 1, UNKNOWN_ROLE = 3 };

/* Results of reading the head of a request. */
enum head {
	HEAD_OK,
	HEAD_BAD,  /* malformed */
	HEAD_NONE, /* cut, or not for a responder */
	HEAD_STOP  /* the process is ending */
};

bool
fastcgi_is_listening(int fd)
{
	socklen_t len = sizeof(int);
	int is_listening = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) ==
	    0 &&
	    is_listening != 0;
}

void
fastcgi_init(struct fastcgi *f, int listener)
{
	int flags = fcntl(listener, F_GETFL);

	memset(f, 0, sizeof(*f));
	f->listener = listener;
	f->fd = -1;
	/* Other workers wait, too, and one may accept it first. */
	if (flags >= 0)
		(void)fcntl(listener, F_SETFL, flags | O_NONBLOCK);
}

static void
close_connection(struct fastcgi *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	f->at = f->end = 0;
	f->content = f->padding = 0;
}

void
fastcgi_fini(struct fastcgi *f)
{
	close_connection(f);
	buf_fini(&f->params);
	buf_fini(&f->text);
	buf_fini(&f->out);
}

/* --- input */

/* Read into the buffer until until_us, at most for IDLE_US. */
static enum client_read
fill(struct fastcgi *f, int64_t until_us)
{
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN };
	bool is_idle = false;

	memmove(f->in, f->in + f->at, f->end - f->at);
	f->end -= f->at;
	f->at = 0;
	for (;;) {
		ssize_t n = recv(f->fd, f->in + f->end, sizeof(f->in) - f->end,
		    MSG_DONTWAIT);
		int64_t left_us = until_us - clock_mono_us();

		if (n > 0) {
			f->end += (size_t)n;
			return CLIENT_DATA;
		}
		if (n == 0 ||
		    (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
			return CLIENT_CUT;
		if (left_us <= 0 || is_idle)
			return CLIENT_SLOW;
		if (left_us > IDLE_US)
			left_us = IDLE_US;
		is_idle = stop_poll(&pfd, 1, left_us) == 0;
		if (stop_is_pending())
			return CLIENT_STOP;
	}
}

/* Skip the rest of the record, as far as it has been received. */
static void
skip(struct fastcgi *f)
{
	size_t n = f->end - f->at;

	if (n > f->content + f->padding)
		n = f->content + f->padding;
	f->at += n;
	if (n > f->content) {
		f->padding -= n - f->content;
		f->content = 0;
	} else
		f->content -= n;
}

/* Read the header of the next record. */
static enum client_read
next_record(struct fastcgi *f, int64_t until_us)
{
	enum client_read rc;
	const unsigned char *h;

	for (skip(f);
	     f->content + f->padding > 0 || f->end - f->at < HEADER_LEN;
	     skip(f))
		if ((rc = fill(f, until_us)) != CLIENT_DATA)
			return rc;
	h = f->in + f->at;
	if (h[0] != 1)
		return CLIENT_CUT;
	f->type = h[1];
	f->owner = (uint16_t)(h[2] << 8 | h[3]);
	f->content = (size_t)(h[4] << 8 | h[5]);
	f->padding = h[6];
	f->at += HEADER_LEN;
	return CLIENT_DATA;
}

/* Read up to *n bytes of the record's content, which is not empty. */
static enum client_read
take(struct fastcgi *f, void *p, size_t *n, int64_t until_us)
{
	enum client_read rc;

	if (f->at == f->end && (rc = fill(f, until_us)) != CLIENT_DATA)
		return rc;
	if (*n > f->content)
		*n = f->content;
	if (*n > f->end - f->at)
		*n = f->end - f->at;
	memcpy(p, f->in + f->at, *n);
	f->at += *n;
	f->content -= *n;
	return CLIENT_DATA;
}

/* --- output */

static void
add_record(struct buf *out, enum record type, uint16_t id, const void *p,
    size_t n)
{
	const unsigned char header[HEADER_LEN] = { 1, (unsigned char)type,
		(unsigned char)(id >> 8), (unsigned char)id,
		(unsigned char)(n >> 8), (unsigned char)n, 0, 0 };

	buf_add(out, header, sizeof(header));
	buf_add(out, p, n);
}

static void
add_end(struct buf *out, uint16_t id, unsigned char status)
{
	const unsigned char body[BEGIN_LEN] = { [4] = status };

	add_record(out, END_REQUEST, id, body, sizeof(body));
}

/* Send out; -1: the peer does not read it. */
static int
send_out(struct fastcgi *f)
{
	struct pollfd pfd = { .fd = f->fd, .events = POLLOUT };
	size_t at = 0;

	if (f->out.is_failed)
		return -1;
	while (at < f->out.len) {
		ssize_t n = send(f->fd, f->out.data + at, f->out.len - at,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0) {
			at += (size_t)n;
			continue;
		}
		if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		if (stop_poll(&pfd, 1, SEND_US) != 1 &&
		    (!stop_is_pending() ||
			poll(&pfd, 1, (int)(LAST_US / 1000)) != 1))
			return -1;
	}
	return 0;
}

static void
send_end(struct fastcgi *f, uint16_t id, unsigned char status)
{
	buf_reset(&f->out);
	add_end(&f->out, id, status);
	(void)send_out(f);
}

/* Answer a record that does not belong to the current request. */
static void
answer_other(struct fastcgi *f)
{
	/* Names and values, each with its two lengths (section 4.1). */
	static const char values[] = "\016\001FCGI_MAX_CONNS1"
				     "\015\001FCGI_MAX_REQS1"
				     "\017\001FCGI_MPXS_CONNS0";
	const unsigned char unknown[BEGIN_LEN] = { f->type };

	if (f->owner != 0) {
		if (f->type == BEGIN_REQUEST)
			send_end(f, f->owner, CANT_MPX_CONN);
		return;
	}
	buf_reset(&f->out);
	if (f->type == GET_VALUES)
		add_record(&f->out, GET_VALUES_RESULT, 0, values,
		    sizeof(values) - 1);
	else
		add_record(&f->out, UNKNOWN_TYPE, 0, unknown, sizeof(unknown));
	(void)send_out(f);
}

/* --- a connection and the head of a request */

/*
 * Between two requests of a kept connection, wait for the next; close it if
 * another client wants to connect.
 */
static enum client_read
wait_kept(struct fastcgi *f)
{
	struct pollfd pfd[2] = { { .fd = f->fd, .events = POLLIN },
		{ .fd = f->listener, .events = POLLIN } };

	while (f->at == f->end && pfd[0].revents == 0) {
		if (stop_is_pending())
			return CLIENT_STOP;
		if (stop_poll(pfd, 2, -1) > 0 && pfd[0].revents == 0)
			return CLIENT_CUT;
	}
	return CLIENT_DATA;
}

/* Read the record that begins a request; its role into *role. */
static enum client_read
read_begin(struct fastcgi *f, int64_t until_us, int *role)
{
	unsigned char body[BEGIN_LEN];
	enum client_read rc;
	size_t n, got = 0;

	while ((rc = next_record(f, until_us)) == CLIENT_DATA &&
	    (f->type != BEGIN_REQUEST || f->owner == 0))
		if (f->owner == 0)
			answer_other(f);
	if (rc == CLIENT_DATA && f->content != BEGIN_LEN)
		return CLIENT_CUT;
	for (; rc == CLIENT_DATA && got < BEGIN_LEN; got += n) {
		n = BEGIN_LEN - got;
		rc = take(f, body + got, &n, until_us);
	}
	if (rc != CLIENT_DATA)
		return rc;
	f->id = f->owner;
	*role = body[0] << 8 | body[1];
	f->is_kept = (body[2] & FLAG_KEEP_CONN) != 0;
	return CLIENT_DATA;
}

/* Read the content of a record of variables. */
static enum client_read
read_params_record(struct fastcgi *f, int64_t until_us)
{
	char chunk[1024];
	enum client_read rc = CLIENT_DATA;
	size_t n;

	while (f->content > 0 && rc == CLIENT_DATA) {
		n = sizeof(chunk);
		rc = take(f, chunk, &n, until_us);
		/* One byte more than allowed is kept to detect the excess. */
		if (rc == CLIENT_DATA && f->params.len <= FASTCGI_PARAMS_MAX)
			buf_add(&f->params, chunk, n);
	}
	return rc;
}

/* Read all variables, up to the empty record at their end. */
static enum client_read
read_params(struct fastcgi *f, int64_t until_us)
{
	enum client_read rc;

	buf_reset(&f->params);
	while ((rc = next_record(f, until_us)) == CLIENT_DATA) {
		if (f->owner != f->id)
			answer_other(f);
		else if (f->type == PARAMS && f->content == 0)
			return CLIENT_DATA;
		else if (f->type != PARAMS) {
			f->is_aborted = f->type == ABORT_REQUEST;
			return CLIENT_CUT;
		} else if ((rc = read_params_record(f, until_us)) !=
		    CLIENT_DATA)
			return rc;
	}
	return rc;
}

/* Point envp into the variables; -1: malformed. */
static int
make_env(struct fastcgi *f)
{
	const struct buf *p = &f->params;
	char *s;
	int n;

	if (p->is_failed || p->len > FASTCGI_PARAMS_MAX)
		return -1;
	n = fastcgi_params_read(p->data, p->len, &f->text);
	if (n < 0)
		return -1;
	s = f->text.data;
	for (int i = 0; i < n; i++, s += strlen(s) + 1)
		f->envp[i] = s;
	f->envp[n] = NULL;
	return 0;
}

static enum head
head_of(enum client_read rc)
{
	return rc == CLIENT_STOP ? HEAD_STOP : HEAD_NONE;
}

static enum head
read_head(struct fastcgi *f)
{
	int64_t now_us = clock_mono_us();
	enum client_read rc;
	int role;

	f->id = 0;
	f->is_aborted = f->is_read = f->is_answered = false;
	if ((rc = read_begin(f, now_us + HEAD_US, &role)) != CLIENT_DATA)
		return head_of(rc);
	if (role != ROLE_RESPONDER) {
		send_end(f, f->id, UNKNOWN_ROLE);
		return HEAD_NONE;
	}
	if ((rc = read_params(f, now_us + HEAD_US)) != CLIENT_DATA)
		return head_of(rc);
	return make_env(f) == 0 ? HEAD_OK : HEAD_BAD;
}

static void
refuse(struct fastcgi *f)
{
	static const char text[] =
	    "Status: 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
	struct client c = fastcgi_client(f);

	log_event(LOG_LEVEL_WARN, "bad-variables", NULL);
	(void)client_write(&c, text, sizeof(text) - 1);
	f->is_kept = false;
	fastcgi_end(f);
}

int
fastcgi_next(struct fastcgi *f)
{
	for (;;) {
		if (f->fd >= 0) {
			enum client_read rc = wait_kept(f);

			if (rc == CLIENT_STOP)
				return -1;
			if (rc == CLIENT_CUT)
				close_connection(f);
		}
		if (f->fd < 0 && (f->fd = fastcgi_accept(f->listener)) < 0)
			return -1;
		switch (read_head(f)) {
		case HEAD_OK:
			return 0;
		case HEAD_BAD:
			refuse(f);
			break;
		case HEAD_NONE:
			close_connection(f);
			break;
		case HEAD_STOP:
			return -1;
		}
	}
}

/*
 * Closing a socket with unread input resets it, and the peer loses the answer
 * (TCP and Unix sockets).  So read on for a moment.
 */
static void
linger(struct fastcgi *f)
{
	int64_t until_us = clock_mono_us() + LAST_US;

	(void)shutdown(f->fd, SHUT_WR);
	while (!f->is_read && clock_mono_us() < until_us) {
		f->at = f->end = 0;
		if (fill(f, until_us) != CLIENT_DATA)
			break;
	}
}

void
fastcgi_end(struct fastcgi *f)
{
	if (!f->is_answered)
		send_end(f, f->id, REQUEST_COMPLETE);
	/* After an incomplete body the start of the next request is unknown. */
	if (!f->is_kept || !f->is_read) {
		linger(f);
		close_connection(f);
	}
	f->id = 0;
	if (f->out.cap > OUT_KEEP)
		buf_fini(&f->out);
	if (f->params.cap > OUT_KEEP)
		buf_fini(&f->params);
	if (f->text.cap > OUT_KEEP)
		buf_fini(&f->text);
}

/* --- the client of the current request */

static enum client_read
on_read(void *self, char *p, size_t *n, int64_t wait_us)
{
	int64_t until_us = clock_mono_us() + wait_us;
	struct fastcgi *f = self;
	enum client_read rc;

	if (f->is_read)
		return CLIENT_END;
	while (f->type != STDIN || f->owner != f->id || f->content == 0) {
		if ((rc = next_record(f, until_us)) != CLIENT_DATA)
			return rc;
		if (f->owner != f->id)
			answer_other(f);
		else if (f->type == STDIN && f->content == 0) {
			f->is_read = true;
			return CLIENT_END;
		} else if (f->type != STDIN) {
			f->is_aborted = f->type == ABORT_REQUEST;
			return CLIENT_CUT;
		}
	}
	return take(f, p, n, until_us);
}

/* After the body only an abort or the connection's end can follow. */
static bool
on_wait(void *self, int64_t us)
{
	struct fastcgi *f = self;
	struct pollfd pfd = { .fd = f->fd, .events = POLLIN };
	enum client_read rc;

	if (f->is_aborted || !f->is_read)
		return !f->is_aborted;
	if (f->at == f->end && stop_poll(&pfd, 1, us) <= 0)
		return true;
	while ((rc = next_record(f, 0)) == CLIENT_DATA) {
		if (f->owner != f->id)
			answer_other(f);
		else if (f->type == ABORT_REQUEST)
			f->is_aborted = true;
	}
	if (rc == CLIENT_CUT)
		f->is_aborted = true;
	return !f->is_aborted;
}

static int
on_write(void *self, const char *p, size_t n)
{
	struct fastcgi *f = self;

	buf_reset(&f->out);
	while (n > 0) {
		size_t part = n > CONTENT_MAX ? CONTENT_MAX : n;

		add_record(&f->out, STDOUT, f->id, p, part);
		p += part;
		n -= part;
	}
	add_record(&f->out, STDOUT, f->id, "", 0);
	add_end(&f->out, f->id, REQUEST_COMPLETE);
	f->is_answered = true;
	return send_out(f);
}

struct client
fastcgi_client(struct fastcgi *f)
{
	static const struct client_ops ops = { on_read, on_wait, on_write };
	struct client c = { .ops = &ops, .self = f, .is_framed = true };

	return c;
}
