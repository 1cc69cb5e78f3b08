/*
 * The output of programs: read, passed on, and its end kept.  Tested in
 * tests/ctl/outcome.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/stop.h"
#include "lib/base/utf8.h"
#include "net/command/child.h"
#include "net/command/output.h"

#include "lib/base/ban.h"

#define ROOM (64 * 1024) /* read ahead of what is taken */
#define REST \
	(1024 * 1024)	  /* read of a program that has ended: the most that
			     * Linux lets a pipe hold */
#define BLOCK (16 * 1024) /* read at once */

void
outlets_begin(struct outlets *o, int out, int err)
{
	struct stat a, b;

	*o = (struct outlets){ .to = { { .fd = out }, { .fd = err } } };
	o->is_one = fstat(out, &a) == 0 && fstat(err, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Can PIPE_BUF bytes be written without waiting? */
static bool
takes_more(const struct outlet *t)
{
	struct pollfd p = { .fd = t->fd, .events = POLLOUT };

	return poll(&p, 1, 0) > 0;
}

/* How much to write next: whole lines, if one fits. */
static size_t
next_chunk(const char *s, size_t n)
{
	size_t some = PIPE_BUF;

	if (n <= some)
		return n;
	while (some > 0 && s[some - 1] != '\n')
		some--;
	return some > 0 ? some : PIPE_BUF;
}

static void
drop_front(struct buf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	buf_cut(b, b->len - n);
}

static void
flush(struct outlet *t)
{
	size_t done = 0;
	ssize_t n;

	while (done < t->pending.len && t->error == 0 && takes_more(t)) {
		n = write(t->fd, t->pending.data + done,
		    next_chunk(t->pending.data + done, t->pending.len - done));
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			break;
		else if (errno != EINTR)
			t->error = errno;
	}
	if (t->error != 0)
		buf_reset(&t->pending);
	else
		drop_front(&t->pending, done);
}

void
outlets_flush(struct outlets *o)
{
	for (int i = 0; i < 2; i++)
		flush(&o->to[i]);
}

void
outlets_end(struct outlets *o)
{
	for (int i = 0; i < 2; i++) {
		struct outlet *t = &o->to[i];

		for (flush(t); t->pending.len > 0; flush(t)) {
			struct pollfd p = { .fd = t->fd, .events = POLLOUT };

			if (stop_poll(&p, 1, -1) < 0 && stop_is_pending())
				break;
		}
		buf_fini(&t->pending);
	}
}

int
outlets_error(const struct outlets *o)
{
	return o->to[0].error != 0 ? o->to[0].error : o->to[1].error;
}

int
output_open(struct output *p, const struct outlets *o, struct child_opts *with)
{
	int *const theirs[2] = { &with->out, &with->err };
	int fd[2], e;

	*p = (struct output)OUTPUT_INIT;
	for (int i = 0; i < (o->is_one ? 1 : 2); i++) {
		if ((e = child_pipe(fd, 0)) != 0) {
			output_started(with);
			output_fini(p);
			return e;
		}
		p->in[i] = fd[0];
		*theirs[i] = fd[1];
	}
	if (o->is_one)
		with->err = with->out;
	return 0;
}

void
output_started(struct child_opts *with)
{
	if (with->err != -1 && with->err != with->out)
		(void)close(with->err);
	if (with->out != -1)
		(void)close(with->out);
	with->out = with->err = -1;
}

static void
close_in(struct output *p, int i)
{
	if (p->in[i] != -1)
		(void)close(p->in[i]);
	p->in[i] = -1;
}

void
output_fini(struct output *p)
{
	for (int i = 0; i < 2; i++)
		close_in(p, i);
	buf_fini(&p->end);
}

/*
 * More than the last max bytes, so that output_end sees that there were more,
 * and fewer than twice as many and a block, so that few bytes are moved.
 */
void
output_keep(struct buf *end, const char *text, size_t n, size_t max)
{
	buf_add(end, text, n);
	if (end->len > 2 * max)
		drop_front(end, end->len - max - 1);
}

/* How much to read, and to keep. */
struct limit {
	size_t read, keep;
};

/* Read one pipe; its end closes it. */
static void
read_pipe(struct output *p, int i, struct outlet *t, const struct limit *limit)
{
	char text[BLOCK];
	size_t left = limit->read;
	ssize_t n;

	while (p->in[i] != -1 && left > 0) {
		n = read(p->in[i], text, left < BLOCK ? left : BLOCK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0) {
			close_in(p, i);
			return;
		}
		output_keep(&p->end, text, (size_t)n, limit->keep);
		if (t->error == 0)
			buf_add(&t->pending, text, (size_t)n);
		left -= (size_t)n;
	}
}

static size_t
room_of(const struct outlet *t)
{
	return t->pending.len < ROOM ? ROOM - t->pending.len : 0;
}

void
output_read(struct output *p, struct outlets *o, size_t max)
{
	for (int i = 0; i < 2; i++) {
		const struct limit limit = { room_of(&o->to[i]), max };

		read_pipe(p, i, &o->to[i], &limit);
	}
}

void
output_close(struct output *p, struct outlets *o, size_t max)
{
	const struct limit limit = { REST, max };

	for (int i = 0; i < 2; i++) {
		read_pipe(p, i, &o->to[i], &limit);
		close_in(p, i);
	}
}

const char *
output_end(struct buf *end, size_t max)
{
	size_t n = end->len;

	if (n > max) {
		drop_front(end, n - max);
		for (n = 0; n < end->len && n < 3 &&
		     ((unsigned char)end->data[n] & 0xc0) == 0x80;
		     n++)
			;
		drop_front(end, n);
	}
	if (end->len == 0 || end->is_failed)
		return NULL;
	utf8_mend(end->data, end->len);
	return buf_cstr(end);
}

const char *
output_text(struct output *p, size_t max)
{
	return output_end(&p->end, max);
}

nfds_t
output_poll(const struct output *p, const struct outlets *o, struct pollfd *fds)
{
	nfds_t n = 0;

	for (int i = 0; i < 2; i++)
		if (p->in[i] != -1 && room_of(&o->to[i]) > 0)
			fds[n++] =
			    (struct pollfd){ .fd = p->in[i], .events = POLLIN };
	return n;
}

nfds_t
outlets_poll(const struct outlets *o, struct pollfd *fds)
{
	nfds_t n = 0;

	for (int i = 0; i < 2; i++)
		if (o->to[i].pending.len > 0)
			fds[n++] = (struct pollfd){ .fd = o->to[i].fd,
				.events = POLLOUT };
	return n;
}
