#ifndef NET_SINK_INT_H
#define NET_SINK_INT_H

#include <stdatomic.h>

#include "net/sink.h"

struct buf;
struct err;
struct secret;

/* Private to net/. */

/* Whom names are told to. */
struct sink_names {
	sink_on_name *on_name;
	void *arg;
};

/* What each kind of sink does; members that may be NULL say so. */
struct sink_ops {
	size_t size; /* of its struct, which begins with a struct sink */
	int (*push)(struct sink *s, struct sink_message *v, size_t n,
	    struct err *why);
	/* The next five may be NULL: there is nothing. */
	int (*count)(struct sink *s, const char *queue, int64_t *out,
	    struct err *why);
	int (*clear)(struct sink *s, const char *queue, struct err *why);
	int (*signature)(struct sink *s, const char *queue,
	    struct signature *out, struct err *why);
	int (*result)(struct sink *s, const char *task_id, struct buf *out,
	    struct err *why);
	int (*names)(struct sink *s, const struct sink_names *to,
	    struct err *why);
	/* Wake a call that waits, from another thread; may be NULL. */
	void (*wake)(struct sink *s);
	void (*close)(struct sink *s);
};

/* NULL: not built in. */
extern const struct sink_ops *const sink_kinds[CONF_SERVER__MAX];
extern const struct sink_ops sink_redis;
extern const struct sink_ops sink_rabbitmq;
/*
 * An answer of 2xx is SINK_DONE, 410 SINK_GONE, any other SINK_LATER: also 400,
 * 401 or 404, for the endpoint may be about to be mended, and the retry of the
 * job bounds it.
 */
extern const struct sink_ops sink_webhook;
/*
 * Exit 0 is SINK_DONE, anything else SINK_LATER; 75, 126 and 127, and what the
 * end of the ticker ended, count as not attempted.
 */
extern const struct sink_ops sink_command;

/* Embedded at the start of each kind's own struct. */
struct sink {
	const struct sink_ops *ops;
	struct sink_opts o;
	atomic_bool is_stopped;
};

/* The longest wait for an answer, where the section says timeout_us. */
int64_t sink_timeout_us(const struct sink *s, int64_t timeout_us);

/* Set what became of m; why may be NULL.  Without memory it has no words. */
void sink_end(struct sink_message *m, enum sink_end end, const char *why);

/*
 * Append the message in the format of its queue.  sig is what is known of the
 * queue's worker, or NULL.  NULL, or the reason, a constant text, why it cannot
 * be made: there are args, and nobody knows their names.
 */
const char *sink_body(const struct sink *s, const struct sink_message *m,
    const struct signature *sig, struct buf *out);

/*
 * The password in file or, without one, in the variable env; NULL in *out when
 * there is neither.  0, or -1 with one line in why.
 */
int sink_password(const char *file, const char *env, struct secret **out,
    struct err *why);

#endif
