#ifndef NET_COMMAND_CHILD_H
#define NET_COMMAND_CHILD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

struct err;

/*
 * Other programs: the one place that starts them.  They find every signal as a
 * program expects it, none blocked and none ignored by us.
 */
struct child_opts {
	char *const *argv; /* the program, looked up in PATH, and its words */
	char *const *env;
	int in, out, err; /* become its 0, 1 and 2; -1: ours */
	bool has_group;	  /* of its own, to be killed by */
};

/*
 * Is there a program of that name that we may run, in PATH unless it has a
 * slash?  0, or -1 with one line in why.
 */
int child_find(const char *name, struct err *why);

/* Start one: 0, or an errno value when it cannot be run. */
int child_spawn(const struct child_opts *o, pid_t *pid);

/*
 * A pipe that no program inherits but by child_opts; the end number ours (0 to
 * read, -1 for none) does not block.  0, or an errno value.
 */
int child_pipe(int fd[2], int ours);

/* One that gets a text on its standard input.  All zero but for fd -1: none. */
struct child {
	pid_t pid; /* 0: not running */
	int fd;	   /* its standard input, or -1 */
	const char *text;
	size_t len, written;
	bool has_ended; /* it ended: status is waitpid's, -1 unknown */
	int status;
};

/*
 * Start one that is to read text, borrowed until it has ended; o->in is not
 * looked at.  0, or an errno value.
 */
int child_start(struct child *c, const struct child_opts *o, const char *text,
    size_t len);

/* Give it as much of the text as it takes without waiting. */
void child_feed(struct child *c);

/* Has it ended?  Then has_ended, and its input is closed. */
void child_check(struct child *c);

/* What the way a program ended means. */
enum child_end {
	CHILD_DONE,   /* exit 0 */
	CHILD_FAILED, /* any other, or a signal */
	CHILD_LATER,  /* exit 75, EX_TEMPFAIL: it asks to try later */
	CHILD_MISSING /* exit 126 or 127, as of shells: it cannot be run */
};
enum child_end child_end(int status, struct err *why);

/* The exit status as a shell has it: 128 + N for signal N; 0 if not known. */
int child_exit_status(int status);

/*
 * The environment of a program that is given a message: inherit's, without the
 * variables that are set here and those that are named in hidden (NULL: none),
 * then ours.  Free with child_env_free; NULL without memory.
 */
struct child_message {
	const char *queue;
	const char *message_id;
	const char *attempt;
	const char *job_id;
	const char *task_id;
	const char *scheduled_at;
};
char **child_env(char *const *inherit, const struct child_message *m,
    const char *const *hidden);

/* That of a program which is given no message: what it needs to find its way,
 * and no more. */
char **child_env_bare(void);
void child_env_free(char **env);

#endif
