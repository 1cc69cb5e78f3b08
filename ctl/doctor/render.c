/*
 * `minutehand doctor`: runs that wait for a key, one that there is not or
 * that Render does not accept, and jobs that will.  Tested in doctor.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/doctor/doctor.h"
#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/job/render_warn.h"
#include "lib/store/delivery.h"
#include "lib/store/denial.h"

#include "lib/base/ban.h"

/* Services with waiting runs. */
struct waiting {
	const struct conf *conf;
	const char *denied;  /* key of a denial, or NULL */
	const char *service; /* its service, "" for any */
	int64_t n;
	char first[64]; /* one of the services */
};

/* Return whether the runs that wait for the service wait for the key. */
static bool
is_without(const struct waiting *w, const char *service)
{
	int key = conf_render_key_for(w->conf, service);

	if (w->denied == NULL)
		return !render_has_key(w->conf, service);
	return key >= 0 &&
	    strcmp(w->conf->render_keys[key].name, w->denied) == 0 &&
	    (w->service[0] == '\0' || strcmp(w->service, service) == 0);
}

static void
add_service(void *arg, const char *service, int64_t n)
{
	struct waiting *w = arg;

	if (!is_without(w, service))
		return;
	if (w->n == 0)
		(void)snprintf(w->first, sizeof(w->first), "%s", service);
	w->n += n;
}

static const char *
plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* Report denials and the runs that wait for their end; the first only. */
struct denials {
	struct doctor *d;
	struct finding *f;
};

static void
report_denial(void *arg, const struct store_denial *n)
{
	struct denials *ds = arg;
	struct ctl *c = ds->d->ctl;
	struct waiting w = { c->conf, n->key, n->service, 0, "" };
	struct buf since = BUF_INIT;
	bool is_there = false;

	for (size_t i = 0; i < c->conf->nrender_keys; i++)
		is_there = is_there ||
		    strcmp(c->conf->render_keys[i].name, n->key) == 0;
	if (!is_there || ds->f->level == DOCTOR_FAIL)
		return;
	(void)store_delivery_due_services(c->sched.stores[JOB_DURABLE],
	    add_service, &w);
	ctl_time(c, n->since_us, &since);
	doctor_report(ds->f, DOCTOR_FAIL, "%s, since %s; %lld run%s wait%s",
	    n->reason, buf_cstr(&since), (long long)w.n, plural(w.n),
	    w.n == 1 ? "s" : "");
	doctor_advise(ds->f,
	    "write a key that Render accepts into the file of render_key "
	    "\"%.64s\"; runs then continue",
	    n->key);
	buf_fini(&since);
}

static void
report_waiting(const struct waiting *w, struct finding *f)
{
	char had[320];

	(void)snprintf(had, sizeof(had), "%.300s%s",
	    f->level == DOCTOR_FAIL ? f->text : "",
	    f->level == DOCTOR_FAIL ? "; " : "");
	doctor_report(f, DOCTOR_FAIL,
	    "%s%lld run%s wait%s for a key: there is no usable one for %s", had,
	    (long long)w->n, plural(w->n), w->n == 1 ? "s" : "", w->first);
	doctor_advise(f,
	    "add a render_key whose services match it; runs are given up "
	    "after a day or the max_age of their retry");
}

void
doctor_waiting(struct doctor *d, struct finding *f)
{
	struct store *st = d->ctl->sched.stores[JOB_DURABLE];
	struct waiting w = { d->ctl->conf, NULL, "", 0, "" };
	struct denials ds = { d, f };

	if (store_delivery_due_services(st, add_service, &w) != STORE_OK)
		return;
	if (w.n > 0) {
		report_waiting(&w, f);
		return;
	}
	(void)store_denial_each(st, report_denial, &ds);
	if (f->level == DOCTOR_FAIL ||
	    store_delivery_job_services(st, add_service, &w) != STORE_OK ||
	    w.n == 0)
		return;
	doctor_report(f, DOCTOR_WARN, "%lld job%s without a usable key, for %s",
	    (long long)w.n, w.n == 1 ? " is" : "s are", w.first);
	doctor_advise(f, "add a render_key whose services match it");
}
