/*
 * The options of a trigger (--cron, --every …) as members of a body of
 * add_timing_job.  Tested in tests/ctl/job.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/json_out.h"
#include "ctl/trigger_opts.h"
#include "lib/base/clock.h"

#include "lib/base/ban.h"

/* Options copied to a member of the body. */
static const struct {
	enum trigger_opt opt;
	const char *name;
	const char *key;
} plain[] = {
	{ TRIGGER_OPT_DATE, "date", "run_date" },
	{ TRIGGER_OPT_CRONTAB, "crontab", "crontab" },
	{ TRIGGER_OPT_TIMEZONE, "timezone", "timezone" },
	{ TRIGGER_OPT_START, "start", "start_date" },
	{ TRIGGER_OPT_END, "end", "end_date" },
	{ TRIGGER_OPT_DST, "dst", "dst" },
};

static const char *const cron_fields[] = {
	"year",
	"month",
	"day",
	"week",
	"day_of_week",
	"hour",
	"minute",
	"second",
	NULL,
};

static const char *const calendar_fields[] = {
	"years",
	"months",
	"weeks",
	"days",
	"hour",
	"minute",
	"second",
	"on_missing_day",
	NULL,
};

/* An option with fields. */
struct fields_opt {
	const char *name;
	const char *const *fields;
};
static const struct fields_opt cron_opt = { "cron", cron_fields };
static const struct fields_opt calendar_opt = { "calendarinterval",
	calendar_fields };

/* Refuse the field of n bytes at name, and list the valid ones. */
static int
refuse_field(const struct fields_opt *o, const char *name, size_t n)
{
	struct buf all = BUF_INIT;
	int status;

	for (const char *const *f = o->fields; *f != NULL; f++)
		buf_printf(&all, " %s", *f);
	status =
	    ctl_fail(CTL_USAGE, "--%s: no such field \"%.*s\"; fields are%s",
		o->name, (int)n, name, buf_cstr(&all));
	buf_fini(&all);
	return status;
}

/* Add the member named by the n bytes at name, which must be a field. */
static int
add_field(const struct fields_opt *o, struct buf *body, const char *name,
    size_t n, const char *value)
{
	const char *const *f;

	for (f = o->fields; *f != NULL; f++) {
		if (strlen(*f) == n && memcmp(*f, name, n) == 0) {
			json_out_str(body, *f, value);
			return CTL_OK;
		}
	}
	return refuse_field(o, name, n);
}

/*
 * Read one "name=value" at *p, and move *p after it.  A value with blanks is in
 * single or double quotes.
 */
static int
read_field(const struct fields_opt *o, const char **p, struct buf *body)
{
	const char *name = *p, *value, *end;
	size_t n = strcspn(name, "= \t");
	char *copy;
	int status;

	if (n == 0 || name[n] != '=')
		return ctl_fail(CTL_USAGE,
		    "--%s: name=value is needed at \"%s\"", o->name, name);
	value = name + n + 1;
	if (*value == '\'' || *value == '"') {
		end = strchr(value + 1, *value);
		if (end == NULL)
			return ctl_fail(CTL_USAGE,
			    "--%s: unterminated quotes at \"%s\"", o->name,
			    value);
		*p = end + 1;
		value++;
	} else {
		end = value + strcspn(value, " \t");
		*p = end;
	}
	if ((copy = strndup(value, (size_t)(end - value))) == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	status = add_field(o, body, name, n, copy);
	free(copy);
	return status;
}

static int
read_fields(const struct fields_opt *o, const char *text, struct buf *body)
{
	int status;

	for (;;) {
		text += strspn(text, " \t");
		if (*text == '\0')
			return CTL_OK;
		if ((status = read_field(o, &text, body)) != CTL_OK)
			return status;
	}
}

/* The kind of trigger, from the one option that sets it; NULL: not one. */
static const char *
kind_of(const struct ctl_args *a)
{
	static const char *const kinds[] = {
		[TRIGGER_OPT_DATE] = "date",
		[TRIGGER_OPT_EVERY] = "interval",
		[TRIGGER_OPT_CRON] = "cron",
		[TRIGGER_OPT_CRONTAB] = "cron",
		[TRIGGER_OPT_CALENDAR] = "calendarinterval",
	};
	const char *kind = NULL;

	for (int i = TRIGGER_OPT_DATE; i <= TRIGGER_OPT_CALENDAR; i++) {
		if (a->opt[i] == NULL)
			continue;
		if (kind != NULL)
			return NULL;
		kind = kinds[i];
	}
	return kind;
}

int
trigger_opts_seconds(const struct ctl_args *a, int i, const char *name,
    struct buf *body, const char *key)
{
	int64_t us = 0;
	int status;

	if (a->opt[i] == NULL)
		return CTL_OK;
	if ((status = ctl_opt_duration(a, i, name, &us)) != CTL_OK)
		return status;
	if (us % CLOCK_US_PER_S != 0)
		return ctl_fail(CTL_USAGE, "--%s: whole seconds are needed",
		    name);
	json_out_int(body, key, us / CLOCK_US_PER_S);
	return CTL_OK;
}

int
trigger_opts_json(const struct ctl_args *a, struct buf *body)
{
	const char *kind = kind_of(a);
	int status;

	if (kind == NULL)
		return ctl_fail(CTL_USAGE,
		    "one of --date, --every, --cron and --crontab is "
		    "needed, or --calendarinterval");
	json_out_str(body, "trigger", kind);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		const char *text = a->opt[plain[i].opt];

		/*
		 * As a body, "" would be an empty form field; here a shell
		 * variable is unset.
		 */
		if (text != NULL && *text == '\0')
			return ctl_fail(CTL_USAGE, "--%s: must not be empty",
			    plain[i].name);
		if (text != NULL)
			json_out_str(body, plain[i].key, text);
	}
	if (a->opt[TRIGGER_OPT_CRON] != NULL) {
		status = read_fields(&cron_opt, a->opt[TRIGGER_OPT_CRON], body);
		if (status != CTL_OK)
			return status;
	}
	if (a->opt[TRIGGER_OPT_CALENDAR] != NULL) {
		status = read_fields(&calendar_opt,
		    a->opt[TRIGGER_OPT_CALENDAR], body);
		if (status != CTL_OK)
			return status;
	}
	status = trigger_opts_seconds(a, TRIGGER_OPT_EVERY, "every", body,
	    "seconds");
	if (status != CTL_OK)
		return status;
	return trigger_opts_seconds(a, TRIGGER_OPT_JITTER, "jitter", body,
	    "jitter");
}
