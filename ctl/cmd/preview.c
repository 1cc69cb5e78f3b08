/*
 * minutehand preview: sentence, next fires and warnings of one trigger, without
 * a store.  Tested in tests/http/preview.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/preview_batch.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "ctl/trigger_opts.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/job/preview.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

enum { OPT_COUNT = TRIGGER_OPT__MAX, OPT_NOW, OPT_BODY, OPT_JSON, OPT_BATCH };

static const struct ctl_option options[] = {
	TRIGGER_OPT_ROWS,
	[OPT_COUNT] = { "count", "N", "number of fires (default: 10)" },
	[OPT_NOW] = { "now", "TIME", "assume this time" },
	[OPT_BODY] = { "body", "JSON",
	    "the trigger as a body of the HTTP API" },
	[OPT_JSON] = { "json", NULL,
	    "answer in JSON; accepts a body as operand" },
	[OPT_BATCH] = { "batch", NULL, "answer one JSON object per line" },
	{ .name = NULL },
};

/*
 * Load the owner's settings if they can be read, else the defaults: only the
 * default zone matters.
 */
static int
load_settings(struct ctl *c)
{
	int status = CTL_OK;
	struct err why;
	char *path;

	if (c->conf_path != NULL)
		return ctl_load(c);
	path = conf_find(NULL, getenv("MINUTEHAND_CONF"), getenv("HOME"));
	if (path != NULL && access(path, R_OK) == 0)
		status = ctl_load(c);
	free(path);
	if (status != CTL_OK)
		return status;
	if (c->conf == NULL)
		c->conf = conf_new("/minutehand.conf", &why);
	return c->conf == NULL ? ctl_fail(CTL_BUG, "%s", why.text) : CTL_OK;
}

static int
read_body(const char *text, struct json_object **out)
{
	struct err why = { "" };

	*out = json_parse(text, strlen(text), &why);
	if (*out == NULL)
		return ctl_fail(CTL_DATA, "%s", why.text);
	if (!json_is_object(*out))
		return ctl_fail(CTL_DATA, "a trigger is an object, not %s",
		    json_kind(*out));
	return CTL_OK;
}

/* Make the body of a job with the trigger of the options. */
static int
make_body(const struct ctl_args *a, struct json_object **out)
{
	const char *text = a->opt[OPT_BODY];
	struct buf b = BUF_INIT;
	int status = ctl_check_texts(a, options);

	if (status != CTL_OK)
		return status;
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

/* Read --now in the zone of the body, or in the default one. */
static int
read_now(const struct ctl_args *a, struct json_object *body,
    struct trigger_env *env)
{
	const char *zone = env->default_zone;
	struct faults fs = { .n = 0 };
	struct datetime_relative words = { NULL, clock_now_us() };
	const char *wrong = NULL;
	struct err why = { "" };

	env->now_us = words.now_us;
	if (a->opt[OPT_NOW] == NULL)
		return CTL_OK;
	(void)json_get_str(body, "timezone", &zone, &fs);
	words.tz = tz_get(env->zones, zone, &why);
	if (words.tz != NULL)
		wrong = datetime_parse_relative(a->opt[OPT_NOW], &words,
		    &env->now_us, NULL);
	if (words.tz == NULL)
		return ctl_fail(CTL_DATA, "--now: %s", why.text);
	if (wrong != NULL)
		return ctl_fail(CTL_DATA, "--now: %s, not \"%s\"", wrong,
		    a->opt[OPT_NOW]);
	return CTL_OK;
}

static int
print_table(const struct preview *p)
{
	static const char *const headings[] = { "LOCAL", "UTC" };
	int64_t slot = trigger_first(p->t, p->env.now_us), n;
	struct buf b = BUF_INIT;
	struct table tab;
	int rc;

	table_init(&tab, headings, sizeof(headings) / sizeof(headings[0]));
	for (n = 0; n < p->count && slot != TRIGGER_NONE; n++) {
		buf_reset(&b);
		tz_format(trigger_zone(p->t), slot, &b);
		table_add(&tab, buf_cstr(&b));
		buf_reset(&b);
		datetime_rfc3339(slot, &b);
		table_add(&tab, buf_cstr(&b));
		slot = trigger_next(p->t, slot);
	}
	rc = table_print(&tab, stdout);
	if (slot == TRIGGER_NONE)
		text_line(n == 0 ? "never" : "and never again");
	table_fini(&tab);
	buf_fini(&b);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

static int
print_text(const struct preview *p)
{
	struct buf b = BUF_INIT;
	int status;

	trigger_print(p->t, &b);
	text_line("%s in %s", buf_cstr(&b), tz_name(trigger_zone(p->t)));
	buf_reset(&b);
	trigger_describe(p->t, DESCRIBE_EN, &b);
	text_line("%s", buf_cstr(&b));
	status = print_table(p);
	for (size_t i = 0; i < p->warns.n; i++)
		text_line("warning: %s",
		    buf_cstr(&p->warns.v[i].text[DESCRIBE_EN]));
	buf_fini(&b);
	return status;
}

static int
print_json(const struct preview *p)
{
	struct buf o = BUF_INIT;

	preview_to_json(p, DESCRIBE_EN, &o);
	return json_out_print(&o);
}

/*
 * The interval of ticks: measured if there is a store, else configured; ticks
 * that do not stay run at most once a minute.
 */
static int64_t
cadence_of(const struct conf *conf)
{
	int64_t cadence_us = conf->window_us == 0 ? 60 * CLOCK_US_PER_S : 0;
	struct sched s;

	if (sched_open(&s, conf, getenv("TZ"), NULL) == STORE_OK) {
		cadence_us = sched_cadence(&s, clock_now_us());
		sched_close(&s);
	}
	return cadence_us;
}

static int
preview(struct ctl *c, const struct ctl_args *a, struct trigger_env *env,
    struct json_object *body)
{
	static const struct ctl_range range = { 1, PREVIEW_COUNT_MAX };
	const struct job_env job_env = { c->conf, env, NULL, NULL, false };
	struct preview p = { .count = PREVIEW_COUNT_DEFAULT };
	struct faults fs = { .n = 0 };
	int status;

	status = ctl_opt_int(a, OPT_COUNT, "count", &range, &p.count);
	if (status != CTL_OK || (status = read_now(a, body, env)) != CTL_OK)
		return status;
	if (preview_from_json(body, &job_env, cadence_of(c->conf), &p, &fs) !=
	    0)
		return ctl_fail_faults(&fs, "");
	status = a->opt[OPT_JSON] != NULL ? print_json(&p) : print_text(&p);
	preview_fini(&p);
	return status;
}

static int
run_preview(struct ctl *c, const struct ctl_args *a)
{
	struct trigger_env env = { .takes = TRIGGER_TAKES_WORDS };
	struct json_object *body = NULL;
	struct err why = { "" };
	int status;

	if (a->opt[OPT_BATCH] != NULL)
		return preview_batch(getenv("TZ"));
	if ((status = load_settings(c)) != CTL_OK)
		return status;
	env.zones =
	    tz_cache_new(*c->conf->zoneinfo == '\0' ? NULL : c->conf->zoneinfo);
	if (env.zones == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	env.default_zone =
	    sched_zone(&(struct sched){ .conf = c->conf, .zones = env.zones },
		getenv("TZ"), &why);
	if (env.default_zone == NULL)
		status = ctl_fail(CTL_CONFIG, "%s", why.text);
	else if ((status = make_body(a, &body)) == CTL_OK)
		status = preview(c, a, &env, body);
	json_free(body);
	tz_cache_free(env.zones);
	return status;
}

const struct ctl_command cmd_preview = {
	.name = "preview",
	.args = "TRIGGER [OPTIONS]  (or --batch)",
	.help = "show when a trigger would fire, without any change",
	.options = options,
	.max = 1,
	.run = run_preview,
};
