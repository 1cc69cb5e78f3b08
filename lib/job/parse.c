/*
 * The body of an add as a job: names, trigger, policies, parameters.  All
 * faults are collected.  Patches are patch.c's, printing is print.c's.  Tested
 * in t_job_fields, t_job_json and tests/http/jobs.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/check.h"
#include "lib/job/fields.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/warn.h"
#include "lib/base/utf8.h"
#include "lib/base/ban.h"

#define DESCRIPTION_MAX 1024 /* bytes of a description */

/* The other fields of the body; the last ones are a preview's alone. */
static const char *const own_fields[] = { "queue_name", "trigger", "job_id",
	"job_store_kind", "replace_existing", "args", "kwargs",
	"misfire_grace_time", "coalesce", "max_instances", "max_catchup",
	"max_runtime", "expect_within", "alerts", "badge", "retry",
	"retry_failed", "render", "priority", "description", "paused", "count",
	"now" };
#define PREVIEW_FIELDS 2

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The state of the parse. */
struct parse {
	struct json_object *body;
	const struct conf *conf;
	const struct trigger_env *env;
	struct job *j;
	struct faults *fs;
	bool is_preview;
	const struct job_registration *known;
	struct warns *warns; /* or NULL */
	bool is_lenient;
};

/* Store a copy of s in *out; NULL stays NULL.  Without memory a fault. */
static int
store_copy(struct parse *p, const char *field, const char *s, char **out)
{
	if (s == NULL)
		return 0;
	*out = strdup(s);
	return *out != NULL ?
	    0 :
	    fault_add(p->fs, field, "cannot be stored: out of memory");
}

static int
parse_names(struct parse *p)
{
	const char *queue = NULL, *id = NULL, *kind = NULL;
	int rc = 0;

	rc |= json_get_str(p->body, "queue_name", &queue, p->fs);
	if (queue == NULL && !p->is_preview)
		rc |= fault_add(p->fs, "queue_name", "is required");
	else if (queue != NULL)
		rc |= job_check_name("queue_name", queue, p->fs);
	rc |= json_get_str(p->body, "job_id", &id, p->fs);
	if (id != NULL && id[0] == '\0')
		id = NULL;
	if (id != NULL)
		rc |= job_check_name("job_id", id, p->fs);
	rc |= json_get_str(p->body, "job_store_kind", &kind, p->fs);
	if (kind != NULL && job_kind_parse(kind, &p->j->kind) != 0)
		rc |= fault_add(p->fs, "job_store_kind",
		    "must be redis, sqlite or memory");
	if (rc != 0)
		return -1;
	rc |= store_copy(p, "queue_name", queue, &p->j->queue);
	rc |= store_copy(p, "job_id", id, &p->j->job_id);
	return rc;
}

/*
 * The units of a length are integers, also written as "1e1", which is stored
 * as "10" in room; the trigger checks their sum.
 */
static int
read_length(struct parse *p, const char *name, const char **text, char *room)
{
	int64_t v;

	if (num_plain(*text, room, JSON_INSTANT_MAX) == 0 &&
	    num_parse(room, 0, INT64_MAX, &v) == 0) {
		*text = room;
		return 0;
	}
	return fault_add(p->fs, name,
	    "must be a whole number, not negative and not too large");
}

/* The text of field number i; NULL in *text if it is not given. */
static int
read_field(struct parse *p, size_t i, char room[JSON_INSTANT_MAX],
    const char **text)
{
	const char *name = job_trigger_fields[i].name;
	int rc;

	if (trigger_is_instant(name)) {
		rc = json_get_instant(p->body, name, room, text, p->fs);
		/* An empty field of an HTML form. */
		if (rc == 0 && *text != NULL && **text == '\0')
			*text = NULL;
		return rc;
	}
	if (json_get_text(p->body, name, room, text, p->fs) != 0)
		return -1;
	if (job_trigger_fields[i].is_length && *text != NULL)
		return read_length(p, name, text, room);
	return 0;
}

/* Collect the fields of the kind: *n of them in f. */
static int
collect_fields(struct parse *p, enum trigger_kind kind,
    struct trigger_field f[JOB_TRIGGER_FIELDS],
    char room[JOB_TRIGGER_FIELDS][JSON_INSTANT_MAX], size_t *n)
{
	int rc = 0;

	*n = 0;
	for (size_t i = 0; i < JOB_TRIGGER_FIELDS; i++) {
		const char *text;

		if ((job_trigger_fields[i].kinds & 1U << kind) == 0)
			continue;
		rc |= read_field(p, i, room[i], &text);
		if (text == NULL)
			continue;
		f[*n].name = job_trigger_fields[i].name;
		f[*n].value = text;
		++*n;
	}
	return rc;
}

static int
parse_kind(struct parse *p, enum trigger_kind *out)
{
	const char *word = NULL;

	if (json_get_str(p->body, "trigger", &word, p->fs) != 0)
		return -1;
	if (word == NULL)
		return fault_add(p->fs, "trigger",
		    "is required: "
		    "date, interval or cron, or calendarinterval");
	for (int k = 0; k < TRIGGER__MAX; k++) {
		*out = (enum trigger_kind)k;
		if (strcmp(word, trigger_kind_name(*out)) == 0)
			return 0;
	}
	return fault_add(p->fs, "trigger",
	    "must be date, interval or cron, or calendarinterval");
}

/* Store the first slot and the text of the trigger. */
static int
store_trigger(struct parse *p, const struct trigger *t)
{
	struct buf spec = BUF_INIT;
	int64_t first = trigger_first(t, p->env->now_us);

	p->j->is_never = first == TRIGGER_NONE;
	if (p->j->is_never && !fault_is_never(p->fs))
		(void)fault_add_never(p->fs, "trigger",
		    "it has no slot before its end");
	if (p->j->is_never && (p->env->takes & TRIGGER_TAKES_NEVER) == 0)
		return -1;
	p->j->cursor_us = first;
	p->j->next_run_us = first;
	trigger_spec(t, &spec);
	p->j->notes = trigger_notes(t);
	p->j->trigger = buf_take(&spec);
	if (p->j->trigger == NULL)
		return fault_add(p->fs, "trigger",
		    "cannot be stored: out of memory");
	return 0;
}

/* Does a field have a value, which fields left over in a form do not? */
static bool
has_value(const struct parse *p, const char *name)
{
	struct faults unused = { .n = 0 };
	char room[JSON_DIGITS_MAX];
	const char *text = NULL;

	if (json_member(p->body, name) == NULL)
		return false;
	if (json_get_text(p->body, name, room, &text, &unused) != 0)
		return true;
	return *text != '\0' && strcmp(text, "0") != 0;
}

static void
warn_ignored(struct parse *p, const char *name, enum trigger_kind kind)
{
	warns_add(p->warns, WARN_IGNORED_FIELD,
	    &(struct warn_text){
		.text = { "%1 is not a field of trigger %2: ignored",
		    "%1 不是 %2 触发器的字段：已忽略" },
		.a = name,
		.b = trigger_kind_name(kind) });
}

/*
 * Fields of other kinds are left over in forms, and ignored.  A date with such
 * a field but no time would run at once: that is a mistake.
 */
static int
check_other_kinds(struct parse *p, enum trigger_kind kind, bool has_instant)
{
	const char *stray = NULL;

	for (size_t i = 0; i < JOB_TRIGGER_FIELDS; i++) {
		const struct job_field *f = &job_trigger_fields[i];

		if ((f->kinds & 1U << kind) != 0 || !has_value(p, f->name))
			continue;
		stray = f->name;
		if (p->warns != NULL)
			warn_ignored(p, f->name, kind);
	}
	if (kind != TRIGGER_DATE || has_instant || stray == NULL)
		return 0;
	return fault_add(p->fs, "run_date",
	    "is required: %s is not a field of trigger date, which would run at "
	    "once",
	    stray);
}

/* Add warnings about times as they were written. */
static void
warn_instants(struct parse *p, const struct trigger *t,
    const struct trigger_field *f, size_t n)
{
	for (size_t i = 0; i < n && p->warns != NULL; i++)
		if (f[i].value != NULL && trigger_is_instant(f[i].name))
			warns_find_instant(t, f[i].name, f[i].value, p->warns);
}

static int
parse_trigger(struct parse *p)
{
	struct trigger_field f[JOB_TRIGGER_FIELDS + 1] = { { NULL, NULL } };
	char room[JOB_TRIGGER_FIELDS][JSON_INSTANT_MAX];
	char choice[JSON_DIGITS_MAX];
	enum trigger_kind kind = TRIGGER_DATE;
	struct trigger *t;
	size_t n;
	int rc;

	if (parse_kind(p, &kind) != 0)
		return -1;
	/* Called even if a field is bad, so that all bad ones are reported. */
	rc = collect_fields(p, kind, f, room, &n);
	rc |= check_other_kinds(p, kind,
	    n > 0 && strcmp(f[0].name, "run_date") == 0);
	(void)snprintf(choice, sizeof(choice), "%" PRId64,
	    trigger_choice(p->j->queue == NULL ? "" : p->j->queue,
		p->j->job_id));
	f[n++] = (struct trigger_field){ "choice", choice };
	t = trigger_new(trigger_kind_name(kind), f, n, p->env, p->fs);
	if (t == NULL) {
		/* A bad field is not reported as missing as well. */
		if (rc != 0)
			fault_drop(p->fs, "trigger");
		return -1;
	}
	if (rc == 0)
		rc = store_trigger(p, t);
	if (rc == 0)
		warn_instants(p, t, f, n);
	trigger_free(t);
	return rc;
}

static int
parse_params(struct parse *p)
{
	struct job_params params = {
		.queue = p->j->queue,
		.kwargs_field = "kwargs",
		.known = p->known,
	};
	int rc = 0;

	rc |= json_get_array(p->body, "args", &params.args, p->fs);
	rc |= json_get_object(p->body, "kwargs", &params.kwargs, p->fs);
	if (rc == 0 && params.queue == NULL) /* a preview without a queue */
		return 0;
	if (rc != 0 || job_check_params(p->conf, &params, p->fs) != 0)
		return -1;
	if (json_count(params.args) > 0)
		rc |=
		    store_copy(p, "args", json_text(params.args), &p->j->args);
	if (json_count(params.kwargs) > 0)
		rc |= store_copy(p, "kwargs", json_text(params.kwargs),
		    &p->j->kwargs);
	return rc;
}

static int
parse_retry(struct parse *p, const struct retry_kind *kind, struct retry *out)
{
	const struct retry_member *m = kind->members;
	struct json_object *o = NULL;
	struct faults inner = { .n = 0 };
	char prefix[16];
	int64_t v;

	if (json_get_object(p->body, kind->name, &o, p->fs) != 0)
		return -1;
	if (o == NULL)
		return 0;
	json_only(o, "", kind->names, kind->n, &inner);
	for (size_t i = 0; i < kind->n; i++, m++) {
		v = RETRY_UNSET;
		json_get_int(o, kind->names[i],
		    &(struct json_range){ m->min, m->max }, &v, &inner);
		if (v != RETRY_UNSET)
			*retry_at(kind, out, i) = v * m->unit;
	}
	(void)snprintf(prefix, sizeof(prefix), "%s.", kind->name);
	fault_add_all(p->fs, prefix, &inner);
	return inner.n > 0 ? -1 : 0;
}

static int
parse_description(struct parse *p)
{
	const char *s = NULL;

	if (json_get_str(p->body, "description", &s, p->fs) != 0)
		return -1;
	if (s == NULL || s[0] == '\0')
		return 0;
	if (strlen(s) > DESCRIPTION_MAX)
		return fault_add(p->fs, "description", "has more than %d bytes",
		    DESCRIPTION_MAX);
	return store_copy(p, "description", s, &p->j->description);
}

/* Absent means the owner's default, null means no limit. */
static int
parse_grace(struct parse *p)
{
	static const struct json_range range = { 1, JOB_SECONDS_MAX };
	int64_t s = -1;

	p->j->misfire_grace_us = p->conf->misfire_grace_us < 0 ?
	    JOB_NO_GRACE :
	    p->conf->misfire_grace_us;
	if (!json_has(p->body, "misfire_grace_time"))
		return 0;
	if (json_get_int(p->body, "misfire_grace_time", &range, &s, p->fs) != 0)
		return -1;
	p->j->misfire_grace_us = s < 0 ? JOB_NO_GRACE : s * CLOCK_US_PER_S;
	return 0;
}

/* Absent or null means as the queue. */
static int
parse_alerts(struct parse *p)
{
	bool are_on = false;

	if (json_get_bool(p->body, "alerts", &are_on, p->fs) != 0)
		return -1;
	if (json_member(p->body, "alerts") != NULL)
		p->j->alerts = are_on;
	return 0;
}

/* Seconds that work may take; without any there is no limit. */
static int
parse_limit(struct parse *p, const char *name, int64_t *out_us)
{
	static const struct json_range range = { 1, JOB_SECONDS_MAX };
	int64_t s = 0;
	int rc = json_get_int(p->body, name, &range, &s, p->fs);

	*out_us = s * CLOCK_US_PER_S;
	return rc;
}

static int
parse_policies(struct parse *p)
{
	static const struct json_range catchup = { 1, 10000 };
	static const struct json_range instances = { 1, 1000 };
	static const struct json_range priority = { 0, 255 };
	bool is_paused = false;
	int rc = 0;

	rc |= parse_grace(p);
	rc |= json_get_bool(p->body, "coalesce", &p->j->coalesce, p->fs);
	rc |= json_get_int(p->body, "max_catchup", &catchup, &p->j->max_catchup,
	    p->fs);
	rc |= json_get_int(p->body, "max_instances", &instances,
	    &p->j->max_instances, p->fs);
	rc |= json_get_int(p->body, "priority", &priority, &p->j->priority,
	    p->fs);
	rc |= parse_limit(p, "max_runtime", &p->j->max_runtime_us);
	rc |= parse_limit(p, "expect_within", &p->j->expect_within_us);
	rc |= parse_alerts(p);
	rc |= json_get_bool(p->body, "badge", &p->j->has_badge, p->fs);
	rc |= parse_retry(p, &retry_handover, &p->j->retry);
	rc |= parse_retry(p, &retry_failed, &p->j->retry_failed);
	rc |= parse_description(p);
	rc |= json_get_bool(p->body, "paused", &is_paused, p->fs);
	p->j->is_state_asked = json_member(p->body, "paused") != NULL;
	rc |= job_parse_render(p->body, p->conf, p->j, p->fs);
	if (rc != 0 || !is_paused)
		return rc;
	p->j->state = JOB_PAUSED;
	p->j->next_run_us = JOB_NEVER;
	return store_copy(p, "paused", "added as paused", &p->j->reason);
}

/* json_visit: an unknown member of a lenient body. */
static int
ignore(void *cookie, const char *name, struct json_object *value)
{
	(void)value;
	warns_ignored(cookie, name);
	return 0;
}

/* Report unknown fields. */
static int
check_names(const struct parse *p)
{
	const struct json_others others = { ignore, p->warns };

	const char *known[JOB_TRIGGER_FIELDS + COUNT(own_fields)];
	size_t n = 0, i;

	for (i = 0; i < JOB_TRIGGER_FIELDS; i++)
		known[n++] = job_trigger_fields[i].name;
	for (i = 0; i < COUNT(own_fields); i++)
		known[n++] = own_fields[i];
	if (!p->is_preview)
		n -= PREVIEW_FIELDS;
	if (p->is_lenient && p->warns != NULL &&
	    json_only_or(p->body, known, n, &others, p->fs) == 0)
		return 0;
	/* If one resembles a known name, all are reported. */
	return json_only(p->body, "", known, n, p->fs);
}

static int
parse(struct parse *p, bool *is_replace)
{
	int rc = 0;

	if (!json_is_object(p->body))
		return fault_add(p->fs, "body", "must be a JSON object");
	*is_replace = false;
	rc |= parse_names(p);
	rc |= parse_trigger(p);
	rc |= parse_params(p);
	rc |= parse_policies(p);
	rc |= json_get_bool(p->body, "replace_existing", is_replace, p->fs);
	rc |= check_names(p);
	if ((p->env->takes & TRIGGER_TAKES_NEVER) != 0 && p->j->is_never &&
	    fault_is_never(p->fs))
		return rc;
	return rc == 0 && p->fs->n == 0 ? 0 : -1;
}

int
job_from_json(struct json_object *body, const struct job_env *env,
    struct job *j, bool *is_replace, struct faults *fs)
{
	struct parse p = { body, env->conf, env->trigger, j, fs, false,
		env->known, env->warns, env->is_lenient };

	return parse(&p, is_replace);
}

int
job_from_preview(struct json_object *body, const struct job_env *env,
    struct job *j, struct faults *fs)
{
	struct parse p = { body, env->conf, env->trigger, j, fs, true,
		env->known, env->warns, false };
	bool unused;

	return parse(&p, &unused);
}
