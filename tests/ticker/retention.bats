#!/usr/bin/env bats
# Retention: what is old or too much goes, in steps; what went is summed.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	STORE=$DIR/store.db
	printf 'memory_store = "%s/memory/store.db"\ntimezone = "UTC"\n' \
	    "$BATS_TEST_TMPDIR" >>"$CONF"
}

sql() {
	sqlite3 "$STORE" "$1"
}

# rows N JOB AGE-IN-DAYS: rows of job number JOB, a second apart.
rows() {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	    WHERE i < $1), t(us) AS (SELECT (unixepoch() - $3 * 86400) * 1000000)
	    INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us,
	    count, state, decided_us) SELECT lower(hex(randomblob(16))), $2, 'q',
	    'j$2', us + i * 1000000, us + i * 1000000, 1, 'sent',
	    us + i * 1000000 FROM n, t"
}

count() {
	sql "SELECT count(*) FROM $1"
}

@test "by age: 90 days by default" {
	rows 3000 1 200
	rows 5 1 80
	"$TICKER" --once
	[ "$(count run)" -eq 5 ]
	[ "$(sql 'SELECT rows FROM run_pruned')" -eq 3000 ]
	echo 'retention_days = 70' >>"$CONF"
	"$TICKER" --once
	# The newest of all stays, for its number must not be used again.
	[ "$(count run)" -eq 1 ]
	[ "$(sql 'SELECT sum(rows) FROM run_pruned')" -eq 3004 ]
}

@test "0 is no limit" {
	printf 'retention_days = 0\nretention_rows = 0\n' >>"$CONF"
	echo 'retention_rows_per_job = 0' >>"$CONF"
	rows 12000 1 3000
	sql "INSERT INTO audit (at_us, actor, action) VALUES (1, 'x', 'x')"
	n=$(count audit)
	"$TICKER" --once
	[ "$(count run)" -eq 12000 ]
	[ "$(count audit)" -eq "$n" ]
}

@test "by rows, per job and in total" {
	printf 'retention_rows_per_job = 100\nretention_rows = 250\n' >>"$CONF"
	for job in 1 2 3 4; do
		rows 200 "$job" 1
	done
	"$TICKER" --once
	[ "$(count run)" -eq 250 ]
	[ "$(sql 'SELECT max(n) FROM (SELECT count(*) AS n FROM run
	    GROUP BY job)')" -eq 100 ]
	# The oldest by number went, and the sums say how many of each.
	[ "$(sql 'SELECT count(*) FROM run WHERE job = 4')" -eq 100 ]
	[ "$(sql 'SELECT (SELECT count(*) FROM run) + sum(rows)
	    FROM run_pruned')" -eq 800 ]
	[ "$(sql 'SELECT sum(count) FROM run_pruned')" -eq 550 ]
}

@test "pruned slots are decided: none runs again" {
	printf 'retention_rows_per_job = 1\nretention_rows = 1\n' >>"$CONF"
	printf '{"queue_name":"q","job_id":"j","trigger":"interval",
	    "start_date":"2026-01-01 00:00:00","seconds":1000,
	    "coalesce":false}' | "$MINUTEHAND" job add --json -
	sql 'UPDATE job SET cursor_us = cursor_us - 50000000000,
	    next_run_us = cursor_us - 50000000000'
	"$TICKER" --once
	[ "$(count message)" -eq 50 ]
	# Those whose message waits stay.
	[ "$(count run)" -eq 50 ]
	"$MINUTEHAND" queue clear q --yes
	"$TICKER" --once
	[ "$(count run)" -eq 1 ]
	"$TICKER" --once
	[ "$(count message)" -eq 0 ]
	# Rows that the guard still needs stay, however many they are.
	rows 20 1 -2
	"$TICKER" --once
	[ "$(sql 'SELECT count(*) FROM run WHERE slot_us >=
	    (SELECT cursor_us FROM job)')" -eq 20 ]
}

@test "the audit goes by age, and the memory store's ledger too" {
	sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	    WHERE i < 2500) INSERT INTO audit (id, at_us, actor, action)
	    SELECT i - 5000, i, 'x', 'old' FROM n"
	printf '{"queue_name":"q","job_id":"m","trigger":"date",
	    "job_store_kind":"memory"}' | "$MINUTEHAND" job add --json -
	"$TICKER" --once
	[ "$(sql "SELECT count(*) FROM audit WHERE action = 'old'")" -eq 0 ]
	[ "$(count audit)" -ge 1 ]
	STORE=$BATS_TEST_TMPDIR/memory/store.db
	# The ledger is in the order of decisions.
	sql 'DELETE FROM run; DELETE FROM work'
	rows 10 77 100
	rows 1 77 1
	"$TICKER" --once
	[ "$(sql 'SELECT count(*) FROM run WHERE job = 77')" -eq 1 ]
}

@test "a year of a busy store stays within bounds" {
	printf 'retention_days = 30\nretention_rows_per_job = 2000\n' >>"$CONF"
	echo 'retention_rows = 10000' >>"$CONF"
	# Every month 20,000 rows come; nothing above the limits stays.
	for age in 360 330 300 270 240 210 180 150 120 90 60 30; do
		for job in 1 2 3 4; do
			rows 5000 "$job" "$age.$job"
		done
		"$TICKER" --once
		[ "$(count run)" -le 10000 ]
		size=$(stat -c %s "$STORE")
		: "${first:=$size}"
	done
	[ "$size" -le $((first * 3 / 2)) ]
	[ "$(sql 'SELECT (SELECT count(*) FROM run) + sum(rows)
	    FROM run_pruned')" -eq 240000 ]
}

# Eight jobs at each tick.  `make check-load` has a whole year of minutes, and
# the limits that hold when nothing is said.
@test "a virtual year of ticks: the store stops growing" {
	days=${RETENTION_DAYS:-40}
	every=1 keep=10000
	if [ "$days" -lt 365 ]; then
		every=5 keep=1000
		echo "retention_rows_per_job = $keep" >>"$CONF"
	fi
	for i in 1 2 3 4 5 6 7 8; do
		printf '{"queue_name":"q","job_id":"j%s","trigger":"cron",
		    "minute":"*/%s"}' "$i" "$every" | "$MINUTEHAND" job add --json -
	done
	"$TICKER" simulate --from 2031-01-01 --cadence "${every}m" --json \
	    --to "$(date -u -d "2031-01-01 + $days days" +%F)" \
	    --keep "$BATS_TEST_TMPDIR/kept" >"$BATS_TEST_TMPDIR/sim.json"
	read -r slots half end < <(jq -r '"\(.total.slots) \(.store_bytes[1])
	    \(.store_bytes[2])"' "$BATS_TEST_TMPDIR/sim.json" | paste -s)
	STORE=$BATS_TEST_TMPDIR/kept/store.db
	echo "# $days days, $slots runs: $half bytes after half of the time," \
	    "$end in the end, $(count run) rows left" >&3
	[ "$slots" -eq $((days * 1440 * 8 / every)) ]
	[ "$end" -le $((half * 11 / 10)) ]
	[ "$(count run)" -ge $((8 * keep)) ]
	[ "$(count run)" -le $((8 * keep * 12 / 10)) ]
	[ "$(jq -c .findings "$BATS_TEST_TMPDIR/sim.json")" = '[]' ]
	# What went is summed, and 8 rows stand for all that was before.
	[ "$(sql "SELECT (SELECT sum(count) FROM run
	    WHERE reason IS NOT 'before the simulation') + (SELECT sum(count)
	    FROM run_pruned WHERE state <> 'missed')")" -eq "$slots" ]
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
}

@test "in steps: 100,000 rows are removed without delaying other writers" {
	rows 100000 1 200
	"$TICKER" --once &
	pid=$!
	worst=0
	for i in $(seq 10); do
		from=$(date +%s%N)
		"$MINUTEHAND" job add q --id "w$i" --every 1d >/dev/null
		took=$((($(date +%s%N) - from) / 1000000))
		[ "$took" -le "$worst" ] || worst=$took
	done
	wait "$pid"
	echo "worst wait $worst ms"
	[ "$worst" -lt 1500 ]
	for _ in 1 2 3 4 5 6 7 8 9; do
		"$TICKER" --once
	done
	[ "$(count run)" -eq 1 ]
}

@test "invalid limits are refused" {
	echo 'retention_days = -1' >>"$CONF"
	run "$TICKER" --once
	[ "$status" -eq 78 ]
	[[ $output == *retention_days* ]]
}
