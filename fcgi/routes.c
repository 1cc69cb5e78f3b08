/* The table of routes: method, path, scope, input and handler. */
#include "config.h"

#include <stddef.h>

#include "lib/secret/token.h"

#include "fcgi/api/route.h"
#include "fcgi/handler/handlers.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost"

/* Parameters of routes, besides the names in their paths. */
#define KIND "job_store_kind"
#define QUEUE "queue_name"
static const char *const of_queue[] = { QUEUE, NULL };
static const char *const of_store[] = { KIND, NULL };
static const char *const of_queues[] = { QUEUE, KIND, NULL };
static const char *const of_job[] = { QUEUE, KIND, "job_id", NULL };
static const char *const of_page[] = { QUEUE, KIND, "limit", "cursor", NULL };
static const char *const of_limit[] = { "limit", NULL };
static const char *const of_cursor[] = { "limit", "cursor", NULL };
static const char *const of_result[] = { "task_id", "timeout", QUEUE, NULL };
static const char *const of_fires[] = { "from", "to", QUEUE, "job_id", KIND,
	"limit", "dense", "cursor", "format", NULL };
static const char *const of_runs[] = { QUEUE, "job_id", KIND, "state",
	"outcome", "problem", "q", "order", "from", "to", "limit", "cursor",
	NULL };
static const char *const of_sums[] = { QUEUE, "job_id", KIND, "from", "to",
	"bucket", NULL };
static const char *const of_tick[] = { "key", NULL };
static const char *const of_why[] = { QUEUE, "job_id", KIND, "at", NULL };

/* clang-format off */
#define COMPAT(m, p, s, a, h, t) \
	{ .method = HTTP_##m, .pattern = FUNBOOST p, .scope = TOKEN_##s, \
	  .params = a, .handler = h, .help = t }
#define COMPAT_JSON(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = FUNBOOST p, .scope = TOKEN_##s, \
	  .input = ROUTE_INPUT_JSON, .handler = h, .help = t }
#define NATIVE(m, p, s, a, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, \
	  .params = a, .shape = HTTP_SHAPE_NATIVE, .handler = h, .help = t }
#define NATIVE_JSON(m, p, s, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, \
	  .input = ROUTE_INPUT_JSON, .shape = HTTP_SHAPE_NATIVE, .handler = h, \
	  .help = t }
#define NAMED(m, p, s, a, n, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, .names = n, \
	  .params = a, .shape = HTTP_SHAPE_NATIVE, .handler = h, .help = t }
#define NAMED_JSON(m, p, s, n, h, t) \
	{ .method = HTTP_##m, .pattern = p, .scope = TOKEN_##s, .names = n, \
	  .input = ROUTE_INPUT_JSON, .shape = HTTP_SHAPE_NATIVE, .handler = h, \
	  .help = t }
#define RUN (ROUTE_RUN | ROUTE_ANY_QUEUE)
#define REPORT(p, h) \
	NAMED_JSON(POST, "/v1/runs/{run}/" p, CONSUME, ROUTE_ANY_QUEUE, h, \
	    "as POST /v1/run/" p)
#define QUEUE_JOB (ROUTE_QUEUE | ROUTE_JOB | ROUTE_KIND)
#define RENDER(m, p, s, i, h, t) \
	{ .method = HTTP_##m, .pattern = "/v1/services/{service}/jobs" p, \
	  .scope = TOKEN_##s, .input = ROUTE_INPUT_##i, \
	  .shape = HTTP_SHAPE_RENDER, .handler = h, .help = t }

const struct route route_table[] = {
	COMPAT_JSON(POST, "/add_timing_job", WRITE, h_job_add,
	    "add a job, or replace it"),
	COMPAT(GET, "/get_timing_jobs", READ, of_page, h_job_list,
	    "list jobs by next run"),
	COMPAT(GET, "/get_timing_job", READ, of_job, h_job_get,
	    "show one job"),
	COMPAT(DELETE, "/delete_timing_job", WRITE, of_job, h_job_delete,
	    "delete a job"),
	COMPAT(DELETE, "/delete_all_timing_jobs", WRITE, of_queues,
	    h_job_delete_all, "delete the jobs of a queue, or all"),
	COMPAT(POST, "/pause_timing_job", WRITE, of_job, h_job_pause,
	    "pause a job"),
	COMPAT(POST, "/resume_timing_job", WRITE, of_job, h_job_resume,
	    "resume a job"),
	COMPAT(GET, "/get_scheduler_status", READ, of_queues,
	    h_scheduler_status, "is a queue paused?"),
	COMPAT(POST, "/pause_scheduler", WRITE, of_queues, h_scheduler_pause,
	    "switch a queue off"),
	COMPAT(POST, "/resume_scheduler", WRITE, of_queues, h_scheduler_resume,
	    "switch a queue on"),
	COMPAT_JSON(POST, "/publish", WRITE, h_publish,
	    "publish a message"),
	COMPAT(GET, "/get_result", READ, of_result, h_result_get,
	    "the result that a worker stored for a message"),
	COMPAT(GET, "/get_msg_count", READ, of_queue, h_msg_count,
	    "count the messages of a queue"),
	COMPAT(POST, "/clear_queue", WRITE, of_queue, h_queue_clear,
	    "delete the messages of a queue"),
	COMPAT(GET, "/get_all_queues", READ, NULL, h_queue_names,
	    "names of the queues"),
	COMPAT(GET, "/get_queues_config", READ, NULL, h_queue_configs,
	    "configuration of the queues"),
	COMPAT(GET, "/get_one_queue_config", READ, of_queue, h_queue_config,
	    "configuration of one queue"),
	NATIVE_JSON(POST, "/v1/preview", READ, h_preview,
	    "describe a trigger, and list its fires"),
	{ .method = HTTP_GET, .pattern = "/v1/jobs", .scope = TOKEN_READ,
	  .params = of_page, .is_strict = true, .shape = HTTP_SHAPE_NATIVE,
	  .handler = h_job_page, .help = "list jobs by next run" },
	NATIVE_JSON(POST, "/v1/jobs", WRITE, h_job_add,
	    "add a job, or replace it"),
	NAMED(GET, "/v1/job", READ, NULL, QUEUE_JOB, h_job_get,
	    "show one job"),
	{ .method = HTTP_PATCH, .pattern = "/v1/job", .scope = TOKEN_WRITE,
	  .input = ROUTE_INPUT_JSON, .names = QUEUE_JOB, .member = "set",
	  .shape = HTTP_SHAPE_NATIVE, .handler = h_job_patch,
	  .help = "change members of a job" },
	NAMED(DELETE, "/v1/job", WRITE, NULL, QUEUE_JOB, h_job_delete,
	    "delete a job"),
	NAMED(POST, "/v1/job/run", WRITE, NULL, QUEUE_JOB, h_job_run,
	    "run a job now, in addition to its schedule"),
	NAMED(POST, "/v1/job/pause", WRITE, NULL, QUEUE_JOB, h_job_pause,
	    "pause a job"),
	NAMED(POST, "/v1/job/resume", WRITE, NULL, QUEUE_JOB, h_job_resume,
	    "resume a job"),
	NATIVE(GET, "/v1/queues", READ, of_queue, h_queues,
	    "depth and age of the queues"),
	NAMED(POST, "/v1/queue/pause", WRITE, of_store, ROUTE_QUEUE,
	    h_scheduler_pause, "switch a queue off"),
	NAMED(POST, "/v1/queue/resume", WRITE, of_store, ROUTE_QUEUE,
	    h_scheduler_resume, "switch a queue on"),
	NAMED(GET, "/v1/messages", READ, of_limit, ROUTE_QUEUE, h_messages,
	    "list messages of a queue"),
	NAMED_JSON(POST, "/v1/lease", CONSUME, ROUTE_QUEUE, h_lease,
	    "lease messages of a queue"),
	NAMED_JSON(POST, "/v1/ack", CONSUME, ROUTE_QUEUE, h_ack,
	    "acknowledge messages"),
	NAMED_JSON(POST, "/v1/nack", CONSUME, ROUTE_QUEUE, h_nack,
	    "put messages back"),
	NAMED_JSON(POST, "/v1/extend", CONSUME, ROUTE_QUEUE, h_extend,
	    "extend leases"),
	NAMED(GET, "/v1/dead", READ, of_cursor, ROUTE_ANY_QUEUE, h_dead_list,
	    "list dead letters"),
	NAMED_JSON(POST, "/v1/dead/replay", WRITE, ROUTE_ANY_QUEUE,
	    h_dead_replay_some, "send some, or all of a queue, again"),
	NAMED_JSON(POST, "/v1/dead/purge", WRITE, ROUTE_ANY_QUEUE,
	    h_dead_purge_some, "delete some, or all of a queue"),
	NAMED(GET, "/v1/dead/letter", READ, NULL,
	    ROUTE_ANY_QUEUE | ROUTE_MESSAGE, h_dead_get,
	    "show a dead letter"),
	NAMED(DELETE, "/v1/dead/letter", WRITE, NULL,
	    ROUTE_ANY_QUEUE | ROUTE_MESSAGE, h_dead_forget,
	    "delete a dead letter"),
	NATIVE(GET, "/v1/fires", READ, of_fires, h_fires,
	    "list the fires of all jobs, in order"),
	NATIVE(GET, "/v1/runs", READ, of_runs, h_runs,
	    "list the outcome of slots, newest first"),
	NATIVE(GET, "/v1/runs/sums", READ, of_sums, h_runs_sums,
	    "count runs by how they ended, over time"),
	NAMED(GET, "/v1/run", READ, of_queue, ROUTE_RUN, h_run_get,
	    "show one run"),
	NAMED(POST, "/v1/run/replay", WRITE, of_queue, ROUTE_RUN, h_run_replay,
	    "repeat a run"),
	NAMED_JSON(POST, "/v1/run/start", CONSUME, RUN, h_run_start,
	    "report that an attempt begins"),
	NAMED_JSON(POST, "/v1/run/progress", CONSUME, RUN,
	    h_run_progress, "report what it prints, and how far it is"),
	NAMED_JSON(POST, "/v1/run/done", CONSUME, RUN, h_run_done,
	    "report that it succeeded"),
	NAMED_JSON(POST, "/v1/run/fail", CONSUME, RUN, h_run_fail,
	    "report that it failed"),
	NATIVE(GET, "/v1/why", READ, of_why, h_why,
	    "explain why a job ran or did not"),
	RENDER(POST, "", WRITE, JSON, h_render_create,
	    "run a one-off job at Render"),
	RENDER(GET, "", READ, PARAMS, h_render_list,
	    "list one-off jobs, newest first"),
	RENDER(GET, "/{job}", READ, PARAMS, h_render_get,
	    "show a one-off job"),
	RENDER(POST, "/{job}/cancel", WRITE, PARAMS, h_render_cancel,
	    "cancel a one-off job"),
	/* The routes above, with names in the path. */
	NATIVE(GET, "/v1/queues/{queue}/messages", READ, of_limit, h_messages,
	    "as GET /v1/messages"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/lease", CONSUME, h_lease,
	    "as POST /v1/lease"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/ack", CONSUME, h_ack,
	    "as POST /v1/ack"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/nack", CONSUME, h_nack,
	    "as POST /v1/nack"),
	NATIVE_JSON(POST, "/v1/queues/{queue}/extend", CONSUME, h_extend,
	    "as POST /v1/extend"),
	NATIVE(GET, "/v1/queues/{queue}/dead", READ, of_cursor, h_dead_list,
	    "as GET /v1/dead"),
	NATIVE(DELETE, "/v1/queues/{queue}/dead", WRITE, NULL, h_dead_purge,
	    "as POST /v1/dead/purge, of all"),
	NATIVE(POST, "/v1/queues/{queue}/dead/replay", WRITE, NULL,
	    h_dead_replay, "as POST /v1/dead/replay, of all"),
	NATIVE(GET, "/v1/queues/{queue}/dead/{message}", READ, NULL, h_dead_get,
	    "as GET /v1/dead/letter"),
	NATIVE(DELETE, "/v1/queues/{queue}/dead/{message}", WRITE, NULL,
	    h_dead_purge, "as DELETE /v1/dead/letter"),
	NATIVE(POST, "/v1/queues/{queue}/dead/{message}/replay", WRITE, NULL,
	    h_dead_replay, "as POST /v1/dead/replay, of one"),
	NATIVE(GET, "/v1/timing_jobs/{queue}/{job}", READ, of_store, h_job_get,
	    "as GET /v1/job"),
	{ .method = HTTP_PATCH, .pattern = "/v1/timing_jobs/{queue}/{job}",
	  .scope = TOKEN_WRITE, .params = of_store, .input = ROUTE_INPUT_JSON,
	  .shape = HTTP_SHAPE_NATIVE, .handler = h_job_patch,
	  .help = "as PATCH /v1/job, set alone" },
	NATIVE(POST, "/v1/timing_jobs/{queue}/{job}/run", WRITE, of_store,
	    h_job_run, "as POST /v1/job/run"),
	NATIVE(GET, "/v1/runs/{run}", READ, of_queue, h_run_get,
	    "as GET /v1/run"),
	NATIVE(POST, "/v1/runs/{run}/replay", WRITE, of_queue, h_run_replay,
	    "as POST /v1/run/replay"),
	REPORT("start", h_run_start),
	REPORT("progress", h_run_progress),
	REPORT("done", h_run_done),
	REPORT("fail", h_run_fail),
	{ .method = HTTP_GET, .pattern = "/v1/badge/{queue}/{job}",
	  .shape = HTTP_SHAPE_NATIVE, .handler = h_badge,
	  .help = "{job}.svg: a picture of how its last run ended" },
	NATIVE(GET, "/metrics", READ, NULL, h_metrics,
	    "metrics for Prometheus"),
	{ .method = HTTP_POST, .pattern = "/v1/tick", .params = of_tick,
	  .is_strict = true, .shape = HTTP_SHAPE_NATIVE, .handler = h_tick,
	  .help = "run a tick of 20 s, by the key of tick_key_file" },
	{ .method = HTTP_GET, .pattern = "/v1/tick", .params = of_tick,
	  .is_strict = true, .shape = HTTP_SHAPE_NATIVE, .handler = h_tick,
	  .help = "the same, for URL-crons" },
	{ .method = HTTP_GET, .pattern = "/healthz", .shape = HTTP_SHAPE_NATIVE,
	  .handler = h_health, .not_ready = h_health_not_ready,
	  .help = "is the ticker alive?" },
	{ .method = HTTP_GET, .pattern = "/", .shape = HTTP_SHAPE_NATIVE,
	  .is_storeless = true, .handler = h_index, .help = "this list" },
};
/* clang-format on */

const size_t route_count = sizeof(route_table) / sizeof(route_table[0]);
