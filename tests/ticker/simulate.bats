#!/usr/bin/env bats
# ticker simulate: the tick's own code on a virtual clock, policies and all.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	STORE=$DIR/store.db
	MEMORY=$BATS_TEST_TMPDIR/memory/store.db
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
	printf 'memory_store = "%s"\ntimezone = "UTC"\n' "$MEMORY" >>"$CONF"
}

sql() {
	sqlite3 "$STORE" "$1"
}

# job ID JSON-MEMBERS
job() {
	printf '{"queue_name":"q","job_id":"%s",%s}' "$1" "$2" |
	    "$MINUTEHAND" job add --json - >/dev/null
}

# A grid on whole seconds, and a day to be looked at.
TEN='"trigger":"interval","start_date":"2026-01-01 00:00:00","seconds":10'
MINUTE='"trigger":"interval","start_date":"2026-01-01 00:00:00","minutes":1'
DAY=2031-01-01

# sim OPTION…: from $DAY 00:00 to 01:00 unless said otherwise.
sim() {
	"$TICKER" simulate --json --from "$DAY" --to "$DAY 01:00" "$@" \
	    >"$BATS_TEST_TMPDIR/sim.json"
}

# SPENT: the seconds of processor time that commands of this shell took,
# whatever else the machine does.
spend() {
	times >"$BATS_TEST_TMPDIR/times"
	SPENT=$(awk 'NR == 2 { gsub(/[ms]/, " ")
	    print int($1 * 60 + $2 + $3 * 60 + $4) }' "$BATS_TEST_TMPDIR/times")
}

# is JQ-EXPRESSION VALUE
is() {
	local got
	got=$(jq -c "$1" "$BATS_TEST_TMPDIR/sim.json")
	[ "$got" = "$2" ] || {
		echo "$1 is $got, not $2, in"
		cat "$BATS_TEST_TMPDIR/sim.json"
		return 1
	}
}

# states ID: what became of a job's slots
states() {
	jq -c ".jobs[] | select(.job_id == \"$1\") | .states" \
	    "$BATS_TEST_TMPDIR/sim.json"
}

@test "a job of every 10 seconds over an hour runs 360 times, none late" {
	job ten "$TEN"
	job none '"trigger":"date","run_date":"2040-01-01"'
	sim
	is .ticks 60
	is .total.states '{"sent":360}'
	is .total.late 0
	is .findings '[]'
	[ "$(states none)" = '{}' ]
	run -0 "$TICKER" simulate --from "$DAY" --to "$DAY 01:00"
	[[ ${lines[0]} == "simulated 2031-01-01 00:00:00+00:00 to"*"60 ticks, 0 of them killed" ]]
	[[ ${lines[1]} == "slots  sent  late  at most s  job" ]]
	[[ ${lines[2]} == "  360   360     0        0.0  q/ten" ]]
	[[ ${lines[3]} == "  360   360     0        0.0  total of 1 jobs" ]]
	[[ ${lines[4]} == "1 jobs had nothing due" ]]
	[[ ${lines[5]} == "store: 0."*" MB at first, "* ]]
	[ "${#lines[@]}" -eq 6 ]
}

@test "the store is only read, and no copy is left" {
	job ten "$TEN"
	job m "$TEN"',"job_store_kind":"memory"'
	before=$(sql .dump | cksum; sqlite3 "$MEMORY" .dump | cksum)
	sim --kill-rate 0.2
	is '[.jobs[].states.sent > 0]' '[true,true]'
	[ "$(sql .dump | cksum; sqlite3 "$MEMORY" .dump | cksum)" = "$before" ]
	[ -z "$(ls -A "$TMPDIR")" ]
	[ "$(sql 'SELECT count(*) FROM tick')" -eq 0 ]
}

@test "virtual time costs no real time: a year of an hourly job" {
	job h '"trigger":"cron","minute":0'
	spend
	began=$SPENT
	sim --to 2032-01-01 --cadence 15m
	is .total.states '{"sent":8760}'
	spend
	echo "# $((SPENT - began)) s of processor time for a year" >&3
	[ $((SPENT - began)) -lt 60 ]
}

@test "an outage: coalesced to one, or all run, or the newest of them" {
	job one "$MINUTE"
	job all "$MINUTE"',"coalesce":false,"max_catchup":100'
	job some "$MINUTE"',"coalesce":false,"max_catchup":5'
	sim --outage "$DAY 00:10..$DAY 00:40"
	is .ticks 30
	[ "$(states one)" = '{"coalesced":30,"sent":30}' ]
	[ "$(states all)" = '{"sent":60}' ]
	[ "$(states some)" = '{"missed":26,"sent":34}' ]
	is '.jobs[] | select(.job_id == "all") | .late' 30
	is '.jobs[] | select(.job_id == "all") | .worst_late_seconds' 1800
	is '[.findings[].code]' '["late","missed","coalesced"]'
	# Two of them, and one in the other.
	sim --outage "$DAY 00:10..$DAY 00:40" --outage "$DAY 00:12..$DAY 00:13" \
	    --outage "$DAY 00:50..$DAY 00:55"
	is .ticks 25
	[ "$(states all)" = '{"sent":60}' ]
}

@test "misfire_grace_time: a slot that is later is missed" {
	job j "$MINUTE"',"coalesce":false,"max_catchup":100,
	    "misfire_grace_time":300'
	sim --outage "$DAY 00:10..$DAY 00:40"
	# 00:35 to 00:39 are within the grace at 00:40, 00:10 to 00:34 not.
	is .total.states '{"sent":35,"missed":25}'
	is .total.worst_late_seconds 300
}

@test "a paused queue and a paused job: rows, no runs" {
	job j "$MINUTE"
	job p "$MINUTE"
	"$MINUTEHAND" job pause q p
	"$MINUTEHAND" queue pause q
	sim
	[ "$(states j)" = '{"paused":60}' ]
	[ "$(states p)" = '{}' ]
}

@test "cadence 5m: the window follows once three ticks were seen" {
	job ten "$TEN"
	sim --cadence 5m
	is .ticks 12
	is .cadence_seconds 300
	# A window of 90 s is all that the first three have: 21 slots of 30
	# each wait for the next tick, and one of them runs.
	is .total.states '{"sent":297,"coalesced":63}'
	is '.findings[0].code' '"coalesced"'
	echo 'window = 0' >>"$CONF"
	sim --cadence 5m
	is .total.states '{"coalesced":319,"sent":12}'
	is '.findings[-1].code' '"waiting"'
}

@test "nights of clock changes: wall, skip, once" {
	for rule in wall skip once; do
		job "$rule" '"trigger":"cron","hour":2,"minute":"*/30",
		    "timezone":"Europe/Berlin","dst":"'"$rule"'"'
	done
	sed -i 's,"UTC","Europe/Berlin",' "$CONF"
	DAY=2031-03-30
	sim --to 2031-03-31
	is .ticks 1380
	[ "$(states wall)" = '{}' ]
	[ "$(states skip)" = '{}' ]
	[ "$(states once)" = '{"sent":1}' ]
	DAY=2031-10-26
	sim --to 2031-10-27
	is .ticks 1500
	[ "$(states wall)" = '{"sent":4}' ]
	[ "$(states skip)" = '{"sent":2}' ]
	[ "$(states once)" = '{"sent":2}' ]
}

@test "a third of the ticks killed: nothing lost, nothing twice" {
	job ten "$TEN"',"coalesce":false,"max_catchup":1000'
	job min "$MINUTE"
	job all "$TEN"
	for i in {1..20}; do
		job "d$i" '"trigger":"date","run_date":"'"$DAY"' 00:'"$((i + 10))"':00"'
	done
	sim --to "$DAY 04:00" --kill-rate 0.3
	is '.killed > 50 and .killed < 100' true
	is '[.findings[] | select(.code == "lost" or .code == "twice")]' '[]'
	[ "$(states ten)" = '{"sent":1440}' ]
	is '[.jobs[] | select(.job_id | startswith("d")) | .states.sent] | add' 20
	is .total.slots $((1440 + 1440 + 240 + 20))
	is '.total.late > 0' true
	# The same seed, the same deaths; another one, others.
	cp "$BATS_TEST_TMPDIR/sim.json" "$BATS_TEST_TMPDIR/first.json"
	sim --to "$DAY 04:00" --kill-rate 0.3
	cmp "$BATS_TEST_TMPDIR/sim.json" "$BATS_TEST_TMPDIR/first.json"
	sim --to "$DAY 04:00" --kill-rate 0.3 --seed 7
	is '[.findings[] | select(.code == "lost" or .code == "twice")]' '[]'
	run ! cmp -s "$BATS_TEST_TMPDIR/sim.json" "$BATS_TEST_TMPDIR/first.json"
	# All of them: nothing is decided but what one batch could.
	sim --to "$DAY 00:10" --kill-rate 1
	is .killed 10
	is '[.findings[] | select(.code == "lost" or .code == "twice")]' '[]'
}

@test "a slot that is skipped or decided twice is found" {
	job j "$MINUTE"
	sql "CREATE TRIGGER t AFTER UPDATE OF cursor_us ON job
	    WHEN new.cursor_us / 60000000 % 10 = 3 BEGIN
	    UPDATE job SET cursor_us = cursor_us + 60000000,
	    next_run_us = next_run_us + 60000000 WHERE id = new.id; END"
	run -70 sim
	is '.findings[0].code' '"lost"'
	is '.findings[0].text' '"6 slots of 60"'
	sql "DROP TRIGGER t"
	sql "CREATE TRIGGER t AFTER INSERT ON run WHEN new.state = 'sent'
	    AND new.slot_us / 60000000 % 10 = 3 BEGIN
	    UPDATE run SET count = 2 WHERE id = new.id; END"
	run -70 "$TICKER" simulate --from "$DAY" --to "$DAY 01:00"
	[[ $output == *"twice: q/j: 6 slots of 60"* ]]
}

@test "overdue jobs: all without --from, none with it" {
	job j "$MINUTE"
	sql "UPDATE job SET cursor_us = cursor_us - 600000000,
	    next_run_us = cursor_us - 600000000"
	"$TICKER" simulate --json >"$BATS_TEST_TMPDIR/sim.json"
	is '.total.states.coalesced >= 9' true
	is '.total.slots >= 1449' true
	sim
	is .total.states '{"sent":60}'
}

@test "a job that cannot be parsed is reported, and the others go on" {
	job bad "$MINUTE"
	job good "$MINUTE"
	sql "UPDATE job SET trigger = 'cron;hour=99' WHERE job_id = 'bad'"
	sim
	[ "$(states good)" = '{"sent":60}' ]
	is '.findings' '[{"code":"quarantined","queue_name":"q","job_id":"bad","text":"its trigger cannot be understood"}]'
	[ "$(sql "SELECT state FROM job WHERE job_id = 'bad'")" = active ]
}

@test "--keep leaves an instance with an intact store" {
	job j "$MINUTE"
	job m "$MINUTE"',"job_store_kind":"memory"'
	keep=$BATS_TEST_TMPDIR/kept
	sim --keep "$keep" --kill-rate 0.3
	[ "$(stat -c %a "$keep")" = 700 ]
	STORE=$keep/store.db
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
	[ "$(sql "SELECT group_concat(name) FROM sqlite_schema
	    WHERE name LIKE 'sim%'")" = '' ]
	[ "$(sql "SELECT sum(count) FROM run
	    WHERE slot_us >= unixepoch('$DAY') * 1000000")" -eq 60 ]
	# All slots before have a row, too.
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'missed'
	    AND reason = 'before the simulation'")" -eq 1 ]
	"$MINUTEHAND" -c "$keep/minutehand.conf" job list | grep -c 2031 |
	    grep -qx 2
	# Not over what is there.
	run -69 sim --keep "$keep"
	[[ $output == *kept*exists* ]]
	[ -s "$keep/store.db" ]
}

@test "wrong usage: 64; no store: 69" {
	for bad in '--from soon' '--to never' '--to 2001-01-01' '--outage now' \
	    '--outage 2031-01-02..2031-01-01' '--outage 2031-01-01..x' \
	    '--cadence 0' '--cadence never' '--kill-rate 1.1' '--kill-rate x' \
	    '--kill-rate nan' '--seed x' '--once' 'more'; do
		# shellcheck disable=SC2086 # two words
		run -64 "$TICKER" simulate $bad
		[ -n "$output" ]
	done
	run -64 "$TICKER" --from 2031-01-01
	[ -z "$(ls -A "$TMPDIR")" ]
	mv "$STORE" "$STORE.away"
	run -69 "$TICKER" simulate
	[[ $output == *store.db* ]]
	[ -z "$(ls -A "$TMPDIR")" ]
	TMPDIR=$BATS_TEST_TMPDIR/none run -69 "$TICKER" simulate
	[[ $output == *none* ]]
}

@test "SIGTERM: a report of the time so far, no files left, exit 75" {
	job ten "$TEN"
	"$TICKER" simulate --to 2099-01-01 --json 3>&- \
	    >"$BATS_TEST_TMPDIR/sim.json" &
	pid=$!
	wait_for 5 test -n "$(ls -A "$TMPDIR")" || true
	sleep 0.5
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 75 ]
	is .stopped true
	is '.total.slots > 0' true
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "progress on a terminal only" {
	job ten "$TEN"
	sim 2>"$BATS_TEST_TMPDIR/err"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	script -qec "'$TICKER' simulate --from $DAY --to 2031-02-01" \
	    "$BATS_TEST_TMPDIR/typescript" >/dev/null
	grep -q ' %  2031-01-.* ticks' "$BATS_TEST_TMPDIR/typescript"
}
