/*
 * Fires computed by other implementations, line by line
 * (tests/vectors/README.md).
 */
#include <stdlib.h>

#include "lib/base/buf.h"
#include "tests/unit/tap.h"
#include "tests/unit/vectors.h"

/*
 * Runs tests/vectors against the engine with dst=wall, the meaning the
 * vectors have.  A difference must be one of enum known, with its reason;
 * everything else fails.
 */
enum known {
	SAME,
	WRONG,		/* a difference nobody meant */
	NO_SECONDS,	/* "10:00": browsers send times so */
	MACHINE_TIME,	/* "+0200", "z", nine decimals: machines write so */
	NUMBER_AS_TEXT, /* interval "5": forms and queries send text */
	AT_WORD,	/* "@daily" is a crontab line to us */
	NO_FIELD,	/* a cron or an interval of nothing */
	ZERO_INTERVAL,	/* APScheduler makes 1 second of it */
	NEVER_FIRES,	/* refused at once, not stored for ever */
	QUIRK,		/* junk that APScheduler ignores */
	NO_STATE,	/* trigger_next knows no clock and no past */
	ZONE_CHANGED,	/* the zone has newer rules on this host */
	SIX_FIELDS,	/* are a dialect to us, with a complaint of its own */
	OTHER_TYPE,	/* list, dict, bool: lib/json refuses them */
	KNOWN__MAX
};

static const char *const known_names[KNOWN__MAX] = { "same", "WRONG",
	"time without seconds", "time as machines write it", "number as text",
	"@word as crontab", "no field given", "interval of 0 refused",
	"never fires: refused", "quirk refused", "next without state",
	"zone changed since", "six fields read as another dialect",
	"other JSON type" };

/* Quirks that are refused; all others must give the very same fires. */
static const char *const refused_quirks[] = { "wed foo", "0-0/5", "sat-sun/2",
	"jul xyz", "feb*", "mon-5", "sun#1", "tue*", "mon-fri/2", "mar-9",
	"lastday", "jan-jun/2", "0-0/3", "last-3", "1st mon-fri" };

/*
 * Laws that changed after the vectors were made: from then on a host with a
 * newer tz database (2026f has both) rightly gives other instants.
 */
static const struct {
	const char *zone;
	int64_t from_s;
} changed_zones[] = {
	{ "Africa/Casablanca", 1789866000 }, /* 2026-09-20: no more +01 */
	{ "America/Havana", 1793509200 },    /* 2026-11-01: CDT stays on */
};

static bool
has_fault(const struct run *r, const char *text)
{
	size_t i;

	for (i = 0; i < r->fs.n; i++)
		if (strstr(r->fs.v[i].text, text) != NULL)
			return true;
	return false;
}

/* Did one of the fields have the value text? */
static bool
has_value(const struct run *r, const char *text)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->f[i].value, text) == 0)
			return true;
	return false;
}

/* A refusal of APScheduler's: ours too, with its text where it is good. */
static enum known
judge_error(struct run *r, const struct trigger *t, const char *error)
{
	static const char *const ours[] = { "Error validating", "Unrecognized",
		"Increment must", "The minimum value", "Invalid",
		"Wrong number", " must be in ", "day is out", "year 0 is" };
	size_t i;

	if (r->has_other_type)
		return OTHER_TYPE;
	if (t != NULL && has_value(r, "2021-01-01 10:00"))
		return NO_SECONDS;
	if (has_value(r, "2021-01-01 10:00:00+0200") ||
	    has_value(r, "2021-01-01 10:00:00z") ||
	    has_value(r, "2021-01-01 10:00:00.1234567"))
		return MACHINE_TIME;
	if (t != NULL && has_value(r, "@daily"))
		return AT_WORD;
	if (t != NULL && strstr(error, "component: str") != NULL &&
	    has_value(r, "5"))
		return NUMBER_AS_TEXT;
	if (t != NULL)
		return WRONG;
	if (strstr(error, "got 6, expected 5") != NULL &&
	    has_fault(r, "Unrecognized"))
		return SIX_FIELDS;
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncmp(error, ours[i], strlen(ours[i])) == 0 ||
		    (ours[i][0] == ' ' && strstr(error, ours[i]) != NULL))
			return has_fault(r, error) ? SAME : WRONG;
	return SAME;
}

/* Is a refusal of what APScheduler takes one that we mean? */
static enum known
judge_refusal(const struct run *r, bool is_quirk, size_t fires)
{
	size_t i;

	if (has_fault(r, "needs"))
		return NO_FIELD;
	if (has_fault(r, "longer than 0"))
		return ZERO_INTERVAL;
	if (fires == 0 && has_fault(r, "can never fire"))
		return NEVER_FIRES;
	for (i = 0;
	     is_quirk && i < sizeof(refused_quirks) / sizeof(refused_quirks[0]);
	     i++)
		if (has_value(r, refused_quirks[i]))
			return QUIRK;
	return WRONG;
}

/* Has the job's zone other rules at t_us than when the vectors were made? */
static bool
is_changed(const struct run *r, int64_t t_us)
{
	size_t i;

	for (i = 0; i < sizeof(changed_zones) / sizeof(*changed_zones); i++)
		if (has_value(r, changed_zones[i].zone) &&
		    t_us / 1000000 >= changed_zones[i].from_s)
			return true;
	return false;
}

static enum known
judge_fires(struct run *r, const struct trigger *t, struct json_object *out,
    int count)
{
	struct json_object *epoch = get(out, "epoch");
	size_t i, n = json_object_array_length(epoch);
	int64_t us = trigger_first(t, r->now_us);
	double want;

	for (i = 0; i < n; i++) {
		want =
		    json_object_get_double(json_object_array_get_idx(epoch, i));
		if (us != (int64_t)(want * 1e6 + (want < 0 ? -.5 : .5)))
			return is_changed(r, us) ? ZONE_CHANGED : WRONG;
		us = trigger_next(t, us);
	}
	if (n < (size_t)count && us != TRIGGER_NONE)
		return is_changed(r, us) ? ZONE_CHANGED : WRONG;
	return SAME;
}

static bool
has_tag(struct json_object *line, const char *tag)
{
	struct json_object *tags = get(line, "tags");
	size_t i;

	for (i = 0; i < json_object_array_length(tags); i++)
		if (strcmp(json_object_get_string(
			       json_object_array_get_idx(tags, i)),
			tag) == 0)
			return true;
	return false;
}

static enum known
judge_vector(struct run *r, struct json_object *line)
{
	struct json_object *in = get(line, "in"), *out = get(line, "out");
	struct trigger *t = make(r, in);
	const char *error = get_str(out, "error");
	enum known k;

	if (error != NULL)
		k = judge_error(r, t, error);
	else if (t == NULL)
		k = judge_refusal(r, has_tag(line, "quirk"),
		    json_object_array_length(get(out, "epoch")));
	else
		k = judge_fires(r, t, out,
		    json_object_get_int(get(in, "count")));
	trigger_free(t);
	return k;
}

/* The text in the parentheses of repr, up to the zone or start. */
static void
repr_to_str(const char *repr, char *out, size_t size)
{
	const char *from = strchr(repr, '('), *end = NULL;

	if (from != NULL)
		end = strstr(from, ", start_date='");
	if (from != NULL && end == NULL)
		end = strstr(from, ", timezone='");
	if (end == NULL)
		from = end = repr;
	(void)snprintf(out, size, "cron[%.*s]", (int)(end - from - 1),
	    from + 1);
}

static enum known
judge_text(struct run *r, struct json_object *line)
{
	const char *want = get_str(line, "expected_str");
	struct buf b = BUF_INIT;
	struct trigger *t = make(r, line);
	char text[256];
	enum known k = SAME;

	if (want == NULL) {
		repr_to_str(get_str(line, "expected_repr"), text, sizeof(text));
		want = text;
	}
	/* Years gone by: never fires, so there is nothing to print. */
	if (t == NULL)
		k = judge_refusal(r, false, 0);
	else
		trigger_print(t, &b);
	if (t != NULL && strcmp(buf_cstr(&b), want) != 0) {
		printf("# %s, want %s\n", buf_cstr(&b), want);
		k = WRONG;
	}
	buf_fini(&b);
	trigger_free(t);
	return k;
}

static enum known
judge_next(struct run *r, struct json_object *line)
{
	struct json_object *want = get(line, "expected");
	const char *previous = get_str(line, "previous");
	struct trigger *t = make(r, line);
	size_t n = json_object_array_length(want);
	enum known k = SAME;
	int64_t us;

	if (t == NULL)
		return judge_refusal(r, false, n);
	us = previous != NULL ? trigger_next(t, instant(r, previous)) :
				trigger_first(t, r->now_us);
	if (us !=
	    (n == 0 ? TRIGGER_NONE :
		      instant(r,
			  json_object_get_string(
			      json_object_array_get_idx(want, 0)))))
		k = WRONG;
	/* A clock that went back; a date asked after another's slot. */
	if (k == WRONG && previous != NULL &&
	    (instant(r, previous) > r->now_us ||
		trigger_kind(t) == TRIGGER_DATE))
		k = NO_STATE;
	trigger_free(t);
	return k;
}

/* A line of APScheduler's own tests; those not about triggers are "same". */
static enum known
judge_suite(struct run *r, struct json_object *line)
{
	const char *kind = get_str(line, "kind");
	const char *trigger = get_str(line, "trigger");
	const char *error = get_str(line, "expected_error");
	struct trigger *t;
	enum known k;

	if (trigger == NULL ||
	    (strcmp(trigger, "cron") != 0 && strcmp(trigger, "interval") != 0 &&
		strcmp(trigger, "date") != 0))
		return SAME;
	if (strcmp(kind, "text") == 0)
		return judge_text(r, line);
	if (strcmp(kind, "next") == 0)
		return judge_next(r, line);
	if (strcmp(kind, "error") != 0)
		return SAME;
	t = make(r, line);
	k = judge_error(r, t, error != NULL ? error : "");
	trigger_free(t);
	return k;
}

static void
run_file(struct run *r, const char *dir, const char *name,
    enum known (*judge)(struct run *, struct json_object *))
{
	int tally[KNOWN__MAX] = { 0 };
	struct json_object *line;
	char path[512], *text = NULL;
	size_t size = 0, i;
	int lines = 0;
	enum known k;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	while (f != NULL && getline(&text, &size, f) > 0) {
		line = json_tokener_parse(text);
		k = judge(r, line);
		if (k == WRONG) {
			printf("# differs: %s", text);
			for (i = 0; i < r->fs.n; i++)
				printf("#   %s: %s\n", r->fs.v[i].field,
				    r->fs.v[i].text);
		}
		tally[k]++;
		lines++;
		json_object_put(line);
	}
	if (f != NULL)
		(void)fclose(f);
	free(text);
	for (i = 0; i < KNOWN__MAX; i++)
		printf("# %s: %d %s\n", name, tally[i], known_names[i]);
	ok(lines > 0, "%s: %d lines", name, lines);
	is_int(tally[WRONG], 0, "%s: no unmeant difference", name);
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	struct run *r = calloc(1, sizeof(*r));
	char dir[400];

	if (r == NULL)
		return 1;
	(void)snprintf(dir, sizeof(dir), "%s%s", top != NULL ? top : ".",
	    "/tests/vectors");
	if (argc > 1)
		(void)snprintf(dir, sizeof(dir), "%s", argv[1]);
	r->zones = tz_cache_new(NULL);
	run_file(r, dir, "triggers.jsonl", judge_vector);
	run_file(r, dir, "calendarinterval.jsonl", judge_vector);
	run_file(r, dir, "quartz.jsonl", judge_vector);
	run_file(r, dir, "apscheduler-suite.jsonl", judge_suite);
	tz_cache_free(r->zones);
	free(r);
	return tap_done();
}
