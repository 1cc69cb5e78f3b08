#!/usr/bin/env bats
# A job that cannot be parsed: quarantined, kept, reported, repaired.
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	store=$dir/store.db
	for id in good bad; do
		add "{\"queue_name\":\"q\",\"job_id\":\"$id\",\"trigger\":\"interval\",
		    \"start_date\":\"2026-01-01 00:00:00\",\"timezone\":\"UTC\",
		    \"seconds\":1000,\"kwargs\":{\"x\":1}}"
		status_is 200
	done
}

sql() {
	sqlite3 "$store" "$1"
}

# Let the last $1 slots of all jobs be undecided.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $1 * 1000000000,
	    next_run_us = next_run_us - $1 * 1000000000"
}

# damage SET-CLAUSE: that of job bad, then a tick.
damage() {
	sql "UPDATE job SET $1 WHERE job_id = 'bad'"
	rewind 2
	"$ticker" --once 2>"$BATS_TEST_TMPDIR/err"
}

# Every damage there is: what is set, and the field that is named.
damages() {
	cat <<-'EOT'
		trigger = 'cron;hour=99'	trigger
		trigger = ''	trigger
		args = '[1,'	args
		args = '{}'	args
		kwargs = '{"x":NaN}'	kwargs
		kwargs = 'x' || char(10)	kwargs
		kwargs = CAST(x'7b22ff227d' AS TEXT)	kwargs
		max_attempts = 0	retry.max_attempts
		max_attempts = 1001	retry.max_attempts
		max_age_us = -2	retry.max_age
		base_us = 3155760000000001	retry.base
		cap_us = 9223372036854775807	retry.cap
		max_catchup = -1	max_catchup
		max_catchup = 9000000000	max_catchup
		max_instances = 0	max_instances
		misfire_grace_us = -77	misfire_grace_time
		misfire_grace_us = 9223372036854775807	misfire_grace_time
		priority = -9223372036854775807	priority
	EOT
}

@test "every kind of damage: only that job, its bytes kept, reported everywhere" {
	sql "CREATE TABLE was AS SELECT * FROM job"
	while IFS=$'\t' read -r set name; do
		sql "DELETE FROM job; INSERT INTO job SELECT * FROM was;
		    DELETE FROM run; DELETE FROM message"
		sql "UPDATE job SET $set WHERE job_id = 'bad'"
		bytes=$(sql "SELECT quote(trigger), quote(args), quote(kwargs),
		    max_attempts, max_age_us, base_us, cap_us,
		    max_catchup, max_instances, misfire_grace_us,
		    priority FROM job WHERE job_id = 'bad'")
		# Before a tick has seen it, too.
		cgi GET /v1/timing_jobs/q/bad
		status_is 200
		is status quarantined
		has reason "$name"
		damage "$set"
		grep -q "level=err.*quarantine.*bad" "$BATS_TEST_TMPDIR/err"
		[ "$(sql "SELECT quote(trigger), quote(args), quote(kwargs),
		    max_attempts, max_age_us, base_us, cap_us,
		    max_catchup, max_instances, misfire_grace_us,
		    priority FROM job WHERE job_id = 'bad'")" = "$bytes" ]
		[ "$(sql "SELECT state, next_run_us IS NULL,
		    reason LIKE '$name %' FROM job WHERE job_id = 'bad'")" = \
		    'quarantined|1|1' ]
		# The other one ran.
		[ "$(sql "SELECT group_concat(DISTINCT job_id) FROM run")" = good ]
		cgi GET /funboost/get_timing_jobs
		status_is 200
		is data.count 2
		is 'data.jobs[1].status' quarantined
		has 'data.jobs[1].reason' "$name"
		"$ctl" job list | grep "bad .*quarantined *$name "
		"$ctl" job show q bad | grep "^reason *$name "
		"$ctl" job show q bad --json | jq -e '.status == "quarantined"'
		run "$ctl" doctor
		[[ $output == *"warn  jobs"*"1 of 2 in quarantine, the first is q bad: $name "* ]]
		cgi GET /healthz
		is quarantined 1
		# Another tick has nothing to do with it.
		"$ticker" --once
	done < <(damages)
}

@test "repaired by job set: it runs again, and its missed slots are recorded" {
	damage "kwargs = '{', max_catchup = -5"
	rewind 1
	run "$ctl" job resume q bad
	[ "$status" -eq 1 ]
	[[ $output == *"kwargs cannot be read"* ]]
	# One of two is not enough; what is left is told.
	"$ctl" job set q bad 'kwargs={"x":2}'
	[ "$(sql "SELECT state, reason FROM job WHERE job_id = 'bad'")" = \
	    'quarantined|max_catchup cannot be -5' ]
	"$ctl" job set q bad max_catchup=5
	[ "$(sql "SELECT state, reason IS NULL, next_run_us = cursor_us
	    FROM job WHERE job_id = 'bad'")" = 'active|1|1' ]
	[[ $(sql "SELECT state, count, reason FROM run WHERE job_id = 'bad'") == \
	    'missed|3|quarantined: max_catchup cannot be -5' ]]
	cgi GET /healthz
	is quarantined 0
	rewind 1
	"$ticker" --once
	[ "$(sql "SELECT json_extract(body, '\$.kwargs.x') FROM message
	    ORDER BY id DESC LIMIT 1")" -eq 2 ]
}

@test "repaired by hand or by the host: job resume is enough" {
	damage "trigger = replace(trigger, 'UTC', 'No/Where')"
	cgi POST '/funboost/resume_timing_job?queue_name=q&job_id=bad' '' \
	    HTTP_ACCEPT_LANGUAGE=en
	status_is 409
	has msg 'it cannot be parsed'
	has error_data.job_id No/Where
	sql "UPDATE job SET trigger = replace(trigger, 'No/Where', 'UTC')"
	cgi POST '/funboost/resume_timing_job?queue_name=q&job_id=bad'
	status_is 200
	is data.status running
	is data.reason null
	[[ $(sql "SELECT state, count, reason FROM run WHERE job_id = 'bad'") == \
	    'missed|2|quarantined: trigger cannot be read '* ]]
}

@test "repaired by job add --replace" {
	damage "trigger = 'nonsense', args = 'x'"
	"$ctl" job add q --id bad --every 1h --replace
	[ "$(sql "SELECT state, reason IS NULL, args IS NULL FROM job
	    WHERE job_id = 'bad'")" = 'active|1|1' ]
	run "$ctl" job list
	[[ $output != *quarantined* ]]
}

@test "a trigger is repaired, or paused while it cannot be parsed" {
	damage "trigger = 'nonsense'"
	run "$ctl" job set q bad hour=3
	[ "$status" -eq 65 ]
	[[ $output == *trigger* ]]
	"$ctl" job set q bad trigger=cron hour=3 timezone=UTC
	[ "$(sql "SELECT state, trigger FROM job WHERE job_id = 'bad'")" = \
	    'active|cron;timezone=UTC;hour=3' ]
	damage "args = 'x'"
	sql "UPDATE job SET next_run_us = 1 WHERE job_id = 'bad'"
	"$ctl" job set q bad paused=true
	run "$ctl" job resume q bad
	[ "$status" -eq 1 ]
	[[ $output == *"args cannot be read"* ]]
	"$ctl" job delete q bad
}

@test "dry-run reports, and changes nothing" {
	sql "UPDATE job SET args = '[' WHERE job_id = 'bad'"
	rewind 1
	run "$ticker" --dry-run
	[[ $output == *"quarantine	q	bad	args cannot be read"* ]]
	[ "$(sql "SELECT state FROM job WHERE job_id = 'bad'")" = active ]
}
