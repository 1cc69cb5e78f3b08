/* Alerts in words: every kind, both languages, values that are hostile. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/record/alert.h"
#include "lib/record/alert_text.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define AT "2026-11-30 09:00:00+01:00"

/* clang-format off */
static const struct {
	struct alert_news news;
	const char *subject, *more;
} cases[] = {
	{ { .kind = "failed", .queue = "mail", .job_id = "report", .when = AT }, "minutehand: mail/report failed", "minutehand why mail report '" AT "'" },
	{ { .kind = "failed", .queue = "mail", .job_id = "report", .when = AT, .is_zh = true }, "minutehand: mail/report 执行失败", "minutehand why mail report '" AT "'" },
	{ { .kind = "missed", .queue = "q", .job_id = "j" }, "minutehand: q/j was missed", "minutehand runs q j" },
	{ { .kind = "refused", .queue = "q" }, "minutehand: q was refused", "minutehand runs q" },
	{ { .kind = "failed", .queue = "srv-1", .service = "srv-1", .run_id = "r" }, "minutehand: srv-1 failed", "minutehand render show r" },
	{ { .kind = "dead", .queue = "q", .run_id = "r", .is_message = true }, "minutehand: q was given up", "minutehand dead show q r" },
	{ { .kind = "dead", .queue = "q", .is_message = true }, "minutehand: q was given up", "minutehand dead list q" },
	{ { .kind = "quarantined", .queue = "q", .job_id = "j", .is_job = true, .when = AT }, "minutehand: q/j cannot be read and no longer runs", "minutehand job show q j" },
	{ { .kind = "no_tick", .when = AT }, "minutehand: no ticker ran", "minutehand doctor" },
	{ { .kind = "no_tick", .is_zh = true }, "minutehand: ticker 未运行", "minutehand doctor" },
	{ { .kind = "denied", .render_key = "main" }, "minutehand: Render does not accept key main", "minutehand doctor" },
	{ { .kind = "another", .queue = "q", .job_id = "j" }, "minutehand: q/j: another", "minutehand runs q j" },
	{ { .kind = NULL }, "minutehand: : ", "minutehand doctor" },
	{ { .kind = "failed", .queue = "a b", .job_id = "it's $(x)" }, "minutehand: a b/it's $(x) failed", "minutehand runs 'a b' 'it'\\''s $(x)'" },
	{ { .kind = "failed", .queue = "a\r\nBcc: x", .job_id = "-x" }, "minutehand: a Bcc: x/-x failed", "minutehand runs 'a Bcc: x' -x" },
	{ { .kind = "failed", .queue = "\xff\x1b[2J", .job_id = "" }, "minutehand: ? [2J/ failed", "minutehand runs '? [2J' ''" },
};
/* clang-format on */

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf subject = BUF_INIT, words = BUF_INIT;
		const char *more;

		alert_subject(&cases[i].news, &subject);
		alert_words(&cases[i].news, &words);
		is_str(buf_cstr(&subject), cases[i].subject, "subject %zu", i);
		more = strstr(buf_cstr(&words), "minutehand ");
		ok(more != NULL &&
			strncmp(more, cases[i].more, strlen(cases[i].more)) ==
			    0 &&
			strcmp(more + strlen(cases[i].more), "\n") == 0,
		    "and %s: %s", cases[i].more, buf_cstr(&words));
		buf_fini(&subject);
		buf_fini(&words);
	}
}

/* Each kind of alert there is has words of its own, in both languages. */
static void
test_kinds(void)
{
	for (int k = 0; k < ALERT_KIND__MAX; k++) {
		const char *name = alert_kind_name((enum alert_kind)k);
		struct alert_news n = { .kind = name, .queue = "q" };
		struct buf en = BUF_INIT, zh = BUF_INIT;

		alert_subject(&n, &en);
		n.is_zh = true;
		alert_subject(&n, &zh);
		ok(strcmp(buf_cstr(&en), buf_cstr(&zh)) != 0, "%s: %s, %s",
		    name, buf_cstr(&en), buf_cstr(&zh));
		buf_fini(&en);
		buf_fini(&zh);
	}
}

static bool
is_good(const char *kind)
{
	return alert_is_good(&(struct alert_news){ .kind = kind });
}

/* The sum of what was not sent. */
static void
test_digest(void)
{
	struct alert_sum sums[12] = { { "failed", "mail", "x", 30 },
		{ "missed", "web", NULL, 7 }, { "no_tick", NULL, NULL, 1 } };
	struct alert_news n = { .kind = "digest",
		.when = AT,
		.count = 38,
		.sums = sums,
		.nsums = 3 };
	struct buf b = BUF_INIT;

	alert_subject(&n, &b);
	buf_char(&b, '\n');
	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "minutehand: 38 more alerts\nSince: " AT "\n30 failed in mail/x\n"
	    "7 missed in web\n1 times no ticker\nMore: minutehand status\n",
	    "a digest");
	buf_reset(&b);
	n.is_zh = true;
	alert_subject(&n, &b);
	buf_char(&b, '\n');
	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "minutehand: 另有 38 条告警\n自：" AT "\n30 失败：mail/x\n"
	    "7 错过：web\n1 ticker 未运行\n详情：minutehand status\n",
	    "in Chinese");
	for (int i = 3; i < 12; i++)
		sums[i] = (struct alert_sum){ "recovered", "q\n\x1b", "j", 1 };
	n.nsums = 12;
	n.count = 50;
	n.is_zh = false;
	buf_reset(&b);
	alert_words(&n, &b);
	ok(strstr(buf_cstr(&b), "1 recovered in q") != NULL &&
		strstr(buf_cstr(&b), "\n5 others\nMore: ") != NULL &&
		strchr(buf_cstr(&b), '\x1b') == NULL,
	    "ten lines, and the others: %s", buf_cstr(&b));
	ok(!alert_is_good(&n), "no good news");
	n.sums += 3;
	n.nsums = 9;
	ok(alert_is_good(&n), "unless each is");
	buf_fini(&b);
}

static bool
is_utf8(const char *s)
{
	uint32_t c;
	size_t n;

	for (; *s != '\0'; s += n)
		if ((n = utf8_decode(s, strlen(s), &c)) == 0)
			return false;
	return true;
}

/* The last lines of what the run printed. */
static void
test_output(void)
{
	static const struct {
		const char *output, *words;
	} outputs[] = {
		{ "one\ntwo\n", "Output:\n| one\n| two\n" },
		{ "no newline", "Output:\n| no newline\n" },
		{ "a\n\nb", "Output:\n| a\n| \n| b\n" },
		{ "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n",
		    "Output:\n| 2\n| 3\n| 4\n| 5\n| 6\n| 7\n| 8\n| 9\n| 10\n"
		    "| 11\n" },
		{ "x\x1b[2Jy\r\n\tMore: z\xff",
		    "Output:\n| x [2Jy\n| More: z?\n" },
		{ "", "" },
		{ NULL, "" },
	};
	struct alert_news n = { .kind = "failed", .queue = "q" };
	struct buf b = BUF_INIT, text = BUF_INIT;
	const char *at;

	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		buf_reset(&b);
		n.output = outputs[i].output;
		alert_words(&n, &b);
		at = strstr(buf_cstr(&b), "runs q\n");
		is_str(at == NULL ? NULL : at + 7, outputs[i].words,
		    "output %zu", i);
	}
	for (int i = 0; i < 900; i++)
		buf_str(&text, "é😀");
	n.output = buf_cstr(&text);
	buf_reset(&b);
	alert_words(&n, &b);
	ok(b.len < 1100 && is_utf8(buf_cstr(&b)),
	    "a long line is cut between characters: %zu", b.len);
	buf_fini(&b);
	buf_fini(&text);
}

static void
test_words(void)
{
	struct alert_news n = { .kind = "missed",
		.queue = "q",
		.job_id = "j",
		.run_id = "r",
		.reason = "too\nlate",
		.when = AT,
		.zone = "Europe/Berlin",
		.count = 3 };
	struct buf b = BUF_INIT;

	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "Queue: q\nJob: j\nTime: " AT " (Europe/Berlin)\nRun: r\n"
	    "Slots: 3\nReason: too late\nMore: minutehand why q j '" AT "'\n",
	    "in English");
	buf_reset(&b);
	n.is_zh = true;
	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "队列：q\n任务：j\n时间：" AT " (Europe/Berlin)\n运行：r\n"
	    "次数：3\n原因：too late\n详情：minutehand why q j '" AT "'\n",
	    "in Chinese");
	buf_reset(&b);
	n = (struct alert_news){ .kind = "failed", .queue = "q", .streak = 4 };
	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "Queue: q\nFailures in a row: 4\nMore: minutehand runs q\n",
	    "with the failures in a row");
	buf_reset(&b);
	n.kind = "recovered";
	n.is_zh = true;
	alert_words(&n, &b);
	is_str(buf_cstr(&b),
	    "队列：q\n此前连续失败次数：4\n详情：minutehand runs q\n",
	    "and before a success");
	buf_fini(&b);
	ok(is_good("recovered") && !is_good("failed") && !is_good(NULL) &&
		!is_good("x"),
	    "what is good news");
}

/* A value of any length is cut between characters. */
static void
test_long(void)
{
	struct buf reason = BUF_INIT, b = BUF_INIT;
	struct alert_news n = { .kind = "failed", .queue = "q" };

	for (int i = 0; i < 2000; i++)
		buf_str(&reason, i % 3 == 0 ? "é" : "😀");
	n.reason = n.job_id = buf_cstr(&reason);
	alert_words(&n, &b);
	alert_subject(&n, &b);
	ok(utf8_is_valid(buf_cstr(&b), b.len) && b.len < 5000, "%zu bytes",
	    b.len);
	buf_fini(&reason);
	buf_fini(&b);
}

int
main(void)
{
	test_cases();
	test_kinds();
	test_words();
	test_digest();
	test_output();
	test_long();
	return tap_done();
}
