#include <string.h>

#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/job.h"
#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/ban.h"

/* funboost consumers unpickle the parameters this key lists. */
#define UNPICKLE "can_not_json_serializable_keys"

/* Is the key anywhere inside?  Returns 1 to end the visit. */
static int
visit_unpickle(void *cookie, const char *name, struct json_object *value)
{
	(void)cookie;
	if (strcmp(name, UNPICKLE) == 0)
		return 1;
	return json_each(value, visit_unpickle, NULL);
}

int
job_check_kwargs(const char *field, struct json_object *kwargs,
    struct faults *fs)
{
	struct json_object *extra = json_member(kwargs, "extra");

	if (json_each(extra, visit_unpickle, NULL) == 0)
		return 0;
	return fault_add(fs, field,
	    "extra.%s is refused: it would make the "
	    "consumer execute what the request carries",
	    UNPICKLE);
}

/* What check_name needs beside the name. */
struct names {
	const struct conf_queue *q;
	const char *field;
	struct faults *fs;
};

static int
check_name(void *cookie, const char *name, struct json_object *value)
{
	const struct names *n = cookie;

	(void)value;
	if (strcmp(name, "extra") == 0)
		return 0;
	for (size_t i = 0; i < n->q->params.n; i++)
		if (strcmp(name, n->q->params.v[i]) == 0)
			return 0;
	return fault_add(n->fs, n->field,
	    "the target of this queue takes no parameter \"%s\"", name);
}

int
job_check_params(const struct conf *conf, const struct job_params *p,
    struct faults *fs)
{
	const struct conf_queue *q = NULL;
	size_t bytes = 0;
	int rc;

	rc = job_check_kwargs(p->kwargs_field, p->kwargs, fs);
	if (p->args != NULL)
		bytes += strlen(json_text(p->args));
	if (p->kwargs != NULL)
		bytes += strlen(json_text(p->kwargs));
	if (bytes > JOB_ARGS_MAX)
		rc = fault_add(fs, p->args != NULL ? "args" : p->kwargs_field,
		    "the parameters have %zu bytes as JSON, more than %d",
		    bytes, JOB_ARGS_MAX);
	if (p->queue != NULL)
		q = conf_queue_for(conf, p->queue);
	if (q == NULL || q->params.n == 0)
		return rc;
	if (json_count(p->args) > q->params.n)
		rc = fault_add(fs, "args",
		    "%zu parameters given, the target takes %zu",
		    json_count(p->args), q->params.n);
	if (json_each(p->kwargs, check_name,
		&(struct names){ q, p->kwargs_field, fs }) != 0)
		rc = -1;
	return rc;
}
