/*
 * minutehand import: schedules of other programs as jobs; a plan, and with
 * --apply the jobs.  A source is a row (ctl/jobs/source.h).  Tested in
 * tests/ctl/import.bats.
 */
#include "config.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/jobs/plan.h"
#include "ctl/jobs/source.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"

#include "lib/base/ban.h"

enum {
	OPT_APPLY,
	OPT_QUEUE,
	OPT_TIMEZONE,
	OPT_OWNER,
	OPT_ADOPT,
	OPT_JSON,
	OPT_SYSTEM,
	OPT_USER
};

#define OPTIONS \
	[OPT_APPLY] = { "apply", NULL, "add and change the jobs" }, \
	[OPT_QUEUE] = { "queue", "QUEUE", "of all jobs" }, \
	[OPT_TIMEZONE] = { "timezone", "ZONE", \
		"of schedules that name none; default: the configuration's" }, \
	[OPT_OWNER] = { "owner", "NAME", "mark the jobs with it" }, \
	[OPT_ADOPT] = { "adopt", NULL, "take jobs of other owners" }, \
	[OPT_JSON] = { "json", NULL, "JSON on one line" }

static const struct ctl_option options[] = {
	OPTIONS,
	{ .name = NULL },
};

static const struct ctl_option crontab_options[] = {
	OPTIONS,
	[OPT_SYSTEM] = { "system", NULL,
	    "lines name a user, as in /etc/crontab and /etc/cron.d" },
	[OPT_USER] = { "user", "NAME",
	    "with --system: whose lines; default: yours" },
	{ .name = NULL },
};

/* Set what the options say; an exit status. */
static int
read_options(struct importing *im, const struct ctl_args *a)
{
	const struct passwd *pw = NULL;
	int status;

	if (a->opt[OPT_QUEUE] != NULL) {
		im->queue = a->opt[OPT_QUEUE];
		im->is_queue = true;
	}
	if ((status = ctl_check_name("--queue", im->queue)) != CTL_OK)
		return status;
	if (a->opt[OPT_OWNER] != NULL) {
		if ((status = ctl_check_name("--owner", a->opt[OPT_OWNER])) !=
		    CTL_OK)
			return status;
		im->w->owner = strdup(a->opt[OPT_OWNER]);
		if (im->w->owner == NULL)
			return ctl_fail(CTL_BUG, "out of memory");
	}
	im->zone = a->opt[OPT_TIMEZONE] != NULL ? a->opt[OPT_TIMEZONE] :
						  im->c->sched.default_zone;
	if (a->opt[OPT_USER] != NULL && a->opt[OPT_SYSTEM] == NULL)
		return ctl_fail(CTL_USAGE, "--user needs --system");
	if (a->opt[OPT_SYSTEM] == NULL)
		return CTL_OK;
	im->user = a->opt[OPT_USER];
	if (im->user == NULL && (pw = getpwuid(getuid())) != NULL)
		im->user = pw->pw_name;
	return im->user != NULL ?
	    CTL_OK :
	    ctl_fail(CTL_USAGE, "--user is needed: you have no name here");
}

static int
run(struct ctl *c, const struct ctl_args *a, const struct source *source)
{
	struct buf text = BUF_INIT;
	struct wanted w = { .file = a->noperands > 0 ? a->operand[0] : "-" };
	struct importing im = { .c = c,
		.w = &w,
		.queue = source->queue,
		.now_us = clock_now_us() };
	const struct plan p = { .wanted = &w,
		.is_adopt = a->opt[OPT_ADOPT] != NULL,
		.is_apply = a->opt[OPT_APPLY] != NULL,
		.is_partial = true,
		.is_json = a->opt[OPT_JSON] != NULL };
	int status;

	if ((status = ctl_open(c)) == CTL_OK)
		status = read_options(&im, a);
	if (status == CTL_OK && input_text(w.file, &text) != 0)
		status = CTL_DATA;
	im.text = buf_cstr(&text);
	if (status == CTL_OK && strlen(im.text) != text.len &&
	    source == &source_crontab)
		status = ctl_fail(CTL_DATA, "%s: is no text", w.file);
	if (status == CTL_OK)
		status = source->read(&im);
	if (status == CTL_OK)
		status = plan_run(c, &p, NULL);
	wanted_fini(&w);
	buf_fini(&text);
	return status;
}

#define IMPORT(id, word, opts, what) \
	static int run_##id(struct ctl *c, const struct ctl_args *a) \
	{ \
		return run(c, a, &source_##id); \
	} \
	const struct ctl_command cmd_import_##id = { \
		.name = "import " word, \
		.args = "[FILE|-] [OPTIONS]", \
		.help = what, \
		.options = opts, \
		.min = 0, \
		.max = 1, \
		.run = run_##id, \
	}

IMPORT(crontab, "crontab", crontab_options,
    "make jobs of the lines of a crontab");
IMPORT(celery, "celery-beat", options,
    "make jobs of django-celery-beat, or of a beat_schedule");
IMPORT(eventbridge, "eventbridge", options,
    "make jobs of rules and schedules as the AWS CLI prints them");
IMPORT(apscheduler, "apscheduler", options,
    "make jobs of what examples/apscheduler-export prints");
IMPORT(funboost, "funboost", options,
    "make jobs of an answer of funboost's get_timing_jobs");
