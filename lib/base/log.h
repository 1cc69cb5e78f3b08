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
#define LOG_KEY_ERROR "error" /* an error text of the system or a library */
#define LOG_KEY_PATH "path"
#define LOG_KEY_FIELD "field"

/*
 * From now on log events of at most level to target, marked with the program's
 * name ident (borrowed for the rest of the program).
 */
void log_open(enum log_target target, enum log_level level, const char *ident);

/*
 * Convert "err", "warn", "info" or "debug" to a level; 0, or -1 for another
 * name.
 */
int log_level_parse(const char *name, enum log_level *out);

/*
 * Log event (a fixed kebab-case word) with pairs of key and value strings,
 * ended by NULL.  A NULL value prints as "-".  Values with spaces, quotes or
 * control characters are quoted and escaped: one event is always one line.
 */
void log_event(enum log_level level, const char *event, ...)
    __attribute__((sentinel));

#endif
