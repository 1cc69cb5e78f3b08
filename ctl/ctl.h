#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/sched/sched.h"

struct brokers;
struct conf;
struct faults;

/* Exit statuses of minutehand(1); sysexits(3) where there is one. */
enum ctl_exit {
	CTL_OK = 0,
	CTL_NO = 1, /* the thing asked about is not so */
	CTL_TIMEOUT = 3,
	CTL_USAGE = 64,
	CTL_DATA = 65,
	CTL_DOWN = 69, /* the store or another program cannot be had */
	CTL_BUG = 70,
	CTL_BUSY = 75,
	CTL_CONFIG = 78
};

#define CTL_OPTIONS_MAX 40

/* One option of a command; arg NULL: a switch. */
struct ctl_option {
	const char *name; /* NULL ends a table */
	const char *arg;
	const char *help;
};

/* A command line taken apart by the tables of a command. */
struct ctl_args {
	const char *opt[CTL_OPTIONS_MAX]; /* by place in the table */
	char **operand;
	int noperands;
	char **command; /* what stood behind "--", or NULL */
};

struct ctl;

/* One subcommand: `minutehand NAME ARGS`. */
struct ctl_command {
	const char *name; /* one or two words */
	const char *args;
	const char *help;		  /* one line */
	const struct ctl_option *options; /* or NULL */
	int min, max;			  /* number of operands */
	bool has_command;		  /* "-- COMMAND …" is needed */
	int (*run)(struct ctl *c, const struct ctl_args *a);
};

/* What every subcommand is given. */
struct ctl {
	const char *argv0;
	const char *conf_path; /* -c FILE, or NULL */
	struct conf *conf;     /* NULL until ctl_load */
	struct sched sched;
	bool is_open;		 /* sched is */
	struct brokers *brokers; /* NULL until one is asked */
	struct buf warned;	 /* warnings of services printed, a line each */
};

/* Every subcommand, ended by NULL. */
extern const struct ctl_command *const ctl_commands[];

/* Write "minutehand: …" and a newline to standard error; gives status. */
int ctl_fail(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Tell what a store's answer means for what ("job q/j"); an exit status. */
int ctl_fail_rc(enum store_rc rc, const char *what);

/* Check the operands QUEUE ID that a begins with, then ctl_open. */
int ctl_open_job(struct ctl *c, const struct ctl_args *a);

/* ctl_fail_rc for the job those operands name. */
int ctl_fail_job(enum store_rc rc, const struct ctl_args *a);

/* The same where that job was to begin to run: one of kind memory that nobody
 * would run has the reason. */
int ctl_fail_start(struct ctl *c, enum store_rc rc, const struct ctl_args *a);

/* Print that j, added or resumed, has ended: its one slot was decided before
 * (j->ran), and how. */
void ctl_print_ran(const struct job *j);

/* Why a job could not be resumed: no slot, or no sense (sched_resume gave
 * STORE_CONFLICT); gives CTL_NO. */
int ctl_fail_resume(struct ctl *c, const char *queue, const char *job_id);

/* One line for each complaint, behind prefix; gives CTL_DATA, or CTL_DOWN when
 * one of them will pass. */
int ctl_fail_faults(const struct faults *fs, const char *prefix);

/* Read the configuration; CTL_OK or an exit status, the reason told. */
int ctl_load(struct ctl *c);

/* The exit status when a store could not be opened for rc. */
int ctl_exit_of(enum store_rc rc);

/* The same with the reason in why instead of on standard error. */
int ctl_read(struct ctl *c, char *why, size_t whylen);
int ctl_try_open(struct ctl *c, char *why, size_t whylen);

/* ctl_load, then open the stores. */
int ctl_open(struct ctl *c);

/* Whom to ask of queues that live at brokers; NULL without memory. */
struct brokers *ctl_brokers(struct ctl *c);

/* Undo whatever was opened. */
void ctl_close(struct ctl *c);

/* Is name a queue's or job's?  CTL_OK, or CTL_DATA with the reason told. */
int ctl_check_name(const char *field, const char *name);

/* Are the values of all options UTF-8?  CTL_OK, or CTL_DATA, told by name. */
int ctl_check_texts(const struct ctl_args *a, const struct ctl_option *o);

/*
 * Option i of a as a number within min..max, as a duration in microseconds;
 * *out stays when it was not given.  CTL_OK, or CTL_USAGE told by name.
 */
struct ctl_range {
	int64_t min, max;
};
int ctl_opt_int(const struct ctl_args *a, int i, const char *name,
    const struct ctl_range *r, int64_t *out);
int ctl_opt_duration(const struct ctl_args *a, int i, const char *name,
    int64_t *out_us);

/* The text of option name, which may be NULL, as an instant in the default
 * zone; *out stays without.  CTL_OK, or CTL_DATA told. */
int ctl_opt_time(const struct ctl *c, const char *name, const char *text,
    int64_t *out);

/* Append the instant in the default zone, "-" for 0 and for JOB_NEVER. */
void ctl_time(const struct ctl *c, int64_t t_us, struct buf *out);

#endif
