#!/usr/bin/env bats
# shellcheck disable=SC2154 # helper.bash sets what is used here
# Backup while others write; restore, which refuses what is no sound store and
# may be killed.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	MH=$MINUTEHAND
	new_store
	STORE=$DIR/store.db
	COPY=$BATS_TEST_TMPDIR/copy.db
	echo 'memory_store = ""' >>"$CONF"
	LOAD=()
}

teardown() {
	for pid in "${LOAD[@]}"; do stop_pid "$pid"; done
}

jobs_of() {
	sqlite3 "$1" 'SELECT count(*) FROM job'
}

add() {
	"$MH" job add q --id "$1" --every 1h >/dev/null
}

# Adds and ticks without end; each id is written down once it is stored.
load_adds() {
	local i
	for ((i = 0; ; i++)); do
		"$MH" job add q --id "$1-$i" --every 1s --max-catchup 9 \
		    >/dev/null && echo "$1-$i" >>"$BATS_TEST_TMPDIR/told"
	done
}

load_ticks() {
	while :; do "$TICKER" --once || true; done
}

start_load() {
	load_adds a 3>&- & LOAD+=($!)
	load_adds b 3>&- & LOAD+=($!)
	load_ticks 3>&- & LOAD+=($!)
}

# What an auditor asks of a store at rest: prints each complaint.
complaints() {
	sqlite3 "$1" "PRAGMA integrity_check" | grep -vx ok || true
	sqlite3 "$1" "SELECT 'no message', task_id FROM run WHERE state = 'sent'
	    EXCEPT SELECT 'no message', json_extract(body, '\$.task_id')
	    FROM message LIMIT 5"
	sqlite3 "$1" "SELECT 'no run', json_extract(body, '\$.task_id')
	    FROM message EXCEPT SELECT 'no run', task_id FROM run LIMIT 5"
}

@test "a backup under load: all acknowledged before is in it, and it is consistent" {
	local had
	start_load
	wait_for 20 test -s "$BATS_TEST_TMPDIR/told"
	for _ in 1 2 3 4 5; do
		sleep 0.3
		had=$(<"$BATS_TEST_TMPDIR/told")
		"$MH" backup --force "$COPY"
		[ -z "$(complaints "$COPY")" ]
		[ -z "$(comm -13 \
		    <(sqlite3 "$COPY" 'SELECT job_id FROM job' | sort) \
		    <(sort <<<"$had"))" ]
	done
	[ "$(stat -c %a "$COPY")" = 600 ]
	[ ! -e "$COPY.tmp" ] && [ ! -e "$COPY-wal" ]
}

@test "a backup is one file without a log" {
	add one
	"$MH" backup "$COPY"
	[ "$(sqlite3 "$COPY" 'PRAGMA journal_mode')" = delete ]
	[ "$(jobs_of "$COPY")" -eq 1 ]
}

@test "a backup overwrites a file only with --force, and never the store" {
	add one
	echo precious >"$COPY"
	run -1 "$MH" backup "$COPY"
	[[ $output == *--force* ]]
	[ "$(<"$COPY")" = precious ]
	"$MH" backup --force "$COPY"
	[ "$(jobs_of "$COPY")" -eq 1 ]
	run -65 "$MH" backup --force "$STORE"
	run -65 "$MH" backup --force "$BATS_TEST_TMPDIR"
	run -69 "$MH" backup "$BATS_TEST_TMPDIR/no/such/folder"
	[ "$(jobs_of "$STORE")" -eq 1 ]
}

@test "restore restores the backup, and keeps the present store" {
	add one
	"$MH" backup "$COPY"
	add two
	run -0 "$MH" restore "$COPY"
	[[ $output == *before-restore* ]]
	[ "$(jobs_of "$STORE")" -eq 1 ]
	[ "$(jobs_of "$STORE.before-restore")" -eq 2 ]
	[ "$(stat -c %a "$STORE" "$STORE.before-restore")" = $'600\n600' ]
	add three
	[ "$(jobs_of "$STORE")" -eq 2 ]
	[ -z "$(complaints "$STORE")" ]
	[ -z "$(find "$DIR" -name '*-restore*' ! -name '*.before-restore*')" ]
}

@test "restore through a link changes the file it names" {
	add one
	"$MH" backup "$COPY"
	add two
	mkdir "$DIR/real"
	mv "$STORE" "$STORE"-* "$DIR/real"
	ln -s real/store.db "$STORE"
	"$MH" restore "$COPY"
	[ -L "$STORE" ] && [ -e "$DIR/real/store.db.before-restore" ]
	add three
	[ "$(jobs_of "$STORE")" -eq 2 ]
	[ -z "$(complaints "$STORE")" ]
}

@test "restore after the store was damaged, and after it was lost" {
	add one
	"$MH" backup "$COPY"
	rm "$STORE"-*
	head -c 20000 /dev/urandom >"$STORE"
	"$MH" restore "$COPY"
	[ "$(jobs_of "$STORE")" -eq 1 ]
	[ "$(stat -c %s "$STORE.before-restore")" -eq 20000 ]
	rm "$STORE"*
	"$MH" restore "$COPY"
	"$MH" doctor >"$BATS_TEST_TMPDIR/doctor" || true
	run ! grep -i 'FAIL.*store' "$BATS_TEST_TMPDIR/doctor"
	add two
	[ "$(jobs_of "$STORE")" -eq 2 ]
}

@test "restore refuses a damaged, foreign, newer or missing file" {
	local bad=$BATS_TEST_TMPDIR/bad.db size
	for i in {1..30}; do add "job$i"; done
	"$MH" backup "$COPY"
	size=$(stat -c %s "$COPY")

	head -c 40000 /dev/urandom >"$bad"
	run -65 "$MH" restore "$bad"
	head -c $((size / 2)) "$COPY" >"$bad"
	run -65 "$MH" restore "$bad"
	# Pages of zeros in the middle.
	cp "$COPY" "$bad"
	dd if=/dev/zero of="$bad" bs=4096 seek=2 count=3 conv=notrunc status=none
	run -65 "$MH" restore "$bad"
	rm "$bad"
	sqlite3 "$bad" 'CREATE TABLE t (a)'
	run -65 "$MH" restore "$bad"
	[[ $output == *'no minutehand store'* ]]
	cp "$COPY" "$bad"
	sqlite3 "$bad" 'PRAGMA user_version = 999'
	run -65 "$MH" restore "$bad"
	[[ $output == *newer* ]]
	: >"$bad"
	run -65 "$MH" restore "$bad"
	run -65 "$MH" restore "$BATS_TEST_TMPDIR/none.db"

	[ "$(jobs_of "$STORE")" -eq 30 ]
	[ ! -e "$STORE.before-restore" ]
}

@test "restore under load: no process writes into the previous store" {
	local id
	start_load
	wait_for 20 test -s "$BATS_TEST_TMPDIR/told"
	for _ in 1 2 3; do
		sleep 0.3
		"$MH" backup --force "$COPY"
		"$MH" restore "$COPY"
		: >"$BATS_TEST_TMPDIR/told"
		sleep 0.3
	done
	for pid in "${LOAD[@]}"; do stop_pid "$pid"; done
	LOAD=()
	[ -z "$(complaints "$STORE")" ]
	# What was told well after the swap is in the new store.
	while read -r id; do
		[ "$(sqlite3 "$STORE" \
		    "SELECT count(*) FROM job WHERE job_id = '$id'")" -eq 1 ]
	done < <(tail -n 3 "$BATS_TEST_TMPDIR/told")
}

@test "restore killed at any moment leaves the old or the new store whole" {
	local pid old=0 new=0 n
	for i in {1..5}; do add "job$i"; done
	"$MH" backup "$COPY"
	for i in {6..9}; do add "job$i"; done
	cp "$STORE" "$BATS_TEST_TMPDIR/first"
	cp "$STORE-wal" "$BATS_TEST_TMPDIR/first-wal"
	for i in {0..59}; do
		rm -f "$STORE"*
		cp "$BATS_TEST_TMPDIR/first" "$STORE"
		cp "$BATS_TEST_TMPDIR/first-wal" "$STORE-wal"
		"$MH" restore "$COPY" >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.0$(printf %02d $((i % 30)))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		# By our own program, which meets what the killed one left.
		add after
		n=$(jobs_of "$STORE")
		case $n in
		10) old=$((old + 1)) ;;
		6) new=$((new + 1)) ;;
		*) echo "run $i: $n jobs"; return 1 ;;
		esac
		[ -z "$(complaints "$STORE")" ]
	done
	echo "old $old, new $new"
	[ "$old" -gt 0 ] && [ "$new" -gt 0 ]
}
