#!/usr/bin/env bats
# The ledger's answers: runs, why, replay, by HTTP and by command.
#
# Each test is a subshell of its own; cgi.bash sets and uses the other names.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	cgi_setup
	# shellcheck disable=SC2153
	printf 'memory_store = "%s/memory/store.db"\n' "$BATS_TEST_TMPDIR" \
	    >>"$conf"
	store=$dir/store.db
}

sql() {
	sqlite3 "$store" "$1"
}

# A job with a slot each 1000 s since long ago: grid ID [JSON-MEMBERS]
grid() {
	add "{\"queue_name\":\"q\",\"job_id\":\"$1\",\"trigger\":\"interval\",
	    \"start_date\":\"2026-01-01 00:00:00\",\"timezone\":\"UTC\",
	    \"seconds\":1000,\"kwargs\":{\"n\":1}${2-}}"
	status_is 200
}

# Let its last $2 slots be undecided, and the job be older than them.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000000,
	    next_run_us = cursor_us - $2 * 1000000000,
	    created_us = created_us - ($2 + 1) * 1000000000,
	    changed_us = changed_us - ($2 + 1) * 1000000000
	    WHERE job_id = '$1'"
}

# $1 rows of queue $2 job number $3, slots a second apart from $4 on.
rows() {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	    WHERE i < $1) INSERT INTO run (task_id, job, queue, job_id, slot_us,
	    last_us, count, state, decided_us) SELECT '$2-$3-' || ($4 + i), $3,
	    '$2', 'j' || $3, ($4 + i) * 1000000, ($4 + i) * 1000000, 1,
	    iif(i % 10 = 0, 'missed', 'sent'), ($4 + i) * 1000000 FROM n"
}

# The instant of an SQL expression of microseconds, UTC, as users write it.
instant() {
	sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ($1) / 1000000, 'unixepoch')
	    FROM $2"
}

# why JOB AT: $body of GET /v1/why, in English.
why() {
	cgi GET "/v1/why?queue_name=q&job_id=$1&at=$2" '' \
	    HTTP_ACCEPT_LANGUAGE=en
}

# why_is JOB AT ANSWER [TEXT]: the answer, and the same by command.
why_is() {
	why "$1" "$2"
	status_is 200
	is answer "$3"
	has message "${4-}"
	[ "$("$ctl" why q "$1" "$2" --json | jq -r .answer)" = "$3" ]
	[ "$("$ctl" why q "$1" "$2")" = "$(field .message)" ]
}

@test "runs: one run in all its fields" {
	grid j ',"coalesce":true'
	rewind j 3
	"$ticker" --once
	cgi GET /v1/runs
	status_is 200
	is 'runs|length' 2
	is next_cursor null
	is 'runs[0].state' sent
	is 'runs[0].queue_name' q
	is 'runs[0].job_id' j
	is 'runs[0].count' 1
	is 'runs[0].reason' null
	is 'runs[1].state' coalesced
	is 'runs[1].count' 2
	[ "$(field '.runs[1].slot')" = "$(instant slot_us "run WHERE state = 'coalesced'")" ]
	[ "$(field '.runs[1].last_slot')" = "$(instant last_us "run WHERE state = 'coalesced'")" ]
	one=$(field '.runs[0]')
	cgi GET "/v1/runs/$(field '.runs[0].id')"
	status_is 200
	[ "$(field 'del(.result, .earlier_attempts, .output)')" = "$one" ]
	[ "$(field '[.earlier_attempts, .output] | tojson')" = '[[],null]' ]
	cgi GET /v1/runs/no-such-run
	status_is 404
	has message no-such-run
}

@test "runs: each filter, and all of them together" {
	rows 100 q 1 1000
	rows 50 q 2 2000
	rows 20 other 3 3000
	sql "INSERT INTO job_gone (queue, job_id, job) VALUES ('q', 'j1', 1), ('q', 'j2', 2),
	    ('other', 'j3', 3)"
	while read -r query n first; do
		cgi GET "/v1/runs?limit=1000&$query"
		status_is 200
		is 'runs|length' "$n"
		is 'runs[0].id' "$first"
		[ "$(field '.runs | map(.slot) | (sort | reverse) == .')" = true ]
	done <<-EOF
		x=1 170 other-3-3020
		queue_name=q 150 q-2-2050
		queue_name=q&job_id=j1 100 q-1-1100
		state=missed 17 other-3-3020
		state=sent 153 other-3-3019
		queue_name=q&state=missed 15 q-2-2050
		queue_name=q&state=sent 135 q-2-2049
		queue_name=q&job_id=j1&state=missed 10 q-1-1100
		from=1970-01-01T00:50:00Z 20 other-3-3020
		to=1970-01-01T00:33:20Z 100 q-1-1100
		queue_name=q&from=1970-01-01T00:17:00Z&to=1970-01-01T00:18:00Z 60 q-1-1079
		from=1970-01-01+08:17:00&to=1970-01-01+08:18:00 60 q-1-1079
	EOF
	cgi GET '/v1/runs?queue_name=none'
	is runs '[]'
}

@test "runs: invalid input is reported field by field" {
	cgi GET '/v1/runs?state=lost&from=soon&to=2026-13-01&limit=0&job_id=j'
	status_is 400
	has error_data.state 'sent, missed, coalesced, paused, overlap'
	has error_data.from 'Invalid date'
	has error_data.to 'month must be'
	has error_data.limit 1000
	cgi GET '/v1/runs?job_id=j'
	status_is 400
	has error_data.queue_name required
	for cursor in x 1.1 1.1,2 1.1,2.x 1,1.1.1 ','; do
		cgi GET "/v1/runs?cursor=$cursor"
		status_is 400
		has error_data.cursor 'not a cursor'
	done
	cgi GET '/v1/runs?limit=1001'
	status_is 400
}

@test "runs: pages go through all once, while rows are added" {
	rows 95 q 1 1000
	cursor='' seen='' pages=0
	while :; do
		cgi GET "/v1/runs?queue_name=q&limit=10&cursor=$cursor"
		status_is 200
		seen+=$(field '.runs[].id')$'\n'
		pages=$((pages + 1))
		cursor=$(field .next_cursor)
		[ "$cursor" != null ] || break
		# Newer ones come meanwhile; they belong to no later page.
		rows 7 q 1 $((1100 + 7 * pages))
	done
	[ "$pages" -eq 10 ]
	[ "$(grep -c . <<<"$seen")" -eq 95 ]
	[ "$(grep . <<<"$seen" | sort -u | wc -l)" -eq 95 ]
	[ "$(sql "SELECT count(*) FROM run")" -eq 158 ]
}

@test "runs: both stores in one order, page by page" {
	add '{"queue_name":"q","job_id":"m","trigger":"date","job_store_kind":"memory"}'
	"$ticker" --once
	grid j
	"$ctl" job run q j
	"$ctl" job run q m || true
	rows 3 q 9 4000000000
	for want in q-9-4000000003 q-9-4000000002 q-9-4000000001; do
		cgi GET "/v1/runs?limit=1&cursor=${cursor-}"
		is 'runs[0].id' "$want"
		cursor=$(field .next_cursor)
	done
	cgi GET "/v1/runs?cursor=$cursor"
	[ "$(field '[.runs[].job_id] | sort | join(" ")')" = "j m" ]
	is next_cursor null
	cgi GET '/v1/runs?queue_name=q&job_id=m'
	is 'runs|length' 1
}

@test "runs: a name's runs stay together when the job is deleted and added" {
	grid j
	"$ctl" job run q j
	"$ctl" job delete q j
	grid j
	"$ctl" job run q j
	cgi GET '/v1/runs?queue_name=q&job_id=j'
	is 'runs|length' 2
	"$ctl" job delete q j
	[ "$("$ctl" runs q j --json | jq length)" -eq 2 ]
	[ "$(sql 'SELECT count(DISTINCT job) FROM run')" -eq 2 ]
}

@test "runs: a token sees only its queues" {
	rows 3 q 1 1000
	token=$(new_token read,write 'p*')
	cgi GET /v1/runs
	status_is 403
	cgi GET '/v1/runs?queue_name=q'
	status_is 404
	cgi GET /v1/runs/q-1-1001
	status_is 404
	post /v1/runs/q-1-1001/replay
	status_is 404
	cgi GET '/v1/why?queue_name=q&job_id=j1&at=2026-01-01'
	status_is 404
	cgi GET '/v1/runs?queue_name=p1'
	status_is 200
	token=$(new_token read '*')
	post /v1/runs/q-1-1001/replay
	status_is 403
}

@test "command: the same filters, and the cursor of the rest" {
	rows 30 q 1 1000
	run --separate-stderr "$ctl" runs q --limit 10 --json
	[ "$status" -eq 0 ]
	[ "$(jq length <<<"$output")" -eq 10 ]
	# shellcheck disable=SC2154
	cursor=${stderr##* }
	[ "$("$ctl" runs q --json --cursor "$cursor" 2>&1 | jq length)" -eq 20 ]
	[ "$("$ctl" runs --state missed --json | jq length)" -eq 3 ]
	[ "$("$ctl" runs --from 1970-01-01T00:17:00Z --json | jq length)" -eq 11 ]
	[ "$("$ctl" runs --to 1970-01-01T00:17:00Z --json | jq length)" -eq 19 ]
	run "$ctl" runs --state lost
	[ "$status" -eq 64 ]
	run "$ctl" runs --from soon
	[ "$status" -eq 65 ]
	run "$ctl" runs --cursor x
	[ "$status" -eq 65 ]
}

@test "replay: by the job, with the parameters it has now" {
	grid j
	"$ctl" job run q j
	id=$(sql 'SELECT task_id FROM run')
	post "/v1/runs/$id/replay"
	status_is 200
	new=$(field .run_id)
	[ "$new" != "$id" ]
	cgi GET "/v1/runs/$new"
	is reason "replay of $id"
	is state sent
	is job_id j
	[ "$(sql "SELECT count(*) FROM message WHERE json_extract(body,
	    '$.task_id') = '$new' AND json_extract(body, '$.kwargs.n') = 1")" -eq 1 ]
	[ "$(sql "SELECT count(*) FROM audit WHERE action = 'run.replay'
	    AND queue = 'q' AND job_id = 'j'")" -eq 1 ]
	sql "UPDATE job SET kwargs = '{\"n\":2}'"
	new=$("$ctl" replay "$id")
	[ "$(sql "SELECT json_extract(body, '$.kwargs.n') FROM message
	    WHERE json_extract(body, '$.task_id') = '$new'")" -eq 2 ]
	# What did not run can be run, too.
	rewind j 3
	"$ticker" --once
	"$ctl" replay "$(sql "SELECT task_id FROM run WHERE state = 'coalesced'")"
}

@test "replay: without a job by the message, if it is kept" {
	post /funboost/publish '{"queue_name":"q","task_id":"t1","priority":3,
	    "msg_body":{"x":"é\"\\","y":12345678901234567,"z":1.50}}'
	status_is 200
	post /v1/runs/t1/replay
	status_is 200
	[ "$(sql "SELECT count(DISTINCT substr(body, instr(body, '\"args\"')))
	    FROM message")" -eq 1 ]
	[ "$(sql 'SELECT count(*) FROM message WHERE priority = 3')" -eq 2 ]
	sql 'DELETE FROM message'
	cgi POST /v1/runs/t1/replay '' HTTP_ACCEPT_LANGUAGE=en
	status_is 409
	has message 'its parameters are unknown'
	[ "$(sql 'SELECT count(*) FROM run')" -eq 2 ]
	run "$ctl" replay t1
	[ "$status" -eq 1 ]
	[[ $output == *"parameters are unknown"* ]]
	run "$ctl" replay t2
	[ "$status" -eq 1 ]
	post /v1/runs/t2/replay
	status_is 404
}

@test "why: the states of slots" {
	grid j
	rewind j 3
	"$ticker" --once
	why_is j "$(instant slot_us "run WHERE state = 'sent'")" ran 'It ran: slot'
	is facts.run_id "$(sql "SELECT task_id FROM run WHERE state = 'sent'")"
	[ "$(field '.facts.late_seconds > 0')" = true ]
	why_is j "$(instant slot_us "run WHERE state = 'coalesced'")" coalesced
	is facts.count 2
	why_is j "$(instant last_us "run WHERE state = 'coalesced'")" coalesced
	why_is j "$(instant 'slot_us + 1000000' "run WHERE state = 'coalesced'")" \
	    no_slot 'no slot of it'
	[ "$(field .facts.slot_before)" = "$(instant slot_us "run WHERE state = 'coalesced'")" ]
	[ "$(field .facts.slot_after)" = "$(instant last_us "run WHERE state = 'coalesced'")" ]
}

@test "why: missed, and the reason" {
	grid j ',"misfire_grace_time":1'
	rewind j 2
	sql 'UPDATE job SET cursor_us = cursor_us - 1000000000,
	    next_run_us = next_run_us - 1000000000'
	"$ticker" --once
	why_is j "$(instant slot_us "run WHERE state = 'missed'")" missed \
	    'misfire_grace_time is 1.000 s'
}

@test "why: ahead, paused, switched off" {
	grid j
	at=$(instant cursor_us job)
	why_is j "$at" will_fire 'It will fire'
	[ "$(field .facts.fires_at)" = "$at" ]
	"$ctl" queue pause q
	why_is j "$at" queue_paused 'queue q is switched off (queue paused by owner since 20'
	"$ctl" job pause q j
	why_is j "$at" job_paused '(by owner since 20'
	has facts.job_reason 'by owner since 20'
	[ "$(field .facts.job_changed)" != null ]
	"$ctl" job resume q j
	rewind j 3
	"$ticker" --once
	why_is j "$(instant last_us run)" was_paused \
	    '(queue paused by owner since 20'
	is facts.count 3
}

@test "why: before the job, after its last slot, due" {
	add '{"queue_name":"q","job_id":"e","trigger":"interval","hours":1,
	    "start_date":"2030-01-01 00:00:00","end_date":"2030-01-01 02:00:00"}'
	why_is e '2020-01-01T00:00:00Z' before_job
	why_is e '2030-01-01T02:00:00' will_fire
	is facts.timezone Asia/Shanghai
	is facts.slot 2029-12-31T18:00:00Z
	why_is e '2030-01-01T02:00:01' exhausted '2030-01-01 02:00:00+08:00'
	why_is e '2035-01-01' exhausted
	grid j
	rewind j 1
	why_is j "$(instant cursor_us "job WHERE job_id = 'j'")" due 'next tick'
}

@test "why: a replaced job, an unreadable one, a lost row" {
	grid j
	rewind j 2
	"$ticker" --once
	sql 'UPDATE job SET changed_us = cursor_us'
	at=$(instant slot_us "run WHERE state = 'sent'")
	sql 'DELETE FROM run'
	why_is j "$at" changed
	sql 'UPDATE job SET changed_us = created_us'
	why_is j "$at" unexplained 'The ledger lacks the row of slot'
	sql "INSERT INTO run_pruned SELECT id, queue, 'sent', 1, 1,
	    cursor_us - 1, cursor_us - 1 FROM job"
	why_is j "$at" pruned
	sql "UPDATE job SET trigger = 'nonsense', state = 'quarantined',
	    reason = 'damaged'"
	why_is j "$at" quarantined '(damaged)'
}

@test "why: a deleted job, and one that never existed" {
	grid j
	rewind j 2
	"$ticker" --once
	at=$(instant slot_us "run WHERE state = 'sent'")
	"$ctl" job delete q j
	why_is j "$at" ran
	why_is j 2020-01-01 gone 'No such job exists now'
	why none 2020-01-01
	status_is 404
	run "$ctl" why q none 2020-01-01
	[ "$status" -eq 1 ]
}

@test "why: Chinese if preferred, and invalid input" {
	grid j
	cgi GET "/v1/why?queue_name=q&job_id=j&at=$(instant cursor_us job)" '' HTTP_ACCEPT_LANGUAGE=zh-CN
	status_is 200
	has message '将会触发'
	cgi GET '/v1/why?queue_name=q&job_id=j'
	status_is 400
	has error_data.at required
	cgi GET '/v1/why?at=soon'
	status_is 400
	has error_data.job_id required
	has error_data.queue_name required
	why j soon
	status_is 400
	has error_data.at 'Invalid date'
	run "$ctl" why q j soon
	[ "$status" -eq 65 ]
}
