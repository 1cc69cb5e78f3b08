#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # cgi.bash sets what is used here
# What workers of funboost leave in Redis as results: need_result, get_result
# and one run; and what is said of a worker that never registers.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	redis_needed
	cgi_setup
	CONF=$conf DIR=$dir
	redis_start
	server main "$REDIS_PORT"
	queue list redis
	queue 'f*' funboost
	queue own sqlite
}

teardown() {
	pid_end "$BATS_TEST_TMPDIR/worker"
	redis_stop
}

results() {
	redis -n 8 "$@"
}

# What a worker does: take one message, leave the result where rpc is asked.
worker() {
	local body id
	body=$(redis blpop "$1" 15 | tail -n 1)
	id=$(jq -r .extra.task_id <<<"$body")
	[ "$(jq -r .extra.is_using_rpc_mode <<<"$body")" = true ] || return 1
	results lpush "$id" "$(jq -c '{result: (.x * 2), success: true,
	    rpc_result_expire_seconds: 1800, task_id: .extra.task_id}' \
	    <<<"$body")" >/dev/null
	results expire "$id" 1800 >/dev/null
}

@test "need_result waits for the worker's result, which is kept" {
	worker list &
	echo $! >"$BATS_TEST_TMPDIR/worker"
	(sleep 1; tick) &
	post /funboost/publish '{"queue_name":"list","msg_body":{"x":21},
	    "task_id":"t1","need_result":true,"timeout":15}'
	status_is 200
	is data.task_id t1
	is data.status_and_result.result 42
	is data.status_and_result.success true
	cgi GET '/funboost/get_result?task_id=t1'
	status_is 200
	is data.task_id t1
	is data.status_and_result.result 42
	cgi GET /v1/runs/t1
	status_is 200
	is result.result 42
	[ "$(results llen t1)" = 1 ]
}

@test "no result in time is null; later 404 until there is one" {
	local before
	post /funboost/publish '{"queue_name":"list","msg_body":{"x":1},
	    "task_id":"t2","need_result":true,"timeout":1}'
	status_is 200
	is data.status_and_result null
	before=$(date +%s)
	cgi GET '/funboost/get_result?task_id=t2&timeout=0'
	status_is 404
	is succ false
	[ $(($(date +%s) - before)) -lt 3 ]
	results lpush t2 '{"result":18446744073709551615}' >/dev/null
	cgi GET '/funboost/get_result?task_id=t2&timeout=0'
	status_is 200
	# jq would round it.
	[[ $(<"$BATS_TEST_TMPDIR/body") == *'"result":18446744073709551615'* ]]
	cgi GET '/funboost/get_result?task_id=none'
	status_is 404
	cgi GET /funboost/get_result
	status_is 400
	has error_data.task_id required
	cgi GET '/funboost/get_result?task_id=t2&timeout=x'
	status_is 400
	has error_data.timeout 'whole number'
}

# option 'NAME = VALUE': at the top of the configuration, where no section is.
option() {
	printf '%s\n' "$1" | cat - "$CONF" >"$CONF.new"
	cat "$CONF.new" >"$CONF"
	rm "$CONF.new"
}

@test "a client that waits for a result counts as one that waits for messages" {
	local before first
	option 'max_waiting = 1'
	post /funboost/publish '{"queue_name":"list","msg_body":{},"task_id":"w1"}'
	status_is 200
	mkdir "$BATS_TEST_TMPDIR/first"
	BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR/first \
	    cgi GET '/funboost/get_result?task_id=w1&timeout=20' &
	first=$!
	sleep 2
	before=$(date +%s)
	cgi GET '/funboost/get_result?task_id=w1&timeout=15'
	status_is 429
	has error_data.timeout max_waiting
	cgi POST /v1/lease '{"queue_name":"own","wait_seconds":9}'
	status_is 429
	post /funboost/publish '{"queue_name":"list","msg_body":{},
	    "task_id":"w2","need_result":true,"timeout":15}'
	status_is 200
	is data.status_and_result null
	cgi GET '/funboost/get_result?task_id=w1&timeout=0'
	status_is 404
	[ $(($(date +%s) - before)) -lt 8 ]
	results lpush w1 '{"result":1}' >/dev/null
	cgi GET '/funboost/get_result?task_id=w1&timeout=15'
	status_is 200
	wait "$first"
	grep -q '"result":1' "$BATS_TEST_TMPDIR/first/body"
}

@test "a wait ends when the token is revoked" {
	local before
	post /funboost/publish '{"queue_name":"list","msg_body":{},"task_id":"r1"}'
	before=$(date +%s)
	token=$(new_token read)
	(sleep 1; "$ctl" -c "$conf" token revoke \
	    "$(json_of "$BATS_TEST_TMPDIR/token.json" .id)" >/dev/null) &
	cgi GET '/funboost/get_result?task_id=r1&timeout=15'
	status_is 401
	[ $(($(date +%s) - before)) -lt 8 ]
}

@test "messages of other publishers, by the queue's name" {
	results lpush foreign '{"result":1}' >/dev/null
	cgi GET '/funboost/get_result?task_id=foreign&timeout=0'
	status_is 404
	cgi GET '/funboost/get_result?task_id=foreign&queue_name=list&timeout=0'
	status_is 200
	is data.status_and_result.result 1
}

@test "an embedded queue has no results, and no request waits for one" {
	local before
	before=$(date +%s)
	post /funboost/publish '{"queue_name":"own","msg_body":{},
	    "task_id":"t3","need_result":true,"timeout":15}'
	status_is 200
	is data.status_and_result null
	cgi GET '/funboost/get_result?task_id=t3&timeout=15'
	status_is 404
	[ $(($(date +%s) - before)) -lt 5 ]
	cgi GET /v1/runs/t3
	is result null
}

@test "a result that is not JSON, and a key that is not a list" {
	post /funboost/publish '{"queue_name":"list","msg_body":{},"task_id":"t4"}'
	tick
	results lpush t4 'plain text' >/dev/null
	cgi GET /v1/runs/t4
	is result 'plain text'
	results del t4 >/dev/null
	results set t4 x >/dev/null
	cgi GET /v1/runs/t4
	status_is 200
	is result null
}

@test "the database is configured" {
	sed -i 's/^\(\tport = .*\)/\1\n\tresult_db = 3/' "$CONF"
	post /funboost/publish '{"queue_name":"list","msg_body":{},"task_id":"t5"}'
	tick
	redis -n 3 lpush t5 '[1]' >/dev/null
	cgi GET /v1/runs/t5
	is result '[1]'
}

@test "a worker that never registers: the run has advice" {
	post /funboost/publish '{"queue_name":"f1","msg_body":{"x":1}}'
	status_is 200
	tick
	[[ $(outcome f1) == "due: "*"no worker has registered this queue"*is_send_consumer_heartbeat_to_redis=True* ]]
	register f1 REDIS
	post /funboost/publish '{"queue_name":"f1","msg_body":{"x":1,"y":2}}'
	is data.warnings null
	cgi GET '/funboost/get_timing_jobs'
	is 'data.jobs_by_queue.f1' '[]'
}

@test "2^64-1 passes to Redis as it is" {
	post /funboost/publish '{"queue_name":"list",
	    "msg_body":{"x":18446744073709551615,"y":-9223372036854775808}}'
	status_is 200
	tick
	[[ $(bodies list) == '{"x":18446744073709551615,"y":-9223372036854775808,'* ]]
}
