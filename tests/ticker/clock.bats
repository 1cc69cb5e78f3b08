#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# A clock that is ahead once, one that was, and passes that a person typed.
# lib/base/leap.h has the cases, t_leap.c and t_clock_reset.c what time cannot
# be made to do here.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	new_store
}

tick() {
	"$TICKER" -c "$CONF" --once </dev/null
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$DIR/store.db" "$1"
}

# The ticks so far were SECONDS ago by the clock, and no time went by since.
leap() {
	sql "UPDATE tick SET started_us = started_us - $1 * 1000000,
	    ended_us = ended_us - $1 * 1000000"
}

runs() {
	sql 'SELECT coalesce(sum(count), 0) FROM run'
}

# doctor has LEVEL for CHECK, and TEXT.
finding() {
	"$MINUTEHAND" doctor --json 2>/dev/null | jq -e --arg l "$1" \
	    --arg c "$2" --arg t "$3" 'any(.check == $c and .level == $l and
	    (.text | contains($t)))' >"$BATS_TEST_TMPDIR/found"
}

@test "a clock a day ahead decides nothing before a second tick agrees" {
	tick
	"$MINUTEHAND" job add q --id j --cron 'second=*' >/dev/null
	sleep 1.1
	leap 86400
	run --separate-stderr tick
	[ "$status" -eq 0 ]
	[[ $stderr == *clock*'ahead by 8'*'second tick agrees'* ]]
	[ "$(runs)" -eq 0 ]
	[ "$(sql 'SELECT count(*) FROM mark
	    WHERE at_us > unixepoch() * 1000000 + 1000000')" -eq 0 ]
	run --separate-stderr tick
	[ -z "$stderr" ]
	[ "$(runs)" -gt 0 ]
}

@test "a clock that was ahead once has no further effect; the limit is configured" {
	tick
	"$MINUTEHAND" job add q --id j --cron 'second=*' >/dev/null
	sleep 1.1
	# Two ticks in doubt, the clock leaping further each time.
	leap 86400
	tick 2>/dev/null
	sql 'UPDATE tick SET doubt_us = doubt_us - 86400000000
	    WHERE doubt_us IS NOT NULL'
	leap 86400
	tick 2>/dev/null
	[ "$(runs)" -eq 0 ]
	# It is right again: no tick is needed to agree.
	sql 'UPDATE tick SET started_us = started_us + 2 * 86400000000
	    WHERE doubt_us IS NULL'
	tick
	[ "$(runs)" -gt 0 ]
	leap 86400
	sql 'DELETE FROM run; DELETE FROM message'
	echo 'clock_leap = 48h' >>"$CONF"
	sleep 1.1
	tick
	[ "$(runs)" -gt 0 ]
	leap 864000
	sed -i 's/^clock_leap.*/clock_leap = 0/' "$CONF"
	sql 'DELETE FROM run; DELETE FROM message'
	sleep 1.1
	tick
	[ "$(runs)" -gt 0 ]
}

@test "a mark ahead of the clock: doctor, and minutehand clock reset" {
	tick
	"$MINUTEHAND" job add q --id j --cron 'second=*' >/dev/null
	sleep 1.1
	tick
	finding ok clock plausible
	sql 'UPDATE mark SET at_us = at_us + 86400000000;
	    UPDATE job SET cursor_us = cursor_us + 86400000000,
	    next_run_us = next_run_us + 86400000000'
	tick
	finding FAIL clock 'in the future'
	[[ $("$MINUTEHAND" clock reset --dry-run) == *'1 jobs'* ]]
	finding FAIL clock 'in the future'
	[[ $("$MINUTEHAND" clock reset) == '86'*' s ahead: 1 jobs'* ]]
	finding ok clock plausible
	[ "$(sql "SELECT group_concat(action) FROM audit
	    WHERE action LIKE '%clock%'")" = job.clock-reset,clock.reset ]
	n=$(sql 'SELECT count(*) FROM message')
	sleep 1.1
	tick
	[ "$(sql 'SELECT count(*) FROM message')" -gt "$n" ]
	[ "$("$MINUTEHAND" clock reset)" = 'no decision is ahead of the clock' ]
}

@test "a pass started by hand is no sign of cron" {
	script -qec "\"$TICKER\" -c \"$CONF\" --once" /dev/null
	[ "$(sql 'SELECT count(*) FROM tick WHERE kind = 1')" -eq 1 ]
	finding FAIL ticker 'cron has never run the ticker'
	tick
	finding ok ticker 'last tick'
	for _ in 1 2 3 4; do
		sql 'UPDATE tick SET started_us = started_us - 300000000,
		    ended_us = started_us - 299000000'
		tick
	done
	finding WARN ticker 'a tick every 300 s' ||
	    finding warn ticker 'a tick every 300 s'
	# Typed ones between them change nothing of that.
	for _ in 1 2 3 4 5; do
		script -qec "\"$TICKER\" -c \"$CONF\" --once" /dev/null
	done
	finding warn ticker 'a tick every 300 s'
	sql 'UPDATE tick SET started_us = started_us - 3600000000,
	    ended_us = ended_us - 3600000000 WHERE kind = 0'
	finding FAIL ticker 'ago'
}
