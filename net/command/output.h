#ifndef NET_COMMAND_OUTPUT_H
#define NET_COMMAND_OUTPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"

struct child_opts;

/*
 * What programs print: read from pipes, passed on to our own standard output
 * and error as it comes, its end kept.  Nothing here waits for a reader or a
 * program but outlets_end.
 */

/* One of our own two. */
struct outlet {
	int fd;
	struct buf pending; /* read, not yet taken */
	int error;	    /* errno of the write that failed, 0: none; all
			     * else is dropped then */
};

struct outlets {
	struct outlet to[2]; /* standard output, standard error */
	bool is_one;	     /* both are the same file, and one pipe serves a
			      * program for both, so that the order stays */
};

/* Pass on to out and err, which stay the caller's.  outlets_end releases it. */
void outlets_begin(struct outlets *o, int out, int err);

/* Write as much as is taken now. */
void outlets_flush(struct outlets *o);

/* Write the rest, waiting until it is taken or a stop is requested (stop.h). */
void outlets_end(struct outlets *o);

/* errno of the first write that failed, or 0. */
int outlets_error(const struct outlets *o);

/*
 * The end of a text that comes in parts: add n bytes, of which output_end needs
 * the last max; make it the last max bytes, as output_text has them.
 */
void output_keep(struct buf *end, const char *text, size_t n, size_t max);
const char *output_end(struct buf *end, size_t max);

/* The output of one program; OUTPUT_INIT: of none. */
struct output {
	int in[2]; /* its standard output and error, to read; -1: none */
	struct buf end;
};
#define OUTPUT_INIT \
	{ \
		{ -1, -1 }, BUF_INIT \
	}

/*
 * Make the pipes of a program that is about to be started with *with.  0, or an
 * errno value.  After the start, or its failure, output_started closes the
 * program's ends, which with->out and with->err are; output_fini the rest.
 */
int output_open(struct output *p, const struct outlets *o,
    struct child_opts *with);
void output_started(struct child_opts *with);
void output_fini(struct output *p);

/* Read what it has printed, as far as o has room; keep the last max bytes. */
void output_read(struct output *p, struct outlets *o, size_t max);

/*
 * It has ended: read the rest, and close the pipes, also if a program that it
 * has left behind holds them.
 */
void output_close(struct output *p, struct outlets *o, size_t max);

/*
 * The last max bytes that were read, from the first whole character on, as
 * valid UTF-8 without NUL: other bytes are question marks.  NULL if there are
 * none; borrowed until the next call for p.
 */
const char *output_text(struct output *p, size_t max);

/* Add what to poll for to fds, at most two each; how many that are. */
nfds_t output_poll(const struct output *p, const struct outlets *o,
    struct pollfd *fds);
nfds_t outlets_poll(const struct outlets *o, struct pollfd *fds);

#endif
