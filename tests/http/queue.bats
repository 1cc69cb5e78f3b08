#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Queues over HTTP: publish, count, clear, and the consumers' calls.

setup() {
	load ../support/cgi.bash
	cgi_setup
}

publish() {
	post /funboost/publish "{\"queue_name\":\"q\",\"msg_body\":{\"n\":$1}${2-}}"
	status_is 200
}

@test "publish, count, clear" {
	publish 1
	is msg 'q 队列,消息发布成功'
	is data.status_and_result null
	[[ $(field .data.task_id) =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7 ]]
	publish 2
	cgi GET '/funboost/get_msg_count?queue_name=q'
	is data '{"queue_name":"q","count":2}'
	cgi POST /funboost/clear_queue '{"queue_name":"q"}'
	is msg '队列 q 清空成功'
	is data '{"queue_name":"q","success":true}'
	cgi GET '/funboost/get_msg_count?queue_name=q'
	is data.count 0
}

@test "publish: a task_id chosen by the client, once" {
	publish 1 ',"task_id":"mine","need_result":false,"timeout":60'
	is data.task_id mine
	post /funboost/publish '{"queue_name":"q","msg_body":{},"task_id":"mine"}'
	envelope_is 409 conflict
	post /funboost/publish "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"$(printf '%256s' '' | tr ' ' x)\"}"
	bad task_id
	post /funboost/publish '{"queue_name":"q","msg_body":[]}'
	bad msg_body
	post /funboost/publish '{"msg_bodi":{}}'
	bad msg_bodi msg_body
	bad queue_name
}

@test "queues and their configuration" {
	printf 'queue "known" {\n  params = {"x", "y"}\n}\n' >>"$conf"
	publish 1
	cgi GET /funboost/get_all_queues
	is data '{"queues":["q","known"],"count":2}'
	cgi GET '/funboost/get_one_queue_config?queue_name=known'
	is data.queue_name known
	has data.broker_kind ''
	is data.auto_generate_info.final_func_input_params_info.all_arg_name_list '["x","y"]'
	cgi GET /funboost/get_queues_config
	is data.count 2
	is data.queues_config.q.queue_name q
	cgi GET /v1/queues
	is 'queues[0].queue_name' q
	is 'queues[0].depth' 1
	is 'queues[0].in_flight' 0
	is 'queues[0].paused' false
}

@test "lease, extend, ack" {
	local lease
	publish '"é/1"'
	post /v1/queues/q/lease '{"max":5,"lease_seconds":30}'
	status_is 200
	is 'messages[0].attempt' 1
	is 'messages[0].body.kwargs' '{"n":"é/1"}'
	[[ $(field '.messages[0].enqueued_at') == 20*Z ]]
	lease=$(field '.messages[0].lease')
	post /v1/queues/q/lease '{}'
	is messages '[]'
	post /v1/queues/q/extend "{\"leases\":[\"$lease\"],\"lease_seconds\":60}"
	is "done" 1
	cgi GET /v1/queues/q/messages
	is 'messages[0].state' held
	[[ $body != *"$lease"* ]]
	post /v1/queues/q/ack "{\"leases\":[\"$lease\",\"nothing\"]}"
	[ "$body" = '{"done":1,"lapsed":1}' ]
	post /v1/queues/q/ack "{\"leases\":[\"$lease\"]}"
	[ "$body" = '{"done":0,"lapsed":1}' ]
}

@test "nack returns the message, with a delay if requested" {
	local lease
	publish 1
	post /v1/queues/q/lease ''
	lease=$(field '.messages[0].lease')
	post /v1/queues/q/nack "{\"leases\":[\"$lease\"],\"reason\":\"no disk\"}"
	is "done" 1
	post /v1/queues/q/lease '{}'
	is 'messages[0].attempt' 2
	lease=$(field '.messages[0].lease')
	post /v1/queues/q/nack "{\"leases\":[\"$lease\"],\"delay_seconds\":600}"
	post /v1/queues/q/lease '{}'
	is messages '[]'
}

@test "priority first, then age" {
	publish 1
	publish 2 ',"priority":5'
	post /v1/queues/q/lease '{"max":2}'
	is 'messages[0].body.kwargs.n' 2
	is 'messages[0].priority' 5
	is 'messages[1].body.kwargs.n' 1
}

@test "waiting ends when a message comes" {
	local from=$SECONDS publisher
	( sleep 1; exec 3>&-; BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR/other
	  mkdir "$BATS_TEST_TMPDIR"; publish 7 ) 3>&- &
	publisher=$!
	post /v1/queues/q/lease '{"wait_seconds":15}'
	wait "$publisher"
	is 'messages[0].body.kwargs.n' 7
	[ $((SECONDS - from)) -lt 8 ]
	post /v1/queues/q/lease '{"wait_seconds":1}'
	is messages '[]'
}

@test "invalid input is named" {
	post /v1/queues/q/lease '{"max":0,"lease_seconds":43201,"wait_seconds":21,"maxx":1}'
	status_is 400
	has error_data.max ''
	has error_data.lease_seconds ''
	has error_data.wait_seconds ''
	has error_data.maxx 'did you mean max?'
	post /v1/queues/q/ack '{}'
	status_is 400
	has error_data.leases required
	post /v1/queues/q/ack '{"leases":"x"}'
	has error_data.leases list
	post /v1/queues/q/ack '{"leases":[1]}'
	has error_data.leases strings
	cgi GET '/v1/queues/q/messages?limit=0'
	status_is 400
	has error_data.limit ''
}

@test "run now adds one run to the schedule" {
	post /funboost/add_timing_job '{"queue_name":"q","trigger":"cron","hour":3,"job_id":"j","args":[1]}'
	local next
	next=$(field .data.next_run_time)
	cgi POST /v1/timing_jobs/q/j/run
	status_is 200
	has run_id -
	post /v1/queues/q/lease '{}'
	is 'messages[0].body.job_id' j
	is 'messages[0].body.args' '[1]'
	cgi GET '/funboost/get_timing_job?job_id=j&queue_name=q'
	is data.next_run_time "$next"
	cgi POST /v1/timing_jobs/q/none/run
	status_is 404
}

@test "names in the path may be of any script" {
	post /funboost/publish '{"queue_name":"队列 a+b","msg_body":{}}'
	cgi POST '/v1/queues/队列 a+b/lease'
	is 'messages|length' 1
	cgi POST "/v1/queues/$(printf 'a\tb')/lease"
	status_is 400
}

# Resume the queue q by each door.
resume_by() {
	case $1 in
	command) "$ctl" queue resume q ;;
	one) post /funboost/resume_scheduler '{"queue_name":"q"}' && status_is 200 ;;
	all) cgi POST /funboost/resume_scheduler && status_is 200 ;;
	esac
}

@test "slots that fell due while the queue was paused do not run" {
	local door tick kind
	printf 'memory_store = "%s"\n' "$dir/ram/memory.db" >>"$conf"
	for door in command one all; do
		for tick in '' "$ticker --once"; do
			post /funboost/pause_scheduler '{"queue_name":"q"}'
			status_is 200
			for kind in sqlite memory; do
				add "{\"queue_name\":\"q\",\"trigger\":\"date\",
				    \"run_date\":\"2026-01-02 03:04:05\",
				    \"job_id\":\"$door-${tick:+tick-}$kind\",
				    \"job_store_kind\":\"$kind\"}"
				status_is 200
			done
			$tick
			resume_by "$door"
			[[ $("$ctl" queue list --json) == *'"paused":false'* ]]
			"$ticker" --once
			cgi GET '/v1/queues/q/messages'
			is messages '[]'
			for kind in sqlite memory; do
				cgi GET "/v1/why?queue_name=q&job_id=$door-${tick:+tick-}$kind&job_store_kind=$kind&at=2026-01-02T03:04:05"
				is answer was_paused
				has message 'queue paused by '
			done
		done
	done
	cgi GET '/v1/runs?queue_name=q&state=paused&limit=100'
	is 'runs | length' 12
	cgi GET '/v1/runs?queue_name=q&limit=100'
	is 'runs | length' 12
}
