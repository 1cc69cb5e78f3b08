/* Jobs printed as JSON and read again; damaged ones. */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define NOW INT64_C(1795277477000000) /* 2026-11-21 16:11:17 UTC */

/* Pieces of a body with a render target. */
#define TO_RENDER "{\"queue_name\":\"q\",\"trigger\":\"date\",\"render\":"
#define SERVICE "\"serviceId\":\"srv-c3rfdgg6n88pa7t3a6ag\""
#define TARGET SERVICE ",\"startCommand\":\"node x.js\""

/* Every field a trigger has, as lib/trigger/trigger.h knows them. */
static const char *const trigger_fields[] = {
	"run_date",
	"weeks",
	"days",
	"hours",
	"minutes",
	"seconds",
	"year",
	"month",
	"day",
	"week",
	"day_of_week",
	"hour",
	"minute",
	"second",
	"crontab",
	"timezone",
	"start_date",
	"end_date",
	"jitter",
	"dst",
};

struct fixture {
	struct conf conf;
	struct trigger_env trigger;
	struct job_env env;
};

/* Read a body; the number of faults, 0 when it was taken. */
static size_t
read_job(struct fixture *f, const char *text, struct job *j, struct faults *fs)
{
	struct json_object *o = json_parse(text, strlen(text), NULL);
	bool is_replace;

	*fs = (struct faults){ .n = 0 };
	job_init(j);
	if (job_from_json(o, &f->env, j, &is_replace, fs) == 0)
		fs->n = 0;
	json_free(o);
	return fs->n;
}

static void
test_round(struct fixture *f)
{
	struct buf out = BUF_INIT;
	struct faults fs;
	struct job j;

	is_int((long long)read_job(f,
		   "{\"queue_name\":\"q\",\"job_id\":\"j\","
		   "\"trigger\":\"cron\",\"hour\":3,\"minute\":\"*/30\","
		   "\"args\":[1,\"a/b\"],\"kwargs\":{},\"timezone\":\"UTC\"}",
		   &j, &fs),
	    0, "a job is read");
	is_int(j.next_run_us, INT64_C(1795316400000000), "its first slot");
	is_int(j.cursor_us, j.next_run_us, "is the cursor");
	is_str(j.args, "[1,\"a/b\"]", "args as compact text");
	ok(j.kwargs == NULL, "empty kwargs are none");
	job_to_json(&j, &f->trigger, &out);
	ok(strstr(buf_cstr(&out),
	       "\"trigger\":\"cron[hour='3', "
	       "minute='*/30']\"") != NULL,
	    "trigger printed");
	ok(strstr(buf_cstr(&out),
	       "\"next_run_time\":"
	       "\"2026-11-22 03:00:00+00:00\"") != NULL,
	    "next run printed");
	ok(strstr(buf_cstr(&out), "\"kwargs\":{}") != NULL, "kwargs {}");
	ok(json_check(out.data, out.len, NULL) == 0, "valid JSON");
	buf_fini(&out);
	job_fini(&j);
}

static void
test_damaged(struct fixture *f)
{
	struct buf out = BUF_INIT;
	struct job j;

	job_init(&j);
	j.queue = (char *)"q\"";
	j.job_id = (char *)"j";
	j.trigger = (char *)"cron;nonsense";
	job_to_json(&j, &f->trigger, &out);
	ok(strstr(buf_cstr(&out), "\"status\":\"quarantined\"") != NULL,
	    "an unreadable trigger");
	ok(json_check(out.data, out.len, NULL) == 0, "is shown in valid JSON");
	buf_fini(&out);
}

static void
test_paused(struct fixture *f)
{
	struct faults fs;
	struct job j;

	is_int((long long)read_job(f,
		   "{\"queue_name\":\"q\",\"trigger\":"
		   "\"interval\",\"hours\":1,\"paused\":true}",
		   &j, &fs),
	    0, "added as paused");
	ok(j.state == JOB_PAUSED && j.next_run_us == JOB_NEVER &&
		j.reason != NULL,
	    "no next run, and a reason");
	ok(j.cursor_us == NOW + INT64_C(3600000000), "the cursor is kept");
	ok(j.job_id == NULL, "no id of its own");
	job_fini(&j);
}

/* Refused bodies and the field that is named first. */
static const char *const bad[][2] = {
	{ "{}", "queue_name" },
	{ "[]", "body" },
	{ "{\"queue_name\":\"q\",\"trigger\":1}", "trigger" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"interval\","
	  "\"seconds\":-1}",
	    "seconds" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\",\"args\":{}}", "args" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\",\"kwargs\":"
	  "{\"extra\":{\"can_not_json_serializable_keys\":1}}}",
	    "kwargs" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\",\"retry\":"
	  "{\"base\":-1}}",
	    "retry.base" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\","
	  "\"qeue_name\":1}",
	    "qeue_name" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\","
	  "\"render\":[]}",
	    "render" },
	{ "{\"queue_name\":\"q\",\"trigger\":\"date\","
	  "\"render\":{}}",
	    "render.serviceId" },
	{ TO_RENDER "{\"serviceId\":\"srv-xxxxxxxxxx\","
		    "\"startCommand\":\"x\"}}",
	    "render.serviceId" },
	{ TO_RENDER "{\"serviceId\":7,\"startCommand\":\"x\"}}",
	    "render.serviceId" },
	{ TO_RENDER "{" SERVICE "}}", "render.startCommand" },
	{ TO_RENDER "{" SERVICE ",\"startCommand\":\" \\t\\n\"}}",
	    "render.startCommand" },
	{ TO_RENDER "{" SERVICE ",\"startCommand\":\"a\\u0000b\"}}",
	    "render.startCommand" },
	{ TO_RENDER "{" SERVICE ",\"startCommand\":null}}",
	    "render.startCommand" },
	{ TO_RENDER "{" TARGET ",\"planId\":\"starter\"}}", "render.planId" },
	{ TO_RENDER "{" TARGET ",\"planId\":\"plan-crn-003\"}}",
	    "render.planId" },
	{ TO_RENDER "{" TARGET ",\"marker\":\"Env\"}}", "render.marker" },
	{ TO_RENDER "{" TARGET ",\"on_ambiguous\":true}}",
	    "render.on_ambiguous" },
	{ TO_RENDER "{" TARGET ",\"plan_id\":\"plan-srv-008\"}}",
	    "render.plan_id" },
	{ TO_RENDER "{" TARGET "},\"args\":[1]}", "args" },
	{ TO_RENDER "{" TARGET "},\"kwargs\":{\"a\":1}}", "kwargs" },
	{ TO_RENDER "{" TARGET "},\"job_store_kind\":\"memory\"}",
	    "job_store_kind" },
};

static void
test_refused(struct fixture *f)
{
	struct faults fs;
	struct job j;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(read_job(f, bad[i][0], &j, &fs) > 0, "refused: %s",
		    bad[i][0]);
		is_str(fs.v[0].field, bad[i][1], "names %s", bad[i][1]);
		job_fini(&j);
	}
}

/* What is kept of a target, and shown: one form, whatever came. */
static void
test_render(struct fixture *f)
{
	static const char *const cases[][2] = {
		{ "{" TARGET "}", "{" TARGET "}" },
		{ "{" TARGET ",\"planId\":\"\"}", "{" TARGET "}" },
		{ "{" TARGET ",\"planId\":null,\"marker\":null}",
		    "{" TARGET "}" },
		{ "{" TARGET ",\"marker\":\"none\",\"on_ambiguous\":"
		  "\"retry\"}",
		    "{" TARGET "}" },
		{ "{\"on_ambiguous\":\"skip\",\"marker\":\"comment\","
		  "\"planId\":\"plan-srv-999\"," TARGET "}",
		    "{" TARGET ",\"planId\":\"plan-srv-999\",\"marker\":"
		    "\"comment\",\"on_ambiguous\":\"skip\"}" },
		{ "{" SERVICE ",\"startCommand\":\"a \\\"b\\\"\\n\\u4efb\"}",
		    "{" SERVICE
		    ",\"startCommand\":\"a \\\"b\\\"\\n\xe4\xbb\xbb\"}" },
	};
	char body[512], want[512];
	struct buf out = BUF_INIT;
	struct faults fs;
	struct job j;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(body, sizeof(body),
		    TO_RENDER "%s,\"args\":[],\"kwargs\":{},\"job_id\":\"j\"}",
		    cases[i][0]);
		is_int((long long)read_job(f, body, &j, &fs), 0, "taken: %s",
		    cases[i][0]);
		is_str(j.render != NULL ? j.render : "", cases[i][1], "kept");
		buf_reset(&out);
		job_to_json(&j, &f->trigger, &out);
		snprintf(want, sizeof(want), ",\"render\":%s,", cases[i][1]);
		ok(strstr(buf_cstr(&out), want) != NULL, "and shown");
		job_fini(&j);
	}
	buf_fini(&out);
}

int
main(void)
{
	struct fixture f = {
		.conf = { .misfire_grace_us = -1 },
		.trigger = { .default_zone = "UTC", .now_us = NOW },
	};

	f.trigger.zones = tz_cache_new(NULL);
	f.env = (struct job_env){ &f.conf, &f.trigger, NULL, NULL, false };
	for (size_t i = 0;
	     i < sizeof(trigger_fields) / sizeof(trigger_fields[0]); i++)
		ok(trigger_is_field(trigger_fields[i]), "%s is a field",
		    trigger_fields[i]);
	test_round(&f);
	test_damaged(&f);
	test_paused(&f);
	test_refused(&f);
	test_render(&f);
	tz_cache_free(f.trigger.zones);
	return tap_done();
}
