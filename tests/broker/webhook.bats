#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# Queues whose messages go to a webhook, by real ticks.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	secret='whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
	log=$BATS_TEST_TMPDIR/hook.log
	: >"$log"
	start_hook
	put_secret "$secret"
	cat >>"$CONF" <<-END
		webhook "site" {
			url = "http://127.0.0.1:$port/jobs.php"
			secret = "site.secret"
			timeout = "2s"
		}
		queue "hook*" {
			broker = "webhook"
		}
	END
}

teardown() {
	[ -z "${hook_pid-}" ] || stop_pid "$hook_pid"
}

start_hook() {
	rm -f "$BATS_TEST_TMPDIR/port"
	python3 "$abs_top_srcdir/tests/support/hook.py" "$BATS_TEST_TMPDIR/port" \
	    "$log" "$secret" 3>&- &
	hook_pid=$!
	wait_for 20 test -s "$BATS_TEST_TMPDIR/port"
	port=$(cat "$BATS_TEST_TMPDIR/port")
}

put_secret() {
	echo "$1" >"$DIR/site.secret"
	chmod 600 "$DIR/site.secret"
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# What the receiver has got, in jq's words, all lines as one list.
got() {
	jq -cs "$1" "$log"
}

# say WORD…: how it answers (hook.py).
say() {
	echo "$*" >"$log.status"
}

# job ID [MEMBER…]: a job in JSON whose one slot is over.
job() {
	local id=$1
	shift
	jq -nc '{queue_name: "hooks", trigger: "date", job_id: $id,
	    run_date: "2020-01-01", kwargs: {x: 1}} + ($ARGS.positional |
	    map(fromjson) | add // {})' --arg id "$id" --args "$@" \
	    >"$BATS_TEST_TMPDIR/job.json"
	"$MINUTEHAND" job add --json "$BATS_TEST_TMPDIR/job.json"
}

# The run of a job, in the words of a column.
run_of() {
	sql "SELECT $2 FROM run WHERE job_id = '$1' ORDER BY id DESC LIMIT 1"
}

# So many seconds from now, not again before.
waits() {
	echo $(($(sql 'SELECT next_us / 1000000 FROM outbox') - $(date +%s)))
}

again() {
	sql 'UPDATE outbox SET next_us = 0; UPDATE endpoint SET next_us = 0'
	tick
}

@test "a message arrives, signed, and once" {
	job one
	tick
	[ "$(got 'length')" = 1 ]
	[ "$(got '.[0] | [.signed, .fresh, .type, .path]')" = '[true,true,"application/json","/jobs.php"]' ]
	[[ $(got '.[0].agent') =~ ^\"minutehand/[0-9.]+\"$ ]]
	id=$(run_of one task_id)
	[ "$(got '.[0] | [.id, .key, .body.task_id]')" = "[\"$id\",\"$id\",\"$id\"]" ]
	[ "$(got '.[0].body | [.queue_name, .job_id, .scheduled_at, .attempt, .args, .kwargs]')" = '["hooks","one","2020-01-01T00:00:00Z",1,[],{"x":1}]' ]
	[ "$(run_of one state)" = sent ]
	tick
	[ "$(got 'length')" = 1 ]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 0 ]
}

@test "refused for now: again later, under the same id, with Retry-After" {
	say 503 Retry-After=100
	job one
	tick
	[ "$(run_of one state)" = due ]
	[[ $(run_of one reason) =~ ^'attempt 1: 503' ]]
	at=$(waits)
	[ "$at" -ge 95 ]
	[ "$at" -le 100 ]
	tick
	[ "$(got 'length')" = 1 ]
	say 202
	again
	[ "$(run_of one state)" = sent ]
	[ "$(got 'map(.body.attempt)')" = '[1,2]' ]
	[ "$(got 'map(.key) | unique | length')" = 1 ]
	[ "$(got 'map(.signed) | all')" = true ]
}

@test "cut, or too late: it may have arrived, and is sent again with its id" {
	say cut
	job one
	tick
	[ "$(run_of one state)" = due ]
	say 200 delay=4
	again
	[ "$(run_of one state)" = due ]
	[[ $(run_of one reason) =~ ^'attempt 2: '.*'timed out' ]]
	say 200
	again
	[ "$(run_of one state)" = sent ]
	[ "$(got 'map(.key) | unique | length')" = 1 ]
	[ "$(got 'length')" = 3 ]
}

@test "410: refused, and the job is paused" {
	say 410
	"$MINUTEHAND" job add hooks --every 1s --id each
	sleep 1.1
	tick
	[ "$(run_of each state)" = refused ]
	[[ $(run_of each reason) =~ ^'410 Gone' ]]
	[ "$("$MINUTEHAND" job show hooks each --json | jq -c '[.status, .reason]')" = '["paused","410 Gone"]' ]
}

@test "a redirect is not followed" {
	say 302 "Location=http://127.0.0.1:$port/other"
	job one
	tick
	[ "$(got 'length')" = 1 ]
	[[ $(run_of one reason) =~ 'redirect, which is not followed' ]]
	[ "$(run_of one state)" = due ]
}

@test "its retry limits the attempts" {
	say 500
	job one '{"retry": {"max_attempts": 2}}'
	tick
	[ "$(run_of one state)" = due ]
	again
	[ "$(run_of one state)" = dead ]
	again
	[ "$(got 'length')" = 2 ]
}

@test "server down: it waits, and arrives when the server is back" {
	stop_pid "$hook_pid"
	hook_pid=
	job one
	tick
	[ "$(run_of one state)" = due ]
	[ "$(sql 'SELECT fails FROM endpoint')" = 1 ]
	start_hook
	sed -i "s|127.0.0.1:[0-9]*/jobs|127.0.0.1:$port/jobs|" "$CONF"
	again
	[ "$(run_of one state)" = sent ]
	[ "$(got 'map(.body.attempt)')" = '[1]' ]
}

@test "a secret that others can read is not used; a replaced one is" {
	job one
	chmod 644 "$DIR/site.secret"
	run "$TICKER" --once
	[ "$status" -eq 78 ]
	[[ $output == *'option \"secret\"'*site.secret:\ mode\ 0644* ]]
	[ "$(got 'length')" = 0 ]
	chmod 600 "$DIR/site.secret"
	# Not the receiver's: it sees that it is not.
	put_secret 'whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA='
	again
	[ "$(got 'map(.signed)')" = '[false]' ]
	put_secret "$secret"
	job two
	tick
	[ "$(got 'map(.signed)')" = '[false,true]' ]
}

@test "twenty slow requests go in parallel" {
	say 200 delay=0.5
	for i in {1..20}; do
		job "j$i"
	done
	SECONDS=0
	tick
	[ "$SECONDS" -lt 5 ]
	[ "$(got 'map(.key) | unique | length')" = 20 ]
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'sent'")" = 20 ]
}

# jq would round them: the line of the log, which is Python's, has them all.
@test "2^64-1 passes to a webhook as it is" {
	local big='{"x":18446744073709551615,"y":-9223372036854775808}'
	printf '{"queue_name":"hooks","trigger":"date","job_id":"big",
	    "run_date":"2020-01-01","args":[18446744073709551615],
	    "kwargs":%s}' "$big" >"$BATS_TEST_TMPDIR/job.json"
	"$MINUTEHAND" job add --json "$BATS_TEST_TMPDIR/job.json"
	tick
	grep -F '"args": [18446744073709551615], "kwargs": {"x": 18446744073709551615, "y": -9223372036854775808}' "$log"
	[ "$(got 'length')" = 1 ]
	printf '%s' "{\"queue_name\":\"hooks\",\"msg_body\":$big,\"task_id\":\"t\"}" |
	    as_cgi POST /funboost/publish
	tick
	grep -F '"kwargs": {"x": 18446744073709551615, "y": -9223372036854775808}' "$log" |
	    grep -F '"id": "t@hooks"'
}

# as_cgi METHOD PATH: one request of a body on standard input, with a new token.
as_cgi() {
	local body=$BATS_TEST_TMPDIR/body token
	cat >"$body"
	token=$("$MINUTEHAND" token add --json --name t --scopes read,write \
	    --queues '*' | jq -r .token)
	env -i MINUTEHAND_CONF="$CONF" REQUEST_METHOD="$1" PATH_INFO="$2" \
	    QUERY_STRING= REMOTE_ADDR=192.0.2.7 SCRIPT_NAME=/mh \
	    CONTENT_TYPE=application/json CONTENT_LENGTH="$(wc -c <"$body")" \
	    HTTP_AUTHORIZATION="Bearer $token" "$FCGI" <"$body" |
	    grep -F '"succ":true'
}
