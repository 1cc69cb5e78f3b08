/*
 * Render targets: checks of their values, and their JSON form.  Whether there
 * is a key is render_warn.c's.  Tested in t_render_target.
 */
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/job/render_target.h"
#include "lib/base/utf8.h"
#include "lib/base/names.h"

#include "lib/base/ban.h"

#define PREFIX_LEN 4	  /* "srv-", "crn-" */
#define PLAN_PREFIX_LEN 9 /* "plan-srv-" */
#define PLAN_LEN 12	  /* "plan-srv-008" */
#define BASE32HEX "0123456789abcdefghijklmnopqrstuv"

/* The plans in Render's documentation. */
static const char *const plans[] = {
	"plan-srv-006", /* Starter: 512 MB, 0.5 CPU */
	"plan-srv-008", /* Standard: 2 GB, 1 CPU */
	"plan-srv-010", /* Pro: 4 GB, 2 CPU */
	"plan-srv-011", /* Pro Plus: 8 GB, 4 CPU */
	"plan-srv-013", /* Pro Max: 16 GB, 4 CPU */
	"plan-srv-014", /* Pro Ultra: 32 GB, 8 CPU */
	"plan-crn-003", /* Starter: 512 MB, 0.5 CPU */
	"plan-crn-005", /* Standard: 2 GB, 1 CPU */
	"plan-crn-007", /* Pro: 4 GB, 2 CPU */
	"plan-crn-008", /* Pro Plus: 8 GB, 4 CPU */
};
#define NPLANS ((int)(sizeof(plans) / sizeof(plans[0])))

static bool
is_service(const char *id)
{
	if (strncmp(id, "srv-", PREFIX_LEN) != 0 &&
	    strncmp(id, "crn-", PREFIX_LEN) != 0)
		return false;
	id += PREFIX_LEN;
	return strlen(id) == RENDER_ID_DIGITS &&
	    strspn(id, BASE32HEX) == RENDER_ID_DIGITS;
}

int
render_check_service(const char *id, struct faults *fs)
{
	if (is_service(id))
		return 0;
	return fault_add(fs, "serviceId",
	    "must be srv- or crn- and %d of 0-9 and a-v, as the service's page "
	    "at Render shows it",
	    RENDER_ID_DIGITS);
}

static int
check_command(const char *command, struct faults *fs)
{
	size_t len;
	uint32_t cp;

	if (command == NULL)
		return fault_add(fs, "startCommand", "is required");
	len = strlen(command);
	if (strspn(command, " \t\r\n") == len)
		return fault_add(fs, "startCommand", "must not be empty");
	if (len > RENDER_COMMAND_MAX)
		return fault_add(fs, "startCommand",
		    "has %zu bytes; at most %d are allowed", len,
		    RENDER_COMMAND_MAX);
	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_decode(command + i, len - i, &cp);
		if (n == 0)
			return fault_add(fs, "startCommand",
			    "is not valid UTF-8 at byte %zu", i);
	}
	return 0;
}

/* A plan is for one kind of service: "srv" or "crn" (NULL: unknown). */
static int
check_plan(const char *plan, const char *service, struct faults *fs)
{
	if ((strncmp(plan, "plan-srv-", PLAN_PREFIX_LEN) != 0 &&
		strncmp(plan, "plan-crn-", PLAN_PREFIX_LEN) != 0) ||
	    strlen(plan) != PLAN_LEN ||
	    strspn(plan + PLAN_PREFIX_LEN, "0123456789") !=
		PLAN_LEN - PLAN_PREFIX_LEN)
		return fault_add(fs, "planId",
		    "must be plan-srv- or plan-crn- and three digits, such as "
		    "plan-srv-008");
	if (service != NULL &&
	    strncmp(plan + strlen("plan-"), service, PREFIX_LEN) != 0)
		return fault_add(fs, "planId",
		    service[0] == 'c' ? "a cron job (crn-) needs a plan-crn- "
					"plan" :
					"a srv- service needs a plan-srv- "
					"plan");
	return 0;
}

int
render_target_check(const struct render_target *t, struct faults *fs)
{
	const char *service = t->service;
	int rc = 0;

	if (service == NULL)
		rc = fault_add(fs, "serviceId", "is required");
	else if (render_check_service(service, fs) != 0) {
		rc = -1;
		service = NULL;
	}
	rc |= check_command(t->command, fs);
	if (t->plan != NULL)
		rc |= check_plan(t->plan, service, fs);
	return rc;
}

bool
render_plan_is_known(const char *plan)
{
	return names_find(plans, NPLANS, plan) >= 0;
}

static void
add_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, value);
}

void
render_target_print(const struct render_target *t, struct buf *out)
{
	buf_str(out, "{\"serviceId\":");
	buf_json(out, t->service);
	add_string(out, "startCommand", t->command);
	if (t->plan != NULL)
		add_string(out, "planId", t->plan);
	if (t->marker != DELIVERY_MARKER_NONE)
		add_string(out, "marker", delivery_marker_name(t->marker));
	if (t->on_ambiguous != DELIVERY_AMBIGUOUS_RETRY)
		add_string(out, "on_ambiguous",
		    delivery_ambiguous_name(t->on_ambiguous));
	buf_char(out, '}');
}
