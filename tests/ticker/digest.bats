#!/usr/bin/env bats
# shellcheck disable=SC2153,SC2154 # helper.bash sets what is used here
# Digests: what exceeds the limit of an hour, and what happens in quiet hours,
# is sent as a sum; every alert is sent once, by itself or in one.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
	echo 'timezone = UTC' >>"$CONF"
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do stop_pid "$pid"; done
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

tick() {
	"$TICKER" --once 2>>"$BATS_TEST_TMPDIR/ticker.log" 3>&-
}

# receiver NAME OPTION…: a command that adds the JSON to the file NAME.
receiver() {
	local name=$1
	shift
	printf '#!/bin/sh\ncat >>"%s"\n' "$BATS_TEST_TMPDIR/$name" >"$BATS_TEST_TMPDIR/$name.sh"
	chmod 755 "$BATS_TEST_TMPDIR/$name.sh"
	: >"$BATS_TEST_TMPDIR/$name"
	alert_to "$name" "command = {\"$BATS_TEST_TMPDIR/$name.sh\"}" "$@"
}

# What a receiver got, in jq's words, all as one list.
got() {
	jq -cs "$2" "$BATS_TEST_TMPDIR/$1"
}

# How many alerts a receiver got, by itself and in digests.
total() {
	got "$1" 'map(if .type == "alert.digest" then .data.count else 1 end) | add // 0'
}

# The store as it is so many seconds later.
later() {
	sql "UPDATE alert SET next_us = max(next_us - $1 * 1000000, 0) WHERE next_us IS NOT NULL;
	    UPDATE alert_sent SET at_us = at_us - $1 * 1000000"
}

# raise N KIND QUEUE JOB: so many alerts of runs at once.
raise() {
	sql "WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < $1)
	    INSERT INTO run (task_id, queue, job_id, slot_us, last_us, count, state, decided_us)
	    SELECT 'r$3-' || i || '-' || (SELECT count(*) FROM run), '$3', '$4', strftime('%s') * 1000000 + i, 0, 1, '$2', strftime('%s') * 1000000 FROM n;
	    INSERT INTO alert (about, subject, kind)
	    SELECT 'run', id, '$2' FROM run WHERE id > (SELECT max(id) - $1 FROM run)"
}

@test "a flood: the first by themselves, then one sum, and no more in the hour" {
	receiver few 'max_per_hour = 3'
	receiver all
	raise 30 failed mail x
	raise 7 missed web y
	tick
	[ "$(got few 'map(.type) | unique')" = '["run.failed"]' ]
	[ "$(got few length)" = 3 ]
	# It waits until the first is an hour old.
	wait_s=$(sql "SELECT next_us / 1000000 - strftime('%s', 'now') FROM alert WHERE kind = 'digest'")
	[ "$wait_s" -gt 3500 ] && [ "$wait_s" -le 3600 ]
	raise 2 dead web z
	tick
	later 3599
	tick
	[ "$(got few length)" = 3 ]
	later 2
	tick
	[ "$(got few '.[3] | [.type, .data.receiver, .data.count]')" = '["alert.digest","few",36]' ]
	[ "$(got few '.[3].data.sums | map([.kind, .queue_name, .job_id, .count])')" = '[["failed","mail","x",27],["missed","web","y",7],["dead","web","z",2]]' ]
	# The digest counts, so two more; then the next one.
	raise 5 failed mail x
	tick
	later 3601
	tick
	[ "$(got few 'length')" = 7 ]
	[ "$(total few)" = 44 ]
	for _ in 1 2 3 4 5 6; do tick; done
	[ "$(sql "SELECT count(*) FROM alert WHERE kind <> 'digest' AND done NOT LIKE '%,few,%'")" = 0 ]
	[ "$(got few length)" = 7 ]
}

@test "the other receivers get each of them" {
	receiver few 'max_per_hour = 1'
	receiver none 'on = {denied}'
	receiver all
	raise 20 failed mail x
	for _ in 1 2 3 4; do tick; done
	[ "$(got few length)" = 1 ]
	[ "$(got none length)" = 0 ]
	[ "$(got all 'map(.type) | [length, unique]')" = '[20,["run.failed"]]' ]
}

# clock OFFSET: the time of day so many minutes from now.
clock() {
	date -u -d "$1 minutes" +%H:%M
}

@test "quiet hours: nothing in them, their sum when they end" {
	receiver sleeper "quiet = \"$(clock -90)-$(clock +90)\""
	receiver awake "quiet = \"$(clock +90)-$(clock +180)\""
	raise 3 failed mail x
	tick
	raise 2 missed mail x
	tick
	[ "$(got sleeper length)" = 0 ]
	[ "$(got awake length)" = 5 ]
	[ "$(sql "SELECT strftime('%H:%M', next_us / 1000000, 'unixepoch') FROM alert WHERE kind = 'digest'")" = "$(sed -n '/^alert "sleeper"/,/^}/s/.*-\(.*\)"$/\1/p' "$CONF")" ]
	# Moved on, it is still quiet: it waits for their end.
	later 5000
	sql "UPDATE alert SET next_us = 1 WHERE kind = 'digest'"
	tick
	[ "$(got sleeper length)" = 0 ]
	sed -i 's/^\tquiet = .*//' "$CONF"
	sql "UPDATE alert SET next_us = 1 WHERE kind = 'digest'"
	raise 1 dead mail x
	tick
	tick
	[ "$(got sleeper 'map([.type, .data.count])')" = '[["alert.digest",6]]' ] ||
	    [ "$(total sleeper)" = 6 ]
	[ "$(sql "SELECT count(*) FROM digest WHERE is_open = 1")" = 0 ]
}

@test "thousands at once go into one sum, in one tick" {
	receiver few 'max_per_hour = 2'
	raise 1500 failed mail x
	raise 30 missed web y
	tick
	[ "$(got few length)" = 2 ]
	[ "$(sql "SELECT count(*) FROM alert WHERE kind <> 'digest' AND next_us IS NOT NULL")" = 0 ]
	later 3601
	tick
	[ "$(total few)" = 1530 ]
}

@test "killed ticks lose none, and count none twice" {
	receiver few 'max_per_hour = 4'
	raise 400 failed mail x
	for i in 1 2 3 4 5 6 7 8; do
		"$TICKER" --once 2>/dev/null 3>&- &
		sleep "0.0$i"
		kill -KILL "$!" 2>/dev/null || true
		wait "$!" 2>/dev/null || true
	done
	sql 'UPDATE alert SET next_us = 0 WHERE next_us IS NOT NULL AND kind <> '"'digest'"
	tick
	later 3601
	sql "UPDATE alert SET next_us = 0 WHERE next_us IS NOT NULL"
	tick
	tick
	# Each is in a digest or was sent; what a killed tick sent may be sent again.
	[ "$(sql "SELECT count(*) FROM alert WHERE kind <> 'digest' AND done LIKE '%,few,%'")" = 400 ]
	sums=$(sql 'SELECT coalesce(sum(count), 0) FROM digest_sum')
	[ "$sums" -le 400 ] && [ "$sums" -ge 380 ]
	[ "$(total few)" -ge 400 ]
}

@test "a digest in words, in both languages" {
	python3 "$abs_top_srcdir/tests/support/services.py" \
	    "$BATS_TEST_TMPDIR/port" "$BATS_TEST_TMPDIR/services.log" 3>&- &
	pids+=($!)
	wait_for 60 test -s "$BATS_TEST_TMPDIR/port"
	alert_to slack 'form = slack' 'max_per_hour = 1' \
	    "url = \"http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")/slack/x\""
	for language in en zh; do
		sed -i '/^language/d' "$CONF"
		sed -i "1i language = $language" "$CONF"
		raise 5 failed mail 'x<y@z'
		tick
		later 3601
		tick
		later 3601
	done
	texts=$(jq -rs 'map(select(.faults == []).text)[]' "$BATS_TEST_TMPDIR/services.log")
	[[ $texts == *$'minutehand: 4 more alerts\nSince: 20'*$'(UTC)\n4 failed in mail/x<y@z\nMore: minutehand status\n'* ]]
	[[ $texts == *'另有 '*$' 失败：mail/x<y@z\n详情：minutehand status'* ]]
	[ "$(jq -cs 'map(.faults[])' "$BATS_TEST_TMPDIR/services.log")" = '[]' ]
}

@test "errors in the options are reported" {
	for bad in 'quiet = "7-22"' 'quiet = "07:00-07:00"' 'max_per_hour = -1' 'max_per_hour = lots'; do
		receiver r "$bad"
		run -78 "$TICKER" --once
		[[ $output == *"option \\\"${bad%% *}\\\""* ]]
		sed -i '/^alert/,$d' "$CONF"
	done
}
