/*
 * The webhook sink when the server is silent, gone or slow, or the sink is
 * stopped.
 */
#include "config.h"

#include <pthread.h>

#include "tests/unit/hook_scene.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

/* Nobody answers: what may have arrived, and what cannot have. */
static void
test_silence(void)
{
	int64_t begin;
	struct scene s;

	scene_init(&s, "300ms", 2);
	hook_say(&s.hook, "", 0);
	ok(push(&s, 2) == 0 && s.m[0].end == SINK_UNKNOWN &&
		s.m[1].end == SINK_UNKNOWN && *why_of(&s.m[0]) != '\0',
	    "cut: %s", why_of(&s.m[0]));
	is_int((long long)hook_count(&s.hook), 2, "nothing is sent twice");
	hook_say(&s.hook, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
	    0);
	ok(push(&s, 1) == 0 && s.m[0].end == SINK_UNKNOWN, "half an answer: %s",
	    why_of(&s.m[0]));
	hook_say(&s.hook, OK_204, 2000 * MS);
	begin = clock_mono_us();
	ok(push(&s, 2) == 0 && s.m[0].end == SINK_UNKNOWN &&
		s.m[1].end == SINK_UNKNOWN,
	    "too late: %s", why_of(&s.m[0]));
	ok(clock_mono_us() - begin < 2000 * MS, "not waited for");
	hook_say(&s.hook, OK_204, 0);
	ok(push(&s, 2) == 0 && s.m[0].end == SINK_DONE, "then it is there");
	is_str(hook_header(&s.hook, 0, "webhook-id") + 28,
	    hook_header(&s.hook, 0, "Idempotency-Key") + 28, "under its id");
	scene_fini(&s);
}

/* A server that is not there: everything is as it was. */
static void
test_unreachable(void)
{
	struct scene s;
	int port;

	scene_init(&s, "1s", 2);
	port = s.hook.port;
	hook_close(&s.hook);
	ok(push(&s, 5) == -1 && strstr(s.why.text, "onnect") != NULL,
	    "refused: %s", s.why.text);
	for (size_t i = 0; i < 5; i++)
		ok(s.m[i].end == SINK_WAITS && s.m[i].why == NULL, "waits %zu",
		    i);
	hook_open(&s.hook, port);
	hook_say(&s.hook, OK_204, 0);
	ok(push(&s, 5) == 0 && s.m[4].end == SINK_DONE, "and back: %s",
	    s.why.text);
	scene_fini(&s);
}

static void *
leave_soon(void *arg)
{
	const struct hook *h = arg;

	clock_sleep_us(100 * MS);
	(void)shutdown(h->listener, SHUT_RDWR);
	return NULL;
}

/* One was answered before it went: that is no server that is not there. */
static void
test_lost(void)
{
	pthread_t thread;
	struct scene s;

	scene_init(&s, "5s", 1);
	hook_say(&s.hook, "HTTP/1.1 204 Done\r\nConnection: close\r\n\r\n",
	    300 * MS);
	if (pthread_create(&thread, NULL, leave_soon, &s.hook) != 0)
		abort();
	is_int(push(&s, 3), 0, "lost on the way");
	(void)pthread_join(thread, NULL);
	ok(s.m[0].end == SINK_DONE && s.m[1].end == SINK_WAITS &&
		s.m[2].end == SINK_WAITS,
	    "the others wait");
	is_int(push(&s, 3), -1, "then it is not there: %s", s.why.text);
	scene_fini(&s);
}

static void
test_parallel(void)
{
	int64_t begin, took;
	struct scene s;

	scene_init(&s, "5s", 8);
	hook_say(&s.hook, OK_204, 300 * MS);
	begin = clock_mono_us();
	ok(push(&s, 8) == 0, "eight: %s", s.why.text);
	took = clock_mono_us() - begin;
	ok(took >= 300 * MS && took < 8 * 300 * MS,
	    "sooner than one by one: %lld ms", (long long)(took / MS));
	is_int((long long)s.hook.most, 8, "at once");
	for (size_t i = 0; i < 8; i++)
		ok(s.m[i].end == SINK_DONE && is_signed(&s, i, first), "%zu",
		    i);
	hook_say(&s.hook, OK_204, 20 * MS);
	ok(push(&s, MOST) == 0 && s.m[MOST - 1].end == SINK_DONE, "sixteen");
	is_int((long long)hook_count(&s.hook), MOST, "each once");
	is_int((long long)s.hook.most, 8, "no more at once than may be");
	is_int((long long)s.hook.nlines, 8, "over the same connections");
	scene_fini(&s);
}

static void *
stop_soon(void *arg)
{
	clock_sleep_us(200 * MS);
	sink_stop(arg);
	return NULL;
}

static void
test_stop(void)
{
	int64_t begin, took;
	pthread_t thread;
	struct scene s;

	scene_init(&s, "30s", 2);
	hook_say(&s.hook, OK_204, 2000 * MS);
	begin = clock_mono_us();
	if (pthread_create(&thread, NULL, stop_soon, s.sink) != 0)
		abort();
	is_int(push(&s, 3), -1, "stopped");
	took = clock_mono_us() - begin;
	(void)pthread_join(thread, NULL);
	is_str(s.why.text, "the tick ends", "why");
	ok(took >= 200 * MS && took < 700 * MS, "soon: %lld ms",
	    (long long)(took / MS));
	ok(s.m[0].end == SINK_UNKNOWN && s.m[1].end == SINK_UNKNOWN &&
		s.m[2].end == SINK_WAITS,
	    "two are in doubt, one was not begun");
	ok(push(&s, 3) == -1 && s.m[0].end == SINK_WAITS, "for good: %s",
	    s.why.text);
	scene_fini(&s);
}

/* Files that sign nothing: why names them, and not what is in them. */
static void
test_secret(void)
{
	struct scene s;

	scene_init(&s, "5s", 2);
	put_secret(second);
	ok(push(&s, 1) == 0 && is_signed(&s, 0, second), "replaced, and used");
	hook_say(&s.hook, OK_204, 0);
	(void)chmod(folder_path("site.secret"), 0644);
	ok(push(&s, 2) == -1 &&
		strstr(s.why.text, "site.secret: mode 0644") != NULL,
	    "for all to read: %s", s.why.text);
	put_secret("whsec_c2hvcnQ=\n");
	ok(push(&s, 2) == -1 && strstr(s.why.text, "site.secret: ") != NULL &&
		strstr(s.why.text, "c2hvcnQ") == NULL,
	    "too short: %s", s.why.text);
	(void)remove(folder_path("site.secret"));
	ok(push(&s, 2) == -1 && strstr(s.why.text, "site.secret: ") != NULL,
	    "missing: %s", s.why.text);
	ok(s.m[0].end == SINK_WAITS && s.m[1].end == SINK_WAITS, "as it was");
	is_int((long long)hook_count(&s.hook), 0, "nothing is sent");
	put_secret(first);
	ok(push(&s, 2) == 0 && is_signed(&s, 1, first), "and again: %s",
	    s.why.text);
	scene_fini(&s);
}

/* What nobody can know. */
static void
test_questions(void)
{
	int64_t n = 7;
	struct scene s;

	scene_init(&s, "5s", 2);
	ok(sink_count(s.sink, "q", &n, &s.why) == 0 && n == SINK_NO_COUNT,
	    "no count");
	ok(sink_clear(s.sink, "q", &s.why) == 0, "no clearing");
	ok(push(&s, 0) == 0, "nothing to push");
	scene_fini(&s);
}

int
main(void)
{
	folder_init("t_sink_webhook_fail");
	test_silence();
	test_unreachable();
	test_lost();
	test_parallel();
	test_stop();
	test_secret();
	test_questions();
	folder_fini();
	return tap_done();
}
