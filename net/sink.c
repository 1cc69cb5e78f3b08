/*
 * Sinks: the calls that are the same for every kind of server. Tested in
 * t_sink_webhook and tests/broker/.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/record/message.h"
#include "lib/job/message_funboost.h"
#include "lib/secret/secret.h"
#include "lib/conf/signature.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

const struct sink_ops *const sink_kinds[CONF_SERVER__MAX] = {
#ifdef HAVE_HIREDIS
	[CONF_SERVER_REDIS] = &sink_redis,
#endif
#ifdef HAVE_RABBITMQ
	[CONF_SERVER_RABBITMQ] = &sink_rabbitmq,
#endif
	[CONF_SERVER_WEBHOOK] = &sink_webhook,
	[CONF_SERVER_COMMAND] = &sink_command,
};

struct sink *
sink_new(const struct sink_opts *o)
{
	const struct sink_ops *ops = sink_kinds[o->kind];
	struct sink *s;

	/* The configuration refuses a broker that is not built in. */
	if (ops == NULL || (s = calloc(1, ops->size)) == NULL)
		return NULL;
	s->ops = ops;
	s->o = *o;
	atomic_init(&s->is_stopped, false);
	return s;
}

int
sink_push(struct sink *s, struct sink_message *v, size_t n, struct err *why)
{
	for (size_t i = 0; i < n; i++) {
		v[i].end = SINK_WAITS;
		v[i].is_server_error = false;
		v[i].retry_us = 0;
		v[i].why = NULL;
	}
	return s->ops->push(s, v, n, why);
}

int
sink_count(struct sink *s, const char *queue, int64_t *out, struct err *why)
{
	*out = SINK_NO_COUNT;
	return s->ops->count == NULL ? 0 : s->ops->count(s, queue, out, why);
}

int
sink_clear(struct sink *s, const char *queue, struct err *why)
{
	return s->ops->clear == NULL ? 0 : s->ops->clear(s, queue, why);
}

int
sink_signature(struct sink *s, const char *queue, struct signature *out,
    struct err *why)
{
	return s->ops->signature == NULL ?
	    0 :
	    s->ops->signature(s, queue, out, why);
}

int
sink_result(struct sink *s, const char *task_id, struct buf *out,
    struct err *why)
{
	return s->ops->result == NULL ? 1 :
					s->ops->result(s, task_id, out, why);
}

int
sink_names(struct sink *s, sink_on_name *on_name, void *arg, struct err *why)
{
	return s->ops->names == NULL ?
	    0 :
	    s->ops->names(s, &(struct sink_names){ on_name, arg }, why);
}

void
sink_stop(struct sink *s)
{
	atomic_store(&s->is_stopped, true);
	if (s->ops->wake != NULL)
		s->ops->wake(s);
}

void
sink_free(struct sink *s)
{
	if (s == NULL)
		return;
	s->ops->close(s);
	free(s);
}

int64_t
sink_timeout_us(const struct sink *s, int64_t timeout_us)
{
	return s->o.most_us > 0 && s->o.most_us < timeout_us ? s->o.most_us :
							       timeout_us;
}

void
sink_end(struct sink_message *m, enum sink_end end, const char *why)
{
	m->end = end;
	free(m->why);
	m->why = why == NULL ? NULL : strdup(why);
}

static void
add_envelope(const struct sink_message *m, struct buf *out)
{
	const struct message_envelope e = {
		.task_id = m->id,
		.queue = m->queue,
		.job_id = m->job_id,
		.scheduled_us = m->scheduled_us,
		.enqueued_us = clock_now_us(),
		.attempt = m->attempt,
		.args = m->args,
		.kwargs = m->kwargs,
	};

	message_envelope(&e, out);
}

const char *
sink_body(const struct sink *s, const struct sink_message *m,
    const struct signature *sig, struct buf *out)
{
	const struct conf_queue *q = m->text != NULL ?
	    &s->o.conf->other :
	    conf_queue_for(s->o.conf, m->queue);
	const struct message_funboost f = {
		.task_id = m->id,
		.args = m->args,
		.kwargs = m->kwargs,
		.names = sig != NULL && sig->all.n > 0 ? &sig->all : &q->params,
		.priority = m->priority,
		.publish_us = clock_now_us(),
		.zone = s->o.zone,
	};
	int rc = 0;

	if (m->text != NULL) {
		buf_str(out, m->text);
		return out->is_failed ? "out of memory" : NULL;
	}
	if (q->format == CONF_FORMAT_FUNBOOST)
		rc = message_funboost(&f, out);
	else
		add_envelope(m, out);
	if (rc == -1)
		return "there are args, and nobody knows the names of so many "
		       "parameters: give the queue its params";
	if (out->is_failed)
		return "out of memory";
	if (m->body != NULL) {
		free(*m->body);
		*m->body = strdup(buf_cstr(out));
	}
	return NULL;
}

int
sink_password(const char *file, const char *env, struct secret **out,
    struct err *why)
{
	const char *value;

	*out = NULL;
	if (*file != '\0')
		*out = secret_read(file, why);
	else if (*env == '\0')
		return 0;
	else if ((value = getenv(env)) == NULL)
		err_set(why, "the variable %.128s is not set", env);
	else if ((*out = secret_new(value, strlen(value))) == NULL)
		err_set(why, "the variable %.128s holds no password", env);
	return *out == NULL ? -1 : 0;
}
