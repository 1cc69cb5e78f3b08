#!/usr/bin/env bats
# One job under /v1: shown, changed, run; and changed by command.
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	load ../support/grid.bash
}

patch() {
	cgi PATCH "/v1/timing_jobs/q/$1" "$2" HTTP_ACCEPT_LANGUAGE=en
}

@test "GET shows the job as the older route does" {
	grid j
	cgi GET '/funboost/get_timing_job?queue_name=q&job_id=j'
	old=$(field .data)
	cgi GET /v1/timing_jobs/q/j
	status_is 200
	[ "$body" = "$old" ]
	cgi GET /v1/timing_jobs/q/none
	status_is 404
	has message 'No such job: none'
	cgi GET /v1/timing_jobs/q/none '' HTTP_ACCEPT_LANGUAGE=zh-CN
	has message '任务 none 不存在'
	token=$(new_token read 'p*')
	cgi GET /v1/timing_jobs/q/j
	status_is 404
}

@test "PATCH changes what is given, and answers with the job" {
	grid j ',"priority":3,"description":"was"'
	before=$(sql 'SELECT cursor_us, next_run_us, created_us FROM job')
	patch j '{"kwargs":{"n":2},"description":"is","misfire_grace_time":9}'
	status_is 200
	is kwargs '{"n":2}'
	is args '[1]'
	is description is
	is priority 3
	is misfire_grace_time 9
	answer=$body
	cgi GET /v1/timing_jobs/q/j
	[ "$body" = "$answer" ]
	[ "$(sql 'SELECT cursor_us, next_run_us, created_us FROM job')" = "$before" ]
	[ "$(sql "SELECT count(*) FROM audit WHERE action = 'job.change'
	    AND job_id = 'j' AND actor = '${token:3:8}'")" -eq 1 ]
}

@test "PATCH of anything but the trigger loses no slot" {
	grid j
	rewind j 2
	patch j '{"args":[2]}'
	[ -z "$(rows j)" ]
	"$ticker" --once
	[ "$(sql "SELECT state, count FROM run ORDER BY slot_us" | xargs)" = \
	    'coalesced|1 sent|1' ]
	[ "$(sql "SELECT json_extract(body, '\$.args[0]') FROM message")" -eq 2 ]
}

@test "PATCH of the trigger: due slots are recorded under the old one" {
	grid j
	rewind j 3
	patch j '{"seconds":500}'
	status_is 200
	is trigger 'interval[0:08:20]'
	[ "$(rows j)" = "missed|3|changed by ${token:3:8}" ]
	# The new schedule lies ahead, on its grid.
	[ "$(sql "SELECT cursor_us > 1000000 * strftime('%s') - 1000000
	    AND cursor_us = next_run_us
	    AND (cursor_us - 1767225600000000) % 500000000 = 0
	    FROM job")" -eq 1 ]
	"$ticker" --once
	[ "$(sql 'SELECT count(*) FROM message')" -eq 0 ]
}

@test "PATCH of the trigger: the new one begins after decided slots" {
	grid j
	# The clock was set back by 3,000 s after these slots were decided.
	sql "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us,
	    count, state, decided_us) SELECT 'x', id, 'q', 'j',
	    cursor_us, cursor_us + 2000000000, 3, 'coalesced', 1 FROM job"
	sql 'UPDATE job SET cursor_us = cursor_us + 3000000000,
	    next_run_us = cursor_us + 3000000000'
	last=$(sql 'SELECT last_us FROM run')
	patch j '{"seconds":10}'
	status_is 200
	[ "$(sql 'SELECT cursor_us FROM job')" -eq $((last + 10000000)) ]
	[ "$(sql 'SELECT count(*) FROM run')" -eq 1 ]
}

@test "PATCH pauses and resumes, and every slot is recorded as such" {
	grid j
	patch j '{"paused":true}'
	is status paused
	has reason "by ${token:3:8} since 20"
	is next_run_time null
	rewind j 4
	# Changing something else does not change since when.
	reason=$(field .reason)
	patch j '{"priority":1}'
	is reason "$reason"
	is status paused
	patch j '{"seconds":400}'
	is status paused
	is next_run_time null
	[ "$(rows j)" = "paused|4|$reason" ]
	patch j '{"paused":false}'
	is status running
	is reason null
	[ "$(rows j)" = "paused|4|$reason" ]
}

@test "PATCH to another kind of trigger, and a date" {
	grid j
	patch j '{"trigger":"cron","hour":3,"start_date":null}'
	status_is 200
	is trigger "cron[hour='3']"
	is timezone UTC
	is next_run_time "$(date -u -d "$(date -u -d '-3 hours' +%F) +1 day 03:00" '+%F 03:00:00+00:00')"
	patch j '{"trigger":"date","run_date":"2020-01-01 00:00:00"}'
	status_is 200
	"$ticker" --once
	[ "$(rows j)" = 'sent|1|' ]
	[ "$(sql 'SELECT count(*) FROM job')" -eq 0 ]
}

@test "PATCH: invalid input is named, and nothing changed" {
	grid j
	before=$(sql 'SELECT * FROM job; SELECT count(*) FROM audit')
	patch j '{"seconds":0,"hour":3,"queue_name":"r","colour":1,"max_catchup":0,"priority":4}'
	status_is 400
	has error_data.seconds 'longer than 0'
	has error_data.hour 'not a field of an interval'
	has error_data.queue_name 'cannot be changed'
	has error_data.colour 'unknown field'
	has error_data.max_catchup ''
	has message 'Bad input'
	patch j '{"end_date":"2020-01-01"}'
	status_is 400
	has error_data.end_date 'it has no slot'
	patch j '[1]'
	status_is 400
	patch j '{'
	status_is 400
	[ "$(sql 'SELECT * FROM job; SELECT count(*) FROM audit')" = "$before" ]
}

@test "PATCH: missing job, rights, method, content type" {
	patch none '{"priority":1}'
	status_is 404
	has message 'No such job: none'
	grid j
	cgi PATCH /v1/timing_jobs/q/j '{"priority":1}' \
	    CONTENT_TYPE=application/merge-patch+json
	status_is 200
	cgi PATCH /v1/timing_jobs/q/j 'priority=1' \
	    CONTENT_TYPE=application/x-www-form-urlencoded
	status_is 415
	cgi OPTIONS /v1/timing_jobs/q/j
	[ "$(header Allow)" = 'GET, HEAD, PATCH, OPTIONS' ]
	cgi POST /v1/timing_jobs/q/j
	status_is 405
	token=$(new_token read '*')
	patch j '{"priority":2}'
	status_is 403
	token=$(new_token read,write 'p*')
	patch j '{"priority":2}'
	status_is 404
	token=
	patch j '{"priority":2}'
	status_is 401
	[ "$(sql 'SELECT priority FROM job')" -eq 1 ]
}

@test "run now by the native route" {
	grid j
	cgi POST /v1/timing_jobs/q/j/run
	status_is 200
	[ "$(sql 'SELECT task_id FROM run')" = "$(field .run_id)" ]
	cgi POST /v1/timing_jobs/q/none/run
	status_is 404
}

@test "job set: the same by command" {
	grid j
	"$ctl" job set q j 'kwargs={"a":"b c"}' priority=7 'description=x = y' \
	    coalesce=false misfire_grace_time=null
	[ "$("$ctl" job show q j --json |
	    jq -c '[.kwargs, .priority, .description, .coalesce, .args]')" = \
	    '[{"a":"b c"},7,"x = y",false,[1]]' ]
	"$ctl" job set q j trigger=cron 'crontab=0 3 * * 1-5' start_date=null
	[ "$("$ctl" job show q j --json | jq -r .trigger)" = 'crontab[0 3 * * 1-5]' ]
	"$ctl" job set q j paused=true
	[[ $(sql 'SELECT reason FROM job') == 'by owner since '* ]]
	run "$ctl" job set q j minutes=5 colour=red
	[ "$status" -eq 65 ]
	[[ $output == *'minutes: is not a field of a cron trigger'* ]]
	[[ $output == *'colour: unknown field'* ]]
	run "$ctl" job set q j 'kwargs={'
	[ "$status" -eq 65 ]
	[[ $output == *kwargs* ]]
	run "$ctl" job set q j priority
	[ "$status" -eq 64 ]
	run "$ctl" job set q j
	[ "$status" -eq 64 ]
	run "$ctl" job set q none priority=1
	[ "$status" -eq 1 ]
}

@test "a memory job is changed, too" {
	printf 'memory_store = "%s/memory/store.db"\n' "$BATS_TEST_TMPDIR" \
	    >>"$conf"
	grid m ',"job_store_kind":"memory"'
	patch m '{"priority":4}'
	status_is 404
	patch 'm?job_store_kind=memory' '{"priority":4}'
	status_is 200
	is priority 4
	is job_store_kind memory
}
