/*
 * Triggers of every kind: reading input fields and specs, the common fields,
 * and dispatch to the kinds (date.c, interval.c, cron.c, calendarinterval.c).
 * Tested in t_trigger and t_trigger_spec.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/base/hash.h"
#include "lib/base/num.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "lib/trigger/crontab_line.h"
#include "lib/trigger/trigger_int.h"

#include "lib/base/ban.h"

#define JITTER_MAX_S 86400

static const struct trigger_ops *const kinds[] = {
	[TRIGGER_DATE] = &trigger_date_ops,
	[TRIGGER_INTERVAL] = &trigger_interval_ops,
	[TRIGGER_CRON] = &trigger_cron_ops,
	[TRIGGER_CALENDAR] = &trigger_calendar_ops,
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == TRIGGER__MAX,
    "a row for each kind");

static const char *const in_names[] = {
	[IN_YEAR] = "year",
	[IN_MONTH] = "month",
	[IN_DAY] = "day",
	[IN_WEEK] = "week",
	[IN_DAY_OF_WEEK] = "day_of_week",
	[IN_HOUR] = "hour",
	[IN_MINUTE] = "minute",
	[IN_SECOND] = "second",
	[IN_CRONTAB] = "crontab",
	[IN_WEEKS] = "weeks",
	[IN_DAYS] = "days",
	[IN_HOURS] = "hours",
	[IN_MINUTES] = "minutes",
	[IN_SECONDS] = "seconds",
	[IN_RUN_DATE] = "run_date",
	[IN_TIMEZONE] = "timezone",
	[IN_START_DATE] = "start_date",
	[IN_END_DATE] = "end_date",
	[IN_JITTER] = "jitter",
	[IN_DST] = "dst",
	[IN_YEARS] = "years",
	[IN_MONTHS] = "months",
	[IN_ON_MISSING_DAY] = "on_missing_day",
	[IN_CHOICE] = "choice",
	[IN_LENGTH_US] = "length_us",
	[IN_RUN_US] = "run_us",
	[IN_OFFSET_S] = "offset_s",
	[IN_START_US] = "start_us",
	[IN_END_US] = "end_us",
	[IN_ANCHOR] = "anchor",
};
_Static_assert(sizeof(in_names) / sizeof(in_names[0]) == IN__MAX,
    "a name for each input");

static const char *const dst_names[] = {
	[DST_AUTO] = "auto",
	[DST_WALL] = "wall",
	[DST_SKIP] = "skip",
	[DST_ONCE] = "once",
};
_Static_assert(sizeof(dst_names) / sizeof(dst_names[0]) == DST__MAX,
    "a name for each rule");

const char *
trigger_kind_name(enum trigger_kind kind)
{
	return kinds[kind]->name;
}

const struct trigger_ops *
trigger_ops_of(const struct trigger *t)
{
	return kinds[t->kind];
}

const char *
trigger_in_name(enum trigger_in in)
{
	return in_names[in];
}

/* Index of s in names, or -1. */
static int
find_name(const char *const *names, int n, const char *s)
{
	int i;

	for (i = 0; i < n; i++)
		if (names[i][0] == s[0] && strcmp(names[i], s) == 0)
			return i;
	return -1;
}

bool
trigger_is_field(const char *name)
{
	return find_name(in_names, IN_CHOICE, name) != -1;
}

bool
trigger_is_instant(const char *name)
{
	int in = find_name(in_names, IN_DST + 1, name);

	return in == IN_RUN_DATE || in == IN_START_DATE || in == IN_END_DATE;
}

static int
read_zone(struct trigger *t, const struct trigger_args *args,
    struct tz_cache *zones, const char *fallback)
{
	const char *name = args->in[IN_TIMEZONE];
	struct err why;

	if (name == NULL)
		name = fallback != NULL ? fallback : "UTC";
	errno = 0;
	t->tz = tz_get(zones, name, &why);
	if (t->tz != NULL)
		return 0;
	fault_note_errno(args->fs, errno);
	/* Continue in UTC, so that the other fields are checked as well. */
	t->tz = tz_get(zones, "UTC", NULL);
	return fault_add(args->fs, "timezone", "%s", why.text);
}

int
trigger_read_instant(const struct trigger *t, const struct trigger_args *args,
    enum trigger_in in, int64_t *out_us, int32_t *offset_s)
{
	const struct datetime_relative words = { t->tz, args->now_us };
	const char *text = args->in[in], *why;

	if ((args->takes & TRIGGER_TAKES_WORDS) != 0)
		why = datetime_parse_relative(text, &words, out_us, offset_s);
	else
		why = datetime_parse(text, t->tz, out_us, offset_s);
	return why == NULL ?
	    0 :
	    fault_add_instant(args->fs, in_names[in], text, why);
}

/* Read a bound: text, or microseconds in a spec. */
static int
read_bound(const struct trigger *t, const struct trigger_args *args,
    enum trigger_in text, enum trigger_in us, int64_t *out)
{
	*out = TRIGGER_NOT_GIVEN;
	if (args->in[text] != NULL &&
	    trigger_read_instant(t, args, text, out, NULL) != 0)
		return -1;
	if (args->is_spec && args->in[us] != NULL &&
	    num_parse(args->in[us], TRIGGER_FIRST_US, TRIGGER_SPEC_MAX_US,
		out) == -1)
		return fault_add(args->fs, "trigger", "damaged %s",
		    in_names[us]);
	return 0;
}

static int
read_jitter(struct trigger *t, const struct trigger_args *args)
{
	int64_t s = 0;

	if (args->in[IN_JITTER] != NULL &&
	    num_parse_whole(args->in[IN_JITTER], 0, JITTER_MAX_S, &s) == -1)
		return fault_add(args->fs, "jitter",
		    "must be a whole number of seconds from 0 to %d",
		    JITTER_MAX_S);
	t->jitter_us = s * US_PER_S;
	return 0;
}

static int
read_dst(struct trigger *t, const struct trigger_args *args)
{
	int i = DST_AUTO;

	if (args->in[IN_DST] != NULL)
		i = find_name(dst_names, DST__MAX, args->in[IN_DST]);
	if (i == -1)
		return fault_add(args->fs, "dst",
		    "must be one of auto, wall, skip, once");
	t->dst = (enum trigger_dst)i;
	return 0;
}

/* Make a trigger of args; all faults are found before it fails. */
static struct trigger *
make(enum trigger_kind kind, const struct trigger_args *args,
    struct tz_cache *zones, const char *default_zone)
{
	const struct trigger_ops *ops = kinds[kind];
	struct trigger *t = calloc(1, sizeof(*t));
	int rc;

	if (t == NULL) {
		fault_add(args->fs, "trigger", "out of memory");
		return NULL;
	}
	t->kind = kind;
	rc = read_zone(t, args, zones, default_zone);
	if (t->tz == NULL)
		goto err;
	rc |= read_bound(t, args, IN_START_DATE, IN_START_US, &t->start_us);
	rc |= read_bound(t, args, IN_END_DATE, IN_END_US, &t->end_us);
	rc |= read_jitter(t, args);
	rc |= read_dst(t, args);
	rc |= ops->make(t, args);
	if (rc == 0 && !args->is_spec && ops->check != NULL)
		rc = ops->check(t, args) == 0 ||
			((args->takes & TRIGGER_TAKES_NEVER) != 0 &&
			    fault_is_never(args->fs)) ?
		    0 :
		    -1;
	if (rc == 0 && ops->seal != NULL)
		ops->seal(t);
	if (rc == 0)
		return t;
err:
	trigger_free(t);
	return NULL;
}

/* The kind of a name, or TRIGGER__MAX. */
static enum trigger_kind
find_kind(const char *name)
{
	int i;

	for (i = 0; i < TRIGGER__MAX; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			break;
	return (enum trigger_kind)i;
}

/* Turn the first word of a crontab line into fields. */
static int
read_line(struct trigger_args *args, struct crontab_line *line,
    enum trigger_kind *kind, unsigned *notes)
{
	const char *zone = args->in[IN_TIMEZONE];
	int i;

	if (crontab_line_read(args->in[IN_CRONTAB], line, args->fs) == -1)
		return -1;
	args->in[IN_CRONTAB] = line->fields;
	if (line->zone[0] != '\0') {
		if (zone != NULL && strcmp(zone, line->zone) != 0)
			*notes |= TRIGGER_NOTE_ZONE;
		args->in[IN_TIMEZONE] = line->zone;
	}
	if (line->every_s[0] == '\0')
		return 0;
	for (i = 0; i < CRON__MAX; i++)
		if (args->in[i] != NULL)
			return 0; /* refused: crontab with other fields */
	for (i = IN_WEEKS; i <= IN_SECONDS; i++)
		args->in[i] = NULL;
	args->in[IN_SECONDS] = line->every_s;
	*kind = TRIGGER_INTERVAL;
	return 0;
}

struct trigger *
trigger_new(const char *kind, const struct trigger_field *f, size_t n,
    const struct trigger_env *env, struct faults *fs)
{
	struct trigger_args args = { .now_us = env->now_us,
		.takes = env->takes,
		.fs = fs };
	struct crontab_line line;
	unsigned notes = 0;
	enum trigger_kind k = find_kind(kind);
	struct trigger *t;
	bool is_bad = false;
	size_t i;
	int in;

	if (k == TRIGGER__MAX) {
		fault_add(fs, "trigger",
		    "No trigger by the name \"%s\" was "
		    "found: use date, interval or cron, or calendarinterval",
		    kind);
		return NULL;
	}
	for (i = 0; i < n; i++) {
		in = find_name(in_names, IN_CHOICE + 1, f[i].name);
		if (in != -1) {
			args.in[in] = f[i].value;
			continue;
		}
		fault_add(fs, f[i].name, "unknown field");
		is_bad = true;
	}
	if (k == TRIGGER_CRON && args.in[IN_CRONTAB] != NULL &&
	    read_line(&args, &line, &k, &notes) == -1)
		return NULL;
	t = make(k, &args, env->zones, env->default_zone);
	if (is_bad) {
		trigger_free(t);
		return NULL;
	}
	if (t != NULL)
		t->notes |= notes;
	return t;
}

/*
 * Split spec, "kind;name=value;…", in place and point args at the values.
 * False if it does not have that form.
 */
static bool
split_spec(char *spec, struct trigger_args *args)
{
	char *name, *value, *semi = strchr(spec, ';');
	int in;

	while (semi != NULL) {
		*semi = '\0';
		name = semi + 1;
		semi = strchr(name, ';');
		value = strchr(name, '=');
		if (value == NULL || (semi != NULL && value > semi))
			return false;
		*value++ = '\0';
		in = find_name(in_names, IN__MAX, name);
		if (in == -1)
			return false;
		args->in[in] = value;
	}
	if (args->in[IN_TIMEZONE] == NULL)
		return false;
	return true;
}

struct trigger *
trigger_from_spec(const char *spec, struct tz_cache *zones, struct faults *fs)
{
	struct faults own = { .n = 0 };
	struct trigger_args args = { .is_spec = true, .fs = &own };
	size_t len = strlen(spec) + 1;
	char small[512];
	char *copy = len <= sizeof(small) ? small : malloc(len);
	struct trigger *t = NULL;
	enum trigger_kind kind;

	if (copy == NULL) {
		fault_note_errno(fs, ENOMEM);
		fault_add(fs, "trigger", "out of memory");
		return NULL;
	}
	memcpy(copy, spec, len);
	errno = 0;
	if (split_spec(copy, &args) && (kind = find_kind(copy)) != TRIGGER__MAX)
		t = make(kind, &args, zones, NULL);
	if (t == NULL && errno == ENOMEM)
		fault_note_errno(fs, errno);
	fs->is_transient = fs->is_transient || own.is_transient;
	/*
	 * A client cannot correct the fields of a spec: one fault for all.  A
	 * transient one is not the fault of the spec.
	 */
	if (t == NULL && fs->is_transient && own.n > 0)
		fault_add(fs, "timezone", "%s", own.v[0].text);
	else if (t == NULL)
		fault_add(fs, "trigger", "cannot be read from \"%.60s\": %s",
		    spec, own.n > 0 ? own.v[0].text : "damaged");
	if (copy != small)
		free(copy);
	return t;
}

void
trigger_free(struct trigger *t)
{
	if (t == NULL)
		return;
	if (kinds[t->kind]->fini != NULL)
		kinds[t->kind]->fini(t);
	free(t);
}

int64_t
trigger_next(const struct trigger *t, int64_t after_us)
{
	int64_t slot_us = kinds[t->kind]->next(t, after_us);

	if (slot_us > TRIGGER_LAST_US ||
	    (t->end_us != TRIGGER_NOT_GIVEN && slot_us > t->end_us))
		return TRIGGER_NONE;
	return slot_us;
}

int64_t
trigger_first(const struct trigger *t, int64_t now_us)
{
	if (t->kind == TRIGGER_DATE)
		return t->u.date.run_us;
	return trigger_next(t, now_us - 1);
}

enum trigger_kind
trigger_kind(const struct trigger *t)
{
	return t->kind;
}

bool
trigger_is_wall(const struct trigger *t)
{
	return kinds[t->kind]->walls != NULL;
}

const struct tz *
trigger_zone(const struct trigger *t)
{
	return t->tz;
}

int64_t
trigger_jitter_us(const struct trigger *t)
{
	return t->jitter_us;
}

/* splitmix64: every bit of x reaches every bit of the result. */
static uint64_t
mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

int64_t
trigger_delay_us(const struct trigger *t, int64_t job, int64_t slot_us)
{
	int64_t cap_us = t->jitter_us, next_us;

	if (cap_us == 0)
		return 0;
	next_us = trigger_next(t, slot_us);
	if (next_us != TRIGGER_NONE && next_us - slot_us <= cap_us)
		cap_us = next_us - slot_us - 1;
	return (int64_t)(mix(mix((uint64_t)job) ^ (uint64_t)slot_us) %
	    ((uint64_t)cap_us + 1));
}

void
trigger_print(const struct trigger *t, struct buf *out)
{
	bool is_crontab = t->kind == TRIGGER_CRON && t->u.cron.is_crontab;

	buf_str(out, is_crontab ? "crontab" : kinds[t->kind]->name);
	buf_char(out, '[');
	kinds[t->kind]->print(t, out);
	buf_char(out, ']');
}

void
trigger_spec(const struct trigger *t, struct buf *out)
{
	buf_printf(out, "%s;timezone=%s", kinds[t->kind]->name, tz_name(t->tz));
	kinds[t->kind]->spec(t, out);
	if (t->start_us != TRIGGER_NOT_GIVEN)
		buf_printf(out, ";start_us=%lld", (long long)t->start_us);
	if (t->end_us != TRIGGER_NOT_GIVEN)
		buf_printf(out, ";end_us=%lld", (long long)t->end_us);
	if (t->jitter_us != 0)
		buf_printf(out, ";jitter=%lld",
		    (long long)(t->jitter_us / US_PER_S));
	if (t->dst != DST_AUTO)
		buf_printf(out, ";dst=%s", dst_names[t->dst]);
}

int64_t
trigger_start_us(const struct trigger *t)
{
	return t->start_us == TRIGGER_NOT_GIVEN ? TRIGGER_NONE : t->start_us;
}

int64_t
trigger_end_us(const struct trigger *t)
{
	return t->end_us == TRIGGER_NOT_GIVEN ? TRIGGER_NONE : t->end_us;
}

const char *
trigger_dst(const struct trigger *t)
{
	switch (t->dst) {
	case DST_WALL:
		return "wall";
	case DST_SKIP:
		return "skip";
	case DST_ONCE:
		return "once";
	case DST_AUTO:
	case DST__MAX:
		break;
	}
	return "auto";
}

unsigned
trigger_notes(const struct trigger *t)
{
	return t->notes;
}

int64_t
trigger_choice(const char *queue, const char *job_id)
{
	uint64_t h = hash_text(HASH_INIT, queue);

	if (job_id != NULL)
		h = hash_text(h, job_id);
	return (int64_t)(h >> 1);
}

const char *
trigger_crontab(const struct trigger *t)
{
	if (t->kind != TRIGGER_CRON || !t->u.cron.is_crontab)
		return NULL;
	return buf_cstr(&t->u.cron.text);
}
