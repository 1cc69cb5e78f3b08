/* How many may wait, over processes, and what a killed one leaves behind. */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fcgi/api/response.h"
#include "fcgi/api/waiting.h"
#include "lib/conf/conf.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define CHILDREN 8

/* A child that waits as the token, and says by a byte whether it may. */
static pid_t
wait_as(struct api *a, const char *id, bool *may)
{
	struct response res;
	int fd[2];
	pid_t pid;
	char c = 0;

	(void)memcpy(a->ctx.token.id, id, strlen(id) + 1);
	if (pipe(fd) != 0)
		return -1;
	if ((pid = fork()) == 0) {
		response_init(&res, &a->ctx.data);
		c = waiting_enter(&a->ctx, "f", &res) >= 0 ? 'y' : 'n';
		if (c == 'n' && (res.status != 429 || res.retry_after_s < 1))
			c = '?';
		(void)!write(fd[1], &c, 1);
		for (;;)
			(void)pause();
	}
	(void)!read(fd[0], &c, 1);
	(void)close(fd[0]);
	(void)close(fd[1]);
	*may = c == 'y';
	ok(c != '?', "a refusal is a 429 with Retry-After");
	return pid;
}

static void
end(pid_t *pid, int n)
{
	for (int i = 0; i < n; i++) {
		(void)kill(pid[i], SIGKILL);
		(void)waitpid(pid[i], NULL, 0);
	}
}

/* Who waits, and whether it may, by limits of 3 in all and 2 per token. */
static void
test_limits(struct api *a)
{
	static const struct {
		const char *id;
		bool may;
	} cases[CHILDREN] = { { "00000001", true }, { "00000001", true },
		{ "00000001", false }, { "", true }, { "", false },
		{ "ffffffff", false }, { "00000002", false },
		{ "00000001", false } };
	pid_t pid[CHILDREN];
	bool may;

	for (int i = 0; i < CHILDREN; i++) {
		pid[i] = wait_as(a, cases[i].id, &may);
		ok(may == cases[i].may, "number %d, token \"%s\"", i,
		    cases[i].id);
	}
	end(pid, CHILDREN);
}

/* Killed processes hold nothing, however many there were. */
static void
test_killed(struct api *a)
{
	pid_t pid[2];
	bool may[2];

	for (int i = 0; i < 20; i++) {
		pid[0] = wait_as(a, "00000001", &may[0]);
		pid[1] = wait_as(a, "00000001", &may[1]);
		ok(may[0] && may[1], "after %d killed ones", 2 * i);
		end(pid, 2);
	}
}

static void
test_none(struct api *a)
{
	pid_t pid;
	bool may;

	a->ctx.conf->max_waiting = 0;
	pid = wait_as(a, "00000001", &may);
	ok(!may, "none may wait");
	end(&pid, 1);
	a->ctx.conf->max_waiting = 3;
	a->ctx.conf->max_waiting_per_token = 0;
	pid = wait_as(a, "00000001", &may);
	ok(!may, "no token may wait");
	end(&pid, 1);
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	test_limits(&a);
	test_killed(&a);
	test_none(&a);
	api_close(&a);
	return tap_done();
}
