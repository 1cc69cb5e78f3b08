#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Many jobs that run at the stand-in for Render at once, followed to their
# ends by a real tick, in real time: how much it asks, how late it sees.
# FOLLOWED=1000 by `make check-render`.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/render.bash
	cgi_setup
	stub_start
	render_key_conf "$STUB_HTTPS" >>"$conf"
	srv='srv-c3rfdgg6n88pa7t3a6ag'
}

teardown() {
	[ -z "${TICK_PID-}" ] || stop_pid "$TICK_PID"
	stub_stop
}

sql() {
	sqlite3 -cmd '.timeout 5000' "$dir/store.db" "$1"
}

# Note in the store when each end is written into the ledger.
note_ends() {
	sql "CREATE TABLE seen (run INTEGER PRIMARY KEY, at_us INTEGER);
	    CREATE TRIGGER see AFTER UPDATE OF finished_us ON delivery
	    WHEN NEW.finished_us > 0 AND NEW.finished_us IS NOT OLD.finished_us
	    BEGIN INSERT INTO seen VALUES (NEW.run,
	    CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)); END"
}

all_seen() {
	[ "$(sql 'SELECT count(*) FROM seen')" = "$1" ]
}

# most_in SECONDS: the most requests that only read within so long, by the
# stand-in's log
most_in() {
	stub_stats >/dev/null
	jq -r 'select(.method == "GET").t' "$STUB_LOG" | awk -v s="$1" '
		{ t[NR] = $1; while ($1 - t[first + 1] >= s) first++
		  if (NR - first > most) most = NR - first }
		END { print most }'
}

@test "many running jobs: five requests a second, each end within a minute" {
	local n=${FOLLOWED:-100} late most

	# Of 1,000 the ends lie within two minutes, about as dense.
	stub_set "start_s=3&run_s=10&run_spread_s=$((n * 12 / 100))&end.failed=0.1"
	note_ends
	seq "$n" | xargs -I{} "$ctl" render create "$srv" -- 'x {}' >/dev/null
	"$ticker" --window 600s 2>/dev/null 3>&- &
	TICK_PID=$!
	wait_for 400 all_seen "$n"
	late=$(sql 'SELECT max(at_us - finished_us) / 1000 FROM seen
	    JOIN delivery USING (run)')
	most=$(most_in 1)
	echo "# $n jobs: an end was seen after $late ms at most," \
	    "$(stub_stats .read) requests, $most in a second at most" >&3
	[ "$late" -lt 60000 ]
	# They leave 200 ms apart; one that is held up may meet the next five.
	[ "$most" -le 6 ]
	[ "$(most_in 4)" -le 21 ]
	[ "$(sql "SELECT count(*) FROM run WHERE state = 'succeeded'
	    OR state = 'failed' AND reason LIKE 'nonZeroExit%'")" = "$n" ]
}
