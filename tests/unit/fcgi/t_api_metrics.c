/*
 * /metrics: that its text is of Prometheus' format, read strictly, for stores
 * with names of every kind; its numbers; and that each token sees its own.
 */
#include "config.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define NOW "(unixepoch() - 60) * 1000000"

/* Jobs with names that have to be escaped, and runs of known durations. */
/* clang-format off */
static const char rows[] =
    "INSERT INTO job (id, queue, job_id, trigger, priority, coalesce, max_catchup,"
    " max_instances, state, next_run_us, cursor_us, created_us, changed_us) VALUES"
    " (1, 'q', 'a\"b\\c' || char(10) || 'd{}', 'x', 0, 1, 1, 1, 'active', 1, 1, 1, 1),"
    " (2, 'q', 'j2', 'x', 0, 1, 1, 1, 'active', 4000000000000000, 1, 1, 1),"
    " (3, 'r', '邮件', 'x', 0, 1, 1, 1, 'active', 1, 1, 1, 1),"
    " (4, 'r', 'never', 'x', 0, 1, 1, 1, 'active', NULL, 1, 1, 1);"
    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us, count,"
    " state, decided_us) SELECT v.column1, 't' || v.column1, j.id, j.queue, j.job_id,"
    " " NOW " + v.column1, " NOW " + v.column1, 1, v.column3, 1 FROM (VALUES"
    " (1, 1, 'sent'), (2, 1, 'sent'), (3, 2, 'sent'), (4, 3, 'sent'),"
    " (5, 3, 'missed'), (6, 2, 'sent')) AS v JOIN job AS j ON j.id = v.column2;"
    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us, count, state,"
    " decided_us) VALUES (7, 't7', NULL, 'srv-x', '', " NOW ", " NOW ", 1, 'succeeded', 1);"
    "INSERT INTO delivery (run, job, target, service, command, marker, on_ambiguous,"
    " fingerprint, state, version, next_us, is_waiting, attempt, due_us, looks) VALUES"
    " (7, NULL, 'render', 'srv-x', 'x', '', 'retry', 1, 'succeeded', 1, NULL, 0, 1, 1, 0);"
    "INSERT INTO work (run, outcome, due_us, attempts, started_us, finished_us)"
    " SELECT id, CASE id WHEN 2 THEN 'failed' WHEN 6 THEN 'dead' ELSE 'succeeded' END,"
    " slot_us, 1, 1700000000000000, 1700000000000000 + CASE id WHEN 1 THEN 50000"
    " WHEN 2 THEN 100000 WHEN 3 THEN 2500000 WHEN 4 THEN 7200000000 WHEN 6 THEN"
    " 90000000000 ELSE 1000000 END FROM run WHERE state <> 'missed';";

/* What each token has among the lines, and has not. */
static const struct {
	const char *what;
	struct grant grant;
	const char *lines[12];
	const char *none[3];
} holders[] = {
	{ "everything", { "*", "*" }, {
	    "jobs_overdue 2", "runs_day{outcome=\"sent\"} 3", "runs_day{outcome=\"failed\"} 1",
	    "runs_day{outcome=\"dead\"} 1", "runs_day{outcome=\"missed\"} 1",
	    "runs_day{outcome=\"succeeded\"} 1",
	    "run_duration_seconds_bucket{le=\"0.1\"} 2", "run_duration_seconds_bucket{le=\"1\"} 3",
	    "run_duration_seconds_bucket{le=\"14400\"} 5", "run_duration_seconds_count 6",
	    "job_last_success_timestamp_seconds{queue=\"q\",job=\"a\\\"b\\\\c\\nd{}\"} 1700000000.050",
	    "job_last_success_timestamp_seconds{queue=\"r\",job=\"邮件\"} 1700007200.000" }, { "never" } },
	{ "every queue, no service", { "*", "" }, { "run_duration_seconds_count 5",
	    "runs_day{outcome=\"succeeded\"} 0", "jobs_overdue 2" }, { "srv-x" } },
	{ "one queue", { "q", "" }, { "run_duration_seconds_count 4", "jobs_overdue 1",
	    "runs_day{outcome=\"missed\"} 0", "runs_day{outcome=\"sent\"} 2",
	    "run_duration_seconds_bucket{le=\"14400\"} 3" }, { "邮件", "queue=\"r\"" } },
	{ "none of them", { "x", "" }, { "run_duration_seconds_count 0", "jobs_overdue 0",
	    "runs_day{outcome=\"sent\"} 0" }, { "queue=\"q\"", "queue=\"r\"" } },
};
/* clang-format on */

/* Where a name ends, of letters, digits, "_" and perhaps ":"; NULL: at once. */
static const char *
skip_name(const char *p, bool has_colons)
{
	const char *start = p;

	while (isalpha((unsigned char)*p) || *p == '_' ||
	    (has_colons && *p == ':') ||
	    (p > start && isdigit((unsigned char)*p)))
		p++;
	return p == start ? NULL : p;
}

/* Where a quoted value of a label ends; NULL if it is none. */
static const char *
skip_value(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if (*p == '\0' || *p == '\n')
			return NULL;
		if (*p == '\\' && strchr("\\\"n", *++p) == NULL)
			return NULL;
	}
	return p + 1;
}

/* Where "{a="b",…}" ends, if there is one; NULL if it is wrong. */
static const char *
skip_labels(const char *p)
{
	if (*p != '{')
		return p;
	do {
		if ((p = skip_name(p + 1, false)) == NULL || *p != '=' ||
		    (p = skip_value(p + 1)) == NULL)
			return NULL;
	} while (*p == ',');
	return *p == '}' ? p + 1 : NULL;
}

/* Is the line one of the family, which a # TYPE line has begun? */
static bool
is_of(const char *line, size_t n, const char *family)
{
	static const char *const ends[] = { "", "_bucket", "_sum", "_count" };
	char name[256];

	for (size_t i = 0; i < N(ends); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", family, ends[i]);
		if (strlen(name) == n && strncmp(line, name, n) == 0)
			return true;
	}
	return false;
}

/* Is it a sample of the family: name, labels, a blank, a number? */
static bool
is_sample(const char *line, const char *family)
{
	const char *end = skip_name(line, true);
	char *rest;

	if (end == NULL || !is_of(line, (size_t)(end - line), family) ||
	    (end = skip_labels(end)) == NULL || *end++ != ' ')
		return false;
	return isfinite(strtod(end, &rest)) && rest != end && *rest == '\0';
}

/* Is one of the n lines before this one the same up to its value? */
static bool
is_double(char *const *lines, size_t n)
{
	size_t len = (size_t)(strrchr(lines[n], ' ') - lines[n]);

	for (size_t i = 0; i < n; i++)
		if (strncmp(lines[i], lines[n], len + 1) == 0)
			return true;
	return false;
}

/* Take a comment: # HELP first, then # TYPE with one of the types. */
static bool
take_comment(char *line, char family[256], bool *is_typed)
{
	char name[256], type[32];

	if (sscanf(line, "# HELP %255s", name) == 1) {
		(void)snprintf(family, 256, "%s", name);
		*is_typed = false;
		return skip_name(name, true) == name + strlen(name);
	}
	if (sscanf(line, "# TYPE %255s %31s", name, type) != 2 || *is_typed ||
	    strcmp(name, family) != 0)
		return false;
	*is_typed = true;
	return strcmp(type, "gauge") == 0 || strcmp(type, "histogram") == 0;
}

/* The first line that is not of the format, or NULL. */
static const char *
flaw(char *text)
{
	static char *lines[4096];
	char family[256] = "", *p = text, *end;
	bool is_typed = false;

	for (size_t n = 0; *p != '\0'; p = end + 1, n++) {
		if ((end = strchr(p, '\n')) == NULL || n == N(lines))
			return p;
		*end = '\0';
		lines[n] = p;
		if (*p == '#' ? !take_comment(p, family, &is_typed) :
				!is_typed || !is_sample(p, family) ||
			    is_double(lines, n))
			return p;
	}
	return NULL;
}

static bool
has_line(const char *body, const char *line)
{
	char want[256];

	(void)snprintf(want, sizeof(want), "\nminutehand_%s\n", line);
	return strstr(body, want) != NULL;
}

static void
check_format(struct api *a, const char *what)
{
	char *copy = strdup(buf_cstr(&a->body));
	const char *bad = copy == NULL ? "no memory" : flaw(copy);

	is_str(bad == NULL ? "" : bad, "", "%s: every line is of the format",
	    what);
	free(copy);
}

/* The parser sees what is wrong. */
static void
test_parser(void)
{
	static const char *const wrong[] = { "x 1\n", "# TYPE x gauge\nx 1\n",
		"# HELP x h\n# TYPE x gauge\nx{a=\"b\"} 1\nx{a=\"b\"} 2\n",
		"# HELP x h\n# TYPE x gauge\nx{a=\"b\\c\"} 1\n",
		"# HELP x h\n# TYPE x gauge\nx{a=b} 1\n",
		"# HELP x h\n# TYPE x gauge\nx{a=\"b} 1\n",
		"# HELP x h\n# TYPE x gauge\nx y\n",
		"# HELP x h\n# TYPE x gauge\ny 1\n",
		"# HELP x h\n# TYPE x other\nx 1\n",
		"# HELP x h\n# TYPE x gauge\nx 1" };

	for (size_t i = 0; i < N(wrong); i++) {
		char *copy = strdup(wrong[i]);

		ok(copy != NULL && flaw(copy) != NULL, "wrong text %zu", i);
		free(copy);
	}
}

int
main(void)
{
	const struct api_request metrics = { .path = "/metrics" };
	char text[TOKEN_TEXT_MAX];
	struct api a;

	test_parser();
	api_open(&a, NULL);
	is_int(api_call(&a, &metrics), 200, "of an empty store");
	check_format(&a, "empty");
	api_sql(&a, rows);
	for (size_t k = 0; k < N(holders); k++) {
		api_grant(&a, TOKEN_READ, &holders[k].grant, 0, text);
		a.token = text;
		is_int(api_call(&a, &metrics), 200, "%s", holders[k].what);
		check_format(&a, holders[k].what);
		for (size_t i = 0; i < 12 && holders[k].lines[i] != NULL; i++)
			ok(has_line(buf_cstr(&a.body), holders[k].lines[i]),
			    "%s: %s", holders[k].what, holders[k].lines[i]);
		for (size_t i = 0; i < 3 && holders[k].none[i] != NULL; i++)
			ok(strstr(buf_cstr(&a.body), holders[k].none[i]) ==
				NULL,
			    "%s: no %s", holders[k].what, holders[k].none[i]);
	}
	api_close(&a);
	return tap_done();
}
