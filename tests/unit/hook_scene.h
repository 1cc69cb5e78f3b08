#ifndef TESTS_UNIT_HOOK_SCENE_H
#define TESTS_UNIT_HOOK_SCENE_H

#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "lib/time/tz.h"
#include "lib/secret/webhook.h"
#include "net/sink.h"
#include "tests/unit/folder.h"
#include "tests/unit/hook.h"
#include "tests/unit/tap.h"

#define MS INT64_C(1000)
#define S INT64_C(1000000)
#define MOST 16 /* messages of a batch */
#define OK_204 "HTTP/1.1 204 Done\r\n\r\n"

static const char first[] =
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
static const char second[] =
    "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

/* A server, a configuration that leads to it, a sink, and messages. */
struct scene {
	struct hook hook;
	struct conf *conf;
	struct tz_cache *zones;
	struct sink *sink;
	struct sink_message m[MOST];
	char ids[MOST][40];
	struct err why;
};

static inline void
put_secret(const char *text)
{
	const char *path = folder_put("site.secret", text, strlen(text));

	if (chmod(path, 0600) == -1)
		abort();
}

static inline struct conf *
load(const char *url, const char *timeout, int max_parallel)
{
	struct err why = { "" };
	char text[1000];
	int n = snprintf(text, sizeof(text),
	    "timezone = \"Asia/Shanghai\"\nmax_parallel = %d\n"
	    "webhook \"site\" {\n\turl = \"%s\"\n\tsecret = \"site.secret\"\n"
	    "\ttimeout = \"%s\"\n}\n"
	    "queue \"f*\" {\n\tbroker = \"webhook\"\n\tformat = \"funboost\"\n"
	    "\tparams = {x, y}\n}\n"
	    "queue \"*\" {\n\tbroker = \"webhook\"\n}\n",
	    max_parallel, url, timeout);
	struct conf *c;

	c = conf_load(folder_put("minutehand.conf", text, (size_t)n), &why);
	if (c == NULL) {
		printf("Bail out! %s\n", why.text);
		exit(1);
	}
	return c;
}

static inline void
scene_init(struct scene *s, const char *timeout, int max_parallel)
{
	struct sink_opts o = { .kind = CONF_SERVER_WEBHOOK };

	memset(s, 0, sizeof(*s));
	hook_open(&s->hook, 0);
	hook_say(&s->hook, OK_204, 0);
	put_secret(first);
	o.conf = s->conf = load(s->hook.url, timeout, max_parallel);
	s->zones = tz_cache_new(NULL);
	o.zone = tz_get(s->zones, "Asia/Shanghai", &s->why);
	if (o.zone == NULL || (s->sink = sink_new(&o)) == NULL)
		abort();
	for (size_t i = 0; i < MOST; i++) {
		(void)snprintf(s->ids[i], sizeof(s->ids[i]),
		    "01a1fee0-548b-78d5-b60f-4494%08zx", i);
		s->m[i] = (struct sink_message){
			.id = s->ids[i],
			.queue = "q",
			.job_id = "report",
			.kwargs = "{\"x\":1}",
			.attempt = 1,
			.scheduled_us = 1795277477 * S,
			.lasts_s = 3600,
		};
	}
}

static inline void
scene_fini(struct scene *s)
{
	for (size_t i = 0; i < MOST; i++)
		free(s->m[i].why);
	sink_free(s->sink);
	hook_close(&s->hook);
	tz_cache_free(s->zones);
	conf_free(s->conf);
}

/* Push the first n of them. */
static inline int
push(struct scene *s, size_t n)
{
	err_clear(&s->why);
	for (size_t i = 0; i < MOST; i++) {
		free(s->m[i].why);
		s->m[i].why = NULL;
	}
	return sink_push(s->sink, s->m, n, &s->why);
}

static inline const char *
why_of(const struct sink_message *m)
{
	return m->why == NULL ? "" : m->why;
}

/* Is request i signed with the secret? */
static inline bool
is_signed(struct scene *s, size_t i, const char *text)
{
	struct secret *secret = secret_new(text, strlen(text));
	struct buf want = BUF_INIT;
	struct webhook w = { .body = hook_body(&s->hook, i) };
	char id[64];
	bool is_right;

	(void)snprintf(id, sizeof(id), "%s",
	    hook_header(&s->hook, i, "webhook-id"));
	w.id = id;
	w.timestamp_s =
	    strtoll(hook_header(&s->hook, i, "webhook-timestamp"), NULL, 10);
	is_right = webhook_sign(&w, secret, &want, NULL) == 0 &&
	    strcmp(hook_header(&s->hook, i, "webhook-signature"),
		buf_cstr(&want)) == 0;
	buf_fini(&want);
	secret_free(secret);
	return is_right;
}

#endif
