/*
 * minutehand render import: schedules the jobs of a file at Render.  Tested in
 * tests/render/add.bats.
 */
#include "config.h"

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/job_add.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/job/render_target.h"

#include "lib/base/ban.h"

enum { OPT_SERVICE, OPT_REPLACE };

static const struct ctl_option options[] = {
	[OPT_SERVICE] = { "service", "SERVICE",
	    "service of all jobs: srv-…, crn-…" },
	[OPT_REPLACE] = { "replace", NULL, "overwrite jobs of the same id" },
	{ .name = NULL },
};

static int
check_objects(struct json_object *list)
{
	for (size_t i = 0; i < json_count(list); i++) {
		if (!json_is_object(json_member(json_item(list, i), "render")))
			return ctl_fail(CTL_DATA,
			    "[%zu].render: must be an object; for other jobs "
			    "use job add --json",
			    i);
	}
	return CTL_OK;
}

/* Apply the options to a body. */
static int
apply_options(const struct ctl_args *a, struct json_object *body)
{
	struct json_object *render = json_member(body, "render");

	if (a->opt[OPT_SERVICE] != NULL &&
	    json_set_str(render, "serviceId", a->opt[OPT_SERVICE]) != 0)
		return ctl_fail(CTL_BUG, "out of memory");
	if (a->opt[OPT_REPLACE] != NULL &&
	    json_set_bool(body, "replace_existing", true) != 0)
		return ctl_fail(CTL_BUG, "out of memory");
	return CTL_OK;
}

/* Return whether the body names a service; a placeholder does not. */
static bool
has_service(struct json_object *body)
{
	struct faults fs = { .n = 0 };
	const char *service = NULL;

	(void)json_get_str(json_member(body, "render"), "serviceId", &service,
	    &fs);
	return service != NULL && render_check_service(service, &fs) == 0;
}

/* Report what all bodies have in common once, not for each. */
static int
check_services(const struct ctl_args *a, struct json_object *list)
{
	struct faults fs = { .n = 0 };
	size_t n = json_count(list), without = 0;

	if (a->opt[OPT_SERVICE] != NULL)
		return render_check_service(a->opt[OPT_SERVICE], &fs) == 0 ?
		    CTL_OK :
		    ctl_fail(CTL_DATA, "--service: %s", fs.v[0].text);
	for (size_t i = 0; i < n; i++)
		without += !has_service(json_item(list, i));
	if (without == 0)
		return CTL_OK;
	return ctl_fail(CTL_DATA,
	    "%s: %zu of %zu jobs name no service of yours: give --service "
	    "SERVICE (srv-… or crn-…, as its page at Render shows it), or write "
	    "it into the file",
	    a->operand[0], without, n);
}

static int
run_import(struct ctl *c, const struct ctl_args *a)
{
	struct json_object *list = input_json(a->operand[0]);
	int status = CTL_OK;

	if (list == NULL)
		return CTL_DATA;
	if (!json_is_list(list) || json_count(list) == 0)
		status = ctl_fail(CTL_DATA, "%s: must be a list of jobs",
		    a->operand[0]);
	if (status == CTL_OK)
		status = check_objects(list);
	if (status == CTL_OK)
		status = check_services(a, list);
	for (size_t i = 0; status == CTL_OK && i < json_count(list); i++)
		status = apply_options(a, json_item(list, i));
	if (status == CTL_OK)
		status = ctl_open(c);
	if (status == CTL_OK)
		status = job_add_bodies(c, list, false);
	json_free(list);
	return status;
}

const struct ctl_command cmd_render_import = {
	.name = "render import",
	.args = "FILE [--service SERVICE] [--replace]",
	.help = "schedule the one-off jobs of a file, all or none",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_import,
};
