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
	CTL_NO = 1, /* a negative result: not found, findings, failed */
	CTL_TIMEOUT = 3,
	CTL_USAGE = 64,
	CTL_DATA = 65,
	CTL_DOWN = 69, /* the store or another program is not available */
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

/* A command line parsed by the tables of a command. */
struct ctl_args {
	const char *opt[CTL_OPTIONS_MAX]; /* by index in the table */
	char **operand;
	int noperands;
	char **command;	 /* the words after "--", or NULL */
	bool is_watched; /* --watch */
};

struct ctl;
struct err;

/* One subcommand: `minutehand NAME ARGS`. */
struct ctl_command {
	const char *name; /* one or two words */
	const char *args;
	const char *help;		  /* one line */
	const struct ctl_option *options; /* or NULL */
	int min, max;			  /* number of operands */
	bool has_command;		  /* "-- COMMAND …" is required */
	bool has_instant; /* the last operand is one, perhaps "-2h" */
	bool is_list;	  /* --watch repeats it */
	int (*run)(struct ctl *c, const struct ctl_args *a);
	/* Instead of all that: takes the words as they are, up to NULL. */
	int (*pass)(struct ctl *c, char **words);
};

/* The context of every subcommand. */
struct ctl {
	const char *argv0;
	const char *conf_path; /* -c FILE, or NULL */
	struct conf *conf;     /* NULL until ctl_load */
	struct sched sched;
	bool is_open;		 /* sched is */
	struct brokers *brokers; /* NULL until first used */
	struct buf warned;	 /* warnings of services printed, a line each */
};

/* Every subcommand by purpose, ended by NULL. */
extern const struct ctl_command *const ctl_commands[];

/* Where a purpose begins in ctl_commands; ended by a title NULL. */
struct ctl_purpose {
	const char *title;
	const struct ctl_command *first;
};
extern const struct ctl_purpose ctl_purposes[];

/* Write "minutehand: …" and a newline to standard error; return status. */
int ctl_fail(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Report rc for the object what ("q j") on standard error; an exit status. */
int ctl_fail_rc(enum store_rc rc, const char *what);

/* Check the operands QUEUE and ID, then ctl_open. */
int ctl_open_job(struct ctl *c, const struct ctl_args *a);

/* ctl_fail_rc for the job of these operands. */
int ctl_fail_job(enum store_rc rc, const struct ctl_args *a);

/* Report rc for the run of the id run, of which there may be none or several;
 * an exit status. */
int ctl_fail_run(enum store_rc rc, const char *run);

/* As ctl_fail_job, after a request to run or resume the job; for a job of kind
 * memory that no ticker could run, report the reason. */
int ctl_fail_start(struct ctl *c, enum store_rc rc, const struct ctl_args *a);

/* Print that j, which was added or resumed, has ended, as its only slot was
 * decided before (j->ran), with the outcome. */
void ctl_print_ran(const struct job *j);

/* Report why sched_resume returned STORE_CONFLICT: no further slot, or a job
 * that cannot be parsed; return CTL_NO. */
int ctl_fail_resume(struct ctl *c, const char *queue, const char *job_id);

/* Print a line per fault, each after prefix; return CTL_DATA, or CTL_DOWN if
 * one of them is temporary. */
int ctl_fail_faults(const struct faults *fs, const char *prefix);

/* Read the configuration; CTL_OK or an exit status after an error on standard
 * error. */
int ctl_load(struct ctl *c);

/* The exit status for a store that could not be opened, by rc. */
int ctl_exit_of(enum store_rc rc);

/* As ctl_load and ctl_open, with the reason in why instead of on standard
 * error. */
int ctl_read(struct ctl *c, struct err *why);
int ctl_try_open(struct ctl *c, struct err *why);

/* ctl_load, then open the stores. */
int ctl_open(struct ctl *c);

/* The connections to brokers, created at first use; NULL: out of memory. */
struct brokers *ctl_brokers(struct ctl *c);

/* Close everything that was opened. */
void ctl_close(struct ctl *c);

/* Check a name of a queue or job; CTL_OK, or CTL_DATA after an error. */
int ctl_check_name(const char *field, const char *name);

/* Check that all values of options are UTF-8; CTL_OK, or CTL_DATA after an
 * error that names the option. */
int ctl_check_texts(const struct ctl_args *a, const struct ctl_option *o);

/*
 * Option i of a as a number within min..max, or as a duration in microseconds;
 * *out is unchanged if it is not given.  CTL_OK, or CTL_USAGE after an error
 * that names the option.
 */
struct ctl_range {
	int64_t min, max;
};
int ctl_opt_int(const struct ctl_args *a, int i, const char *name,
    const struct ctl_range *r, int64_t *out);
int ctl_opt_duration(const struct ctl_args *a, int i, const char *name,
    int64_t *out_us);

/* The text of option name as an instant in the default zone, in microseconds;
 * if text is NULL, *out is unchanged.  CTL_OK, or CTL_DATA after an error. */
int ctl_opt_time(const struct ctl *c, const char *name, const char *text,
    int64_t *out);

/* Append the instant in the default zone, "-" for 0 and for JOB_NEVER. */
void ctl_time(const struct ctl *c, int64_t t_us, struct buf *out);

#endif
