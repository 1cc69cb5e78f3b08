#!/usr/bin/env bats
# For every reason why a slot does not run, the ledger has one row.
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	load ../support/grid.bash
}

# An instant in microseconds of column $1 of table $2, as reasons have it.
since() {
	sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', $1 / 1000000, 'unixepoch')
	    FROM $2"
}

@test "job paused: one row, by whom and since when" {
	grid j
	id=${token:3:8}
	cgi POST '/funboost/pause_timing_job?queue_name=q&job_id=j'
	status_is 200
	at=$(since changed_us job)
	is data.reason "by $id since $at"
	rewind j 5
	"$ticker" --once
	[ -z "$(rows j)" ]
	cgi POST '/funboost/resume_timing_job?queue_name=q&job_id=j'
	[ "$(rows j)" = "paused|5|by $id since $at" ]
}

@test "added as paused: by whom and since when, too" {
	grid j ',"paused":true'
	is data.reason "by ${token:3:8} since $(since changed_us job)"
	rewind j 2
	"$ctl" job resume q j
	[[ $(rows j) == "paused|2|by ${token:3:8} since "* ]]
}

@test "queue paused: by whom and since when; a second pause changes neither" {
	grid j
	"$ctl" queue pause q
	sql 'UPDATE queue SET changed_us = changed_us - 7000000000'
	at=$(since changed_us queue)
	cgi POST '/funboost/pause_scheduler?queue_name=q'
	rewind j 5
	"$ticker" --once
	[ "$(rows j)" = "paused|5|queue paused by owner since $at" ]
	"$ctl" queue resume q
	rewind j 0
	[ "$(sql 'SELECT is_paused, actor FROM queue')" = '0|owner' ]
}

@test "a paused job that is replaced or deleted was paused, not missed" {
	for how in replace delete; do
		grid $how
		"$ctl" job pause q $how
		rewind $how 3
	done
	grid replace ',"replace_existing":true,"end_date":"2100-01-01"'
	[ -z "$(rows replace)" ]
	"$ctl" job add q --id replace --every 7 --replace
	"$ctl" job delete q delete
	[[ $(rows replace) == 'paused|3|by owner since '* ]]
	[[ $(rows delete) == 'paused|3|by owner since '* ]]
}

@test "delete all: the due slots of each job are recorded" {
	for i in 1 2 3; do
		grid j$i
		rewind j$i $i
	done
	add '{"queue_name":"r","job_id":"k","trigger":"interval","hours":1}'
	"$ctl" job pause q j2
	cgi DELETE '/funboost/delete_all_timing_jobs?queue_name=q'
	status_is 200
	is data.deleted_count 3
	id=${token:3:8}
	[ "$(rows j1)" = "missed|1|deleted by $id" ]
	[[ $(rows j2) == "paused|2|by owner since "* ]]
	[ "$(rows j3)" = "missed|3|deleted by $id" ]
	[ "$(sql 'SELECT group_concat(job_id) FROM job')" = k ]
	[ "$(sql "SELECT count(*) FROM audit
	    WHERE action = 'job.delete-all' AND queue = 'q'")" -eq 1 ]
	[ "$(sql 'SELECT count(*) FROM job_gone')" -eq 3 ]
	cgi DELETE /funboost/delete_all_timing_jobs
	is data.deleted_count 1
}

@test "delete all: more jobs than fit into a transaction" {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	    WHERE i < 2500) INSERT INTO job (queue, job_id, trigger, priority,
	    coalesce, max_catchup, max_instances, state, next_run_us, cursor_us,
	    created_us, changed_us) SELECT iif(i % 2, 'q', 'r'), i,
	    'interval;timezone=UTC;length_us=60000000;run_us=0', 0, 1, 1, 1,
	    'active', 60000000, 60000000, 1, 1 FROM n"
	sql "UPDATE job SET cursor_us = 60000000 * (strftime('%s') / 60),
	    next_run_us = 60000000 * (strftime('%s') / 60)"
	cgi DELETE '/funboost/delete_all_timing_jobs?queue_name=q'
	is data.deleted_count 1250
	cgi DELETE /funboost/delete_all_timing_jobs
	is data.deleted_count 1250
	[ "$(sql 'SELECT count(*), count(DISTINCT job), min(count) FROM run')" = \
	    '2500|2500|1' ]
	[ "$(sql 'SELECT count(*) FROM job')" -eq 0 ]
}

@test "expired: every slot has its row, and why reports the job's end" {
	grid j ",\"end_date\":\"$(date -u -d '+2000 seconds' '+%F %T')\""
	rewind j 3
	sql "UPDATE job SET trigger = replace(trigger, substr(trigger,
	    instr(trigger, ';end_us=') + 8, 16), cursor_us + 2000000000)"
	"$ticker" --once
	[ "$(sql 'SELECT count(*) FROM job')" -eq 0 ]
	[ "$(sql 'SELECT sum(count) FROM run')" -eq 3 ]
	[ "$(sql 'SELECT reason FROM job_gone')" = expired ]
	run "$ctl" why q j 2035-01-01
	[ "$status" -eq 0 ]
	[[ $output == "It has expired"* ]]
	[ "$("$ctl" why q j 2035-01-01 --json | jq -r .answer)" = exhausted ]
	# Another one that is deleted says that.
	grid j
	"$ctl" job run q j
	"$ctl" job delete q j
	[[ $("$ctl" why q j 2035-01-01) == *"(deleted by owner, 20"* ]]
}

@test "run now: an additional row, and the schedule is unchanged" {
	grid j
	before=$(sql 'SELECT cursor_us, next_run_us FROM job')
	"$ctl" job run q j
	[ "$(rows j)" = 'sent|1|run now' ]
	[ "$(sql 'SELECT cursor_us, next_run_us FROM job')" = "$before" ]
	# Also within what a range row later stands for: that stays apart.
	rewind j 3
	sql 'UPDATE run SET slot_us = (SELECT cursor_us + 1500000000 FROM job),
	    last_us = (SELECT cursor_us + 1500000000 FROM job)'
	"$ctl" queue pause q
	"$ticker" --once
	[ "$(sql 'SELECT state, count FROM run ORDER BY slot_us' | xargs)" = \
	    'paused|2 sent|1 paused|1' ]
}

@test "a cursor that went back: decided slots stay decided, once" {
	grid j
	rewind j 6
	"$ticker" --once
	[ "$(sql 'SELECT state, count FROM run ORDER BY slot_us' | xargs)" = \
	    'coalesced|5 sent|1' ]
	rewind j 9
	"$ctl" queue pause q
	"$ticker" --once
	[ "$(sql 'SELECT state, count FROM run ORDER BY slot_us' | xargs)" = \
	    'paused|3 coalesced|5 sent|1' ]
	[ "$(sql 'SELECT count(*) FROM message')" -eq 1 ]
}

@test "every second, paused for a year: one row" {
	add '{"queue_name":"q","job_id":"s","trigger":"interval","seconds":1,
	    "start_date":"2020-01-01 00:00:00"}'
	"$ctl" job pause q s
	sql 'UPDATE job SET cursor_us = cursor_us - 31536000000000'
	"$ctl" job resume q s
	[ "$(sql 'SELECT count(*), state, count BETWEEN 31536000 AND 31536100,
	    (last_us - slot_us) / 1000000 = count - 1 FROM run')" = '1|paused|1|1' ]
	# A queue's, in steps, and told tick by tick.
	"$ctl" queue pause q
	sql 'DELETE FROM run; UPDATE job SET cursor_us = cursor_us - 200000000000,
	    next_run_us = next_run_us - 200000000000'
	"$ticker" --once
	"$ticker" --once
	[ "$(sql 'SELECT count(*), state, count >= 200000,
	    (last_us - slot_us) / 1000000 = count - 1 FROM run')" = '1|paused|1|1' ]
}

@test "missed and coalesced: how late, which range, how many" {
	grid late ',"misfire_grace_time":60,"coalesce":false'
	grid many ',"coalesce":false,"max_catchup":2'
	grid one
	for id in late many one; do rewind $id 5; done
	# Late by more than a minute, whenever this runs.
	sql "UPDATE job SET trigger = replace(trigger, 'length_us=1000000000',
	    'length_us=500000000'), cursor_us = cursor_us - 500000000,
	    next_run_us = cursor_us - 500000000 WHERE job_id = 'late'"
	"$ticker" --once
	[ "$(rows many)" = 'missed|3|more than max_catchup (2) slots waited
sent|1|
sent|1|' ]
	[ "$(rows one)" = 'coalesced|4|a later slot ran for it
sent|1|' ]
	[[ $(rows late) == 'missed|'*'|late by '*' s, misfire_grace_time is 60.000 s'* ]]
	[ "$(sql "SELECT (last_us - slot_us) / 1000000000 FROM run
	    WHERE job_id = 'one' AND state = 'coalesced'")" -eq 3 ]
}

@test "a date in the past instead of a schedule: the due slots are recorded" {
	for id in patched replaced; do
		grid $id
		rewind $id 3
	done
	"$ctl" job set q patched trigger=date run_date=2025-12-03 start_date=null
	add '{"queue_name":"q","job_id":"replaced","trigger":"date",
	    "run_date":"2025-12-03","replace_existing":true}'
	[ "$(rows patched)" = 'missed|3|changed by owner' ]
	[ "$(rows replaced)" = "missed|3|replaced by ${token:3:8}" ]
	"$ticker" --once
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'sent'")" -eq 2 ]
	# One of the slots that were due: that runs, the others are told.
	grid j
	rewind j 3
	at=$(sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', cursor_us / 1000000 + 1000,
	    'unixepoch') FROM job WHERE job_id = 'j'")
	"$ctl" job set q j trigger=date "run_date=$at" start_date=null
	"$ticker" --once
	[ "$(rows j | cut -d'|' -f1,2 | xargs)" = 'missed|1 sent|1 missed|1' ]
}
