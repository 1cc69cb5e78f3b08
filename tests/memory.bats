#!/usr/bin/env bats
# The memory store, on a file system where anybody may write.
# Names come from helper.bash.
# shellcheck disable=SC2153,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load helper.bash
	new_store
	RAM=$(mktemp -d "${TMPDIR:-/tmp}/mh-ram.XXXXXX")
	chmod 1777 "$RAM"
	MEMORY=$RAM/mine/store.db
	printf 'memory_store = "%s"\n' "$MEMORY" >>"$CONF"
}

teardown() {
	rm -rf "$RAM"
}

add() {
	"$MINUTEHAND" job add q --id "$1" --date 2020-01-01 --memory
}

has_message() {
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 1 ]
}

@test "made for its owner alone; its jobs run, and are gone with it" {
	add m
	[ "$(stat -c %a "$RAM/mine")" = 700 ]
	"$TICKER" --once
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 1 ]
	run "$MINUTEHAND" consume q -- cat
	[ "$status" -eq 0 ]
	[[ $output == *'"job_id":"m"'* ]]
	rm -r "$RAM/mine"
	"$TICKER" --once
}

@test "a folder others may write: refused, for adding and for reading" {
	add m
	chmod 777 "$RAM/mine"
	run add n
	[ "$status" -ne 0 ]
	[[ $output == *'does not belong to this user alone'* ]]
	run "$TICKER" --once
	[[ $output == *'does not belong to this user alone'* ]]
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a folder somebody else made first: refused" {
	if [ "$(id -u)" -ne 0 ]; then
		skip "needs a second user: not root"
	fi
	add m
	chown -R nobody "$RAM/mine"
	run "$MINUTEHAND" consume q -- cat
	[[ $output != *'"job_id"'* ]]
	run "$TICKER" --once
	[[ $output == *'does not belong to this user alone'* ]]
	[ "$(sqlite3 "$MEMORY" "SELECT count(*) FROM message")" -eq 0 ]
}

@test "a link in its place: refused" {
	add m
	mv "$RAM/mine" "$RAM/other"
	ln -s other "$RAM/mine"
	run add n
	[ "$status" -ne 0 ]
	rm "$RAM/mine"
	mv "$RAM/other" "$RAM/mine"
	mv "$MEMORY" "$RAM/there"
	ln -s "$RAM/there" "$MEMORY"
	run add n
	[ "$status" -ne 0 ]
}

@test "a damaged one is told once in a window, and the others go on" {
	mkdir -m 700 "$RAM/mine"
	echo 'this is no store' >"$MEMORY"
	"$MINUTEHAND" job add q --id d --date 2020-01-01
	run "$TICKER" --window 2s
	[ "$(grep -c memory-store <<<"$output")" -eq 1 ]
	[ "$(sqlite3 "$DIR/store.db" "SELECT count(*) FROM message")" -eq 1 ]
}

@test "deleted and made anew while a ticker waits: it goes on with the new one" {
	add m
	"$TICKER" --window 6s >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	ticker=$!
	wait_for 3 has_message
	rm -r "$RAM/mine"
	add n
	status=0
	wait_for 5 has_message || status=$?
	stop_pid "$ticker"
	[ "$status" -eq 0 ]
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
}
