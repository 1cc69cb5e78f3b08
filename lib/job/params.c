/*
 * Parameters of jobs and messages: dangerous keys, size, and the names that
 * the queue's worker accepts.  Tested in t_job (tests/unit/record) and
 * tests/broker/redis.bats.
 */
#include <string.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/job/funboost.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/base/ban.h"

/* funboost consumers unpickle the parameters listed under this key. */
#define UNPICKLE "can_not_json_serializable_keys"

static int visit_unpickle(void *cookie, const char *name,
    struct json_object *value);

/* Does o contain the key at any depth? */
static int
has_unpickle(struct json_object *o)
{
	if (!json_is_list(o))
		return json_each(o, visit_unpickle, NULL);
	for (size_t i = 0; i < json_count(o); i++)
		if (has_unpickle(json_item(o, i)) != 0)
			return 1;
	return 0;
}

/* Returns 1 to end the visit. */
static int
visit_unpickle(void *cookie, const char *name, struct json_object *value)
{
	(void)cookie;
	return strcmp(name, UNPICKLE) == 0 || has_unpickle(value) != 0;
}

int
job_check_kwargs(const char *field, struct json_object *kwargs,
    struct faults *fs)
{
	struct json_object *extra = json_member(kwargs, "extra");

	if (has_unpickle(extra) == 0)
		return 0;
	return fault_add(fs, field,
	    "extra.%s is refused: it would make the "
	    "consumer execute what the request carries",
	    UNPICKLE);
}

/* The parameter names of a queue's target, and where faults go. */
struct names {
	const struct conf_list *all;
	const struct conf_list *must;
	bool is_checked; /* check kwargs as well */
	const struct job_params *p;
	struct faults *fs;
};

static bool
has(const struct conf_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(name, l->v[i]) == 0)
			return true;
	return false;
}

static int
check_name(void *cookie, const char *name, struct json_object *value)
{
	const struct names *n = cookie;

	(void)value;
	if (strcmp(name, "extra") == 0 || has(n->all, name))
		return 0;
	return fault_add(n->fs, n->p->kwargs_field,
	    "the target of this queue takes no parameter \"%s\"", name);
}

/* Is every required parameter given? */
static int
check_must(const struct names *n)
{
	size_t nargs = json_count(n->p->args);
	int rc = 0;

	for (size_t i = 0; i < n->must->n; i++) {
		const char *name = n->must->v[i];
		bool is_given = json_has(n->p->kwargs, name);

		for (size_t k = 0; k < nargs && k < n->all->n; k++)
			is_given = is_given || strcmp(n->all->v[k], name) == 0;
		if (!is_given)
			rc = fault_add(n->fs, n->p->kwargs_field,
			    "the target of this queue needs the parameter "
			    "\"%s\"",
			    name);
	}
	return rc;
}

static int
check_names(const struct names *n)
{
	size_t nargs = json_count(n->p->args);
	int rc = 0;

	if (nargs > n->all->n)
		rc = fault_add(n->fs, "args",
		    "%zu parameters given, the target accepts %zu", nargs,
		    n->all->n);
	if (!n->is_checked)
		return rc;
	if (json_each(n->p->kwargs, check_name, (void *)n) != 0)
		rc = -1;
	return check_must(n) != 0 ? -1 : rc;
}

/* Without known names: kwargs may be valid, args cannot be sent. */
static int
check_nameless(const struct conf_queue *q, const struct job_params *p,
    struct faults *fs)
{
	const char *why = "";

	/* When only inspecting, the worker is not asked. */
	if (q->format != CONF_FORMAT_FUNBOOST || json_count(p->args) == 0 ||
	    (q->broker == CONF_BROKER_FUNBOOST && p->known == NULL))
		return 0;
	if (p->known != NULL && !p->known->is_answered)
		why = p->known->why.text;
	return fault_add(fs, "args",
	    "need names, and those of this queue's worker are unknown%s%s: "
	    "use kwargs, or give the queue its params in the configuration",
	    *why == '\0' ? "" : ": ", why);
}

/* Check by the worker's registration. */
static int
check_registered(const struct job_params *p, struct faults *fs)
{
	const struct signature *sig = &p->known->sig;
	const struct names n = { &sig->all, &sig->must, sig->is_checked, p,
		fs };

	if (sig->broker_kind != NULL &&
	    funboost_kind_find(sig->broker_kind) == NULL)
		return fault_add(fs, "queue_name",
		    "the worker of this queue uses %s, which is not "
		    "accessible from outside",
		    sig->broker_kind);
	return sig->all.n == 0 && json_count(p->args) == 0 && !sig->is_checked ?
	    0 :
	    check_names(&n);
}

static int
check_queue(const struct conf *conf, const struct job_params *p,
    struct faults *fs)
{
	static const struct conf_list none = { NULL, 0 };
	const struct conf_queue *q = conf_queue_for(conf, p->queue);
	const struct names n = { &q->params, &none, true, p, fs };

	if (p->known != NULL && p->known->is_pending &&
	    q->broker == CONF_BROKER_FUNBOOST)
		return 0;
	if (p->known != NULL && p->known->is_answered && p->known->sig.is_known)
		return check_registered(p, fs);
	return q->params.n == 0 ? check_nameless(q, p, fs) : check_names(&n);
}

int
job_check_params(const struct conf *conf, const struct job_params *p,
    struct faults *fs)
{
	size_t bytes = 0;
	int rc;

	rc = job_check_kwargs(p->kwargs_field, p->kwargs, fs);
	if (p->args != NULL)
		bytes += strlen(json_text(p->args));
	if (p->kwargs != NULL)
		bytes += strlen(json_text(p->kwargs));
	if (bytes > JOB_ARGS_MAX)
		rc = fault_add(fs, p->args != NULL ? "args" : p->kwargs_field,
		    "the parameters have %zu bytes as JSON; at most %d are allowed",
		    bytes, JOB_ARGS_MAX);
	if (p->queue != NULL && check_queue(conf, p, fs) != 0)
		rc = -1;
	return rc;
}

/* Parse a stored text; *out stays NULL for NULL. */
static int
read_text(const char *field, const char *text, struct json_object **out,
    struct faults *fs)
{
	struct err why;

	if (text == NULL)
		return 0;
	*out = json_parse(text, strlen(text), &why);
	return *out != NULL ? 0 : fault_add(fs, field, "%s", why.text);
}

int
job_check_texts(const struct conf *conf, const struct job_registration *known,
    const struct job_texts *t, struct faults *fs)
{
	struct job_params p = {
		.queue = t->queue,
		.kwargs_field = "kwargs",
		.known = known,
	};
	int rc = -1;

	if (read_text("args", t->args, &p.args, fs) == 0 &&
	    read_text("kwargs", t->kwargs, &p.kwargs, fs) == 0)
		rc = job_check_params(conf, &p, fs);
	json_free(p.args);
	json_free(p.kwargs);
	return rc;
}

const struct job_registration job_registration_later = { .is_pending = true };

int
job_check_registration(const struct conf *conf,
    const struct job_registration *known, const struct job *j,
    struct faults *fs)
{
	const struct job_texts t = { j->queue, j->args, j->kwargs };

	if (known == NULL || j->render != NULL)
		return 0;
	return job_check_texts(conf, known, &t, fs);
}
