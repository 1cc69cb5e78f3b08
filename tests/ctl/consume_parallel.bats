#!/usr/bin/env bats
# shellcheck disable=SC2016
# minutehand consume with several commands at once: failures, 75, signals,
# commands that cannot be run, several consumers of one queue.

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	OUT=$BATS_TEST_TMPDIR/out
	mkdir "$OUT"
	export OUT
}

teardown() {
	[ -z "${PID-}" ] || stop_pid "$PID"
}

# $2 messages into queue $1, numbered by their args.
fill() {
	local i
	for i in $(seq "$2"); do
		printf '%s{"queue_name":"%s","trigger":"date","job_id":"%s-%s","args":[%s]}' \
		    "$([ "$i" -eq 1 ] && echo '[' || echo ',')" "$1" "$1" "$i" "$i"
	done >"$OUT.jobs"
	echo ']' >>"$OUT.jobs"
	"$MH" job add --json "$OUT.jobs" >/dev/null
	"$TICKER" --once
}

# A field of the messages of queue $1, one a line.
peek() {
	"$MH" queue peek "$1" --limit 1000 --json | jq -r ".[] | $2"
}

has_files() {
	[ "$(find "$OUT" -type f | wc -l)" -ge "$1" ]
}

@test "each message goes to one command, once, and none is lost" {
	fill q 40
	"$MH" consume q --parallel 8 -- sh -c \
	    'id=$MINUTEHAND_TASK_ID; [ ! -e "$OUT/$id" ] && cat >"$OUT/$id"'
	[ "$(find "$OUT" -type f | wc -l)" -eq 40 ]
	[ "$(cat "$OUT"/* | jq -s 'map(.args[0]) | sort == [range(1; 41)]')" = true ]
	[ -z "$("$MH" queue peek q)" ]
}

@test "never more at once than --parallel" {
	fill q 12
	"$MH" consume q --parallel 3 -- sh -c 'mkdir "$OUT/d.$$"
	    ls -d "$OUT"/d.* | wc -l >"$OUT/n.$$"; sleep 0.1; rmdir "$OUT/d.$$"'
	[ "$(cat "$OUT"/n.* | wc -l)" -eq 12 ]
	most=$(cat "$OUT"/n.* | sort -n | tail -n 1)
	[ "$most" -le 3 ]
	[ "$most" -ge 2 ]
}

@test "each message ends by its own exit status" {
	fill q 6
	run "$MH" consume q --parallel 6 -- sh -c 'n=$(jq .args[0])
	    case $n in 1 | 2) exit 0 ;; 3) exit 7 ;; 4) exit 75 ;;
	    5) kill -9 $$ ;; 6) exit 255 ;; esac'
	[ "$status" -eq 1 ]
	[ "$(peek q '"\(.body.args[0]) \(.state) \(.attempt) \(.reason)"' | sort)" = \
"3 held 1 exit 7
4 held 0 the command asks to try later (exit 75)
5 held 1 killed by signal 9
6 held 1 exit 255" ]
}

@test "--max counts all commands together" {
	fill q 10
	run "$MH" consume q --parallel 4 --max 7 -- true
	[ "$status" -eq 0 ]
	[ "$(count_state q ready)" -eq 3 ]
	run "$MH" consume q --parallel 64 --max 1 -- true
	[ "$(count_state q ready)" -eq 2 ]
}

@test "a command that cannot be run: all is put back without an attempt, 69" {
	fill q 5
	run "$MH" consume q --parallel 5 -- sh -c \
	    'n=$(jq .args[0]); [ "$n" -ne 3 ] || exit 127; sleep 0.3'
	[ "$status" -eq 69 ]
	[[ $output == *'the command cannot be run (exit 127)'* ]]
	[ "$(peek q '"\(.state) \(.attempt)"' | sort -u)" = 'ready 0' ]
	run "$MH" consume q --parallel 5 -- sh -c 'exit 126'
	[ "$status" -eq 69 ]
	[ "$(peek q .attempt | sort -u)" = 0 ]
	[ "$("$MH" queue list --json | jq '.[0].held')" -eq 0 ]
}

@test "a failing message does not delay the others" {
	printf 'max_deliveries = 2\n' >>"$CONF"
	fill q 4
	run "$MH" consume q --parallel 2 --retry-after 0 -- sh -c \
	    'n=$(jq .args[0]); echo "$n" >>"$OUT/n"; [ "$n" -ne 1 ]'
	[ "$status" -eq 1 ]
	[ "$(sort "$OUT/n" | tr '\n' ' ')" = '1 1 2 3 4 ' ]
	[ "$(peek q .state)" = dead ]
	[[ $(peek q .reason) == *'exit 1'* ]]
}

@test "two consumers share a queue, and neither gets the other's messages" {
	fill q 30
	for k in a b; do
		"$MH" consume q --parallel 3 -- sh -c \
		    'echo "$1" >>"$OUT/$MINUTEHAND_TASK_ID"; sleep 0.02' - $k 3>&- &
		pids+=" $!"
	done
	# shellcheck disable=SC2086
	wait $pids
	[ "$(cat "$OUT"/* | wc -l)" -eq 30 ]
	[ "$(find "$OUT" -type f | wc -l)" -eq 30 ]
	[ -z "$("$MH" queue peek q)" ]
}

@test "SIGTERM, SIGINT, SIGHUP: passed to all commands, all is put back" {
	for signal in TERM INT HUP; do
		rm -f "$OUT"/*
		fill "$signal" 4
		# A shell ignores SIGINT for what it starts in the background,
		# nohup SIGHUP.
		env --default-signal=INT,HUP "$MH" consume "$signal" --parallel 3 -- sh -c \
		    'trap "exit 1" TERM INT HUP; : >"$OUT/$$"; while :; do sleep 0.05; done' \
		    3>&- 2>"$BATS_TEST_TMPDIR/err" &
		PID=$!
		wait_for 10 has_files 3
		kill -"$signal" "$PID"
		status=0
		wait "$PID" || status=$?
		PID=
		[ "$status" -eq 1 ]
		[ "$(peek "$signal" '"\(.state) \(.attempt)"' | sort | uniq -c |
		    tr -s ' ')" = ' 4 ready 0' ]
		[ "$(peek "$signal" .reason | grep -c 'was stopped')" -eq 3 ]
	done
}

@test "a second signal: commands are killed" {
	fill q 2
	"$MH" consume q --parallel 2 -- sh -c \
	    'trap "" TERM; : >"$OUT/$$"; while :; do sleep 0.05; done' 3>&- &
	PID=$!
	wait_for 10 has_files 2
	kill -TERM "$PID"
	sleep 0.2
	is_running "$PID"
	kill -TERM "$PID"
	wait_for 5 is_gone "$PID"
	wait "$PID" || status=$?
	[ "$status" -eq 1 ]
	[ "$(peek q '"\(.state) \(.attempt)"' | sort -u)" = 'ready 0' ]
	PID=
}

@test "nohup: a signal that was ignored stays so, for it and its commands" {
	fill q 1
	(trap '' HUP; exec "$MH" consume q -- sh -c ': >"$OUT/up"
	    kill -HUP $$ $PPID; sleep 0.2; : >"$OUT/end"') 3>&-
	[ -e "$OUT/end" ]
	[ -z "$("$MH" queue peek q)" ]
}

@test "the leases of all are renewed while they run" {
	fill q 3
	"$MH" consume q --parallel 3 --lease 1s -- sleep 2 3>&- &
	PID=$!
	sleep 1.6
	[ -z "$("$MH" consume q -- echo stolen)" ]
	wait "$PID"
	PID=
	[ -z "$("$MH" queue peek q)" ]
}

@test "a lost lease is reported, and the other consumer's result stands" {
	fill q 1
	"$MH" consume q --lease 1h -- sh -c ': >"$OUT/up"; sleep 1' 3>&- \
	    2>"$BATS_TEST_TMPDIR/err" &
	PID=$!
	wait_for 5 test -e "$OUT/up"
	"$MH" queue clear q --yes >/dev/null
	status=0
	wait "$PID" || status=$?
	PID=
	[ "$status" -eq 1 ]
	grep -q 'its lease had expired' "$BATS_TEST_TMPDIR/err"
}

@test "each command has the ids of its own message" {
	fill q 5
	"$MH" consume q --parallel 5 -- sh -c 'jq -r "[.task_id, .queue_name,
	    .job_id, .scheduled_at] | join(\" \")" >"$OUT/in.$MINUTEHAND_MESSAGE_ID"
	    echo "$MINUTEHAND_TASK_ID $MINUTEHAND_QUEUE $MINUTEHAND_JOB_ID" \
	        "$MINUTEHAND_SCHEDULED_AT" >"$OUT/env.$MINUTEHAND_MESSAGE_ID"
	    [ "$MINUTEHAND_ATTEMPT" = 1 ]'
	for f in "$OUT"/in.*; do
		cmp "$f" "${f/in./env.}"
	done
	[ "$(find "$OUT" -name 'in.*' | wc -l)" -eq 5 ]
}
