/*
 * Reads the JSON of Render's answers. No input may do harm. Tested in
 * t_render_parse and by tests/fuzz/answer.c.
 */
#include "config.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/base/utf8.h"
#include "lib/base/names.h"
#include "ticker/render/parse.h"

#include "lib/base/ban.h"

#define TIME_MAX 48
#define TEXT_SHOWN 300 /* bytes shown of an error that is not JSON */
#define NO_FLAG SIZE_MAX

static const char *const status_names[RENDER_STATUS__MAX] = {
	[RENDER_OPEN] = "open",
	[RENDER_PENDING] = "pending",
	[RENDER_RUNNING] = "running",
	[RENDER_SUCCEEDED] = "succeeded",
	[RENDER_FAILED] = "failed",
	[RENDER_CANCELED] = "canceled",
};

const char *
render_status_name(enum render_status s)
{
	return status_names[s];
}

/* The member if it is a string without NUL, borrowed; else NULL. */
static const char *
text_of(struct json_object *o, const char *name)
{
	const char *text = NULL;
	struct faults fs = { 0 };

	(void)json_get_str(o, name, &text, &fs);
	return text;
}

/* Copy an id, which must be safe in a path and a log.  0 or -1. */
static int
copy_id(const char *text, char to[RENDER_ID_MAX])
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = text == NULL ? 0 : strspn(text, allowed);

	to[0] = '\0';
	if (n == 0 || n >= RENDER_ID_MAX || text[n] != '\0')
		return -1;
	memcpy(to, text, n + 1);
	return 0;
}

int64_t
render_time(const char *text)
{
	char s[TIME_MAX];
	int32_t offset;
	int64_t us;
	size_t n, end;

	if (text == NULL || (n = strlen(text)) >= sizeof(s) || n < 20 ||
	    strchr("Tt", text[10]) == NULL)
		return RENDER_NO_TIME;
	memcpy(s, text, n + 1);
	s[10] = 'T';
	if (s[n - 1] == 'z')
		s[n - 1] = 'Z';
	/* A time without an offset is ambiguous. */
	if (s[n - 1] != 'Z' && s[n - 6] != '+' && s[n - 6] != '-')
		return RENDER_NO_TIME;
	if (s[19] == '.') {
		end = 20 + strspn(s + 20, "0123456789");
		if (end > 26)
			memmove(s + 26, s + end, n + 1 - end);
	}
	if (datetime_parse(s, NULL, &us, &offset) != NULL)
		return RENDER_NO_TIME;
	return us;
}

static enum render_status
status_of(struct json_object *o)
{
	const char *text = text_of(o, "status");
	int i = text == NULL ?
	    0 :
	    names_find(status_names, RENDER_STATUS__MAX, text);

	return i > 0 ? (enum render_status)i : RENDER_OPEN;
}

/* 0, or -1: not a job, or out of memory. */
static int
read_job(struct json_object *o, struct render_job *j)
{
	const char *command = text_of(o, "startCommand");

	if (copy_id(text_of(o, "id"), j->id) == -1)
		return -1;
	(void)copy_id(text_of(o, "serviceId"), j->service);
	(void)copy_id(text_of(o, "planId"), j->plan);
	j->status = status_of(o);
	j->created_us = render_time(text_of(o, "createdAt"));
	j->started_us = render_time(text_of(o, "startedAt"));
	j->finished_us = render_time(text_of(o, "finishedAt"));
	j->command = command == NULL ? NULL : strdup(command);
	return command != NULL && j->command == NULL ? -1 : 0;
}

/*
 * Names of reasons and the flag that each sets, in any case and with
 * underscores between words.  An unknown reason is shown by its name.
 */
static const struct {
	const char *name;
	size_t flag; /* offset of a bool, or NO_FLAG */
} reason_names[] = {
	{ "oomKilled", offsetof(struct render_reason, is_oom) },
	{ "evicted", offsetof(struct render_reason, is_evicted) },
	{ "evictionReason", offsetof(struct render_reason, is_evicted) },
	{ "earlyExit", offsetof(struct render_reason, is_early) },
	{ "unhealthy", offsetof(struct render_reason, is_unhealthy) },
	{ "timedOut", offsetof(struct render_reason, is_timed_out) },
	{ "timedOutReason", offsetof(struct render_reason, is_timed_out) },
	/* Numbers, read by is_number_read. */
	{ "timedOutSeconds", NO_FLAG },
	{ "nonZeroExit", NO_FLAG },
};
#define NREASON_NAMES (sizeof(reason_names) / sizeof(reason_names[0]))

static bool
is_name(const char *name, const char *word)
{
	for (; *word != '\0'; word++) {
		if (*word == '_' || *word == '-' || *word == ' ')
			continue;
		if (*name == '\0' ||
		    tolower((unsigned char)*word) !=
			tolower((unsigned char)*name))
			return false;
		name++;
	}
	return *name == '\0';
}

/* Set the flag of a name; return its row, or NREASON_NAMES. */
static size_t
set_flag(struct render_reason *r, const char *word)
{
	bool is_true = true;
	size_t i = 0;

	while (i < NREASON_NAMES && !is_name(reason_names[i].name, word))
		i++;
	if (i < NREASON_NAMES && reason_names[i].flag != NO_FLAG)
		memcpy((char *)r + reason_names[i].flag, &is_true,
		    sizeof(is_true));
	return i;
}

/* Append a text to r->why, after the name unless NULL. */
static void
add_why(struct render_reason *r, const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	if (r->why[0] != '\0')
		buf_printf(&b, "%s; ", r->why);
	if (name != NULL)
		buf_printf(&b, "%s: ", name);
	buf_str(&b, text);
	utf8_clean(buf_cstr(&b), b.len, r->why, sizeof(r->why));
	buf_fini(&b);
}

/* What visit_reason works on. */
struct reading {
	struct json_object *o;
	struct render_reason *r;
};

/* Read a number of a reason; false: it is not a number, and is to be shown. */
static bool
is_number_read(struct render_reason *r, struct json_object *o, const char *name)
{
	static const struct json_range any = { -1000000, 1000000 };
	static const struct json_range seconds = { 0, INT32_MAX };
	struct faults fs = { 0 };
	int64_t n = INT64_MIN;
	bool is_code = is_name("nonZeroExit", name);

	(void)json_get_int(o, name, is_code ? &any : &seconds, &n, &fs);
	if (n == INT64_MIN)
		return false;
	if (is_code) {
		r->has_exit_code = true;
		r->exit_code = (int)n;
	} else
		r->timed_out_s = n;
	return true;
}

/* Read a member of a reason; null, false and "" are ignored. */
static int
visit_reason(void *cookie, const char *name, struct json_object *value)
{
	const struct reading *reading = cookie;
	struct render_reason *r = reading->r;
	const char *bare = text_of(reading->o, name);
	const char *text = value == NULL ? "null" : json_text(value);
	size_t i;

	if (strcmp(text, "null") == 0 || strcmp(text, "false") == 0 ||
	    strcmp(text, "\"\"") == 0)
		return 0;
	i = set_flag(r, name);
	if (i < NREASON_NAMES && reason_names[i].flag == NO_FLAG &&
	    is_number_read(r, reading->o, name))
		return 0;
	if (strcmp(text, "true") == 0) {
		if (i == NREASON_NAMES)
			add_why(r, NULL, name);
		return 0;
	}
	if (i < NREASON_NAMES && reason_names[i].flag == NO_FLAG)
		i = NREASON_NAMES;
	if (text_of(value, "memoryLimit") != NULL)
		add_why(r, "memory limit", text_of(value, "memoryLimit"));
	else
		add_why(r, i < NREASON_NAMES ? NULL : name,
		    bare != NULL ? bare : text);
	return 0;
}

static void
read_reason(struct json_object *details, struct render_reason *r)
{
	struct json_object *o = json_member(details, "reason");
	struct reading reading = { o, r };
	const char *word = text_of(details, "reason"), *text;

	if (word != NULL) {
		if (set_flag(r, word) == NREASON_NAMES)
			add_why(r, NULL, word);
		return;
	}
	if (json_is_object(o)) {
		(void)json_each(o, visit_reason, &reading);
		return;
	}
	text = o == NULL ? "null" : json_text(o);
	if (strcmp(text, "null") != 0 && strcmp(text, "false") != 0 &&
	    strcmp(text, "[]") != 0)
		add_why(r, NULL, text);
}

static int
read_event(struct json_object *o, struct render_event *e)
{
	struct json_object *details = json_member(o, "details");

	if (copy_id(text_of(details, "jobId"), e->job) == -1)
		return -1;
	(void)copy_id(text_of(o, "id"), e->id);
	e->at_us = render_time(text_of(o, "timestamp"));
	e->status = status_of(details);
	read_reason(details, &e->reason);
	return 0;
}

/* Read the elements of a page into the arrays of a, which have room. */
static void
read_items(struct render_answer *a, struct json_object *list, size_t n)
{
	struct json_object *item;

	for (size_t i = 0; i < n; i++) {
		item = json_item(list, i);
		if (a->events != NULL &&
		    read_event(json_member(item, "event"),
			&a->events[a->nevents]) == 0)
			a->nevents++;
		else if (a->jobs != NULL &&
		    read_job(json_member(item, "job"), &a->jobs[a->njobs]) == 0)
			a->njobs++;
		else
			a->nbad++;
	}
}

static int
fail(struct render_answer *a, const char *what)
{
	(void)snprintf(a->message, sizeof(a->message),
	    "the answer cannot be read: %s", what);
	return -1;
}

/* Read the cursor of the next page, from the last element. */
static void
read_cursor(struct render_answer *a, struct json_object *list, size_t n)
{
	const char *text = NULL;

	a->is_last = true;
	if (n > 0)
		text = text_of(json_item(list, n - 1), "cursor");
	if (text == NULL || *text == '\0' || strlen(text) >= RENDER_CURSOR_MAX)
		return;
	(void)snprintf(a->cursor, sizeof(a->cursor), "%s", text);
	a->is_last = n < RENDER_PAGE;
}

static int
read_page(struct render_answer *a, struct json_object *list)
{
	size_t n = json_count(list);

	if (!json_is_list(list))
		return fail(a, "it is no list");
	if (n > RENDER_PAGE)
		return fail(a, "more elements than were asked for");
	if (a->op == RENDER_EVENTS)
		a->events = calloc(n + 1, sizeof(*a->events));
	else
		a->jobs = calloc(n + 1, sizeof(*a->jobs));
	if (a->events == NULL && a->jobs == NULL)
		return fail(a, "out of memory");
	read_items(a, list, n);
	read_cursor(a, list, n);
	return 0;
}

static int
read_one(struct render_answer *a, struct json_object *o)
{
	if ((a->jobs = calloc(1, sizeof(*a->jobs))) == NULL)
		return fail(a, "out of memory");
	if (read_job(o, &a->jobs[0]) == -1)
		return fail(a, "it is no job");
	a->njobs = 1;
	a->is_last = true;
	return 0;
}

int
render_parse(struct render_answer *a, const char *body, size_t len)
{
	struct json_object *root;
	struct err why = { "" };
	int rc;

	if ((root = json_parse(body, len, &why)) == NULL)
		return fail(a, why.text);
	if (a->op == RENDER_LIST || a->op == RENDER_EVENTS)
		rc = read_page(a, root);
	else
		rc = read_one(a, root);
	json_free(root);
	return rc;
}

void
render_parse_error(struct render_answer *a, const char *body, size_t len)
{
	struct json_object *root;
	const char *text = NULL;

	root = json_parse(body, len, NULL);
	if (root != NULL)
		text = text_of(root, "message");
	if (text != NULL)
		utf8_clean(text, strlen(text), a->message, sizeof(a->message));
	else
		utf8_clean(body, len < TEXT_SHOWN ? len : TEXT_SHOWN,
		    a->message, sizeof(a->message));
	json_free(root);
}
