#ifndef TESTS_LAUNCH_FAR_H
#define TESTS_LAUNCH_FAR_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ticker/render/api.h"

struct conf;

/*
 * The other side of launch.c, and the virtual clock of both sides: a Render in
 * memory (far_fake.c), or the stand-in of tests/stub in a process of its own,
 * over HTTP (far_http.c).  A program is linked with one of them.
 */
struct far;

#define FAR_PLACE "srv-launch"
#define FAR_START_US INT64_C(1800000000000000)

/* The exit status of a ticker that died of itself. */
#define FAR_DEATH 9

struct far_opts {
	int64_t n;	  /* launches there will be */
	int64_t hidden_s; /* a new job is not listed for up to so long */
	int64_t seed;
	const char *stub; /* the stand-in's program */
	const char *cert; /* certificate and key for TLS, or NULL: none */
};

/* A job that is there: the number in its command "task N". */
struct far_job {
	char id[RENDER_ID_MAX];
	int64_t task;
};

/* Start it, at FAR_START_US, and put into c how it is reached.  Ends the
 * program when that cannot be done, as all below do. */
struct far *far_open(const struct far_opts *o, struct conf *c);
void far_close(struct far *f);

/* The instant; set it. */
int64_t far_now(const struct far *f);
void far_leap(struct far *f, int64_t now_us);

/* In the process of a ticker: its requests, for render_free. */
struct render *far_render(struct far *f, const struct conf *c);

/*
 * Let time go on to the next answer, or with none under way to next_us.
 * False: there is neither.
 */
bool far_wait(struct far *f, struct render *r, int64_t next_us);

/* Watch the process of a ticker until it has ended, and perhaps kill it. */
void far_watch(struct far *f, pid_t pid);

/*
 * When all is over: what is there, for free(3), and how much; how often each
 * task was launched, added to times; and what was asked and went wrong.
 */
size_t far_jobs(struct far *f, struct far_job **out);
void far_launches(struct far *f, int64_t *times);
void far_print(struct far *f);

#endif
