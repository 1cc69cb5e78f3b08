/*
 * The jobs that a file wants, for plan, apply and import: read, and what
 * cannot be one collected with its reason.  Tested in tests/ctl/apply.bats.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input.h"
#include "ctl/job_add.h"
#include "ctl/jobs/wanted.h"
#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/trigger/trigger.h"

#include "lib/base/ban.h"

void
wanted_item_fini(struct wanted_item *i)
{
	free(i->text);
	free(i->never);
}

void
wanted_refusal_fini(struct wanted_refusal *r)
{
	free(r->text);
	free(r->why);
}

void
wanted_fini(struct wanted *w)
{
	free(w->owner);
	job_list_fini(&w->jobs);
	wanted_items_fini(&w->items);
	wanted_refusals_fini(&w->refused);
}

static int
no_memory(void)
{
	return ctl_fail(CTL_BUG, "out of memory");
}

/* A copy of s in *out; NULL stays NULL. */
static int
copy(const char *s, char **out)
{
	*out = s == NULL ? NULL : strdup(s);
	return s != NULL && *out == NULL ? -1 : 0;
}

int
wanted_refuse(struct wanted *w, const struct wanted_item *from, const char *fmt,
    ...)
{
	struct wanted_refusal *r = wanted_refusals_add(&w->refused);
	struct buf why = BUF_INIT;
	va_list ap;

	if (r == NULL)
		return no_memory();
	(void)snprintf(r->where, sizeof(r->where), "%s", from->where);
	va_start(ap, fmt);
	buf_vprintf(&why, fmt, ap);
	va_end(ap);
	r->why = buf_take(&why);
	return copy(from->text, &r->text) != 0 || r->why == NULL ? no_memory() :
								   CTL_OK;
}

/* Each fault as a refusal: of "jobs[3].hour", or of a line and its field. */
static int
refuse_faults(struct wanted *w, const struct wanted_item *from,
    const struct faults *fs)
{
	const bool is_path = strchr(from->where, '[') != NULL;
	struct wanted_item at = *from;
	int status = CTL_OK;

	for (size_t i = 0; i < fs->n && status == CTL_OK; i++) {
		const struct fault *f = &fs->v[i];

		if (is_path)
			(void)snprintf(at.where, sizeof(at.where), "%.40s.%s",
			    from->where, f->field);
		status = wanted_refuse(w, &at, "%s%s%s",
		    is_path ? "" : f->field, is_path ? "" : ": ", f->text);
	}
	return status;
}

/* Take the owner of the body, which add_timing_job does not have. */
static void
read_owner(struct json_object *body, char **out, struct faults *fs)
{
	const char *owner = NULL;

	if (!json_is_object(body) ||
	    json_get_str(body, "owner", &owner, fs) != 0)
		return;
	if (owner != NULL && job_check_name("owner", owner, fs) == 0 &&
	    copy(owner, out) != 0)
		(void)fault_add(fs, "owner", "cannot be stored: out of memory");
	json_remove(body, "owner");
}

/* What a file of jobs needs, and cannot have. */
static void
check_body(struct json_object *body, const struct job *j, struct faults *fs)
{
	if (j->job_id == NULL)
		(void)fault_add(fs, "job_id",
		    "is required: by it the job is found again");
	if (j->kind == JOB_MEMORY)
		(void)fault_add(fs, "job_store_kind",
		    "must not be memory: all jobs of a file are changed in one "
		    "transaction, of the durable store");
	if (json_has(body, "replace_existing"))
		(void)fault_add(fs, "replace_existing",
		    "must be left out: a job of that name is always brought to "
		    "what the file says");
}

/* Is the name taken by a job before? */
static const char *
find_twin(const struct wanted *w, const struct job *j)
{
	for (size_t i = 0; i < w->jobs.n; i++)
		if (strcmp(w->jobs.v[i].job_id, j->job_id) == 0 &&
		    strcmp(w->jobs.v[i].queue, j->queue) == 0)
			return w->items.v[i].where;
	return NULL;
}

/* Keep the job that was read. */
static int
keep(struct wanted *w, struct job_reading *r, const struct wanted_item *from)
{
	struct job *j = job_list_add(&w->jobs);
	struct wanted_item *item = wanted_items_add(&w->items);

	if (j == NULL || item == NULL)
		return no_memory();
	*item = *from;
	item->never = NULL;
	if (copy(from->text, &item->text) != 0 ||
	    (r->j.is_never && copy(r->fs.v[0].text, &item->never) != 0))
		return no_memory();
	*j = r->j;
	job_init(&r->j);
	return j->owner == NULL && copy(w->owner, &j->owner) != 0 ?
	    no_memory() :
	    CTL_OK;
}

int
wanted_add(struct ctl *c, struct wanted *w, struct json_object *body,
    const struct wanted_item *from)
{
	struct job_reading r = { .body = body, .takes = TRIGGER_TAKES_NEVER };
	struct faults fs = { .n = 0 };
	const char *twin;
	int status;

	job_init(&r.j);
	read_owner(body, &r.j.owner, &fs);
	if (job_read(c, &r) != 0)
		fault_add_all(&fs, "", &r.fs);
	if (json_is_object(body))
		check_body(body, &r.j, &fs);
	if (fs.n == 0 && (twin = find_twin(w, &r.j)) != NULL)
		(void)fault_add(&fs, "job_id", "%s of queue %s is %s already",
		    r.j.job_id, r.j.queue, twin);
	if (fs.n > 0)
		status = refuse_faults(w, from, &fs);
	else
		status = keep(w, &r, from);
	job_reading_fini(&r);
	return status;
}

/* Check what stands around the jobs; 0, or -1 with faults. */
static int
read_head(struct json_object *root, struct wanted *w, struct json_object **jobs,
    struct faults *fs)
{
	static const char *const known[] = { "version", "owner", "jobs" };
	int64_t version = 0;

	if (!json_is_object(root))
		return fault_add(fs, "file",
		    "must be an object {\"version\": 1, \"jobs\": […]}, not %s",
		    json_kind(root));
	(void)json_get_int(root, "version", &(struct json_range){ 1, 1 },
	    &version, fs);
	if (version == 0)
		(void)fault_add(fs, "version", "is required: 1");
	(void)json_get_array(root, "jobs", jobs, fs);
	if (*jobs == NULL)
		(void)fault_add(fs, "jobs",
		    "is required: a list of jobs, perhaps an empty one");
	(void)json_only(root, "", known, 3, fs);
	read_owner(root, &w->owner, fs);
	return fs->n == 0 ? 0 : -1;
}

int
wanted_read(struct ctl *c, const char *path, struct wanted *w)
{
	struct json_object *root = input_json(path), *jobs = NULL;
	struct faults fs = { .n = 0 };
	struct buf prefix = BUF_INIT;
	int status = CTL_OK;

	w->file = path;
	if (root == NULL)
		return CTL_DATA;
	buf_printf(&prefix, "%s: ", path);
	if (read_head(root, w, &jobs, &fs) != 0)
		status = ctl_fail_faults(&fs, buf_cstr(&prefix));
	for (size_t i = 0; status == CTL_OK && i < json_count(jobs); i++) {
		struct wanted_item from = { .nfires = -1 };

		(void)snprintf(from.where, sizeof(from.where), "jobs[%zu]", i);
		status = wanted_add(c, w, json_item(jobs, i), &from);
	}
	buf_fini(&prefix);
	json_free(root);
	return status;
}
