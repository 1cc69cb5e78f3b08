#ifndef FCGI_API_INPUT_H
#define FCGI_API_INPUT_H

#include "fcgi/api/http.h"

/*
 * What most routes ask for.  The functions check it all, also the client's
 * access to the queue; 0, or -1 and the response is a 400 or 403.  Strings
 * are borrowed from the request.
 */
struct input {
	const char *queue; /* NULL: all queues */
	const char *job_id;
	enum job_kind kind; /* JOB_DURABLE when not given; SCHED_ANY: all */
};

enum input_queue {
	INPUT_QUEUE_REQUIRED,
	INPUT_QUEUE_OPTIONAL, /* empty is as good as absent */
	INPUT_QUEUE_EXPLICIT  /* optional, but never left out by accident */
};

/*
 * The names that the route takes from parameters and members into req->path,
 * where its handler finds them as if the path had them, and its member of the
 * body into req->json.  0, or -1 and the response is a 400.
 */
int input_names(struct request *req, struct response *res);

/*
 * job_store_kind, which the route may have taken from its body; absent or empty
 * leaves *out untouched.  What is wrong with it is a fault.
 */
void input_kind(const struct request *req, enum job_kind *out,
    struct faults *fs);

/* The name of a parameter which input_names takes of this request, nearest to
 * that one, be it equal; NULL: none is near. */
const char *input_near_name(const struct request *req, const char *name);

/* A fault for each name that the path has and a parameter has otherwise. */
void input_same_names(const struct request *req, struct faults *fs);

/* queue_name and job_store_kind; where explicit, nothing else.  The queue of
 * req->path, if there is one, goes before. */
int input_queue(const struct ctx *ctx, const struct request *req,
    enum input_queue how, struct input *in, struct response *res);

/* queue_name, job_id (both required) and job_store_kind; the names of req->path,
 * if it has them, go before. */
int input_job(const struct ctx *ctx, const struct request *req,
    struct input *in, struct response *res);

/* A whole number within range; absent or empty leaves *out untouched.  0, or
 * -1 with a fault in res, whose status stays as it is. */
int input_int(const struct request *req, const char *name,
    const struct json_range *range, int64_t *out, struct response *res);

/* The text of an instant as it was meant, perhaps in room. */
#define INPUT_INSTANT_MAX 64
const char *input_instant(const char *text, char room[INPUT_INSTANT_MAX]);

/* An instant, in the default zone unless it has an offset; absent or empty
 * leaves *out_us untouched.  What is wrong with it is a fault. */
void input_time(const struct ctx *ctx, const struct request *req,
    const char *name, int64_t *out_us, struct faults *fs);

/* The queue (and, when the path has one, the job or message) of the path. */
int input_path(const struct ctx *ctx, const struct request *req,
    struct response *res);

/*
 * What the broker of a queue (NULL: not known) says of its worker
 * (brokers_registration), if the client may use that queue.
 */
struct job_registration;
const struct job_registration *input_registration(struct ctx *ctx,
    const char *queue, struct job_registration *k);

#endif
