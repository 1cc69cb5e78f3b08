#!/usr/bin/env bats
# shellcheck disable=SC2034,SC2154 # what the loaded files set and use
# Queues at RabbitMQ from end to end: jobs, ticks that are killed, the API, the
# command; in short here, the fault run in whole by make check-brokers
# N=10000.

bats_require_minimum_version 1.5.0

setup_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	load ../support/rabbit.bash
	! is_built RABBITMQ || rabbit_start
}

teardown_file() {
	load ../support/helper.bash
	load ../support/brokers.bash
	rabbit_fini
}

setup() {
	load ../support/cgi.bash
	load ../support/brokers.bash
	load ../support/redis.bash
	load ../support/rabbit.bash
	load ../support/once.bash
	is_built RABBITMQ || skip 'RabbitMQ is not built in'
	cgi_setup
	CONF=$conf DIR=$dir MINUTEHAND_CONF=$conf
	export MINUTEHAND_CONF
	cutter_start "$RABBIT_PORT"
	section 'rabbitmq "main"' "port = $CUTTER_PORT" 'timeout = 2s'
	queue 'bench' rabbitmq
	queue 'r*' rabbitmq 'params = {"x", "y"}' 'max_priority = 5'
	q=r$BATS_TEST_NUMBER
}

teardown() {
	pid_end "$BATS_TEST_TMPDIR/ticker" KILL
	cutter_stop
}

@test "a job's message arrives; API and command count, test and clear" {
	add "{\"queue_name\":\"$q\",\"job_id\":\"j\",\"trigger\":\"date\",
	    \"run_date\":\"2026-01-01 00:00:00\",\"args\":[1],\"kwargs\":{\"y\":2}}"
	status_is 200
	cgi GET "/funboost/get_msg_count?queue_name=$q"
	is data.count 0
	tick
	[[ $(outcome "$q") == sent:* ]]
	cgi GET "/funboost/get_msg_count?queue_name=$q"
	is data.count 1
	cgi GET "/funboost/get_one_queue_config?queue_name=$q"
	is data.broker_kind RABBITMQ_AMQPSTORM
	run "$ctl" queue test "$q" --kwargs '{"x":1}' --json
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.outcome, .before, .after]' <<<"$output")" = '["arrived",1,2]' ]
	id=$("$ctl" runs "$q" --json | jq -r '.[0].id')
	client get "$q" >"$BATS_TEST_TMPDIR/got"
	jq -se --arg id "$id" '.[0] | .message_id == $id and
	    (.body | fromjson? // .).extra.task_id == $id and
	    ((.body | fromjson? // .) | [.x, .y]) == [1, 2]' "$BATS_TEST_TMPDIR/got"
	post /funboost/publish "{\"queue_name\":\"$q\",\"msg_body\":{\"x\":3}}"
	status_is 200
	tick
	post /funboost/clear_queue "{\"queue_name\":\"$q\"}"
	status_is 200
	cgi GET "/funboost/get_msg_count?queue_name=$q"
	is data.count 0
	run "$ctl" doctor
	[[ $output == *'1, all of them can be reached'* ]]
}

@test "2^64-1 passes to RabbitMQ as it is" {
	local big='"x":18446744073709551615,"y":-9223372036854775808'
	add "{\"queue_name\":\"$q\",\"job_id\":\"big\",\"trigger\":\"date\",
	    \"run_date\":\"2026-01-01 00:00:00\",\"kwargs\":{$big}}"
	status_is 200
	post /funboost/publish "{\"queue_name\":\"$q\",\"msg_body\":{$big}}"
	status_is 200
	tick
	client get "$q" >"$BATS_TEST_TMPDIR/got"
	# jq would round them.
	[ "$(grep -cE '18446744073709551615.*-9223372036854775808' \
	    "$BATS_TEST_TMPDIR/got")" -eq 2 ]
}

@test "RabbitMQ that is down: reported by ledger, health and doctor" {
	cutter_tell refuse
	post /funboost/publish "{\"queue_name\":\"$q\",\"msg_body\":{\"x\":3}}"
	tick
	[[ $(outcome "$q") == 'due: '*'waiting: rabbitmq:main: '* ]]
	cgi GET /healthz
	is 'brokers[0].state' down
	cgi GET "/funboost/get_msg_count?queue_name=$q"
	status_is 503
	run "$ctl" doctor
	[[ $output == *'FAIL  brokers'*'rabbitmq:main: '* ]]
	cutter_tell
	sql 'UPDATE endpoint SET next_us = 0; UPDATE outbox SET next_us = 0'
	tick
	[[ $(outcome "$q") == sent:* ]]
	cgi GET /healthz
	is 'brokers[0].state' ok
}

@test "lost answers, killed ticks and servers: none lost, duplicates by one id" {
	ONCE_SPARE=700
	once_fill "${ONCE_N:-400}"
	once_suffer rabbit_stop rabbit_start
	once_settle
	client get bench >"$BATS_TEST_TMPDIR/got"
	jq -r .message_id "$BATS_TEST_TMPDIR/got" >"$BATS_TEST_TMPDIR/ids"
	once_count "$BATS_TEST_TMPDIR/ids"
	[ "$LOST" = 0 ] && [ "$SPOILED" -gt 0 ]
	jq -se 'all((.body | fromjson? // .).extra.task_id == .message_id)' \
	    "$BATS_TEST_TMPDIR/got"
}
