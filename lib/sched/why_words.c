/*
 * The sentences of why, in every language, and its facts as JSON.  In a
 * sentence {letter} stands for a value of add_word; "it" is the job, {a} the
 * time in question, {s} the slot at that time.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/sched/sched.h"
#include "lib/time/tz.h"
#include "lib/sched/why_words.h"
#include "lib/base/ban.h"

/* clang-format off */
static const char *const texts[WHY__MAX][DESCRIBE__MAX] = {
	[WHY_RAN] = {
	    "It ran: slot {s} was handed over {l} late as run {i}{R}.",
	    "已执行：{s} 的触发点迟 {l} 交付，运行编号 {i}{R}。" },
	[WHY_MISSED] = {
	    "It was missed: slot {s} belongs to {n} slot(s) from {f} to {e} "
	    "that did not run{R}.",
	    "已错过：{s} 属于 {f} 至 {e} 未执行的 {n} 个触发点{R}。" },
	[WHY_COALESCED] = {
	    "It was coalesced: slot {s} belongs to {n} slot(s) from {f} to "
	    "{e} for which a later one ran.",
	    "已合并：{s} 属于 {f} 至 {e} 的 {n} 个触发点，由之后的一次代为执行。" },
	[WHY_WAS_PAUSED] = {
	    "It was paused: slot {s} belongs to {n} slot(s) from {f} to {e} "
	    "that did not run{R}.",
	    "当时已暂停：{s} 属于 {f} 至 {e} 未执行的 {n} 个触发点{R}。" },
	[WHY_OVERLAP] = {
	    "It did not run: slot {s} fell due while earlier runs had not finished{R}.",
	    "未执行：{s} 触发时仍有之前的运行未结束{R}。" },
	[WHY_LAUNCH] = {
	    "It was to be launched: run {i} of slot {s} is {S}{R}.",
	    "应启动：{s} 的运行 {i} 状态为 {S}{R}。" },
	[WHY_WILL_FIRE] = {
	    "It will fire: slot {s} runs at {x}.",
	    "将会触发：{s} 的触发点在 {x} 执行。" },
	[WHY_DUE] = {
	    "It is due: slot {s} waits for the next tick.",
	    "已到期：{s} 的触发点等待下一次 tick。" },
	[WHY_JOB_PAUSED] = {
	    "It does not fire at {s}: the job is paused{R}.",
	    "{s} 不会触发：任务已暂停{R}。" },
	[WHY_QUEUE_PAUSED] = {
	    "It does not fire at {s}: queue {q} is switched off ({H}).",
	    "{s} 不会触发：队列 {q} 已关闭（{H}）。" },
	[WHY_QUARANTINED] = {
	    "It does not fire: the job is out of the schedule since {c}{R}.",
	    "不会触发：任务自 {c} 起被隔离{R}。" },
	[WHY_NO_SLOT] = {
	    "{a} is no slot of it: the nearest are {b} before and {g} after.",
	    "{a} 不是它的触发点：最近的是之前的 {b} 与之后的 {g}。" },
	[WHY_EXHAUSTED] = {
	    "It has expired and has no slot at {a}: its last one was {b}.",
	    "已到期，{a} 没有触发点：最后一个是 {b}。" },
	[WHY_BEFORE_JOB] = {
	    "{a} lies before the job was added at {C}.",
	    "{a} 早于任务的添加时间 {C}。" },
	[WHY_CHANGED] = {
	    "The ledger has no row for {s}: the job was changed at {c}, and "
	    "had another schedule or was paused before.",
	    "账本中没有 {s} 的记录：任务于 {c} 被修改，此前计划不同或已暂停。" },
	[WHY_PRUNED] = {
	    "The row of slot {s} was pruned: the ledger of this job begins "
	    "after {p}.",
	    "{s} 的记录已被清理：该任务的账本自 {p} 之后开始。" },
	[WHY_UNEXPLAINED] = {
	    "The ledger lacks the row of slot {s}.",
	    "账本中缺少 {s} 的记录。" },
	[WHY_GONE] = {
	    "No such job exists now{G}, and the ledger has no row for {a}; "
	    "the newest row of that name is of {P}.",
	    "现在没有这个名称的任务{G}，账本中也没有 {a} 的记录；最新的一条是 {P}。" },
};

/* What became of a run that was handed over, after the sentence on that. */
static const char *const work_texts[OUTCOME__MAX][DESCRIBE__MAX] = {
	[OUTCOME_NONE] = { "", "" },
	[OUTCOME_QUEUED] = {
	    " It waits for a worker{K}.",
	    "它在等待消费者{K}。" },
	[OUTCOME_RUNNING] = {
	    " It runs since {t}{w}, attempt {k}{M}.",
	    "自 {t} 起正在执行{w}，第 {k} 次尝试{M}。" },
	[OUTCOME_SUCCEEDED] = {
	    " It ran at {t}{d} and succeeded.",
	    "它于 {t} 执行{d}，已成功。" },
	[OUTCOME_FAILED] = {
	    " It ran at {t}{d} and failed{E} (attempt {k}{M}).",
	    "它于 {t} 执行{d}，已失败{E}（第 {k} 次尝试{M}）。" },
	[OUTCOME_DEAD] = {
	    " It ran at {t}{d} and failed{E} (attempt {k}{M}); it is a dead "
	    "letter.",
	    "它于 {t} 执行{d}，已失败{E}（第 {k} 次尝试{M}）；现为死信。" },
	[OUTCOME_EXPIRED] = {
	    " Its worker found it too late{E}.",
	    "消费者认为它已过期{E}。" },
	[OUTCOME_CANCELED] = {
	    " It was canceled{E}.",
	    "它已被取消{E}。" },
	[OUTCOME_UNREPORTED] = {
	    " How it ended there is not reported.",
	    "接收方没有报告其结果。" },
};
/* clang-format on */

/* Append a time in the job's zone. */
static void
add_time(const struct why *w, int64_t t_us, struct buf *out)
{
	if (t_us == WHY_NONE || t_us == 0)
		buf_str(out, "-");
	else
		tz_format(w->zone, t_us, out);
}

static void
add_reason(const struct why *w, struct buf *out)
{
	const char *r = w->row.id[0] != '\0' ? w->row.reason : w->job.reason;

	if (r != NULL)
		buf_printf(out, " (%s)", r);
}

/* Append how the job ended: "(deleted by owner at …)". */
static void
add_gone(const struct why *w, struct buf *out)
{
	if (w->gone.reason == NULL)
		return;
	buf_printf(out, " (%s, ", w->gone.reason);
	add_time(w, w->gone.at_us, out);
	buf_char(out, ')');
}

/* The time that a letter stands for. */
static int64_t
instant_of(const struct why *w, char letter)
{
	switch (letter) {
	case 'a':
		return w->at_us;
	case 'b':
		return w->out.before_us;
	case 'c':
		return w->job.changed_us;
	case 'C':
		return w->job.created_us;
	case 'e':
		return w->row.last_us;
	case 'f':
		return w->row.slot_us;
	case 'g':
		return w->out.after_us;
	case 'p':
		return w->pruned_us;
	case 'P':
		return w->newest.last_us;
	case 's':
		return w->out.slot_us;
	case 'x':
		return w->out.fire_us;
	}
	return WHY_NONE;
}

static void
add_duration(const struct attempt *a, enum describe_lang lang, struct buf *out)
{
	if (a->started_us == 0 || a->finished_us < a->started_us)
		return;
	buf_printf(out,
	    lang == DESCRIBE_ZH ? "（用时 %.1f 秒）" : " for %.1f s",
	    (double)(a->finished_us - a->started_us) / 1e6);
}

/* The last attempt, of one that has to wait again. */
static void
add_last(const struct why *w, enum describe_lang lang, struct buf *out)
{
	const struct attempt *a = &w->row.work.last;
	bool is_zh = lang == DESCRIBE_ZH;

	if (a->n == 0)
		return;
	buf_printf(out,
	    is_zh ? "，第 %" PRId64 " 次尝试已失败" :
		    "; attempt %" PRId64 " failed",
	    a->n);
	if (a->error != NULL)
		buf_printf(out, is_zh ? "：%s" : ": %s", a->error);
}

/* The values of work_texts; false if the letter is none of them. */
static bool
add_work_word(const struct why *w, char letter, enum describe_lang lang,
    struct buf *out)
{
	const struct attempt *a = &w->row.work.last;
	bool is_zh = lang == DESCRIBE_ZH;

	if (letter == 't')
		add_time(w, a->started_us, out);
	else if (letter == 'd')
		add_duration(a, lang, out);
	else if (letter == 'k')
		buf_printf(out, "%" PRId64, a->n);
	else if (letter == 'K')
		add_last(w, lang, out);
	else if (letter == 'M' && w->max_attempts > 0)
		buf_printf(out,
		    is_zh ? "，最多 %" PRId64 " 次" : " of %" PRId64,
		    w->max_attempts);
	else if (letter == 'E' && a->error != NULL)
		buf_printf(out, is_zh ? "：%s" : ": %s", a->error);
	else if (letter == 'w' && a->worker != NULL)
		buf_printf(out, is_zh ? "（%s）" : " at %s", a->worker);
	return strchr("tdkKMEw", letter) != NULL;
}

static void
add_word(const struct why *w, char letter, enum describe_lang lang,
    struct buf *out)
{
	if (add_work_word(w, letter, lang, out))
		return;
	if (letter == 'i')
		buf_str(out, w->row.id);
	else if (letter == 'n')
		buf_printf(out, "%" PRId64, w->row.count);
	else if (letter == 'q')
		buf_str(out, w->queue);
	else if (letter == 'l')
		buf_printf(out, lang == DESCRIBE_ZH ? "%.3f 秒" : "%.3f s",
		    (double)w->out.late_us / 1e6);
	else if (letter == 'S')
		buf_str(out, run_state_name(w->row.state));
	else if (letter == 'R')
		add_reason(w, out);
	else if (letter == 'H')
		buf_str(out, buf_cstr(&w->hold));
	else if (letter == 'G')
		add_gone(w, out);
	else
		add_time(w, instant_of(w, letter), out);
}

/* Append a text with its values in place of the letters. */
static void
add_text(const struct why *w, const char *s, enum describe_lang lang,
    struct buf *out)
{
	const char *mark;

	for (; (mark = strchr(s, '{')) != NULL; s = mark + 3) {
		buf_add(out, s, (size_t)(mark - s));
		add_word(w, mark[1], lang, out);
	}
	buf_str(out, s);
}

void
why_describe(const struct why *w, enum describe_lang lang, struct buf *out)
{
	bool is_launched =
	    w->out.answer == WHY_RAN || w->out.answer == WHY_LAUNCH;

	add_text(w, texts[w->out.answer][lang], lang, out);
	/* The state of a launch says as much while nothing has begun. */
	if (is_launched &&
	    (w->row.state == RUN_SENT || w->row.work.last.started_us != 0))
		add_text(w, work_texts[run_outcome(&w->row)][lang], lang, out);
}

static void
fact_text(const char *name, const char *v, struct buf *out)
{
	if (v == NULL)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, v);
}

static void
fact_time(const char *name, int64_t t_us, struct buf *out)
{
	if (t_us == WHY_NONE || t_us == 0)
		return;
	buf_printf(out, ",\"%s\":\"", name);
	datetime_rfc3339(t_us, out);
	buf_char(out, '"');
}

static void
facts_work(const struct run *r, struct buf *out)
{
	const struct attempt *a = &r->work.last;
	enum outcome o = run_outcome(r);

	if (o == OUTCOME_NONE)
		return;
	fact_text("outcome", outcome_names[o], out);
	buf_printf(out, ",\"attempts\":%" PRId64, a->n);
	fact_time("started_at", a->started_us, out);
	fact_time("finished_at", a->finished_us, out);
	if (a->status != WORK_NO_STATUS)
		buf_printf(out, ",\"status\":%" PRId64, a->status);
	fact_text("worker", a->worker, out);
	fact_text("error", a->error, out);
}

static void
facts_row(const struct why *w, struct buf *out)
{
	const struct run *r = &w->row;

	if (r->id[0] == '\0')
		return;
	fact_text("run_id", r->id, out);
	fact_text("state", run_state_name(r->state), out);
	fact_text("reason", r->reason, out);
	fact_time("first_slot", r->slot_us, out);
	fact_time("last_slot", r->last_us, out);
	buf_printf(out, ",\"count\":%" PRId64, r->count);
	fact_time("decided_at", r->decided_us, out);
	facts_work(r, out);
	if (w->out.answer == WHY_RAN)
		buf_printf(out, ",\"late_seconds\":%.6f",
		    (double)w->out.late_us / 1e6);
}

static void
facts_job(const struct why *w, struct buf *out)
{
	if (w->job.id == 0)
		return;
	fact_text("job_state", job_state_name(w->job.state), out);
	fact_text("job_reason", w->job.reason, out);
	fact_time("job_added", w->job.created_us, out);
	fact_time("job_changed", w->job.changed_us, out);
	buf_printf(out, ",\"queue_paused\":%s",
	    w->hold.len > 0 ? "true" : "false");
	fact_text("queue_reason", w->hold.len > 0 ? buf_cstr(&w->hold) : NULL,
	    out);
}

void
why_facts(const struct why *w, struct buf *out)
{
	buf_str(out, "{\"queue_name\":");
	buf_json(out, w->queue);
	fact_text("job_id", w->job_id, out);
	fact_text("timezone", tz_name(w->zone), out);
	fact_time("at", w->at_us, out);
	fact_time("now", w->now_us, out);
	fact_time("slot", w->out.slot_us, out);
	if (w->out.answer == WHY_WILL_FIRE || w->out.answer == WHY_DUE)
		fact_time("fires_at", w->out.fire_us, out);
	fact_time("slot_before", w->out.before_us, out);
	fact_time("slot_after", w->out.after_us, out);
	facts_row(w, out);
	facts_job(w, out);
	fact_text("gone_reason", w->gone.reason, out);
	fact_time("gone_at", w->gone.at_us, out);
	fact_time("pruned_until", w->pruned_us, out);
	fact_time("newest_row", w->newest.last_us, out);
	buf_char(out, '}');
}
