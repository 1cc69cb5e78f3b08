/* Starting other programs: what they get, and how their end is read. */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "net/command/child.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

static void
nap(void)
{
	(void)nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
}

/*
 * Run a line of sh with text as its input; its status, what it prints in out.
 */
static int
run(const char *line, const char *text, char *const *env, struct buf *out)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)line, NULL };
	struct child c;
	char bytes[512];
	ssize_t n;
	int fd[2];

	if (child_pipe(fd, 0) != 0)
		return -2;
	if (child_start(&c,
		&(struct child_opts){ argv, env, -1, fd[1], -1, true }, text,
		strlen(text)) != 0)
		return -2;
	(void)close(fd[1]);
	while (!c.has_ended) {
		child_feed(&c);
		while ((n = read(fd[0], bytes, sizeof(bytes))) > 0)
			buf_add(out, bytes, (size_t)n);
		child_check(&c);
		nap();
	}
	while ((n = read(fd[0], bytes, sizeof(bytes))) > 0)
		buf_add(out, bytes, (size_t)n);
	(void)close(fd[0]);
	is_int(c.fd, -1, "its input is closed");
	return c.status;
}

static void
test_ends(void)
{
	static const struct {
		const char *line;
		enum child_end end;
		const char *why;
	} cases[] = {
		{ "exit 0", CHILD_DONE, "" },
		{ "exit 1", CHILD_FAILED, "exit 1" },
		{ "exit 74", CHILD_FAILED, "exit 74" },
		{ "exit 75", CHILD_LATER,
		    "the command asks to try later (exit 75)" },
		{ "exit 126", CHILD_MISSING,
		    "the command cannot be run (exit 126)" },
		{ "/nothing", CHILD_MISSING,
		    "the command cannot be run (exit 127)" },
		{ "exit 255", CHILD_FAILED, "exit 255" },
		{ "kill -9 $$", CHILD_FAILED, "killed by signal 9" },
		{ "kill -13 $$", CHILD_FAILED, "killed by signal 13" },
	};
	struct err why;
	char *env[] = { NULL };
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = run(cases[i].line, "", env, &out);

		is_int(child_end(status, &why), cases[i].end, "%s",
		    cases[i].line);
		is_str(why.text, cases[i].why, "in words");
	}
	is_int(child_end(-1, &why), CHILD_FAILED, "not known");
	buf_fini(&out);
}

static void
test_input(void)
{
	char *env[] = { NULL };
	struct buf out = BUF_INIT;
	char *big = malloc(300001);

	memset(big, 'x', 300000);
	big[300000] = '\0';
	is_int(run("wc -c", big, env, &out), 0, "more than a pipe holds");
	is_int(strtol(buf_cstr(&out), NULL, 10), 300000, "all of it arrives");
	buf_reset(&out);
	is_int(run("exec 0<&-; sleep 0.1; echo ok", big, env, &out), 0,
	    "not read to its end");
	is_str(buf_cstr(&out), "ok\n", "is no fault");
	buf_fini(&out);
	free(big);
}

static void
test_env(void)
{
	char *inherit[] = { (char *)"PATH=/usr/bin:/bin", (char *)"KEY=canary",
		(char *)"KEYS=2", (char *)"MINUTEHAND_QUEUE=old",
		(char *)"MINUTEHAND_CONF=c", NULL };
	const char *hidden[] = { "", "KEY", NULL };
	const struct child_message m = { "q", "7", "2", NULL, "t", "at" };
	char **env = child_env(inherit, &m, hidden);
	struct buf out = BUF_INIT;

	is_int(run("env | grep -E '^(MINUTEHAND|KEY)' | sort", "", env, &out),
	    0, "a program with an environment");
	is_str(buf_cstr(&out),
	    "KEYS=2\nMINUTEHAND_ATTEMPT=2\nMINUTEHAND_CONF=c\n"
	    "MINUTEHAND_JOB_ID=\nMINUTEHAND_MESSAGE_ID=7\n"
	    "MINUTEHAND_QUEUE=q\nMINUTEHAND_SCHEDULED_AT=at\n"
	    "MINUTEHAND_TASK_ID=t\n",
	    "the message's, none twice, no key");
	child_env_free(env);
	(void)setenv("MINUTEHAND_CONF", "x", 1);
	(void)setenv("TZ", "UTC", 1);
	env = child_env_bare();
	buf_reset(&out);
	is_int(run("env | grep -c MINUTEHAND; echo $TZ", "", env, &out), 0,
	    "a bare one");
	is_str(buf_cstr(&out), "0\nUTC\n", "has what finds its way alone");
	child_env_free(env);
	buf_fini(&out);
}

static void
test_missing(void)
{
	char *argv[] = { (char *)"/nothing/here", NULL }, *env[] = { NULL };
	struct child c;
	struct err why;

	ok(child_start(&c, &(struct child_opts){ argv, env, -1, -1, -1, false },
	       "", 0) != 0,
	    "no such program");
	ok(c.pid == 0 && c.fd == -1, "leaves nothing");
	is_int(child_find("/nothing/here", &why), -1, "not found");
	ok(strstr(why.text, "/nothing/here: No such file") != NULL, "%s",
	    why.text);
	is_int(child_find("/etc/passwd", &why), -1, "no program");
	is_int(child_find("sh", &why), 0, "in PATH");
	is_int(child_find("no-such-program", &why), -1, "nowhere");
}

/* Signals that we ignore are as usual for it. */
static void
test_signals(void)
{
	struct err why;
	char *env[] = { NULL };
	struct buf out = BUF_INIT;

	(void)signal(SIGPIPE, SIG_IGN);
	is_int(child_end(run("kill -PIPE $$; exit 0", "", env, &out), &why),
	    CHILD_FAILED, "SIGPIPE is not ignored there");
	is_str(why.text, "killed by signal 13", "it kills");
	buf_fini(&out);
}

int
main(void)
{
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	test_signals();
	test_ends();
	test_input();
	test_env();
	test_missing();
	return tap_done();
}
