#ifndef NET_SINK_INT_H
#define NET_SINK_INT_H

#include <stdatomic.h>

#include "net/sink.h"

struct buf;
struct err;
struct secret;

/* Private to net/. */

/* The callback of sink_names. */
struct sink_names {
	sink_on_name *on_name;
	void *arg;
};

/* The operations of a kind of sink. */
struct sink_ops {
	size_t size; /* of its struct, which begins with a struct sink */
	int (*push)(struct sink *s, struct sink_message *v, size_t n,
	    struct err *why);
	/* The next five may be NULL: not supported. */
	int (*count)(struct sink *s, const char *queue, int64_t *out,
	    struct err *why);
	int (*clear)(struct sink *s, const char *queue, struct err *why);
	int (*signature)(struct sink *s, const char *queue,
	    struct signature *out, struct err *why);
	int (*result)(struct sink *s, const char *task_id, struct buf *out,
	    struct err *why);
	int (*names)(struct sink *s, const struct sink_names *to,
	    struct err *why);
	/* Wake a waiting call, from another thread; may be NULL. */
	void (*wake)(struct sink *s);
	void (*close)(struct sink *s);
};

/* NULL: not built in. */
extern const struct sink_ops *const sink_kinds[CONF_SERVER__MAX];
extern const struct sink_ops sink_redis;
extern const struct sink_ops sink_rabbitmq;
/*
 * 2xx is SINK_DONE, 410 SINK_GONE, any other SINK_LATER: also 400, 401 and 404,
 * because the endpoint may be repaired, and the job's retry limits the
 * attempts.
 */
extern const struct sink_ops sink_webhook;
/*
 * Exit status 0 is SINK_DONE, any other SINK_LATER; 75, 126 and 127, and the
 * end by the ticker's own end, count as not attempted.
 */
extern const struct sink_ops sink_command;

/* The first member of each kind's own struct. */
struct sink {
	const struct sink_ops *ops;
	struct sink_opts o;
	atomic_bool is_stopped;
};

/* The maximum wait for an answer, if the section has timeout_us. */
int64_t sink_timeout_us(const struct sink *s, int64_t timeout_us);

/* Set end and reason of m; why may be NULL.  Without memory m has no reason. */
void sink_end(struct sink_message *m, enum sink_end end, const char *why);

/*
 * Append the message in the format of its queue.  sig is the registration of
 * the queue's worker, or NULL.  Return NULL, or the reason why it cannot be
 * made, a constant text: it has args whose names are not known.
 */
const char *sink_body(const struct sink *s, const struct sink_message *m,
    const struct signature *sig, struct buf *out);

/*
 * Read the password from file or, if NULL, from the variable env; *out is NULL
 * if there is neither.  0, or -1 with one line in why.
 */
int sink_password(const char *file, const char *env, struct secret **out,
    struct err *why);

#endif
