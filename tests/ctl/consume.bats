#!/usr/bin/env bats
# shellcheck disable=SC2016
# minutehand consume: the end of a message after success, failure or a kill.

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
}

@test "exit 0: every message is processed once, and removed" {
	for _ in 1 2 3; do send q; done
	run "$MH" consume q -- sh -c 'cat; echo'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == '{"task_id":'*'"queue_name":"q"'* ]]
	[ -z "$("$MH" queue peek q)" ]
}

@test "an empty queue is not an error" {
	"$MH" job add q --id j --every 1d >/dev/null
	run "$MH" consume q -- false
	[ "$status" -eq 0 ]
}

@test "the ids are in the environment, with the rest of it" {
	id=$(send q)
	FOO=bar run "$MH" consume q -- sh -c \
	    'echo $FOO $MINUTEHAND_QUEUE $MINUTEHAND_JOB_ID $MINUTEHAND_TASK_ID $MINUTEHAND_ATTEMPT $MINUTEHAND_SCHEDULED_AT'
	[[ $output == "bar q sender $id 1 20"*Z ]]
}

@test "a failure is counted; the message is put back with the reason and a delay" {
	send q
	run "$MH" consume q -- sh -c 'exit 3'
	[ "$status" -eq 1 ]
	[[ $("$MH" queue peek q) == *"held   1 "*"exit 3"* ]]
	run "$MH" consume q -- cat
	[ -z "$output" ]
}

@test "a command killed by a signal is a failure" {
	send q
	run "$MH" consume q -- sh -c 'kill -9 $$'
	[ "$status" -eq 1 ]
	[[ $("$MH" queue peek q) == *"killed by signal 9"* ]]
}

@test "after max_deliveries failures it is a dead letter" {
	echo "max_deliveries = 3" >>"$CONF"
	send q
	run "$MH" consume q --quiet --retry-after 0 -- sh -c 'echo x; exit 1'
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 3 ]
	[ "$(count_state q dead)" -eq 1 ]
}

@test "exit 75: try later, and no attempt is counted" {
	send q
	run "$MH" consume q -- sh -c 'exit 75'
	[ "$status" -eq 1 ]
	[[ $("$MH" queue peek q) == *"held   0 "*"try later"* ]]
}

@test "no such command: nothing is lost, exit 69" {
	send q
	send q
	run "$MH" consume q -- /nonexistent/command
	[ "$status" -eq 69 ]
	[ "$(count_state q ready)" -eq 2 ]
	run "$MH" consume q -- sh -c /nonexistent/command
	[ "$status" -eq 69 ]
	[ "$(count_state q ready)" -eq 2 ]
	[[ $("$MH" queue peek q) != *"ready  1 "* ]]
}

@test "--max, and no command at all" {
	for _ in 1 2 3; do send q; done
	run "$MH" consume q --max 2 -- true
	[ "$status" -eq 0 ]
	[ "$(count_state q ready)" -eq 1 ]
	run "$MH" consume q
	[ "$status" -eq 64 ]
	run "$MH" consume q --
	[ "$status" -eq 64 ]
}

@test "--parallel: maximum of commands at once" {
	for _ in 1 2 3 4; do send q; done
	start=$(date +%s%N)
	"$MH" consume q --parallel 4 -- sleep 4
	# One by one it would be 16 s.
	[ $((($(date +%s%N) - start) / 1000000)) -lt 10000 ]
}

@test "--wait: waits for a late message" {
	"$MH" job add q --id j --every 1d >/dev/null
	{ sleep 0.5; send q >/dev/null; } 3>&- &
	pid=$!
	run "$MH" consume q --wait 3s --max 1 -- cat
	[ "$status" -eq 0 ]
	[[ $output == '{"task_id":'* ]]
	wait "$pid"
}

@test "a long command keeps its lease" {
	send q
	"$MH" consume q --lease 1s -- sleep 2.5 3>&- &
	pid=$!
	sleep 1.8
	run "$MH" consume q -- echo stolen
	[ -z "$output" ]
	wait "$pid"
	[ -z "$("$MH" queue peek q)" ]
}

@test "SIGTERM is passed to the command, the message is put back without an attempt" {
	send q
	"$MH" consume q -- sh -c 'trap "echo told >$HOME/told; exit 9" TERM
	    echo >$HOME/up; while :; do sleep 0.1; done' 3>&- &
	pid=$!
	while [ ! -e "$HOME/up" ]; do sleep 0.05; done
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 1 ]
	[ -e "$HOME/told" ]
	[[ $("$MH" queue peek q) == *"ready  0 "*"was stopped"* ]]
}

@test "SIGTERM: a command that still exits with 0 is done" {
	send q
	"$MH" consume q -- sh -c 'trap "exit 0" TERM
	    echo >$HOME/up; while :; do sleep 0.1; done' 3>&- &
	pid=$!
	while [ ! -e "$HOME/up" ]; do sleep 0.05; done
	kill -TERM "$pid"
	wait "$pid"
	[ -z "$("$MH" queue peek q)" ]
}

@test "kill -9 loses nothing: the lease expires" {
	send q
	"$MH" consume q --lease 1s -- sh -c 'echo >$HOME/up; exec sleep 2' 3>&- &
	pid=$!
	while [ ! -e "$HOME/up" ]; do sleep 0.05; done
	kill -9 "$pid"
	wait "$pid" || true
	sleep 1.2
	run "$MH" consume q -- sh -c 'echo again $MINUTEHAND_ATTEMPT'
	[ "$output" = "again 2" ]
}

@test "large bodies: read slowly, or not at all" {
	printf '{"queue_name":"q","trigger":"date","job_id":"big","args":["%s"]}' \
	    "$(head -c 60000 /dev/zero | tr '\0' x)" | "$MH" job add --json -
	"$MH" job run q big
	"$MH" job run q big
	run "$MH" consume q --max 1 -- sh -c 'sleep 0.3; wc -c'
	[ "$status" -eq 0 ]
	[ "$output" -gt 60000 ]
	run "$MH" consume q --max 1 -- true
	[ "$status" -eq 0 ]
}

@test "commands inherit no open file, and no blocked signal" {
	send q
	send q
	# Not by way of a shell: some block signals while they start a command.
	run "$MH" consume q --max 1 -- grep SigBlk /proc/self/status
	[[ $output == *0000000000000000 ]]
	run "$MH" consume q -- sh -c 'readlink /proc/$$/fd/*; exit 0'
	[[ $output == *pipe:* ]]
	[[ $output != *store.db* ]]
}

@test "commands get SIGXFSZ as usual" {
	id=$(send q)
	run "$MH" consume q -- awk '/^SigIgn/ { print $2 }' /proc/self/status
	# SIGXFSZ is 25.
	[ $((16#$output >> 24 & 1)) -eq 0 ]
}
