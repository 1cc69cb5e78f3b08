/* Queues by HTTP: publish, counts, clear, configuration. */
#include "config.h"

#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * Queues as existing clients see them: publish, count, clear, names,
 * configuration, and the scheduler's switch.
 */

#define F "/funboost/"
#define PUBLISH "POST", F "publish"
#define COUNT "GET", F "get_msg_count?"
#define CLEAR "POST", F "clear_queue"
#define STATUS "GET", F "get_scheduler_status?"
#define OFF "POST", F "pause_scheduler"
#define ON "POST", F "resume_scheduler"
#define CONFIG "GET", F "get_one_queue_config?"
#define ADD "POST", F "add_timing_job"

static const char conf[] = "timezone = UTC\n"
			   "queue \"known\" {\n\tparams = {x, y}\n}\n"
			   "queue \"mail-*\" {\n\tparams = {to}\n}\n"
			   "queue \"plain\" {\n}\n";

/* clang-format off */
static const struct api_case publish[] = {
	{ "a message", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{\"x\":1}}", 200, "msg=q: the message was published | data.status_and_result! | data.task_id~-7", NULL },
	{ "is counted", COUNT "queue_name=q", NULL, 200, "msg=OK | data={\"queue_name\":\"q\",\"count\":1}", NULL },
	{ "is seen", "GET", "/v1/queues/q/messages", NULL, 200, "messages#=1 | messages[0].state=ready | messages[0].attempt=0 | messages[0].priority=0 | messages[0].held_until! | messages[0].reason! | messages[0].body.kwargs={\"x\":1} | messages[0].body.args=[] | messages[0].body.job_id!", NULL },
	{ "is in the ledger", "GET", "/v1/runs", NULL, 200, "runs#=1 | runs[0].state=sent | runs[0].queue_name=q | runs[0].job_id!", NULL },
	{ "an id of the client's", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"t 1/ü\"}", 200, "data.task_id=t 1/ü", NULL },
	{ "the same id", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"t 1/ü\"}", 409, "error=conflict | msg=Publishing failed: the task_id t 1/ü was published before", NULL },
	{ "another queue knows nothing of it", PUBLISH, "{\"queue_name\":\"r\",\"msg_body\":{},\"task_id\":\"t 1/ü\"}", 200, "data.task_id=t 1/ü", NULL },
	{ "two ids that are one", PUBLISH, "{\"queue_name\":\"plain\",\"task_id\":\"same\",\"msg_body\":{\"extra\":{\"task_id\":\"same\"}}}", 200, "data.task_id=same | data.warnings!", NULL },
	{ "two ids", PUBLISH, "{\"queue_name\":\"plain\",\"task_id\":\"one\",\"msg_body\":{\"extra\":{\"task_id\":\"two\"}}}", 200, "data.task_id=one | data.warnings[0].code=ignored_field | data.warnings[0].message=msg_body.extra.task_id differs from task_id: ignored", NULL },
	{ "one of which is no text", PUBLISH, "{\"queue_name\":\"plain\",\"task_id\":\"three\",\"msg_body\":{\"extra\":{\"task_id\":4}}}", 200, "data.task_id=three | data.warnings[0].code=ignored_field", NULL },
	{ "an empty one", PUBLISH, "{\"queue_name\":\"plain\",\"task_id\":\"four\",\"msg_body\":{\"extra\":{\"task_id\":\"\"}}}", 200, "data.task_id=four | data.warnings!", NULL },
	{ "an empty id is none", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"\"}", 200, "data.task_id~-7", NULL },
	{ "the longest id", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"" X255 "\"}", 200, "data.task_id=" X255, NULL },
	{ "what old clients send is taken", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":null,\"need_result\":true,\"timeout\":60}", 200, NULL, NULL },
	{ "a priority", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{\"first\":1},\"priority\":255}", 200, NULL, NULL },
	{ "comes first", "GET", "/v1/queues/q/messages?limit=1", NULL, 200, "messages#=1 | messages[0].priority=255", NULL },
	{ "extra is handed on", PUBLISH, "{\"queue_name\":\"known\",\"msg_body\":{\"x\":1,\"extra\":{\"a\":1}}}", 200, NULL, NULL },
	{ "names that the target knows", PUBLISH, "{\"queue_name\":\"known\",\"msg_body\":{\"x\":1,\"y\":2}}", 200, NULL, NULL },
	{ "one that it does not", PUBLISH, "{\"queue_name\":\"known\",\"msg_body\":{\"z\":1}}", 400, "error_data.msg_body~takes no parameter \"z\" | error_data#=1", NULL },
	{ "nor by a pattern", PUBLISH, "{\"queue_name\":\"mail-a\",\"msg_body\":{\"z\":1}}", 400, "error_data.msg_body~\"z\"", NULL },
	{ "nothing", PUBLISH, "{}", 400, "error_data#=2 | error_data.queue_name=is required | error_data.msg_body=is required: an object", NULL },
	{ "no body at all", PUBLISH, NULL, 400, "error_data#=2", NULL },
	{ "no message", PUBLISH, "{\"queue_name\":\"q\"}", 400, "error_data.msg_body=is required: an object", NULL },
	{ "null for a message", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":null}", 400, "error_data.msg_body=is required: an object", NULL },
	{ "a list for a message", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":[1]}", 400, "error_data.msg_body=must be an object, not a list", NULL },
	{ "a text for a message", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":\"{}\"}", 400, "error_data.msg_body=must be an object, not a string", NULL },
	{ "no queue", PUBLISH, "{\"msg_body\":{}}", 400, "error_data.queue_name=is required", NULL },
	{ "an empty queue", PUBLISH, "{\"queue_name\":\"\",\"msg_body\":{}}", 400, "error_data.queue_name=must not be empty", NULL },
	{ "a queue too long", PUBLISH, "{\"queue_name\":\"" X256 "\",\"msg_body\":{}}", 400, "error_data.queue_name~at most 255", NULL },
	{ "a number for a queue", PUBLISH, "{\"queue_name\":5,\"msg_body\":{}}", 400, "error_data.queue_name=must be a string, not a number", NULL },
	{ "an id too long", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"" X256 "\"}", 400, "error_data.task_id~at most 255", NULL },
	{ "an id with a line's end", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"a\\nb\"}", 400, "error_data.task_id~control characters", NULL },
	{ "a number for an id", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":1}", 400, "error_data.task_id=must be a string, not a number", NULL },
	{ "a priority too high", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"priority\":256}", 400, "error_data.priority~from 0 to 255", NULL },
	{ "a priority below 0", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{},\"priority\":-1}", 400, "error_data.priority~from 0 to 255", NULL },
	{ "a misspelt field", PUBLISH, "{\"queue_name\":\"q\",\"msg_bodi\":{}}", 400, "error_data.msg_bodi~did you mean msg_body?", NULL },
	{ "what a consumer would unpickle", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{\"extra\":{\"x\":{\"can_not_json_serializable_keys\":1}}}}", 400, "error_data.msg_body~refused", NULL },
	{ "a form", PUBLISH, "", 400, NULL, NULL },
	{ "nothing bad was put in", COUNT "queue_name=q", NULL, 200, "data.count=6", NULL },
};

static const struct api_case count[] = {
	{ "an unknown queue has none", COUNT "queue_name=nobody's", NULL, 200, "data.count=0", NULL },
	{ "no queue", COUNT, NULL, 400, "error_data.queue_name=is required", NULL },
	{ "an empty one", COUNT "queue_name=", NULL, 400, "error_data.queue_name=must not be empty", NULL },
	{ "too long", COUNT "queue_name=" X256, NULL, 400, "error_data.queue_name~at most 255", NULL },
	{ "twice", COUNT "queue_name=a&queue_name=a", NULL, 400, "error_data.queue_name=was given twice", NULL },
	{ "a bad kind", COUNT "queue_name=a&job_store_kind=x", NULL, 400, "error_data.job_store_kind?", NULL },
	{ "clear one that has none", CLEAR, "{\"queue_name\":\"nobody's\"}", 200, "msg=Queue nobody's was cleared | data={\"queue_name\":\"nobody's\",\"success\":true}", NULL },
	{ "clear none", CLEAR, NULL, 400, "error_data.queue_name=is required", NULL },
	{ "clear an empty one", CLEAR, "{\"queue_name\":\"\"}", 400, "error_data.queue_name=must not be empty", NULL },
	{ "clear null", CLEAR, "{\"queue_name\":null}", 400, "error_data.queue_name=is required", NULL },
	{ "clear a list", CLEAR, "{\"queue_name\":[\"q\"]}", 400, "error_data.queue_name=must be a string or a whole number", NULL },
	{ "clear", CLEAR, "{\"queue_name\":\"q\"}", 200, "data.success=true", NULL },
	{ "it is empty", COUNT "queue_name=q", NULL, 200, "data.count=0", NULL },
	{ "the others are not", COUNT "queue_name=known", NULL, 200, "data.count=2", NULL },
	{ "clear by a query", CLEAR "?queue_name=known", NULL, 200, NULL, NULL },
	{ "also what is held", PUBLISH, "{\"queue_name\":\"h\",\"msg_body\":{}}", 200, NULL, NULL },
	{ "by a consumer", "POST", "/v1/queues/h/lease", "{}", 200, "messages#=1", "messages[0].lease" },
	{ "is counted", COUNT "queue_name=h", NULL, 200, "data.count=1", NULL },
	{ "and cleared", CLEAR "?queue_name=h", NULL, 200, NULL, NULL },
	{ "so its lease has lapsed", "POST", "/v1/queues/h/ack", "{\"leases\":[\"{kept}\"]}", 200, "done=0 | lapsed=1", NULL },
};

static const struct api_case names[] = {
	{ "names of the configured ones that are no pattern", "GET", F "get_all_queues", NULL, 200, "data={\"queues\":[\"known\",\"plain\"],\"count\":2}", NULL },
	{ "a job's queue is one", ADD, "{\"queue_name\":\"mail-a\",\"trigger\":\"date\",\"run_date\":\"2099-01-01\"}", 200, NULL, NULL },
	{ "by name", "GET", F "get_all_queues", NULL, 200, "data.queues=[\"mail-a\",\"known\",\"plain\"] | data.count=3", NULL },
	{ "configuration of all", "GET", F "get_queues_config", NULL, 200, "data.count=3 | data.queues_config.known.queue_name=known | data.queues_config.mail-a.auto_generate_info.final_func_input_params_info.all_arg_name_list=[\"to\"]", NULL },
	{ "of one", CONFIG "queue_name=known", NULL, 200, "data.queue_name=known | data.broker_kind=SQLITE | data.should_check_publish_func_params=true", NULL },
	{ "its parameters", CONFIG "queue_name=known", NULL, 200, "data.auto_generate_info.final_func_input_params_info={\"func_name\":\"known\",\"all_arg_name_list\":[\"x\",\"y\"],\"must_arg_name_list\":[],\"optional_arg_name_list\":[\"x\",\"y\"]}", NULL },
	{ "of one by a pattern", CONFIG "queue_name=mail-b", NULL, 200, "data.auto_generate_info.final_func_input_params_info.all_arg_name_list=[\"to\"]", NULL },
	{ "of one that nobody knows", CONFIG "queue_name=x", NULL, 200, "data.queue_name=x | data.broker_kind=SQLITE | data.should_check_publish_func_params=false | data.auto_generate_info.final_func_input_params_info.all_arg_name_list=[]", NULL },
	{ "of none", CONFIG, NULL, 400, "error_data.queue_name=is required", NULL },
	{ "parameters do no harm", "GET", F "get_all_queues?x=1&x=2&queue_name=%zz", NULL, 200, "data.count=3", NULL },
};

static const struct api_case scheduler[] = {
	{ "a queue runs unless it was paused", STATUS "queue_name=s", NULL, 200, "data={\"queue_name\":\"s\",\"status_code\":1,\"status_str\":\"running\"}", NULL },
	{ "pause", OFF "?queue_name=s", NULL, 200, "msg=The scheduler is paused (s) | data={\"queue_name\":\"s\",\"status_str\":\"paused\"}", NULL },
	{ "again", OFF "?queue_name=s", NULL, 200, "data.status_str=paused", NULL },
	{ "it shows", STATUS "queue_name=s", NULL, 200, "data={\"queue_name\":\"s\",\"status_code\":2,\"status_str\":\"paused\"}", NULL },
	{ "another one runs", STATUS "queue_name=t", NULL, 200, "data.status_code=1", NULL },
	{ "all, while one runs, run", STATUS, NULL, 200, "data={\"queue_name\":null,\"status_code\":1,\"status_str\":\"running\"}", NULL },
	{ "pause all there are", OFF, NULL, 200, "msg=The scheduler is paused (*) | data={\"queue_name\":null,\"status_str\":\"paused\"}", NULL },
	{ "now all are paused", STATUS, NULL, 200, "data.status_code=2 | data.status_str=paused", NULL },
	{ "also the one with a job", STATUS "queue_name=mail-a", NULL, 200, "data.status_code=2", NULL },
	{ "one that did not exist runs", STATUS "queue_name=new", NULL, 200, "data.status_code=1", NULL },
	{ "a job of a paused queue is added", ADD, "{\"queue_name\":\"s\",\"job_id\":\"j\",\"trigger\":\"interval\",\"seconds\":10}", 200, "data.status=running", NULL },
	{ "resume one", ON "?queue_name=s", NULL, 200, "msg=The scheduler runs again (s) | data.status_str=running", NULL },
	{ "again", ON "?queue_name=s", NULL, 200, "data.status_str=running", NULL },
	{ "resume all", ON, NULL, 200, "msg=The scheduler runs again (*)", NULL },
	{ "they run", STATUS "queue_name=mail-a", NULL, 200, "data.status_code=1", NULL },
	{ "an empty name means all to ask for", STATUS "queue_name=", NULL, 200, "data.queue_name!", NULL },
	{ "but not to switch", OFF "?queue_name=", NULL, 400, "error_data.queue_name=is empty; leave it out for all queues", NULL },
	{ "nor does null", OFF, "{\"queue_name\":null}", 400, "error_data.queue_name=is null; leave it out for all queues", NULL },
	{ "nor another word", ON "?queue=s", NULL, 400, "error_data.queue~this route knows queue_name and job_store_kind", NULL },
	{ "nor an unknown one beside it", ON "?queue_name=s&x=1", NULL, 400, "error_data.x?", NULL },
	{ "nor two", ON "?queue_name=s&queue_name=t", NULL, 400, "error_data.queue_name=was given twice", NULL },
	{ "the kind is taken, as clients send it", OFF "?queue_name=s&job_store_kind=redis", NULL, 200, NULL, NULL },
	{ "a wrong one is not", ON "?queue_name=s&job_store_kind=x", NULL, 400, "error_data.job_store_kind?", NULL },
	{ "a name too long", ON "?queue_name=" X256, NULL, 400, "error_data.queue_name~at most 255", NULL },
	{ "and nothing was switched by these", STATUS "queue_name=s", NULL, 200, "data.status_code=2", NULL },
};
/* clang-format on */

/* The same in Chinese, which existing clients compare with. */
static void
test_chinese(struct api *a)
{
	static const struct {
		const char *method, *path, *msg;
	} cases[] = {
		{ CLEAR "?queue_name=q", "队列 q 清空成功" },
		{ COUNT "queue_name=q", "获取成功" },
		{ OFF "?queue_name=q", "调度器已暂停 (q)" },
		{ ON "?queue_name=q", "调度器已恢复运行 (q)" },
		{ STATUS "queue_name=q", "获取成功" },
		{ CONFIG "queue_name=q", "获取成功" },
		{ "GET", F "get_all_queues", "获取成功" },
		{ "GET", F "get_queues_config", "获取成功" },
		{ CONFIG, "请求参数有误: queue_name: is required" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct api_request r = {
			.method = cases[i].method,
			.path = cases[i].path,
		};

		(void)api_call(a, &r);
		is_str(api_value(a, "msg"), cases[i].msg, "%s", r.path);
	}
}

/* A body of another type is none of a form for a route that wants JSON. */
static void
test_types(struct api *a)
{
	static const char *const types[] = {
		"application/x-www-form-urlencoded", "text/plain",
		"application/json; charset=gbk", "text/json",
		"application/json-patch+json"
	};
	struct api_request r = {
		.method = "POST",
		.path = F "publish",
		.body = "{\"queue_name\":\"q\",\"msg_body\":{}}",
		.lang = "en",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		r.type = types[i];
		is_int(api_call(a, &r), 415, "%s is not taken", types[i]);
		is_str(api_value(a, "msg"),
		    "Unsupported Content-Type; send application/json",
		    "and it is said what is");
		ok(strcmp(api_value(a, "error_data.Content-Type"), "null") != 0,
		    "of which header");
	}
}

int
main(void)
{
	struct api a;

	api_open(&a, conf);
	API_RUN(&a, publish);
	API_RUN(&a, count);
	api_close(&a);
	api_open(&a, conf);
	API_RUN(&a, names);
	API_RUN(&a, scheduler);
	test_chinese(&a);
	test_types(&a);
	api_close(&a);
	return tap_done();
}
