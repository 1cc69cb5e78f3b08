/*
 * The stand-in's control: faults, clock and counts, set by requests to
 * /control.
 */
#include "config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "tests/stub/stub.h"

#include "lib/base/ban.h"

#define NUMBER(name) \
	{ \
#name, offsetof(struct settings, name) \
	}

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	NUMBER(delay_ms),
	NUMBER(retry_after),
	NUMBER(json),
	NUMBER(echo_key),
	NUMBER(h2),
	NUMBER(hide_s),
	NUMBER(hide_random),
	NUMBER(start_s),
	NUMBER(run_s),
	NUMBER(run_spread_s),
	NUMBER(limit_create),
	NUMBER(limit_read),
	NUMBER(limit_write),
	NUMBER(window_s),
	NUMBER(rate_twice),
	NUMBER(rate_epoch),
	NUMBER(rate_none),
	NUMBER(nulls),
	NUMBER(decimals),
};

static const char *const kinds[KIND__MAX] = { "read", "create", "write" };
static const char *const ends[END__MAX] = { "succeeded", "failed", "oom",
	"evicted", "timed_out", "canceled", "early_exit", "unhealthy",
	"evicted_why", "timed_out_why", "new_word", "no_reason" };

void
control_defaults(struct stub *s)
{
	memset(&s->set, 0, sizeof(s->set));
	s->set.retry_after = -1;
	s->set.json = 1;
	s->set.h2 = 1;
	s->set.run_s = 60;
	s->set.window_s = 60;
	s->set.decimals = 6;
	s->set.ends[END_SUCCEEDED] = 1;
	(void)memcpy(s->set.zone, "Z", 2);
}

/* "create.500" and the like, "end.oom". */
static double *
find_dotted(struct stub *s, const char *name)
{
	const char *dot = strchr(name, '.');
	int f;

	if (dot == NULL)
		return NULL;
	for (int i = 0; i < END__MAX && strncmp(name, "end.", 4) == 0; i++) {
		if (strcmp(ends[i], dot + 1) == 0)
			return &s->set.ends[i];
	}
	if ((f = fault_find(dot + 1)) == -1)
		return NULL;
	for (int i = 0; i < KIND__MAX; i++) {
		if (strncmp(kinds[i], name, (size_t)(dot - name)) == 0)
			return &s->set.faults[i][f];
	}
	return NULL;
}

/* "500,lost,none": faults of the next requests. */
static int
set_next(struct stub *s, const char *value)
{
	char word[32];
	size_t n;
	int f;

	s->set.nnext = 0;
	for (; *value != '\0'; value += n + (value[n] == ',')) {
		n = strcspn(value, ",");
		if (n >= sizeof(word) || s->set.nnext == NEXT_MAX)
			return -1;
		memcpy(word, value, n);
		word[n] = '\0';
		if ((f = fault_find(word)) == -1)
			return -1;
		s->set.next[s->set.nnext++] = (enum mishap)f;
	}
	return 0;
}

static int
set_text(const char *value, char *to, size_t size)
{
	if (strlen(value) >= size)
		return -1;
	memcpy(to, value, strlen(value) + 1);
	return 0;
}

/* The clock: an instant at which it stands, or how far it moves. */
static int
set_clock(struct stub *s, const char *name, double v)
{
	if (strcmp(name, "clock") == 0)
		s->frozen_us = (int64_t)(v * 1e6);
	else if (strcmp(name, "advance") != 0)
		return -1;
	else if (s->frozen_us >= 0)
		s->frozen_us += (int64_t)(v * 1e6);
	else
		s->skew_us += (int64_t)(v * 1e6);
	return 0;
}

int
control_set(struct stub *s, const char *name, const char *value)
{
	char *end;
	double v, *to;

	if (strcmp(name, "next") == 0)
		return set_next(s, value);
	if (strcmp(name, "key") == 0)
		return set_text(value, s->set.key, sizeof(s->set.key));
	if (strcmp(name, "zone") == 0)
		return set_text(value, s->set.zone, sizeof(s->set.zone));
	v = strtod(value, &end);
	if (*value == '\0' || *end != '\0')
		return -1;
	if (strcmp(name, "seed") == 0) {
		s->random = (uint64_t)v;
		return 0;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].name, name) == 0) {
			memcpy((char *)&s->set + numbers[i].offset, &v,
			    sizeof(v));
			return 0;
		}
	}
	if ((to = find_dotted(s, name)) == NULL)
		return set_clock(s, name, v);
	*to = v;
	return 0;
}

static int
visit_set(void *cookie, const char *name, const char *value)
{
	return control_set(cookie, name, value);
}

static void
print_stats(const struct stub *s, struct buf *b)
{
	buf_printf(b,
	    "{\"connections\":%lld,\"handshakes\":%lld,\"most_open\":%lld,"
	    "\"most_under_way\":%lld,\"requests\":%lld,\"read\":%lld,"
	    "\"create\":%lld,\"write\":%lld,\"launches\":%zu,\"doubles\":%lld",
	    (long long)s->connections, (long long)s->handshakes,
	    (long long)s->most_open, (long long)s->most_under_way,
	    (long long)s->requests, (long long)s->ops[KIND_READ],
	    (long long)s->ops[KIND_CREATE], (long long)s->ops[KIND_WRITE],
	    s->jobs.n, (long long)s->jobs.doubles);
	buf_str(b, ",\"status\":{");
	for (int i = 0, n = 0; i < 600; i++) {
		if (s->statuses[i] > 0)
			buf_printf(b, "%s\"%d\":%lld", n++ > 0 ? "," : "", i,
			    (long long)s->statuses[i]);
	}
	buf_str(b, "},\"fault\":{");
	for (int i = 0, n = 0; i < FAULT__MAX; i++) {
		if (s->faults[i] > 0)
			buf_printf(b, "%s\"%s\":%lld", n++ > 0 ? "," : "",
			    fault_name((enum mishap)i),
			    (long long)s->faults[i]);
	}
	buf_str(b, "}}\n");
}

/* How often each command was launched, those at least min times. */
static void
print_launches(const struct stub *s, int64_t min, struct buf *b)
{
	int64_t n;

	buf_char(b, '{');
	for (size_t i = 0, k = 0; i < s->jobs.nheads; i++) {
		n = 0;
		for (int64_t j = s->jobs.heads[i]; j != -1;
		     j = s->jobs.v[j].fingerprint)
			n++;
		if (n == 0 || n < min)
			continue;
		buf_str(b, k++ > 0 ? ",\n" : "\n");
		buf_json(b, s->jobs.v[s->jobs.heads[i]].command);
		buf_printf(b, ":%lld", (long long)n);
	}
	buf_str(b, "}\n");
}

void
control_handle(struct stub *s, struct request *r, struct reply *out)
{
	const char *what = r->path + strlen("/_stub/");
	char *min = query_get(r->query, "min");

	out->status = 200;
	if (strcmp(what, "set") == 0) {
		if (query_each(r->query, visit_set, s) == -1)
			out->status = 400;
	} else if (strcmp(what, "stats") == 0)
		print_stats(s, &out->body);
	else if (strcmp(what, "launches") == 0)
		print_launches(s, min != NULL ? strtoll(min, NULL, 10) : 1,
		    &out->body);
	else if (strcmp(what, "now") == 0)
		buf_printf(&out->body, "%.6f\n", (double)stub_now(s) / 1e6);
	else
		out->status = 404;
	if (s->log != NULL)
		(void)fflush(s->log);
	free(min);
}
