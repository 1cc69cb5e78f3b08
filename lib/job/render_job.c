/*
 * Runs as jobs of Render's API, for its clients.  Requests to Render are
 * ticker/render/.  Tested in t_render_job.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/record/delivery.h"
#include "lib/base/num.h"
#include "lib/job/render_job.h"
#include "lib/trigger/warn.h"
#include "lib/base/names.h"

#include "lib/base/ban.h"

static const char *const statuses[] = { "pending", "running", "succeeded",
	"failed", "canceled" };
#define NSTATUSES ((int)(sizeof(statuses) / sizeof(statuses[0])))

#define STATUS_LEN_MAX 16 /* longer than any status */

static void
add_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, value);
}

/* Append a time, unless it is unknown. */
static void
add_time(struct buf *out, const char *name, int64_t t_us)
{
	if (t_us == 0)
		return;
	buf_printf(out, ",\"%s\":\"", name);
	datetime_rfc3339(t_us, out);
	buf_char(out, '"');
}

/* Append the members of a job, without the braces. */
static void
add_members(const struct delivery *d, struct buf *out)
{
	buf_str(out, "\"id\":");
	buf_json(out, d->id);
	add_string(out, "serviceId", d->service);
	add_string(out, "startCommand", d->command);
	add_string(out, "planId", d->plan == NULL ? "" : d->plan);
	add_time(out, "createdAt", d->decided_us);
	add_string(out, "status", delivery_status(d));
	add_time(out, "startedAt", d->started_us);
	add_time(out, "finishedAt", d->finished_us);
	if (d->remote_id != NULL)
		add_string(out, "renderJobId", d->remote_id);
	if (d->reason != NULL && d->reason[0] != '\0')
		add_string(out, "reason", d->reason);
}

void
render_job_json(const struct delivery *d, struct buf *out)
{
	buf_char(out, '{');
	add_members(d, out);
	buf_char(out, '}');
}

void
render_job_json_created(const struct delivery *d, const struct warns *ws,
    enum describe_lang lang, struct buf *out)
{
	buf_char(out, '{');
	add_members(d, out);
	for (size_t i = 0; i < ws->n; i++) {
		buf_str(out, i == 0 ? ",\"warnings\":[" : ",");
		buf_json(out, buf_cstr(&ws->v[i].text[lang]));
		out->is_failed |= ws->v[i].text[lang].is_failed;
	}
	buf_str(out, ws->n > 0 ? "]}" : "}");
}

void
render_job_json_brief(const struct delivery *d, struct buf *out)
{
	buf_str(out, "{\"id\":");
	buf_json(out, d->id);
	add_string(out, "serviceId", d->service);
	add_string(out, "status", delivery_status(d));
	buf_char(out, '}');
}

void
render_jobs_json(const struct delivery_list *l, size_t n, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < n && i < l->n; i++) {
		buf_str(out, i > 0 ? ",{" : "{");
		add_members(&l->v[i], out);
		buf_str(out, ",\"job\":");
		render_job_json(&l->v[i], out);
		buf_str(out, ",\"cursor\":\"");
		render_cursor_print(&l->v[i], out);
		buf_str(out, "\"}");
	}
	buf_char(out, ']');
}

void
render_cursor_print(const struct delivery *d, struct buf *out)
{
	buf_printf(out, "r%" PRId64, d->run);
}

int
render_cursor_parse(const char *cursor, int64_t *below)
{
	if (cursor[0] != 'r' ||
	    strspn(cursor + 1, "0123456789") != strlen(cursor + 1))
		return -1;
	return num_parse(cursor + 1, 1, INT64_MAX, below);
}

int
render_statuses_add(const char *list, struct buf *set)
{
	char word[STATUS_LEN_MAX];

	if (set->len == 0)
		buf_char(set, ',');
	for (;; list++) {
		size_t n = strcspn(list, ",");

		if (n >= sizeof(word))
			return -1;
		memcpy(word, list, n);
		word[n] = '\0';
		if (names_find(statuses, NSTATUSES, word) < 0)
			return -1;
		buf_printf(set, "%s,", word);
		list += n;
		if (*list == '\0')
			return 0;
	}
}
