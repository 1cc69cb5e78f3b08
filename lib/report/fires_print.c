/*
 * Upcoming fires as JSON, as a table for spreadsheets (RFC 4180) and as a
 * calendar (RFC 5545).  Tested in t_sched_fires.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/report/fires_print.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/describe.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define FOLD_MAX 73 /* octets of a folded line without CR LF (RFC 5545) */

static const struct {
	const char *word, *type;
} formats[FIRES_FORMAT__MAX] = {
	[FIRES_JSON] = { "json", "application/json" },
	[FIRES_CSV] = { "csv", "text/csv; charset=utf-8" },
	[FIRES_ICS] = { "ics", "text/calendar; charset=utf-8" },
};

int
fires_format_parse(const char *word, enum fires_format *out)
{
	for (int i = 0; i < FIRES_FORMAT__MAX; i++) {
		if (strcmp(formats[i].word, word) == 0) {
			*out = (enum fires_format)i;
			return 0;
		}
	}
	return -1;
}

const char *
fires_format_type(enum fires_format format)
{
	return formats[format].type;
}

static void
add_time(const char *name, int64_t t_us, struct buf *out)
{
	buf_printf(out, "\"%s\":\"", name);
	datetime_rfc3339(t_us, out);
	buf_char(out, '"');
}

static void
add_local(const struct fires_job *j, int64_t t_us, struct buf *out)
{
	struct buf text = BUF_INIT;

	tz_format(trigger_zone(j->trigger), t_us, &text);
	buf_json(out, buf_cstr(&text));
	out->is_failed |= text.is_failed;
	buf_fini(&text);
}

static void
add_words(const struct trigger *t, struct buf *out)
{
	struct buf text = BUF_INIT;

	buf_str(out, ",\"words\":{");
	for (int lang = 0; lang < DESCRIBE__MAX; lang++) {
		buf_reset(&text);
		trigger_describe(t, (enum describe_lang)lang, &text);
		buf_printf(out, "%s\"%s\":", lang == 0 ? "" : ",",
		    describe_lang_name((enum describe_lang)lang));
		buf_json(out, buf_cstr(&text));
		out->is_failed |= text.is_failed;
	}
	buf_char(out, '}');
	buf_fini(&text);
}

static void
add_job(const struct fires_job *j, struct buf *out)
{
	buf_str(out, "{\"queue_name\":");
	buf_json(out, j->job.queue);
	buf_str(out, ",\"job_id\":");
	buf_json(out, j->job.job_id);
	add_words(j->trigger, out);
	buf_str(out, ",\"timezone\":");
	buf_json(out, tz_name(trigger_zone(j->trigger)));
}

/* Append the fires of job number i, from fire number first on. */
static void
add_fires(const struct fires *f, size_t i, size_t first, struct buf *out)
{
	const struct fires_job *j = &f->job[i];
	const char *comma = "";

	buf_str(out, ",\"at\":[");
	for (size_t k = first; k < f->n; k++) {
		if (f->v[k].job != i)
			continue;
		buf_printf(out, "%s\"", comma);
		datetime_rfc3339(f->v[k].at_us, out);
		buf_char(out, '"');
		comma = ",";
	}
	buf_str(out, "],\"local\":[");
	comma = "";
	for (size_t k = first; k < f->n; k++) {
		if (f->v[k].job != i)
			continue;
		buf_str(out, comma);
		add_local(j, f->v[k].at_us, out);
		comma = ",";
	}
	buf_str(out, "]}");
}

static void
add_dense(const struct fires_job *j, struct buf *out)
{
	buf_printf(out, ",\"dense\":{\"n\":%" PRId64 ",\"every\":", j->dense);
	if (j->every_us == 0)
		buf_str(out, "null");
	else
		buf_printf(out, "%.6g",
		    (double)j->every_us / (double)CLOCK_US_PER_S);
	buf_char(out, ',');
	add_time("first", j->first_us, out);
	buf_char(out, ',');
	add_time("last", j->last_us, out);
	buf_str(out, "}}");
}

/*
 * Append the paused jobs, or the others, in order of their first fire, the
 * dense ones last.
 */
static void
add_items(const struct fires *f, bool is_paused, struct buf *out)
{
	const char *comma = "";
	size_t k, i;

	for (k = 0; k < f->n; k++) {
		for (i = 0; i < k && f->v[i].job != f->v[k].job; i++)
			;
		if (i < k || f->job[f->v[k].job].is_paused != is_paused)
			continue;
		buf_str(out, comma);
		add_job(&f->job[f->v[k].job], out);
		add_fires(f, f->v[k].job, k, out);
		comma = ",";
	}
	for (i = 0; i < f->njobs && !is_paused; i++) {
		if (f->job[i].dense == 0)
			continue;
		buf_str(out, comma);
		add_job(&f->job[i], out);
		add_dense(&f->job[i], out);
		comma = ",";
	}
}

/* The number of jobs with fires. */
static size_t
count_jobs(const struct fires *f)
{
	size_t n = 0, i, k;

	for (i = 0; i < f->njobs; i++) {
		for (k = 0; k < f->n && f->v[k].job != i; k++)
			;
		n += f->job[i].dense > 0 || (k < f->n && !f->job[i].is_paused);
	}
	return n;
}

static void
print_json(const struct fires_opts *o, const struct fires *f, struct buf *out)
{
	buf_char(out, '{');
	add_time("now", o->now_us, out);
	buf_str(out, ",\"version\":\"" PACKAGE_VERSION "\",");
	add_time("from", o->from_us, out);
	buf_char(out, ',');
	add_time("to", o->to_us, out);
	buf_char(out, ',');
	add_time("complete_until", f->complete_us, out);
	buf_printf(out,
	    ",\"jobs\":%zu,\"fires\":%" PRId64 ",\"overdue\":%" PRId64
	    ",\"items\":[",
	    count_jobs(f), f->total, f->overdue);
	add_items(f, false, out);
	buf_str(out, "],\"paused\":[");
	add_items(f, true, out);
	buf_printf(out, "],\"buckets\":{\"seconds\":%" PRId64 ",\"n\":[",
	    f->bucket_s);
	for (size_t i = 0; i < f->nbuckets; i++)
		buf_printf(out, "%s%" PRId64, i == 0 ? "" : ",", f->bucket[i]);
	buf_str(out, "]},\"next_cursor\":");
	if (f->next[0] == '\0')
		buf_str(out, "null");
	else
		buf_json(out, f->next);
	buf_char(out, '}');
}

/*
 * Append a field of RFC 4180.  A field that a spreadsheet would read as a
 * formula gets an apostrophe in front, because clients choose names.
 */
static void
add_field(const char *s, struct buf *out)
{
	buf_char(out, '"');
	if (*s != '\0' && strchr("=+-@\t\r", *s) != NULL)
		buf_char(out, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_char(out, '"');
		/* A record is one line, even if the store is damaged. */
		buf_char(out, (unsigned char)*s < ' ' ? '?' : *s);
	}
	buf_char(out, '"');
}

/* Append one line: a fire, or the count of a dense job. */
static void
add_csv_line(const struct fires_job *j, int64_t at_us, struct buf *out)
{
	datetime_rfc3339(at_us, out);
	buf_char(out, ',');
	tz_format(trigger_zone(j->trigger), at_us, out);
	buf_char(out, ',');
	add_field(tz_name(trigger_zone(j->trigger)), out);
	buf_char(out, ',');
	add_field(j->job.queue, out);
	buf_char(out, ',');
	add_field(j->job.job_id, out);
	buf_printf(out, ",%" PRId64 ",", j->dense > 0 ? j->dense : 1);
	datetime_rfc3339(j->dense > 0 ? j->last_us : at_us, out);
	buf_printf(out, ",%s\r\n", j->is_paused ? "paused" : "");
}

/*
 * Append a text of RFC 5545: backslash, comma, semicolon and line ends
 * escaped.
 */
static void
add_escaped(const char *s, struct buf *out)
{
	for (; *s != '\0'; s++) {
		if (strchr("\\,;", *s) != NULL)
			buf_char(out, '\\');
		if (*s == '\n')
			buf_str(out, "\\n");
		else if ((unsigned char)*s >= ' ')
			buf_char(out, *s);
	}
}

/* Append a line of the calendar, folded between characters. */
static void
add_ics_line(const struct buf *line, struct buf *out)
{
	const char *s = line->len == 0 ? "" : line->data;
	size_t left = line->len;

	while (left > FOLD_MAX) {
		size_t n = FOLD_MAX;

		while (n > 1 && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		buf_add(out, s, n);
		buf_str(out, "\r\n ");
		s += n;
		left -= n;
	}
	buf_add(out, s, left);
	buf_str(out, "\r\n");
}

/* "20261201T080000Z": calendars have whole seconds. */
static void
add_stamp(const char *name, int64_t t_us, struct buf *out)
{
	struct buf text = BUF_INIT;

	datetime_rfc3339_s(t_us, &text);
	buf_printf(out, "%s:", name);
	for (const char *p = buf_cstr(&text); *p != '\0'; p++) {
		if (strchr("-:", *p) == NULL)
			buf_char(out, *p);
	}
	buf_str(out, "\r\n");
	buf_fini(&text);
}

static void
add_event(const struct fires_opts *o, const struct fires_job *j, int64_t at_us,
    struct buf *out)
{
	struct buf line = BUF_INIT;

	buf_printf(out,
	    "BEGIN:VEVENT\r\nUID:%" PRId64 "-%016" PRIx64 "@minutehand\r\n",
	    at_us, (uint64_t)job_seed(&j->job));
	add_stamp("DTSTAMP", o->now_us, out);
	add_stamp("DTSTART", at_us, out);
	if (j->dense > 0)
		add_stamp("DTEND", j->last_us, out);
	buf_str(&line, "SUMMARY:");
	add_escaped(j->job.queue, &line);
	buf_char(&line, '/');
	add_escaped(j->job.job_id, &line);
	if (j->dense > 0)
		buf_printf(&line, " (%" PRId64 " fires)", j->dense);
	add_ics_line(&line, out);
	buf_reset(&line);
	buf_str(&line, "DESCRIPTION:");
	{
		struct buf words = BUF_INIT;

		trigger_describe(j->trigger, DESCRIBE_EN, &words);
		add_escaped(buf_cstr(&words), &line);
		buf_fini(&words);
	}
	add_ics_line(&line, out);
	buf_str(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
	buf_fini(&line);
}

static void
print_csv(const struct fires *f, struct buf *out)
{
	buf_str(out,
	    "at,local,timezone,queue_name,job_id,count,last,state\r\n");
	for (size_t k = 0; k < f->n; k++)
		add_csv_line(&f->job[f->v[k].job], f->v[k].at_us, out);
	for (size_t i = 0; i < f->njobs; i++)
		if (f->job[i].dense > 0)
			add_csv_line(&f->job[i], f->job[i].first_us, out);
}

static void
print_ics(const struct fires_opts *o, const struct fires *f, struct buf *out)
{
	buf_str(out,
	    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	    "PRODID:-//minutehand//" PACKAGE_VERSION "//EN\r\n"
	    "X-WR-CALNAME:minutehand\r\n");
	for (size_t k = 0; k < f->n; k++)
		if (!f->job[f->v[k].job].is_paused)
			add_event(o, &f->job[f->v[k].job], f->v[k].at_us, out);
	for (size_t i = 0; i < f->njobs; i++)
		if (f->job[i].dense > 0)
			add_event(o, &f->job[i], f->job[i].first_us, out);
	buf_str(out, "END:VCALENDAR\r\n");
}

void
fires_print(const struct fires_opts *o, const struct fires *f,
    enum fires_format format, struct buf *out)
{
	switch (format) {
	case FIRES_JSON:
		print_json(o, f, out);
		break;
	case FIRES_CSV:
		print_csv(f, out);
		break;
	case FIRES_ICS:
		print_ics(o, f, out);
		break;
	case FIRES_FORMAT__MAX:
		break;
	}
}
