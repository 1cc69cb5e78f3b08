/*
 * What may surprise about a trigger: clock changes, gaps, rare fires, dialects
 * of crontab.  Tested in t_trigger_warn.
 */
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/slot.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define DAY_US (INT64_C(86400) * US_PER_S)
#define YEAR_DAYS 365

#define HOURS_ALL UINT64_C(0xffffff)

/* Clock changes this far ahead are reported. */
#define CLOCK_AHEAD_US (400 * DAY_US)

/* Fires this far apart are rare; shorter than any two years. */
#define RARE_US (2 * YEAR_DAYS * DAY_US)

/* A warning in both languages; "%1" and "%2" stand for its values. */
struct phrase {
	const char *text[DESCRIBE__MAX];
};

/* By what happens to the wall time. */
static const struct phrase gap_phrases[DST__MAX] = {
	[DST_WALL] = { { "%1 does not exist that day (the clock moves "
			 "forward): it does not fire then",
	    "%1 不存在（时钟拨快）：当次不触发" } },
	[DST_SKIP] = { { "%1 does not exist that day (the clock moves "
			 "forward): it does not fire then",
	    "%1 不存在（时钟拨快）：当次不触发" } },
	[DST_ONCE] = { { "%1 does not exist that day (the clock moves "
			 "forward): it fires at %2 instead",
	    "%1 不存在（时钟拨快）：改在 %2 触发" } },
};

static const struct phrase fold_phrases[DST__MAX] = {
	[DST_WALL] = { { "%1 occurs twice that day (the clock moves back): "
			 "it fires both times",
	    "%1 出现两次（时钟拨慢）：两次都触发" } },
	[DST_SKIP] = { { "%1 occurs twice that day (the clock moves back): "
			 "it fires the first time only",
	    "%1 出现两次（时钟拨慢）：只在第一次触发" } },
	[DST_ONCE] = { { "%1 occurs twice that day (the clock moves back): "
			 "it fires the first time only",
	    "%1 出现两次（时钟拨慢）：只在第一次触发" } },
};

static const struct phrase rare_phrase = { { "it fires at %1, and then not "
					     "before %2",
    "在 %1 触发后，要到 %2 才再次触发" } };
static const struct phrase end_phrase = { { "its last fire is at %1",
    "最后一次触发在 %1" } };
static const struct phrase cadence_phrase = {
	{ "it fires every %1, but ticks run every %2: fires in between "
	  "are late",
	    "每%1触发一次，但每%2才检查一次任务：其间的触发会延后" }
};
static const struct phrase past_phrase = {
	{ "%1 has passed: it runs at the next "
	  "tick",
	    "%1 已经过去：将在下一次检查时运行" }
};
static const struct phrase missed_phrase = {
	{ "%1 passed longer ago than misfire_grace_time allows: it is missed",
	    "%1 已经过去，且超过 misfire_grace_time：不会运行" }
};
static const struct phrase jitter_phrase = {
	{ "the jitter of %1 is shortened where the next fire is nearer (%2)",
	    "抖动 %1 会被缩短：与下一次触发的间隔更短（%2）" }
};

/*
 * What was noted while the trigger was read; "%L" stands for its line, "%Z"
 * for its zone.
 */
static const struct {
	unsigned note;
	enum warn_code code;
	struct phrase phrase;
} note_rows[] = {
	{ CRONTAB_STEP, WARN_STEP,
	    { { "a step is larger than its range: only the first value of the "
		"range matches",
		"步长大于其范围：只匹配范围的第一个值" } } },
	{ CRONTAB_QUARTZ, WARN_READING,
	    { { "weekday numbers are read as Quartz counts them, 1 is Sunday "
		"(crontab: 0 and 7); names are unambiguous: %L",
		"星期数字按 Quartz 计：1 为周日（crontab 中 0 和 7 "
		"为周日）；写名称则无歧义：%L" } } },
	{ CRONTAB_SUNDAY_0, WARN_READING,
	    { { "weekday numbers are read as crontab counts them, 0 and 7 are "
		"Sunday (Quartz: 1); names are unambiguous: %L",
		"星期数字按 crontab 计：0 和 7 为周日（Quartz 中 1 "
		"为周日）；写名称则无歧义：%L" } } },
	{ CRONTAB_SECONDS, WARN_READING,
	    { { "six fields are read with the second first, as Quartz has them "
		"(some programs have it last): %L",
		"六个字段按 Quartz "
		"的顺序读取：第一个是秒（有的程序把秒放在最后）：%L" } } },
	{ CRONTAB_SECONDS_LAST, WARN_READING,
	    { { "six fields are read with the second last, as croniter has "
		"them, as the position of the names shows: %L",
		"六个字段按 croniter "
		"的顺序读取：最后一个是秒（由名称的位置可知）：%L" } } },
	{ CRONTAB_YEAR_LAST, WARN_READING,
	    { { "six fields are read with the year last, as AWS has them: %L",
		"六个字段按 AWS 的顺序读取：最后一个是年：%L" } } },
	{ CRONTAB_POSITION, WARN_READING,
	    { { "# is read as the position of the weekday in the month; "
		"Debian's cron ignores it and fires every week",
		"# 表示当月第几个星期几；Debian 的 cron "
		"会忽略它而每周触发" } } },
	{ CRONTAB_RANDOM, WARN_READING,
	    { { "~ is read as a choice from a range, as cronie has it; "
		"Debian's cron ignores it and uses the first value",
		"~ 按 cronie 的规则从范围中选取一个值；Debian 的 cron "
		"会忽略它而只取第一个值" } } },
	{ CRONTAB_CHOICE, WARN_CHOICE,
	    { { "H and ~ were chosen by the job's queue and id, the same each "
		"time: %L",
		"H 和 ~ 已按任务的队列和 ID 选定，每次相同：%L" } } },
	{ CRONTAB_JUNK, WARN_IGNORED_TEXT,
	    { { "text after a range has no effect, as in Debian's cron: %L",
		"范围之后的文字不起作用（与 Debian 的 cron 相同）：%L" } } },
	{ CRONTAB_EMPTY, WARN_IGNORED_TEXT,
	    { { "a range that ends before it begins has no value, as in "
		"Debian's cron: %L",
		"终点小于起点的范围没有值（与 Debian 的 cron 相同）：%L" } } },
	{ CRONTAB_WRAP, WARN_READING,
	    { { "a range that ends before it begins is read as Quartz does, "
		"around the end: %L",
		"终点小于起点的范围按 Quartz 的规则绕回开头：%L" } } },
	{ CRONTAB_WEEK_END, WARN_READING,
	    { { "a range of weekdays to Sunday is read to the end of the week; "
		"Debian's cron has no value for it",
		"到周日的星期范围视为到一周结束；Debian 的 cron "
		"认为它没有值" } } },
	{ CRONTAB_EITHER, WARN_READING,
	    { { "day and weekday are both restricted: either may match, as in "
		"crontab (some programs want both)",
		"日和星期都有限制：满足其一即触发，与 crontab "
		"相同（有的程序要求两者都满足）" } } },
	{ CRONTAB_SATURDAY, WARN_READING,
	    { { "L alone for the weekday is read as Saturday, as in Quartz",
		"星期字段中单独的 L 按 Quartz 读作周六" } } },
	{ TRIGGER_NOTE_ZONE, WARN_ZONE,
	    { { "the zone of the crontab line is used, not timezone: %Z",
		"以 crontab 行中的时区为准，而非 timezone：%Z" } } },
};

/* The values of "%1" and "%2": wall seconds, or durations in microseconds. */
struct values {
	int64_t v[2];
	bool is_length;
};

static void
add(struct warns *ws, enum warn_code code, const struct phrase *ph,
    const struct values *values)
{
	struct warn *w = warns_begin(ws, code);
	const char *p;
	int64_t v;
	int hole;

	for (int i = 0; w != NULL && i < DESCRIBE__MAX; i++) {
		enum describe_lang lang = (enum describe_lang)i;

		for (p = ph->text[lang];
		     (hole = warns_copy_text(&p, &w->text[lang])) >= 0;) {
			v = values->v[hole];
			if (values->is_length)
				describe_length(v, lang, &w->text[lang]);
			else
				describe_wall(v, &w->text[lang]);
		}
	}
}

/* Append a text with its "%L" and "%Z" replaced from t. */
static void
add_text(const struct trigger *t, const char *text, struct buf *out)
{
	const char *line = trigger_crontab(t);

	for (; *text != '\0'; text++)
		if (*text != '%')
			buf_char(out, *text);
		else if (*++text == 'L')
			buf_str(out, line == NULL ? "" : line);
		else
			buf_str(out, tz_name(t->tz));
}

/* Add the warnings for the notes taken while t was read. */
static void
warn_of_notes(const struct trigger *t, unsigned notes, struct warns *ws)
{
	struct warn *w;
	size_t i;
	int lang;

	for (i = 0; i < sizeof(note_rows) / sizeof(note_rows[0]); i++) {
		if ((notes & note_rows[i].note) == 0)
			continue;
		w = warns_begin(ws, note_rows[i].code);
		for (lang = 0; w != NULL && lang < DESCRIBE__MAX; lang++)
			add_text(t, note_rows[i].phrase.text[lang],
			    &w->text[lang]);
	}
}

static void
warn_of_missing_day(const struct trigger *t, struct warns *ws)
{
	static const struct warn_text text = {
		.text = { "some months lack the day: it does not fire in them; "
			  "on_missing_day = last uses their last day",
		    "有的月份没有该日：当月不触发；on_missing_day = last "
		    "则取该月最后一天" }
	};

	if (t->kind == TRIGGER_CALENDAR && !t->u.calendar.dates.is_last &&
	    calendar_has_missing(&t->u.calendar.dates))
		warns_add(ws, WARN_MISSING_DAY, &text);
}

static int64_t
wall_of(const struct trigger *t, int64_t t_us)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0);
	struct tz_period p;

	tz_at(t->tz, t_s, &p);
	return t_s + p.offset_s;
}

/*
 * Does the change from one period to the next skip or repeat a time of t?  The
 * first had warnings are unrelated.
 */
static void
warn_of_change(const struct trigger *t, const struct tz_period change[2],
    size_t had, struct warns *ws)
{
	const struct tz_period *p = &change[0], *q = &change[1];
	enum warn_code code = q->offset_s > p->offset_s ? WARN_GAP : WARN_FOLD;
	const struct phrase *ph = code == WARN_GAP ? gap_phrases : fold_phrases;
	int64_t a_s = p->until_s + p->offset_s, b_s = p->until_s + q->offset_s;
	struct values v = { { 0, b_s }, false };
	struct slot_state room;
	const struct slot_set set = trigger_ops_of(t)->walls(t, &room);
	size_t i;

	v.v[0] = set.next(set.of, a_s < b_s ? a_s : b_s);
	if (v.v[0] >= (a_s < b_s ? b_s : a_s))
		return;
	for (i = had; i < ws->n; i++)
		if (ws->v[i].code == code)
			return;
	add(ws, code, &ph[trigger_dst_of(t)], &v);
}

/* Add what clock changes do to t within CLOCK_AHEAD_US. */
static void
warn_of_clock(const struct trigger *t, const struct warn_env *env,
    struct warns *ws)
{
	int64_t from_us = env->now_us, until_us = env->now_us + CLOCK_AHEAD_US;
	struct tz_period p[2];
	const size_t had = ws->n;

	/* A job that runs every hour gains and loses an hour unnoticed. */
	if (trigger_ops_of(t)->walls == NULL ||
	    (t->kind == TRIGGER_CRON &&
		t->u.cron.set.bits[CRON_HOUR] == HOURS_ALL))
		return;
	if (t->start_us != TRIGGER_NOT_GIVEN && t->start_us > from_us)
		from_us = t->start_us;
	if (t->end_us != TRIGGER_NOT_GIVEN && t->end_us < until_us)
		until_us = t->end_us;
	tz_at(t->tz, from_us / US_PER_S, &p[0]);
	for (; p[0].until_s < until_us / US_PER_S; p[0] = p[1]) {
		tz_at(t->tz, p[0].until_s, &p[1]);
		warn_of_change(t, p, had, ws);
	}
}

static const struct phrase drift_phrase = {
	{ "days are counted in real time: it fires at %1, but at %2 after the "
	  "clock has changed; a cron trigger keeps the time of day",
	    "天数按实际时间计算：%1 触发，时钟调整后则在 %2 触发；"
	    "若要保持钟点不变，请用 cron" }
};

/* Warn of whole days of real time in a zone whose clock will change. */
static void
warn_of_drift(const struct trigger *t, const struct warn_env *env,
    struct warns *ws)
{
	int64_t first_us, next_us, until_us = env->now_us + CLOCK_AHEAD_US;
	struct values v = { { 0, 0 }, false };
	struct tz_period p, q;

	if (t->kind != TRIGGER_INTERVAL ||
	    t->u.interval.length_us % DAY_US != 0)
		return;
	first_us = trigger_first(t, env->now_us);
	if (first_us == TRIGGER_NONE)
		return;
	tz_at(t->tz, first_us / US_PER_S, &p);
	for (; p.until_s < until_us / US_PER_S; p = q) {
		tz_at(t->tz, p.until_s, &q);
		if (q.offset_s == p.offset_s)
			continue;
		next_us = trigger_next(t, p.until_s * US_PER_S - 1);
		if (next_us == TRIGGER_NONE)
			return;
		v.v[0] = wall_of(t, first_us);
		v.v[1] = wall_of(t, next_us);
		add(ws, WARN_DRIFT, &drift_phrase, &v);
		return;
	}
}

/* The next fires: how dense, how rare, and whether they end. */
struct fires {
	int64_t v[2];	   /* the first two */
	int64_t n;	   /* their number, up to the horizon */
	int64_t last_us;   /* the last of them */
	int64_t finest_us; /* the smallest distance */
};

static void
sample_fires(const struct trigger *t, const struct warn_env *env,
    struct fires *f)
{
	int64_t us = trigger_first(t, env->now_us);

	*f = (struct fires){ .finest_us = INT64_MAX };
	for (; f->n < env->horizon && us != TRIGGER_NONE; f->n++) {
		if (f->n < 2)
			f->v[f->n] = us;
		if (f->n > 0 && us - f->last_us < f->finest_us)
			f->finest_us = us - f->last_us;
		f->last_us = us;
		us = trigger_next(t, us);
	}
}

static void
warn_of_fires(const struct trigger *t, const struct warn_env *env,
    struct warns *ws)
{
	struct values wall = { { 0, 0 }, false }, length = { { 0, 0 }, true };
	struct fires f;

	sample_fires(t, env, &f);
	wall.v[0] = wall_of(t, f.v[0]);
	wall.v[1] = wall_of(t, f.v[1]);
	if (f.n > 1 && f.v[1] - f.v[0] >= RARE_US)
		add(ws, WARN_RARE, &rare_phrase, &wall);
	wall.v[0] = wall_of(t, f.last_us);
	if (f.n > 0 && f.n < env->horizon)
		add(ws, WARN_ENDS, &end_phrase, &wall);
	length.v[0] = f.finest_us;
	length.v[1] = env->cadence_us;
	if (f.finest_us < env->cadence_us)
		add(ws, WARN_CADENCE, &cadence_phrase, &length);
	length.v[0] = t->jitter_us;
	length.v[1] = f.finest_us;
	if (t->jitter_us >= f.finest_us)
		add(ws, WARN_JITTER, &jitter_phrase, &length);
}

/* Fields that were taken, as clients send them, but change nothing. */
static void
warn_of_idle_fields(const struct trigger *t, struct warns *out)
{
	static const struct phrase phrase = { { "%1 has no effect on trigger "
						"%2: ignored",
	    "%1 对 %2 触发器不起作用：已忽略" } };
	bool is_date = t->kind == TRIGGER_DATE;
	bool has_walls = !is_date && t->kind != TRIGGER_INTERVAL;
	const struct {
		const char *name;
		bool is_idle;
	} rows[] = {
		{ "dst", !has_walls && t->dst != DST_AUTO },
		{ "start_date", is_date && t->start_us != TRIGGER_NOT_GIVEN },
		{ "end_date", is_date && t->end_us != TRIGGER_NOT_GIVEN },
		{ "on_missing_day",
		    t->kind == TRIGGER_CALENDAR &&
			t->u.calendar.dates.is_last &&
			t->u.calendar.dates.months == 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is_idle)
			warns_add(out, WARN_IGNORED_FIELD,
			    &(struct warn_text){
				.text = { phrase.text[DESCRIBE_EN],
				    phrase.text[DESCRIBE_ZH] },
				.a = rows[i].name,
				.b = trigger_kind_name(t->kind) });
}

void
warns_find(const struct trigger *t, const struct warn_env *env,
    struct warns *out)
{
	int64_t late_us;
	struct values v = { { 0, 0 }, false };

	warn_of_notes(t, env->notes, out);
	warn_of_idle_fields(t, out);
	if (t->kind != TRIGGER_DATE) {
		warn_of_missing_day(t, out);
		warn_of_clock(t, env, out);
		warn_of_drift(t, env, out);
		warns_find_steps(t, out);
		warn_of_fires(t, env, out);
		return;
	}
	v.v[0] = wall_of(t, t->u.date.run_us);
	late_us = env->now_us - t->u.date.run_us;
	if (late_us > 0)
		add(out, WARN_PAST,
		    env->grace_us >= 0 && late_us > env->grace_us ?
			&missed_phrase :
			&past_phrase,
		    &v);
}
