/* Memory jobs by HTTP, and a host whose folder in RAM is gone. */
#include "config.h"

#include <sys/stat.h>

#include <unistd.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * Jobs of kind memory over HTTP: they live in a store of their own; messages,
 * numbers and the ledger are those of both.
 */

#define F "/funboost/"
#define ADD "POST", F "add_timing_job"
#define MEMORY ",\"job_store_kind\":\"memory\"}"
#define DAILY(id) \
	"{\"queue_name\":\"q\",\"job_id\":\"" id "\"," \
	"\"trigger\":\"cron\",\"hour\":3"
#define OF(id) "?queue_name=q&job_id=" id

/* clang-format off */
static const struct api_case jobs[] = {
	{ "without a memory job there is no store of them", "GET", F "get_timing_jobs?job_store_kind=memory", NULL, 200, "data.count=0", NULL },
	{ "a durable job", ADD, DAILY("d") "}", 200, "data.job_store_kind=redis", NULL },
	{ "a memory job", ADD, DAILY("m") MEMORY, 200, "data.job_store_kind=memory", NULL },
	{ "its id is taken", ADD, DAILY("m") MEMORY, 409, "error=conflict", NULL },
	{ "but not in the other store", ADD, DAILY("m") "}", 200, "data.job_store_kind=redis", NULL },
	{ "so there are three", "GET", F "get_timing_jobs?queue_name=q&job_store_kind=all", NULL, 200, "data.count=3 | data.total_count=3", NULL },
	{ "one of them in memory", "GET", F "get_timing_jobs?job_store_kind=memory", NULL, 200, "data.count=1 | data.total_count=1", NULL },
	{ "two of them durable", "GET", F "get_timing_jobs?job_store_kind=sqlite&limit=1", NULL, 200, "data.count=1 | data.total_count=2 | data.next_cursor?", NULL },
	{ "a kind that the job is not", "GET", F "get_timing_job" OF("d") "&job_store_kind=memory", NULL, 404, NULL, NULL },
	{ "nor to pause", "POST", F "pause_timing_job" OF("d") "&job_store_kind=memory", NULL, 404, NULL, NULL },
	{ "nor to resume", "POST", F "resume_timing_job" OF("d") "&job_store_kind=memory", NULL, 404, NULL, NULL },
	{ "nor to delete", "DELETE", F "delete_timing_job" OF("d") "&job_store_kind=memory", NULL, 404, NULL, NULL },
	{ "delete the durable one of a name", "DELETE", F "delete_timing_job" OF("m") "&job_store_kind=redis", NULL, 200, NULL, NULL },
	{ "without a kind it is not found", "GET", F "get_timing_job" OF("m"), NULL, 404, NULL, NULL },
	{ "nor paused", "POST", F "pause_timing_job" OF("m"), NULL, 404, NULL, NULL },
	{ "nor resumed", "POST", F "resume_timing_job" OF("m"), NULL, 404, NULL, NULL },
	{ "nor deleted", "DELETE", F "delete_timing_job" OF("m"), NULL, 404, NULL, NULL },
	{ "in whichever store it is found", "GET", F "get_timing_job" OF("m") "&job_store_kind=all", NULL, 200, "data.job_store_kind=memory", NULL },
	{ "paused", "POST", F "pause_timing_job" OF("m") "&job_store_kind=all", NULL, 200, "data.status=paused | data.job_store_kind=memory", NULL },
	{ "and resumed", "POST", F "resume_timing_job" OF("m") "&job_store_kind=memory", NULL, 200, "data.status=running", NULL },
	{ "replaced in its store", ADD, DAILY("m") ",\"replace_existing\":true,\"minute\":5" MEMORY, 200, "data.trigger=cron[hour='3', minute='5']", NULL },
	{ "which is no more of them", "GET", F "get_timing_jobs?job_store_kind=all", NULL, 200, "data.count=2", NULL },
};

static const struct api_case messages[] = {
	{ "run it", "POST", "/v1/timing_jobs/q/m/run?job_store_kind=memory", NULL, 200, "run_id?", "run_id" },
	{ "its run is found", "GET", "/v1/runs/{kept}", NULL, 200, "job_id=m | state=sent", NULL },
	{ "replay it", "POST", "/v1/runs/{kept}/replay", NULL, 200, "run_id?", NULL },
	{ "run the durable one", "POST", "/v1/timing_jobs/q/d/run", NULL, 200, NULL, NULL },
	{ "the messages of both are one queue", "GET", F "get_msg_count?queue_name=q", NULL, 200, "data.count=3", NULL },
	{ "its numbers are added up", "GET", "/v1/queues", NULL, 200, "queues#=1 | queues[0].jobs=2 | queues[0].depth=3", NULL },
	{ "all can be seen", "GET", "/v1/queues/q/messages", NULL, 200, "messages#=3", NULL },
	{ "the runs are one ledger", "GET", "/v1/runs?queue_name=q", NULL, 200, "runs#=3", NULL },
	{ "or those of a job", "GET", "/v1/runs?queue_name=q&job_id=m", NULL, 200, "runs#=2", NULL },
	{ "why is answered for both", "GET", "/v1/why?queue_name=q&job_id=m&job_store_kind=memory&at=2020-01-01", NULL, 200, "answer=before_job", NULL },
	{ "all can be leased at once", "POST", "/v1/queues/q/lease", "{}", 200, "messages#=3", "messages[2].lease" },
	{ "and extended", "POST", "/v1/queues/q/extend", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "given back", "POST", "/v1/queues/q/nack", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "leased again", "POST", "/v1/queues/q/lease", "{}", 200, "messages#=1 | messages[0].attempt=2", "messages[0].lease" },
	{ "and done", "POST", "/v1/queues/q/ack", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "clear them all", "POST", F "clear_queue?queue_name=q", NULL, 200, NULL, NULL },
	{ "nothing is left in either", "GET", F "get_msg_count?queue_name=q", NULL, 200, "data.count=0", NULL },
	{ "the switch is for both", "POST", F "pause_scheduler?queue_name=q", NULL, 200, NULL, NULL },
	{ "so this one would not fire", "GET", "/v1/why?queue_name=q&job_id=m&job_store_kind=memory&at=2099-01-01+03:05:00", NULL, 200, "answer=queue_paused", NULL },
	{ "nor that", "GET", "/v1/why?queue_name=q&job_id=d&at=2099-01-01+03:00:00", NULL, 200, "answer=queue_paused", NULL },
	{ "delete those in memory", "DELETE", F "delete_all_timing_jobs?job_store_kind=memory", NULL, 200, "data.deleted_count=1", NULL },
	{ "the others stay", "GET", F "get_timing_jobs?job_store_kind=all", NULL, 200, "data.count=1 | data.jobs[0].job_id=d", NULL },
};

/* A host that restarted: the folder in RAM is gone, all else is there. */
static const struct api_case restarted[] = {
	{ "a durable job", ADD, DAILY("d") "}", 200, NULL, NULL },
	{ "a memory job", ADD, DAILY("m") MEMORY, 200, NULL, NULL },
};

static const struct api_case forgotten[] = {
	{ "the durable one is all there is", "GET", F "get_timing_jobs", NULL, 200, "data.count=1 | data.jobs[0].job_id=d", NULL },
	{ "the other is forgotten", "GET", F "get_timing_job" OF("m"), NULL, 404, NULL, NULL },
	{ "and can be added anew", ADD, DAILY("m") MEMORY, 200, "data.job_store_kind=memory", NULL },
	{ "so there are two", "GET", F "get_timing_jobs?job_store_kind=all", NULL, 200, "data.count=2", NULL },
};
/* clang-format on */

static void
forget(const struct api *a)
{
	static const char *const names[] = { "store.db", "store.db-wal",
		"store.db-shm", "store.db-turn", "store.db-journal" };
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/memory/%s", a->dir,
		    names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/memory", a->dir);
	ok(rmdir(path) == 0, "the memory store is deleted");
}

/* Its folder is for its owner alone. */
static void
check_folder(const struct api *a)
{
	char path[128];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s/memory", a->dir);
	ok(stat(path, &sb) == 0 && (sb.st_mode & 0777) == 0700,
	    "its folder has mode 0700");
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	API_RUN(&a, jobs);
	API_RUN(&a, messages);
	check_folder(&a);
	api_close(&a);
	api_open(&a, NULL);
	API_RUN(&a, restarted);
	forget(&a);
	API_RUN(&a, forgotten);
	api_close(&a);
	return tap_done();
}
