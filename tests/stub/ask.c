/*
 * Asks Render or the stand-in by the ticker's own code, and prints the answers;
 * used by bats files and benchmarks.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "ticker/render/api.h"

#include "lib/base/ban.h"

/*
 * Ask by the ticker's own code, and print what came of it:
 *
 *	ask CONF create SERVICE COMMAND [COUNT] ask CONF list|events SERVICE
 *	[STATUS] ask CONF get|cancel SERVICE JOB
 *
 * A line for each answer; of several creates (COMMAND 1, COMMAND 2 …, as many
 * at once as the configuration allows) a line of sums.  Pages are followed.
 */
static const char *const class_names[RENDER_CLASS__MAX] = {
	[RENDER_OK] = "ok",
	[RENDER_REFUSED] = "refused",
	[RENDER_DENIED] = "denied",
	[RENDER_LATER] = "later",
	[RENDER_UNKNOWN] = "unknown",
};

static const char *const op_names[RENDER_OP__MAX] = {
	[RENDER_CREATE] = "create",
	[RENDER_LIST] = "list",
	[RENDER_EVENTS] = "events",
	[RENDER_GET] = "get",
	[RENDER_CANCEL] = "cancel",
};

static void
die(const char *why)
{
	(void)fprintf(stderr, "ask: %s\n", why);
	exit(1);
}

static void
print_job(const struct render_job *j)
{
	(void)printf("job %s %s command=%s created=%lld started=%lld "
		     "finished=%lld\n",
	    j->id, render_status_name(j->status),
	    j->command == NULL ? "-" : j->command, (long long)j->created_us,
	    (long long)j->started_us, (long long)j->finished_us);
}

static void
print_event(const struct render_event *e)
{
	(void)printf("event %s %s at=%lld", e->job,
	    render_status_name(e->status), (long long)e->at_us);
	if (e->reason.has_exit_code)
		(void)printf(" exit=%d", e->reason.exit_code);
	(void)printf("%s%s", e->reason.is_oom ? " oom" : "",
	    e->reason.is_evicted ? " evicted" : "");
	if (e->reason.timed_out_s > 0)
		(void)printf(" timed_out=%lld",
		    (long long)e->reason.timed_out_s);
	(void)printf("\n");
}

static void
print_answer(const struct render_answer *a)
{
	(void)printf("%s status=%d sent=%d retry=%lld jobs=%zu events=%zu "
		     "bad=%zu: %s\n",
	    class_names[a->class], a->status, a->is_sent,
	    (long long)(a->retry_us / CLOCK_US_PER_S), a->njobs, a->nevents,
	    a->nbad, a->message);
	for (size_t i = 0; i < a->njobs; i++)
		print_job(&a->jobs[i]);
	for (size_t i = 0; i < a->nevents; i++)
		print_event(&a->events[i]);
}

static int
start(struct render *r, const struct render_ask *ask)
{
	struct err why = { "" };
	int key = render_key(r, ask->service, &why);

	if (key == -1 || render_start(r, key, ask, &why) == -1)
		die(why.text);
	return key;
}

static struct render_answer *
wait_answer(struct render *r)
{
	struct render_answer *a;

	while ((a = render_next(r, clock_now_us())) == NULL)
		render_wait(r, clock_mono_us() + CLOCK_US_PER_S);
	return a;
}

/* One request, and the pages behind its answer. */
static void
ask_once(struct render *r, struct render_ask *ask)
{
	char cursor[RENDER_CURSOR_MAX];
	struct render_answer *a;
	bool is_last;

	do {
		start(r, ask);
		a = wait_answer(r);
		print_answer(a);
		is_last = a->class != RENDER_OK || a->is_last;
		(void)snprintf(cursor, sizeof(cursor), "%s", a->cursor);
		ask->cursor = cursor;
		render_answer_free(a);
	} while (!is_last);
}

/* How many creates may be started now; waits while there are none. */
static bool
may_start(struct render *r, const struct render_ask *ask)
{
	struct err why = { "" };
	int key = render_key(r, ask->service, &why);
	int64_t now = clock_now_us(), at;

	if (key == -1)
		die(why.text);
	if ((at = render_ready(r, key, ask->op, now)) <= now)
		return true;
	if (render_count(r) == 0)
		clock_sleep_us(at - now);
	return false;
}

static void
ask_many(struct render *r, struct render_ask *ask, long count)
{
	const char *prefix = ask->command;
	long n = 0, sums[RENDER_CLASS__MAX] = { 0 };
	int64_t from = clock_mono_us();
	struct render_answer *a;
	char command[256];

	while (n < count || render_count(r) > 0) {
		while (n < count && may_start(r, ask)) {
			(void)snprintf(command, sizeof(command), "%s %ld",
			    prefix, ++n);
			ask->command = command;
			start(r, ask);
		}
		render_wait(r, clock_mono_us() + CLOCK_US_PER_S);
		while ((a = render_next(r, clock_now_us())) != NULL) {
			sums[a->class]++;
			render_answer_free(a);
		}
	}
	for (int i = 0; i < RENDER_CLASS__MAX; i++)
		(void)printf("%s=%ld ", class_names[i], sums[i]);
	(void)printf("seconds=%.2f\n",
	    (double)(clock_mono_us() - from) / CLOCK_US_PER_S);
}

int
main(int argc, char *argv[])
{
	struct render_ask ask = { .op = RENDER_OP__MAX,
		.after_us = RENDER_NO_TIME };
	struct render *r = NULL;
	struct conf *c;
	struct err why = { "" };

	for (int i = 0; argc >= 4 && i < RENDER_OP__MAX; i++) {
		if (strcmp(argv[2], op_names[i]) == 0)
			ask.op = (enum render_op)i;
	}
	if (ask.op == RENDER_OP__MAX)
		die("usage: see tests/stub/ask.c");
	if ((c = conf_load(argv[1], &why)) == NULL ||
	    (r = render_new(c, getenv, &why)) == NULL)
		die(why.text);
	ask.service = argv[3];
	ask.command = ask.job = ask.status = argc > 4 ? argv[4] : NULL;
	if (argc > 5)
		ask_many(r, &ask, strtol(argv[5], NULL, 10));
	else
		ask_once(r, &ask);
	render_free(r);
	conf_free(c);
	return 0;
}
