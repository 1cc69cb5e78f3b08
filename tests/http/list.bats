#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Reading, switching and deleting jobs by the timing-job API.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

interval='"queue_name":"q","trigger":"interval","seconds":10'

@test "missing jobs: 404 in the form of each route" {
	cgi GET '/funboost/get_timing_job?job_id=x&queue_name=q'
	envelope_is 404 not_found
	is msg '任务 x 不存在'
	cgi DELETE '/funboost/delete_timing_job?job_id=x&queue_name=q'
	envelope_is 404 not_found
	is msg "删除定时任务失败: 'No job by the id of x was found'"
	cgi POST '/funboost/pause_timing_job?job_id=x&queue_name=q'
	is msg "暂停定时任务失败: 'No job by the id of x was found'"
	cgi POST '/funboost/resume_timing_job?job_id=x&queue_name=q'
	is msg "恢复定时任务失败: 'No job by the id of x was found'"
}

@test "lists: sorted by next run, jobs without one last, per queue" {
	add '{"queue_name":"b","trigger":"interval","hours":3,"job_id":"late"}'
	add '{"queue_name":"a","trigger":"interval","hours":1,"job_id":"soon"}'
	add '{"queue_name":"a","trigger":"interval","hours":2,"job_id":"off","paused":true}'
	cgi GET /funboost/get_timing_jobs
	is "data.jobs[0].job_id" soon
	is "data.jobs[1].job_id" late
	is "data.jobs[2].job_id" off
	is "data.jobs_by_queue.a[1].job_id" off
	is "data.jobs_by_queue.b[0].job_id" late
	cgi GET '/funboost/get_timing_jobs?queue_name=unknown'
	is succ true
	is data.jobs '[]'
	is data.jobs_by_queue '{"unknown":[]}'
	is data.total_count 0
	is 'data.warnings[0].code' unknown_queue
}

@test "pages: limit and cursor go through all jobs once" {
	local seen='' cursor='' i
	for i in 1 2 3 4 5; do add "{\"queue_name\":\"q\",\"trigger\":\"interval\",\"hours\":$i,\"job_id\":\"j$i\"}"; done
	for i in 1 2 3; do
		cgi GET "/funboost/get_timing_jobs?limit=2&cursor=$cursor"
		status_is 200
		is data.total_count 5
		seen+=$(grep -o '"jobs":\[.*"jobs_by' <<<"$body" |
		    grep -o '"job_id":"[^"]*"' | tr -d '\n')
		cursor=$(field .data.next_cursor)
	done
	[ "$cursor" = null ]
	[ "$seen" = '"job_id":"j1""job_id":"j2""job_id":"j3""job_id":"j4""job_id":"j5"' ]
	cgi GET '/funboost/get_timing_jobs?limit=0'
	bad limit
	cgi GET '/funboost/get_timing_jobs?limit=1001'
	bad limit
	cgi GET '/funboost/get_timing_jobs?limit=1&cursor=nonsense'
	bad cursor
}

@test "a list longer than max_list needs a limit" {
	printf 'max_list = 2\n' >>"$conf"
	for i in 1 2 3; do add "{$interval}"; done
	cgi GET /funboost/get_timing_jobs
	bad limit
	cgi GET '/funboost/get_timing_jobs?limit=3'
	is data.count 3
	is data.next_cursor null
}

@test "delete all: of a queue, then of all" {
	for q in a a b; do add "{\"queue_name\":\"$q\",\"trigger\":\"interval\",\"hours\":1}"; done
	cgi DELETE '/funboost/delete_all_timing_jobs?queue_name=a'
	is msg '成功删除 2 个定时任务'
	is data '{"deleted_count":2,"failed_jobs":[]}'
	cgi DELETE '/funboost/delete_all_timing_jobs?queue_name='
	bad queue_name
	cgi DELETE /funboost/delete_all_timing_jobs
	is data.deleted_count 1
}

# Everything that names no queue but was meant to: nothing may change.
@test "a request for one queue never affects all" {
	local many path method
	many=$(printf 'p%s=1&' {1..100})
	add '{"queue_name":"a","trigger":"interval","hours":1,"job_id":"a"}'
	while read -r method path; do
		cgi "$method" "$path?${many}queue_name=nosuch"
		bad parameters 64
		cgi "$method" "$path?queue%5=a"
		bad parameters '%'
		cgi "$method" "$path?queue_name%00=a"
		bad parameters NUL
		cgi "$method" "$path?queue=a"
		bad queue queue_name
		cgi "$method" "$path?queue_nam=a&job_store_kind=redis"
		bad queue_nam
		cgi "$method" "$path?=a"
		bad parameters
		cgi "$method" "$path" '{"queue_name":null}'
		bad queue_name null
		cgi "$method" "$path" '{"queue":null}'
		bad queue
		cgi "$method" "$path" queue=a \
		    CONTENT_TYPE=application/x-www-form-urlencoded
		bad queue
		cgi "$method" "$path" "${many}queue_name=a" \
		    CONTENT_TYPE=application/x-www-form-urlencoded
		bad parameters 64
		cgi "$method" "$path" \
		    "{$(printf '"p%s":1,' {1..64})\"queue_name\":\"nosuch\"}"
		bad parameters 64
	done <<-'EOF'
	DELETE /funboost/delete_all_timing_jobs
	POST /funboost/pause_scheduler
	POST /funboost/resume_scheduler
	EOF
	cgi GET /funboost/get_timing_jobs
	is data.count 1
	cgi GET '/funboost/get_scheduler_status?queue_name=a'
	is data.status_str running
	# Elsewhere null is as good as absent, and more names do no harm.
	cgi GET '/funboost/get_timing_job?queue_name=a&job_id=a&_=1'
	status_is 200
	post '/funboost/pause_timing_job?queue_name=a' \
	    '{"job_id":"a","queue_name":null}'
	status_is 200
}

@test "memory jobs exist next to durable ones" {
	printf 'memory_store = "%s"\n' "$BATS_TEST_TMPDIR/ram/memory.db" >>"$conf"
	add "{$interval,\"job_id\":\"m\",\"job_store_kind\":\"memory\"}"
	status_is 200
	is data.job_store_kind memory
	add "{$interval,\"job_id\":\"d\",\"job_store_kind\":\"sqlite\"}"
	is data.job_store_kind redis
	cgi GET '/funboost/get_timing_jobs?job_store_kind=memory'
	is data.count 1
	cgi GET '/funboost/get_timing_job?job_id=m&queue_name=q&job_store_kind=redis'
	status_is 404
	cgi GET '/funboost/get_timing_job?job_id=m&queue_name=q&job_store_kind=all'
	is data.job_store_kind memory
	cgi GET '/funboost/get_timing_jobs?job_store_kind=all'
	is data.count 2
	# The store that is not named is the one clients were promised.
	for way in 'GET get_timing_job' 'POST pause_timing_job' \
	    'POST resume_timing_job' 'DELETE delete_timing_job'; do
		cgi "${way% *}" "/funboost/${way#* }?job_id=m&queue_name=q"
		status_is 404
	done
	cgi GET /funboost/get_timing_jobs
	is data.count 1
	cgi DELETE '/funboost/delete_all_timing_jobs?queue_name=q'
	is data.deleted_count 1
	cgi GET '/funboost/get_timing_jobs?job_store_kind=all'
	is data.count 1
}

@test "the scheduler's switch is the queue's" {
	add "{$interval}"
	cgi GET '/funboost/get_scheduler_status?queue_name=q'
	is data '{"queue_name":"q","status_code":1,"status_str":"running"}'
	cgi POST '/funboost/pause_scheduler?queue_name=q'
	is msg '调度器已暂停 (q)'
	is data '{"queue_name":"q","status_str":"paused"}'
	cgi GET '/funboost/get_scheduler_status?queue_name=q'
	is data '{"queue_name":"q","status_code":2,"status_str":"paused"}'
	cgi POST '/funboost/resume_scheduler?queue_name=q'
	is msg '调度器已恢复运行 (q)'
	cgi GET /funboost/get_scheduler_status
	is data.status_code 1
}

@test "names of any script, with spaces and signs" {
	add '{"queue_name":"очередь 队列 🚀","trigger":"interval","seconds":10,"job_id":"a&b=c%41 +/"}'
	status_is 200
	cgi GET '/funboost/get_timing_job?queue_name=%D0%BE%D1%87%D0%B5%D1%80%D0%B5%D0%B4%D1%8C+%E9%98%9F%E5%88%97%20%F0%9F%9A%80&job_id=a%26b%3Dc%2541+%2B/'
	status_is 200
	is data.queue_name 'очередь 队列 🚀'
	is data.job_id 'a&b=c%41 +/'
	add "{\"queue_name\":\"$(printf '%*s' 255 '' | tr ' ' q)\",\"trigger\":\"interval\",\"seconds\":10}"
	status_is 200
	add "{\"queue_name\":\"$(printf '%*s' 256 '' | tr ' ' q)\",\"trigger\":\"interval\",\"seconds\":10}"
	bad queue_name
	add '{"queue_name":"a\nb","trigger":"interval","seconds":10}'
	bad queue_name
}

@test "query parameters come as query, form or JSON" {
	add "{$interval,\"job_id\":\"a\"}"
	cgi POST /funboost/pause_timing_job 'job_id=a&queue_name=q' \
	    CONTENT_TYPE=application/x-www-form-urlencoded
	is data.status paused
	cgi POST /funboost/resume_timing_job '{"job_id":"a","queue_name":"q","job_store_kind":null}'
	is data.status running
	cgi DELETE '/funboost/delete_timing_job?queue_name=q' '{"job_id":"a"}'
	status_is 200
}
