/*
 * minutehand preview --batch: one trigger per line of JSON, one line of fires
 * each.  Tested in tests/trigger/proof.bats and crontab.bats.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/json_out.h"
#include "ctl/preview_batch.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define LINE_MAX_BYTES (1024u * 1024)
#define FIELDS_MAX 64
#define COUNT_MAX 1000
#define INSTANTS_MAX 3 /* run_date, start_date, end_date */

/* State kept from line to line. */
struct batch {
	struct tz_cache *zones;
	const char *host_zone;
	struct buf out; /* the answer to one line */
	bool is_bad;	/* a line was not a JSON object */
};

/* A question; its strings are borrowed from the parsed line. */
struct question {
	struct json_object *object;
	const char *kind;
	const char *zone;
	const char *now;
	char now_text[JSON_INSTANT_MAX];
	int64_t count;
	bool is_printed; /* the answer has the trigger's text */
	struct trigger_field fields[FIELDS_MAX];
	size_t nfields;
	char instants[INSTANTS_MAX][JSON_INSTANT_MAX];
	size_t ninstants;
	struct faults fs;
};

/* Take one member as a field of the trigger: text, or a number's digits. */
static int
take_field(void *cookie, const char *name, struct json_object *v)
{
	static const char *const ours[] = { "trigger", "now", "count", "print",
		NULL };
	struct question *q = cookie;
	const char *value = "";
	const char *const *o;

	for (o = ours; *o != NULL; o++) {
		if (strcmp(*o, name) == 0)
			return 0;
	}
	if (v == NULL)
		return 0;
	if (trigger_is_instant(name) && q->ninstants < INSTANTS_MAX) {
		if (json_get_instant(q->object, name,
			q->instants[q->ninstants++], &value, &q->fs) == -1)
			return 0;
	} else if (json_is_number(v))
		value = json_text(v);
	else if (json_get_str(q->object, name, &value, &q->fs) == -1)
		return 0;
	if (q->nfields == FIELDS_MAX) {
		(void)fault_add(&q->fs, name, "too many fields");
		return 1;
	}
	q->fields[q->nfields].name = name;
	q->fields[q->nfields++].value = value;
	return 0;
}

static int
read_question(struct json_object *o, struct question *q)
{
	static const struct json_range range = { 1, COUNT_MAX };

	q->object = o;
	q->count = 1;
	(void)json_get_str(o, "trigger", &q->kind, &q->fs);
	(void)json_get_str(o, "timezone", &q->zone, &q->fs);
	(void)json_get_instant(o, "now", q->now_text, &q->now, &q->fs);
	(void)json_get_int(o, "count", &range, &q->count, &q->fs);
	(void)json_get_bool(o, "print", &q->is_printed, &q->fs);
	(void)json_each(o, take_field, q);
	if (q->kind == NULL)
		(void)fault_add(&q->fs, "trigger",
		    "is required: date, interval or cron, "
		    "or calendarinterval");
	return q->fs.n == 0 ? 0 : -1;
}

/* Read "now" of the question in the question's zone. */
static int
read_now(const struct batch *b, struct question *q, int64_t *now_us)
{
	const struct tz *tz;
	const char *wrong;
	struct err why;

	if (q->now == NULL) {
		*now_us = clock_now_us();
		return 0;
	}
	tz = tz_get(b->zones, q->zone == NULL ? b->host_zone : q->zone, &why);
	if (tz == NULL)
		return fault_add(&q->fs, "timezone", "%s", why.text);
	if ((wrong = datetime_parse(q->now, tz, now_us, NULL)) != NULL)
		return fault_add_instant(&q->fs, "now", q->now, wrong);
	return 0;
}

/* Append t_us as seconds since the epoch, with decimals only if needed. */
static void
add_epoch(struct buf *out, int64_t t_us)
{
	int64_t s = t_us / CLOCK_US_PER_S, us = t_us % CLOCK_US_PER_S;

	if (us < 0 && s == 0)
		buf_char(out, '-');
	buf_printf(out, "%" PRId64, s);
	if (us == 0)
		return;
	buf_printf(out, ".%06" PRId64, us < 0 ? -us : us);
	while (out->len > 0 && out->data[out->len - 1] == '0')
		out->data[--out->len] = '\0';
}

static void
add_print(const struct trigger *t, struct buf *out)
{
	struct buf text = BUF_INIT;

	trigger_print(t, &text);
	buf_str(out, ",\"trigger\":");
	buf_json(out, buf_cstr(&text));
	out->is_failed |= text.is_failed;
	buf_fini(&text);
}

static void
add_answer(const struct trigger *t, int64_t now_us, const struct question *q,
    struct buf *out)
{
	int64_t slot = trigger_first(t, now_us), count = q->count, n;

	buf_str(out, "{\"epoch\":[");
	for (n = 0; n < count && slot != TRIGGER_NONE; n++) {
		if (n > 0)
			buf_char(out, ',');
		add_epoch(out, slot);
		if (n + 1 < count)
			slot = trigger_next(t, slot);
	}
	buf_printf(out, "],\"exhausted\":%s", n < count ? "true" : "false");
	if (q->is_printed)
		add_print(t, out);
	buf_str(out, "}\n");
}

static void
add_faults(const struct faults *fs, struct buf *out)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < fs->n; i++)
		buf_printf(&text, "%s%s: %s", i == 0 ? "" : "; ",
		    fs->v[i].field, fs->v[i].text);
	buf_str(out, "{\"error\":");
	buf_json(out, buf_cstr(&text));
	buf_str(out, "}\n");
	buf_fini(&text);
}

/* Answer the question of the object o. */
static void
answer(struct batch *b, struct json_object *o)
{
	struct question q = { .kind = NULL };
	struct trigger_env env = { .zones = b->zones,
		.default_zone = b->host_zone };
	struct trigger *t = NULL;

	if (read_question(o, &q) == 0 && read_now(b, &q, &env.now_us) == 0)
		t = trigger_new(q.kind, q.fields, q.nfields, &env, &q.fs);
	if (t != NULL)
		add_answer(t, env.now_us, &q, &b->out);
	else if (fault_is_never(
		     &q.fs)) /* not valid for a job, but an answer: no fires */
		buf_str(&b->out, "{\"epoch\":[],\"exhausted\":true}\n");
	else
		add_faults(&q.fs, &b->out);
	trigger_free(t);
}

static void
do_line(struct batch *b, const char *line, size_t len)
{
	struct json_object *o;
	struct faults fs = { .n = 0 };
	struct err why = { "longer than 1 MiB" };

	buf_reset(&b->out);
	o = len > LINE_MAX_BYTES ? NULL : json_parse(line, len, &why);
	if (json_is_object(o)) {
		answer(b, o);
	} else {
		b->is_bad = true;
		(void)fault_add(&fs, "line", "%s",
		    o == NULL ? why.text : "must be a JSON object");
		add_faults(&fs, &b->out);
	}
	json_free(o);
	if (b->out.is_failed)
		text_line("{\"error\":\"out of memory\"}");
	else
		text_json(stdout, b->out.data, b->out.len);
}

/* Append a block to the current line, and process each complete line. */
static void
do_block(struct batch *b, struct buf *line, const char *p, size_t n)
{
	const char *end;

	while ((end = memchr(p, '\n', n)) != NULL) {
		size_t part = (size_t)(end - p);

		if (line->len == 0) {
			do_line(b, p, part);
		} else {
			buf_add(line, p, part);
			do_line(b, buf_cstr(line), line->len);
			buf_reset(line);
		}
		n -= part + 1;
		p = end + 1;
	}
	/* The rest of a line that is too long is dropped. */
	if (line->len <= LINE_MAX_BYTES)
		buf_add(line, p, n);
}

static int
read_lines(struct batch *b)
{
	char block[65536];
	struct buf line = BUF_INIT;
	ssize_t n;

	for (;;) {
		/* An interactive client waits for the answer now. */
		(void)fflush(stdout);
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		do_block(b, &line, block, (size_t)n);
	}
	if (line.len > 0)
		do_line(b, buf_cstr(&line), line.len);
	buf_fini(&line);
	return n == 0 ?
	    CTL_OK :
	    ctl_fail(CTL_DOWN, "standard input: %s", strerror(errno));
}

int
preview_batch(const char *env_tz)
{
	struct batch b = { .zones = tz_cache_new(NULL), .out = BUF_INIT };
	int status;

	if (b.zones == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	b.host_zone = tz_host_name(b.zones, env_tz);
	status = read_lines(&b);
	buf_fini(&b.out);
	tz_cache_free(b.zones);
	return status == CTL_OK && b.is_bad ? CTL_DATA : status;
}
