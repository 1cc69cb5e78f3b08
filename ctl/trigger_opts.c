#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/json_out.h"
#include "ctl/trigger_opts.h"
#include "lib/clock.h"

#include "lib/ban.h"

/* Options that are a member of the body as they stand. */
static const struct {
	enum trigger_opt opt;
	const char *key;
} plain[] = {
	{ TRIGGER_OPT_DATE, "run_date" },
	{ TRIGGER_OPT_CRONTAB, "crontab" },
	{ TRIGGER_OPT_TIMEZONE, "timezone" },
	{ TRIGGER_OPT_START, "start_date" },
	{ TRIGGER_OPT_END, "end_date" },
	{ TRIGGER_OPT_DST, "dst" },
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

/* Add the member called by the n bytes at name, which must be a field. */
static int
add_field(struct buf *body, const char *name, size_t n, const char *value)
{
	const char *const *f;

	for (f = cron_fields; *f != NULL; f++) {
		if (strlen(*f) == n && memcmp(*f, name, n) == 0) {
			json_out_str(body, *f, value);
			return CTL_OK;
		}
	}
	return ctl_fail(CTL_USAGE,
	    "--cron: \"%.*s\" is no field; there are "
	    "year month day week day_of_week hour minute second",
	    (int)n, name);
}

/*
 * One "name=value" at *p, which moves behind it.  A value with blanks stands
 * in quotes of either kind.
 */
static int
read_field(const char **p, struct buf *body)
{
	const char *name = *p, *value, *end;
	size_t n = strcspn(name, "= \t");
	char *copy;
	int status;

	if (n == 0 || name[n] != '=')
		return ctl_fail(CTL_USAGE,
		    "--cron: name=value is needed at "
		    "\"%s\"",
		    name);
	value = name + n + 1;
	if (*value == '\'' || *value == '"') {
		end = strchr(value + 1, *value);
		if (end == NULL)
			return ctl_fail(CTL_USAGE,
			    "--cron: no end of the "
			    "quotes at \"%s\"",
			    value);
		*p = end + 1;
		value++;
	} else {
		end = value + strcspn(value, " \t");
		*p = end;
	}
	if ((copy = strndup(value, (size_t)(end - value))) == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	status = add_field(body, name, n, copy);
	free(copy);
	return status;
}

static int
read_fields(const char *text, struct buf *body)
{
	int status;

	for (;;) {
		text += strspn(text, " \t");
		if (*text == '\0')
			return CTL_OK;
		if ((status = read_field(&text, body)) != CTL_OK)
			return status;
	}
}

/* "date", "interval" or "cron" from the one option that says so. */
static const char *
kind_of(const struct ctl_args *a)
{
	static const char *const kinds[] = {
		[TRIGGER_OPT_DATE] = "date",
		[TRIGGER_OPT_EVERY] = "interval",
		[TRIGGER_OPT_CRON] = "cron",
		[TRIGGER_OPT_CRONTAB] = "cron",
	};
	const char *kind = NULL;

	for (int i = TRIGGER_OPT_DATE; i <= TRIGGER_OPT_CRONTAB; i++) {
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
		    "one of --date, --every, --cron and "
		    "--crontab is needed");
	json_out_str(body, "trigger", kind);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (a->opt[plain[i].opt] != NULL)
			json_out_str(body, plain[i].key, a->opt[plain[i].opt]);
	}
	if (a->opt[TRIGGER_OPT_CRON] != NULL) {
		status = read_fields(a->opt[TRIGGER_OPT_CRON], body);
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
