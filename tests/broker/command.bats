#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2154 # programs are written in quotes; helper.bash sets what is used here
# Queues whose messages are given to a local program, by real ticks.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	work=$BATS_TEST_TMPDIR/work
	told=$BATS_TEST_TMPDIR/told
	: >"$told"
	program 'cat >>"$told"; echo >>"$told"'
	section 'timeout = "20s"'
	printf 'queue "cmd*" {\n\tbroker = "command"\n}\n' >>"$CONF"
}

# program LINE…: what is run for each message.
program() {
	{
		echo '#!/bin/sh'
		printf 'told=%s\n' "$told"
		printf '%s\n' "$@"
	} >"$work"
	chmod 755 "$work"
}

# section OPTION…: of the program, in place of the one before.
section() {
	sed -i '/^command "work" {$/,/^}$/d' "$CONF"
	{
		echo 'command "work" {'
		printf '\t%s\n' "command = {\"$work\", \"a b\"}" "$@"
		echo '}'
	} >>"$CONF"
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# job ID [MEMBER…]: a job in JSON whose one slot is over.
job() {
	local id=$1
	shift
	jq -nc '{queue_name: "cmd", trigger: "date", job_id: $id,
	    run_date: "2020-01-01", kwargs: {x: 1}} + ($ARGS.positional |
	    map(fromjson) | add // {})' --arg id "$id" --args "$@" \
	    >"$BATS_TEST_TMPDIR/job.json"
	"$MINUTEHAND" job add --json "$BATS_TEST_TMPDIR/job.json"
}

# The run of a job, in the words of a column.
run_of() {
	sql "SELECT $2 FROM run WHERE job_id = '$1' ORDER BY id DESC LIMIT 1"
}

run_is() {
	[ "$(run_of "$1" state)" = "$2" ]
}

# So many seconds from now, not again before.
waits() {
	echo $(($(sql 'SELECT next_us / 1000000 FROM outbox') - $(date +%s)))
}

again() {
	sql 'UPDATE outbox SET next_us = 0; UPDATE endpoint SET next_us = 0'
	tick
}

# lines_are N FILE: it has that many, or more.
lines_are() {
	[ "$(wc -l <"$2")" -ge "$1" ]
}

@test "the program gets the message on its standard input, and is run once" {
	job one
	tick
	[ "$(run_of one state)" = sent ]
	[ "$(jq -c '[.queue_name, .job_id, .scheduled_at, .attempt, .args, .kwargs]' "$told")" = '["cmd","one","2020-01-01T00:00:00Z",1,[],{"x":1}]' ]
	[ "$(jq -r .task_id "$told")" = "$(run_of one task_id)" ]
	tick
	[ "$(wc -l <"$told")" -eq 1 ]
	[ "$(sql 'SELECT count(*) FROM outbox')" = 0 ]
}

@test "its arguments and environment are those of consume, without passwords" {
	program 'printf "%s\n" "$@" >>"$told"' \
	    'env | grep -E "^(MINUTEHAND_[AJMQST]|SECRET|MINE)" | sort >>"$told"'
	printf 'render_key "r" {\n\tenv = "SECRET"\n}\n' >>"$CONF"
	job one
	SECRET=canary MINE=1 "$TICKER" --once
	id=$(run_of one task_id)
	diff - "$told" <<-END
		a b
		MINE=1
		MINUTEHAND_ATTEMPT=1
		MINUTEHAND_JOB_ID=one
		MINUTEHAND_MESSAGE_ID=$id
		MINUTEHAND_QUEUE=cmd
		MINUTEHAND_SCHEDULED_AT=2020-01-01T00:00:00Z
		MINUTEHAND_TASK_ID=$id
	END
}

@test "a failure is tried again, under the same id, by the retry of the job" {
	program 'cat >>"$told"; echo >>"$told"' 'echo "no such user" >&2' 'exit 3'
	job one '{"retry": {"base": 7, "cap": 7}}'
	tick
	[ "$(run_of one state)" = due ]
	[ "$(run_of one reason)" = 'attempt 1: exit 3: no such user' ]
	[ "$(waits)" -le 7 ]
	again
	[ "$(run_of one reason)" = 'attempt 2: exit 3: no such user' ]
	[ "$(jq -r .task_id "$told" | sort -u | wc -l)" -eq 1 ]
	[ "$(jq -c .attempt "$told" | paste -sd ,)" = 1,2 ]
	program 'cat >>"$told"; echo >>"$told"'
	again
	[ "$(run_of one state)" = sent ]
	[ "$(wc -l <"$told")" -eq 3 ]
}

@test "after its attempts it is a dead letter, which is replayed or purged" {
	program 'echo x >>"$told"; exit 1'
	job one '{"retry": {"max_attempts": 2, "base": 1}}'
	tick
	again
	[ "$(run_of one state)" = dead ]
	[[ $(run_of one reason) == *'attempt 2 was the last: exit 1' ]]
	again
	[ "$(wc -l <"$told")" -eq 2 ]
	id=$(run_of one task_id)
	program 'echo x >>"$told"'
	"$MINUTEHAND" dead replay cmd "$id"
	tick
	[ "$(run_of one state)" = sent ]
	[ "$(wc -l <"$told")" -eq 3 ]
}

@test "exit 75 and a missing program are no attempts" {
	program 'exit 75'
	job one '{"retry": {"max_attempts": 1}}'
	tick
	[ "$(run_of one state)" = due ]
	[[ $(run_of one reason) == *'asks to try later (exit 75)'* ]]
	[ "$(waits)" -ge 50 ]
	program 'exit 127'
	again
	[ "$(run_of one state)" = due ]
	[[ $(run_of one reason) == *'cannot be run (exit 127)'* ]]
	program 'cat >>"$told"; echo >>"$told"'
	again
	[ "$(run_of one state)" = sent ]
	[ "$(jq -c .attempt "$told")" = 1 ]
}

@test "without the program its messages wait, and it is tried less often" {
	rm "$work"
	job one
	run "$TICKER" --once
	[ "$(run_of one state)" = due ]
	[[ $(sql "SELECT reason FROM endpoint WHERE name = 'command:work'") == *"No such file"* ]]
	[ "$(sql 'SELECT fails FROM endpoint')" = 1 ]
	program 'exit 0'
	again
	[ "$(run_of one state)" = sent ]
}

@test "a program that takes too long is ended, with all it has started" {
	section 'timeout = "1s"'
	program 'echo $$ >"$told"' 'sleep 300 & wait'
	job one
	tick
	[ "$(run_of one reason)" = 'attempt 1: took longer than 1 s' ]
	run ! pgrep -r R,S,D,T -g "$(cat "$told")"
	# One that does not hear of it is killed.
	program 'trap "" TERM' 'echo $$ >"$told"' \
	    'while :; do sleep 1; done'
	start=$(date +%s)
	again
	[ "$(run_of one reason)" = 'attempt 2: took longer than 1 s' ]
	[ $(($(date +%s) - start)) -ge 5 ]
	run ! pgrep -r R,S,D,T -g "$(cat "$told")"
}

@test "a program that prints without end is ended, too, and what it started" {
	section 'timeout = "1s"'
	program 'exec yes'
	job one
	start=$(date +%s)
	tick
	[[ $(run_of one reason) == 'attempt 1: took longer than 1 s'* ]]
	# It has done its work; what it leaves behind prints on.
	program 'echo $$ >"$told"' 'yes &' 'exit 0'
	again
	[ "$(run_of one state)" = sent ]
	[ $(($(date +%s) - start)) -lt 60 ]
	run ! pgrep -r R,S,D,T -g "$(cat "$told")"
}

@test "a program that is killed has failed" {
	program 'kill -9 $$'
	job one
	tick
	[ "$(run_of one reason)" = 'attempt 1: killed by signal 9' ]
}

@test "of long output the beginning is kept, and nothing blocks on it" {
	program 'head -c 3000000 /dev/zero | tr "\0" y' 'exit 4'
	job one
	tick
	[[ $(run_of one reason) =~ ^attempt\ 1:\ exit\ 4:\ y{200}$ ]]
	# Nor for what it leaves behind with its output open.
	program 'sleep 60 &' 'exit 0'
	start=$(date +%s)
	again
	[ "$(run_of one state)" = sent ]
	[ $(($(date +%s) - start)) -lt 20 ]
}

@test "a message that is not read is no failure; a long one arrives complete" {
	program 'exec 0<&-' 'exit 0'
	job one
	tick
	[ "$(run_of one state)" = sent ]
	program 'sleep 0.2; jq -r ".kwargs.x | length" >>"$told"'
	job big "$(jq -nc '{kwargs: {x: ("y" * 65500)}}')"
	tick
	[ "$(cat "$told")" = 65500 ]
}

@test "SIGTERM of the ticker ends running programs, which is no attempt" {
	program 'echo $$ >"$told"' 'sleep 300 & wait'
	job one '{"retry": {"max_attempts": 1}}'
	"$TICKER" --window 60s 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&- &
	pid=$!
	wait_for 20 lines_are 1 "$told"
	kill -TERM "$pid"
	wait_for 5 is_gone "$pid"
	wait "$pid"
	wait_for 5 run ! pgrep -r R,S,D,T -g "$(cat "$told")"
	[ "$(run_of one state)" = due ]
	[ "$(run_of one reason)" = 'waiting: the ticker was stopped' ]
	program 'exit 0'
	again
	[ "$(run_of one state)" = sent ]
}

@test "two ticks at once run it once" {
	program 'cat >>"$told"; echo >>"$told"' 'sleep 0.3'
	for i in 1 2 3 4 5; do job "j$i"; done
	pids=()
	for _ in 1 2 3; do
		"$TICKER" --once 2>/dev/null 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	for _ in 1 2 3 4 5; do tick; done
	[ "$(jq -r .job_id "$told" | sort | paste -sd ,)" = j1,j2,j3,j4,j5 ]
}

@test "a tick that is killed leaves its message, which is run again" {
	program 'cat >>"$told"; echo >>"$told"' 'sleep 2'
	job one
	"$TICKER" --window 60s 2>/dev/null 3>&- &
	pid=$!
	wait_for 20 lines_are 1 "$told"
	kill -KILL "$pid"
	wait "$pid" || true
	sql 'UPDATE endpoint SET lease_us = 0'
	tick
	[ "$(run_of one state)" = sent ]
	[ "$(jq -r .task_id "$told" | sort -u | wc -l)" -eq 1 ]
	[ "$(wc -l <"$told")" -eq 2 ]
}

@test "parallel says how many run at once" {
	section 'parallel = 3'
	program 'echo $$ >>"$told"' \
	    'n=0; while [ "$(wc -l <"$told")" -lt 3 ] && [ $n -lt 100 ]; do' \
	    'n=$((n + 1)); sleep 0.1; done; [ $n -lt 100 ]'
	for i in 1 2 3; do job "j$i"; done
	tick
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'sent'")" = 3 ]
}

@test "a program that others can write is not run" {
	job one
	chmod 777 "$work"
	run -78 "$TICKER" --once
	[[ $output == *'option \"command\"'*'mode 0777'* ]]
	[ ! -s "$told" ]
}

@test "doctor and queue test report its errors" {
	run "$MINUTEHAND" queue test cmd
	[ "$status" -eq 0 ]
	[[ $output == *'command at command:work'*arrived* ]]
	[ "$(wc -l <"$told")" -eq 1 ]
	program 'echo oops; exit 9'
	run -1 "$MINUTEHAND" queue test cmd
	[[ $output == *'exit 9: oops'* ]]
	run "$MINUTEHAND" doctor
	[[ $output == *'1, all of them can be reached'* ]]
	rm "$work"
	run "$MINUTEHAND" doctor
	[[ $output == *"command:work: $work: No such file"* ]]
}

@test "errors in the configuration are reported" {
	section
	sed -i '/^\tcommand = /d' "$CONF"
	run -78 "$TICKER" --once
	[[ $output == *'section command \"work\": needs a command'* ]]
	sed -i '/^command "work" {$/,/^}$/d' "$CONF"
	run -78 "$TICKER" --once
	[[ $output == *'command needs a section command'* ]]
}
