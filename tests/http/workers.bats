#!/usr/bin/env bats
# minutehand.fcgi -w: several processes behind one socket, that are replaced
# when they end and gone when the program is.
#
# Names come from helper.bash and webserver.bash.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
	web_start lighttpd-fastcgi
	# The one at the root of the host has answered.
	mapfile -t parents < <(pgrep -P "${WEB_PIDS[0]}" -f 'minutehand.fcgi -w 4')
}

teardown() {
	web_stop
}

workers() {
	local parent
	for parent in "${parents[@]}"; do pgrep -P "$parent"; done
}

runs() {
	[ "$(workers | wc -l)" -eq "$1" ]
}

all_gone() {
	local pid
	for pid; do
		! is_running "$pid" || return 1
	done
}

@test "-w: a worker that is killed is replaced, requests go on" {
	local pid
	wait_for 5 runs 8
	for pid in $(workers); do
		kill -KILL "$pid"
		api GET /funboost/get_all_queues -o /dev/null
	done
	wait_for 10 runs 8
	api GET /funboost/get_all_queues -o /dev/null
	grep -q 'worker-killed.*signal=9' "$WEB"/*.log "$WEB/output"
}

@test "-w: SIGTERM ends the workers, as does the death of their parent" {
	local pids pid
	wait_for 5 runs 8
	mapfile -t pids < <(workers)
	kill -TERM "${parents[0]}"
	kill -KILL "${parents[1]}"
	wait_for 10 all_gone "${pids[@]}"
}

@test "-w: refuses other than 1 to 256" {
	for n in 0 257 -1 x ''; do
		run "$FCGI" -w "$n"
		[ "$status" -eq 64 ]
		[[ "$output" == *'-w must be a number from 1 to 256'* ]]
	done
}
