/*
 * The badge of a job: a small SVG with how its last run ended.  Tested in
 * t_api_badge.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/report/badge.h"
#include "lib/store/job.h"
#include "lib/store/run.h"

#include "lib/base/ban.h"

#define WIDE 13 /* pixels of a character that is not ASCII */
#define NARROW 7
#define MARGIN 10

enum store_rc
badge_read(struct sched *s, const char *queue, const char *job_id,
    enum outcome *out)
{
	enum store_rc rc;
	struct job j;

	*out = OUTCOME_NONE;
	job_init(&j);
	rc = sched_get(s, SCHED_ANY, queue, job_id, &j);
	if (rc == STORE_OK && !j.has_badge)
		rc = STORE_NOTFOUND;
	if (rc == STORE_OK)
		rc = store_run_last_end(s->stores[j.kind], j.id, out);
	job_fini(&j);
	return rc;
}

/* Append a text of a document; what XML does not allow becomes U+FFFD. */
static void
add_text(const char *text, struct buf *out)
{
	size_t left = strlen(text), n;
	uint32_t cp;

	for (; left > 0; text += n, left -= n) {
		n = utf8_decode(text, left, &cp);
		if (n == 0 || cp < 0x20 || cp == 0x7f || cp == 0xfffe ||
		    cp == 0xffff)
			buf_str(out, "\xef\xbf\xbd");
		else if (strchr("&<>\"'", (int)cp) != NULL && cp < 0x80)
			buf_printf(out, "&#%u;", (unsigned)cp);
		else
			buf_add(out, text, n);
		n = n == 0 ? 1 : n;
	}
}

/* About how many pixels it takes. */
static int
width_of(const char *text)
{
	int width = MARGIN;

	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x80)
			width += NARROW;
		else if (((unsigned char)*text & 0xc0) == 0xc0)
			width += WIDE;
	return width;
}

/* White text on a box. */
static void
add_box(int x, int width, const char *color, const char *text, struct buf *out)
{
	buf_printf(out,
	    "<rect x=\"%d\" width=\"%d\" height=\"20\" fill=\"%s\"/>"
	    "<text x=\"%d\" y=\"14\">",
	    x, width, color, x + width / 2);
	add_text(text, out);
	buf_str(out, "</text>");
}

void
badge_svg(const char *label, enum outcome o, struct buf *out)
{
	static const char *const colors[OUTCOME__MAX] = {
		[OUTCOME_NONE] = "#6b7280",
		[OUTCOME_QUEUED] = "#6b7280",
		[OUTCOME_RUNNING] = "#6b7280",
		[OUTCOME_SUCCEEDED] = "#15803d",
		[OUTCOME_FAILED] = "#b91c1c",
		[OUTCOME_DEAD] = "#b91c1c",
		[OUTCOME_EXPIRED] = "#b45309",
		[OUTCOME_CANCELED] = "#6b7280",
		[OUTCOME_UNREPORTED] = "#6b7280",
	};
	const char *text = o == OUTCOME_NONE ? "no runs" : outcome_names[o];
	int left = width_of(label), right = width_of(text);

	buf_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"20\" role=\"img\"><title>",
	    left + right);
	add_text(label, out);
	buf_printf(out,
	    ": %s</title><g fill=\"#fff\" text-anchor=\"middle\" "
	    "font-family=\"Verdana,sans-serif\" font-size=\"11\">",
	    text);
	add_box(0, left, "#374151", label, out);
	add_box(left, right, colors[o], text, out);
	buf_str(out, "</g></svg>\n");
}
