#!/usr/bin/env bats
# Tickers and workers are killed at random moments; the ledger must explain
# every slot, and nothing may run twice.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	WEB=
	ADDER=
}

teardown() {
	[ -z "$ADDER" ] || stop_pid "$ADDER"
	web_stop
}

sql() {
	sqlite3 "$STORE" "$1"
}

# Sleep 5 to $1 milliseconds.
nap() {
	sleep "0.$(printf '%03d' $((5 + RANDOM % ($1 - 4))))"
}

# Start and kill tickers on a store of 20,000 jobs, three slots each that are
# all to be sent, until nothing is left or $kills reaches 200; then let one
# finish, and look.
kill_round() {
	local pid
	rm -f "$STORE"*
	"$abs_top_builddir/bench/mkjobs" "$STORE" 20000 behind
	while [ "$kills" -lt 200 ]; do
		"$TICKER" -c "$CONF" --once 2>>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		nap 60
		if ! kill -KILL "$pid" 2>/dev/null; then
			wait "$pid"
			break
		fi
		wait "$pid" 2>/dev/null || true
		kills=$((kills + 1))
	done
	"$TICKER" -c "$CONF" --once
	[ "$(sql "SELECT count(*) FROM job")" -eq 0 ]
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'sent'")" -eq 60000 ]
	[ "$(sql "SELECT count(*) FROM message")" -eq 60000 ]
	# Three slots each, a second apart: none missing, none beside the grid.
	[ "$(sql "SELECT count(*) FROM (SELECT job FROM run GROUP BY job
	    HAVING count(DISTINCT slot_us) = 3
	    AND max(slot_us) - min(slot_us) = 2000000)")" -eq 20000 ]
	[ -z "$(complaints)" ]
}

@test "ticker killed 200 times: every slot once" {
	new_store
	STORE=$DIR/store.db
	kills=0
	rounds=0
	while [ "$kills" -lt 200 ]; do
		kill_round
		rounds=$((rounds + 1))
	done
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	echo "# $kills kills, $((rounds * 60000)) slots: 0 lost, 0 twice" >&3
}

@test "workers and tickers killed 200 times: no acknowledged add is lost" {
	web_init
	STORE=$WEB/instance/store.db
	cp "$TICKER" "$WEB/ticker"
	web_own
	web_start lighttpd-fastcgi
	"$abs_top_builddir/bench/load" -k -l "$BATS_TEST_TMPDIR/acked" \
	    -j '"trigger":"date"' "$WEB_PORT" /funboost/add_timing_job \
	    "$TOKEN" 8 100000000 >"$BATS_TEST_TMPDIR/load" 2>&1 3>&- &
	ADDER=$!
	# At least 100 times each, and until there is enough to lose.
	local rounds=0
	while [ "$rounds" -lt 100 ] || { [ "$rounds" -lt 2000 ] &&
	    [ "$(wc -l <"$BATS_TEST_TMPDIR/acked")" -le 1000 ]; }; do
		rounds=$((rounds + 1))
		(as_user "$WEB/ticker" -c "$CONF" --once) 3>&- &
		pid=$!
		nap 40
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		# Any of them, the one that starts the others as well.
		worker=$(pids_of "$WEB/minutehand.fcgi" | shuf -n 1)
		[ -z "$worker" ] || kill -KILL "$worker" 2>/dev/null || true
		nap 40
	done
	stop_pid "$ADDER"
	ADDER=
	web_halt
	(as_user "$WEB/ticker" -c "$CONF" --once)

	sort "$BATS_TEST_TMPDIR/acked" >"$BATS_TEST_TMPDIR/must"
	sql "SELECT job_id FROM run WHERE state = 'sent'" | sort \
	    >"$BATS_TEST_TMPDIR/ran"
	echo "# $(wc -l <"$BATS_TEST_TMPDIR/must") acknowledged," \
	    "$(wc -l <"$BATS_TEST_TMPDIR/ran") ran" >&3
	[ "$(wc -l <"$BATS_TEST_TMPDIR/must")" -gt 1000 ]
	# Acknowledged and not run: none.  (An add whose answer was lost may
	# have been stored.)
	[ -z "$(comm -23 "$BATS_TEST_TMPDIR/must" "$BATS_TEST_TMPDIR/ran")" ]
	[ -z "$(uniq -d "$BATS_TEST_TMPDIR/ran")" ]
	[ "$(sql "SELECT count(*) FROM job")" -eq 0 ]
	[ -z "$(complaints)" ]
}

@test "consumers killed 50 times: every message is consumed" {
	local pid seen=$BATS_TEST_TMPDIR/seen
	new_store
	STORE=$DIR/store.db
	echo 'max_deliveries = 1000' >>"$CONF"
	rm -f "$STORE"*
	"$abs_top_builddir/bench/mkjobs" "$STORE" 1000 behind
	"$TICKER" -c "$CONF" --once
	sql "SELECT task_id FROM run ORDER BY 1" >"$BATS_TEST_TMPDIR/all"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/all")" -eq 3000 ]
	queues=$(sql "SELECT group_concat(DISTINCT queue) FROM message")
	# The id is noted in one write, by the command, before it succeeds.
	for _ in {1..50}; do
		"$MINUTEHAND" -c "$CONF" consume "$queues" --parallel 4 \
		    --lease 1s -- sh -c "echo \$MINUTEHAND_TASK_ID >>'$seen'" \
		    3>&- &
		pid=$!
		nap 90
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	sleep 1.2
	"$MINUTEHAND" -c "$CONF" consume "$queues" --parallel 4 -- \
	    sh -c "echo \$MINUTEHAND_TASK_ID >>'$seen'"
	sort -u "$seen" | cmp - "$BATS_TEST_TMPDIR/all"
	[ "$(sql "SELECT count(*) FROM message")" -eq 0 ]
	echo "# 3000 messages, $(wc -l <"$seen") deliveries: 0 lost" >&3
}
