#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # programs in quotes; each test is a subshell
# minutehand consume as a crontab runs it: an end of its own, a limited number
# of processes, one line per failure, queues that do not exist, and no secret in
# the environment of the command.

bats_require_minimum_version 1.5.0

setup() {
	source "$BATS_TEST_DIRNAME/../support/ctl.bash"
	fresh_home
	OUT=$BATS_TEST_TMPDIR/out
	ERR=$BATS_TEST_TMPDIR/err
	mkdir "$OUT"
	export OUT MH
	PIDS=()
}

teardown() {
	local pid
	touch "$OUT/go"
	for pid in "${PIDS[@]}"; do stop_pid "$pid"; done
}

# consume QUEUE OPTION…: in the background, with a command that says that it
# runs and waits until it may end.
consume() {
	"$MH" consume "$@" --verbose -- sh -c ': >"$OUT/up.$PPID"
	    while [ ! -e "$OUT/go" ]; do sleep 0.05; done' \
	    3>&- 2>>"$ERR" &
	PIDS+=($!)
}

is_up() {
	[ -e "$OUT/up.$1" ]
}

# How many of our consumers run.
running() {
	local pid n=0
	for pid in "${PIDS[@]}"; do
		if is_running "$pid"; then n=$((n + 1)); fi
	done
	echo "$n"
}

running_is() {
	[ "$(running)" -eq "$1" ]
}

has_lines() {
	[ "$(grep -c '' "$2")" -ge "$1" ]
}

known() {
	"$MH" job add "$1" --id known --every 1d >/dev/null
}

@test "--for: it ends although the queue is never empty" {
	send q
	run -0 "$MH" consume q --for 2s -- sh -c \
	    '"$MH" job run q sender >/dev/null; echo >>"$OUT/n"'
	[ "$(count_state q ready)" -eq 1 ]
	[ "$(grep -c '' "$OUT/n")" -ge 1 ]
	# Nor does one with --wait.
	run -0 "$MH" consume q --for 2s --wait 1h -- sh -c \
	    '"$MH" job run q sender >/dev/null'
	[ "$(count_state q ready)" -eq 1 ]
}

@test "--for: it ends with an empty queue" {
	known q
	run -0 "$MH" consume q --for 1s -- false
	[ -z "$output" ]
	run -0 "$MH" consume q --for 1h --wait 0 -- false
	[ -z "$output" ]
}

@test "--for: the running command ends first, and is acknowledged" {
	for _ in 1 2 3; do send q; done
	run -0 "$MH" consume q --for 1s -- sh -c \
	    'echo begin >>"$OUT/n"; sleep 2; echo end >>"$OUT/n"'
	[ "$(paste -sd ' ' "$OUT/n")" = 'begin end' ]
	[ "$(count_state q ready)" -eq 2 ]
	[ "$(count_state q held)" -eq 0 ]
}

@test "--for: the exit status is that of the commands" {
	send q
	run -1 "$MH" consume q --for 1s -- false
	send q
	run -69 "$MH" consume q --for 1h -- /nonexistent/command
	run -64 "$MH" consume q --for 0 -- true
	[[ $output == *'--for: must be at least 1s'* ]]
	run -64 "$MH" consume q --for soon -- true
	run -64 "$MH" consume q --max-workers 0 -- true
	run -64 "$MH" consume q --quiet --verbose -- true
}

@test "a message that arrives while it waits is consumed by the same process" {
	known q
	# One process does all of them: each came before the next pass was due.
	"$MH" consume q --for 10m --max-workers 2 -- sh -c \
	    'echo "$PPID" >>"$OUT/n"' 3>&- &
	PIDS+=($!)
	for i in 1 2 3; do
		send q
		wait_for 60 has_lines "$i" "$OUT/n"
	done
	[ "$(sort -u "$OUT/n")" = "${PIDS[0]}" ]
	running_is 1
}

@test "--max-workers: at most N processes, the others end at once with 0" {
	for _ in 1 2 3 4 5; do send q; done
	for _ in 1 2 3 4 5; do consume q --max 1 --max-workers 2; done
	wait_for 60 running_is 2
	wait_for 60 has_lines 3 "$ERR"
	[ "$(sort -u "$ERR")" = 'minutehand: q: 2 other processes consume it' ]
	# It is silent without --verbose.
	run -0 "$MH" consume q --max-workers 2 -- touch "$OUT/never"
	[ -z "$output" ]
	[ ! -e "$OUT/never" ]
	running_is 2
	# Another queue has a number of its own.
	send other
	run -0 "$MH" consume other --max-workers 1 -- touch "$OUT/other"
	[ -e "$OUT/other" ]
	touch "$OUT/go"
	status=0
	for pid in "${PIDS[@]}"; do wait "$pid" || status=$?; done
	[ "$status" -eq 0 ]
	[ "$(count_state q ready)" -eq 3 ]
	# All have gone: their places are free.
	run -0 "$MH" consume q --max-workers 1 --max 1 -- touch "$OUT/again"
	[ -e "$OUT/again" ]
}

@test "--max-workers: a process killed by kill -9 is not counted, nor is its command" {
	for _ in 1 2 3; do send q; done
	consume q --max-workers 1 --lease 1h
	wait_for 60 is_up "${PIDS[0]}"
	run -0 "$MH" consume q --max-workers 1 -- touch "$OUT/never"
	[ ! -e "$OUT/never" ]
	kill -KILL "${PIDS[0]}"
	wait "${PIDS[0]}" || true
	# Its command still runs, and has none of our files.
	consume q --max-workers 1
	wait_for 60 is_up "${PIDS[1]}"
	running_is 1
}

@test "--max-workers: consumers without it count, and different numbers agree" {
	for _ in 1 2 3 4 5; do send q; done
	consume q
	wait_for 60 is_up "${PIDS[0]}"
	consume q --max-workers 3
	wait_for 60 is_up "${PIDS[1]}"
	for n in 1 2; do
		run -0 "$MH" consume q --max-workers "$n" -- touch "$OUT/never"
		[ ! -e "$OUT/never" ]
	done
	# The first slot becomes free; one still runs.
	kill -TERM "${PIDS[0]}"
	wait "${PIDS[0]}" || true
	run -0 "$MH" consume q --max-workers 1 -- touch "$OUT/never"
	[ ! -e "$OUT/never" ]
	run -0 "$MH" consume q --max-workers 2 --max 1 -- touch "$OUT/yes"
	[ -e "$OUT/yes" ]
}

@test "--max-workers: a process stopped while it counts does not delay others for long" {
	known q
	"$MH" consume q -- true
	file=$STORE-consumers
	[ ! -s "$file" ]
	[ "$(stat -c %a "$file")" = 600 ]
	# Lock the whole file, as all regions at once being chosen.
	python3 - "$file" "$OUT/locked" 3>&- <<-'END' &
		import fcntl, sys, time
		f = open(sys.argv[1], "r+b")
		fcntl.lockf(f, fcntl.LOCK_EX)
		open(sys.argv[2], "w")
		time.sleep(600)
	END
	PIDS+=($!)
	wait_for 60 test -e "$OUT/locked"
	run -75 "$MH" consume q --max-workers 1 -- true
	[[ $output == *'try again later'* ]]
	# Without a limit it is not needed.
	send q
	run -0 "$MH" consume q -- touch "$OUT/done"
	[ -e "$OUT/done" ]
	rm "$file"
	ln -s /dev/null "$file"
	run -69 "$MH" consume q --max-workers 1 -- true
	[[ $output == *'store.db-consumers: '*'--max-workers needs it' ]]
}

@test "a failed command is one line, which says what happens next" {
	echo 'max_deliveries = 2' >>"$CONF"
	id=$(send q)
	run -1 --separate-stderr "$MH" consume q -- sh -c 'echo out; exit 3'
	[ "$output" = out ]
	[[ $stderr =~ ^minutehand:\ q:\ message\ [0-9]+,\ run\ $id:\ exit\ 3,\ attempt\ 1\ of\ 2\;\ it\ is\ tried\ again\ in\ 60\ s$ ]]
	sqlite3 "$STORE" 'UPDATE message SET until_us = 1'
	run -1 --separate-stderr "$MH" consume q -- sh -c 'kill -9 $$'
	[[ $stderr == *": killed by signal 9, attempt 2 of 2; it is a dead letter now" ]]
	send q
	run -1 --separate-stderr "$MH" consume q --max 1 --retry-after 0 -- false
	[[ $stderr == *"exit 1, attempt 1 of 2; it is tried again at once" ]]
	# What succeeds is silent.
	run -0 --separate-stderr "$MH" consume q -- true
	[ -z "$stderr" ]
}

@test "--quiet prints no such line; exit 75 is one with --verbose only" {
	send q
	run -1 --separate-stderr "$MH" consume q --quiet -- sh -c 'exit 3'
	[ -z "$stderr" ]
	send q
	run -1 --separate-stderr "$MH" consume q --max 1 -- sh -c 'exit 75'
	[ -z "$stderr" ]
	send q
	run -1 --separate-stderr "$MH" consume q --max 1 --verbose -- sh -c 'exit 75'
	[[ ${stderr_lines[0]} == *"(exit 75), not counted; it is tried again in 60 s" ]]
	[ "${stderr_lines[1]}" = '0 done, 1 put back, 0 lapsed' ]
	# A command that does not exist is no failure to be quiet about.
	send q
	run -69 --separate-stderr "$MH" consume q --quiet -- /nonexistent/command
	[[ $stderr == *'/nonexistent/command: '* ]]
}

@test "text in a message cannot write to the terminal" {
	printf '{"queue_name":"q","msg_body":{"task_id":"\\u001b[2Jx"}}' >"$OUT/body"
	send q
	sqlite3 "$STORE" "UPDATE message SET body = json_set(body, '\$.task_id', char(27) || '[2J' || char(10) || 'x')"
	run -1 --separate-stderr "$MH" consume q -- false
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr != *$'\e'* ]]
}

@test "a queue that does not exist is an error, with a suggestion" {
	known mail
	run -1 "$MH" consume mayl --for 1h -- touch "$OUT/never"
	[[ $output == 'minutehand: mayl: no such queue: '*'; did you mean mail?' ]]
	run -1 "$MH" consume Mail -- true
	[[ $output == *'did you mean mail?' ]]
	run -1 "$MH" consume unlike -- true
	[[ $output == *'no such queue'* && $output != *'did you mean'* ]]
	# Asking did not make it known.
	run -1 "$MH" consume unlike -- true
	printf 'queue "reports" {\n}\nqueue "batch-*" {\n}\n' >>"$CONF"
	run -1 "$MH" consume report -- true
	[[ $output == *'did you mean reports?' ]]
	for q in reports batch-1; do
		run -0 "$MH" consume "$q" -- true
	done
}

@test "a queue that has existed is no error" {
	# Its job and its message are gone, its run is not.
	send q
	"$MH" queue clear q --yes >/dev/null
	"$MH" job delete q sender
	run -0 "$MH" consume q -- true
	# Its consumer was there before its run was pruned.
	sqlite3 "$STORE" 'DELETE FROM run; DELETE FROM run_pruned'
	run -0 "$MH" consume q -- true
	# One of the memory store.
	"$MH" job add m --id m --every 1d --memory
	run -0 "$MH" consume m -- true
	# One that was only paused.
	"$MH" queue pause p
	run -0 "$MH" consume p -- true
}

@test "secrets in the environment are not passed to the command" {
	cat >>"$CONF" <<-'END'
		render_key "r" {
			env = "R_KEY"
		}
		redis "x" {
			password_env = "X_PASSWORD"
		}
		rabbitmq "y" {
			password_env = "Y_PASSWORD"
		}
	END
	send q
	R_KEY=s3cret-value X_PASSWORD=s3cret-value Y_PASSWORD=s3cret-value \
	    MINUTEHAND_TOKEN=s3cret-value R_KEY2=mine \
	    "$MH" consume q -- env >"$OUT/env"
	run -1 grep s3cret-value "$OUT/env"
	grep -qx R_KEY2=mine "$OUT/env"
	grep -qx "HOME=$HOME" "$OUT/env"
}
