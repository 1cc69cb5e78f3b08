/*
 * minutehand doctor: runs the checks of ctl/doctor/ in order and prints their
 * findings.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/doctor/doctor.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

enum { OPT_JSON, OPT_URL, OPT_CA_FILE };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_URL] = { "url", "URL",
	    "address of the program: https://HOST/PATH" },
	[OPT_CA_FILE] = { "ca-file", "FILE",
	    "trusted certificates, instead of the host's" },
	{ .name = NULL },
};

static const char *const level_names[DOCTOR__MAX] = {
	[DOCTOR_OK] = "ok",
	[DOCTOR_WARN] = "warn",
	[DOCTOR_FAIL] = "FAIL",
};

/* The checks in order; later ones rely on earlier ones. */
static const struct check {
	const char *name;
	void (*run)(struct doctor *d, struct finding *f);
	bool needs_store;
} checks[] = {
	{ "configuration", doctor_configuration, false },
	{ "permissions", doctor_permissions, false },
	{ "web space", doctor_served, false },
	{ "free space", doctor_space, false },
	{ "sqlite", doctor_sqlite, false },
	{ "store", doctor_open, false },
	{ "journal", doctor_journal, true },
	{ "integrity", doctor_integrity, true },
	{ "clock", doctor_clock, true },
	{ "ticker", doctor_ticker, true },
	{ "crontab", doctor_crontab, true },
	{ "jobs", doctor_jobs, true },
	{ "dead letters", doctor_dead, true },
	{ "failing jobs", doctor_failing, true },
	{ "consumers", doctor_consumers, true },
	{ "alerts", doctor_alerts, true },
	{ "time zone", doctor_zone, true },
	{ "memory store", doctor_memory, false },
	{ "render keys", doctor_keys, false },
	{ "brokers", doctor_brokers, true },
	{ "tokens", doctor_tokens, true },
	{ "anonymous", doctor_anonymous, false },
	{ "web server", doctor_web, false },
	{ "methods", doctor_methods, false },
	{ "versions", doctor_versions, false },
};
#define NCHECKS (sizeof(checks) / sizeof(checks[0]))

void
doctor_report(struct finding *f, enum doctor_level level, const char *fmt, ...)
{
	va_list ap;

	if (level < f->level)
		return;
	f->level = level;
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

void
doctor_advise(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(f->advice, sizeof(f->advice), fmt, ap);
	va_end(ap);
}

/* Run the checks that can be run; return the number of findings. */
static size_t
examine(struct doctor *d, struct finding found[NCHECKS],
    const struct check *done[NCHECKS])
{
	size_t n = 0;

	for (size_t i = 0; i < NCHECKS; i++) {
		if (i > 0 && d->ctl->conf == NULL)
			break;
		if (checks[i].needs_store && !d->ctl->is_open)
			continue;
		checks[i].run(d, &found[n]);
		done[n++] = &checks[i];
	}
	return n;
}

static int
print_json(const struct check *const *done, const struct finding *found,
    size_t n)
{
	struct buf o = BUF_INIT;

	json_out_open(&o, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		json_out_open(&o, NULL, '{');
		json_out_str(&o, "check", done[i]->name);
		json_out_str(&o, "level", level_names[found[i].level]);
		json_out_str(&o, "text", found[i].text);
		json_out_str(&o, "advice",
		    found[i].advice[0] == '\0' ? NULL : found[i].advice);
		json_out_close(&o, '}');
	}
	json_out_close(&o, ']');
	return json_out_print(&o);
}

static void
print_lines(const struct check *const *done, const struct finding *found,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		text_line("%-4s  %-13s  %s", level_names[found[i].level],
		    done[i]->name, found[i].text);
		if (found[i].advice[0] != '\0')
			text_line("%21s> %s", "", found[i].advice);
	}
}

static int
run_doctor(struct ctl *c, const struct ctl_args *a)
{
	struct doctor d = { c, a->opt[OPT_URL], a->opt[OPT_CA_FILE] };
	struct finding found[NCHECKS];
	const struct check *done[NCHECKS];
	int status = CTL_OK;
	size_t n;

	memset(found, 0, sizeof(found));
	n = examine(&d, found, done);
	if (a->opt[OPT_JSON] != NULL)
		status = print_json(done, found, n);
	else
		print_lines(done, found, n);
	for (size_t i = 0; i < n; i++) {
		if (found[i].level == DOCTOR_FAIL)
			status = CTL_NO;
	}
	return status;
}

const struct ctl_command cmd_doctor = {
	.name = "doctor",
	.args = "[--url URL] [--ca-file FILE] [--json]",
	.help = "check the installation, and say what to correct",
	.options = options,
	.run = run_doctor,
};
