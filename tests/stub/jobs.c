/* The stand-in's jobs: created, found by command, moved on by the clock. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/base/num.h"
#include "tests/stub/stub.h"

#include "lib/base/ban.h"

#define ID_LEN 20
#define US INT64_C(1000000)

/* As our answers call the states, by how a job ends. */
static const struct {
	const char *status, *reason;
} ends[END__MAX] = {
	[END_SUCCEEDED] = { "succeeded", NULL },
	[END_FAILED] = { "failed", "{\"nonZeroExit\":1}" },
	[END_OOM] = { "failed", "{\"oomKilled\":{\"memoryLimit\":\"512Mi\"}}" },
	[END_EVICTED] = { "failed", "{\"evicted\":true}" },
	[END_TIMED_OUT] = { "failed", "{\"timedOutSeconds\":2592000}" },
	[END_CANCELED] = { "canceled", NULL },
	[END_EARLY_EXIT] = { "failed",
	    "{\"earlyExit\":true,\"nonZeroExit\":3}" },
	[END_UNHEALTHY] = { "failed", "{\"unhealthy\":\"no answer on 80\"}" },
	[END_EVICTED_WHY] = { "failed",
	    "{\"evicted\":true,\"evictionReason\":\"disk full\"}" },
	[END_TIMED_OUT_WHY] = { "failed",
	    "{\"timedOutSeconds\":60,\"timedOutReason\":\"slow start\"}" },
	[END_NEW_WORD] = { "failed", "{\"brandNew\":{\"level\":7}}" },
	[END_NO_REASON] = { "failed", NULL },
};

int64_t
stub_now(const struct stub *s)
{
	return s->frozen_us >= 0 ? s->frozen_us : clock_now_us() + s->skew_us;
}

static uint64_t
hash(const char *s, uint64_t h)
{
	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

/* The slot of the newest job with the command, or of none yet. */
static int64_t *
head_of(struct jobs *j, uint32_t service, const char *command)
{
	size_t at = hash(command, service + UINT64_C(0xcbf29ce484222325)) &
	    (j->nheads - 1);

	while (j->heads[at] != -1 &&
	    (j->v[j->heads[at]].service != service ||
		strcmp(j->v[j->heads[at]].command, command) != 0))
		at = (at + 1) & (j->nheads - 1);
	return &j->heads[at];
}

/* Room for one more job, and a hash that is at most half full. */
static void
make_room(struct jobs *j)
{
	if (j->n < j->cap)
		return;
	j->cap = j->cap == 0 ? 1024 : j->cap * 2;
	j->v = realloc(j->v, j->cap * sizeof(*j->v));
	free(j->heads);
	j->nheads = j->cap * 2;
	j->heads = malloc(j->nheads * sizeof(*j->heads));
	if (j->v == NULL || j->heads == NULL)
		abort();
	for (size_t i = 0; i < j->nheads; i++)
		j->heads[i] = -1;
	for (size_t i = 0; i < j->n; i++)
		*head_of(j, j->v[i].service, j->v[i].command) = (int64_t)i;
}

static uint32_t
service_number(struct jobs *j, const char *name)
{
	char **v;

	for (size_t i = 0; i < j->nservices; i++) {
		if (strcmp(j->services[i], name) == 0)
			return (uint32_t)i;
	}
	v = realloc(j->services, (j->nservices + 1) * sizeof(*v));
	if (v == NULL || (v[j->nservices] = strdup(name)) == NULL)
		abort();
	j->services = v;
	return (uint32_t)j->nservices++;
}

/* An end drawn by the weights. */
static enum end
draw_end(struct stub *s)
{
	double sum = 0, dice;

	for (int i = 0; i < END__MAX; i++)
		sum += s->set.ends[i];
	dice = fault_random(s) * sum;
	for (int i = 0; i < END__MAX; i++) {
		if (dice < s->set.ends[i])
			return (enum end)i;
		dice -= s->set.ends[i];
	}
	return END_SUCCEEDED;
}

int64_t
jobs_add(struct stub *s, const char *service, const char *command,
    const char *plan)
{
	struct jobs *j = &s->jobs;
	double hide = s->set.hide_s, spread;
	int64_t now = stub_now(s), created = now, *head;
	uint32_t n = service_number(j, service);
	struct job *job;

	make_room(j);
	if (s->set.hide_random != 0)
		hide *= fault_random(s);
	spread = s->set.run_spread_s * fault_random(s);
	/* No two at one instant, and none before the last. */
	if (j->n > 0 && created <= j->v[j->n - 1].created_us)
		created = j->v[j->n - 1].created_us + 1;
	head = head_of(j, n, command);
	job = &j->v[j->n];
	*job = (struct job){ .command = strdup(command),
		.plan = strdup(plan),
		.service = n,
		.end = draw_end(s),
		.created_us = created,
		.visible_us = now + (int64_t)(hide * 1e6),
		.start_us = now + (int64_t)(s->set.start_s * 1e6),
		.fingerprint = *head };
	job->end_us = job->start_us + (int64_t)((s->set.run_s + spread) * 1e6);
	j->doubles += *head != -1;
	*head = (int64_t)j->n;
	return (int64_t)j->n++;
}

/* An xid (base32hex of time and a counter); the counter is the number. */
static void
print_id(const struct stub *s, int64_t i, char id[ID_LEN + 1])
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	uint64_t t = (uint64_t)(s->jobs.v[i].created_us / US);
	uint64_t c = (uint64_t)i;

	for (int k = 6; k >= 0; k--, t /= 32)
		id[k] = digits[t % 32];
	for (int k = 7; k < 10; k++)
		id[k] = 'a';
	for (int k = ID_LEN - 1; k >= 10; k--, c /= 32)
		id[k] = digits[c % 32];
	id[ID_LEN] = '\0';
}

int64_t
jobs_find(const struct stub *s, const char *service, const char *id)
{
	char own[ID_LEN + 1];
	uint64_t i = 0;

	if (strncmp(id, "job-", 4) != 0 || strlen(id) != 4 + ID_LEN)
		return -1;
	for (const char *p = id + 14; *p != '\0'; p++)
		i = i * 32 + (uint64_t)(*p >= 'a' ? *p - 'a' + 10 : *p - '0');
	if (i >= s->jobs.n)
		return -1;
	print_id(s, (int64_t)i, own);
	if (strcmp(own, id + 4) != 0 ||
	    strcmp(s->jobs.services[s->jobs.v[i].service], service) != 0)
		return -1;
	return (int64_t)i;
}

void
jobs_cancel(struct stub *s, int64_t i)
{
	struct job *j = &s->jobs.v[i];
	int64_t now = stub_now(s);

	if (now >= j->end_us)
		return;
	j->is_canceled = true;
	j->end = END_CANCELED;
	j->end_us = now;
}

static const char *
status_of(const struct stub *s, const struct job *j)
{
	int64_t now = stub_now(s);

	if (now >= j->end_us)
		return ends[j->end].status;
	return now < j->start_us ? "pending" : "running";
}

/* An instant with the decimals and the zone that were set. */
static void
print_time(const struct stub *s, int64_t us, struct buf *out)
{
	const char *z = s->set.zone;
	int64_t offset = 0;
	int decimals = (int)s->set.decimals;
	char digits[12];
	struct buf b = BUF_INIT;

	if (*z == '+' || *z == '-')
		offset = (*z == '-' ? -1 : 1) *
		    (((z[1] - '0') * 10 + z[2] - '0') * 3600 +
			((z[4] - '0') * 10 + z[5] - '0') * 60);
	datetime_rfc3339(us - us % US + offset * US, &b);
	buf_printf(out, "\"%.19s", buf_cstr(&b));
	(void)snprintf(digits, sizeof(digits), "%06d000", (int)(us % US));
	if (decimals > 0)
		buf_printf(out, ".%.*s", decimals, digits);
	buf_printf(out, "%s\"", z);
	buf_fini(&b);
}

static void
print_member_time(const struct stub *s, const char *name, int64_t us,
    struct buf *out)
{
	if (us <= stub_now(s)) {
		buf_printf(out, ",\"%s\":", name);
		print_time(s, us, out);
	} else if (s->set.nulls != 0)
		buf_printf(out, ",\"%s\":null", name);
}

void
jobs_print(const struct stub *s, int64_t i, struct buf *out)
{
	const struct job *j = &s->jobs.v[i];
	char id[ID_LEN + 1];

	print_id(s, i, id);
	buf_printf(out,
	    "{\"id\":\"job-%s\",\"serviceId\":\"%s\",\"startCommand\":", id,
	    s->jobs.services[j->service]);
	buf_json(out, j->command);
	buf_printf(out, ",\"planId\":\"%s\",\"createdAt\":", j->plan);
	print_time(s, j->created_us, out);
	print_member_time(s, "startedAt", j->start_us, out);
	print_member_time(s, "finishedAt", j->end_us, out);
	buf_printf(out, ",\"status\":\"%s\"}", status_of(s, j));
}

/* What the query of a list asks for. */
struct filter {
	int64_t service; /* -1: unknown */
	int64_t after_us;
	int64_t before; /* number of a job: only older ones */
	int64_t limit;
	char *status; /* ",a,b," or NULL */
};

static int64_t
time_param(const char *query, const char *name)
{
	char *text = query_get(query, name);
	int64_t us = INT64_MIN;

	/* An instant without an offset is not taken. */
	if (text != NULL && strlen(text) >= 20 &&
	    (strchr(text, 'Z') != NULL || strpbrk(text + 19, "+-") != NULL))
		(void)datetime_parse(text, NULL, &us, NULL);
	free(text);
	return us;
}

static int64_t
int_param(const char *query, const char *name, int64_t max, int64_t fallback)
{
	char *text = query_get(query, name);
	int64_t v = fallback;

	if (text != NULL)
		(void)num_parse(text, 0, max, &v);
	free(text);
	return v;
}

static void
read_filter(struct stub *s, const struct request *r, const char *service,
    const char *since, struct filter *f)
{
	char *status = query_get(r->query, "status");
	struct buf b = BUF_INIT;

	*f = (struct filter){ -1, time_param(r->query, since),
		int_param(r->query, "cursor", INT64_MAX, INT64_MAX),
		int_param(r->query, "limit", 100, 20), NULL };
	for (size_t i = 0; i < s->jobs.nservices; i++) {
		if (strcmp(s->jobs.services[i], service) == 0)
			f->service = (int64_t)i;
	}
	if (status != NULL) {
		buf_printf(&b, ",%s,", status);
		f->status = buf_take(&b);
	}
	free(status);
}

static bool
is_wanted(const struct stub *s, const struct job *j, const struct filter *f)
{
	char word[32];

	if (j->service != f->service || stub_now(s) < j->visible_us)
		return false;
	if (f->status == NULL)
		return true;
	(void)snprintf(word, sizeof(word), ",%s,", status_of(s, j));
	return strstr(f->status, word) != NULL;
}

void
jobs_list(struct stub *s, const struct request *r, const char *service,
    struct buf *out)
{
	struct filter f;
	int64_t i, n = 0;

	read_filter(s, r, service, "createdAfter", &f);
	buf_char(out, '[');
	i = f.before < (int64_t)s->jobs.n ? f.before : (int64_t)s->jobs.n;
	for (i--; i >= 0 && n < f.limit; i--) {
		const struct job *j = &s->jobs.v[i];

		if (j->created_us <= f.after_us)
			break;
		if (!is_wanted(s, j, &f))
			continue;
		buf_str(out, n++ > 0 ? ",{\"job\":" : "{\"job\":");
		jobs_print(s, i, out);
		buf_printf(out, ",\"cursor\":\"%lld\"}", (long long)i);
	}
	buf_char(out, ']');
	free(f.status);
}

static void
print_event(struct stub *s, int64_t i, struct buf *out)
{
	const struct job *j = &s->jobs.v[i];
	char id[ID_LEN + 1];

	print_id(s, i, id);
	buf_printf(out, "{\"event\":{\"id\":\"evt-%s\",\"timestamp\":", id);
	print_time(s, j->end_us, out);
	buf_printf(out,
	    ",\"serviceId\":\"%s\",\"type\":\"job_run_ended\","
	    "\"details\":{\"jobId\":\"job-%s\",\"status\":\"%s\"",
	    s->jobs.services[j->service], id, ends[j->end].status);
	if (ends[j->end].reason != NULL)
		buf_printf(out, ",\"reason\":%s", ends[j->end].reason);
	buf_printf(out, "}},\"cursor\":\"%lld\"}", (long long)i);
}

/* By their jobs, newest first: good enough for who pages to the end. */
void
jobs_events(struct stub *s, const struct request *r, const char *service,
    struct buf *out)
{
	int64_t i, n = 0, now = stub_now(s);
	struct filter f;

	read_filter(s, r, service, "startTime", &f);
	buf_char(out, '[');
	i = f.before < (int64_t)s->jobs.n ? f.before : (int64_t)s->jobs.n;
	for (i--; i >= 0 && n < f.limit; i--) {
		const struct job *j = &s->jobs.v[i];

		if (j->service != f.service || j->end_us > now ||
		    j->end_us < f.after_us)
			continue;
		if (n++ > 0)
			buf_char(out, ',');
		print_event(s, i, out);
	}
	buf_char(out, ']');
	free(f.status);
}
