#ifndef LIB_RECORD_ALERT_TEXT_H
#define LIB_RECORD_ALERT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* How many alerts of a kind a digest has of a job or queue. */
struct alert_sum {
	const char *kind;
	const char *queue, *job_id; /* or NULL */
	int64_t count;
};

/* What an alert is about, for a text in words.  Borrowed; NULL: unknown. */
struct alert_news {
	const char *kind; /* "failed", "no_tick", … or "test" */
	const char *queue;
	const char *job_id; /* NULL: published by hand */
	const char *run_id;
	const char *service;	/* at Render */
	const char *render_key; /* of the configuration */
	const char *reason;
	const char *output; /* what the run printed last */
	const char *when;   /* "2026-11-30 09:00:00+01:00", in the job's zone */
	const char *zone;   /* its name */
	int64_t count; /* slots in a row; 0 or 1: one; of a digest, alerts */
	const struct alert_sum *sums; /* of a digest, largest first */
	size_t nsums;
	int64_t streak;	 /* failures in a row; 0 or 1: no line */
	bool is_message; /* about a message of the embedded queue */
	bool is_job;	 /* about a job, not about a run */
	bool is_zh;	 /* in Chinese, else in English */
};

/* Append the subject, one line: "minutehand: mail/report failed". */
void alert_subject(const struct alert_news *n, struct buf *out);

/*
 * Append the lines below it, each with its newline: queue, job, time, run,
 * reason, and the command that shows more, quoted for a shell; then the last
 * lines of its output, each behind a bar.
 */
void alert_words(const struct alert_news *n, struct buf *out);

/* Does it report that all is well again, of a digest each alert? */
bool alert_is_good(const struct alert_news *n);

#endif
