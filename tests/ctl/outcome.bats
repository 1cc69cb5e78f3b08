#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets what is used here
# What became of runs at their workers: a job that works, fails, is killed, is
# retried, recovers or is lost, as runs and why report it.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	echo 'max_deliveries = 2' >>"$CONF"
}

mh() {
	"$MINUTEHAND" "$@"
}

# A run of job q/$1; its id.
due() {
	mh job run q "$1"
}

add() {
	mh job add q --id "$1" --date 2099-01-01 >/dev/null
}

consume() {
	mh consume q --max 1 --lease 30s "$@"
}

# of RUN JQ: a value of the run.
of() {
	mh runs --json | jq -r --arg id "$1" ".[] | select(.id == \$id) | $2"
}

complaint_free() {
	[ -z "$(complaints)" ]
	mh audit >/dev/null
}

@test "a run that works: queued, running, succeeded" {
	add job
	id=$(due job)
	[ "$(of "$id" '[.state, .outcome, .attempts, .started_at] | tojson')" = '["sent","queued",0,null]' ]
	run -0 mh why q job "$(of "$id" .slot)"
	[[ $output == *'It waits for a worker.' ]]
	consume -- sh -c "\"$MINUTEHAND\" runs --json >\"$BATS_TEST_TMPDIR/during\""
	[ "$(jq -r '.[0].outcome' "$BATS_TEST_TMPDIR/during")" = running ]
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(of "$id" '.attempts')" = 1 ]
	[ "$(of "$id" '.status')" = null ]
	[ "$(of "$id" '.duration_ms >= 0 and .worker != null')" = true ]
	run -0 mh why q job "$(of "$id" .slot)"
	[[ $output =~ 'It ran at '.*' for '[0-9.]+' s and succeeded.' ]]
	complaint_free
}

@test "a run that fails: an attempt each, then a dead letter" {
	add job
	id=$(due job)
	run -1 consume --retry 0s -- sh -c 'exit 3'
	[ "$(of "$id" '.outcome')" = queued ]
	[ "$(of "$id" '.error')" = 'exit 3' ]
	[ "$(of "$id" '.status')" = 3 ]
	run -0 mh why q job "$(of "$id" .slot)"
	[[ $output == *'It waits for a worker; attempt 1 failed: exit 3.' ]]
	# shellcheck disable=SC2016
	run -1 consume -- sh -c 'kill -9 $$'
	[ "$(of "$id" '.outcome')" = dead ]
	[ "$(of "$id" '.status')" = 137 ]
	[ "$(of "$id" '.attempts')" = 2 ]
	run -0 mh why q job "$(of "$id" .slot)"
	[[ $output == *'and failed: killed by signal 9 (attempt 2 of 2); it is a dead letter.' ]]
	[ "$(mh runs --failed --since 1h --json | jq -r '.[].id')" = "$id" ]
	[ "$(mh runs --outcome succeeded,queued --json)" = '[]' ]
	# It is replayed, and recovers.
	mh dead replay q --all >/dev/null
	[ "$(of "$id" '.outcome')" = queued ]
	consume -- true
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(of "$id" '.error')" = null ]
	[ "$(mh runs --failed --json)" = '[]' ]
	complaint_free
}

@test "a worker that dies: an attempt whose lease expired" {
	add job
	id=$(due job)
	# shellcheck disable=SC2016 # the shell of the command has it
	mh consume q --max 1 --lease 1s -- sh -c 'kill -9 $PPID' || :
	[ "$(of "$id" '.outcome')" = running ]
	is_back() {
		consume -- true && [ "$(of "$id" '.outcome')" = succeeded ]
	}
	wait_for 20 is_back
	[ "$(of "$id" '.attempts')" = 2 ]
	[ "$(sqlite3 "$DIR/store.db" 'SELECT n, error FROM attempt')" = '1|lease expired' ]
	complaint_free
}

@test "a queue that is cleared: canceled, by whom" {
	add job
	id=$(due job)
	mh queue clear q --yes >/dev/null
	[ "$(of "$id" '.outcome')" = canceled ]
	[ "$(of "$id" '.error')" = 'queue cleared by owner' ]
	run -0 mh why q job "$(of "$id" .slot)"
	[[ $output == *'It was canceled: queue cleared by owner.' ]]
	[ "$(mh runs --outcome canceled --json | jq length)" = 1 ]
}

@test "a command that the ticker runs: attempts, then success" {
	printf 'command "work" {\n\tcommand = {"/bin/sh", "%s"}\n}\n' \
	    "$BATS_TEST_TMPDIR/work" >>"$CONF"
	printf 'queue "c" {\n\tbroker = command\n}\n' >>"$CONF"
	printf '[ -e "%s" ] || { echo "no disk"; exit 4; }\n' \
	    "$BATS_TEST_TMPDIR/good" >"$BATS_TEST_TMPDIR/work"
	echo '{"queue_name":"c","job_id":"job","trigger":"date",
	    "run_date":"2099-01-01","retry":{"base":3600,"cap":3600}}' |
	    mh job add --json - >/dev/null
	id=$(mh job run c job)
	"$TICKER" --once
	[ "$(of "$id" '.outcome')" = queued ]
	[ "$(of "$id" '.status')" = 4 ]
	[ "$(of "$id" '.error')" = 'exit 4: no disk' ]
	touch "$BATS_TEST_TMPDIR/good"
	sqlite3 "$DIR/store.db" 'UPDATE outbox SET next_us = 0'
	"$TICKER" --once
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(of "$id" '.attempts')" = 2 ]
	[ "$(of "$id" '.error')" = null ]
	[ "$(sqlite3 "$DIR/store.db" 'SELECT n, status, error FROM attempt')" = '1|4|exit 4: no disk' ]
}

@test "output: what the last attempt printed, harmless, and why there is none" {
	run -1 mh output none
	[ "$output" = 'minutehand: no such run: none' ]
	add job
	id=$(due job)
	run -1 --separate-stderr mh output "$id"
	[ -z "$output" ]
	[ "$stderr" = "minutehand: run $id: no worker has had it" ]
	run -1 consume --retry 0s -- false
	run -1 mh output "$id"
	[ "$output" = "minutehand: run $id: attempt 1 printed nothing, or its worker kept no output" ]
	# As a worker reports it; the escape is that of a terminal.
	sqlite3 "$DIR/store.db" "INSERT INTO output (run, n, at_us, result, text)
	    SELECT run, 1, 1, '{\"rows\":3}', 'one' || char(10, 9) || 'two é' || char(27) || '[31m' FROM work"
	mh output "$id" >"$BATS_TEST_TMPDIR/out"
	printf 'one\n\ttwo é?[31m\n' | cmp - "$BATS_TEST_TMPDIR/out"
	mh output --queue q "$id" | cmp - "$BATS_TEST_TMPDIR/out"
	mh output --json "$id" | jq -e --arg id "$id" '.id == $id and .outcome == "queued" and .attempts == 1 and
	    .earlier_attempts == [] and .result == {"rows": 3} and .output == "one\n\ttwo é\u001b[31m"'
	run -1 mh output --queue other "$id"
	run -65 mh output --queue $'a\nb' "$id"
	# The next attempt prints nothing: what the first one did is not its output.
	consume --max 1 -- sh -c "\"$MINUTEHAND\" output $id >\"$BATS_TEST_TMPDIR/during\" 2>&1 || :"
	[ "$(cat "$BATS_TEST_TMPDIR/during")" = "minutehand: run $id: attempt 2 has not ended" ]
	run -1 mh output "$id"
	mh output --json "$id" | jq -e '.output == null and .result == null and
	    (.earlier_attempts | map([.attempt, .status, .error])) == [[1, 1, "exit 1"]]'
}

@test "runs --stats: outcomes, success rate, durations, last success, streak" {
	run -1 mh runs q job --stats
	[ "$output" = 'minutehand: no such job: q/job, and no runs of it' ]
	add job
	run -0 mh runs q job --stats
	[ -z "$output" ]
	mh runs q job --stats --json | jq -e '.queue_name == "q" and .job_id == "job" and
	    .success_rate == null and .streak == null and .duration_ms.max == null and .is_limited == false'
	for status in 0 0 3; do
		due job >/dev/null
		consume --retry 0s -- sh -c "sleep 0.2; exit $status" 2>/dev/null || :
	done
	consume --quiet -- false || :
	due job >/dev/null
	mh job add q --id other --date 2099-01-01 >/dev/null
	due other >/dev/null
	run -0 mh runs q job --stats
	[[ ${lines[*]} == 'queued           1 succeeded        2 dead             1 success rate     66.7 % duration         p50 0.'*'streak           1 without success' ]]
	[[ $output == *'last success     20'* ]]
	mh runs q job --stats --json | jq -e '.outcomes.succeeded == 2 and .outcomes.dead == 1 and
	    .outcomes.queued == 1 and .success_rate == 0.6667 and .streak == {"succeeded": false, "runs": 1} and
	    .duration_ms.p50 >= 200 and .duration_ms.max >= .duration_ms.p95 and
	    (.last_success_at | startswith("20"))'
	# Of no time, nothing.
	[ "$(mh runs q job --stats --to 2020-01-01 --json | jq '.outcomes | add')" -eq 0 ]
	[ "$(mh runs q job --stats --since 1h --json | jq '.outcomes | add')" -eq 4 ]
	for words in '' q 'q job --failed' 'q job --state sent' 'q job --limit 5' 'q job --cursor x' \
	    'q job --outcome dead'; do
		# shellcheck disable=SC2086
		run -64 mh runs --stats $words
		[[ $output == 'minutehand: --stats '* ]]
	done
}

@test "runs --sums: how runs ended, over time, as by HTTP" {
	add job
	[ -z "$(mh runs --sums)" ]
	due job >/dev/null
	consume -- true
	due job >/dev/null
	consume --quiet --retry 0s -- false || :
	consume --quiet -- false || :
	[ "$(mh runs --sums --json | jq -c '.sums')" = '{"sent":1,"dead":1}' ]
	mh runs q job --sums --bucket 1d --since 2d --json | jq -e '.bucket == 86400 and
	    (.buckets | length == 2) and (.buckets | map(.dead // 0) | add) == 1'
	[ "$(mh runs other --sums --json | jq -c '.sums')" = '{}' ]
	run -0 mh runs --sums --since 3h
	[ "$(tr -s ' ' <<<"${lines[0]}")" = "FROM sent dead" ]
	[ "$(tr -s ' ' <<<"${lines[-1]}")" = "all 1 1" ]
	run -64 mh runs --sums --since 3h --bucket 1s
	[[ $output == *'--bucket: is too short'*200 ]]
	run -65 mh runs --sums --from 2030-01-01 --to 2020-01-01
	for words in '--stats' '--failed' '--state sent' '--limit 5' '--bucket 0s' '--bucket x'; do
		# shellcheck disable=SC2086
		run -64 mh runs q job --sums $words
	done
	run -64 mh runs --bucket 1h
}

@test "job list: how the last run of each job ended" {
	add job
	add other
	[ "$(mh job list --json | jq -c '.jobs | map([.last_outcome, .last_run_at])')" = '[[null,null],[null,null]]' ]
	id=$(due job)
	[ "$(mh job list --json | jq -r '.jobs[] | select(.job_id == "job") | .last_outcome')" = queued ]
	consume --quiet --retry 0s -- false || :
	consume --quiet -- false || :
	run -0 mh job list
	[[ $output =~ job\ +date.*2099-01-01\ 00:00:00.*\ dead\ +[^\ ]*UTC ]]
	[[ $output =~ other\ +date.*2099-01-01\ 00:00:00[^-]*\ -\ +[^\ ]*UTC ]]
	[ "$(mh job list --json | jq -r '.jobs[] | select(.job_id == "job") | .last_outcome')" = dead ]
	[ "$(mh job list --json | jq -r '.jobs[] | select(.job_id == "job") | .last_run_at')" = "$(of "$id" .slot)" ]
	due job >/dev/null
	consume -- true
	[ "$(mh job list --json | jq -r '.jobs[] | select(.job_id == "job") | .last_outcome')" = succeeded ]
}

# The output kept of the last attempt at run $1, as a JSON string.
kept() {
	mh output --json "$1" | jq -c .output
}

@test "what a command prints is shown as it comes, and its end is kept" {
	add job
	id=$(due job)
	consume -- sh -c 'echo out; echo err >&2; printf "\0\377é"' \
	    >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	printf 'out\n\0\377é' | cmp - "$BATS_TEST_TMPDIR/out"
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = err ]
	run -0 kept "$id"
	[[ $output == *'out\n'* && $output == *'??é'* && $output == *'err\n'* ]]
	# To one file the order stays, of a failure too, and its line is last.
	id=$(due job)
	consume -- sh -c 'for i in 1 2 3; do echo out; echo err >&2; done; exit 3' \
	    >"$BATS_TEST_TMPDIR/out" 2>&1 || :
	[ "$(head -n 6 "$BATS_TEST_TMPDIR/out" | tr '\n' ' ')" = 'out err out err out err ' ]
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/out") == 'minutehand: q: message '*': exit 3,'* ]]
	[ "$(kept "$id")" = '"out\nerr\nout\nerr\nout\nerr\n"' ]
	run -0 mh output "$id"
	[ "${#lines[@]}" -eq 6 ]
	complaint_free
}

@test "the end of a lot of output: 4096 bytes, as many as wanted, or none" {
	add job
	# 1,000,000 bytes of 7 each, the last ones cut within a character.
	for row in '-|4095' '5|5' '4|3' '0|0' '65536|65535'; do
		want=${row%|*}
		id=$(due job)
		# shellcheck disable=SC2016,SC2046
		consume $([ "$want" = - ] || echo "--keep-output $want") -- sh -c \
		    'yes "$(printf "é\303\251\303\251")" | head -c 700000 | tr -d "\n"; printf "é!"' |
		    wc -c >"$BATS_TEST_TMPDIR/n"
		[ "$(cat "$BATS_TEST_TMPDIR/n")" -eq 600003 ]
		n=$(kept "$id" | jq -j '. // ""' | wc -c)
		[ "$n" -eq "${row#*|}" ] || { echo "$row: $n"; false; }
	done
	# Exactly one byte is one byte.
	id=$(due job)
	consume --keep-output 1 -- sh -c 'printf ab' >/dev/null
	[ "$(kept "$id")" = '"b"' ]
	complaint_free
}

@test "a daemon that a command leaves does not hold its message" {
	add job
	id=$(due job)
	# shellcheck disable=SC2016
	consume -- sh -c 'echo begin; { trap "" PIPE; sleep 30; } & echo $! >"$1"' - \
	    "$BATS_TEST_TMPDIR/pid" >"$BATS_TEST_TMPDIR/out" 3>&-
	kill "$(cat "$BATS_TEST_TMPDIR/pid")"
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(kept "$id")" = '"begin\n"' ]
}

@test "a reader that waits: the lease is renewed, and nothing is lost" {
	add job
	id=$(due job)
	{ consume --lease 1s --keep-output 3 -- sh -c 'head -c 300000 /dev/zero | tr "\0" x; echo y'; } |
	    { sleep 3; wc -c; } >"$BATS_TEST_TMPDIR/n"
	[ "$(cat "$BATS_TEST_TMPDIR/n")" -eq 300002 ]
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(of "$id" '.attempts')" = 1 ]
	[ "$(kept "$id")" = '"xy\n"' ]
}

@test "output that cannot be passed on: the command ends, no other begins" {
	add job
	id=$(due job)
	due job
	run -69 --separate-stderr sh -c '"$@" >/dev/full' - "$MINUTEHAND" consume q -- \
	    sh -c 'echo one; sleep 0.5; echo two'
	[[ $stderr == *'minutehand: the output of commands cannot be passed on: No space left on device' ]]
	[ "$(of "$id" '.outcome')" = succeeded ]
	[ "$(kept "$id")" = '"one\ntwo\n"' ]
	[ "$(mh runs --outcome queued --json | jq length)" -eq 1 ]
	run -69 sh -c '"$@" >&-' - "$MINUTEHAND" consume q -- echo one
}

@test "what is refused, by name" {
	run -64 mh runs --outcome "done"
	[[ $output == *'--outcome: queued, running,'*'is needed, not "done"'* ]]
	run -64 mh runs --outcome dead --failed
	run -64 mh runs --since 1h --from 2020-01-01
	run -64 mh runs --outcome ''
	run -64 mh runs --outcome dead,
}
