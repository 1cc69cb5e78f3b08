/*
 * Shared by all subcommands: error messages and exit statuses, opening
 * configuration and stores, values of options.  Tested in tests/ctl/.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/record/run.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/time/tz.h"
#include "lib/base/utf8.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

int
ctl_fail(int status, const char *fmt, ...)
{
	va_list ap;

	(void)fflush(stdout);
	va_start(ap, fmt);
	text_vline(stderr, "minutehand: ", fmt, ap);
	va_end(ap);
	return status;
}

int
ctl_fail_rc(enum store_rc rc, const char *what)
{
	switch (rc) {
	case STORE_OK:
		return CTL_OK;
	case STORE_NOTFOUND:
		return ctl_fail(CTL_NO, "%s: not found", what);
	case STORE_CONFLICT:
		return ctl_fail(CTL_NO, "%s: exists already", what);
	case STORE_LIMIT:
		return ctl_fail(CTL_NO,
		    "%s: the queue has as many jobs as "
		    "max_jobs_per_queue allows",
		    what);
	case STORE_BUSY:
		return ctl_fail(CTL_BUSY,
		    "%s: the store is busy; try again later", what);
	case STORE_FULL:
		return ctl_fail(CTL_DOWN,
		    "%s: the store cannot be written; "
		    "see minutehand doctor",
		    what);
	case STORE_CONFIG:
		return ctl_fail(CTL_CONFIG,
		    "%s: this user has no access; see minutehand doctor", what);
	case STORE_DENIED:
	case STORE_ERROR:
		break;
	}
	return ctl_fail(CTL_BUG,
	    "%s: the store is damaged, or this is a bug; "
	    "see minutehand doctor",
	    what);
}

int
ctl_open_job(struct ctl *c, const struct ctl_args *a)
{
	int status;

	if ((status = ctl_check_name("QUEUE", a->operand[0])) != CTL_OK ||
	    (status = ctl_check_name("ID", a->operand[1])) != CTL_OK)
		return status;
	return ctl_open(c);
}

int
ctl_fail_job(enum store_rc rc, const struct ctl_args *a)
{
	char what[JOB_NAME_MAX * 2 + 2];

	(void)snprintf(what, sizeof(what), "%s %s", a->operand[0],
	    a->operand[1]);
	return ctl_fail_rc(rc, what);
}

int
ctl_fail_run(enum store_rc rc, const char *run)
{
	if (rc == STORE_NOTFOUND)
		return ctl_fail(CTL_NO, "no such run: %s", run);
	if (rc == STORE_LIMIT)
		return ctl_fail(CTL_NO,
		    "run %s: several queues have a run of this id; choose with "
		    "--queue",
		    run);
	return ctl_fail_rc(rc, run);
}

int
ctl_fail_start(struct ctl *c, enum store_rc rc, const struct ctl_args *a)
{
	const char *why = NULL;
	struct job j;

	if (rc != STORE_FULL)
		return ctl_fail_job(rc, a);
	job_init(&j);
	if (sched_get(&c->sched, SCHED_ANY, a->operand[0], a->operand[1], &j) ==
		STORE_OK &&
	    j.kind == JOB_MEMORY)
		why = sched_memory_why(&c->sched);
	job_fini(&j);
	return why == NULL ? ctl_fail_job(rc, a) :
			     ctl_fail(CTL_DOWN, "%s %s: %s: %s", a->operand[0],
				 a->operand[1], c->conf->memory_store, why);
}

void
ctl_print_ran(const struct job *j)
{
	const struct run *r = j->ran;

	text_line("%s %s: already %s, run %s; it does not run again", j->queue,
	    j->job_id, r->id[0] == '\0' ? "ran" : run_state_name(r->state),
	    r->id[0] == '\0' ? "not kept" : r->id);
}

int
ctl_fail_resume(struct ctl *c, const char *queue, const char *job_id)
{
	struct buf why = BUF_INIT;
	struct job j;

	job_init(&j);
	if (sched_get(&c->sched, SCHED_ANY, queue, job_id, &j) != STORE_OK ||
	    !sched_job_fault(&c->sched, &j, &why))
		buf_str(&why, "can never run again");
	(void)ctl_fail(CTL_NO, "%s %s: %s; nothing was changed", queue, job_id,
	    buf_cstr(&why));
	job_fini(&j);
	buf_fini(&why);
	return CTL_NO;
}

int
ctl_fail_faults(const struct faults *fs, const char *prefix)
{
	int status = fs->is_transient ? CTL_DOWN : CTL_DATA;

	for (size_t i = 0; i < fs->n; i++)
		(void)ctl_fail(status, "%s%s: %s", prefix, fs->v[i].field,
		    fs->v[i].text);
	return status;
}

int
ctl_read(struct ctl *c, struct err *why)
{
	char *path;
	int e;

	if (c->conf != NULL)
		return CTL_OK;
	path =
	    conf_find(c->conf_path, getenv("MINUTEHAND_CONF"), getenv("HOME"));
	if (path == NULL) {
		err_set(why, "out of memory");
		return CTL_BUG;
	}
	c->conf = conf_load(path, why);
	e = errno;
	free(path);
	if (c->conf == NULL && (e == EMFILE || e == ENFILE)) {
		err_set(why, "the configuration cannot be read now: %s",
		    strerror(e));
		return CTL_DOWN;
	}
	if (c->conf == NULL)
		return CTL_CONFIG;
	log_open(LOG_TARGET_STDERR, c->conf->log_level, "minutehand");
	return CTL_OK;
}

int
ctl_load(struct ctl *c)
{
	struct err why = { "" };
	int status = ctl_read(c, &why);

	return status == CTL_OK ? CTL_OK : ctl_fail(status, "%s", why.text);
}

int
ctl_exit_of(enum store_rc rc)
{
	switch (rc) {
	case STORE_OK:
		return CTL_OK;
	case STORE_BUSY:
		return CTL_BUSY;
	case STORE_CONFIG:
		return CTL_CONFIG;
	case STORE_NOTFOUND:
	case STORE_CONFLICT:
	case STORE_LIMIT:
	case STORE_DENIED:
	case STORE_FULL:
	case STORE_ERROR:
		break;
	}
	return CTL_DOWN;
}

int
ctl_try_open(struct ctl *c, struct err *why)
{
	enum store_rc rc;
	int status;

	if ((status = ctl_read(c, why)) != CTL_OK)
		return status;
	rc = sched_open(&c->sched, c->conf, getenv("TZ"), why);
	if (rc != STORE_OK)
		return ctl_exit_of(rc);
	c->is_open = true;
	c->sched.actor = "owner";
	return CTL_OK;
}

int
ctl_open(struct ctl *c)
{
	struct err why = { "" };
	int status = ctl_try_open(c, &why);

	if (status == CTL_OK)
		return CTL_OK;
	if (c->conf != NULL && access(c->conf->store, F_OK) == -1)
		return ctl_fail(status, "%s; minutehand init creates one",
		    why.text);
	return ctl_fail(status, "%s", why.text);
}

struct brokers *
ctl_brokers(struct ctl *c)
{
	if (c->brokers == NULL)
		c->brokers = brokers_new(c->conf, sched_tz(&c->sched));
	return c->brokers;
}

void
ctl_close(struct ctl *c)
{
	brokers_free(c->brokers);
	c->brokers = NULL;
	if (c->is_open)
		sched_close(&c->sched);
	c->is_open = false;
	conf_free(c->conf);
	c->conf = NULL;
	buf_fini(&c->warned);
}

int
ctl_check_name(const char *field, const char *name)
{
	struct faults fs = { .n = 0 };

	if (job_check_name(field, name, &fs) == -1)
		return ctl_fail_faults(&fs, "");
	return CTL_OK;
}

int
ctl_check_texts(const struct ctl_args *a, const struct ctl_option *o)
{
	for (int i = 0; o[i].name != NULL; i++) {
		const char *s = a->opt[i] == NULL ? "" : a->opt[i];
		size_t left = strlen(s), n;
		uint32_t cp;

		for (; left > 0; s += n, left -= n)
			if ((n = utf8_decode(s, left, &cp)) == 0)
				return ctl_fail(CTL_DATA,
				    "--%s: bytes that are not UTF-8",
				    o[i].name);
	}
	return CTL_OK;
}

int
ctl_opt_int(const struct ctl_args *a, int i, const char *name,
    const struct ctl_range *r, int64_t *out)
{
	if (a->opt[i] == NULL ||
	    num_parse_whole(a->opt[i], r->min, r->max, out) == 0)
		return CTL_OK;
	return ctl_fail(CTL_USAGE,
	    "--%s: a number from %lld to %lld is "
	    "needed, not \"%s\"",
	    name, (long long)r->min, (long long)r->max, a->opt[i]);
}

int
ctl_opt_duration(const struct ctl_args *a, int i, const char *name,
    int64_t *out_us)
{
	if (a->opt[i] == NULL || num_parse_duration(a->opt[i], out_us) == 0)
		return CTL_OK;
	return ctl_fail(CTL_USAGE,
	    "--%s: a duration such as 90, 10s, 5m, 1h30m "
	    "or 2d is needed, not \"%s\"",
	    name, a->opt[i]);
}

int
ctl_opt_time(const struct ctl *c, const char *name, const char *text,
    int64_t *out)
{
	struct datetime_relative words = { NULL, clock_now_us() };
	const char *bad;
	struct err why;

	if (text == NULL)
		return CTL_OK;
	words.tz = tz_get(c->sched.zones, c->sched.default_zone, &why);
	bad = words.tz == NULL ?
	    why.text :
	    datetime_parse_relative(text, &words, out, NULL);
	return bad == NULL ?
	    CTL_OK :
	    ctl_fail(CTL_DATA, "--%s: %s, not \"%s\"", name, bad, text);
}

void
ctl_time(const struct ctl *c, int64_t t_us, struct buf *out)
{
	const struct tz *tz;

	if (t_us == 0 || t_us == JOB_NEVER) {
		buf_char(out, '-');
		return;
	}
	tz = tz_get(c->sched.zones, c->sched.default_zone, NULL);
	if (tz == NULL)
		datetime_rfc3339(t_us, out);
	else
		tz_format(tz, t_us, out);
}
