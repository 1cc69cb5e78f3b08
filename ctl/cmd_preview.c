#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/preview_batch.h"
#include "ctl/table.h"
#include "ctl/trigger_opts.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/datetime.h"
#include "lib/fault.h"
#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/trigger.h"
#include "lib/tz.h"

#include "lib/ban.h"

#define COUNT_DEFAULT 10
#define COUNT_MAX 1000

enum { OPT_COUNT = TRIGGER_OPT__MAX, OPT_NOW, OPT_BODY, OPT_JSON, OPT_BATCH };

static const struct ctl_option options[] = {
	TRIGGER_OPT_ROWS,
	[OPT_COUNT] = { "count", "N", "how many times (default: 10)" },
	[OPT_NOW] = { "now", "TIME", "as if it were then" },
	[OPT_BODY] = { "body", "JSON", "the trigger as the HTTP API takes it" },
	[OPT_JSON] = { "json", NULL, "answer in JSON; a body may follow" },
	[OPT_BATCH] = { "batch", NULL, "answer a JSON object a line" },
	{ .name = NULL },
};

/*
 * Settings for a preview: the owner's where they can be had, else the
 * defaults, as nothing but the default zone matters here.
 */
static int
load_settings(struct ctl *c)
{
	char why[256];
	char *path;

	if (c->conf_path != NULL)
		return ctl_load(c);
	path = conf_find(NULL, getenv("MINUTEHAND_CONF"), getenv("HOME"));
	if (path != NULL)
		c->conf = conf_load(path, why, sizeof(why));
	free(path);
	if (c->conf == NULL)
		c->conf = conf_new("/minutehand.conf", why, sizeof(why));
	return c->conf == NULL ? ctl_fail(CTL_BUG, "%s", why) : CTL_OK;
}

/*
 * Read a body.  A trigger alone is enough: the queue plays no part, and one
 * is put in when there is none.
 */
static int
read_body(const char *text, struct json_object **out)
{
	struct buf b = BUF_INIT;
	char why[256] = "";

	*out = json_parse(text, strlen(text), why, sizeof(why));
	if (*out == NULL)
		return ctl_fail(CTL_DATA, "%s", why);
	if (!json_is_object(*out))
		return ctl_fail(CTL_DATA, "a trigger is an object, not %s",
		    json_kind(*out));
	if (json_has(*out, "queue_name") || json_count(*out) == 0)
		return CTL_OK;
	buf_str(&b, "{\"queue_name\":\"preview\",");
	buf_str(&b, strchr(text, '{') + 1);
	json_free(*out);
	*out = json_parse(buf_cstr(&b), b.len, why, sizeof(why));
	buf_fini(&b);
	return *out == NULL ? ctl_fail(CTL_DATA, "%s", why) : CTL_OK;
}

/* The body of a job that has the trigger asked for. */
static int
make_body(const struct ctl_args *a, struct json_object **out)
{
	const char *text = a->opt[OPT_BODY];
	struct buf b = BUF_INIT;
	int status = CTL_OK;

	if (a->noperands == 1)
		text = a->operand[0];
	if (text == NULL) {
		json_out_open(&b, NULL, '{');
		status = trigger_opts_json(a, &b);
		json_out_close(&b, '}');
		text = buf_cstr(&b);
	}
	if (status == CTL_OK)
		status = read_body(text, out);
	buf_fini(&b);
	return status;
}

/* The instant --now means, read in the zone of the body or the default. */
static int
read_now(const struct ctl_args *a, struct json_object *body,
    struct trigger_env *env)
{
	const char *zone = env->default_zone;
	struct faults fs = { .n = 0 };
	const struct tz *tz;
	const char *wrong = NULL;
	char why[256] = "";

	env->now_us = clock_now_us();
	if (a->opt[OPT_NOW] == NULL)
		return CTL_OK;
	(void)json_get_str(body, "timezone", &zone, &fs);
	tz = tz_get(env->zones, zone, why, sizeof(why));
	if (tz != NULL)
		wrong = datetime_parse(a->opt[OPT_NOW], tz, &env->now_us, NULL);
	if (tz == NULL || wrong != NULL)
		return ctl_fail(CTL_DATA, "--now: %s",
		    tz == NULL ? why : wrong);
	return CTL_OK;
}

/* The trigger of a body, by way of the job it would make. */
static struct trigger *
make_trigger(const struct ctl *c, struct json_object *body,
    const struct trigger_env *env)
{
	const struct job_env job_env = { c->conf, env };
	struct faults fs = { .n = 0 };
	struct trigger *t = NULL;
	bool is_replace;
	struct job j;

	job_init(&j);
	if (job_from_json(body, &job_env, &j, &is_replace, &fs) == 0)
		t = trigger_from_spec(j.trigger, env->zones, &fs);
	if (t == NULL)
		(void)ctl_fail_faults(&fs, "");
	job_fini(&j);
	return t;
}

static void
add_slot(const struct trigger *t, int64_t slot, struct buf *o)
{
	struct buf b = BUF_INIT;

	json_out_open(o, NULL, '{');
	tz_format(trigger_zone(t), slot, &b);
	json_out_str(o, "local", buf_cstr(&b));
	buf_reset(&b);
	datetime_rfc3339(slot, &b);
	json_out_str(o, "utc", buf_cstr(&b));
	json_out_close(o, '}');
	buf_fini(&b);
}

static int
print_json(const struct trigger *t, int64_t slot, int64_t count)
{
	struct buf o = BUF_INIT, b = BUF_INIT;
	int64_t n;

	json_out_open(&o, NULL, '{');
	trigger_print(t, &b);
	json_out_str(&o, "trigger", buf_cstr(&b));
	json_out_str(&o, "timezone", tz_name(trigger_zone(t)));
	buf_fini(&b);
	json_out_open(&o, "next", '[');
	for (n = 0; n < count && slot != TRIGGER_NONE; n++) {
		add_slot(t, slot, &o);
		slot = trigger_next(t, slot);
	}
	json_out_close(&o, ']');
	json_out_bool(&o, "exhausted", n < count);
	json_out_close(&o, '}');
	return json_out_print(&o);
}

static int
print_table(const struct trigger *t, int64_t slot, int64_t count)
{
	static const char *const headings[] = { "LOCAL", "UTC" };
	struct buf b = BUF_INIT;
	struct table tab;
	int64_t n;
	int rc;

	table_init(&tab, headings, sizeof(headings) / sizeof(headings[0]));
	for (n = 0; n < count && slot != TRIGGER_NONE; n++) {
		buf_reset(&b);
		tz_format(trigger_zone(t), slot, &b);
		table_add(&tab, buf_cstr(&b));
		buf_reset(&b);
		datetime_rfc3339(slot, &b);
		table_add(&tab, buf_cstr(&b));
		slot = trigger_next(t, slot);
	}
	buf_reset(&b);
	trigger_print(t, &b);
	(void)printf("%s in %s\n", buf_cstr(&b), tz_name(trigger_zone(t)));
	rc = table_print(&tab, stdout);
	if (n < count)
		(void)puts(n == 0 ? "never" : "and never again");
	table_fini(&tab);
	buf_fini(&b);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

static int
preview(struct ctl *c, const struct ctl_args *a, struct trigger_env *env,
    struct json_object *body)
{
	static const struct ctl_range range = { 1, COUNT_MAX };
	int64_t count = COUNT_DEFAULT, first;
	struct trigger *t;
	int status;

	status = ctl_opt_int(a, OPT_COUNT, "count", &range, &count);
	if (status != CTL_OK || (status = read_now(a, body, env)) != CTL_OK)
		return status;
	if ((t = make_trigger(c, body, env)) == NULL)
		return CTL_DATA;
	first = trigger_first(t, env->now_us);
	if (a->opt[OPT_JSON] != NULL)
		status = print_json(t, first, count);
	else
		status = print_table(t, first, count);
	trigger_free(t);
	return status;
}

static int
run_preview(struct ctl *c, const struct ctl_args *a)
{
	struct trigger_env env = { NULL, NULL, 0 };
	struct json_object *body = NULL;
	int status;

	if (a->opt[OPT_BATCH] != NULL)
		return preview_batch(getenv("TZ"));
	if ((status = load_settings(c)) != CTL_OK)
		return status;
	env.zones =
	    tz_cache_new(*c->conf->zoneinfo == '\0' ? NULL : c->conf->zoneinfo);
	if (env.zones == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	env.default_zone = *c->conf->timezone != '\0' ?
	    c->conf->timezone :
	    tz_host_name(env.zones, getenv("TZ"));
	if ((status = make_body(a, &body)) == CTL_OK)
		status = preview(c, a, &env, body);
	json_free(body);
	tz_cache_free(env.zones);
	return status;
}

const struct ctl_command cmd_preview = {
	.name = "preview",
	.args = "TRIGGER [OPTIONS]  (or --batch)",
	.help = "show when a trigger would fire, changing nothing",
	.options = options,
	.max = 1,
	.run = run_preview,
};
