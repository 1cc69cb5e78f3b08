/*
 * minutehand doctor: dead letters, queues without a consumer, and alerts that
 * no section receives.  Tested in tests/ctl/doctor.bats.
 */
#include "config.h"

#include "ctl/doctor/doctor.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "net/alert/mail.h"
#include "net/command/child.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "lib/store/queue.h"

#include "lib/base/ban.h"

#define IDLE_CADENCES 10 /* minimum wait of a message, in intervals of ticks */

void
doctor_dead(struct doctor *d, struct finding *f)
{
	struct queue_list l = { NULL, 0, 0 };
	const char *first = NULL;
	int64_t n = 0;

	if (sched_queues(&d->ctl->sched, &l) != STORE_OK)
		doctor_report(f, DOCTOR_FAIL, "they cannot be counted");
	for (size_t i = 0; i < l.n; i++) {
		if (l.v[i].dead > 0 && first == NULL)
			first = l.v[i].name;
		n += l.v[i].dead;
	}
	if (first == NULL)
		doctor_report(f, DOCTOR_OK, "none");
	else {
		doctor_report(f, DOCTOR_WARN,
		    "%lld dead letter(s), the first in queue %s", (long long)n,
		    first);
		doctor_advise(f,
		    "minutehand dead list %s shows why; then dead replay or "
		    "dead purge",
		    first);
	}
	queue_list_fini(&l);
}

/*
 * Return whether messages wait, none is leased, and the oldest has waited for
 * long.
 */
static bool
is_unconsumed(const struct queue_info *q, int64_t before_us)
{
	return q->ready > 0 && q->held == 0 && !q->is_paused &&
	    q->oldest_us != 0 && q->oldest_us < before_us;
}

void
doctor_consumers(struct doctor *d, struct finding *f)
{
	struct queue_list l = { NULL, 0, 0 };
	const struct queue_info *first = NULL;
	int64_t now_us = clock_now_us();
	struct sched_health h;
	size_t n = 0;

	if (sched_health(&d->ctl->sched, now_us, &h) != STORE_OK ||
	    sched_queues(&d->ctl->sched, &l) != STORE_OK) {
		doctor_report(f, DOCTOR_FAIL, "the queues cannot be counted");
		queue_list_fini(&l);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		if (!is_unconsumed(&l.v[i],
			now_us - IDLE_CADENCES * h.cadence_us))
			continue;
		first = first == NULL ? &l.v[i] : first;
		n++;
	}
	if (first == NULL)
		doctor_report(f, DOCTOR_OK,
		    "no queue has messages without a consumer");
	else {
		doctor_report(f, DOCTOR_WARN,
		    "%zu queue(s) with messages and no consumer, the first is "
		    "%s: %lld message(s), the oldest %lld s old",
		    n, first->name, (long long)first->ready,
		    (long long)((now_us - first->oldest_us) / CLOCK_US_PER_S));
		doctor_advise(f,
		    "run minutehand consume %s --for 55s -- COMMAND every minute from your crontab, "
		    "or lease by HTTP",
		    first->name);
	}
	queue_list_fini(&l);
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
	int64_t jobs = 0;

	(void)sched_count(&d->ctl->sched, SCHED_ANY, NULL, &jobs);
	if (c->nalerts > 0) {
		doctor_report(f, DOCTOR_OK, "%zu configured", c->nalerts);
		check_alerts(c, f);
	} else if (jobs == 0)
		doctor_report(f, DOCTOR_OK, "none configured, and no jobs yet");
	else {
		doctor_report(f, DOCTOR_WARN,
		    "none configured: failures are only in the ledger");
		doctor_advise(f, "add an alert section to %s", c->path);
	}
}
