/*
 * The webhook sink: what it posts, and what becomes of each answer
 * (net/sink.h).
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "tests/unit/hook_scene.h"

#include "lib/base/ban.h"

#define TEXT(status_, headers_, text_) \
	"HTTP/1.1 " status_ "\r\n" headers_ "Connection: close\r\n\r\n" text_

static void
test_request(void)
{
	static const struct {
		const char *name, *value;
	} headers[] = {
		{ "Content-Type", "application/json" },
		{ "Idempotency-Key", "01a1fee0-548b-78d5-b60f-449400000000" },
		{ "webhook-id", "01a1fee0-548b-78d5-b60f-449400000000" },
		{ "User-Agent", "minutehand/" PACKAGE_VERSION },
		{ "Authorization", "" },
		{ "Expect", "" },
	};
	struct scene s;
	int64_t stamp;

	scene_init(&s, "5s", 4);
	ok(push(&s, 1) == 0 && s.m[0].end == SINK_DONE && s.m[0].why == NULL,
	    "pushed: %s", s.why.text);
	ok(strncmp(buf_cstr(&s.hook.got[0]), "POST /jobs HTTP/1.1\r\n", 21) ==
		0,
	    "a POST to the url");
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		is_str(hook_header(&s.hook, 0, headers[i].name),
		    headers[i].value, "%s", headers[i].name);
	stamp = strtoll(hook_header(&s.hook, 0, "webhook-timestamp"), NULL, 10);
	ok(llabs(stamp - clock_now_us() / S) < 60, "webhook-timestamp");
	ok(is_signed(&s, 0, first), "webhook-signature");
	ok(strstr(hook_body(&s.hook, 0),
	       "{\"task_id\":\"01a1fee0-548b-78d5-b60f-449400000000\","
	       "\"queue_name\":\"q\",\"job_id\":\"report\","
	       "\"scheduled_at\":\"2026-11-21T16:11:17Z\","
	       "\"enqueued_at\":\"") == hook_body(&s.hook, 0),
	    "the envelope: %s", hook_body(&s.hook, 0));
	ok(strstr(hook_body(&s.hook, 0),
	       "\"attempt\":1,\"args\":[],\"kwargs\":{\"x\":1}}") != NULL,
	    "its end");
	scene_fini(&s);
}

/* Names that were chosen are told apart by their queue, the same each time. */
static void
test_names(void)
{
	static const struct {
		const char *queue, *id, *want;
	} cases[] = {
		{ "q", "order-1", "order-1@q" },
		{ "r", "order-1", "order-1@r" },
		{ "q", "order-1", "order-1@q" },
		{ "r@q", "order-1", "order-1@r%40q" },
		{ "q", "order-1@r", "order-1@r@q" },
		{ "r%40q", "order-1", "order-1@r%2540q" },
		{ "a/b", "é", "é@a/b" },
	};
	struct scene s;

	scene_init(&s, "5s", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s.m[0].job_id = NULL;
		s.m[0].queue = cases[i].queue;
		s.m[0].id = cases[i].id;
		hook_say(&s.hook, OK_204, 0);
		ok(push(&s, 1) == 0 && s.m[0].end == SINK_DONE, "pushed: %s",
		    s.why.text);
		is_str(hook_header(&s.hook, 0, "Idempotency-Key"),
		    cases[i].want, "%s of %s", cases[i].id, cases[i].queue);
		is_str(hook_header(&s.hook, 0, "webhook-id"), cases[i].want,
		    "likewise");
		ok(is_signed(&s, 0, first), "and signed so");
	}
	scene_fini(&s);
}

static void
test_funboost(void)
{
	struct scene s;

	scene_init(&s, "5s", 4);
	s.m[0].queue = s.m[1].queue = "f1";
	s.m[0].args = "[3]";
	s.m[0].kwargs = "{\"y\":4}";
	s.m[1].args = "[1,2,3]";
	ok(push(&s, 2) == 0 && s.m[0].end == SINK_DONE, "funboost: %s",
	    s.why.text);
	ok(strstr(hook_body(&s.hook, 0),
	       "{\"x\":3,\"y\":4,\"extra\":{\"task_id\":\"01a1fee0-") ==
		hook_body(&s.hook, 0),
	    "its format: %s", hook_body(&s.hook, 0));
	ok(s.m[1].end == SINK_LATER && strstr(why_of(&s.m[1]), "names") != NULL,
	    "more args than names: %s", why_of(&s.m[1]));
	is_int((long long)hook_count(&s.hook), 1, "that is not sent");
	scene_fini(&s);
}

/* What is answered, and what becomes of the message. */
static const struct {
	const char *answer;
	enum sink_end end;
	int64_t retry_s;
	const char *why;
} answers[] = {
	{ TEXT("200 OK", "", "thanks"), SINK_DONE, 0, "" },
	{ TEXT("201 Made", "Retry-After: 9\r\n", ""), SINK_DONE, 0, "" },
	{ TEXT("202 Fine", "Content-Length: 0\r\n", ""), SINK_DONE, 0, "" },
	{ TEXT("299 Odd", "", ""), SINK_DONE, 0, "" },
	{ TEXT("410 Gone", "", "no such hook"), SINK_GONE, 0,
	    "410 Gone: no such hook" },
	{ TEXT("410 Whatever", "", ""), SINK_GONE, 0, "410 Gone" },
	{ TEXT("429 Slow", "Retry-After: 17\r\n", "slow down"), SINK_LATER, 17,
	    "429: slow down" },
	{ TEXT("503 Later", "Retry-After: 999999\r\n", ""), SINK_LATER, 86400,
	    "503" },
	{ TEXT("503 Later", "Retry-After: soon\r\n", " \r\n"), SINK_LATER, 0,
	    "503" },
	{ TEXT("500 No", "", "<b>Fatal\r\n\terror</b>\x1b[0m\xff"), SINK_LATER,
	    0, "500: <b>Fatal error</b> [0m?" },
	{ TEXT("599 No", "", ""), SINK_LATER, 0, "599" },
	{ TEXT("408 Slow", "", ""), SINK_LATER, 0, "408" },
	{ TEXT("425 Early", "", ""), SINK_LATER, 0, "425" },
	{ TEXT("400 Bad", "", ""), SINK_LATER, 0, "400" },
	{ TEXT("401 Who", "", "bad signature"), SINK_LATER, 0,
	    "401: bad signature" },
	{ TEXT("403 No", "", ""), SINK_LATER, 0, "403" },
	{ TEXT("404 Where", "", ""), SINK_LATER, 0, "404" },
	{ TEXT("413 Big", "", ""), SINK_LATER, 0, "413" },
	{ TEXT("422 Odd", "", ""), SINK_LATER, 0, "422" },
	{ TEXT("302 There", "Location: http://127.0.0.1:1/\r\n", "there"),
	    SINK_LATER, 0,
	    "302: it answers with a redirect, which is not followed" },
	{ TEXT("308 There", "Location: /\r\n", ""), SINK_LATER, 0,
	    "308: it answers with a redirect, which is not followed" },
	{ TEXT("401 Who", "",
	      "not MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
	    SINK_LATER, 0,
	    "401: not ********************************************" },
};

static void
test_answers(void)
{
	struct scene s;

	scene_init(&s, "5s", 4);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct sink_message *m = &s.m[0];

		hook_say(&s.hook, answers[i].answer, 0);
		ok(push(&s, 1) == 0 && m->end == answers[i].end, "%.3s: %s",
		    answers[i].answer + 9, s.why.text);
		is_str(why_of(m), answers[i].why, "its words");
		is_int(m->retry_us, answers[i].retry_s * S, "its patience");
		is_int((long long)hook_count(&s.hook), 1, "sent once");
	}
	scene_fini(&s);
}

/* Retry-After by a date; an answer as long as one likes. */
static void
test_more_answers(void)
{
	/* Fri, 31 Dec 9999: beyond what we wait for. */
	static const char date[] = TEXT("503 Later",
	    "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", "");
	struct buf b = BUF_INIT;
	struct scene s;

	scene_init(&s, "5s", 4);
	hook_say(&s.hook, date, 0);
	ok(push(&s, 1) == 0 && s.m[0].end == SINK_LATER &&
		s.m[0].retry_us == 86400 * S,
	    "a date");
	buf_str(&b, "HTTP/1.1 500 No\r\nContent-Length: 90000\r\n\r\n");
	for (int i = 0; i < 30000; i++)
		buf_str(&b, "\xe6\x8a\xa5");
	hook_say(&s.hook, buf_cstr(&b), 0);
	ok(push(&s, 1) == 0 && s.m[0].end == SINK_LATER, "a long answer");
	ok(strlen(why_of(&s.m[0])) <= 5 + 200 &&
		strlen(why_of(&s.m[0])) > 5 + 190 &&
		utf8_is_text(why_of(&s.m[0]), strlen(why_of(&s.m[0]))),
	    "the beginning of it: %s", why_of(&s.m[0]));
	memcpy(b.data + 9, "200", 3);
	hook_say(&s.hook, buf_cstr(&b), 0);
	ok(push(&s, 1) == 0 && s.m[0].end == SINK_DONE, "200 is 200");
	scene_fini(&s);
	buf_fini(&b);
}

int
main(void)
{
	folder_init("t_sink_webhook");
	test_request();
	test_names();
	test_funboost();
	test_answers();
	test_more_answers();
	folder_fini();
	return tap_done();
}
