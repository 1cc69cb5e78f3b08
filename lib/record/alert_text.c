/*
 * Alerts in words, in English and Chinese; pure.  A kind is a line of a table;
 * one that is not there is shown by its name.  Values come from clients and
 * servers: they are made one harmless line each.  Tested in t_alert_text.
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/utf8.h"
#include "lib/record/alert_text.h"

#include "lib/base/ban.h"

#define VALUE_MAX 800	/* bytes of one value */
#define SUMS_MAX 10	/* lines of a digest */
#define LINES_MAX 10	/* lines of output, the last ones */
#define OUTPUT_MAX 1000 /* bytes of them */

/* The command that shows more. */
enum more { MORE_RUN, MORE_DOCTOR, MORE_STATUS };

/* In a subject, where %s is what it is about, and in a sum. */
static const struct kind {
	const char *name;
	const char *subject[2]; /* English, Chinese */
	const char *sum[2];
	enum more more;
	bool is_good;
} kinds[] = {
	{ "failed", { "%s failed", "%s 执行失败" }, { "failed", "失败" },
	    MORE_RUN, false },
	{ "refused", { "%s was refused", "%s 被拒绝" }, { "refused", "被拒绝" },
	    MORE_RUN, false },
	{ "unknown",
	    { "%s: it is not known whether it ran", "%s 是否已运行未知" },
	    { "unknown", "状态未知" }, MORE_RUN, false },
	{ "missed", { "%s was missed", "%s 错过了运行时间" },
	    { "missed", "错过" }, MORE_RUN, false },
	{ "dead", { "%s was given up", "%s 已放弃（死信）" },
	    { "given up", "已放弃" }, MORE_RUN, false },
	{ "quarantined",
	    { "%s cannot be read and no longer runs",
		"%s 无法解析，已停止运行" },
	    { "quarantined", "无法解析" }, MORE_RUN, false },
	{ "too_long", { "%s took too long", "%s 运行时间过长" },
	    { "too long", "运行过长" }, MORE_RUN, false },
	{ "overdue", { "%s is overdue", "%s 逾期未完成" },
	    { "overdue", "逾期" }, MORE_RUN, false },
	{ "recovered", { "%s succeeded again", "%s 已恢复正常" },
	    { "recovered", "已恢复" }, MORE_RUN, true },
	{ "succeeded", { "%s succeeded", "%s 执行成功" },
	    { "succeeded", "成功" }, MORE_RUN, true },
	{ "no_tick", { "no ticker ran%s", "ticker 未运行%s" },
	    { "times no ticker", "ticker 未运行" }, MORE_DOCTOR, false },
	{ "denied", { "Render does not accept key %s", "Render 不接受密钥 %s" },
	    { "keys denied", "密钥被拒绝" }, MORE_DOCTOR, false },
	{ "digest", { "%s more alerts", "另有 %s 条告警" },
	    { "digests", "汇总" }, MORE_STATUS, false },
	{ "test", { "this is a test%s", "这是一条测试消息%s" },
	    { "tests", "测试" }, MORE_DOCTOR, true },
};

static const struct kind *
kind_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

bool
alert_is_good(const struct alert_news *n)
{
	const struct kind *k = kind_of(n->kind);

	for (size_t i = 0; i < n->nsums; i++)
		if ((k = kind_of(n->sums[i].kind)) == NULL || !k->is_good)
			return false;
	return k != NULL && k->is_good;
}

static void
add_clean(struct buf *out, const char *text)
{
	char line[VALUE_MAX];

	utf8_clean(text, strlen(text), line, sizeof(line));
	buf_str(out, line);
}

/* "queue/job", "queue" or a key; nothing for what is about neither. */
static void
add_name(const struct alert_news *n, struct buf *out)
{
	if (n->nsums > 0)
		buf_printf(out, "%" PRId64, n->count);
	else if (n->render_key != NULL)
		add_clean(out, n->render_key);
	else if (n->queue != NULL)
		add_clean(out, n->queue);
	if (n->queue != NULL && n->job_id != NULL) {
		buf_char(out, '/');
		add_clean(out, n->job_id);
	}
}

void
alert_subject(const struct alert_news *n, struct buf *out)
{
	const struct kind *k = kind_of(n->kind);
	const char *text = k == NULL ? "%s: " : k->subject[n->is_zh];
	const char *mark = strstr(text, "%s");

	buf_str(out, "minutehand: ");
	buf_add(out, text, (size_t)(mark - text));
	add_name(n, out);
	buf_str(out, mark + 2);
	if (k == NULL && n->kind != NULL)
		add_clean(out, n->kind);
}

static void
add_line(const struct alert_news *n, const char *const label[2],
    const char *value, struct buf *out)
{
	if (value == NULL || *value == '\0')
		return;
	buf_printf(out, "%s%s", label[n->is_zh], n->is_zh ? "：" : ": ");
	add_clean(out, value);
	buf_char(out, '\n');
}

/* A word of a shell command, quoted if need be. */
static void
add_word(struct buf *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789_.-/";
	char line[VALUE_MAX];

	buf_char(out, ' ');
	if (word[strspn(word, plain)] == '\0' && *word != '\0') {
		buf_str(out, word);
		return;
	}
	utf8_clean(word, strlen(word), line, sizeof(line));
	buf_char(out, '\'');
	for (const char *p = line; *p != '\0'; p++)
		if (*p == '\'')
			buf_str(out, "'\\''");
		else
			buf_char(out, *p);
	buf_char(out, '\'');
}

/* A command and its words, up to the first that is not known. */
static void
add_command(struct buf *out, const char *command, const char *const *words)
{
	buf_printf(out, "minutehand %s", command);
	for (; *words != NULL; words++)
		add_word(out, *words);
}

static void
add_more(const struct alert_news *n, struct buf *out)
{
	const struct kind *k = kind_of(n->kind);
	const char *const run[] = { n->run_id, NULL };
	const char *const job[] = { n->queue, n->job_id, NULL };
	const char *const at[] = { n->queue, n->job_id, n->when, NULL };
	const char *const dead[] = { n->queue, n->run_id, NULL };

	buf_str(out, n->is_zh ? "详情：" : "More: ");
	if (k != NULL && k->more == MORE_STATUS)
		buf_str(out, "minutehand status");
	else if (n->queue == NULL || (k != NULL && k->more == MORE_DOCTOR))
		buf_str(out, "minutehand doctor");
	else if (n->is_message)
		add_command(out, n->run_id == NULL ? "dead list" : "dead show",
		    dead);
	else if (n->is_job)
		add_command(out, "job show", job);
	else if (n->job_id != NULL && n->when != NULL)
		add_command(out, "why", at);
	else if (n->service != NULL && n->run_id != NULL)
		add_command(out, "render show", run);
	else
		add_command(out, "runs", job);
	buf_char(out, '\n');
}

/* "30 failed in mail/report", a line for each; then how many others. */
static void
add_sums(const struct alert_news *n, struct buf *out)
{
	int64_t others = n->count;

	for (size_t i = 0; i < n->nsums && i < SUMS_MAX; i++) {
		const struct alert_sum *s = &n->sums[i];
		const struct kind *k = kind_of(s->kind);
		const struct alert_news of = { .queue = s->queue,
			.job_id = s->job_id };

		others -= s->count;
		buf_printf(out, "%" PRId64 " ", s->count);
		add_clean(out, k != NULL ? k->sum[n->is_zh] : s->kind);
		if (s->queue != NULL)
			buf_str(out, n->is_zh ? "：" : " in ");
		add_name(&of, out);
		buf_char(out, '\n');
	}
	if (n->nsums > 0 && others > 0)
		buf_printf(out,
		    n->is_zh ? "%" PRId64 " 其他\n" : "%" PRId64 " others\n",
		    others);
}

/* The beginning of the last lines of a text, from a whole character on. */
static const char *
tail_of(const char *text)
{
	size_t len = strlen(text), at = len, lines = 0;

	while (at > 0 && len - at < OUTPUT_MAX) {
		/* A newline at the end begins no line. */
		if (text[at - 1] == '\n' && at < len && ++lines == LINES_MAX)
			break;
		at--;
	}
	while (((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return text + at;
}

/* Append the last lines of the output, which cannot pass for ours. */
static void
add_output(const struct alert_news *n, struct buf *out)
{
	char line[OUTPUT_MAX + 1];
	const char *p = n->output == NULL ? "" : tail_of(n->output);
	size_t len;

	if (*p != '\0')
		buf_str(out, n->is_zh ? "输出：\n" : "Output:\n");
	for (; *p != '\0'; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		utf8_clean(p, len, line, sizeof(line));
		buf_printf(out, "| %s\n", line);
	}
}

void
alert_words(const struct alert_news *n, struct buf *out)
{
	static const char *const labels[][2] = {
		{ "Queue", "队列" },
		{ "Job", "任务" },
		{ "Service", "服务" },
		{ "Time", "时间" },
		{ "Run", "运行" },
		{ "Slots", "次数" },
		{ "Reason", "原因" },
		{ "Failures in a row", "连续失败次数" },
		{ "Failures before", "此前连续失败次数" },
		{ "Since", "自" },
	};
	bool is_good = alert_is_good(n);
	struct buf when = BUF_INIT, count = BUF_INIT, streak = BUF_INIT;

	if (n->when != NULL)
		buf_str(&when, n->when);
	if (n->when != NULL && n->zone != NULL)
		buf_printf(&when, " (%s)", n->zone);
	if (n->count > 1 && n->nsums == 0)
		buf_printf(&count, "%" PRId64, n->count);
	if (n->streak > (is_good ? 0 : 1))
		buf_printf(&streak, "%" PRId64, n->streak);
	add_line(n, labels[0], n->queue, out);
	add_line(n, labels[1], n->job_id, out);
	add_line(n, labels[2], n->service, out);
	add_line(n, labels[n->nsums > 0 ? 9 : 3], buf_cstr(&when), out);
	add_line(n, labels[4], n->run_id, out);
	add_line(n, labels[5], buf_cstr(&count), out);
	add_line(n, labels[6], n->reason, out);
	add_line(n, labels[is_good ? 8 : 7], buf_cstr(&streak), out);
	add_sums(n, out);
	add_more(n, out);
	add_output(n, out);
	out->is_failed = out->is_failed || when.is_failed || count.is_failed ||
	    streak.is_failed;
	buf_fini(&streak);
	buf_fini(&when);
	buf_fini(&count);
}
