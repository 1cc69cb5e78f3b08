#!/usr/bin/env bats
# Whatever keeps a slot from running, the ledger has one row that says so.
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load cgi.bash
	cgi_setup
	store=$dir/store.db
}

sql() {
	sqlite3 "$store" "$1"
}

# A job with a slot each 1000 s since long ago: grid ID [JSON-MEMBERS]
grid() {
	add "{\"queue_name\":\"q\",\"job_id\":\"$1\",\"trigger\":\"interval\",
	    \"start_date\":\"2026-01-01 00:00:00\",\"timezone\":\"UTC\",
	    \"seconds\":1000${2-}}"
	status_is 200
}

# Let its last $2 slots be undecided, and the job be older than them.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000000,
	    next_run_us = next_run_us - $2 * 1000000000,
	    created_us = created_us - ($2 + 1) * 1000000000,
	    changed_us = changed_us - ($2 + 1) * 1000000000
	    WHERE job_id = '$1'"
}

# rows JOB: state, count and reason of its rows, the oldest slot first.
rows() {
	sql "SELECT state, count, reason FROM run WHERE job_id = '$1'
	    ORDER BY slot_us"
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
	grid replace ',"replace_existing":true'
	"$ctl" job delete q delete
	[[ $(rows replace) == 'paused|3|by owner since '* ]]
	[[ $(rows delete) == 'paused|3|by owner since '* ]]
}

@test "delete all: what was due is told, of each job" {
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

@test "delete all: more jobs than a transaction takes" {
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

@test "expired: every slot has its row, and why says how the job went" {
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

@test "run now: a row beside the schedule, which it does not shift" {
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

@test "a cursor that went back: what is decided stays decided, once" {
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
