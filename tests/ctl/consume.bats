#!/usr/bin/env bats
# shellcheck disable=SC2016
# minutehand consume: what becomes of each message, whatever happens.

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
}

@test "exit 0: every message is given once, and gone" {
	for _ in 1 2 3; do send q; done
	run "$MH" consume q -- sh -c 'cat; echo'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == '{"task_id":'*'"queue_name":"q"'* ]]
	[ -z "$("$MH" queue peek q)" ]
}

@test "an empty queue is no fault" {
	"$MH" job add q --id j --every 1d >/dev/null
	run "$MH" consume q -- false
	[ "$status" -eq 0 ]
}

@test "the ids are in the environment, the rest of it too" {
	id=$(send q)
	FOO=bar run "$MH" consume q -- sh -c \
	    'echo $FOO $MINUTEHAND_QUEUE $MINUTEHAND_JOB_ID $MINUTEHAND_TASK_ID $MINUTEHAND_ATTEMPT $MINUTEHAND_SCHEDULED_AT'
	[[ $output == "bar q sender $id 1 20"*Z ]]
}

@test "a failure counts, is put back with its reason, and waits" {
	send q
	run "$MH" consume q -- sh -c 'exit 3'
	[ "$status" -eq 1 ]
	[[ $("$MH" queue peek q) == *"held   1 "*"exit 3"* ]]
	run "$MH" consume q -- cat
	[ -z "$output" ]
}

@test "so does a command killed by a signal" {
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

@test "exit 75: try later, and it does not count" {
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

@test "--parallel: so many at once" {
	for _ in 1 2 3 4; do send q; done
	start=$(date +%s%N)
	"$MH" consume q --parallel 4 -- sleep 1
	[ $((($(date +%s%N) - start) / 1000000)) -lt 2500 ]
}

@test "--wait: stays for a message that comes late" {
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

@test "SIGTERM: the command is told, the message is put back for free" {
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

@test "SIGTERM: a command that still ends well is done" {
	send q
	"$MH" consume q -- sh -c 'trap "exit 0" TERM
	    echo >$HOME/up; while :; do sleep 0.1; done' 3>&- &
	pid=$!
	while [ ! -e "$HOME/up" ]; do sleep 0.05; done
	kill -TERM "$pid"
	wait "$pid"
	[ -z "$("$MH" queue peek q)" ]
}

@test "kill -9 loses nothing: the lease lapses" {
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

@test "commands inherit no file of ours, and no blocked signal" {
	send q
	send q
	# Not by way of a shell: some block signals while they start a command.
	run "$MH" consume q --max 1 -- grep SigBlk /proc/self/status
	[[ $output == *0000000000000000 ]]
	run "$MH" consume q -- sh -c 'readlink /proc/$$/fd/*; exit 0'
	[[ $output == *pipe:* ]]
	[[ $output != *store.db* ]]
}

@test "commands meet a file size limit as any program does" {
	id=$(send q)
	run "$MH" consume q -- awk '/^SigIgn/ { print $2 }' /proc/self/status
	# SIGXFSZ is 25.
	[ $((16#$output >> 24 & 1)) -eq 0 ]
}
