/*
 * The list of warnings, and those that need the text a trigger was made of,
 * which the trigger no longer has: steps that do not divide their range, and
 * times that the clock skips or repeats.  Tested in t_trigger_warn.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define PIECE_SHOWN_MAX 64 /* bytes of a piece in a warning */
#define NAME_SHOWN_MAX 64  /* bytes of an unknown name */

static const char *const names[] = {
	[WARN_GAP] = "gap",
	[WARN_FOLD] = "fold",
	[WARN_RARE] = "rare",
	[WARN_ENDS] = "ends",
	[WARN_MISSING_DAY] = "missing_day",
	[WARN_CADENCE] = "cadence",
	[WARN_PAST] = "past",
	[WARN_JITTER] = "jitter",
	[WARN_PLAN] = "plan",
	[WARN_STEP] = "step",
	[WARN_READING] = "reading",
	[WARN_CHOICE] = "choice",
	[WARN_IGNORED_TEXT] = "ignored_text",
	[WARN_ZONE] = "zone",
	[WARN_NO_FILES] = "no_zone_files",
	[WARN_RAN] = "already_ran",
	[WARN_NO_KEY] = "no_key",
	[WARN_IGNORED] = "ignored",
	[WARN_IGNORED_FIELD] = "ignored_field",
	[WARN_UNKNOWN_QUEUE] = "unknown_queue",
	[WARN_DRIFT] = "drift",
	[WARN_UNEVEN] = "uneven",
	[WARN_END_DAY] = "end_of_day",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == WARN__MAX,
    "a name for each code");

const char *
warn_code_name(enum warn_code code)
{
	return names[code];
}

void
warns_fini(struct warns *ws)
{
	size_t i, lang;

	for (i = 0; i < ws->n; i++)
		for (lang = 0; lang < DESCRIBE__MAX; lang++)
			buf_fini(&ws->v[i].text[lang]);
	ws->n = 0;
}

struct warn *
warns_begin(struct warns *ws, enum warn_code code)
{
	struct warn *w;

	if (ws->n == WARNS_MAX)
		return NULL;
	w = &ws->v[ws->n++];
	w->code = code;
	for (int lang = 0; lang < DESCRIBE__MAX; lang++)
		buf_init(&w->text[lang]);
	return w;
}

int
warns_copy_text(const char **text, struct buf *out)
{
	const char *p = *text;
	size_t n = 0;

	while (p[n] != '\0' &&
	    !(p[n] == '%' && (p[n + 1] == '1' || p[n + 1] == '2')))
		n++;
	buf_add(out, p, n);
	if (p[n] == '\0')
		return -1;
	*text = p + n + 2;
	return p[n + 1] - '1';
}

void
warns_add(struct warns *ws, enum warn_code code, const struct warn_text *text)
{
	struct warn *w = warns_begin(ws, code);
	const char *p;
	int hole;

	for (int lang = 0; w != NULL && lang < DESCRIBE__MAX; lang++)
		for (p = text->text[lang];
		     (hole = warns_copy_text(&p, &w->text[lang])) >= 0;)
			buf_str(&w->text[lang], hole == 0 ? text->a : text->b);
}

void
warns_move(struct warns *to, struct warns *from)
{
	size_t n = WARNS_MAX - to->n, i;

	for (i = 0; i < from->n && i < n; i++)
		to->v[to->n++] = from->v[i];
	for (; i < from->n; i++)
		for (int lang = 0; lang < DESCRIBE__MAX; lang++)
			buf_fini(&from->v[i].text[lang]);
	from->n = 0;
}

void
warns_ignored(struct warns *ws, const char *name)
{
	char shown[NAME_SHOWN_MAX + 4];

	(void)snprintf(shown, sizeof(shown), "%.*s%s",
	    fault_cut(name, NAME_SHOWN_MAX), name,
	    strlen(name) > NAME_SHOWN_MAX ? "..." : "");
	warns_add(ws, WARN_IGNORED,
	    &(struct warn_text){
		.text = { "unknown field %1: ignored", "未知字段 %1：已忽略" },
		.a = shown });
}

void
warns_to_json(const struct warns *ws, enum describe_lang lang, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < ws->n; i++) {
		buf_printf(out,
		    "%s{\"code\":\"%s\",\"message\":", i > 0 ? "," : "",
		    warn_code_name(ws->v[i].code));
		buf_json(out, buf_cstr(&ws->v[i].text[lang]));
		out->is_failed |= ws->v[i].text[lang].is_failed;
		buf_char(out, '}');
	}
	buf_char(out, ']');
}

/*
 * The number of values of a field, and the most it can have; 0: as many as the
 * month or the year has.  min is its first value.
 */
static const struct round {
	enum cron_field f;
	int size;
	int most;
	int min;
	const char *text[DESCRIBE__MAX];
} rounds[] = {
	{ CRON_SECOND, 60, 60, 0,
	    { "second %1: steps restart every minute, as 60 is no multiple "
	      "of %2",
		"second %1：60 不是 %2 的倍数，每分钟重新开始计步" } },
	{ CRON_MINUTE, 60, 60, 0,
	    { "minute %1: steps restart every hour, as 60 is no multiple of "
	      "%2",
		"minute %1：60 不是 %2 的倍数，每小时重新开始计步" } },
	{ CRON_HOUR, 24, 24, 0,
	    { "hour %1: steps restart every day, as 24 is no multiple of %2",
		"hour %1：24 不是 %2 的倍数，每天重新开始计步" } },
	{ CRON_DAY, 0, 31, 1,
	    { "day %1: steps restart on the 1st of every month, "
	      "not %2 days after the last",
		"day %1：每月 1 日重新开始计步，与上月最后一次的间隔不一定是 %2 天" } },
	{ CRON_MONTH, 12, 12, 1,
	    { "month %1: steps restart every year, as 12 is no multiple of "
	      "%2",
		"month %1：12 不是 %2 的倍数，每年重新开始计步" } },
	{ CRON_DOW, 7, 7, 0,
	    { "day_of_week %1: steps restart every week, as 7 is no "
	      "multiple of %2",
		"day_of_week %1：7 不是 %2 的倍数，每周重新开始计步" } },
	{ CRON_WEEK, 0, 53, 1,
	    { "week %1: steps restart every year, which has 52 or 53 weeks, "
	      "not %2 weeks after the last",
		"week %1：每年（52 或 53 "
		"周）重新开始计步，与上年最后一次的间隔不一定是 %2 周" } },
};

/*
 * Do the steps from the first value of the n bytes of a piece, "*", "a" or
 * "a-b", go through the whole field?  So they do if it ends with the field and
 * begins within the first step: 5-59/7 is meant as every 7 minutes.  In
 * 30-59/7 and 0-40/7 a part of the field is meant, and in 1-6/2 six days of
 * the week.
 */
static bool
is_whole(const char *piece, size_t n, int step, const struct round *r)
{
	char text[16], *end;
	long a, b = r->min + r->most - 1;

	if (n == 1 && *piece == '*')
		return true;
	if (n == 0 || n >= sizeof(text))
		return false;
	memcpy(text, piece, n);
	text[n] = '\0';
	a = strtol(text, &end, 10);
	if (end == text || a < 0)
		return false;
	if (*end == '-')
		b = strtol(end + 1, &end, 10);
	if (*end != '\0')
		return false;
	if (r->f == CRON_DOW && memchr(text, '-', n) != NULL)
		return b - a >= r->most - 1;
	return b >= r->min + r->most - 1 && a - r->min < step;
}

/* The step of the piece of n bytes if it goes through its field, else 0. */
static int
step_of(const char *piece, size_t n, const struct round *r)
{
	const char *slash = memchr(piece, '/', n);
	char digits[8];
	size_t before, behind;
	int64_t step;

	if (slash == NULL)
		return 0;
	before = (size_t)(slash - piece);
	behind = n - before - 1;
	if (behind >= sizeof(digits))
		return 0;
	memcpy(digits, slash + 1, behind);
	digits[behind] = '\0';
	if (num_parse(digits, 1, 9999, &step) != 0 ||
	    !is_whole(piece, before, (int)step, r))
		return 0;
	return (int)step;
}

/* Warn of the n bytes of one field; true if there was a warning. */
static bool
check_field(enum cron_field f, const char *text, size_t n, struct warns *out)
{
	char piece[PIECE_SHOWN_MAX], step[16];
	size_t i = 0, len;
	int v;

	while (i < sizeof(rounds) / sizeof(rounds[0]) && rounds[i].f != f)
		i++;
	if (i == sizeof(rounds) / sizeof(rounds[0]))
		return false;
	for (; n > 0; text += len, n -= len) {
		const char *comma = memchr(text, ',', n);

		len = comma == NULL ? n : (size_t)(comma - text);
		v = step_of(text, len, &rounds[i]);
		if (v > 1 && len < sizeof(piece) && v < rounds[i].most &&
		    (rounds[i].size == 0 || rounds[i].size % v != 0)) {
			(void)snprintf(piece, sizeof(piece), "%.*s", (int)len,
			    text);
			(void)snprintf(step, sizeof(step), "%d", v);
			warns_add(out, WARN_UNEVEN,
			    &(struct warn_text){
				.text = { rounds[i].text[DESCRIBE_EN],
				    rounds[i].text[DESCRIBE_ZH] },
				.a = piece,
				.b = step });
			return true;
		}
		len += comma != NULL;
	}
	return false;
}

/*
 * Check the fields of a crontab line; with six or more the seconds come first.
 */
static void
check_line(const char *line, struct warns *out)
{
	static const enum cron_field columns[] = { CRON_SECOND, CRON_MINUTE,
		CRON_HOUR, CRON_DAY, CRON_MONTH, CRON_DOW };
	const char *at[8];
	size_t len[8], n = 0, skip;

	while (*(line += strspn(line, " \t")) != '\0' && n < 8) {
		at[n] = line;
		len[n] = strcspn(line, " \t");
		line += len[n];
		/* A zone in front is no field. */
		if (memchr(at[n], '=', len[n]) == NULL)
			n++;
	}
	if (n < 5 || n > 7)
		return;
	skip = n == 5;
	for (size_t i = skip; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (check_field(columns[i], at[i - skip], len[i - skip], out))
			return;
}

void
warns_find_steps(const struct trigger *t, struct warns *out)
{
	const char *text;

	if (t->kind != TRIGGER_CRON)
		return;
	text = buf_cstr(&t->u.cron.text);
	if (t->u.cron.is_crontab) {
		check_line(text, out);
		return;
	}
	for (int f = CRON__MAX - 1; f >= 0; f--) {
		const char *field = text + t->u.cron.at[f];

		if (t->u.cron.at[f] != CRON_NOT_GIVEN &&
		    check_field((enum cron_field)f, field, strlen(field), out))
			return;
	}
}

/* Does local time wall_s occur again after its first instant t_s? */
static bool
occurs_twice(const struct tz *tz, int64_t t_s, int64_t wall_s)
{
	struct tz_period p, q;

	tz_at(tz, t_s, &p);
	if (p.until_s == INT64_MAX)
		return false;
	tz_at(tz, p.until_s, &q);
	return wall_s - q.offset_s >= q.from_s &&
	    wall_s - q.offset_s < q.until_s && q.offset_s < p.offset_s;
}

static void
check_wall(const struct trigger *t, const char *field, int64_t wall_s,
    struct warns *out)
{
	int64_t t_s = tz_instant(t->tz, wall_s);
	struct warn_text text = { .a = field };
	struct buf taken = BUF_INIT;
	struct tz_period p;

	tz_at(t->tz, t_s, &p);
	describe_wall(t_s + p.offset_s, &taken);
	text.b = buf_cstr(&taken);
	if (t_s + p.offset_s != wall_s) {
		text.text[DESCRIBE_EN] = "%1 does not exist (the clock moves "
					 "forward): %2 is used instead";
		text.text[DESCRIBE_ZH] = "%1 不存在（时钟拨快）：改用 %2";
		warns_add(out, WARN_GAP, &text);
	} else if (occurs_twice(t->tz, t_s, wall_s)) {
		text.text[DESCRIBE_EN] =
		    "%1, %2, occurs twice (the clock moves "
		    "back): the first is used; give an "
		    "offset for the second";
		text.text[DESCRIBE_ZH] =
		    "%1（%2）出现两次（时钟拨慢）：取第一次；"
		    "若要第二次，请写明时区偏移";
		warns_add(out, WARN_FOLD, &text);
	}
	buf_fini(&taken);
}

/* Warn of an end at 00:00 of a day in which it would fire later. */
static void
check_end(const struct trigger *t, const char *text, struct warns *out)
{
	struct warn_text w = {
		.text = { "end_date %1 is 00:00 of that day and excludes the day; "
			  "write %1 23:59:59 to include it",
		    "end_date %1 指当天 00:00，当天其余时间不会触发；"
		    "若要包含当天，请写 %1 23:59:59" },
		.a = text,
	};
	int64_t next_us;

	/* The end of a calendarinterval includes its day. */
	if (t->kind == TRIGGER_DATE || t->kind == TRIGGER_CALENDAR ||
	    t->end_us == TRIGGER_NOT_GIVEN)
		return;
	next_us = trigger_ops_of(t)->next(t, t->end_us);
	if (next_us - t->end_us < INT64_C(86400) * US_PER_S)
		warns_add(out, WARN_END_DAY, &w);
}

void
warns_find_instant(const struct trigger *t, const char *field, const char *text,
    struct warns *out)
{
	int64_t wall_s;

	if (!datetime_wall(text, &wall_s))
		return;
	check_wall(t, field, wall_s, out);
	if (strcmp(field, trigger_in_name(IN_END_DATE)) == 0 &&
	    datetime_is_date(text))
		check_end(t, text, out);
}
