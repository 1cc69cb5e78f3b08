/*
 * The sentences of answers in both languages, and how the language is chosen
 * (fcgi/api/messages.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"
#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* The sentences, the language to say them in, and an answer's headers. */

static const char *
say(enum msg msg, enum lang lang, struct buf *b)
{
	static const char *const args[2] = { "{1}", "{2}" };
	struct faults fs = { .n = 0 };

	(void)fault_add(&fs, "a", "is bad");
	(void)fault_add(&fs, "b", "is worse");
	buf_reset(b);
	messages_print(msg, lang, args, &fs, b);
	return buf_cstr(b);
}

/* Every sentence exists in both, and tells the same things. */
static void
test_sentences(void)
{
	static const char *const parts[] = { "{1}", "{2}",
		"a: is bad; b: is worse" };
	struct buf zh = BUF_INIT, en = BUF_INIT;

	for (int m = 0; m < MSG__MAX; m++) {
		const char *z = say((enum msg)m, LANG_ZH, &zh);
		const char *e = say((enum msg)m, LANG_EN, &en);
		bool is_same = true;

		ok(z[0] != '\0' && e[0] != '\0' && strchr(z, '%') == NULL &&
			strchr(e, '%') == NULL,
		    "%d is said: %s", m, e);
		ok(strcmp(z, e) != 0 && utf8_is_text(z, strlen(z)),
		    "in another way in Chinese: %s", z);
		for (size_t i = 0; i < 3; i++)
			is_same = is_same &&
			    (strstr(z, parts[i]) == NULL) ==
				(strstr(e, parts[i]) == NULL);
		ok(is_same, "with the same put in");
	}
	buf_fini(&zh);
	buf_fini(&en);
}

/* clang-format off */
/* timing-job clients compare these, or their beginnings. */
static const struct {
	enum msg msg;
	const char *text;
} fixed[] = {
	{ MSG_OK, "获取成功" },
	{ MSG_JOB_ADDED, "定时任务添加成功" },
	{ MSG_JOB_ADD_BAD, "添加定时任务失败: a: is bad; b: is worse" },
	{ MSG_JOB_ADD_CONFLICT, "添加定时任务失败: 'Job identifier ({1}) conflicts with an existing job'" },
	{ MSG_JOB_MISSING, "任务 {1} 不存在" },
	{ MSG_JOB_DELETED, "定时任务 {1} 删除成功" },
	{ MSG_JOB_DELETE_MISSING, "删除定时任务失败: 'No job by the id of {1} was found'" },
	{ MSG_JOBS_DELETED, "成功删除 {1} 个定时任务" },
	{ MSG_JOB_PAUSED, "定时任务 {1} 已暂停" },
	{ MSG_JOB_PAUSE_MISSING, "暂停定时任务失败: 'No job by the id of {1} was found'" },
	{ MSG_JOB_RESUMED, "定时任务 {1} 已恢复" },
	{ MSG_JOB_RESUME_MISSING, "恢复定时任务失败: 'No job by the id of {1} was found'" },
	{ MSG_SCHEDULER_PAUSED, "调度器已暂停 ({1})" },
	{ MSG_SCHEDULER_RESUMED, "调度器已恢复运行 ({1})" },
	{ MSG_PUBLISHED, "{1} 队列,消息发布成功" },
	{ MSG_QUEUE_CLEARED, "队列 {1} 清空成功" },
};

/*
 * RFC 9110 section 12.5.4: the language below /funboost, where clients that ask
 * for none compare Chinese, and everywhere else.
 */
static const struct {
	const char *accept;
	enum lang funboost, native;
} accepted[] = {
	{ NULL, LANG_ZH, LANG_EN },
	{ "", LANG_ZH, LANG_EN },
	{ ",", LANG_ZH, LANG_EN },
	{ ";q=1", LANG_ZH, LANG_EN },
	{ "*", LANG_ZH, LANG_EN },
	{ "*;q=0.5", LANG_ZH, LANG_EN },
	{ "*, *;q=0.1", LANG_ZH, LANG_EN },
	{ "en", LANG_EN, LANG_EN },
	{ "EN", LANG_EN, LANG_EN },
	{ "en-US", LANG_EN, LANG_EN },
	{ "en-GB", LANG_EN, LANG_EN },
	{ "en-GB,en;q=0.9,*;q=0.5", LANG_EN, LANG_EN },
	{ "en_US", LANG_EN, LANG_EN },
	{ "zh", LANG_ZH, LANG_ZH },
	{ "ZH", LANG_ZH, LANG_ZH },
	{ "zh-CN", LANG_ZH, LANG_ZH },
	{ "zh-TW", LANG_ZH, LANG_ZH },
	{ "zh-Hant-TW", LANG_ZH, LANG_ZH },
	{ "zh_CN", LANG_ZH, LANG_ZH },
	{ "zh-CN,zh;q=0.9,*;q=0.5", LANG_ZH, LANG_ZH },
	{ "zh-TW,zh;q=0.9,en;q=0.8", LANG_ZH, LANG_ZH },
	{ "de", LANG_EN, LANG_EN },
	{ "fr", LANG_EN, LANG_EN },
	{ "fr-CH, fr;q=0.9, *;q=0.5", LANG_EN, LANG_EN },
	{ "eng", LANG_EN, LANG_EN },
	{ "e", LANG_EN, LANG_EN },
	{ "zho", LANG_EN, LANG_EN },
	{ "z", LANG_EN, LANG_EN },
	{ "de,zh;q=0.1", LANG_ZH, LANG_ZH },
	{ "de,en;q=0.1", LANG_EN, LANG_EN },
	{ "de,zh;q=0.1,en;q=0.2", LANG_EN, LANG_EN },
	{ "de,en;q=0", LANG_EN, LANG_EN },
	{ "de,zh;q=0", LANG_EN, LANG_EN },
	{ "de,en;q=0.001,zh", LANG_ZH, LANG_ZH },
	{ "de,en;q=0.000,zh;q=0.001", LANG_ZH, LANG_ZH },
	{ "*,en;q=0.9", LANG_EN, LANG_EN },
	{ "en;q=0.5,*", LANG_EN, LANG_EN },
	{ "*;q=0.1,zh", LANG_ZH, LANG_ZH },
	{ "zh;q=0.1,*;q=0.9", LANG_EN, LANG_EN },
	{ "zh;q=0.9,*;q=0.1", LANG_ZH, LANG_ZH },
	{ "zh,*", LANG_ZH, LANG_ZH },
	{ "en,zh", LANG_EN, LANG_EN },
	{ "zh,en", LANG_ZH, LANG_ZH },
	{ "zh;q=0.5,en;q=0.5", LANG_ZH, LANG_ZH },
	{ "en;q=0.5,zh;q=0.5", LANG_EN, LANG_EN },
	{ "zh;q=0.4,en;q=0.5", LANG_EN, LANG_EN },
	{ "en;q=0.4,zh;q=0.5", LANG_ZH, LANG_ZH },
	{ "zh;q=0,en;q=0.1", LANG_EN, LANG_EN },
	{ "zh;q=0", LANG_EN, LANG_EN },
	{ "zh;q=0,*", LANG_EN, LANG_EN },
	{ "en;q=0", LANG_ZH, LANG_EN },
	{ "en;q=0,zh;q=0", LANG_EN, LANG_EN },
	{ "zh-CN;q=0.1,zh;q=0.9,en;q=0.5", LANG_ZH, LANG_ZH },
	{ "en;q=0.1,en-GB;q=0.9,zh;q=0.5", LANG_EN, LANG_EN },
	{ " , ;,en ; q=1 ,", LANG_EN, LANG_EN },
	{ "zh ; q=0.9 , en ; q=0.1", LANG_ZH, LANG_ZH },
	{ "zh\t;q=1", LANG_ZH, LANG_ZH },
	{ "zh;Q=1", LANG_ZH, LANG_ZH },
	{ "zh;q=1.000", LANG_ZH, LANG_ZH },
	{ "zh;q=1.", LANG_ZH, LANG_ZH },
	{ "en;q=0.1234,zh;q=0.1", LANG_ZH, LANG_ZH },
	{ "zh;q=1.1", LANG_ZH, LANG_EN },
	{ "zh;q=2", LANG_ZH, LANG_EN },
	{ "en;q=2", LANG_ZH, LANG_EN },
	{ "en;q=-1", LANG_ZH, LANG_EN },
	{ "en;q=", LANG_ZH, LANG_EN },
	{ "en;q", LANG_ZH, LANG_EN },
	{ "en;x=1", LANG_ZH, LANG_EN },
	{ "en;q=0.5x", LANG_ZH, LANG_EN },
	{ "en;q=.5", LANG_ZH, LANG_EN },
	{ "zh;q=x", LANG_ZH, LANG_EN },
	{ "en;q=x,zh;q=0.1", LANG_ZH, LANG_ZH },
	{ "zh;q=x,en;q=0.1", LANG_EN, LANG_EN },
};
/* clang-format on */

static void
test_fixed(void)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		is_str(say(fixed[i].msg, LANG_ZH, &b), fixed[i].text,
		    "as clients know it");
	buf_fini(&b);
}

static void
test_language(void)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		const char *accept = accepted[i].accept;

		is_int(lang_choose(accept, LANG_ZH), accepted[i].funboost,
		    "below /funboost: %s", accept == NULL ? "none" : accept);
		is_int(lang_choose(accept, LANG_EN), accepted[i].native,
		    "elsewhere");
	}
}

/* Each status with its reason, its word, and the headers that go with it. */
static void
test_statuses(void)
{
	static const struct {
		int status;
		const char *line, *error;
	} cases[] = {
		{ 200, "Status: 200 OK\r\n", "\"error\":null" },
		{ 400, "Status: 400 Bad Request\r\n",
		    "\"error\":\"bad_input\"" },
		{ 401, "Status: 401 Unauthorized\r\n",
		    "\"error\":\"unauthorized\"" },
		{ 403, "Status: 403 Forbidden\r\n", "\"error\":\"forbidden\"" },
		{ 404, "Status: 404 Not Found\r\n", "\"error\":\"not_found\"" },
		{ 405, "Status: 405 Method Not Allowed\r\n",
		    "\"error\":\"method_not_allowed\"" },
		{ 409, "Status: 409 Conflict\r\n", "\"error\":\"conflict\"" },
		{ 413, "Status: 413 Content Too Large\r\n",
		    "\"error\":\"too_large\"" },
		{ 415, "Status: 415 Unsupported Media Type\r\n",
		    "\"error\":\"unsupported_media_type\"" },
		{ 500, "Status: 500 Internal Server Error\r\n",
		    "\"error\":\"internal\"" },
		{ 503, "Status: 503 Service Unavailable\r\n",
		    "\"error\":\"unavailable\"" },
	};
	struct buf data = BUF_INIT, text = BUF_INIT, out = BUF_INIT;
	char *env[] = { NULL };
	struct response res;
	struct request req;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		request_init(&req, env, i);
		response_init(&res, &data);
		res.status = cases[i].status;
		buf_reset(&out);
		response_write(&res, &req, &text, &out);
		ok(strncmp(buf_cstr(&out), cases[i].line,
		       strlen(cases[i].line)) == 0,
		    "%.20s", cases[i].line);
		ok(strstr(buf_cstr(&out), cases[i].error) != NULL, "%s",
		    cases[i].error);
		ok((strstr(buf_cstr(&out), "WWW-Authenticate: Bearer ") !=
		       NULL) == (cases[i].status == 401),
		    "a challenge with a 401 alone");
		ok(strstr(buf_cstr(&out), "Retry-After") == NULL &&
			strstr(buf_cstr(&out), "Allow: ") == NULL,
		    "no header that nobody asked for");
		request_fini(&req);
	}
	buf_fini(&data);
	buf_fini(&text);
	buf_fini(&out);
}

/* What the store's answers become. */
static void
test_store(void)
{
	static const struct {
		enum store_rc rc;
		int status, retry_s;
	} cases[] = {
		{ STORE_OK, 200, 0 },
		{ STORE_BUSY, 503, 1 },
		{ STORE_FULL, 503, 30 },
		{ STORE_ERROR, 500, 0 },
	};
	struct buf data = BUF_INIT;
	struct response res;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		response_init(&res, &data);
		buf_str(&data, "{\"half\":");
		ok(response_store(&res, cases[i].rc) ==
			(cases[i].rc == STORE_OK),
		    "%s", store_strrc(cases[i].rc));
		is_int(res.status, cases[i].status, "its status");
		is_int(res.retry_after_s, cases[i].retry_s, "its patience");
		ok((data.len == 0) == (cases[i].rc != STORE_OK),
		    "what was begun is dropped");
	}
	response_init(&res, &data);
	is_str(response_number(&res, INT64_MIN), "-9223372036854775808",
	    "the longest number has room");
	buf_fini(&data);
}

int
main(void)
{
	test_sentences();
	test_fixed();
	test_language();
	test_statuses();
	test_store();
	return tap_done();
}
