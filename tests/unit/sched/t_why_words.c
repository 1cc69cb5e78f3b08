/* The sentences of why, in both languages. */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/sched/sched.h"
#include "lib/time/tz.h"
#include "lib/sched/why_words.h"
#include "tests/unit/tap.h"

/*
 * The exact sentence of each answer in both languages, and the facts.  The
 * base is 2026-07-01T00:00:00Z (date -ud 2026-07-01 +%s), in Berlin
 * 02:00:00+02:00 (TZ=Europe/Berlin date -d @1782864000); instants are seconds
 * after it.
 */
#define BASE INT64_C(1782864000)
#define US INT64_C(1000000)
#define B(hm) "2026-07-01 02:" hm "+02:00"

static struct tz_cache *zones;

/* clang-format off */
static const struct sample {
	enum why_answer answer;
	const char *reason; /* of the row, or of the job when there is none */
	bool has_row;
	const char *en, *zh;
} samples[] = {
	{ WHY_RAN, NULL, true,
	  "It ran: slot " B("01:00") " was handed over 1.500 s late as run run-1. How it ended there is not reported.",
	  "已执行：" B("01:00") " 的触发点迟 1.500 秒 交付，运行编号 run-1。接收方没有报告其结果。" },
	{ WHY_RAN, "run now", true,
	  "It ran: slot " B("01:00") " was handed over 1.500 s late as run run-1 (run now). How it ended there is not reported.",
	  "已执行：" B("01:00") " 的触发点迟 1.500 秒 交付，运行编号 run-1 (run now)。接收方没有报告其结果。" },
	{ WHY_MISSED, "too late", true,
	  "It was missed: slot " B("01:00") " belongs to 3 slot(s) from " B("00:30") " to " B("01:30") " that did not run (too late).",
	  "已错过：" B("01:00") " 属于 " B("00:30") " 至 " B("01:30") " 未执行的 3 个触发点 (too late)。" },
	{ WHY_COALESCED, NULL, true,
	  "It was coalesced: slot " B("01:00") " belongs to 3 slot(s) from " B("00:30") " to " B("01:30") " for which a later one ran.",
	  "已合并：" B("01:00") " 属于 " B("00:30") " 至 " B("01:30") " 的 3 个触发点，由之后的一次代为执行。" },
	{ WHY_WAS_PAUSED, "by web", true,
	  "It was paused: slot " B("01:00") " belongs to 3 slot(s) from " B("00:30") " to " B("01:30") " that did not run (by web).",
	  "当时已暂停：" B("01:00") " 属于 " B("00:30") " 至 " B("01:30") " 未执行的 3 个触发点 (by web)。" },
	{ WHY_OVERLAP, "run run-0 is not over", true,
	  "It did not run: slot " B("01:00") " fell due while earlier runs had not finished (run run-0 is not over).",
	  "未执行：" B("01:00") " 触发时仍有之前的运行未结束 (run run-0 is not over)。" },
	{ WHY_LAUNCH, NULL, true,
	  "It was to be launched: run run-1 of slot " B("01:00") " is created.",
	  "应启动：" B("01:00") " 的运行 run-1 状态为 created。" },
	{ WHY_WILL_FIRE, NULL, false,
	  "It will fire: slot " B("01:00") " runs at " B("01:07.250000") ".",
	  "将会触发：" B("01:00") " 的触发点在 " B("01:07.250000") " 执行。" },
	{ WHY_DUE, NULL, false,
	  "It is due: slot " B("01:00") " waits for the next tick.",
	  "已到期：" B("01:00") " 的触发点等待下一次 tick。" },
	{ WHY_JOB_PAUSED, "by owner since yesterday", false,
	  "It does not fire at " B("01:00") ": the job is paused (by owner since yesterday).",
	  B("01:00") " 不会触发：任务已暂停 (by owner since yesterday)。" },
	{ WHY_JOB_PAUSED, NULL, false,
	  "It does not fire at " B("01:00") ": the job is paused.",
	  B("01:00") " 不会触发：任务已暂停。" },
	{ WHY_QUEUE_PAUSED, NULL, false,
	  "It does not fire at " B("01:00") ": queue mail is switched off (queue paused by web).",
	  B("01:00") " 不会触发：队列 mail 已关闭（queue paused by web）。" },
	{ WHY_QUARANTINED, "no such zone", false,
	  "It does not fire: the job is out of the schedule since " B("00:05") " (no such zone).",
	  "不会触发：任务自 " B("00:05") " 起被隔离 (no such zone)。" },
	{ WHY_NO_SLOT, NULL, false,
	  B("01:02") " is no slot of it: the nearest are " B("00:10") " before and " B("02:10") " after.",
	  B("01:02") " 不是它的触发点：最近的是之前的 " B("00:10") " 与之后的 " B("02:10") "。" },
	{ WHY_EXHAUSTED, NULL, false,
	  "It has expired and has no slot at " B("01:02") ": its last one was " B("00:10") ".",
	  "已到期，" B("01:02") " 没有触发点：最后一个是 " B("00:10") "。" },
	{ WHY_BEFORE_JOB, NULL, false,
	  B("01:02") " lies before the job was added at " B("00:01") ".",
	  B("01:02") " 早于任务的添加时间 " B("00:01") "。" },
	{ WHY_CHANGED, NULL, false,
	  "The ledger has no row for " B("01:00") ": the job was changed at " B("00:05") ", and had another schedule or was paused before.",
	  "账本中没有 " B("01:00") " 的记录：任务于 " B("00:05") " 被修改，此前计划不同或已暂停。" },
	{ WHY_PRUNED, NULL, false,
	  "The row of slot " B("01:00") " was pruned: the ledger of this job begins after " B("01:20") ".",
	  B("01:00") " 的记录已被清理：该任务的账本自 " B("01:20") " 之后开始。" },
	{ WHY_UNEXPLAINED, NULL, false,
	  "The ledger lacks the row of slot " B("01:00") ".",
	  "账本中缺少 " B("01:00") " 的记录。" },
	{ WHY_GONE, NULL, false,
	  "No such job exists now, and the ledger has no row for " B("01:02") "; the newest row of that name is of " B("03:00") ".",
	  "现在没有这个名称的任务，账本中也没有 " B("01:02") " 的记录；最新的一条是 " B("03:00") "。" },
};
/* clang-format on */

static int64_t
at(int minute, int second)
{
	return (BASE + minute * 60 + second) * US;
}

static struct why
make(enum why_answer answer, const char *reason, bool has_row)
{
	struct err why;
	struct why w = {
		.queue = "mail",
		.job_id = "j",
		.at_us = at(1, 2),
		.now_us = at(10, 0),
		.zone = tz_get(zones, "Europe/Berlin", &why),
		.job = { .id = 3,
		    .created_us = at(0, 1),
		    .changed_us = at(0, 5) },
		.newest = { .last_us = at(3, 0) },
		.pruned_us = at(1, 20),
		.out = { answer, at(1, 0), at(1, 7) + 250000, at(0, 10),
		    at(2, 10), 1500000 },
	};

	if (has_row)
		w.row = (struct run){ .id = "run-1",
			.slot_us = at(0, 30),
			.last_us = at(1, 30),
			.count = 3,
			.state = answer == WHY_LAUNCH ? RUN_CREATED : RUN_SENT,
			.decided_us = at(1, 31),
			.reason = (char *)(uintptr_t)reason };
	else
		w.job.reason = (char *)(uintptr_t)reason;
	return w;
}

static void
check_sentences(void)
{
	bool is_seen[WHY__MAX] = { false };
	struct buf b = BUF_INIT;
	struct why w;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];

		w = make(s->answer, s->reason, s->has_row);
		if (s->answer == WHY_QUEUE_PAUSED)
			buf_str(&w.hold, "queue paused by web");
		is_seen[s->answer] = true;
		buf_reset(&b);
		why_describe(&w, DESCRIBE_EN, &b);
		is_str(buf_cstr(&b), s->en, "%s in English",
		    why_name(s->answer));
		buf_reset(&b);
		why_describe(&w, DESCRIBE_ZH, &b);
		is_str(buf_cstr(&b), s->zh, "%s in Chinese",
		    why_name(s->answer));
		buf_fini(&w.hold);
	}
	for (int i = 0; i < WHY__MAX; i++)
		ok(is_seen[i], "the answer %s has a case here",
		    why_name((enum why_answer)i));
	buf_fini(&b);
}

/* clang-format off */
static const struct {
	struct work work; /* times are seconds */
	int64_t max;
	const char *en, *zh;
} works[] = {
	{ { .outcome = OUTCOME_QUEUED, .last = { .n = 0 } }, 5, " It waits for a worker.",
	  "它在等待消费者。" },
	{ { .outcome = OUTCOME_QUEUED, .last = { 2, 60, 61, 3, NULL, (char *)"exit 3" } }, 5,
	  " It waits for a worker; attempt 2 failed: exit 3.",
	  "它在等待消费者，第 2 次尝试已失败：exit 3。" },
	{ { .outcome = OUTCOME_RUNNING, .last = { 1, 60, 0, 0, (char *)"www:17", NULL } }, 5,
	  " It runs since " B("01:00") " at www:17, attempt 1 of 5.",
	  "自 " B("01:00") " 起正在执行（www:17），第 1 次尝试，最多 5 次。" },
	{ { .outcome = OUTCOME_SUCCEEDED, .last = { 1, 60, 63, 0, NULL, NULL } }, 5,
	  " It ran at " B("01:00") " for 3.0 s and succeeded.",
	  "它于 " B("01:00") " 执行（用时 3.0 秒），已成功。" },
	{ { .outcome = OUTCOME_FAILED, .last = { 1, 60, 63, 0, NULL, NULL } }, 0,
	  " It ran at " B("01:00") " for 3.0 s and failed (attempt 1).",
	  "它于 " B("01:00") " 执行（用时 3.0 秒），已失败（第 1 次尝试）。" },
	{ { .outcome = OUTCOME_DEAD, .last = { 5, 60, 63, 3, NULL, (char *)"exit 3" } }, 5,
	  " It ran at " B("01:00") " for 3.0 s and failed: exit 3 (attempt 5 of 5); it is a dead letter.",
	  "它于 " B("01:00") " 执行（用时 3.0 秒），已失败：exit 3（第 5 次尝试，最多 5 次）；现为死信。" },
	{ { .outcome = OUTCOME_EXPIRED, .last = { .n = 1, .error = (char *)"an hour late" } }, 5,
	  " Its worker found it too late: an hour late.",
	  "消费者认为它已过期：an hour late。" },
	{ { .outcome = OUTCOME_CANCELED, .last = { .error = (char *)"queue cleared by owner" } }, 5,
	  " It was canceled: queue cleared by owner.",
	  "它已被取消：queue cleared by owner。" },
};
/* clang-format on */

/* What became of the run, behind how it was handed over. */
static void
check_work(void)
{
	struct why w = make(WHY_RAN, NULL, true);
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		struct attempt *a = &w.row.work.last;

		w.row.work = works[i].work;
		w.max_attempts = works[i].max;
		if (a->started_us != 0)
			a->started_us = at(0, (int)a->started_us);
		if (a->finished_us != 0)
			a->finished_us = at(0, (int)a->finished_us);
		for (int l = 0; l < DESCRIBE__MAX; l++) {
			buf_reset(&b);
			why_describe(&w, (enum describe_lang)l, &b);
			is_str(strstr(buf_cstr(&b),
				   l == DESCRIBE_EN ? "run-1." : "run-1。") +
				(l == DESCRIBE_EN ? 6 : 8),
			    l == DESCRIBE_EN ? works[i].en : works[i].zh, "%s",
			    outcome_names[works[i].work.outcome]);
		}
	}
	buf_fini(&b);
}

/* What is not known is a dash, never a year of our lives. */
static void
check_unknown(void)
{
	struct why w = make(WHY_NO_SLOT, NULL, false);
	struct buf b = BUF_INIT;

	w.out.before_us = WHY_NONE;
	why_describe(&w, DESCRIBE_EN, &b);
	is_str(buf_cstr(&b),
	    B("01:02") " is no slot of it: the nearest are - before and " B(
		"02:10") " after.",
	    "no slot before");
	buf_reset(&b);
	w.out.after_us = WHY_NONE;
	why_describe(&w, DESCRIBE_ZH, &b);
	is_str(buf_cstr(&b),
	    B("01:02") " 不是它的触发点：最近的是之前的 - 与之后的 -。",
	    "nor after");
	buf_fini(&b);
}

/* Appended to what is there. */
static void
check_appends(void)
{
	struct why w = make(WHY_DUE, NULL, false);
	struct buf b = BUF_INIT;

	buf_str(&b, "Why? ");
	why_describe(&w, DESCRIBE_EN, &b);
	is_str(buf_cstr(&b),
	    "Why? It is due: slot " B("01:00") " waits for the next tick.",
	    "the sentence is appended");
	buf_fini(&b);
}

static const char facts_ran[] =
    "{\"queue_name\":\"mail\",\"job_id\":\"j\",\"timezone\":\"Europe/Berlin\","
    "\"at\":\"2026-07-01T00:01:02Z\",\"now\":\"2026-07-01T00:10:00Z\","
    "\"slot\":\"2026-07-01T00:01:00Z\","
    "\"slot_before\":\"2026-07-01T00:00:10Z\","
    "\"slot_after\":\"2026-07-01T00:02:10Z\","
    "\"run_id\":\"run-1\",\"state\":\"sent\",\"reason\":\"a \\\"b\\\"\","
    "\"first_slot\":\"2026-07-01T00:00:30Z\","
    "\"last_slot\":\"2026-07-01T00:01:30Z\",\"count\":3,"
    "\"decided_at\":\"2026-07-01T00:01:31Z\",\"outcome\":\"unreported\",\"attempts\":0,\"late_seconds\":1.500000,"
    "\"job_state\":\"active\",\"job_added\":\"2026-07-01T00:00:01Z\","
    "\"job_changed\":\"2026-07-01T00:00:05Z\",\"queue_paused\":false,"
    "\"pruned_until\":\"2026-07-01T00:01:20Z\","
    "\"newest_row\":\"2026-07-01T00:03:00Z\"}";

static const char facts_will[] =
    "{\"queue_name\":\"mail\",\"job_id\":\"j\",\"timezone\":\"Europe/Berlin\","
    "\"at\":\"2026-07-01T00:01:02Z\",\"now\":\"2026-07-01T00:10:00Z\","
    "\"slot\":\"2026-07-01T00:01:00Z\","
    "\"fires_at\":\"2026-07-01T00:01:07.250000Z\","
    "\"slot_before\":\"2026-07-01T00:00:10Z\","
    "\"job_state\":\"paused\",\"job_reason\":\"by web\","
    "\"job_added\":\"2026-07-01T00:00:01Z\","
    "\"job_changed\":\"2026-07-01T00:00:05Z\",\"queue_paused\":true,"
    "\"queue_reason\":\"queue paused by web\"}";

static const char facts_gone[] =
    "{\"queue_name\":\"mail\",\"job_id\":\"j\",\"timezone\":\"Europe/Berlin\","
    "\"at\":\"2026-07-01T00:01:02Z\",\"now\":\"2026-07-01T00:10:00Z\","
    "\"newest_row\":\"2026-07-01T00:03:00Z\"}";

/* A fact that is not known has no member. */
static void
check_facts(void)
{
	struct why w = make(WHY_RAN, "a \"b\"", true);
	struct buf b = BUF_INIT;

	why_facts(&w, &b);
	is_str(buf_cstr(&b), facts_ran, "the facts of a run, in UTC");
	buf_reset(&b);
	w = make(WHY_WILL_FIRE, "by web", false);
	w.job.state = JOB_PAUSED;
	buf_str(&w.hold, "queue paused by web");
	w.pruned_us = 0;
	w.newest.last_us = 0;
	w.out.after_us = WHY_NONE;
	why_facts(&w, &b);
	is_str(buf_cstr(&b), facts_will, "those of a slot ahead");
	buf_fini(&w.hold);
	buf_reset(&b);
	w = make(WHY_GONE, NULL, false);
	w.job = (struct job){ .id = 0 };
	w.pruned_us = 0;
	w.out = (struct why_out){ WHY_GONE, WHY_NONE, WHY_NONE, WHY_NONE,
		WHY_NONE, 0 };
	why_facts(&w, &b);
	is_str(buf_cstr(&b), facts_gone, "those of a job that is gone");
	buf_fini(&b);
}

int
main(void)
{
	zones = tz_cache_new(NULL);
	check_sentences();
	check_work();
	check_unknown();
	check_appends();
	check_facts();
	tz_cache_free(zones);
	return tap_done();
}
