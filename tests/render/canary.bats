#!/usr/bin/env bats
# shellcheck disable=SC2154 # cgi.bash sets what is used here
# Render's key, marked: after every kind of error it is nowhere but in its file.

bats_require_minimum_version 1.5.0

setup() {
	load ../support/cgi.bash
	load ../support/render.bash
	cgi_setup
	stub_start echo_key=1 start_s=1 run_s=1
	{
		render_key_conf "$STUB_HTTPS" 'http_timeout = 1s' \
		    'settle = 2s' 'log_level = debug'
		printf 'alert "file" {\n\tcommand = {"%s", "%s"}\n}\n' \
		    /bin/sh "$BATS_TEST_TMPDIR/tell"
	} >>"$conf"
	printf 'exec >>"%s"\nenv\ncat\necho\n' "$BATS_TEST_TMPDIR/told" \
	    >"$BATS_TEST_TMPDIR/tell"
	srv='srv-c3rfdgg6n88pa7t3a6ag'
}

teardown() {
	[ -z "${TICK_PID-}" ] || stop_pid "$TICK_PID"
	stub_stop
}

open_runs() {
	sqlite3 -cmd '.timeout 5000' "$dir/store.db" "SELECT count(*) FROM delivery
	    WHERE next_us IS NOT NULL AND state IN ('due', 'sending', 'unknown')"
}

are_settled() {
	[ "$(open_runs)" -eq 0 ]
}

# One of those before may be: a connection that is cut takes the answers of
# others along.
is_told() {
	grep -q 'sent with Bearer \*\*\*' "$BATS_TEST_TMPDIR/told"
}

# Files that have it, but for its own.
finders() {
	grep -rlF --exclude=render.key "$RENDER_KEY" "$BATS_TEST_TMPDIR" || :
}

@test "canary: not in store, logs, alerts, answers, ps" {
	local id
	stub_set 'next=400,401,404,429,500,503,redirect,cut_before,503_after,lost,cut_within,garbage,huge,empty'
	for n in {1..14}; do
		id=$("$ctl" render create "$srv" -- "task $n")
	done
	"$ticker" --window 150s 2>"$BATS_TEST_TMPDIR/ticker.err" 3>&- &
	TICK_PID=$!
	tr '\0' '\n' <"/proc/$TICK_PID/cmdline" >"$BATS_TEST_TMPDIR/cmdline"
	# A key that is not accepted is tried again after a minute.
	wait_for 100 are_settled
	"$ctl" render cancel "$id" >"$BATS_TEST_TMPDIR/answers"
	{
		"$ctl" render list "$srv" --json
		"$ctl" runs --json
		"$ctl" doctor --json || :
		"$ctl" why "$srv" "$id" now || :
	} >>"$BATS_TEST_TMPDIR/answers" 2>&1
	cgi GET "/v1/services/$srv/jobs"
	echo "$body" >>"$BATS_TEST_TMPDIR/answers"
	# A key that is wrong from now on is no less secret.
	stub_set 'key=rnd_another'
	"$ctl" render create "$srv" -- 'task 15'
	# The refusal is told, with what Render said.
	wait_for 20 is_told
	stop_pid "$TICK_PID"
	TICK_PID=
	sqlite3 "$dir/store.db" .dump >"$BATS_TEST_TMPDIR/dump"
	grep -q 'sent with Bearer \*\*\*' "$BATS_TEST_TMPDIR/dump"
	[ "$(finders)" = '' ]
}
