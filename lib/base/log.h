#ifndef LIB_BASE_LOG_H
#define LIB_BASE_LOG_H

/*
 * One line per event, logfmt, to standard error (a web server's error log,
 * cron's mail) or syslog; chosen once.  The log target is the project's only
 * mutable file-scope variable.
 */
enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL__MAX
};

enum log_target { LOG_TARGET_STDERR, LOG_TARGET_SYSLOG };

/* Keys with a fixed meaning wherever they appear. */
#define LOG_KEY_JOB "job"     /* queue/job_id */
#define LOG_KEY_RUN "run"     /* run id */
#define LOG_KEY_ERROR "error" /* what the system or a library said */
#define LOG_KEY_PATH "path"
#define LOG_KEY_FIELD "field"

/*
 * Send events of at most level to target from here on, marked with the
 * program's name ident (borrowed for ever).
 */
void log_open(enum log_target target, enum log_level level, const char *ident);

/* "err", "warn", "info", "debug" to a level; 0 or -1. */
int log_level_parse(const char *name, enum log_level *out);

/*
 * Log event (a fixed kebab-case word) with key, value pairs of strings, ended
 * by NULL.  A NULL value prints as "-".  Values with spaces, quotes or
 * control characters are quoted and escaped: one event is always one line.
 */
void log_event(enum log_level level, const char *event, ...)
    __attribute__((sentinel));

#endif
