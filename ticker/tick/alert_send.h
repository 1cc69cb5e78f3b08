#ifndef TICKER_TICK_ALERT_SEND_H
#define TICKER_TICK_ALERT_SEND_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/alert.h"
#include "lib/record/job.h"

struct conf;
struct conf_alert;
struct http;

/* Private to ticker/alert*: one attempt to tell somebody. */
struct attempt {
	bool is_used;
	struct alert a; /* as it was taken */
	enum job_kind kind;
	const struct conf_alert *to;
	pid_t pid;	    /* of the command; 0: none */
	int64_t until_mono; /* when it has to be over */
	bool is_over;
	char why[256]; /* why it failed; "": it did not */
};

/*
 * Who is to be told of a, of those that are not yet; how many they are.  They
 * take turns, so that one that is out of order keeps nobody waiting.
 */
size_t alert_choose(const struct conf *conf, const struct alert *a,
    const struct conf_alert **to);

/*
 * Begin; what came of it, perhaps at once, is there when is_over is set.
 * *http is made when it is first needed.
 */
void attempt_start(struct attempt *t, const struct conf *conf,
    struct http **http, int64_t now_us);

/* Has the command ended?  One that takes too long is killed. */
void attempt_check(struct attempt *t);

/* Kill what runs, and wait for its end. */
void attempt_kill(struct attempt *t);

#endif
