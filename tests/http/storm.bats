#!/usr/bin/env bats
# Many at once: 64 tickers on one store, and 64 workers that write while
# tickers and backups run.  `make check-load` does it in full, ten minutes long.
# Each test is a subshell of its own, as bats means it.
# shellcheck disable=SC2030,SC2031,SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	LONG=${STORM_SECONDS:-4}
	JOBS=${STORM_JOBS:-1000}
	WEB=
	PIDS=()
}

teardown() {
	local pid
	for pid in "${PIDS[@]}"; do
		stop_pid "$pid"
	done
	web_stop
}

sql() {
	sqlite3 "$STORE" "$1"
}

# As many workers as clients, at the root of the host.
web_conf() {
	sed -e "s|@PORT@|$WEB_PORT|g" -e "s|@DIR@|$WEB|g" \
	    -e "s|@FCGI@|$WEB/minutehand.fcgi|g" -e "s|@CONF@|$CONF|g" \
	    -e '/mh-root.sock/,$ s|-w 4|-w 64|' "$1"
}

# One command after another until told to stop; how often, and each that
# failed, with what it said.
again() {
	trap 'stop=1' TERM
	stop=
	n=0
	while [ -z "$stop" ]; do
		"$@" || echo "exit $?"
		n=$((n + 1))
	done
	echo "$n" >"$COUNT"
}

backup_checked() {
	"$WEB/minutehand" -c "$CONF" backup --force "$WEB/backup.db" ||
	    return
	[ "$(sqlite3 "$WEB/backup.db" "PRAGMA integrity_check")" = ok ] ||
	    echo "backup damaged"
}

# in_background NAME COMMAND…: as the user of the store
in_background() {
	local name=$1
	shift
	COUNT=$WEB/$name.n as_user bash -c \
	    "$(declare -f again backup_checked); again $*" \
	    >"$WEB/$name.out" 2>&1 3>&- &
	PIDS+=($!)
}

@test "64 tickers at once: each slot is launched once" {
	new_store
	STORE=$DIR/store.db
	rm -f "$STORE"*
	"$abs_top_builddir/bench/mkjobs" "$STORE" "$JOBS" behind
	began=$(date +%s%3N)
	for i in {1..64}; do
		"$TICKER" --once >"$BATS_TEST_TMPDIR/out$i" 2>&1 3>&- &
		PIDS+=($!)
	done
	for pid in "${PIDS[@]}"; do
		wait "$pid"
	done
	took=$(($(date +%s%3N) - began))
	PIDS=()
	[ -z "$(cat "$BATS_TEST_TMPDIR"/out*)" ]
	[ "$(sql "SELECT count(*) FROM tick WHERE ended_us IS NOT NULL")" \
	    -eq 64 ]
	busy=$(sql "SELECT count(*) FROM tick WHERE sent > 0")
	echo "# 64 tickers, $JOBS jobs of 3 slots: $((JOBS * 3)) launched" \
	    "once each in $took ms, by $busy of them" >&3
	[ "$(sql "SELECT count(*) FROM job")" -eq 0 ]
	[ "$(sql "SELECT count(*) FROM run")" -eq $((JOBS * 3)) ]
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'sent'")" \
	    -eq $((JOBS * 3)) ]
	[ "$(sql "SELECT sum(sent) FROM tick")" -eq $((JOBS * 3)) ]
	[ "$(sql "SELECT count(*) FROM message")" -eq $((JOBS * 3)) ]
	[ "$(sql "SELECT count(*) FROM (SELECT job FROM run GROUP BY job
	    HAVING count(DISTINCT slot_us) = 3
	    AND max(slot_us) - min(slot_us) = 2000000)")" -eq "$JOBS" ]
	[ -z "$(complaints)" ]
}

@test "64 writers, 4 tickers and a backup: all served, nothing lost" {
	web_init
	STORE=$WEB/instance/store.db
	cp "$TICKER" "$WEB/ticker"
	cp "$MINUTEHAND" "$WEB/minutehand"
	export WEB CONF
	web_own
	web_start lighttpd-fastcgi
	for i in 1 2 3 4; do
		in_background "tick$i" "$WEB/ticker" -c "$CONF" --once
	done
	in_background backup backup_checked
	# One half fires at once, the other stays.
	for half in once stays; do
		fields='"trigger":"date"'
		[ "$half" = once ] || fields='"trigger":"cron","hour":3'
		"$abs_top_builddir/bench/load" -s "$LONG" -j "$fields" \
		    -l "$BATS_TEST_TMPDIR/$half" "$WEB_PORT" \
		    /funboost/add_timing_job "$TOKEN" 32 100000000 \
		    >"$BATS_TEST_TMPDIR/$half.out" 2>&1 3>&- &
		LOADS+=($!)
	done
	status=0
	for pid in "${LOADS[@]}"; do
		wait "$pid" || status=$?
	done
	for pid in "${PIDS[@]}"; do
		stop_pid "$pid"
	done
	PIDS=()
	cat "$BATS_TEST_TMPDIR"/{once,stays}.out
	[ "$status" -eq 0 ]
	(as_user "$WEB/ticker" -c "$CONF" --once)
	backups=$(cat "$WEB/backup.n")
	ticks=$(($(cat "$WEB"/tick?.n | paste -sd+ -)))
	echo "# 32 writers of jobs that fire: $(<"$BATS_TEST_TMPDIR/once.out")" >&3
	echo "# 32 writers of jobs that stay: $(<"$BATS_TEST_TMPDIR/stays.out")" >&3
	echo "# $ticks ticks, $backups backups, a store of" \
	    "$(($(stat -c %s "$STORE") / 1048576)) MB" >&3
	# Nobody complained, and neither did a worker's log.
	[ -z "$(cat "$WEB"/tick?.out "$WEB/backup.out")" ]
	run ! grep -E 'level=(err|warn)' "$WEB/lighttpd.log"
	[ "$backups" -ge 1 ]
	[ "$(sqlite3 "$WEB/backup.db" "PRAGMA integrity_check")" = ok ]

	# Every acknowledged job is there, or fired, once.
	sql "SELECT job_id FROM run WHERE state = 'sent'" | sort \
	    >"$BATS_TEST_TMPDIR/ran"
	sort "$BATS_TEST_TMPDIR/once" | diff -q - "$BATS_TEST_TMPDIR/ran"
	sql "SELECT job_id FROM job" | sort >"$BATS_TEST_TMPDIR/are"
	sort "$BATS_TEST_TMPDIR/stays" | diff -q - "$BATS_TEST_TMPDIR/are"
	[ -z "$(complaints)" ]
	[ "$(sql "PRAGMA integrity_check")" = ok ]
}
