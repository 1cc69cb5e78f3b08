/*
 * Jobs of APScheduler, as examples/apscheduler-export prints them, and of
 * funboost's HTTP API.  Their stores hold pickles, which are not read.  Tested
 * in tests/ctl/import.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/jobs/source.h"
#include "ctl/json_out.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/time/datetime.h"

#include "lib/base/ban.h"

/* Members that are those of add_timing_job. */
static const char *const kept[] = { "run_date", "weeks", "days", "hours",
	"minutes", "seconds", "year", "month", "day", "week", "day_of_week",
	"hour", "minute", "second", "timezone", "start_date", "end_date",
	"jitter", "misfire_grace_time", "coalesce", "max_instances" };

/* Copy a member that is given. */
static void
add_member(struct json_object *o, const char *name, struct buf *body)
{
	struct json_object *v = json_member(o, name);

	if (v != NULL)
		json_out_raw(body, name, json_text(v));
}

/* The next fires that the script has found. */
static void
read_fires(struct importing *im, struct json_object *o,
    struct wanted_item *from)
{
	struct faults unused = { .n = 0 };
	const char **v = NULL;
	size_t n = 0;

	if (json_get_strings(o, "fires", &v, &n, &unused) != 0)
		return;
	from->nfires = v == NULL ? -1 : 0;
	for (size_t i = 0; v != NULL && i < n && from->nfires < WANTED_FIRES;
	     i++)
		if (datetime_parse(v[i], sched_tz(&im->c->sched),
			&from->fires[from->nfires], NULL) == NULL)
			from->nfires++;
	free(v);
}

static int
add_job(struct importing *im, struct json_object *o)
{
	const char *id = source_str(o, "id"), *func = source_str(o, "func");
	const char *trigger = source_str(o, "trigger");
	struct wanted_item from = { .nfires = -1 };
	struct buf body = BUF_INIT;
	bool is_paused = false;
	struct faults unused = { .n = 0 };

	(void)snprintf(from.where, sizeof(from.where), "job %.100s",
	    id == NULL ? "without an id" : id);
	from.text = (char *)(uintptr_t)func;
	if (id == NULL || trigger == NULL)
		return wanted_refuse(im->w, &from, "it has no id or trigger");
	if (source_str(o, "not_expressible") != NULL)
		return wanted_refuse(im->w, &from, "%s",
		    source_str(o, "not_expressible"));
	read_fires(im, o, &from);
	json_out_open(&body, NULL, '{');
	source_names(im, NULL, id, &body);
	json_out_str(&body, "trigger", trigger);
	if (source_str(o, "name") != NULL)
		json_out_str(&body, "description", source_str(o, "name"));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		add_member(o, kept[i], &body);
	(void)json_get_bool(o, "paused", &is_paused, &unused);
	json_out_bool(&body, "paused", is_paused);
	json_out_open(&body, "kwargs", '{');
	json_out_str(&body, "func", func);
	add_member(o, "args", &body);
	add_member(o, "kwargs", &body);
	json_out_close(&body, '}');
	json_out_close(&body, '}');
	return source_add(im, &body, &from);
}

static int
read_apscheduler(struct importing *im)
{
	struct json_object *root = source_json(im), *list;
	int status = CTL_OK;

	if (root == NULL)
		return CTL_DATA;
	list = json_is_object(root) ? json_member(root, "jobs") : root;
	if (!json_is_list(list))
		status = ctl_fail(CTL_DATA,
		    "%s: must be a list of jobs, as "
		    "examples/apscheduler-export prints it",
		    im->w->file);
	for (size_t i = 0; status == CTL_OK && i < json_count(list); i++)
		status = add_job(im, json_item(list, i));
	json_free(root);
	return status;
}

const struct source source_apscheduler = { "apscheduler", "apscheduler",
	read_apscheduler };
