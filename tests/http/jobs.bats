#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Adding jobs by the timing-job API, as its clients do.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

interval='"queue_name":"q","trigger":"interval","seconds":10'

@test "the examples clients were given work as printed" {
	add '{"queue_name":"test_queue","trigger":"date","run_date":"2099-12-03 15:00:00","job_id":"my_date_job","args":[10,20],"job_store_kind":"redis"}'
	status_is 200
	is data.trigger 'date[2099-12-03 15:00:00 CST]'
	is data.next_run_time '2099-12-03 15:00:00+08:00'
	is data.args '[10,20]'
	is data.kwargs '{}'
	add '{"queue_name":"test_queue","trigger":"interval","seconds":10,"job_id":"my_interval_job","kwargs":{"x":1,"y":2},"job_store_kind":"redis"}'
	is data.trigger 'interval[0:00:10]'
	is data.kwargs '{"x":1,"y":2}'
	add '{"queue_name":"test_queue","trigger":"cron","hour":"15","minute":"30","job_id":"daily_3pm_job","args":[1,2],"job_store_kind":"redis"}'
	is data.trigger "cron[hour='15', minute='30']"
	add '{"queue_name":"test_queue","trigger":"cron","hour":"*/2","minute":"0","job_id":"every_2_hours_job","kwargs":{"x":10,"y":20},"job_store_kind":"redis"}'
	is data.trigger "cron[hour='*/2', minute='0']"
	add '{"queue_name":"test_queue","trigger":"cron","day_of_week":"mon-fri","hour":"9","minute":"0","job_id":"weekday_morning_job","job_store_kind":"redis"}'
	is data.trigger "cron[day_of_week='mon-fri', hour='9', minute='0']"
	is msg 定时任务添加成功
	cgi GET /funboost/get_timing_jobs
	is data.count 5
}

@test "a client's session in order" {
	local q=test_fastapi_router_queue id=interval_job_10s
	add "{\"queue_name\":\"$q\",\"trigger\":\"interval\",\"seconds\":10,\"job_id\":\"$id\",\"replace_existing\":true}"
	status_is 200
	add "{\"queue_name\":\"$q\",\"trigger\":\"cron\",\"hour\":\"15\",\"job_id\":\"daily_3pm_job\"}"
	status_is 200
	cgi GET /funboost/get_timing_jobs
	is data.total_count 2
	cgi GET "/funboost/get_timing_jobs?queue_name=$q"
	is msg 获取成功
	is "data.jobs[0].job_id" $id
	is "data.jobs_by_queue.${q}[1].job_id" daily_3pm_job
	cgi POST "/funboost/pause_timing_job?job_id=$id&queue_name=$q"
	is msg "定时任务 $id 已暂停"
	is data.status paused
	is data.next_run_time null
	cgi POST "/funboost/pause_timing_job?job_id=$id&queue_name=$q"
	status_is 200
	cgi POST "/funboost/resume_timing_job?job_id=$id&queue_name=$q"
	is msg "定时任务 $id 已恢复"
	is data.status running
	cgi POST "/funboost/resume_timing_job?job_id=$id&queue_name=$q"
	status_is 200
	cgi DELETE "/funboost/delete_timing_job?job_id=$id&queue_name=$q"
	is msg "定时任务 $id 删除成功"
	cgi GET "/funboost/get_timing_jobs?queue_name=$q"
	is data.count 1
}

@test "the envelope has its members in order, compact and unescaped" {
	add "{$interval,\"job_id\":\"作业\"}" HTTP_X_REQUEST_ID=trace-1
	[[ $body == '{"succ":true,"msg":"定时任务添加成功","data":{"job_id":"作业",'* ]]
	[[ $body == *'},"error_data":null,"code":200,"error":null,"traceback":null,"trace_id":"trace-1"}' ]]
	[ "$(header Content-Type)" = application/json ]
	[ "$(header Content-Length)" -eq "$(wc -c <"$BATS_TEST_TMPDIR/body")" ]
	[ "$(header Cache-Control)" = no-store ]
}

@test "the job object has the fields of both shapes" {
	add "{$interval,\"job_id\":\"a\",\"priority\":3,\"description\":\"what\",\"misfire_grace_time\":60,\"coalesce\":false,\"max_catchup\":5,\"max_instances\":2,\"retry\":{\"max_attempts\":3}}"
	is data.trigger_kind interval
	is data.job_store_kind redis
	is data.timezone Asia/Shanghai
	is data.priority 3
	is data.description what
	is data.misfire_grace_time 60
	is data.coalesce false
	is data.max_catchup 5
	is data.max_instances 2
	is data.retry '{"max_attempts":3}'
	is data.reason null
	is data.jitter 0
}

@test "no job_id, null and the empty one: 32 hex digits" {
	for id in '' ',"job_id":null' ',"job_id":""'; do
		add "{$interval$id}"
		status_is 200
		[[ $(field .data.job_id) =~ ^[0-9a-f]{32}$ ]]
	done
	cgi GET /funboost/get_timing_jobs
	is data.count 3
}

@test "a job id is unique within its queue; a conflict is 409" {
	add "{$interval,\"job_id\":\"a\"}"
	add "{$interval,\"job_id\":\"a\"}"
	envelope_is 409 conflict
	is msg "添加定时任务失败: 'Job identifier (a) conflicts with an existing job'"
	add '{"queue_name":"r","trigger":"interval","seconds":1,"job_id":"a"}'
	status_is 200
}

@test "replace_existing overwrites all of the job but its pause" {
	add "{$interval,\"job_id\":\"a\",\"args\":[1],\"description\":\"old\"}"
	cgi POST '/funboost/pause_timing_job?job_id=a&queue_name=q'
	add '{"queue_name":"q","trigger":"cron","hour":3,"job_id":"a","replace_existing":true}'
	status_is 200
	is data.status paused
	add '{"queue_name":"q","trigger":"cron","hour":3,"job_id":"a","replace_existing":true,"paused":false}'
	status_is 200
	is data.status running
	is data.trigger "cron[hour='3']"
	is data.args '[]'
	is data.description null
	cgi GET '/funboost/get_timing_job?job_id=a&queue_name=q'
	is data.trigger_kind cron
}

@test "numbers and numeric strings are both taken" {
	add '{"queue_name":"q","trigger":"interval","minutes":"2","seconds":5}'
	is data.trigger 'interval[0:02:05]'
	add '{"queue_name":"q","trigger":"interval","days":9,"hours":3,"minutes":4,"seconds":5}'
	is data.trigger 'interval[9 days, 3:04:05]'
	add '{"queue_name":"q","trigger":"cron","hour":15,"minute":"30"}'
	is data.trigger "cron[hour='15', minute='30']"
}

@test "leftovers of the other triggers are ignored, whatever they are" {
	add "{$interval,\"run_date\":null,\"hour\":\"nonsense\",\"year\":[1],\"minute\":1.5,\"crontab\":{}}"
	status_is 200
	is data.trigger 'interval[0:00:10]'
	add '{"queue_name":"q","trigger":"date","run_date":"2099-01-01","seconds":-5,"weeks":true}'
	status_is 200
}

@test "an interval without length, or all 0, is refused" {
	add '{"queue_name":"q","trigger":"interval"}'
	envelope_is 400 bad_input
	add '{"queue_name":"q","trigger":"interval","seconds":0,"hours":null}'
	envelope_is 400 bad_input
}

@test "a negative or overflowing interval is refused" {
	add '{"queue_name":"q","trigger":"interval","seconds":-1}'
	bad seconds
	add '{"queue_name":"q","trigger":"interval","weeks":9223372036854775807}'
	envelope_is 400 bad_input
	add '{"queue_name":"q","trigger":"interval","seconds":"99999999999999999999"}'
	bad seconds
	add '{"queue_name":"q","trigger":"interval","hours":1,"seconds":-3599}'
	bad seconds
}

@test "cron without a field is refused" {
	add '{"queue_name":"q","trigger":"cron"}'
	envelope_is 400 bad_input
	add '{"queue_name":"q","trigger":"cron","hour":null}'
	envelope_is 400 bad_input
}

@test "a trigger that never fires is refused, with the reason" {
	add '{"queue_name":"q","trigger":"cron","year":2000}'
	envelope_is 400 bad_input
	add '{"queue_name":"q","trigger":"cron","month":2,"day":30}'
	envelope_is 400 bad_input
	add '{"queue_name":"q","trigger":"date","run_date":"2099-01-02","end_date":"2099-01-01"}'
	envelope_is 400 bad_input
	cgi GET /funboost/get_timing_jobs
	is data.count 0
}

@test "a date in the past is accepted" {
	add '{"queue_name":"q","trigger":"date","run_date":"2020-01-02 03:04:05","job_id":"past"}'
	status_is 200
	is data.next_run_time '2020-01-02 03:04:05+08:00'
	is data.status running
}

@test "date without run_date means now; fractions are milliseconds" {
	add '{"queue_name":"q","trigger":"date"}'
	status_is 200
	[ "$(field .data.next_run_time)" != null ]
	add '{"queue_name":"q","trigger":"date","run_date":"2099-01-02T03:04:05.678+02:00"}'
	is data.next_run_time '2099-01-02 09:04:05.678000+08:00'
	is data.trigger 'date[2099-01-02 03:04:05 UTC+02:00]'
}

@test "parameters are checked if their names are known" {
	printf 'queue "known" {\n  params = {"x", "y"}\n}\n' >>"$conf"
	add '{"queue_name":"known","trigger":"interval","seconds":9,"args":[1,2,3]}'
	bad args
	add '{"queue_name":"known","trigger":"interval","seconds":9,"kwargs":{"z":1}}'
	bad kwargs z
	add '{"queue_name":"known","trigger":"interval","seconds":9,"args":[1],"kwargs":{"y":1,"extra":{}}}'
	status_is 200
	post /funboost/publish '{"queue_name":"known","msg_body":{"z":1}}'
	bad msg_body z
	add '{"queue_name":"other","trigger":"interval","seconds":9,"args":[1,2,3]}'
	status_is 200
}

@test "parameters that a consumer would unpickle are refused, at any depth" {
	add "{$interval,\"kwargs\":{\"extra\":{\"can_not_json_serializable_keys\":[\"x\"]}}}"
	bad kwargs can_not_json_serializable_keys
	add "{$interval,\"kwargs\":{\"extra\":{\"a\":{\"can_not_json_serializable_keys\":null}}}}"
	bad kwargs
	post /funboost/publish '{"queue_name":"q","msg_body":{"extra":{"can_not_json_serializable_keys":[]}}}'
	bad msg_body
	add "{$interval,\"kwargs\":{\"can_not_json_serializable_keys\":1,\"extra\":{\"x\":1}}}"
	status_is 200
}

@test "a misspelt field is refused, and the right one suggested" {
	add "{$interval,\"job_idd\":\"a\"}"
	bad job_idd 'did you mean job_id?'
	add "{$interval,\"secondes\":\"a\",\"quite_unknown\":1}"
	bad secondes seconds
	is error_data.quite_unknown 'unknown field'
	add "{$interval,\"retry\":{\"max_atempts\":1}}"
	envelope_is 400 bad_input
	[[ $body == *'"retry.max_atempts":"unknown field; did you mean max_attempts?"'* ]]
}

@test "every bad field is named at once" {
	add '{"queue_name":"","trigger":"interval","seconds":1.5,"args":{},"kwargs":[],"coalesce":"yes","paused":1,"max_instances":0,"priority":-1,"misfire_grace_time":"x","job_store_kind":"disk"}'
	envelope_is 400 bad_input
	for f in queue_name seconds args kwargs coalesce paused max_instances \
	    priority misfire_grace_time job_store_kind; do
		has "error_data.$f" ''
	done
	[[ $(field .msg) == 添加定时任务失败:* ]]
}

@test "queue_name and trigger are required" {
	add '{}'
	bad queue_name
	bad trigger
	add '{"queue_name":null,"trigger":"hourly"}'
	bad queue_name
	bad trigger
}

@test "trigger fields are strings or whole numbers" {
	for v in true 1.5 '[1]' '{"a":1}'; do
		add "{\"queue_name\":\"q\",\"trigger\":\"cron\",\"hour\":$v}"
		bad hour
	done
	add '{"queue_name":"q","trigger":"cron","hour":"25"}'
	bad hour 'higher than the maximum value (23)'
}

@test "64 KiB of parameters fit, one byte more does not" {
	add "{$interval,\"kwargs\":{\"x\":\"$(printf '%*s' 65528 '' | tr ' ' a)\"}}"
	status_is 200
	add "{$interval,\"kwargs\":{\"x\":\"$(printf '%*s' 65529 '' | tr ' ' a)\"}}"
	bad kwargs
}

@test "parameters keep their form: numbers, escapes, nesting, Unicode" {
	add "{$interval,\"kwargs\":{\"f\":1.50,\"i\":-9007199254740993,\"s\":\"a/b\\u0000\\\"é\",\"n\":null,\"l\":[[],{}]}}"
	status_is 200
	[[ $body == *'"kwargs":{"f":1.50,"i":-9007199254740993,"s":"a/b\u0000\"é","n":null,"l":[[],{}]}'* ]]
}

@test "misfire_grace_time: absent is the owner's default, null none" {
	printf 'misfire_grace = "90s"\n' >>"$conf"
	add "{$interval}"
	is data.misfire_grace_time 90
	add "{$interval,\"misfire_grace_time\":null}"
	is data.misfire_grace_time null
}

@test "paused: added without a next run; resume gives it one" {
	add "{$interval,\"job_id\":\"p\",\"paused\":true}"
	is data.status paused
	is data.next_run_time null
	[ "$(field .data.reason)" != null ]
	cgi POST '/funboost/resume_timing_job?job_id=p&queue_name=q'
	is data.status running
	is data.reason null
}

@test "resume of a job that can never fire again: 409, and it is kept" {
	add "{\"queue_name\":\"q\",\"trigger\":\"interval\",\"seconds\":1,\"job_id\":\"y\",\"end_date\":\"$(TZ=Asia/Shanghai date -d '+6 seconds' '+%F %T')\",\"paused\":true}"
	status_is 200
	sleep 7
	cgi POST '/funboost/resume_timing_job?job_id=y&queue_name=q'
	envelope_is 409 conflict
	cgi GET '/funboost/get_timing_job?job_id=y&queue_name=q'
	is data.status paused
}

@test "the job object has the fields it was added with" {
	add '{"queue_name":"q","trigger":"cron","crontab":"0 3 * * 1-5","job_id":"c",
	    "start_date":"2090-01-02 03:04:05","end_date":"2091-01-01",
	    "timezone":"Europe/Berlin","dst":"skip"}'
	status_is 200
	for path in '' 'get_timing_job?queue_name=q&job_id=c'; do
		[ -z "$path" ] || cgi GET "/funboost/$path"
		is data.crontab '0 3 * * 1-5'
		is data.start_date '2090-01-02 03:04:05+01:00'
		is data.end_date '2091-01-01 00:00:00+01:00'
		is data.dst skip
		is data.status running
	done
	add '{"queue_name":"q","trigger":"interval","hours":1,"job_id":"i"}'
	for name in crontab start_date end_date; do is data.$name null; done
	is data.dst auto
	sqlite3 "$dir/store.db" "UPDATE job SET trigger = 'cron;x' WHERE job_id = 'i'"
	cgi GET '/funboost/get_timing_job?queue_name=q&job_id=i'
	is data.status quarantined
	for name in crontab start_date end_date dst; do is data.$name null; done
}

# A second interval of 1000 s would begin behind its end.
@test "the same trigger without slots left is accepted by HTTP and command" {
	local end def
	end=$(TZ=Asia/Shanghai date -d '+1200 seconds' '+%F %T')
	def="\"queue_name\":\"q\",\"trigger\":\"interval\",\"seconds\":1000,\"end_date\":\"$end\",\"job_id\":\"e\""
	add "{$def}"
	status_is 200
	sqlite3 "$dir/store.db" "UPDATE job SET cursor_us = cursor_us - 999000000,
	    next_run_us = next_run_us - 999000000,
	    trigger = replace(trigger, substr(trigger, instr(trigger, 'run_us=') + 7, 16), cursor_us - 999000000)"
	add "{${def/1000/1300},\"replace_existing\":true}"
	envelope_is 400 bad_input
	is error_data.end_date 'the trigger can never fire: it has no slot at or before end_date'
	local want
	want=$(sqlite3 "$dir/store.db" 'SELECT cursor_us, trigger FROM job')
	for def in "$def" "$def,\"minutes\":0,\"timezone\":\"Asia/Shanghai\""; do
		add "{$def,\"replace_existing\":true}"
		status_is 200
		is error_data null
		echo "{$def,\"replace_existing\":true}" |
		    "$ctl" job add --json -
		cgi PATCH /v1/timing_jobs/q/e "{\"seconds\":1000,\"end_date\":\"$end\"}"
		status_is 200
		[ "$(sqlite3 "$dir/store.db" 'SELECT cursor_us, trigger FROM job')" = "$want" ]
	done
	"$ctl" job add q --id e --every 1000s --end "$end" --replace
	"$ctl" job set q e seconds=1000
	[ "$(sqlite3 "$dir/store.db" 'SELECT cursor_us, trigger FROM job')" = "$want" ]
	run "$ctl" job add q --id f --every 1300s --end "$end" --replace
	[ "$status" -eq 65 ] || [ "$status" -eq 64 ]
	echo "$output" | grep -q 'can never fire'
}
