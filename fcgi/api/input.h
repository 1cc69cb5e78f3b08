#ifndef FCGI_API_INPUT_H
#define FCGI_API_INPUT_H

#include "fcgi/api/http.h"

/*
 * The input of most routes.  The functions check it, including the client's
 * access to the queue; 0, or -1 and the response is a 400, 403 or 404.  Strings
 * are borrowed from the request.
 */
struct input {
	const char *queue; /* NULL: all queues */
	const char *job_id;
	enum job_kind kind; /* JOB_DURABLE when not given; SCHED_ANY: all */
};

enum input_queue {
	INPUT_QUEUE_REQUIRED,
	INPUT_QUEUE_OPTIONAL, /* empty is the same as absent */
	INPUT_QUEUE_EXPLICIT  /* optional; empty or misspelt: refused */
};

/*
 * Copy the names that the route reads from parameters and members into
 * req->path, as if the path had them, and its member of the body into
 * req->json.  0, or -1 and the response is a 400.
 */
int input_names(struct request *req, struct response *res);

/*
 * Read job_store_kind, of the parameters or the body; if absent or empty, *out
 * is unchanged.  An invalid one is a fault in fs.
 */
void input_kind(const struct request *req, enum job_kind *out,
    struct faults *fs);

/* The most similar name of a parameter that input_names reads of this request,
 * possibly equal to name; NULL: none is similar. */
const char *input_near_name(const struct request *req, const char *name);

/* Add a fault for every parameter that differs from its name in the path. */
void input_same_names(const struct request *req, struct faults *fs);

/* Read queue_name and job_store_kind; with INPUT_QUEUE_EXPLICIT, refuse any
 * other parameter.  A queue in req->path takes precedence. */
int input_queue(const struct ctx *ctx, const struct request *req,
    enum input_queue how, struct input *in, struct response *res);

/* Read queue_name, job_id (both required) and job_store_kind; names in
 * req->path take precedence. */
int input_job(const struct ctx *ctx, const struct request *req,
    struct input *in, struct response *res);

/* Read an integer within range; if absent or empty, *out is unchanged.  0, or
 * -1 with a fault in res, whose status is unchanged. */
int input_int(const struct request *req, const char *name,
    const struct json_range *range, int64_t *out, struct response *res);

/* The text of an instant with the "+" of its offset restored, maybe in room. */
#define INPUT_INSTANT_MAX 64
const char *input_instant(const char *text, char room[INPUT_INSTANT_MAX]);

/* Read an instant, in the default zone unless it has an offset; if absent or
 * empty, *out_us is unchanged.  An invalid one is a fault in fs. */
void input_time(const struct ctx *ctx, const struct request *req,
    const char *name, int64_t *out_us, struct faults *fs);

/* Check the names in the path, and access to its queue; 0, or -1 and the
 * response is a 400 or 404. */
int input_path(const struct ctx *ctx, const struct request *req,
    struct response *res);

/*
 * The registration of a queue's worker with its broker (brokers_registration)
 * into *k, which is returned; NULL if it is unknown, or if the client may not
 * access the queue.
 */
struct job_registration;
const struct job_registration *input_registration(struct ctx *ctx,
    const char *queue, struct job_registration *k);

#endif
