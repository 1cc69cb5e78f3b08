#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets what is used here
# minutehand runs --follow: each run and each of its changes once, as filters
# say, until a signal.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	echo 'max_deliveries = 1' >>"$CONF"
	OUT=$BATS_TEST_TMPDIR/out
	mh job add q --id job --date 2099-01-01 >/dev/null
	mh job add r --id other --date 2099-01-01 >/dev/null
}

teardown() {
	[ -z "${pid-}" ] || kill "$pid" 2>/dev/null || :
}

mh() {
	"$MINUTEHAND" "$@"
}

follow() {
	"$MINUTEHAND" runs --follow "$@" >"$OUT" 2>"$OUT.err" 3>&- &
	pid=$!
}

# It has begun to look: the run $1 is printed.
has() {
	grep -q -- "$1" "$OUT"
}

lines_are() {
	[ "$(wc -l <"$OUT")" -eq "$1" ]
}

ends() {
	kill -"$1" "$pid"
	wait "$pid"
	[ -z "$(cat "$OUT.err")" ]
	pid=
}

@test "new runs and their changes, each once, by signal 0" {
	first=$(mh job run q job)
	follow --json
	wait_for 10 has "$first"
	second=$(mh job run r other)
	wait_for 10 has "$second"
	mh consume q --max 1 --quiet -- true
	wait_for 10 lines_are 3
	mh consume r --max 1 --quiet -- false || :
	wait_for 10 has '"outcome":"dead"'
	ends TERM
	[ "$(jq -r 'select(.outcome == "succeeded" or .outcome == "dead") | .id' "$OUT")" = "$first
$second" ]
	# Between queued and its end a run may be seen while it runs, but no row twice.
	[ -z "$(jq -c '[.id, .state, .outcome, .attempts]' "$OUT" | sort | uniq -d)" ]
}

@test "with filters: what fails, of a queue, as it fails" {
	run1=$(mh job run q job)
	follow q --failed
	sleep 1
	mh job run r other >/dev/null
	mh consume r --max 1 --quiet -- false || :
	mh consume q --max 1 --quiet -- false || :
	wait_for 10 lines_are 1
	[[ $(cat "$OUT") == *"  q job  sent  dead  "*"$run1  "* ]]
	ends HUP
}

@test "what is refused" {
	for words in --stats --sums '--to 2030-01-01' '--cursor x'; do
		# shellcheck disable=SC2086
		run -64 mh runs q job --follow $words
	done
}
