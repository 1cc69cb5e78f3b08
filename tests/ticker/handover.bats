#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Runs handed over to the stand-in for Render by real ticks, to their end.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/render.bash
	cgi_setup
	stub_start start_s=1 run_s=1
	render_key_conf "$STUB_HTTPS" 'http_timeout = 1s' 'settle = 2s' >>"$conf"
	srv='srv-c3rfdgg6n88pa7t3a6ag'
}

teardown() {
	[ -z "${TICK_PID-}" ] || stop_pid "$TICK_PID"
	stub_stop
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$dir/store.db" "$1"
}

# The states of all runs, oldest first, in one line.
states() {
	sql 'SELECT group_concat(state, " ") FROM (SELECT state FROM run ORDER BY id)'
}

are() {
	[ "$(states)" = "$1" ]
}

create() {
	"$ctl" render create "$srv" -- "$@"
}

tick_start() {
	"$ticker" --window "${1:-60s}" 2>>"$BATS_TEST_TMPDIR/ticker.err" 3>&- &
	TICK_PID=$!
}

# As if nobody had come for longer than a lease lasts.
leases_end() {
	sql "UPDATE delivery SET next_us = 1 WHERE state = 'sending'"
}

launched() {
	[ "$(stub_stats .launches)" = "$1" ]
}

# Every launch was one: nothing is at Render twice.
no_doubles() {
	[ "$(stub_stats .doubles)" = 0 ]
	launched "$1"
}

@test "a job's slot: claimed, created, running, succeeded, in the ledger" {
	stub_set 'run_s=8'
	post /funboost/add_timing_job "{\"queue_name\":\"q\",\"trigger\":\"date\",
	    \"run_date\":\"2020-01-01\",\"job_id\":\"j\",\"render\":{
	    \"serviceId\":\"$srv\",\"startCommand\":\"x y\"}}"
	tick_start
	wait_for 10 are running
	wait_for 20 are succeeded
	no_doubles 1
	[ "$(sql 'SELECT queue, job_id, attempt, started_us > 0,
	    finished_us >= started_us FROM delivery
	    JOIN run ON run.id = delivery.run')" = 'q|j|1|1|1' ]
	[ "$(stub_launches)" = '{"x y":1}' ]
	[ ! -s "$BATS_TEST_TMPDIR/ticker.err" ]
}

@test "a failed job, with Render's reason" {
	stub_set 'end.oom=1&end.succeeded=0'
	id=$(create x)
	tick_start
	wait_for 20 are failed
	[[ $(sql 'SELECT reason FROM run') == *oomKilled* ]]
	[ "$("$ctl" render show "$id" --json | jq -r .status)" = failed ]
}

@test "every reason of Render's for a job's end is in the ledger" {
	local end
	local -A want=([failed]='nonZeroExit: exit code 1'
	    [oom]='oomKilled: out of memory: memory limit: 512Mi'
	    [evicted]='evicted' [timed_out]='timed out after 2592000 s'
	    [early_exit]='earlyExit: early exit, exit code 3'
	    [unhealthy]='unhealthy: it failed its health check: no answer on 80'
	    [evicted_why]='evicted: disk full'
	    [timed_out_why]='timed out after 60 s: slow start'
	    [new_word]='failed at Render: brandNew: {"level":7}'
	    [no_reason]='failed at Render')

	stub_set 'end.succeeded=0'
	tick_start
	for end in "${!want[@]}"; do
		stub_set "end.$end=1"
		create "$end"
		wait_for 10 launched "$(sql 'SELECT count(*) FROM run')"
		stub_set "end.$end=0"
	done
	all_over() {
		[ "$(sql "SELECT count(*) FROM run WHERE state = 'failed'")" = 10 ]
	}
	wait_for 50 all_over
	for end in "${!want[@]}"; do
		[ "$(sql "SELECT reason FROM run JOIN delivery
		    ON delivery.run = run.id WHERE command = '$end'")" = "${want[$end]}" ]
	done
	echo "# ${#want[@]} reasons" >&3
}

@test "a lost answer is found, not repeated" {
	stub_set 'next=lost,cut_after,cut_within,500_after,503_after&hide_s=1.5'
	for n in 1 2 3 4 5; do create "x $n"; done
	tick_start
	wait_for 30 are 'succeeded succeeded succeeded succeeded succeeded'
	no_doubles 5
}

@test "a run that was not accepted is sent again" {
	stub_set 'next=cut_before,429,503,500'
	for n in 1 2 3 4; do create "x $n"; done
	tick_start
	wait_for 40 are 'succeeded succeeded succeeded succeeded'
	no_doubles 4
}

@test "a run that Render refuses is refused, with Render's message" {
	stub_set 'next=400'
	create x
	run -0 --separate-stderr "$ticker" --once
	are refused
	[[ $stderr == *event=run*state=refused* ]]
	[ "$(sql 'SELECT reason FROM run')" = 'HTTP 400: free tier plans are not supported for jobs' ]
	no_doubles 0
}

@test "an answer that names another run's job ends its run, and no tick" {
	stub_set 'run_s=600'
	first=$(create a)
	"$ticker" --once
	for fault in other_before other_after; do
		stub_set "next=$fault"
		create "$fault"
		run -0 --separate-stderr "$ticker" --once
		[[ $stderr == *event=run*state=unknown* ]]
	done
	"$ticker" --once
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'unknown'
	    AND reason LIKE 'Render''s answer names job-%, which is the job of run $first; not sent again'")" = 2 ]
	[ "$(stub_stats .create)" = 3 ]
	no_doubles 2
}

@test "a tick killed after the request was sent: the next one finds the job" {
	stub_set 'next=lost'
	create x
	tick_start
	wait_for 10 are sending
	wait_for 10 launched 1
	kill -KILL "$TICK_PID"
	wait "$TICK_PID" || true
	are sending
	leases_end
	tick_start
	wait_for 20 are succeeded
	no_doubles 1
}

@test "SIGTERM: a tick ends within a second, and logs it" {
	stub_set 'delay_ms=5000'
	sed -i 's/^http_timeout.*/http_timeout = 10s/' "$conf"
	create x
	tick_start
	wait_for 10 are sending
	kill -TERM "$TICK_PID"
	wait_for 3 is_gone "$TICK_PID"
	are unknown
	stub_set 'delay_ms=0'
	tick_start
	wait_for 20 are succeeded
	no_doubles 1
}

@test "one pass sends all that can be sent, and ends" {
	create x
	"$ticker" --once
	are created
	no_doubles 1
}

@test "a slow Render delays no messages" {
	stub_set 'delay_ms=3000'
	sed -i 's/^http_timeout.*/http_timeout = 10s/' "$conf"
	create x
	tick_start
	wait_for 10 are sending
	"$ctl" job add q --id now --date 2020-01-01 >/dev/null
	has_message() {
		[ "$(sql 'SELECT count(*) FROM message')" = 1 ]
	}
	wait_for 2 has_message
	are 'sending sent'
}

@test "max_instances counts what still runs at Render" {
	stub_set 'run_s=600'
	post /funboost/add_timing_job "{\"queue_name\":\"q\",\"trigger\":
	    \"interval\",\"seconds\":1,\"job_id\":\"j\",\"render\":{
	    \"serviceId\":\"$srv\",\"startCommand\":\"x\"}}"
	tick_start 4s
	wait "$TICK_PID"
	[[ $(states) =~ ^(created|running)\ overlap ]]
	[[ $(sql 'SELECT reason FROM run ORDER BY id LIMIT 1 OFFSET 1') == *"$(
	    sql 'SELECT task_id FROM run ORDER BY id LIMIT 1')"* ]]
	no_doubles 1
}

@test "cancel: a running job, and a run that was not sent" {
	stub_set 'run_s=600'
	one=$(create x)
	tick_start
	wait_for 10 are running
	"$ctl" render cancel "$one"
	wait_for 10 are canceled
	stop_pid "$TICK_PID"
	two=$(create y)
	"$ctl" render cancel "$two"
	"$ticker" --once
	are 'canceled canceled'
	no_doubles 1
}

@test "without a key runs wait, and the ledger has the reason" {
	mv "$BATS_TEST_TMPDIR/render.key" "$BATS_TEST_TMPDIR/away"
	create x
	"$ticker" --once
	are due
	[[ $(sql 'SELECT reason FROM run') == waiting:* ]]
	mv "$BATS_TEST_TMPDIR/away" "$BATS_TEST_TMPDIR/render.key"
	chmod 644 "$BATS_TEST_TMPDIR/render.key"
	run "$ticker" --once
	[ "$status" -eq 78 ]
	chmod 600 "$BATS_TEST_TMPDIR/render.key"
	"$ticker" --once
	are created
}

@test "three ticks at once, a faulty connection: nothing is launched twice" {
	local pids=() n

	stub_set 'create.lost=0.05&create.cut_after=0.05&create.429=0.1&create.500=0.05&create.500_after=0.05&run_s=0'
	for n in {1..60}; do create "x $n" >/dev/null; done
	for n in 1 2 3; do
		"$ticker" --window 50s 2>/dev/null 3>&- &
		pids+=($!)
	done
	done_all() {
		[ "$(sql "SELECT count(*) FROM run WHERE state = 'succeeded'")" = 60 ]
	}
	wait_for 45 done_all
	for n in "${pids[@]}"; do stop_pid "$n"; done
	no_doubles 60
}

@test "2,000 launches over a faulty connection, by killed ticks, in virtual time" {
	cd "$BATS_TEST_TMPDIR"
	"$abs_top_builddir/tests/launch/launch" -n 2000 -p retry
	"$abs_top_builddir/tests/launch/launch" -n 2000 -p skip -s 2
}

# Counted by the stand-in: "launched" and "doubles" are its own table.
@test "1,000 launches over HTTP, by killed ticks, in virtual time" {
	local launch=$abs_top_builddir/tests/launch/launch_http

	cd "$BATS_TEST_TMPDIR"
	"$launch" -n 1000 -p retry -r "$STUB"
	"$launch" -n 1000 -p skip -s 2 -r "$STUB"
	cat "$STUB_CA" "$BATS_FILE_TMPDIR/ca.key" >both.pem
	"$launch" -n 300 -p retry -s 3 -r "$STUB" -c both.pem
}
