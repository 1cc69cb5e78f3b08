#!/usr/bin/env bats
# Many clients add jobs over a real web server while several tickers tick.
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
	load ../support/helper.bash
	load ../support/webserver.bash
	web_init
}

teardown() {
	local pid
	for pid in "${TICKERS[@]}"; do
		stop_pid "$pid"
	done
	web_stop
}

sql() {
	sqlite3 "$WEB/instance/store.db" "$1"
}

# A ticker after a ticker until told to stop, as if cron started one at once
# whenever the last one ended; what it prints and exits with is kept.
tick_again() {
	trap 'stop=1' TERM
	stop=
	while [ -z "$stop" ]; do
		"$TICKER" -c "$CONF" --once || echo "exit $?"
	done
}

@test "8 clients add 5,000 jobs while 4 tickers tick: none lost, none twice" {
	# A build may lie where nobody may not look.
	cp "$TICKER" "$WEB/ticker"
	export TICKER=$WEB/ticker CONF
	web_own
	web_start lighttpd-fastcgi
	TICKERS=()
	for i in 1 2 3 4; do
		as_user bash -c "$(declare -f tick_again); tick_again" \
		    >"$WEB/tick$i.out" 2>&1 3>&- &
		TICKERS+=($!)
	done
	"$abs_top_builddir/bench/load" -l "$BATS_TEST_TMPDIR/acked" \
	    -j '"trigger":"date"' "$WEB_PORT" /funboost/add_timing_job \
	    "$TOKEN" 8 5000
	for pid in "${TICKERS[@]}"; do
		stop_pid "$pid"
	done
	TICKERS=()
	(as_user "$TICKER" -c "$CONF" --once)

	# No ticker complained or failed.
	[ -z "$(cat "$WEB"/tick?.out)" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/acked")" -eq 5000 ]
	# Every acknowledged job fired, once, and left the list.
	sql "SELECT job_id FROM run WHERE state = 'sent'" | sort \
	    >"$BATS_TEST_TMPDIR/ran"
	sort "$BATS_TEST_TMPDIR/acked" | diff - "$BATS_TEST_TMPDIR/ran"
	[ "$(sql "SELECT count(*) FROM job")" -eq 0 ]
	# One message for each, naming its run.
	[ "$(sql "SELECT count(DISTINCT json_extract(body, '\$.task_id'))
	    FROM message JOIN run
	    ON run.task_id = json_extract(body, '\$.task_id')")" -eq 5000 ]
	[ "$(sql "SELECT count(*) FROM message")" -eq 5000 ]
	[ "$(sql "PRAGMA integrity_check")" = ok ]
}
