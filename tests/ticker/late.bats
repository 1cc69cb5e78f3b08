#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # programs are in quotes; helpers set and use the rest
# Runs that take too long or are late: stopped by max_runtime, reported by
# expect_within, by each kind of worker.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	printf '%s\n' 'max_deliveries = 2' >>"$CONF"
}

mh() {
	"$MINUTEHAND" "$@"
}

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# job ID OPTION…: a job in queue q that has no slot of its own.
job() {
	local id=$1
	shift
	mh job add q --id "$id" --date 2099-01-01 "$@" >/dev/null
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

# The alerts there are of a kind: as they are written with a section.
alerts() {
	sql "SELECT count(*) FROM alert WHERE kind = '$1'"
}

with_alerts() {
	printf 'alert "none" {\n\tcommand = {"/bin/true"}\n}\n' >>"$CONF"
}

# of RUN JQ: a value of the run.
of() {
	mh runs --json | jq -r --arg id "$1" ".[] | select(.id == \$id) | $2"
}

consume() {
	mh consume q --max 1 --lease 30s "$@"
}

@test "consume: what runs for too long is told to end, with what it started" {
	job hang --max-runtime 1s
	id=$(mh job run q hang)
	run consume --quiet -- sh -c 'echo begun; sleep 300 & echo $! >"$1"; wait' - "$BATS_TEST_TMPDIR/pid"
	[ "$status" -eq 1 ]
	wait_for 10 is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
	[ "$(of "$id" '[.outcome, .status, .error] | tojson')" \
	    = '["queued",143,"ran for longer than max_runtime, 1 s: stopped"]' ]
	[ "$(mh output "$id")" = begun ]
	sql 'UPDATE message SET until_us = 1'
	# Exit 0 does not make it done; the line says why.
	run consume -- sh -c 'trap "exit 0" TERM; sleep 300 & wait'
	[[ $output == *"run $id: ran for longer than max_runtime, 1 s: stopped, attempt 2 of 2; it is a dead letter now" ]]
	[ "$(of "$id" .outcome)" = dead ]
}

@test "consume: one that works in time is left alone; TERM reaches a group" {
	job ok --max-runtime 60s
	id=$(mh job run q ok)
	consume -- sh -c 'sleep 0.1; echo done'
	[ "$(of "$id" .outcome)" = succeeded ]
	id=$(mh job run q ok)
	"$MINUTEHAND" consume q -- sh -c 'sleep 300 & echo $! >"$1"; wait' - \
	    "$BATS_TEST_TMPDIR/pid" 3>&- &
	wait_for 20 test -s "$BATS_TEST_TMPDIR/pid"
	kill "$!"
	wait "$!" || :
	wait_for 10 is_gone "$(cat "$BATS_TEST_TMPDIR/pid")"
	[ "$(of "$id" '[.outcome, .error] | tojson')" = '["queued","the consumer was stopped"]' ]
}

@test "broker = command: ended after max_runtime, and its output is kept" {
	printf '%s\n' 'command "work" {' 'command = {"/bin/sh", "-c",
	    "cat >/dev/null; echo begun; echo err >&2; sleep 300 & wait"}' '}' \
	    'queue "q" {' 'broker = command' '}' >>"$CONF"
	job hang --max-runtime 1s
	id=$(mh job run q hang)
	tick
	[ "$(of "$id" '[.outcome, .status, .error] | tojson')" \
	    = '["queued",143,"ran for longer than max_runtime, 1 s: stopped"]' ]
	[ "$(mh output "$id")" = "$(printf 'begun\nerr')" ]
	sed -i 's/broker = command/&\nkeep_output = 0/' "$CONF"
	id=$(mh job run q hang)
	tick
	[ "$(mh output --json "$id" | jq .output)" = null ]
}

@test "a worker that cannot be stopped: reported as too long, once" {
	with_alerts
	job slow --max-runtime 1s
	id=$(mh job run q slow)
	sql "UPDATE message SET state = 1, lease = 'x', until_us = 9e15"
	sql "UPDATE work SET outcome = 'running', attempts = 1, started_us = 1"
	sql 'UPDATE policy SET check_us = 1000002'
	tick
	[ "$(alerts too_long)" -eq 1 ]
	[ "$(sql 'SELECT overlong_us > 0, check_us IS NULL FROM policy')" = '1|1' ]
	grep -q "too-long.*run=$id" "$BATS_TEST_TMPDIR/ticker.log"
	tick
	[ "$(alerts too_long)" -eq 1 ]
}

@test "expect_within: overdue once, however it stands" {
	with_alerts
	job late --expect-within 1s
	job fine --expect-within 1h
	late=$(mh job run q late)
	fine=$(mh job run q fine)
	tick
	[ "$(alerts overdue)" -eq 0 ]
	sql "UPDATE policy SET expected_us = 5, check_us = 5
	    WHERE run = (SELECT id FROM run WHERE task_id = '$late')"
	tick
	tick
	[ "$(alerts overdue)" -eq 1 ]
	[ "$(sql "SELECT count(*) FROM policy WHERE overdue_us > 0")" -eq 1 ]
	grep -q "overdue.*run=$late.*outcome=queued" "$BATS_TEST_TMPDIR/ticker.log"
	# A run that succeeds late was told of; one in time is not.
	consume -- true
	consume -- true
	tick
	[ "$(alerts overdue)" -eq 1 ]
	[ "$(of "$fine" .outcome)" = succeeded ]
}

@test "the fields of a job: add, set, show, import, and what is refused" {
	job j --max-runtime 90s --expect-within 5m
	[[ $(mh job show q j) == *'expect within  300 s'* ]]
	[ "$(mh job show q j --json | jq -c '[.max_runtime, .expect_within]')" = '[90,300]' ]
	mh job set q j expect_within=60
	[ "$(mh job show q j --json | jq -c '[.max_runtime, .expect_within]')" = '[90,60]' ]
	mh job set q j expect_within=null
	[ "$(mh job show q j --json | jq -c '[.max_runtime, .expect_within]')" = '[90,null]' ]
	for bad in 0 -1 1.5 '"1h"' 3155760001 true '[]'; do
		run -65 mh job set q j "expect_within=$bad"
		[[ $output == *expect_within* ]]
	done
	run -64 mh job add q --id k --date 2099-01-01 --expect-within 0.5s
	echo '{"queue_name":"q","job_id":"l","trigger":"date","run_date":"2099-01-01","expect_within":7}' |
	    mh job add --json - >/dev/null
	[ "$(mh job show q l --json | jq .expect_within)" = 7 ]
	# What was claimed keeps what its job asked for then.
	mh job set q j expect_within=60
	mh job run q j >/dev/null
	mh job set q j expect_within=null max_runtime=null
	mh job delete q j >/dev/null
	[ "$(sql 'SELECT max_runtime_us, expected_us > 0 FROM policy')" = '90000000|1' ]
}

# A job q/$1 whose work is tried again: $2 is its retry_failed.
again() {
	echo '{"queue_name":"q","job_id":"'"$1"'","trigger":"date","run_date":"2099-01-01","retry_failed":'"$2"'}' |
	    mh job add --json - >/dev/null
}

# What waits becomes due.
due() {
	sql 'UPDATE message SET until_us = 1 WHERE until_us IS NOT NULL AND lease IS NULL;
	    UPDATE outbox SET next_us = 1 WHERE next_us IS NOT NULL'
}

@test "retry_failed: consume tries as often as the job says, then it is dead" {
	again j '{"max_attempts":3,"base":1000,"cap":1000}'
	id=$(mh job run q j)
	run consume -- false
	[[ $output == *', attempt 1 of 3; it is tried again by its retry_failed' ]]
	[ "$(of "$id" '[.outcome, .attempts] | tojson')" = '["queued",1]' ]
	[ "$(sql "SELECT state, until_us > 0, lease IS NULL FROM message")" = '1|1|1' ]
	due
	consume --quiet -- false || :
	due
	run consume -- false
	[[ $output == *', attempt 3 of 3; it is a dead letter now' ]]
	[ "$(of "$id" '[.outcome, .attempts] | tojson')" = '["dead",3]' ]
	[[ $(mh why q j "$(of "$id" .slot)") == *'(attempt 3 of 3); it is a dead letter'* ]]
	# Replayed, it has as many attempts again.
	mh dead replay q --all >/dev/null
	consume --quiet -- false || :
	[ "$(of "$id" .outcome)" = queued ]
	due
	consume -- true
	[ "$(of "$id" '[.outcome, .attempts] | tojson')" = '["succeeded",5]' ]
	mh audit >/dev/null
}

@test "retry_failed: the wait is random, within what base and cap allow" {
	again j '{"max_attempts":1000,"base":100,"cap":150}'
	id=$(mh job run q j)
	for max in 100 150 150; do
		consume --quiet -- false || :
		[ "$(sql "SELECT until_us / 1000000 - unixepoch() <= $max,
		    until_us / 1000000 - unixepoch() >= -2 FROM message")" = '1|1' ]
		due
	done
	# A message without a job's retry_failed, as before.
	job plain
	mh job run q plain >/dev/null
	consume --quiet -- true
	run consume --retry-after 7s -- false
	[[ $output == *', attempt 1 of 2; it is tried again in 7 s' ]]
}

@test "retry_failed: a lease that lapses waits, and counts" {
	again j '{"max_attempts":2,"base":1000,"cap":1000}'
	id=$(mh job run q j)
	for outcome in queued dead; do
		sql "UPDATE message SET state = 1, attempt = attempt + 1, lease = '1-x', until_us = 1;
		    UPDATE work SET outcome = 'running', attempts = attempts + 1"
		consume -- true
		[ "$(of "$id" '[.outcome, .error] | tojson')" = "[\"$outcome\",\"lease expired\"]" ]
		[ "$outcome" = dead ] || [ "$(sql 'SELECT state, until_us > 1 FROM message')" = '1|1' ]
	done
	[ "$(sql 'SELECT state FROM message')" = 2 ]
}

@test "retry_failed: broker = command, apart from retry" {
	printf '%s\n' 'command "work" {' 'command = {"/bin/sh", "-c", "cat >/dev/null; exit 3"}' '}' \
	    'queue "q" {' 'broker = command' '}' >>"$CONF"
	echo '{"queue_name":"q","job_id":"j","trigger":"date","run_date":"2099-01-01",
	    "retry":{"max_attempts":1},"retry_failed":{"max_attempts":3,"base":500,"cap":500}}' |
	    mh job add --json - >/dev/null
	id=$(mh job run q j)
	for n in 1 2; do
		tick
		[ "$(of "$id" '[.state, .outcome, .attempts, .status] | tojson')" = "[\"due\",\"queued\",$n,3]" ]
		tick
		[ "$(of "$id" .attempts)" = "$n" ]
		due
	done
	tick
	[ "$(of "$id" '[.state, .outcome, .attempts, .reason] | tojson')" \
	    = '["dead","dead",3,"attempt 3 of 3 failed: exit 3"]' ]
	[ "$(sql 'SELECT count(*) FROM attempt')" -eq 3 ]
	# By hand, as often again.
	mh dead replay q --all >/dev/null
	tick
	[ "$(of "$id" '[.state, .outcome] | tojson')" = '["due","queued"]' ]
}

@test "retry_failed: show, set, and what is refused" {
	again j '{"max_attempts":3}'
	[ "$(mh job show q j --json | jq -c .retry_failed)" = '{"max_attempts":3}' ]
	[[ $(mh job show q j) == *'retry failed   {"max_attempts":3}'* ]]
	mh job set q j 'retry_failed={"base":2,"cap":9}'
	[ "$(mh job show q j --json | jq -c .retry_failed)" = '{"base":2,"cap":9}' ]
	mh job set q j retry_failed=null
	[ "$(mh job show q j --json | jq -c .retry_failed)" = null ]
	for bad in '{"max_attempts":0}' '{"max_attempts":1001}' '{"base":-1}' '{"max_age":1}' '{"x":1}' 3 '"a"'; do
		run -65 mh job set q j "retry_failed=$bad"
		[[ $output == *retry_failed* ]]
	done
	[ "$(mh job show q j --json | jq -c .retry_failed)" = null ]
}

@test "retry_failed: what a worker reports as failed is sent to its broker again" {
	load ../support/cgi.bash
	export MINUTEHAND_CONF=$CONF
	conf=$CONF token=$TOKEN
	printf '%s\n' 'redis "down" {' 'port = 1' '}' 'queue "r" {' 'broker = redis' '}' >>"$conf"
	echo '{"queue_name":"r","job_id":"j","trigger":"date","run_date":"2099-01-01","kwargs":{"x":1},
	    "priority":3,"retry_failed":{"max_attempts":2,"base":100,"cap":100}}' |
	    mh job add --json - >/dev/null
	id=$(mh job run r j)
	sql "DELETE FROM outbox; UPDATE run SET state = 'sent'"
	mh job delete r j >/dev/null
	post "/v1/runs/$id/fail" '{"error":"no disk"}'
	status_is 200
	[ "$(field .outcome)" = queued ]
	[ "$(of "$id" '[.state, .outcome, .error] | tojson')" = '["due","queued","no disk"]' ]
	[ "$(sql 'SELECT kwargs, priority, next_us > 0, attempt FROM outbox')" = '{"x":1}|3|1|1' ]
	# Nothing is sent twice for one report.
	post "/v1/runs/$id/fail" '{"error":"no disk"}'
	status_is 409
	sql "DELETE FROM outbox; UPDATE run SET state = 'sent'"
	post "/v1/runs/$id/fail" '{"error":"still"}'
	[ "$(field .outcome)" = failed ]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 0 ]
	[ "$(of "$id" '[.state, .outcome, .attempts] | tojson')" = '["sent","failed",2]' ]
	# A message of the embedded queue is put back, and its lease is void.
	again e '{"max_attempts":2,"base":100,"cap":100}'
	id=$(mh job run q e)
	post /v1/queues/q/lease '{}'
	lease=$(field .messages[0].lease)
	post "/v1/runs/$id/fail" '{"error":"mine"}'
	[ "$(field .outcome)" = queued ]
	[ "$(sql 'SELECT state, lease IS NULL, until_us > 0, reason FROM message')" = '1|1|1|mine' ]
	post /v1/queues/q/ack "{\"leases\":[\"$lease\"]}"
	[ "$(field .lapsed)" = 1 ]
	# The worker says when.
	due
	post /v1/queues/q/lease '{}'
	post /v1/queues/q/nack "{\"leases\":[\"$(field .messages[0].lease)\"],\"delay_seconds\":7}"
	[ "$(sql 'SELECT state FROM message')" = 2 ]
}
