#ifndef TESTS_STUB_STUB_H
#define TESTS_STUB_STUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/base/buf.h"

/*
 * A stand-in for Render's API, with faults on demand; README.md here has the
 * words for those who drive it.  One thread, one struct stub.
 */

/* What may go wrong with one request.  "after": the request was obeyed. */
enum mishap {
	FAULT_NONE,
	FAULT_400,
	FAULT_401,
	FAULT_403,
	FAULT_404,
	FAULT_429,
	FAULT_500,
	FAULT_503,
	FAULT_REDIRECT,
	FAULT_LOST_BEFORE,
	FAULT_CUT_BEFORE,
	FAULT_OTHER_BEFORE, /* the answer names the newest job there is */
	FAULT_BEFORE__END,  /* those behind obey the request first */
	FAULT_500_AFTER = FAULT_BEFORE__END,
	FAULT_503_AFTER,
	FAULT_LOST,	  /* no answer, the connection stays */
	FAULT_CUT_AFTER,  /* no answer, the connection ends */
	FAULT_CUT_WITHIN, /* half an answer */
	FAULT_GARBAGE,
	FAULT_HUGE,
	FAULT_EMPTY,
	FAULT_OTHER_AFTER, /* the answer names the job before */
	FAULT__MAX
};

enum kind { KIND_READ, KIND_CREATE, KIND_WRITE, KIND__MAX };

/* How a job ends. */
enum end {
	END_SUCCEEDED,
	END_FAILED, /* exit status 1 */
	END_OOM,
	END_EVICTED,
	END_TIMED_OUT,
	END_CANCELED,
	END_EARLY_EXIT,
	END_UNHEALTHY,
	END_EVICTED_WHY, /* with Render's reason */
	END_TIMED_OUT_WHY,
	END_NEW_WORD, /* with a reason of a kind nobody knows */
	END_NO_REASON,
	END__MAX
};

#define NEXT_MAX 64

/* Set by POST /_stub/set?name=value&…; README.md says what they mean. */
struct settings {
	double seed, delay_ms, retry_after, json, echo_key, h2;
	double hide_s, hide_random, start_s, run_s, run_spread_s;
	double limit_create, limit_read, limit_write, window_s;
	double rate_twice, rate_epoch, rate_none;
	double nulls, decimals, clock_s;
	double ends[END__MAX]; /* weights */
	double faults[KIND__MAX][FAULT__MAX];
	enum mishap next[NEXT_MAX]; /* of the next requests, one each */
	size_t nnext;
	char key[256]; /* "" takes any */
	char zone[8];  /* of the instants: Z, -04:00 */
};

struct job {
	char *command, *plan;
	uint32_t service;
	enum end end;
	bool is_canceled;
	int64_t created_us, visible_us, start_us, end_us;
	int64_t fingerprint; /* the job before with the same command, or -1 */
};

struct jobs {
	struct job *v;
	size_t n, cap;
	char **services;
	size_t nservices;
	int64_t *heads; /* hash of commands to their newest job */
	size_t nheads;
	int64_t doubles; /* launches beyond the first of a command */
};

struct window {
	int64_t start_us, used;
};

struct stub {
	struct settings set;
	struct jobs jobs;
	struct window windows[KIND__MAX];
	uint64_t random;
	int64_t skew_us;   /* of our clock to the real one */
	int64_t frozen_us; /* our clock, if it stands; else -1 */
	FILE *log;
	int64_t connections, handshakes, requests, open, most_open;
	int64_t under_way, most_under_way;
	int64_t statuses[600], faults[FAULT__MAX], ops[KIND__MAX];
};

struct request {
	char method[8];
	char *path; /* with its query cut off */
	char *query;
	char *auth; /* "" without */
	const char *body;
	size_t len;
	int64_t connection;
};

/* What the connection does with the reply. */
enum act { ACT_SEND, ACT_LOSE, ACT_CUT, ACT_HALF };

struct reply {
	int status;
	struct buf headers; /* "name: value\r\n" */
	struct buf body;
	enum act act;
	bool is_delayed;
};

/* api.c: obey the request.  out is zero; free its buffers. */
void api_handle(struct stub *s, struct request *r, struct reply *out);

/* control.c: requests to /_stub/…; and one setting, 0 or -1. */
void control_handle(struct stub *s, struct request *r, struct reply *out);
int control_set(struct stub *s, const char *name, const char *value);
void control_defaults(struct stub *s);

/* fault.c: what goes wrong with a request; a number from 0 to below 1. */
enum mishap fault_pick(struct stub *s, enum kind kind);
double fault_random(struct stub *s);
int fault_find(const char *name);
const char *fault_name(enum mishap f);
/* Count the request and put the headers about it into out; false: too many. */
bool fault_rate(struct stub *s, enum kind kind, struct reply *out);

/* jobs.c */
int64_t stub_now(const struct stub *s);
int64_t jobs_add(struct stub *s, const char *service, const char *command,
    const char *plan);
int64_t jobs_find(const struct stub *s, const char *service, const char *id);
void jobs_cancel(struct stub *s, int64_t i);
void jobs_print(const struct stub *s, int64_t i, struct buf *out);
void jobs_list(struct stub *s, const struct request *r, const char *service,
    struct buf *out);
void jobs_events(struct stub *s, const struct request *r, const char *service,
    struct buf *out);

/* query.c: a decoded parameter of the query, owned by the caller, or NULL. */
char *query_get(const char *query, const char *name);
/* Call fn for each parameter, decoded; 0 or the first -1. */
int query_each(const char *query,
    int (*fn)(void *cookie, const char *name, const char *value), void *cookie);

#endif
