#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Runs for Render that wait for a key or are too long, and commands that wait
# for runs: by HTTP, by command, by ticks, against the stand-in.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/render.bash
	cgi_setup
	stub_start start_s=0 run_s=1
	srv='srv-c3rfdgg6n88pa7t3a6ag'
	jobs=/v1/services/$srv/jobs
	hook=$BATS_TEST_TMPDIR/alerts
	printf '#!/bin/sh\ncat >>"%s"\necho >>"%s"\n' "$hook" "$hook" \
	    >"$BATS_TEST_TMPDIR/tell"
	chmod 755 "$BATS_TEST_TMPDIR/tell"
	printf 'alert "me" {\n\tcommand = {"%s"}\n}\n' \
	    "$BATS_TEST_TMPDIR/tell" >>"$conf"
}

teardown() {
	[ -z "${TICK_PID-}" ] || stop_pid "$TICK_PID"
	stub_stop
}

with_key() {
	render_key_conf "$STUB_HTTPS" 'http_timeout = 2s' >>"$conf"
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$dir/store.db" "$1"
}

states() {
	sql 'SELECT group_concat(state, " ") FROM (SELECT state FROM run ORDER BY id)'
}

are() {
	[ "$(states)" = "$1" ]
}

tick_start() {
	"$ticker" --window 60s 2>>"$BATS_TEST_TMPDIR/ticker.err" 3>&- &
	TICK_PID=$!
}

# How many alerts of a type were told.
told() {
	[ -f "$hook" ] || { echo 0; return; }
	jq -s --arg t "$1" 'map(select(.type == $t)) | length' "$hook"
}

# doctor's finding about keys: LEVEL TEXT.
keys_are() {
	"$ctl" doctor --json >"$BATS_TEST_TMPDIR/found" 2>/dev/null || :
	jq -e --arg l "$1" --arg t "$2" \
	    'any(.check == "render keys" and .level == $l and (.text | contains($t)))' \
	    "$BATS_TEST_TMPDIR/found" >/dev/null ||
	    { jq -c '.[] | select(.check == "render keys")' "$BATS_TEST_TMPDIR/found"; return 1; }
}

late() {
	sql "UPDATE delivery SET due_us = due_us - $1 * 1000000,
	    until_us = until_us - $1 * 1000000"
}

@test "no key: a warning in every answer and command, and a count in doctor" {
	local body="{\"queue_name\":\"q\",\"trigger\":\"date\",\"run_date\":\"2020-01-01\",\"job_id\":\"j\",\"render\":{\"serviceId\":\"$srv\",\"startCommand\":\"x\"}}"

	keys_are ok none
	post /funboost/add_timing_job "$body"
	[[ $(field '.data.warnings | map(.message) | join(" ")') == *"没有可用于 $srv 的密钥"* ]]
	post "$jobs" '{"startCommand":"y"}'
	status_is 201
	[[ $(field '.warnings | join(" ")') == *"no usable key for $srv"* ]]
	keys_are FAIL '1 run waits for a key'
	run -0 --separate-stderr "$ctl" render create "$srv" -- z
	[[ $stderr == *"warning: there is no usable key for $srv"* ]]
	run -0 --separate-stderr "$ctl" job add q --id k --date 2099-01-01 \
	    --render "$srv" --command x
	[[ $stderr == *"warning: there is no usable key for $srv"* ]]
	"$ticker" --once
	are 'due due due'
	keys_are FAIL '3 runs wait for a key'
	with_key
	"$ticker" --once
	[[ $(states) =~ ^(created|running|succeeded)( (created|running|succeeded)){2}$ ]]
	keys_are ok 1
	post "$jobs" '{"startCommand":"y"}'
	[ "$(field 'has("warnings")')" = false ]
}

# The command warns N times of the service that has no key.
warned() {
	local n=$1
	shift
	run -0 --separate-stderr "$ctl" "$@"
	[ "$(grep -c "warning: there is no usable key for $srv" <<<"$stderr")" -eq "$n" ] ||
	    { printf '%s: %s\n' "$*" "$stderr"; return 1; }
	commands=$((commands + 1))
}

@test "no key: every command that starts runs warns, once per service" {
	local commands=0 id list=$BATS_TEST_TMPDIR/list.json
	warned 1 job add q --id k --every 1h --render "$srv" --command x
	warned 1 job add q --id k --every 2h --render "$srv" --command x --replace
	warned 1 job set q k max_instances=9
	warned 0 job pause q k
	warned 1 job resume q k
	warned 1 job run q k
	id=$output
	warned 1 replay "$id"
	warned 1 render create "$srv" -- x
	jq -n --arg s "$srv" '[range(50) | {queue_name: "q", job_id: "i\(.)",
	    trigger: "interval", hours: 1, render: {serviceId: $s, startCommand: "x"}}]' >"$list"
	warned 1 render import "$list"
	warned 1 render import "$list" --replace
	sed 's/"i\([0-9]*\)"/"j\1"/' "$list" >"$list.2"
	warned 1 job add --json "$list.2"
	warned 1 job set --all-of q priority=3
	with_key
	warned 0 job add q --id k --every 2h --render "$srv" --command x --replace
	warned 0 job set q k priority=4
	warned 0 job run q k
	warned 0 replay "$id"
	warned 0 render import "$list" --replace
	printf '# %d commands\n' "$commands" >&3
}

@test "a run that is ten days late is given up, not launched" {
	id=$("$ctl" render create "$srv" -- x 2>/dev/null)
	"$ticker" --once
	late 864000
	with_key
	"$ticker" --once
	are dead
	[[ $(sql 'SELECT reason FROM run') == 'given up after 8640'*' s: no render_key is for service '* ]]
	[ "$(stub_stats .launches)" = 0 ]
	[ "$(told run.dead)" = 1 ]
	cgi GET "$jobs/$id"
	[ "$(field .status)" = failed ]
	[[ $(field .reason) == 'given up after'* ]]
}

@test "401 and 403: runs wait, with one alert, until the key is accepted" {
	local fault

	with_key
	for fault in 401 403; do
		stub_set "create.$fault=1"
		for n in 1 2 3; do
			"$ctl" render create "$srv" -- "$fault $n"
		done
		"$ticker" --once
		"$ticker" --once
		[ "$(sql "SELECT count(*) FROM run WHERE state = 'due'
		    AND reason LIKE 'waiting: Render does not % render_key \"main\"%: HTTP $fault: %'")" = 3 ]
		keys_are FAIL "HTTP $fault"
		keys_are FAIL '3 runs wait'
		stub_set "create.$fault=0"
		"$ticker" --once
		none_due() { [ "$(sql "SELECT count(*) FROM run WHERE state = 'due'")" = 0 ]; }
		"$ticker" --once
		none_due
		keys_are ok 1
	done
	[ "$(told key.denied)" = 2 ]
	[ "$(jq -rs 'map(select(.type == "key.denied").data.render_key) | unique[]' "$hook")" = main ]
	[ "$(told run.refused)" = 0 ]
	[ "$(stub_stats .launches)" = 6 ]
	[ "$(stub_stats .doubles)" = 0 ]
	run ! grep -q "$RENDER_KEY" "$hook" "$dir/store.db"
}

@test "a replaced key file is used by a waiting tick" {
	with_key
	printf 'rnd_wrong\n' >"$BATS_TEST_TMPDIR/render.key"
	"$ctl" render create "$srv" -- x
	tick_start
	denied() { [ "$(sql "SELECT count(*) FROM denial WHERE ended_us IS NULL")" = 1 ]; }
	wait_for 10 denied
	are due
	printf '%s\n' "$RENDER_KEY" >"$BATS_TEST_TMPDIR/new.key"
	chmod 600 "$BATS_TEST_TMPDIR/new.key"
	mv "$BATS_TEST_TMPDIR/new.key" "$BATS_TEST_TMPDIR/render.key"
	wait_for 20 are succeeded
	run denied
	[ "$status" -ne 0 ]
}

@test "a run that exceeds max_runtime is canceled, with an alert" {
	with_key
	stub_set 'run_s=600'
	post /funboost/add_timing_job "{\"queue_name\":\"q\",\"trigger\":\"date\",
	    \"run_date\":\"2020-01-01\",\"job_id\":\"j\",\"max_runtime\":2,\"render\":{
	    \"serviceId\":\"$srv\",\"startCommand\":\"x\"}}"
	[ "$(field .data.max_runtime)" = 2 ]
	"$ctl" render create "$srv" --max-runtime 2s -- y
	post "$jobs" '{"startCommand":"z","max_runtime":2}'
	status_is 201
	"$ctl" render create "$srv" -- forever
	tick_start
	wait_for 30 are 'canceled canceled running canceled'  ||
	    wait_for 30 are 'canceled canceled canceled running' ||
	    wait_for 1 are 'canceled canceled running canceled'
	[ "$(sql "SELECT count(*) FROM run WHERE reason
	    = 'ran for longer than max_runtime, 2 s: canceled'")" = 3 ]
	three() { [ "$(told run.too_long)" = 3 ]; }
	wait_for 10 three
	[ "$(stub_stats .write)" = 3 ]
	# It is of the job: shown, changed, and no field of a render object.
	"$ctl" job add q --id k --date 2099-01-01 --render "$srv" --command x \
	    --max-runtime 90s
	[[ $("$ctl" job show q k) == *'max runtime    90 s'* ]]
	"$ctl" job set q k max_runtime=60
	[ "$("$ctl" job show q k --json | jq .max_runtime)" = 60 ]
	"$ctl" job set q k max_runtime=null
	[ "$("$ctl" job show q k --json | jq .max_runtime)" = null ]
	run -65 "$ctl" job set q k max_runtime=0
	post "$jobs" '{"startCommand":"z","max_runtime":0}'
	status_is 400
	run -64 "$ctl" render create "$srv" --max-runtime 0.5s -- y
	run -0 "$ctl" job add q --id m --date 2099-01-01 --max-runtime 5s
	[[ $output != *warning* ]]
}

@test "render import without a service, or with a wrong one, reports it once" {
	local tasks=$abs_top_srcdir/etc/examples/render-tasks.json

	run -65 "$ctl" render import "$tasks"
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *'12 of 12 jobs name no service of yours: give --service'* ]]
	run -65 "$ctl" render import "$tasks" --service srv-x
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *'--service: must be srv-'* ]]
	[ "$(sql 'SELECT count(*) FROM job')" = 0 ]
}

@test "render create --wait: its status is how the job ended" {
	with_key
	run -3 --separate-stderr "$ctl" render create "$srv" --wait --timeout 300ms -- x
	[[ $output =~ ^job-[0-9a-v]{20}$ ]]
	[[ $stderr == *'no tick has ever run'* ]]
	[[ $stderr == *'has not ended yet'* ]]
	run -3 --separate-stderr "$ctl" render watch "$output" --timeout 300ms
	[[ $stderr == *'no tick has ever run'* ]]
	run -64 "$ctl" render create "$srv" --timeout 1s -- x
	tick_start
	run -0 --separate-stderr "$ctl" render create "$srv" --wait -- y
	[[ $output =~ ^job-[0-9a-v]{20}$ ]]
	[ -z "$stderr" ]
	run -0 --separate-stderr "$ctl" render create "$srv" --wait --json -- y
	[ "$(jq -r .status <<<"$output")" = succeeded ]
	stub_set 'end.succeeded=0&end.early_exit=1'
	run -1 --separate-stderr "$ctl" render create "$srv" --wait -- z
	[[ $output =~ ^job-[0-9a-v]{20}$ ]]
	[[ $stderr == *"$output: failed (failed: earlyExit: early exit, exit code 3)" ]]
	stub_set 'create.400=1'
	run -1 --separate-stderr "$ctl" render create "$srv" --wait -- z
	[[ $stderr == *'failed (refused: HTTP 400: free tier'* ]]
	stub_set 'create.400=0&end.early_exit=0&end.succeeded=1'
	# On a terminal each change is a line.
	run -0 script -qec "$ctl render create $srv --wait -- t" /dev/null
	[[ $output == *'pending ('*'succeeded (succeeded)'* ]]
}
