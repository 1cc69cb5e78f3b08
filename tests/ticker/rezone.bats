#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# New zone data: cron jobs follow it at the next tick, nothing else does.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	zones=$BATS_TEST_TMPDIR/zoneinfo
	mkdir -p "$zones/Test"
	printf 'zoneinfo = "%s"\ntimezone = "UTC"\n' "$zones" >>"$CONF"
	zone 3
}

# The zone is N hours east of Greenwich from now on: zone N
zone() {
	cp "/usr/share/zoneinfo/Etc/GMT-$1" "$zones/new"
	mv "$zones/new" "$zones/Test/Zone"
}

add() {
	"$MINUTEHAND" job add q "$@" --timezone Test/Zone
}

tick() {
	"$TICKER" -c "$CONF" --once
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

# next_is JOB TIME: the next run, in UTC.
next_is() {
	local got
	got=$(sql "SELECT strftime('%Y-%m-%dT%H:%MZ', next_run_us / 1000000,
	    'unixepoch') FROM job WHERE job_id = '$1'")
	[ "$got" = "$2" ] || { echo "$1: $got, want $2"; return 1; }
}

# The decided slots, relative to the instant $1 in seconds.
slots() {
	sql "SELECT slot_us / 1000000 - $1 FROM run ORDER BY slot_us" | paste -sd' '
}

@test "a cron job moves with its zone, others keep their time" {
	add --id cron --cron 'year=2099 hour=9'
	"$MINUTEHAND" job add q --id utc --cron 'year=2099 hour=9'
	add --id date --date '2099-01-01 09:00'
	add --id every --every 1h --start '2099-01-01 09:00'
	tick
	next_is cron 2099-01-01T06:00Z
	zone 2
	tick
	next_is cron 2099-01-01T07:00Z
	next_is utc 2099-01-01T09:00Z
	next_is date 2099-01-01T06:00Z
	next_is every 2099-01-01T06:00Z
	[ "$(sql 'SELECT count(*) FROM zone WHERE target IS NOT NULL')" -eq 0 ]
}

@test "a file that is overwritten in place is noticed, too" {
	add --id cron --cron 'year=2099 hour=9'
	cat /usr/share/zoneinfo/Etc/GMT-5 >"$zones/Test/Zone"
	tick
	next_is cron 2099-01-01T04:00Z
}

@test "a slot that new zone data moves into the past fires once" {
	local at
	at=$(($(date +%s) / 60 * 60 + 1800))
	add --id j --cron "$(date -u -d "@$((at + 3 * 3600))" \
	    '+year=%Y month=%-m day=%-d hour=%-H minute=%-M')"
	add --id daily --cron "$(date -u -d "@$((at + 3 * 3600))" \
	    '+hour=%-H minute=%-M')"
	zone 4
	tick
	tick
	[ "$(slots "$at")" = "-3600 -3600" ]
	[ "$(sql "SELECT (next_run_us / 1000000 - $at) / 3600.0 FROM job")" = 23.0 ]
}

@test "a slot that was decided is not decided again an hour later" {
	local at
	at=$(($(date +%s) / 60 * 60 - 7200))
	add --id daily --cron "$(date -u -d "@$((at + 3 * 3600))" \
	    '+hour=%-H minute=%-M')"
	sql "UPDATE job SET cursor_us = $at * 1000000, next_run_us = $at * 1000000"
	tick
	[ "$(slots "$at")" = 0 ]
	zone 2
	tick
	tick
	[ "$(slots "$at")" = 0 ]
	[ "$(sql "SELECT (next_run_us / 1000000 - $at) / 3600.0 FROM job")" = 25.0 ]
}

@test "a paused job stays paused, a zone that vanished does no harm" {
	add --id j --cron 'year=2099 hour=9'
	add --id paused --cron 'year=2099 hour=9'
	"$MINUTEHAND" job pause q paused
	rm "$zones/Test/Zone"
	tick
	next_is j 2099-01-01T06:00Z
	zone 2
	tick
	next_is j 2099-01-01T07:00Z
	next_is paused ''
	"$MINUTEHAND" job resume q paused
	next_is paused 2099-01-01T07:00Z
}

@test "killed in the middle: the next tick continues" {
	local half stamp i
	for i in 1 2 3 4; do add --id "j$i" --cron 'year=2099 hour=9'; done
	tick
	zone 2
	tick
	# As if the tick had died behind its second job.
	half=$(sql "SELECT id FROM job WHERE job_id = 'j2'")
	stamp=$(sql 'SELECT stamp FROM zone')
	sql "UPDATE zone SET stamp = 1, target = $stamp, swept = $half;
	    UPDATE job SET cursor_us = cursor_us - 3600000000,
	    next_run_us = next_run_us - 3600000000"
	tick
	next_is j1 2099-01-01T06:00Z
	next_is j2 2099-01-01T06:00Z
	next_is j3 2099-01-01T07:00Z
	next_is j4 2099-01-01T07:00Z
	[ "$(sql 'SELECT stamp, target FROM zone')" = "$stamp|" ]
	# New data in the middle of it: all of them once more.
	sql "UPDATE zone SET target = 1, swept = $half"
	tick
	next_is j1 2099-01-01T07:00Z
	next_is j2 2099-01-01T07:00Z
}

@test "many jobs are moved, killed ticks or not" {
	local i pid
	for i in {1..3000}; do
		printf '{"queue_name":"q","trigger":"cron","year":2099,"hour":9,"timezone":"Test/Zone"}\n'
	done | paste -sd, | sed 's/^/[/; s/$/]/' >"$BATS_TEST_TMPDIR/jobs.json"
	"$MINUTEHAND" job add --json "$BATS_TEST_TMPDIR/jobs.json" >/dev/null
	zone 2
	for i in 5 10 20 40; do
		"$TICKER" -c "$CONF" --once 3>&- &
		pid=$!
		sleep "0.0$i"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
	done
	tick
	[ "$(sql 'SELECT count(*), count(DISTINCT next_run_us),
	    min(next_run_us) FROM job')" = "3000|1|4070934000000000" ]
}

@test "the zone directory is gone for a moment: nothing is quarantined" {
	add --id c --cron 'second=*'
	sleep 1.1
	mv "$zones" "$zones.away"
	run tick
	[ "$status" -eq 0 ]
	[[ $output == *'no zone files'* ]]
	[ "$(sql 'SELECT group_concat(DISTINCT state) FROM job')" = active ]
	mv "$zones.away" "$zones"
	sql "UPDATE job SET next_run_us = cursor_us"
	tick
	[ "$(sql "SELECT count(*) > 0 FROM run WHERE job_id = 'c'")" -eq 1 ]
	[ "$(sql "SELECT reason IS NULL FROM job")" -eq 1 ]
}

@test "a job whose zone cannot be read waits alone, with the reason" {
	add --id waits --cron 'second=*'
	"$MINUTEHAND" job add q --id utc --cron 'second=*' --timezone Etc/UTC
	"$MINUTEHAND" job add q --id east --cron 'second=*' --timezone +08:00
	sed -i 's|^timezone = .*|timezone = "Test/Zone"|' "$CONF"
	sleep 1.1
	for how in 'chmod 0 Test/Zone' 'mv Test ..' 'true'; do
		(cd "$zones" && $how)
		# What root may, a file's mode does not forbid.
		[ "$how $(id -u)" != 'chmod 0 Test/Zone 0' ] || continue
		sql "DELETE FROM run; UPDATE job SET next_run_us = cursor_us"
		sleep 1.1
		tick 2>/dev/null
		[ "$(sql "SELECT group_concat(DISTINCT job_id) FROM run
		    ORDER BY job_id")" = utc,east ] ||
		    [ "$(sql "SELECT group_concat(DISTINCT job_id) FROM run")" = \
			east,utc ]
		[ "$(sql "SELECT state, reason LIKE 'waits: time zone %',
		    next_run_us > cursor_us + 20000000 FROM job
		    WHERE job_id = 'waits'")" = 'active|1|1' ]
		"$MINUTEHAND" job list q 2>/dev/null | grep -E \
		    '^q +waits .* Test/Zone +active +waits: time zone'
		[ "$("$MINUTEHAND" job show q waits --json 2>/dev/null |
		    jq -r .status)" = running ]
		[ "$("$MINUTEHAND" doctor --json 2>/dev/null | jq -r '.[] |
		    select(.check == "time zone") | .level')" = FAIL ]
	done
	"$MINUTEHAND" preview --every 1h --timezone UTC 2>&1 |
	    grep -F 'no time zone files'
}

@test "another timezone in the configuration: jobs by zone, and moving them all" {
	for i in 1 2 3; do
		"$MINUTEHAND" job add q --id j$i --cron hour=9
	done
	"$MINUTEHAND" job add r --id k --cron hour=9
	sed -i 's|^timezone = .*|timezone = "Test/Zone"|' "$CONF"
	"$MINUTEHAND" doctor | grep -F 'Test/Zone; 4 job(s) in another zone'
	"$MINUTEHAND" job list | grep -cE ' UTC +active' | grep -x 4
	[ "$("$MINUTEHAND" job set --all-of q --timezone Test/Zone)" = \
	    'q: 3 of 3 jobs changed' ]
	"$MINUTEHAND" doctor | grep -F 'Test/Zone; 1 job(s) in another zone'
	[ "$(sql "SELECT count(*) FROM audit WHERE action = 'job.change'")" -eq 3 ]
	[ "$(sql "SELECT count(*) FROM job WHERE strftime('%H',
	    next_run_us / 1000000, 'unixepoch') = '06'")" -eq 3 ]
	run -65 "$MINUTEHAND" job set --all-of q --timezone No/Where
	run -64 "$MINUTEHAND" job set --all-of q
	run -64 "$MINUTEHAND" job set q j1
	"$MINUTEHAND" job delete r k
	[ "$("$MINUTEHAND" job set --all-of r priority=1)" = \
	    'r: 0 of 0 jobs changed' ]
	"$MINUTEHAND" job add reports --id k --every 1h
	run -1 --separate-stderr "$MINUTEHAND" job set --all-of report priority=1
	[ -z "$output" ]
	[[ $stderr == *'report: no such queue: '*'did you mean reports?' ]]
}

@test "a job that moves, also a paused one, records its zone data" {
	local at
	at=$(($(date +%s) / 60 * 60 - 7200))
	add --id daily --cron "$(date -u -d "@$((at + 3 * 3600))" \
	    '+hour=%-H minute=%-M')"
	sql "UPDATE job SET cursor_us = $at * 1000000, since_us = $at * 1000000,
	    next_run_us = $at * 1000000"
	tick
	stamp=$(sql 'SELECT stamp FROM zone')
	"$MINUTEHAND" job pause q daily
	zone 2
	tick
	[ "$(sql "SELECT until_us / 1000000 - $at, zone_stamp FROM history")" = \
	    "86400|$stamp" ]
	[ "$(sql "SELECT cursor_us / 1000000 - $at, since_us = cursor_us,
	    next_run_us IS NULL FROM job")" = "90000|1|1" ]
}
