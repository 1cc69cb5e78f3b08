/*
 * minutehand doctor: dead letters, jobs that fail, queues without a consumer,
 * and alerts that no section receives.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include <string.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "net/alert/mail.h"
#include "net/command/child.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "lib/report/trouble.h"

#include "lib/base/ban.h"

/* The first trouble of a code, and their number and sum. */
struct found {
	struct trouble_list all;
	const struct trouble *first; /* NULL: none */
	size_t n;
	int64_t sum;
	int64_t now_us;
};

/* Look for it; end with trouble_list_fini.  -1: reported that it failed. */
static int
look_for(struct doctor *d, struct finding *f, enum trouble_code code,
    struct found *out)
{
	memset(out, 0, sizeof(*out));
	out->now_us = clock_now_us();
	if (trouble_read(&d->ctl->sched, out->now_us, &out->all) != STORE_OK) {
		doctor_report(f, DOCTOR_FAIL, "the store cannot be read");
		return -1;
	}
	for (size_t i = 0; i < out->all.n; i++) {
		if (out->all.v[i].code != code)
			continue;
		out->first = out->first == NULL ? &out->all.v[i] : out->first;
		out->n++;
		out->sum += out->all.v[i].n;
	}
	return 0;
}

void
doctor_dead(struct doctor *d, struct finding *f)
{
	struct found dead;

	if (look_for(d, f, TROUBLE_DEAD_LETTERS, &dead) == 0 && dead.n == 0)
		doctor_report(f, DOCTOR_OK, "none");
	else if (dead.n > 0) {
		doctor_report(f, DOCTOR_WARN,
		    "%lld dead letter(s), the first in queue %s",
		    (long long)dead.sum, dead.first->queue);
		doctor_advise(f,
		    "minutehand dead list %s shows why; then dead replay or "
		    "dead purge",
		    dead.first->queue);
	}
	trouble_list_fini(&dead.all);
}

void
doctor_failing(struct doctor *d, struct finding *f)
{
	struct found jobs;

	if (look_for(d, f, TROUBLE_FAILING, &jobs) == 0 && jobs.n == 0)
		doctor_report(f, DOCTOR_OK, "none");
	else if (jobs.n > 0) {
		doctor_report(f, DOCTOR_WARN,
		    "%zu%s job(s) whose last run did not succeed, most often "
		    "%s %s: %lld in a row",
		    jobs.n, jobs.n == TROUBLE_MAX ? " or more" : "",
		    jobs.first->queue, jobs.first->job_id,
		    (long long)jobs.first->n);
		doctor_advise(f, "minutehand runs %s %s --failed shows why",
		    jobs.first->queue, jobs.first->job_id);
	}
	trouble_list_fini(&jobs.all);
}

void
doctor_consumers(struct doctor *d, struct finding *f)
{
	struct found q;

	if (look_for(d, f, TROUBLE_NO_CONSUMER, &q) == 0 && q.n == 0)
		doctor_report(f, DOCTOR_OK,
		    "no queue has messages without a consumer");
	else if (q.n > 0) {
		doctor_report(f, DOCTOR_WARN,
		    "%zu queue(s) with messages and no consumer, the first is "
		    "%s: %lld message(s), the oldest %lld s old",
		    q.n, q.first->queue, (long long)q.first->n,
		    (long long)((q.now_us - q.first->since_us) /
			CLOCK_US_PER_S));
		doctor_advise(f,
		    "run minutehand consume %s --for 55s -- COMMAND every "
		    "minute from your crontab, or lease by HTTP",
		    q.first->queue);
	}
	trouble_list_fini(&q.all);
}

/* Can the program of the alert be run?  0, or -1 with one line in why. */
static int
check_program(const struct conf *c, const struct conf_alert *a, struct err *why)
{
	if (conf_alert_server(a) != CONF_SERVER_COMMAND)
		return 0;
	if (conf_check_command(c, &a->command, why) == -1)
		return -1;
	return child_find(mail_program(a), why);
}

/* Can its secrets be read?  Likewise. */
static int
check_secrets(const struct conf_alert *a, struct err *why)
{
	const char *const files[] = { a->url_file, a->token_file, a->secret };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct secret *s;

		if (*files[i] == '\0')
			continue;
		if ((s = secret_read(files[i], why)) == NULL)
			return -1;
		secret_free(s);
	}
	if (a->form == CONF_FORM_WEBHOOK && *a->secret == '\0')
		return err_set(why,
		    "a webhook needs a secret to be signed with");
	return 0;
}

/* Check that every alert can be sent; report the first that cannot. */
static void
check_alerts(const struct conf *c, struct finding *f)
{
	struct err why;

	for (size_t i = 0; i < c->nalerts; i++) {
		const struct conf_alert *a = &c->alerts[i];

		if (check_program(c, a, &why) == 0 &&
		    check_secrets(a, &why) == 0)
			continue;
		doctor_report(f, DOCTOR_FAIL, "alert \"%s\": %s", a->name,
		    why.text);
		doctor_advise(f,
		    "its alerts are tried again for about a day; "
		    "minutehand alert test sends one");
		return;
	}
}

void
doctor_alerts(struct doctor *d, struct finding *f)
{
	const struct conf *c = d->ctl->conf;
	struct found none;

	if (look_for(d, f, TROUBLE_NO_ALERTS, &none) == -1)
		return;
	if (c->nalerts > 0) {
		doctor_report(f, DOCTOR_OK, "%zu configured", c->nalerts);
		check_alerts(c, f);
	} else if (none.n == 0)
		doctor_report(f, DOCTOR_OK, "none configured, and no jobs yet");
	else {
		doctor_report(f, DOCTOR_WARN,
		    "none configured: failures are only in the ledger");
		doctor_advise(f, "add an alert section to %s", c->path);
	}
	trouble_list_fini(&none.all);
}
