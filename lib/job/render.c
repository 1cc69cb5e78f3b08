/*
 * The Render target of a body: the object "render", and what else a render job
 * can have.  render_target.c checks the values.  Tested in t_render_target.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/check.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/job/render_target.h"

#include "lib/base/ban.h"

static const char *const fields[] = {
	"serviceId", "startCommand", "planId", "marker", "on_ambiguous",
	"max_runtime", /* only outside of schedules */
};
#define NFIELDS (sizeof(fields) / sizeof(fields[0]))

void
render_target_defaults(const struct conf *conf, const char *service,
    struct render_target *t)
{
	static const enum delivery_marker markers[] = {
		[CONF_MARKER_NONE] = DELIVERY_MARKER_NONE,
		[CONF_MARKER_COMMENT] = DELIVERY_MARKER_COMMENT,
		[CONF_MARKER_ENV] = DELIVERY_MARKER_ENV,
	};
	const struct conf_render_service *s;

	s = service == NULL ? NULL : conf_render_service_for(conf, service);
	t->marker = s == NULL ? DELIVERY_MARKER_NONE : markers[s->marker];
	t->on_ambiguous = conf->on_ambiguous == CONF_AMBIGUOUS_SKIP ?
	    DELIVERY_AMBIGUOUS_SKIP :
	    DELIVERY_AMBIGUOUS_RETRY;
}

int
render_marker_parse(const char *word, enum delivery_marker *out)
{
	if (strcmp(word, "none") == 0)
		word = delivery_marker_name(DELIVERY_MARKER_NONE);
	else if (word[0] == '\0')
		return -1;
	return delivery_marker_parse(word, out);
}

static void
read_words(struct json_object *o, struct render_target *t, struct faults *fs)
{
	const char *marker = NULL, *ambiguous = NULL;

	(void)json_get_str(o, "marker", &marker, fs);
	(void)json_get_str(o, "on_ambiguous", &ambiguous, fs);
	if (marker != NULL && render_marker_parse(marker, &t->marker) != 0)
		(void)fault_add(fs, "marker", "must be none, comment or env");
	if (ambiguous != NULL &&
	    delivery_ambiguous_parse(ambiguous, &t->on_ambiguous) != 0)
		(void)fault_add(fs, "on_ambiguous", "must be retry or skip");
}

int
render_target_from_json(struct json_object *o, const char *service,
    const struct conf *conf, struct render_target *t, struct faults *fs)
{
	static const struct json_range runtime = { 1, JOB_SECONDS_MAX };
	size_t own = service == NULL ? 0 : 1; /* serviceId is the first */
	int64_t runtime_s = 0;

	*t = (struct render_target){ .service = service };
	(void)json_only(o, "", fields + own, NFIELDS - 1, fs);
	if (service != NULL)
		(void)json_get_int(o, "max_runtime", &runtime, &runtime_s, fs);
	t->max_runtime_us = runtime_s * CLOCK_US_PER_S;
	if (service == NULL)
		(void)json_get_str(o, "serviceId", &t->service, fs);
	(void)json_get_str(o, "startCommand", &t->command, fs);
	(void)json_get_str(o, "planId", &t->plan, fs);
	if (t->plan != NULL && t->plan[0] == '\0')
		t->plan = NULL;
	render_target_defaults(conf, t->service, t);
	read_words(o, t, fs);
	(void)render_target_check(t, fs);
	return fs->n == 0 ? 0 : -1;
}

/* Refuse what a render job cannot have. */
static int
check_other_members(struct json_object *body, const struct job *j,
    struct faults *fs)
{
	static const char *const queue_only[] = { "args", "kwargs" };
	int rc = 0;

	for (size_t i = 0; i < 2; i++)
		if (json_count(json_member(body, queue_only[i])) > 0)
			rc = fault_add(fs, queue_only[i],
			    "is for messages; the command of a render job is in "
			    "render.startCommand");
	/*
	 * A store that may lose data cannot guarantee that nothing runs twice.
	 */
	if (j->kind == JOB_MEMORY)
		rc = fault_add(fs, "job_store_kind",
		    "must not be memory for a render job, which is handed over "
		    "once");
	return rc;
}

int
job_parse_render(struct json_object *body, const struct conf *conf,
    struct job *j, struct faults *fs)
{
	struct json_object *o = json_member(body, "render");
	struct faults inner = { .n = 0 };
	struct render_target t;
	struct buf text = BUF_INIT;
	int rc;

	if (o == NULL)
		return 0;
	if (!json_is_object(o))
		return fault_add(fs, "render", "must be an object, not %s",
		    json_kind(o));
	rc = render_target_from_json(o, NULL, conf, &t, &inner);
	fault_add_all(fs, "render.", &inner);
	rc |= check_other_members(body, j, fs);
	if (rc != 0)
		return -1;
	render_target_print(&t, &text);
	j->render = buf_take(&text);
	return j->render != NULL ?
	    0 :
	    fault_add(fs, "render", "could not be kept: out of memory");
}
