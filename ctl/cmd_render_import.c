#include "config.h"

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/job_add.h"
#include "lib/json.h"
#include "lib/json_list.h"

#include "lib/ban.h"

enum { OPT_SERVICE, OPT_REPLACE };

static const struct ctl_option options[] = {
	[OPT_SERVICE] = { "service", "SERVICE",
	    "run all of them there: srv-…, crn-…" },
	[OPT_REPLACE] = { "replace", NULL, "overwrite jobs of the same id" },
	{ .name = NULL },
};

/* What the options say goes into the body that has the number i. */
static int
apply_options(const struct ctl_args *a, struct json_object *body, size_t i)
{
	struct json_object *render = json_member(body, "render");

	if (!json_is_object(render))
		return ctl_fail(CTL_DATA,
		    "[%zu].render: must be an object; for other jobs there is "
		    "job add --json",
		    i);
	if (a->opt[OPT_SERVICE] != NULL &&
	    json_set_str(render, "serviceId", a->opt[OPT_SERVICE]) != 0)
		return ctl_fail(CTL_BUG, "out of memory");
	if (a->opt[OPT_REPLACE] != NULL &&
	    json_set_bool(body, "replace_existing", true) != 0)
		return ctl_fail(CTL_BUG, "out of memory");
	return CTL_OK;
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
	for (size_t i = 0; status == CTL_OK && i < json_count(list); i++)
		status = apply_options(a, json_item(list, i), i);
	if (status == CTL_OK)
		status = ctl_open(c);
	if (status == CTL_OK)
		status = job_add_bodies(c, list);
	json_free(list);
	return status;
}

const struct ctl_command cmd_render_import = {
	.name = "render import",
	.args = "FILE [--service SERVICE] [--replace]",
	.help = "schedule the one-off jobs a file lists, all or none",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_import,
};
