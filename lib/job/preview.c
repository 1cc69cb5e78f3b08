/*
 * Previews: what a trigger would do, its sentence, fires and warnings, without
 * changing anything.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/record/run.h"
#include "lib/json/json.h"
#include "lib/job/preview.h"
#include "lib/job/render_target.h"
#include "lib/job/render_warn.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

/* Warn of an end within this number of fires. */
#define HORIZON_FIRES 100

#define US_PER_S 1000000

/* Read the clock of the preview: now, in the job's zone. */
static int
read_now(struct json_object *body, const struct trigger_env *env, int64_t *out,
    struct faults *fs)
{
	const char *zone = env->default_zone, *now = NULL, *wrong;
	struct datetime_relative words = { NULL, env->now_us };
	struct err why;
	char room[JSON_INSTANT_MAX];

	*out = env->now_us;
	if (json_get_instant(body, "now", room, &now, fs) == -1 ||
	    json_get_str(body, "timezone", &zone, fs) == -1)
		return -1;
	if (now == NULL || *now == '\0')
		return 0;
	words.tz = tz_get(env->zones,
	    zone == NULL || *zone == '\0' ? env->default_zone : zone, &why);
	if (words.tz == NULL)
		return fault_add(fs, "timezone", "%s", why.text);
	wrong = (env->takes & TRIGGER_TAKES_WORDS) != 0 ?
	    datetime_parse_relative(now, &words, out, NULL) :
	    datetime_parse(now, words.tz, out, NULL);
	return wrong == NULL ? 0 : fault_add_instant(fs, "now", now, wrong);
}

/* Make the trigger of a body, by way of the job it describes. */
static struct trigger *
make_trigger(struct json_object *body, const struct job_env *env,
    struct warn_env *warn, struct faults *fs)
{
	struct trigger *t = NULL;
	struct job j;

	job_init(&j);
	if (job_from_preview(body, env, &j, fs) == 0)
		t = trigger_from_spec(j.trigger, env->trigger->zones, fs);
	warn->grace_us = j.misfire_grace_us;
	warn->notes = j.notes;
	job_fini(&j);
	return t;
}

/* Jobs in other zones wait until the host has zone files again. */
static void
warn_of_files(const struct tz_cache *zones, struct warns *ws)
{
	static const struct warn_text text = {
		.text = { "this host has no time zone files: until tzdata is "
			  "installed, only %1 work, not named zones",
		    "本机没有时区文件：%1 可用，安装 tzdata 之前其他时区不可用" },
		.a = "UTC, +08:00",
	};

	if (!tz_has_files(zones))
		warns_add(ws, WARN_NO_FILES, &text);
}

int
preview_from_json(struct json_object *body, const struct job_env *env,
    int64_t cadence_us, struct preview *p, struct faults *fs)
{
	static const struct json_range range = { 1, PREVIEW_COUNT_MAX };
	struct trigger_env then = *env->trigger;
	struct warns text;
	const struct job_env job_env = { env->conf, &then, env->known,
		&p->warns, false };

	p->t = NULL;
	p->warns.n = 0;
	if (!json_is_object(body))
		return fault_add(fs, "body", "must be a JSON object");
	(void)json_get_int(body, "count", &range, &p->count, fs);
	(void)read_now(body, env->trigger, &then.now_us, fs);
	p->t = make_trigger(body, &job_env, &p->env, fs);
	if (fs->n > 0) {
		preview_fini(p);
		return -1;
	}
	p->env.now_us = then.now_us;
	p->env.cadence_us = cadence_us;
	p->env.horizon = p->count + 1;
	text = p->warns;
	p->warns.n = 0;
	warns_find(p->t, &p->env, &p->warns);
	warn_of_files(env->trigger->zones, &p->warns);
	warns_move(&p->warns, &text);
	return 0;
}

void
preview_warn_target(const struct conf *conf, const char *render,
    struct warns *ws)
{
	struct faults fs = { .n = 0 };
	struct render_target t;
	struct json_object *o;

	o = json_parse(render, strlen(render), NULL);
	if (o != NULL && render_target_from_json(o, NULL, conf, &t, &fs) == 0)
		render_warns(conf, &t, ws);
	json_free(o);
}

void
preview_warn_ran(const struct job *j, struct warns *out)
{
	const struct warn_text text = {
		.text = { "run %1 has already decided this time: nothing was "
			  "added",
		    "该时刻已由运行 %1 处理，未重复添加" },
		.a = j->ran->id[0] == '\0' ? "-" : j->ran->id,
	};

	warns_add(out, WARN_RAN, &text);
}

void
preview_warn_job(const struct job *j, const struct job_env *env,
    int64_t cadence_us, struct warns *out)
{
	const struct warn_env warn = { env->trigger->now_us, cadence_us,
		j->misfire_grace_us, HORIZON_FIRES, j->notes };
	struct warns text;
	struct faults fs = { .n = 0 };
	struct trigger *t;

	text = *out;
	out->n = 0;
	t = trigger_from_spec(j->trigger, env->trigger->zones, &fs);
	if (t != NULL)
		warns_find(t, &warn, out);
	trigger_free(t);
	warn_of_files(env->trigger->zones, out);
	if (j->render != NULL)
		preview_warn_target(env->conf, j->render, out);
	warns_move(out, &text);
}

void
preview_fini(struct preview *p)
{
	warns_fini(&p->warns);
	trigger_free(p->t);
	p->t = NULL;
}

/* Append t_us as seconds, with decimals only as needed. */
static void
add_epoch(int64_t t_us, struct buf *out)
{
	int64_t mag = t_us < 0 ? -t_us : t_us;

	buf_printf(out, "%s%" PRId64, t_us < 0 ? "-" : "", mag / US_PER_S);
	if (mag % US_PER_S != 0)
		buf_printf(out, ".%06" PRId64, mag % US_PER_S);
}

static void
add_fire(const struct trigger *t, int64_t slot_us, struct buf *out)
{
	buf_str(out, "{\"local\":\"");
	tz_format(trigger_zone(t), slot_us, out);
	buf_str(out, "\",\"utc\":\"");
	datetime_rfc3339(slot_us, out);
	buf_str(out, "\",\"epoch\":");
	add_epoch(slot_us, out);
	buf_char(out, '}');
}

static void
add_fires(const struct preview *p, struct buf *out)
{
	int64_t slot_us = trigger_first(p->t, p->env.now_us), n;

	buf_str(out, ",\"fires\":[");
	for (n = 0; n < p->count && slot_us != TRIGGER_NONE; n++) {
		if (n > 0)
			buf_char(out, ',');
		add_fire(p->t, slot_us, out);
		slot_us = trigger_next(p->t, slot_us);
	}
	buf_printf(out, "],\"exhausted\":%s",
	    slot_us == TRIGGER_NONE ? "true" : "false");
}

static void
add_words(const struct trigger *t, struct buf *out)
{
	struct buf text = BUF_INIT;
	enum describe_lang lang;

	trigger_print(t, &text);
	out->is_failed |= text.is_failed;
	buf_str(out, "{\"trigger\":");
	buf_json(out, buf_cstr(&text));
	buf_printf(out, ",\"trigger_kind\":\"%s\",\"timezone\":\"%s\"",
	    trigger_kind_name(trigger_kind(t)), tz_name(trigger_zone(t)));
	buf_str(out, ",\"words\":{");
	for (lang = DESCRIBE_EN; lang < DESCRIBE__MAX; lang++) {
		buf_reset(&text);
		trigger_describe(t, lang, &text);
		out->is_failed |= text.is_failed;
		buf_printf(out, "%s\"%s\":", lang > 0 ? "," : "",
		    describe_lang_name(lang));
		buf_json(out, buf_cstr(&text));
	}
	buf_char(out, '}');
	buf_fini(&text);
}

void
preview_to_json(const struct preview *p, enum describe_lang lang,
    struct buf *out)
{
	add_words(p->t, out);
	add_fires(p, out);
	buf_str(out, ",\"warnings\":");
	warns_to_json(&p->warns, lang, out);
	buf_char(out, '}');
}
