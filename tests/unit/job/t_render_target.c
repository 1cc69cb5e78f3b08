/* Targets at Render: fields, limits, plans (lib/job/render_target.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/job/render_target.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define SRV "srv-c3rfdgg6n88pa7t3a6ag"
#define CRN "crn-c3rfdgg6n88pa7t3a6ag"

static const struct {
	const char *id;
	bool is_service;
} ids[] = {
	{ SRV, true },
	{ CRN, true },
	{ "srv-00000000000000000000", true },
	{ "srv-vvvvvvvvvvvvvvvvvvvv", true },
	{ "srv-xxxxxxxxxx", false },
	{ "srv-c3rfdgg6n88pa7t3a6a", false },
	{ "srv-c3rfdgg6n88pa7t3a6agg", false },
	{ "srv-c3rfdgg6n88pa7t3a6aw", false },
	{ "srv-C3RFDGG6N88PA7T3A6AG", false },
	{ "srv-c3rfdgg6n88pa7t3a6a ", false },
	{ "srv_c3rfdgg6n88pa7t3a6ag", false },
	{ "SRV-c3rfdgg6n88pa7t3a6ag", false },
	{ "dep-c3rfdgg6n88pa7t3a6ag", false },
	{ "job-c3rfdgg6n88pa7t3a6ag", false },
	{ "srv-", false },
	{ "srv", false },
	{ "", false },
	{ "c3rfdgg6n88pa7t3a6ag", false },
	{ "srv-c3rfdgg6n88pa7t3a6ag/jobs", false },
	{ "srv-../../../../../../..", false },
};

/* A target, and the fields that are refused, joined by commas. */
static const struct {
	const char *service, *command, *plan, *bad;
} targets[] = {
	{ SRV, "x", NULL, "" },
	{ SRV, "x", "plan-srv-008", "" },
	{ SRV, "x", "plan-srv-999", "" },
	{ CRN, "x", "plan-crn-003", "" },
	{ CRN, "x", "plan-srv-008", "planId" },
	{ SRV, "x", "plan-crn-003", "planId" },
	{ SRV, "x", "plan-srv-08", "planId" },
	{ SRV, "x", "plan-srv-0080", "planId" },
	{ SRV, "x", "plan-srv-00a", "planId" },
	{ SRV, "x", "plan-web-008", "planId" },
	{ SRV, "x", "Plan-srv-008", "planId" },
	{ SRV, "x", "", "planId" },
	{ SRV, "", NULL, "startCommand" },
	{ SRV, " \t\r\n ", NULL, "startCommand" },
	{ SRV, NULL, NULL, "startCommand" },
	{ SRV, "caf\xe9", NULL, "startCommand" },
	{ SRV, "a\nb\tc", NULL, "" },
	{ SRV, "\xe6\x8a\xa5", NULL, "" },
	{ NULL, "x", NULL, "serviceId" },
	{ "srv-x", "x", "plan-crn-003", "serviceId" },
	{ NULL, NULL, "starter", "serviceId,startCommand,planId" },
};

static void
test_targets(void)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		const struct render_target t = {
			.service = targets[i].service,
			.command = targets[i].command,
			.plan = targets[i].plan,
		};
		struct faults fs = { .n = 0 };
		struct buf names = BUF_INIT;
		int rc = render_target_check(&t, &fs);

		for (size_t k = 0; k < fs.n; k++)
			buf_printf(&names, "%s%s", k > 0 ? "," : "",
			    fs.v[k].field);
		is_str(buf_cstr(&names), targets[i].bad, "target %zu", i);
		is_int(rc, fs.n == 0 ? 0 : -1, "and its result");
		buf_fini(&names);
	}
}

/* 128 KiB are taken, a byte more is not. */
static void
test_length(void)
{
	char *command = malloc(RENDER_COMMAND_MAX + 2);
	struct render_target t = { .service = SRV, .command = command };
	struct faults fs = { .n = 0 };

	memset(command, 'x', RENDER_COMMAND_MAX + 1);
	command[RENDER_COMMAND_MAX] = '\0';
	is_int(render_target_check(&t, &fs), 0, "the longest command");
	command[RENDER_COMMAND_MAX] = 'x';
	command[RENDER_COMMAND_MAX + 1] = '\0';
	is_int(render_target_check(&t, &fs), -1, "one byte more");
	ok(strstr(fs.v[0].text, "131073") != NULL, "is told: %s", fs.v[0].text);
	free(command);
}

static void
test_print(void)
{
	struct render_target t = { .service = SRV, .command = "a \"b\"\n" };
	struct buf out = BUF_INIT;

	render_target_print(&t, &out);
	is_str(buf_cstr(&out),
	    "{\"serviceId\":\"" SRV "\",\"startCommand\":\"a \\\"b\\\"\\n\"}",
	    "what is given, and no more");
	t.plan = "plan-srv-008";
	t.command = "x";
	t.marker = DELIVERY_MARKER_ENV;
	t.on_ambiguous = DELIVERY_AMBIGUOUS_SKIP;
	buf_reset(&out);
	render_target_print(&t, &out);
	is_str(buf_cstr(&out),
	    "{\"serviceId\":\"" SRV
	    "\",\"startCommand\":\"x\",\"planId\":\"plan-srv-008\","
	    "\"marker\":\"env\",\"on_ambiguous\":\"skip\"}",
	    "all of it");
	buf_fini(&out);
}

static void
test_plans(void)
{
	ok(render_plan_is_known("plan-srv-014") &&
		render_plan_is_known("plan-crn-003"),
	    "plans we know");
	ok(!render_plan_is_known("plan-srv-007") && !render_plan_is_known(""),
	    "and others");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct faults fs = { .n = 0 };

		is_int(render_check_service(ids[i].id, &fs),
		    ids[i].is_service ? 0 : -1, "service: '%s'", ids[i].id);
		is_int((long long)fs.n, ids[i].is_service ? 0 : 1, "its fault");
	}
	test_targets();
	test_length();
	test_print();
	test_plans();
	return tap_done();
}
