/*
 * The sink of a webhook: a signed POST per message (Standard Webhooks). Tested
 * in t_sink_webhook.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/url.h"
#include "lib/secret/secret.h"
#include "lib/base/utf8.h"
#include "lib/secret/webhook.h"
#include "net/alert/form.h"
#include "net/alert/mail.h"
#include "net/alert/news.h"
#include "net/http/http.h"
#include "net/http/field.h"
#include "net/http/smtp.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

#define STOP_US (CLOCK_US_PER_S / 10) /* so often is is_stopped looked at */
#define BODY_MAX 4096		      /* of an answer, for a look at it */
#define SHOWN_MAX 201		      /* of that, with its NUL */
#define PREFIX_LEN 6		      /* "whsec_" */
#define NHEADERS 5

static const char ends[] = "the tick ends";

struct sink_webhook {
	struct sink sink;
	struct http *http; /* NULL before the first message */
};

/* A batch being pushed. */
struct pushing {
	struct sink_webhook *m;
	struct conf_webhook conf;
	const struct conf_alert *form; /* of an alert in words, or NULL */
	struct secret *secret;	       /* the signing key, or the token */
	struct secret *url;	       /* if it is in a file of its own */
	bool is_lost;		       /* begin nothing more: why */
	bool is_answered;
	struct err *why;
};

/* The section; of an alert, what stands in its own. */
static struct conf_webhook
section(const struct sink_opts *o)
{
	if (o->alert == NULL)
		return o->conf->webhooks[o->at];
	return (struct conf_webhook){ .name = o->alert->name,
		.url = o->alert->url,
		.secret = o->alert->secret,
		.timeout_us = o->conf->http_timeout_us };
}

static int
open_http(struct sink_webhook *m, struct err *why)
{
	const struct sink_opts *s = &m->sink.o;
	const struct http_opts o = {
		.ca_file = s->conf->ca_file,
		.total_us = section(s).timeout_us,
		.max_parallel = (size_t)s->conf->max_parallel,
		.max_body = BODY_MAX,
		/* Whether it is 2xx counts, not how much is said of it. */
		.drops_rest = true,
	};

	if (conf_check_ca(s->conf, why) == -1)
		return -1;
	if (m->http == NULL)
		m->http = http_new(&o, why);
	return m->http == NULL ? -1 : 0;
}

/* Begin with nothing more; the first reason is the one that counts. */
static void
lose(struct pushing *p, const char *why)
{
	if (!p->is_lost)
		err_set(p->why, "%s", why);
	p->is_lost = true;
}

/* Those of Standard Webhooks, and ours; 0, or -1 with why. */
static int
make_headers(const struct pushing *p, const struct webhook *w,
    struct buf h[NHEADERS], struct err *why)
{
	buf_str(&h[0], "Content-Type: application/json");
	buf_printf(&h[1], "Idempotency-Key: %s", w->id);
	buf_printf(&h[2], "webhook-id: %s", w->id);
	buf_printf(&h[3], "webhook-timestamp: %" PRId64, w->timestamp_s);
	buf_str(&h[4], "webhook-signature: ");
	if (webhook_sign(w, p->secret, &h[4], why) == -1)
		return -1;
	for (int i = 0; i < NHEADERS; i++) {
		if (h[i].is_failed)
			return err_set(why, "out of memory");
	}
	return 0;
}

/*
 * By which a receiver knows what it has.  The run of a job has a name of ours,
 * which no other has; that of a message published by hand may have been chosen,
 * in another queue once more: "name@queue", where "@" and "%" of the queue are
 * encoded, so that no two are the same.
 */
static void
print_id(const struct sink_message *msg, struct buf *out)
{
	buf_str(out, msg->id);
	if (msg->job_id != NULL || msg->text != NULL)
		return;
	buf_char(out, '@');
	for (const char *c = msg->queue; *c != '\0'; c++)
		if (*c == '@' || *c == '%')
			buf_printf(out, "%%%02X", (unsigned)*c);
		else
			buf_char(out, *c);
}

static void
start(struct pushing *p, struct sink_message *msg, const struct buf *body)
{
	struct buf h[NHEADERS] = { BUF_INIT }, id = BUF_INIT;
	const char *headers[NHEADERS + 1] = { NULL };
	const struct webhook w = {
		.id = (print_id(msg, &id), buf_cstr(&id)),
		.timestamp_s = clock_now_us() / CLOCK_US_PER_S,
		.body = buf_cstr(body),
	};
	const struct http_request r = {
		.method = HTTP_POST,
		.url = p->conf.url,
		.headers = headers,
		.body = w.body,
		.len = body->len,
		.cookie = msg,
	};
	struct err why;
	char text[256];

	h[0].is_failed = id.is_failed;
	if (make_headers(p, &w, h, &why) == -1) {
		(void)snprintf(text, sizeof(text), "%.100s: %.128s",
		    p->conf.secret, why.text);
		lose(p, text);
	} else {
		for (int i = 0; i < NHEADERS; i++)
			headers[i] = buf_cstr(&h[i]);
		msg->started_us = clock_now_us();
		if (http_start(p->m->http, &r, &why) == 0)
			msg->end = SINK_UNKNOWN;
		else
			lose(p, why.text);
	}
	for (int i = 0; i < NHEADERS; i++)
		buf_fini(&h[i]);
	buf_fini(&id);
}

/* One message gets under way, or is told why not. */
static int
read_form(const struct pushing *p, const struct sink_message *msg,
    struct form_post *post, struct err *why)
{
	size_t len;
	const struct form_way way = {
		.to = p->form,
		.url = p->conf.url,
		.token =
		    p->secret == NULL ? NULL : secret_bytes(p->secret, &len),
	};
	struct news news;
	int rc = news_read(msg, p->m->sink.o.conf, &news, why);

	if (rc == 0 && (rc = form_post(&way, &news.of, post)) == -1)
		(void)err_set(why, "out of memory");
	news_fini(&news);
	return rc;
}

/* Send an alert in words. */
static void
start_form(struct pushing *p, struct sink_message *msg)
{
	const char *headers[FORM_HEADERS_MAX + 1] = { NULL };
	struct form_post post = { .is_bearer = false };
	struct http_request r = {
		.method = HTTP_POST,
		.headers = headers,
		.cookie = msg,
	};
	struct err why = { "" };
	int n = 0;

	if (read_form(p, msg, &post, &why) == -1)
		sink_end(msg, SINK_LATER, why.text);
	else {
		r.url = buf_cstr(&post.url);
		r.body = buf_cstr(&post.body);
		r.len = post.body.len;
		r.bearer = post.is_bearer ? p->secret : NULL;
		for (int i = 0; i < FORM_HEADERS_MAX; i++)
			if (post.headers[i].len > 0)
				headers[n++] = buf_cstr(&post.headers[i]);
		if (http_start(p->m->http, &r, &why) == 0)
			msg->end = SINK_UNKNOWN;
		else
			lose(p, why.text);
	}
	form_post_fini(&post);
}

/* Send an alert by mail, which is waited for. */
static void
send_mail(struct pushing *p, struct sink_message *msg)
{
	const struct sink *s = &p->m->sink;
	const struct mail_head head = { p->form, msg->id, clock_now_us() };
	struct buf text = BUF_INIT;
	struct smtp_mail mail = {
		.server = p->form->server,
		.ca_file = s->o.conf->ca_file,
		.user = p->form->user,
		.password = p->secret,
		.from =
		    *p->form->from != '\0' ? p->form->from : p->form->to.v[0],
		.to = p->form->to.v,
		.n = p->form->to.n,
		.total_us = p->conf.timeout_us,
		.is_stopped = &s->is_stopped,
	};
	enum smtp_end end = SMTP_LOST;
	struct err why = { "" };
	struct news news;

	if (news_read(msg, s->o.conf, &news, &why) == 0) {
		mail_message(&head, &news.of, &text);
		mail.text = buf_cstr(&text);
		end = smtp_send(&mail, &why);
	}
	news_fini(&news);
	buf_fini(&text);
	if (end == SMTP_LOST)
		lose(p, why.text);
	else
		sink_end(msg, end == SMTP_DONE ? SINK_DONE : SINK_LATER,
		    why.text);
}

static int
push_mail(struct pushing *p, struct sink_message *v, size_t n)
{
	for (size_t i = 0; i < n && !p->is_lost; i++) {
		if (atomic_load(&p->m->sink.is_stopped))
			return err_set(p->why, "%s", ends);
		send_mail(p, &v[i]);
	}
	return p->is_lost ? -1 : 0;
}

static void
push_one(struct pushing *p, struct sink_message *msg)
{
	struct buf body = BUF_INIT;
	const char *why = sink_body(&p->m->sink, msg, NULL, &body);

	if (why != NULL)
		sink_end(msg, SINK_LATER, why);
	else if (p->form != NULL)
		start_form(p, msg);
	else
		start(p, msg, &body);
	buf_fini(&body);
}

/*
 * The answer in one line, "503: try again": who knows our secret may repeat it.
 */
static void
describe(const struct pushing *p, const struct http_result *r, char *to,
    size_t size)
{
	char text[SHOWN_MAX];

	if (p->secret != NULL)
		secret_mask(p->secret, p->form == NULL ? PREFIX_LEN : 0,
		    r->body, r->len);
	if (p->url != NULL)
		secret_mask(p->url, 0, r->body, r->len);
	utf8_clean(r->body, r->len, text, sizeof(text));
	if (r->status >= 300 && r->status < 400)
		(void)snprintf(to, size,
		    "%d: it answers with a redirect, which is not followed",
		    r->status);
	else
		(void)snprintf(to, size, "%d%s%s%s", r->status,
		    r->status == 410 ? " Gone" : "", *text == '\0' ? "" : ": ",
		    text);
}

/*
 * queues.md, 3.  A 4xx but 410 is tried again, too: its owner may be about to
 * mend it, and the queue's retry says for how long.
 */
static void
settle(struct pushing *p, struct sink_message *msg, const struct http_result *r)
{
	char why[SHOWN_MAX + 64];

	describe(p, r, why, sizeof(why));
	p->is_answered = true;
	msg->finished_us = clock_now_us();
	msg->status = r->status;
	if (r->status >= 200 && r->status < 300 && p->form != NULL &&
	    form_is_refused(p->form, r->body))
		sink_end(msg, SINK_LATER, why);
	else if (r->status >= 200 && r->status < 300)
		/* What came back is shown for an alert that is a test. */
		sink_end(msg, SINK_DONE,
		    p->m->sink.o.alert == NULL ? NULL : why);
	else if (r->status == 410)
		sink_end(msg, SINK_GONE, why);
	else {
		int64_t us = http_field_retry_us(r->headers, clock_now_us());

		sink_end(msg, SINK_LATER, why);
		/* Else it is this message that it does not like. */
		msg->is_server_error = r->status >= 500 || r->status == 401 ||
		    r->status == 403 || r->status == 429;
		msg->retry_us = us == HTTP_FIELD_NONE ? 0 : us;
	}
}

static void
take(struct pushing *p, struct http_result *r)
{
	struct sink_message *msg = r->cookie;
	char why[sizeof(r->error)];

	switch (r->end) {
	case HTTP_ANSWERED:
		settle(p, msg, r);
		break;
	case HTTP_NOT_SENT:
		msg->end = SINK_WAITS;
		lose(p, r->error);
		break;
	case HTTP_MAYBE_SENT:
		utf8_clean(r->error, strlen(r->error), why, sizeof(why));
		sink_end(msg, SINK_UNKNOWN, why);
		msg->is_server_error = true;
		break;
	}
	http_result_free(r);
}

/* All of v, as many at once as may be; -1: it was stopped before the end. */
static int
push_all(struct pushing *p, struct sink_message *v, size_t n)
{
	struct sink_webhook *m = p->m;
	size_t most = (size_t)m->sink.o.conf->max_parallel, i = 0;
	struct http_result *r;

	for (;;) {
		while (i < n && !p->is_lost && http_count(m->http) < most)
			push_one(p, &v[i++]);
		if (http_count(m->http) == 0)
			return 0;
		http_wait(m->http, clock_mono_us() + STOP_US);
		while ((r = http_result(m->http)) != NULL)
			take(p, r);
		if (atomic_load(&m->sink.is_stopped) &&
		    (http_count(m->http) > 0 || i < n))
			return -1;
	}
}

/* Read the secrets of the section; 0, or -1 with why. */
static int
read_secrets(struct pushing *p, struct err *why)
{
	const struct conf_alert *a = p->m->sink.o.alert;
	const char *reason;
	size_t len;

	if (a != NULL && *a->url_file != '\0') {
		if ((p->url = secret_read(a->url_file, why)) == NULL)
			return -1;
		p->conf.url = (char *)secret_bytes(p->url, &len);
		if ((reason = url_check(p->conf.url)) != NULL)
			return err_set(why, "%.128s: the address %s",
			    a->url_file, reason);
	}
	if (p->form != NULL)
		return sink_password(p->form->token_file, p->form->token_env,
		    &p->secret, why);
	if (*p->conf.secret == '\0')
		return err_set(why,
		    "a webhook needs a secret to be signed with");
	return (p->secret = secret_read(p->conf.secret, why)) == NULL ? -1 : 0;
}

static int
push(struct sink *s, struct sink_message *v, size_t n, struct err *why)
{
	struct sink_webhook *m = (struct sink_webhook *)s;
	const struct conf_alert *a = s->o.alert;
	struct pushing p = {
		.m = m,
		.conf = section(&s->o),
		.form = a != NULL && a->form != CONF_FORM_WEBHOOK ? a : NULL,
		.why = why,
	};
	int rc = -1;

	if (atomic_load(&s->is_stopped))
		return err_set(why, "%s", ends);
	if (read_secrets(&p, why) == -1)
		rc = -1;
	else if (p.form != NULL && p.form->form == CONF_FORM_MAIL)
		rc = conf_check_ca(s->o.conf, why) == -1 ? -1 :
							   push_mail(&p, v, n);
	else if (open_http(m, why) == 0) {
		rc = push_all(&p, v, n);
		if (rc == 0)
			rc = p.is_lost && !p.is_answered ? -1 : 0;
		else {
			/* What is under way stays in doubt. */
			http_free(m->http);
			m->http = NULL;
			(void)err_set(why, "%s", ends);
		}
	}
	secret_free(p.secret);
	secret_free(p.url);
	return rc;
}

static void
close_http(struct sink *s)
{
	http_free(((struct sink_webhook *)s)->http);
}

const struct sink_ops sink_webhook = {
	.size = sizeof(struct sink_webhook),
	.push = push,
	.close = close_http,
};
