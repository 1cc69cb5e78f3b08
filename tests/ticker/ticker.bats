#!/usr/bin/env bats
# The ticker on its own: windows, signals, exit status, policies.
# Names come from helper.bash.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	STORE=$DIR/store.db
	MEMORY=$BATS_TEST_TMPDIR/memory/store.db
	printf 'memory_store = "%s"\ntimezone = "UTC"\n' "$MEMORY" >>"$CONF"
	TICKERS=()
}

teardown() {
	local pid
	for pid in "${TICKERS[@]}"; do
		stop_pid "$pid"
	done
}

sql() {
	sqlite3 "$STORE" "$1"
}

# job QUEUE ID JSON-MEMBERS
job() {
	printf '{"queue_name":"%s","job_id":"%s",%s}' "$1" "$2" "$3" |
	    "$MINUTEHAND" job add --json -
}

# An interval whose grid began long ago, so that it has slots to go back to;
# so long that none of its slots comes while a test runs.
GRID='"trigger":"interval","start_date":"2026-01-01 00:00:00","seconds":1000'

# In the background, with what it prints kept.
tick() {
	"$TICKER" "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	TICKERS+=($!)
}

# Let the job's slots from $2 seconds ago on be undecided.
rewind() {
	sql "UPDATE job SET cursor_us = cursor_us - $2 * 1000000,
	    next_run_us = cursor_us - $2 * 1000000 WHERE job_id = '$1'"
}

has_memory_message() {
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 1 ]
}

has_ticks() {
	[ "$(sql "SELECT count(*) FROM tick")" -eq "$1" ]
}

has_messages() {
	[ "$(sql "SELECT count(*) FROM message")" -ge "$1" ]
}

@test "nothing to do: silent, exit 0, and the tick has its row" {
	run "$TICKER" --once
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(sql "SELECT count(*) FROM tick WHERE ended_us >= started_us")" \
	    -eq 1 ]
}

@test "exit status: usage 64, configuration 78, no store 69" {
	run "$TICKER" --window soon
	[ "$status" -eq 64 ]
	[[ $output == *--window* ]]
	run "$TICKER" --no-such-option
	[ "$status" -eq 64 ]
	run "$TICKER" once
	[ "$status" -eq 64 ]
	run "$TICKER" -c "$BATS_TEST_TMPDIR/none.conf" --once
	[ "$status" -eq 78 ]
	[[ $output == *none.conf* ]]
	mv "$STORE" "$STORE.away"
	run "$TICKER" --once
	[ "$status" -eq 69 ]
	[[ $output == *store.db* ]]
}

@test "a store held by another writer: exit 75, and nothing is lost" {
	printf 'busy = 1s\n' >>"$CONF"
	job q j '"trigger":"date"'
	mkfifo "$BATS_TEST_TMPDIR/hold"
	sqlite3 "$STORE" <"$BATS_TEST_TMPDIR/hold" >/dev/null 3>&- &
	TICKERS+=($!)
	exec 8>"$BATS_TEST_TMPDIR/hold"
	echo "BEGIN IMMEDIATE; UPDATE job SET priority = 0;" >&8
	sleep 0.3
	run "$TICKER" --once
	[ "$status" -eq 75 ]
	echo "ROLLBACK;" >&8
	exec 8>&-
	sleep 0.3
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 1 ]
}

@test "a store that cannot be written: exit 69, and nothing is lost" {
	job q j '"trigger":"date"'
	# A file size limit stands for a full disk: writes fail alike.
	run bash -c 'ulimit -f 1; exec "$0" --once' "$TICKER"
	[ "$status" -eq 69 ]
	[[ $output == *level=err* ]]
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 1 ]
	[ "$(sql "PRAGMA integrity_check")" = ok ]
}

@test "every 2 seconds means every 2 seconds within one window" {
	job q j '"trigger":"interval","seconds":2'
	"$TICKER" --window 9s
	n=$(sql "SELECT count(*) FROM run WHERE state = 'sent'")
	[ "$n" -ge 4 ]
	[ "$n" -le 5 ]
	# On the grid, none twice, none coalesced.
	[ "$(sql "SELECT count(DISTINCT slot_us / 2000000) FROM run")" -eq "$n" ]
	[ "$(sql "SELECT max(slot_us) - min(slot_us) FROM run")" -eq \
	    $(((n - 1) * 2000000)) ]
	[ "$(sql "SELECT count(*) FROM run WHERE state <> 'sent'")" -eq 0 ]
	# Sent when due: not before, and well within the second.
	[ "$(sql "SELECT count(*) FROM run WHERE decided_us < slot_us
	    OR decided_us > slot_us + 500000")" -eq 0 ]
}

@test "a job added during the window is noticed at once" {
	tick --window 20s
	sleep 1
	job q j '"trigger":"date"'
	wait_for 5 has_messages 1
	# 250 ms are promised; the machine that tests may be slow.
	[ "$(sql "SELECT max(decided_us - slot_us) < 1000000 FROM run")" -eq 1 ]
	# One in the memory store too, which is made only now.
	job q m '"trigger":"date","job_store_kind":"memory"'
	wait_for 5 test -s "$MEMORY"
	wait_for 5 has_memory_message
}

@test "SIGTERM ends a window within a second, exit 0, silent" {
	# Three times, for the host may be busy once.
	took=1500
	for _ in 1 2 3; do
		[ "$took" -ge 1500 ] || break
		tick --window 60s
		sleep 0.5
		began=$(date +%s%N)
		kill -TERM "${TICKERS[0]}"
		status=0
		wait "${TICKERS[0]}" || status=$?
		took=$((($(date +%s%N) - began) / 1000000))
		[ "$status" -eq 0 ]
		[ ! -s "$BATS_TEST_TMPDIR/out" ]
		TICKERS=()
	done
	[ "$took" -lt 1500 ]
	[ "$(sql "SELECT count(*) FROM tick WHERE ended_us IS NULL")" -eq 0 ]
}

@test "SIGHUP ends a window too, but not of one that nohup started" {
	(trap '' HUP && exec "$TICKER" --window 60s) 3>&- &
	TICKERS+=($!)
	# As from a login shell, whatever the caller ignores.
	env --default-signal=HUP "$TICKER" --window 60s 3>&- &
	TICKERS+=($!)
	wait_for 5 has_ticks 2
	kill -HUP "${TICKERS[@]}"
	wait_for 5 is_gone "${TICKERS[1]}"
	is_running "${TICKERS[0]}"
	kill -TERM "${TICKERS[0]}"
	wait_for 5 is_gone "${TICKERS[0]}"
	[ "$(sql "SELECT count(*) FROM tick WHERE ended_us IS NOT NULL")" -eq 2 ]
}

@test "by default the next tick relieves the last one" {
	tick
	sleep 0.7
	first=${TICKERS[0]}
	is_running "$first"
	tick
	wait_for 5 is_gone "$first"
	status=0
	wait "$first" || status=$?
	[ "$status" -eq 0 ]
	is_running "${TICKERS[1]}"
}

@test "coalesce: many missed slots run once, the others have a row" {
	job q j "$GRID"
	rewind j 10000
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 1 ]
	[ "$(sql "SELECT state, count FROM run ORDER BY slot_us")" = \
	    "$(printf 'coalesced|9\nsent|1')" ]
}

@test "coalesce off: each slot runs, at most max_catchup, oldest first" {
	job q j "$GRID"',"coalesce":false,
	    "max_catchup":3'
	rewind j 10000
	"$TICKER" --once
	[ "$(sql "SELECT state, count FROM run ORDER BY slot_us")" = \
	    "$(printf 'missed|7\nsent|1\nsent|1\nsent|1')" ]
	sql "SELECT reason FROM run WHERE state = 'missed'" |
	    grep -q 'max_catchup (3)'
	[ "$(sql "SELECT group_concat(s) FROM (SELECT
	    json_extract(body, '\$.scheduled_at') AS s FROM message
	    ORDER BY id)")" = "$(sql "SELECT group_concat(s) FROM (SELECT
	    json_extract(body, '\$.scheduled_at') AS s FROM message
	    ORDER BY s)")" ]
}

@test "misfire_grace_time: a late slot is missed, with its delay" {
	job q j '"trigger":"interval","hours":1,"misfire_grace_time":60'
	rewind j 5400
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 0 ]
	sql "SELECT state, reason FROM run" |
	    grep -q '^missed|late by 1800.* misfire_grace_time is 60'
}

@test "a date job runs once, leaves the list, stays in the ledger" {
	job q j '"trigger":"date","run_date":"2025-12-03 15:00:00"'
	"$TICKER" --once
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM job")" -eq 0 ]
	[ "$(sql "SELECT state, slot_us FROM run")" = "sent|1764774000000000" ]
	[ "$(sql "SELECT json_extract(body, '\$.scheduled_at')
	    FROM message")" = 2025-12-03T15:00:00Z ]
}

@test "a paused queue: its slots are one growing row, nothing runs" {
	job q j "$GRID"
	"$MINUTEHAND" queue pause q
	rewind j 6000
	"$TICKER" --once
	since=$(sql "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', changed_us / 1000000,
	    'unixepoch') FROM queue")
	[ "$(sql "SELECT state, reason FROM run")" = \
	    "paused|queue paused by owner since $since" ]
	n=$(sql "SELECT count FROM run")
	sql "UPDATE run SET slot_us = slot_us - 6000000000,
	    last_us = last_us - 6000000000"
	sql "UPDATE job SET next_run_us = next_run_us - 2000000000,
	    cursor_us = cursor_us - 2000000000"
	"$TICKER" --once
	[ "$(sql "SELECT count(*), sum(count) FROM run")" = "1|$((n + 2))" ]
	"$MINUTEHAND" queue resume q
	[ "$(sql "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a job that cannot be parsed is quarantined, the others go on" {
	job q bad "$GRID"
	job q good "$GRID"
	sql "UPDATE job SET trigger = 'cron;hour=99' WHERE job_id = 'bad'"
	sql "UPDATE job SET next_run_us = 1, cursor_us = 1
	    WHERE job_id = 'bad'"
	rewind good 2000
	run "$TICKER" --once
	[ "$status" -eq 0 ]
	[[ $output == *quarantine* ]]
	[ "$(sql "SELECT state, trigger, next_run_us IS NULL, reason <> ''
	    FROM job WHERE job_id = 'bad'")" = 'quarantined|cron;hour=99|1|1' ]
	[ "$(sql "SELECT job_id FROM run WHERE state = 'sent'")" = good ]
	"$MINUTEHAND" job list | grep -q quarantined
	# It is said once, not at each tick.
	run "$TICKER" --once
	[ -z "$output" ]
}

@test "a clock set back fires nothing twice" {
	job q j "$GRID"
	rewind j 2000
	"$TICKER" --once
	n=$(sql "SELECT count(*) FROM message")
	# What the ledger would look like had the clock shown the past again:
	# the slot comes up once more and meets its row.
	sql "UPDATE job SET cursor_us = (SELECT max(slot_us) FROM run),
	    next_run_us = (SELECT max(slot_us) FROM run)"
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq "$n" ]
}

@test "--dry-run prints and changes nothing" {
	job q j "$GRID"
	rewind j 3000
	before=$(sql .dump | cksum)
	run "$TICKER" --dry-run
	[ "$status" -eq 0 ]
	[[ $output == *send*q*j* ]]
	[ "$(sql .dump | cksum)" = "$before" ]
}

@test "jitter delays a slot, never before it, the same each time" {
	job q j '"trigger":"interval","minutes":10,"jitter":300'
	job q k '"trigger":"interval","minutes":10,"jitter":300'
	[ "$(sql "SELECT count(*) FROM job WHERE next_run_us >= cursor_us
	    AND next_run_us <= cursor_us + 300000000")" -eq 2 ]
	[ "$(sql "SELECT count(DISTINCT next_run_us - cursor_us)
	    FROM job")" -eq 2 ]
}

@test "a pass by hand, or a shorter window, relieves no ticker" {
	tick
	sleep 0.7
	"$TICKER" --once
	"$TICKER" --window 1s
	sleep 0.5
	is_running "${TICKERS[0]}"
}

@test "a year of seconds behind: one row for the range" {
	job q j '"trigger":"cron","second":"*"'
	rewind j 31536000
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 1 ]
	[ "$(sql "SELECT count(*), sum(count) >= 31535999 FROM run
	    WHERE state = 'coalesced'")" = '1|1' ]
	# Range and run meet: no slot between them, none twice.
	[ "$(sql "SELECT (SELECT slot_us FROM run WHERE state = 'sent')
	    - (SELECT last_us FROM run WHERE state = 'coalesced')")" -eq \
	    1000000 ]
}

@test "resume never goes back before decided slots" {
	job q j "$GRID"
	# The clock was set back by 3,000 s after these slots were decided.
	sql "UPDATE job SET cursor_us = cursor_us + 3000000000,
	    next_run_us = cursor_us + 3000000000"
	before=$(sql "SELECT cursor_us FROM job")
	"$MINUTEHAND" job pause q j
	"$MINUTEHAND" job resume q j
	[ "$(sql "SELECT cursor_us FROM job")" -eq "$before" ]
}

@test "replace and delete: due slots that did not run are recorded" {
	job q j "$GRID"
	rewind j 3000
	job q j "${GRID/1000/7}"',"replace_existing":true'
	[ "$(sql "SELECT state, count, reason FROM run")" = \
	    'missed|3|replaced by owner' ]
	job q k "$GRID"
	rewind k 2000
	"$MINUTEHAND" job delete q k
	[ "$(sql "SELECT state, count, reason FROM run WHERE job_id = 'k'")" = \
	    'missed|2|deleted by owner' ]
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a replaced date job still runs" {
	job q d '"trigger":"date","run_date":"2025-12-03 15:00:00"'
	job q d '"trigger":"date","run_date":"2025-12-03 15:00:00",
	    "replace_existing":true'
	"$TICKER" --once
	[ "$(sql "SELECT state FROM run")" = sent ]
}
