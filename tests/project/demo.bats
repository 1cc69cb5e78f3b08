#!/usr/bin/env bats
# etc/demo, from a build that is there already.
# shellcheck disable=SC2154

setup() {
	load ../support/helper.bash
	# Where the demo's temporary folders go: here, to see what is left.
	export TMPDIR=$BATS_TEST_TMPDIR/t
	mkdir "$TMPDIR"
}

teardown() {
	local pid
	for pid in $(left); do
		stop_pid "$pid"
	done
}

demo() {
	"$abs_top_srcdir/etc/demo" --build-dir "$abs_top_builddir" "$@" 3>&-
}

# The processes that have a temporary folder of this test among their words or
# in their environment.
left() {
	local pid
	for pid in $(pids_of "$(command -v lighttpd || echo /usr/sbin/lighttpd)") \
	    $(pids_of "$FCGI") $(pids_of "$TICKER"); do
		if cat "/proc/$pid/cmdline" "/proc/$pid/environ" 2>/dev/null |
		    tr '\0' '\n' | grep -qF "$TMPDIR/"; then
			echo "$pid"
		fi
	done
}

nothing_left() {
	[ -z "$(left)" ] && [ -z "$(ls -A "$TMPDIR")" ]
}

@test "demo: messages arrive, twice at the same time, and nothing is left" {
	local pid
	demo >"$BATS_TEST_TMPDIR/other" 2>&1 &
	pid=$!
	run demo
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'my_date_job  [10,20] {}'* ]]
	[[ $output == *'every_2_seconds  [] {"hello":"world"}'* ]]
	[[ $output == *'interval_job_10s'* ]]
	[[ $output == *'It works: '* ]]
	wait "$pid" || {
		cat "$BATS_TEST_TMPDIR/other"
		false
	}
	grep 'It works: ' "$BATS_TEST_TMPDIR/other"
	wait_for 5 nothing_left
}

@test "demo --keep: the server stays, and the printed lines work" {
	local url
	demo --keep >"$BATS_TEST_TMPDIR/output" 2>&1
	grep 'It works: ' "$BATS_TEST_TMPDIR/output"
	[ -n "$(left)" ]
	url=$(sed -n 's/^   \(http:[^ ]*\)$/\1/p' "$BATS_TEST_TMPDIR/output")
	TOKEN=$(sed -n 's/^   token //p' "$BATS_TEST_TMPDIR/output")
	[ "$(web -H "Authorization: Bearer $TOKEN" \
	    "$url/funboost/get_timing_jobs" | jq .data.count)" -eq 6 ]
	# The lines as a reader copies them.
	sed -n '/^     curl/,/^     [^ ]*minutehand/p' "$BATS_TEST_TMPDIR/output" \
	    >"$BATS_TEST_TMPDIR/lines"
	run bash -e "$BATS_TEST_TMPDIR/lines" 3>&-
	[ "$status" -eq 0 ]
	[[ $output == *'"count":6'* ]]
	[[ $output == *'every_2_seconds 已暂停'* ]]
	bash -c "$(sed -n 's/^     \(kill [0-9]*; rm .*\)/\1/p' \
	    "$BATS_TEST_TMPDIR/output")"
	wait_for 5 nothing_left
}

@test "demo: a port in use, and Ctrl-C, leave nothing behind" {
	local pid port
	demo --keep >"$BATS_TEST_TMPDIR/output" 2>&1
	port=$(sed -n 's|^   http://127.0.0.1:\([0-9]*\)$|\1|p' \
	    "$BATS_TEST_TMPDIR/output")
	run demo --port "$port"
	[ "$status" -eq 1 ]
	[[ $output == *'lighttpd did not start'* ]]
	bash -c "$(sed -n 's/^     \(kill [0-9]*; rm .*\)/\1/p' \
	    "$BATS_TEST_TMPDIR/output")"
	# Interrupted while it ticks; a shell's background job ignores INT, so
	# TERM stands for it.
	"$abs_top_srcdir/etc/demo" --build-dir "$abs_top_builddir" \
	    >"$BATS_TEST_TMPDIR/output" 2>&1 3>&- &
	pid=$!
	wait_for 30 grep -q 'as cron starts it' "$BATS_TEST_TMPDIR/output"
	sleep 1
	kill -TERM "$pid"
	wait "$pid" && false
	[ "$?" -eq 143 ]
	wait_for 10 nothing_left
}

@test "demo: --help and errors" {
	run demo --help
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
	run demo --no-such-option
	[ "$status" -eq 64 ]
	run demo --port x
	[ "$status" -eq 64 ]
}
