/*
 * Reads the JSON of an alert, so that it can be put into words; what it lacks
 * is left out of them.  Tested in
 * tests/ticker/alert_forms.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/conf/conf.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "net/alert/news.h"
#include "net/sink.h"

#include "lib/base/ban.h"

static const char *
text_of(struct json_object *o, const char *name)
{
	struct faults fs = { .n = 0 };
	const char *text = NULL;

	if (json_get_str(o, name, &text, &fs) != 0 || text == NULL ||
	    *text == '\0')
		return NULL;
	return text;
}

/* The sums of a digest. */
static void
read_sums(struct json_object *list, struct news *out)
{
	static const struct json_range counts = { 0, INT64_MAX };
	struct faults fs = { .n = 0 };
	size_t n = json_is_list(list) ? json_count(list) : 0;

	for (size_t i = 0; i < n && i < NEWS_SUMS_MAX; i++) {
		struct json_object *o = json_item(list, i);
		struct alert_sum *s = &out->sums[out->of.nsums];

		if (!json_is_object(o) ||
		    (s->kind = text_of(o, "kind")) == NULL)
			continue;
		s->queue = text_of(o, "queue_name");
		s->job_id = text_of(o, "job_id");
		(void)json_get_int(o, "count", &counts, &s->count, &fs);
		out->of.nsums++;
	}
	out->of.sums = out->sums;
}

int
news_read(const struct sink_message *m, const struct conf *c, struct news *out,
    struct err *why)
{
	static const struct json_range counts = { 0, INT64_MAX };
	struct faults fs = { .n = 0 };
	struct json_object *data;
	const char *type, *dot;

	memset(out, 0, sizeof(*out));
	out->root = json_parse(m->text, strlen(m->text), why);
	if (out->root == NULL)
		return -1;
	if (!json_is_object(out->root) ||
	    (type = text_of(out->root, "type")) == NULL)
		return err_set(why, "the alert has no type");
	dot = strrchr(type, '.');
	(void)snprintf(out->kind, sizeof(out->kind), "%s",
	    dot == NULL ? type : dot + 1);
	out->of.kind = out->kind;
	out->of.is_zh = c->language == CONF_LANGUAGE_ZH;
	out->of.is_message = strncmp(type, "message.", 8) == 0;
	out->of.is_job = strncmp(type, "job.", 4) == 0;
	data = json_member(out->root, "data");
	out->of.when =
	    m->when != NULL ? m->when : text_of(out->root, "timestamp");
	out->of.zone = m->when_zone;
	if (!json_is_object(data))
		return 0;
	out->of.queue = text_of(data, "queue_name");
	out->of.job_id = text_of(data, "job_id");
	out->of.run_id = text_of(data, "run_id");
	out->of.service = text_of(data, "service_id");
	out->of.render_key = text_of(data, "render_key");
	out->of.reason = text_of(data, "reason");
	out->of.output = text_of(data, "output");
	(void)json_get_int(data, "count", &counts, &out->of.count, &fs);
	read_sums(json_member(data, "sums"), out);
	(void)json_get_int(data, "streak", &counts, &out->of.streak, &fs);
	return 0;
}

void
news_fini(struct news *n)
{
	json_free(n->root);
	memset(n, 0, sizeof(*n));
}
