#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# The audit: every past slot has its row, or is reported.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	MH=$MINUTEHAND
	new_store
	echo 'memory_store = ""' >>"$CONF"
	echo 'timezone = "UTC"' >>"$CONF"
	STORE=$DIR/store.db
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$STORE" "$1"
}

# The job was added N seconds earlier than it was, and no tick has seen it.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000,
	    since_us = since_us - $2 * 1000000,
	    next_run_us = cursor_us - $2 * 1000000 WHERE job_id = '$1'"
}

# A job each minute of the hour, on the grid, that was added two hours ago.
add_old() {
	"$MH" job add q --id "$1" --cron 'minute=*' "${@:2}" >/dev/null
	rewind "$1" 7200
}

clean() {
	run "$MH" audit
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	[[ $output == audit:*"gap 0, double 0, unexplained 0"* ]]
}

# The audit finds that, and nothing else: found KIND COUNT SLOTS
found() {
	run -1 "$MH" audit --json
	[ "${#lines[@]}" -eq 2 ] || { echo "$output"; return 1; }
	[ "$(jq -r '"\(.finding) \(.count) \(.slots)"' <<<"${lines[0]}")" = \
	    "$1 $2 $3" ]
	jq -e ".$1 == 1" <<<"${lines[1]}"
}

@test "an empty store, jobs that never ran: nothing is wrong" {
	clean
	"$MH" job add q --id a --every 1h >/dev/null
	"$MH" job delete q a
	"$MH" job add q --id b --date 2099-01-01 >/dev/null
	clean
	[[ $output == "audit: 1 jobs, 0 rows, 0 slots:"* ]]
}

@test "after changes, outages and ticks the ledger is complete" {
	add_old catchup --max-catchup 5 --no-coalesce
	add_old coalesced
	add_old missed --misfire-grace 1m
	add_old paused
	add_old replaced
	add_old deleted
	add_old held
	"$MH" job add q --id dense --cron 'second=*' >/dev/null
	rewind dense 2000000
	"$MH" job add q --id berlin --cron 'hour=2 minute=30' \
	    --timezone Europe/Berlin --dst skip --no-coalesce >/dev/null
	sql "UPDATE job SET cursor_us = 1774488600000000,
	    since_us = 1774488600000000, next_run_us = 1774488600000000
	    WHERE job_id = 'berlin'"
	"$MH" job pause q paused
	"$MH" job add q --id date --date '2025-01-01 00:00' >/dev/null
	"$MH" job add other --id every --every 90 --start 2026-01-01 >/dev/null
	rewind every 9000
	clean
	"$MH" job add q --id replaced --cron 'minute=*/7' --replace >/dev/null
	"$MH" job delete q deleted
	"$MH" queue pause q
	"$TICKER" --once
	clean
	"$MH" queue resume q
	"$MH" job run q coalesced
	"$MH" job run q coalesced
	"$MH" job resume q paused
	"$TICKER" --once
	"$MH" replay "$(sql "SELECT task_id FROM run WHERE state = 'sent' LIMIT 1")"
	clean
	[[ $output == *"run by hand 3"* ]]
	add_old again
	"$MH" job pause q again
	"$MH" job add q --id replaced --every 10 --replace >/dev/null
	"$MH" job add q --id replaced --date '2025-01-01 00:00' --replace >/dev/null
	"$TICKER" --once
	"$MH" job add q --id replaced --cron 'minute=*/7' --replace >/dev/null
	"$MH" job resume q again
	echo y | "$MH" queue clear q --yes
	"$TICKER" --once
	clean
}

@test "a row that is deleted is a gap" {
	add_old j --max-catchup 10 --no-coalesce
	"$TICKER" --once
	clean
	sql "DELETE FROM run WHERE state = 'sent' AND slot_us =
	    (SELECT max(slot_us) FROM run)"
	found gap 1 1
	[ "$(jq -r '"\(.queue_name)/\(.job_id) \(.run_id)"' <<<"${lines[0]}")" = \
	    'q/j null' ]
	sql "DELETE FROM run"
	found gap 120 120
}

@test "a duplicated row is reported as double, or unexplained" {
	local id
	add_old j --max-catchup 10 --no-coalesce
	"$TICKER" --once
	id=$(sql "SELECT task_id FROM run WHERE state = 'missed'")
	sql "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us,
	    count, state, decided_us) SELECT 'twice', job, queue, job_id,
	    last_us, last_us, 1, 'sent', decided_us FROM run
	    WHERE task_id = '$id'"
	found double 1 1
	[ "$(jq -r .run_id <<<"${lines[0]}")" = twice ]
	sql "UPDATE run SET slot_us = last_us + 1, last_us = last_us + 1
	    WHERE task_id = 'twice'"
	found unexplained 1 0
	sql "UPDATE run SET job = 4711 WHERE task_id = 'twice'"
	found unexplained 1 0
}

@test "a skipped slot is reported, between rows and in a range" {
	add_old j --max-catchup 10 --no-coalesce
	"$TICKER" --once
	sql "UPDATE run SET last_us = last_us - 60000000, count = count - 1
	    WHERE state = 'missed'"
	found gap 1 1
	sql "UPDATE run SET last_us = last_us + 60000000 WHERE state = 'missed'"
	found unexplained 109 110
	sql "UPDATE run SET count = count + 1 WHERE state = 'missed'"
	clean
	# The cursor went on without a row.
	sql "UPDATE job SET cursor_us = cursor_us + 60000000"
	found gap 1 1
}

@test "tables, --since, and wrong usage" {
	add_old j --max-catchup 10 --no-coalesce
	"$TICKER" --once
	sql "DELETE FROM run WHERE state = 'sent'"
	run -1 "$MH" audit
	[[ ${lines[0]} == FINDING*QUEUE*JOB*FIRST*LAST*COUNT*SLOTS*RUN ]]
	[[ ${lines[1]} == gap*q*j*10*10*- ]]
	[[ ${lines[2]} == *"gap 1, double 0, unexplained 0; "* || \
	    ${lines[2]} == *"gap 1, double 0, unexplained 0" ]]
	run -1 "$MH" audit --json \
	    --since "$(date -u -d '-5 min' '+%Y-%m-%d %H:%M:30')"
	[ "$(jq -s '.[0].count' <<<"$output")" -eq 5 ]
	run -0 "$MH" audit --since 2099-01-01
	[[ $output == *"rows not compared 1" ]]
	run -65 "$MH" audit --since someday
	[[ $output == *--since* ]]
	run -64 "$MH" audit now
}

@test "pruned rows limit the audit of each job" {
	add_old j --max-catchup 10 --no-coalesce
	add_old k --max-catchup 10 --no-coalesce
	"$TICKER" --once
	echo 'retention_rows_per_job = 3' >>"$CONF"
	"$MH" job run q k
	# Those whose message waits are kept.
	"$MH" queue clear q --yes
	"$TICKER" --once
	[ "$(sql 'SELECT sum(rows) FROM run_pruned')" -ge 10 ]
	clean
	sql "DELETE FROM run WHERE job_id = 'j' AND slot_us =
	    (SELECT max(slot_us) FROM run WHERE job_id = 'j')"
	found gap 1 1
}

@test "a store of version 1: slots before the migration are not known" {
	local now
	now=$(date +%s)000000
	rm "$STORE"
	sql "PRAGMA journal_mode = WAL" >/dev/null
	sql ".read $abs_top_srcdir/tests/vectors/schema-1.sql"
	sql "INSERT INTO job (queue, job_id, trigger, priority, coalesce,
	    max_catchup, max_instances, state, next_run_us, cursor_us,
	    created_us, changed_us)
	    VALUES ('q', 'j', 'cron;timezone=UTC;minute=*', 0, 1, 1, 1, 'active',
	    1790000040000000, 1790000040000000, 1, 1);
	    INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us,
	    count, state, decided_us)
	    VALUES ('odd', 1, 'q', 'j', 7, 7, 1, 'sent', $now),
	    ('gone', 9, 'q', 'g', 7, 7, 1, 'sent', $now)"
	"$TICKER" --once
	clean
	[[ $output == *"rows not compared 4" ]]
	"$MH" job run q j
	sql "UPDATE history SET until_us = until_us - 86400000000"
	"$TICKER" --once
	clean
}

@test "replaced zone data: their slots are not compared" {
	local zones=$BATS_TEST_TMPDIR/zoneinfo
	mkdir -p "$zones/Test"
	cp /usr/share/zoneinfo/Etc/GMT-3 "$zones/Test/Zone"
	echo "zoneinfo = \"$zones\"" >>"$CONF"
	"$MH" job add q --id j --cron 'hour=*/3' --timezone Test/Zone >/dev/null
	rewind j 86400
	"$TICKER" --once
	clean
	cp /usr/share/zoneinfo/Etc/GMT-2 "$zones/new"
	mv "$zones/new" "$zones/Test/Zone"
	"$TICKER" --once
	clean
	[[ $output == *"rows not compared 2" ]]
}

@test "a trigger that cannot be parsed hides no other job" {
	add_old j
	add_old k --max-catchup 10 --no-coalesce
	"$TICKER" --once
	sql "UPDATE job SET trigger = 'broken' WHERE job_id = 'j'"
	clean
	sql "DELETE FROM run WHERE state = 'sent'"
	run -1 "$MH" audit --json
	[ "$(jq -s '.[0] | "\(.job_id) \(.count)"' -r <<<"$output")" = 'k 10' ]
}

@test "restore audits, and reports an incomplete ledger" {
	add_old j --max-catchup 10 --no-coalesce
	"$TICKER" --once
	"$MH" backup "$BATS_TEST_TMPDIR/copy.db"
	run -0 "$MH" restore "$BATS_TEST_TMPDIR/copy.db"
	[[ $output == *"audit: 1 jobs, 11 rows, 120 slots: gap 0"* ]]
	sql "DELETE FROM run WHERE state = 'missed'"
	"$MH" backup --force "$BATS_TEST_TMPDIR/copy.db"
	run -1 "$MH" restore "$BATS_TEST_TMPDIR/copy.db"
	[[ $output == *"the store is restored, but"* ]]
}

@test "a run by hand decides no slots, even if the clock is set back" {
	"$MH" job add q --id j --cron 'minute=*' >/dev/null
	"$MH" job run q j
	sql "UPDATE run SET slot_us = slot_us + 86400000000,
	    last_us = last_us + 86400000000"
	"$MH" job add q --id j --cron 'minute=*' --replace >/dev/null
	[ "$(sql 'SELECT cursor_us - changed_us <= 60000000 FROM job')" -eq 1 ]
	clean
}
