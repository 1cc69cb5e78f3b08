/* What ticker simulate reports in the end: a table of jobs, and findings. */

#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/time/datetime.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/store/sim.h"
#include "lib/base/text.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "ticker/sim/sim.h"
#include "lib/base/ban.h"

#define MB(bytes) ((double)(bytes) / 1e6)
#define SECONDS(us) ((double)(us) / 1e6)

struct report {
	struct sim *m;
	struct store_sim_count total[STORE_SIM_STATES]; /* the columns */
	size_t ntotal;
	struct store_sim_count all; /* of all states */
	int64_t jobs, idle;	    /* jobs with slots, and without */
	int64_t wrong;
	int64_t findings;
};

static void
add(struct store_sim_count *sum, const struct store_sim_count *c)
{
	sum->n += c->n;
	sum->late += c->late;
	if (c->worst_us > sum->worst_us)
		sum->worst_us = c->worst_us;
}

/* Add up the states of c. */
static struct store_sim_count
sum(const struct store_sim_count *c, size_t n)
{
	struct store_sim_count all = { .n = 0 };

	for (size_t i = 0; i < n; i++)
		add(&all, &c[i]);
	return all;
}

static int64_t
count_of(const struct store_sim_count *c, size_t n, const char *state)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(c[i].state, state) == 0)
			return c[i].n;
	}
	return 0;
}

/* Read the totals of both stores. */
static enum store_rc
read_totals(struct report *r)
{
	struct store_sim_count c[STORE_SIM_STATES];
	enum store_rc rc = STORE_OK;
	size_t n, at;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (r->m->s.stores[k] == NULL)
			continue;
		rc = store_sim_totals(r->m->s.stores[k], c, &n);
		for (size_t i = 0; i < n && rc == STORE_OK; i++) {
			for (at = 0; at < r->ntotal; at++)
				if (strcmp(r->total[at].state, c[i].state) == 0)
					break;
			if (at == r->ntotal)
				r->total[r->ntotal++] = c[i];
			else
				add(&r->total[at], &c[i]);
		}
	}
	r->all = sum(r->total, r->ntotal);
	return rc;
}

static enum store_rc
each_job(struct report *r, store_sim_each *each)
{
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (r->m->s.stores[k] != NULL)
			rc = store_sim_jobs(r->m->s.stores[k], each, r);
	}
	return rc;
}

static int
width(const char *heading, int64_t n)
{
	int digits = snprintf(NULL, 0, "%lld", (long long)n);
	int letters = (int)strlen(heading);

	return digits > letters ? digits : letters;
}

/* Print a line of the table, without the names. */
static void
print_numbers(const struct report *r, const struct store_sim_count *c, size_t n)
{
	struct store_sim_count all = sum(c, n);

	text_part(stdout, "%*lld", width("slots", r->all.n), (long long)all.n);
	for (size_t i = 0; i < r->ntotal; i++)
		text_part(stdout, "  %*lld",
		    width(r->total[i].state, r->total[i].n),
		    (long long)count_of(c, n, r->total[i].state));
	text_part(stdout, "  %*lld  %9.1f", width("late", r->all.late),
	    (long long)all.late, SECONDS(all.worst_us));
}

static void
print_heading(const struct report *r)
{
	text_block(stdout, "\n");
	text_part(stdout, "%*s", width("slots", r->all.n), "slots");
	for (size_t i = 0; i < r->ntotal; i++)
		text_part(stdout, "  %*s",
		    width(r->total[i].state, r->total[i].n), r->total[i].state);
	text_to(stdout, "  %*s  %9s  job", width("late", r->all.late), "late",
	    "at most s");
}

static enum store_rc
print_job(void *arg, const struct store_sim_job *j)
{
	struct report *r = arg;

	if (j->ncounts == 0) {
		r->idle++;
		return STORE_OK;
	}
	if (r->jobs++ == 0)
		print_heading(r);
	print_numbers(r, j->counts, j->ncounts);
	text_to(stdout, "  %s/%s", j->queue, j->job_id);
	return STORE_OK;
}

static void
json_counts(const struct store_sim_count *c, size_t n)
{
	struct store_sim_count all = sum(c, n);

	text_part(stdout, "\"slots\":%lld,\"states\":{", (long long)all.n);
	for (size_t i = 0; i < n; i++)
		text_part(stdout, "%s\"%s\":%lld", i > 0 ? "," : "", c[i].state,
		    (long long)c[i].n);
	text_part(stdout, "},\"late\":%lld,\"worst_late_seconds\":%.3f",
	    (long long)all.late, SECONDS(all.worst_us));
}

static void
json_name(const struct store_sim_job *j)
{
	struct buf b = BUF_INIT;

	buf_str(&b, "\"queue_name\":");
	buf_json(&b, j->queue);
	buf_str(&b, ",\"job_id\":");
	buf_json(&b, j->job_id);
	text_json(stdout, buf_cstr(&b), b.len);
	buf_fini(&b);
}

static enum store_rc
json_job(void *arg, const struct store_sim_job *j)
{
	struct report *r = arg;

	text_part(stdout, r->jobs++ > 0 ? ",{" : "{");
	json_name(j);
	text_part(stdout, ",");
	json_counts(j->counts, j->ncounts);
	text_part(stdout, "}");
	return STORE_OK;
}

/* Report a finding; j is NULL if it is about all jobs. */
static void
report_finding(struct report *r, const struct store_sim_job *j,
    const char *code, const char *text)
{
	bool is_first = r->findings++ == 0;

	if (r->m->o->is_json) {
		text_part(stdout, "%s{\"code\":\"%s\",", is_first ? "" : ",",
		    code);
		if (j != NULL) {
			json_name(j);
			text_part(stdout, ",");
		}
		/* The text is constant and has no quote. */
		text_part(stdout, "\"text\":\"%s\"}", text);
		return;
	}
	if (is_first)
		text_block(stdout, "\n");
	text_part(stdout, "%s: ", code);
	if (j != NULL)
		text_part(stdout, "%s/%s: ", j->queue, j->job_id);
	text_to(stdout, "%s", text);
}

/* The number of slots to be decided, from the first to the cursor. */
static int64_t
slots_due(const struct report *r, const struct store_sim_job *j,
    const struct trigger *t)
{
	struct due_range all;

	due_count(t, j->from_us, j->is_gone ? r->m->to_us : j->cursor_us - 1,
	    &all);
	return all.count;
}

/* Check that every slot has one row. */
static enum store_rc
check_job(void *arg, const struct store_sim_job *j)
{
	struct report *r = arg;
	struct faults fs = { .n = 0 };
	struct trigger *t;
	int64_t n, is;
	char text[128];

	if (j->was != JOB_ACTIVE || j->from_us == JOB_NEVER)
		return STORE_OK;
	if (!j->is_gone && j->is == JOB_QUARANTINED) {
		report_finding(r, j, "quarantined",
		    "its trigger cannot be understood");
		return STORE_OK;
	}
	if ((t = trigger_from_spec(j->trigger, r->m->s.zones, &fs)) == NULL)
		return STORE_OK;
	n = slots_due(r, j, t);
	is = sum(j->counts, j->ncounts).n;
	trigger_free(t);
	(void)snprintf(text, sizeof(text), "%lld slots of %lld",
	    (long long)(n > is ? n - is : is - n), (long long)n);
	if (n != is) {
		report_finding(r, j, n > is ? "lost" : "twice", text);
		r->wrong++;
	}
	if (!j->is_gone && j->next_run_us < r->m->to_us)
		report_finding(r, j, "waiting",
		    "due, and not decided at the end");
	return STORE_OK;
}

static enum store_rc
print_findings(struct report *r)
{
	static const char *const codes[][2] = {
		{ "missed",
		    "slots were missed: more late than "
		    "misfire_grace_time or more than max_catchup" },
		{ "coalesced", "slots were stood for by a later one" },
		{ "overlap", "slots found max_instances running" },
	};
	char text[192];
	int64_t n;

	if (r->all.late > 0) {
		(void)snprintf(text, sizeof(text),
		    "%lld runs were a second late or more, at most %.1f s",
		    (long long)r->all.late, SECONDS(r->all.worst_us));
		report_finding(r, NULL, "late", text);
	}
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		if ((n = count_of(r->total, r->ntotal, codes[i][0])) == 0)
			continue;
		(void)snprintf(text, sizeof(text), "%lld %s", (long long)n,
		    codes[i][1]);
		report_finding(r, NULL, codes[i][0], text);
	}
	return each_job(r, check_job);
}

static enum store_rc
report_text(struct report *r)
{
	const struct sim *m = r->m;
	struct buf b = BUF_INIT;
	enum store_rc rc;

	buf_str(&b, "simulated ");
	tz_format(m->zone, m->from_us, &b);
	buf_str(&b, " to ");
	tz_format(m->zone,
	    m->at.now_us < m->to_us && m->is_stopped ? m->at.now_us : m->to_us,
	    &b);
	text_to(stdout,
	    "%s, a tick each %.0f s: %lld ticks, %lld of them killed",
	    buf_cstr(&b), SECONDS(m->cadence_us), (long long)m->ticks,
	    (long long)m->killed);
	buf_fini(&b);
	if ((rc = each_job(r, print_job)) != STORE_OK)
		return rc;
	if (r->jobs > 0) {
		print_numbers(r, r->total, r->ntotal);
		text_to(stdout, "  total of %lld jobs", (long long)r->jobs);
	}
	if (r->idle > 0)
		text_to(stdout, "%lld jobs had nothing due",
		    (long long)r->idle);
	text_to(stdout,
	    "store: %.1f MB at first, %.1f after half of the time, "
	    "%.1f in the end",
	    MB(m->bytes[SIM_BEGIN]), MB(m->bytes[SIM_HALF]),
	    MB(m->bytes[SIM_END]));
	return print_findings(r);
}

static enum store_rc
report_json(struct report *r)
{
	const struct sim *m = r->m;
	struct buf b = BUF_INIT;
	enum store_rc rc;

	buf_str(&b, "{\"from\":\"");
	datetime_rfc3339(m->from_us, &b);
	buf_str(&b, "\",\"to\":\"");
	datetime_rfc3339(m->to_us, &b);
	text_part(stdout,
	    "%s\",\"cadence_seconds\":%.3f,\"ticks\":%lld,"
	    "\"killed\":%lld,\"stopped\":%s,"
	    "\"store_bytes\":[%lld,%lld,%lld],\"jobs\":[",
	    buf_cstr(&b), SECONDS(m->cadence_us), (long long)m->ticks,
	    (long long)m->killed, m->is_stopped ? "true" : "false",
	    (long long)m->bytes[SIM_BEGIN], (long long)m->bytes[SIM_HALF],
	    (long long)m->bytes[SIM_END]);
	buf_fini(&b);
	if ((rc = each_job(r, json_job)) != STORE_OK)
		return rc;
	text_part(stdout, "],\"total\":{");
	json_counts(r->total, r->ntotal);
	text_part(stdout, "},\"findings\":[");
	rc = print_findings(r);
	text_to(stdout, "]}");
	return rc;
}

enum store_rc
sim_report(struct sim *m, int64_t *nwrong)
{
	struct report r = { .m = m };
	enum store_rc rc;

	if ((rc = read_totals(&r)) == STORE_OK)
		rc = m->o->is_json ? report_json(&r) : report_text(&r);
	*nwrong = r.wrong;
	return rc;
}
